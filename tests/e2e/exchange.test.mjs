// Integrators' backends exchange their credentials for upload tokens, by the package's server entry.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { before, test } from "node:test";
import axios from "axios";
import { startAuraBackend } from "./support/aura-backend.mjs";
import { startIntegrator } from "./support/integrator.mjs";

const pkg = join(import.meta.dirname, "../../pkg");
const esm = await import(join(pkg, "server.mjs"));
const cjs = createRequire(import.meta.url)(join(pkg, "server.cjs"));
const scopes = ["upload:init", "upload:manage", "integration:read"];

let aura, env;
before(async (suite) => {
  aura = await startAuraBackend(suite);
  const { apiBaseUrl, apiKey, appId, appSecret } = await aura.credentials();
  env = { AURA_API_URL: apiBaseUrl, SERVICE_API_KEY: apiKey, AURA_APP_ID: appId, AURA_APP_SECRET: appSecret };
});

async function ask(t, HmacSigner, change = {}) {
  const response = await fetch(await startIntegrator(t, HmacSigner, { ...env, ...change }), { method: "POST" });
  return { status: response.status, body: await response.json() };
}

for (const [format, { HmacSigner }] of Object.entries({ esm, cjs })) {
  test(`an Express backend gets a token that the API takes: ${format}`, async (t) => {
    const asked = Date.now();
    const { status, body } = await ask(t, HmacSigner);
    assert.equal(status, 200, JSON.stringify(body));
    assert.match(body.token, /^aubt_[0-9A-Za-z]{64}$/);
    assert.deepEqual(body.scopes, scopes);
    assert.ok(Math.abs(Date.parse(body.expires_at) - asked - 3_600_000) < 60_000, body.expires_at);
    const config = await fetch(`${env.AURA_API_URL}/uploader/config`, {
      headers: { "X-Api-Key": env.SERVICE_API_KEY, Authorization: `Bearer ${body.token}` },
    });
    assert.equal(config.status, 200);
    assert.equal(typeof (await config.json()).lift.endpoint, "string");
  });
}

test("a wrong secret, or another app's id, is refused", async (t) => {
  const signature = "The request's signature was refused: the signature does not match.";
  for (const change of [{ AURA_APP_SECRET: `${env.AURA_APP_SECRET}x` }, { AURA_APP_ID: "aura_pk_other" }]) {
    const { status, body } = await ask(t, esm.HmacSigner, change);
    assert.equal(status, 401);
    assert.equal(body.message, signature);
    assert.equal(body.token, undefined);
  }
});

test("axios signs by an interceptor, with params, and sends what was signed", async () => {
  const signer = new esm.HmacSigner(env.AURA_APP_ID, env.AURA_APP_SECRET);
  const client = axios.create({
    baseURL: env.AURA_API_URL,
    headers: { "X-Api-Key": env.SERVICE_API_KEY },
    paramsSerializer: { encode: encodeURIComponent },
  });
  client.interceptors.request.use((config) => signer.sign(config));
  const params = { "for whom": "a:b, c & d", page: 1 };
  for (const data of [{ scopes }, JSON.stringify({ scopes }), Buffer.from(JSON.stringify({ scopes }))]) {
    const { data: answer } = await client.post("/auth/exchange?given=1", data, { params });
    assert.match(answer.token, /^aubt_/);
  }
});

test("what was changed after signing is refused, and so is a second use", async () => {
  const signer = new esm.HmacSigner(env.AURA_APP_ID, env.AURA_APP_SECRET);
  const url = `${env.AURA_API_URL}/auth/exchange`;
  const headers = { "X-Api-Key": env.SERVICE_API_KEY };
  const signed = await signer.sign({ method: "POST", url, headers, data: { scopes } });
  const send = async (body) => (await fetch(url, { ...signed, body: JSON.stringify(body) })).status;
  assert.equal(await send({ scopes, ttl: 86_400 }), 401);
  assert.equal(await send({ scopes }), 200);
  assert.equal(await send({ scopes }), 401);
});
