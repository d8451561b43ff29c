// The entry `./server` of the package as `cargo xtask build` left it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { beforeEach, mock, test } from "node:test";
import { inspect } from "node:util";

const pkg = join(import.meta.dirname, "../../pkg");
const esm = await import(join(pkg, "server.mjs"));
const cjs = createRequire(import.meta.url)(join(pkg, "server.cjs"));
const { vectors } = JSON.parse(await readFile(join(import.meta.dirname, "../../tests/fixtures/hmac.json"), "utf8"));
const { HmacSigner } = esm;

const nonce = "550e8400-e29b-41d4-a716-446655440000";
const secret = "aura_sk_very-secret";
const signer = new HmacSigner("app", secret);

beforeEach(() => at(1_706_140_800, nonce));

/** Sets the clock, in seconds, and chance. */
function at(seconds, uuid) {
  mock.restoreAll();
  mock.timers.reset();
  mock.timers.enable({ apis: ["Date"], now: seconds * 1000 + 999 });
  mock.method(crypto, "randomUUID", () => uuid);
}

const configOf = ({ method, url, base_url, params, headers, body }) => ({
  method,
  url,
  baseURL: base_url ?? undefined,
  params,
  headers: { ...headers },
  data: body,
});

/** A request whose parts are all signed, and its signature. */
async function signature(change = {}) {
  const config = { method: "POST", url: "/x", baseURL: "https://h.example/api", data: { a: 1 }, ...change };
  await signer.sign(config);
  return config.headers.Authorization;
}

for (const [format, { HmacSigner }] of Object.entries({ esm, cjs })) {
  for (const { name, app_id, app_secret, request, timestamp, nonce, expect } of vectors) {
    test(`vector ${name}, ${format}`, async () => {
      at(Number(timestamp), nonce);
      const config = configOf(request);
      assert.equal(await new HmacSigner(app_id, app_secret).sign(config), config);
      assert.deepEqual(config, { ...configOf(request), headers: expect });
    });
  }
}

test("the vectors' bodies sign alike as objects and as bytes, and stay what they were", async () => {
  const withBody = vectors.filter(({ request }) => request.body);
  assert.ok(withBody.length >= 3);
  for (const { app_id, app_secret, request, timestamp, nonce, expect } of withBody) {
    at(Number(timestamp), nonce);
    const bytes = new TextEncoder().encode(` ${request.body}`);
    for (const data of [JSON.parse(request.body), Buffer.from(request.body), bytes.subarray(1)]) {
      const config = { ...configOf(request), data };
      await new HmacSigner(app_id, app_secret).sign(config);
      assert.deepEqual(config.headers, expect);
      assert.equal(config.data, data);
    }
  }
});

test("both formats export the same", () => {
  assert.deepEqual(Object.keys(esm), Object.keys(cjs));
});

test("present time and a new UUID v4 each time", async () => {
  mock.timers.reset();
  mock.restoreAll();
  const before = Math.floor(Date.now() / 1000);
  const [one, two] = [await signer.sign({ method: "GET", url: "/" }), await signer.sign({ method: "GET", url: "/" })];
  const time = Number(one.headers["X-Aura-Timestamp"]);
  assert.ok(time >= before && time <= Date.now() / 1000);
  assert.match(one.headers["X-Aura-Nonce"], /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(one.headers["X-Aura-Nonce"], two.headers["X-Aura-Nonce"]);
});

test("Host comes from where the request goes, unless it is set", async () => {
  for (const [given, host] of [
    [{ baseURL: "https://h.example:8443/api" }, "h.example:8443"],
    [{ baseURL: "https://user@h.example:443/api" }, "h.example"],
    [{ baseURL: "https://h.example", url: "http://other.example/x" }, "other.example"],
    [{ baseURL: "https://h.example", headers: { Host: "front.example" } }, "front.example"],
    [{ baseURL: "/api" }, undefined],
    [{}, undefined],
  ]) {
    const { headers } = await signer.sign({ method: "GET", url: "/x", ...given });
    assert.equal(headers.Host, host);
    const signed = host ? "host;x-aura-nonce;x-aura-timestamp" : "x-aura-nonce;x-aura-timestamp";
    assert.ok(headers.Authorization.includes(`SignedHeaders=${signed},`), headers.Authorization);
  }
  const config = await signer.sign({ method: "GET", url: "/x", baseURL: "https://h.example", headers: { host: "f" } });
  assert.deepEqual(Object.keys(config.headers), ["host", "X-Aura-Timestamp", "X-Aura-Nonce", "Authorization"]);
});

test("params sign as the query that encodeURIComponent writes", async () => {
  const [url, params] = ["/x?z=%20", { "a b": "c:d é", n: 1, yes: true, none: null, not: undefined }];
  const written = "/x?z=%20&a%20b=c%3Ad%20%C3%A9&n=1&yes=true";
  assert.equal(await signature({ url, params }), await signature({ url: written }));
  assert.notEqual(await signature({ url, params }), await signature({ url }));
});

test("signing again replaces what was signed before, in any case", async () => {
  const config = { method: "GET", url: "/x", headers: { authorization: "old", "x-aura-nonce": "old", Accept: "*/*" } };
  await signer.sign(config);
  const once = { ...config.headers };
  await signer.sign(config);
  assert.deepEqual(config.headers, once);
  assert.deepEqual(Object.keys(once), ["Accept", "X-Aura-Timestamp", "X-Aura-Nonce", "Authorization"]);
});

test("fetch's Headers are read and set like an object", async () => {
  const headers = new Headers({ "content-type": "text/plain", Host: "h.example" });
  await signer.sign({ method: "POST", url: "/x", data: "é", headers });
  const config = { method: "POST", url: "/x", data: "é", headers: { "Content-Type": "text/plain", Host: "h.example" } };
  await signer.sign(config);
  assert.deepEqual(new Headers(config.headers), headers);
});

const missing = [
  [() => new HmacSigner(), "appId is required"],
  [() => new HmacSigner("", "s"), "appId is required"],
  [() => new HmacSigner("a"), "appSecret is required"],
  [() => new HmacSigner("a", ""), "appSecret is required"],
  [() => new HmacSigner("a", { secret }), "appSecret must be a string"],
  [() => new HmacSigner("a,b", secret), "an app id must be visible ASCII without commas and slashes, and not empty"],
];
for (const [make, message] of missing) {
  test(`constructor: ${message} (${make})`, () => assert.throws(make, { name: "TypeError", message }));
}

const json = "config.data must be a string, bytes, or what JSON can hold";
const refused = [
  [undefined, "config must be an object"],
  ["/auth/exchange", "config must be an object"],
  [{ url: "/x" }, "config.method is required"],
  [{ method: "GET" }, "config.url is required"],
  [{ method: "GET", url: new URL("https://h.example") }, "config.url must be a string"],
  [{ method: "GET", url: "/", baseURL: 7 }, "config.baseURL must be a string"],
  [{ method: "GET", url: "/", params: new URLSearchParams("a=b") }, "config.params must be a plain object"],
  [{ method: "GET", url: "/", params: { a: [1] } }, "config.params.a must be a string, a number or a boolean"],
  [{ method: "GET", url: "/", headers: [["Host", "h"]] }, "config.headers must be an object"],
  [{ method: "GET", url: "/", headers: { Host: "a", host: "b" } }, "the header host occurs more than once"],
  [{ method: "POST", url: "/", data: new FormData() }, json],
  [{ method: "POST", url: "/", data: new ReadableStream() }, json],
  [{ method: "POST", url: "/", data: () => {} }, json],
];
for (const [config, message] of refused) {
  test(`sign: ${inspect(config, { depth: 1 })}: ${message}`, async () => {
    const before = inspect(config);
    await assert.rejects(signer.sign(config), { name: "TypeError", message });
    if (config?.headers) assert.equal(inspect(config), before);
  });
}

test("nothing shows the secret", () => {
  const shown = inspect(signer, { showHidden: true, depth: null, getters: true }) + JSON.stringify(signer);
  assert.ok(!shown.includes(secret), shown);
  assert.deepEqual(Reflect.ownKeys(signer), []);
  assert.ok(!inspect(esm, { showHidden: true, depth: null }).includes(secret));
});
