// The signers that the guide shows, in every language whose tools are here, against the reference's figures.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { after, test } from "node:test";

import { exchange } from "../../examples/signing/node/exchange.mjs";

const root = join(import.meta.dirname, "../..");
const examples = join(root, "examples/signing");
const { vectors } = JSON.parse(readFileSync(join(root, "tests/fixtures/hmac.json"), "utf8"));
const scratch = mkdtempSync(join(tmpdir(), "signers-"));
after(() => rmSync(scratch, { recursive: true }));

/** Each with what it is run by, and what has to be on the machine for that; without `needs` it is never left out. */
const languages = [
  { name: "Node", run: [[process.execPath, "node/sign.mjs"]] },
  { name: "Python", run: [["python3", "python/sign.py"]] },
  { name: "Java", needs: ["java"], run: [["java", "java/Sign.java"]] },
  { name: "PHP", needs: ["php"], run: [["php", "-d", "date.timezone=Pacific/Auckland", "php/sign.php"]] },
  { name: "Go", needs: ["go"], run: [["go", "run", "go/sign.go"]] },
  {
    name: "C#",
    needs: ["mcs", "mono"],
    run: [
      ["mcs", `-out:${join(scratch, "Sign.exe")}`, "csharp/Sign.cs"],
      ["mono", join(scratch, "Sign.exe")],
    ],
  },
];

const credentials = { app_id: "app", secret: "s+%/= schlüssel", timestamp: "1735689599", nonce: "n-1" };

/** What the vectors leave out, with the canonical request's lines but the body's hash written by hand. */
const cases = [
  {
    name: "empty and dot segments, a trailing slash",
    request: { method: "GET", url: "/a//b/./c/../d/" },
    canonical: ["GET", "/a/b/d/", "", "x-aura-nonce:n-1", "x-aura-timestamp:1735689599", ""],
  },
  {
    name: "a segment's spelling does not matter",
    request: { method: "get", url: "/../x/%2e%2E/%c3%a4/ö/a%2Fb%20+$/(x)!~*'" },
    canonical: [
      "GET",
      "/%C3%A4/%C3%B6/a%2Fb%20%2B%24/(x)!~*'",
      "",
      "x-aura-nonce:n-1",
      "x-aura-timestamp:1735689599",
      "",
    ],
  },
  {
    name: "an address without a path",
    request: { method: "GET", url: "https://h.example:8443?b&a", "header.host": "h.example:8443" },
    canonical: ["GET", "/", "a&b", "host:h.example:8443", "x-aura-nonce:n-1", "x-aura-timestamp:1735689599", ""],
  },
  {
    name: "a fragment is not sent",
    request: { method: "GET", url: "https://h.example/x/..#y?a=1" },
    canonical: ["GET", "/", "", "x-aura-nonce:n-1", "x-aura-timestamp:1735689599", ""],
  },
  {
    name: "pairs are sorted as bytes, as they are written",
    request: { method: "GET", url: "/x?z=1&a=1&&a=%20+&a-=3&B=2" },
    canonical: ["GET", "/x", "B=2&a-=3&a=%20+&a=1&z=1", "x-aura-nonce:n-1", "x-aura-timestamp:1735689599", ""],
  },
  {
    name: "white space in values",
    request: {
      method: "PUT",
      url: "/x",
      "header.Host": "  h ",
      "header.CONTENT-TYPE": "text/plain; \t a=b ",
      body: "x",
    },
    canonical: [
      "PUT",
      "/x",
      "",
      "content-type:text/plain; a=b",
      "host:h",
      "x-aura-nonce:n-1",
      "x-aura-timestamp:1735689599",
      "",
    ],
  },
  {
    name: "an empty type counts as none; the body is UTF-8",
    request: { method: "patch", url: "/x", "header.Content-Type": "", "header.Host": "", body: '{"name":"Zoë 🦴"}\n' },
    canonical: [
      "PATCH",
      "/x",
      "",
      "content-type:application/json",
      "x-aura-nonce:n-1",
      "x-aura-timestamp:1735689599",
      "",
    ],
    added: { "Content-Type": "application/json" },
  },
  {
    name: "no type without a body, nor for another method",
    request: { method: "DELETE", url: "/x", body: "{}" },
    canonical: ["DELETE", "/x", "", "x-aura-nonce:n-1", "x-aura-timestamp:1735689599", ""],
  },
  {
    name: "a POST without a body",
    request: { method: "POST", url: "/x" },
    canonical: ["POST", "/x", "", "x-aura-nonce:n-1", "x-aura-timestamp:1735689599", ""],
  },
];

const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const hmac = (key, text) => createHmac("sha256", key).update(text).digest();

/** The Authorization header, from a canonical request. */
function authorization({ app_id, secret, timestamp }, canonical) {
  const date = new Date(timestamp * 1000).toISOString().slice(0, 10).replaceAll("-", "");
  const key = hmac(hmac(`AURA${secret}`, date), "aura_request");
  const text = ["AURA-HMAC-SHA256", timestamp, `${app_id}/${date}/aura_request`, sha256(canonical)].join("\n");
  const signed = canonical.split("\n").at(-2);
  return `AURA-HMAC-SHA256 Credential=${app_id},SignedHeaders=${signed},Signature=${hmac(key, text).toString("hex")}`;
}

/** The canonical request of a case: its lines, the names of the signed headers, the body's hash. */
function whole({ canonical, request }) {
  const names = canonical.slice(3, -1).map((line) => line.split(":", 1)[0]);
  return [...canonical, names.join(";"), sha256(request.body ?? "")].join("\n");
}

/** A vector in the form that the signers read. */
function ofVector({ app_id, app_secret, timestamp, nonce, request }) {
  assert.equal(request.params, null, "the signers take a whole URL");
  const headers = Object.entries(request.headers).map(([name, value]) => [`header.${name}`, value]);
  return {
    app_id,
    secret: app_secret,
    timestamp,
    nonce,
    method: request.method,
    url: request.base_url === null ? request.url : `${request.base_url}/${request.url}`,
    ...Object.fromEntries(headers),
    ...(request.body !== null && { body: request.body }),
  };
}

const written = (fields) =>
  Object.entries(fields)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}\n`)
    .join("");

/** Has a signer sign requests, far from UTC so that a local date shows. */
function signWith(language, requests) {
  const input = requests.map(written).join("\n");
  for (const [command, ...options] of language.run.slice(0, -1)) succeed(command, options, "");
  const [command, ...options] = language.run.at(-1);
  return succeed(command, options, input)
    .trim()
    .split(/\r?\n\r?\n/)
    .map((block) => Object.fromEntries(block.split(/\r?\n/).map((line) => line.split(": "))));
}

function succeed(command, options, input) {
  const env = { ...process.env, TZ: "Pacific/Auckland" };
  const settings = { cwd: examples, encoding: "utf8", env, input, timeout: 60_000 };
  const { error, status, stdout, stderr } = spawnSync(command, options, settings);
  assert.ifError(error);
  assert.equal(status, 0, stderr);
  return stdout;
}

const missing = (command) => spawnSync(command, ["--version"]).error?.code === "ENOENT";

for (const language of languages) {
  const lacks = (language.needs ?? []).filter(missing);
  const skip = lacks.length > 0 && `${lacks.join(" and ")} is not on this machine`;
  test(`the signer in ${language.name}`, { skip }, () => {
    const requests = [
      ...vectors.map(ofVector),
      ...cases.map(({ request }) => ({ ...credentials, ...request })),
      { app_id: "app", secret: "s", method: "GET", url: "/x" },
    ];
    const answers = signWith(language, requests);
    assert.equal(answers.length, requests.length);

    for (const vector of vectors) {
      assert.deepEqual({ ...vector.request.headers, ...answers.shift() }, vector.expect, vector.name);
    }
    for (const each of cases) {
      const expected = {
        "X-Aura-Timestamp": credentials.timestamp,
        "X-Aura-Nonce": credentials.nonce,
        ...each.added,
        Authorization: authorization(credentials, whole(each)),
      };
      assert.deepEqual(answers.shift(), expected, each.name);
    }

    const { "X-Aura-Timestamp": timestamp, "X-Aura-Nonce": nonce, Authorization } = answers.shift();
    assert.ok(Math.abs(Date.now() / 1000 - timestamp) < 60, timestamp);
    assert.match(nonce, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const canonical = ["GET", "/x", "", `x-aura-nonce:${nonce}`, `x-aura-timestamp:${timestamp}`, ""];
    const now = { app_id: "app", secret: "s", timestamp };
    assert.equal(Authorization, authorization(now, whole({ canonical, request: {} })));
  });
}

test("the exchange sends what it signed", async (context) => {
  let received;
  const server = createServer(async (request, response) => {
    const body = (await request.toArray()).join("");
    received = { method: request.method, url: request.url, headers: request.headers, body };
    response.end('{"token":"aubt_x"}');
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  context.after(() => server.close());
  const apiBaseUrl = `http://127.0.0.1:${server.address().port}/api`;
  const answer = await exchange({ apiBaseUrl, appId: "app", secret: "s", apiKey: "key" });

  assert.deepEqual(answer, { token: "aubt_x" });
  const { method, url, headers, body } = received;
  assert.equal(`${method} ${url}`, "POST /api/auth/exchange");
  assert.equal(headers["x-api-key"], "key");
  const scopes = ["upload:init", "upload:manage", "integration:read"];
  assert.deepEqual(JSON.parse(body), { ttl: 3600, scopes });
  const names = ["content-type", "host", "x-aura-nonce", "x-aura-timestamp"];
  const canonical = [method, url, "", ...names.map((name) => `${name}:${headers[name]}`), ""];
  const now = { app_id: "app", secret: "s", timestamp: headers["x-aura-timestamp"] };
  assert.equal(headers.authorization, authorization(now, whole({ canonical, request: { body } })));
});

test("the exchange tells what the server refused", async (context) => {
  const server = createServer((_, response) => response.writeHead(401).end('{"message":"no"}'));
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  context.after(() => server.close());
  const apiBaseUrl = `http://127.0.0.1:${server.address().port}`;
  const refused = exchange({ apiBaseUrl, appId: "app", secret: "s", apiKey: "key" });
  await assert.rejects(refused, { message: '401: {"message":"no"}' });
});

for (const [name, command, file] of [
  ["Node", process.execPath, "node/uploadcare.mjs"],
  ["Python", "python3", "python/uploadcare.py"],
]) {
  test(`the Uploadcare signature in ${name}`, () => {
    const env = { ...process.env, UPLOADCARE_SECRET: "project_secret_key" };
    const run = (...expire) => JSON.parse(spawnSync(command, [file, ...expire], { cwd: examples, env }).stdout);
    // openssl: printf 1454903856 | openssl dgst -sha256 -hmac project_secret_key
    assert.deepEqual(run("1454903856"), {
      secureSignature: "d39a461d41f607338abffee5f31da4d4e46535651c87346e76906bf75c064d47",
      secureExpire: "1454903856",
    });
    const { secureSignature, secureExpire } = run();
    assert.ok(Math.abs(Date.now() / 1000 + 1800 - secureExpire) < 60, secureExpire);
    assert.equal(secureSignature, hmac("project_secret_key", secureExpire).toString("hex"));
  });
}

// The guide.

const guide = readFileSync(join(root, "docs/signing.md"), "utf8");
const blocks = [...guide.matchAll(/^(.*)\n\n```(\S*)\n([^]*?)^```$/gm)].map(([, before, kind, text]) => ({
  file: /^`(examples\/\S+)`$/.exec(before)?.[1],
  kind,
  text,
}));

test("the guide shows each file of the examples as it is", () => {
  const shown = blocks.filter(({ kind }) => !["text", "sh"].includes(kind));
  for (const { file, text } of shown) {
    assert.ok(file, `the name of its file is missing above: ${text.slice(0, 80)}`);
    assert.equal(text, readFileSync(join(root, file), "utf8"), file);
  }
  const files = readdirSync(examples, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".pyc"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
  assert.deepEqual(shown.map(({ file }) => file).sort(), files.sort());
});

test("the guide's figures are those of the first vector", () => {
  const [vector] = vectors;
  const { Authorization, ...others } = vector.expect;
  const texts = blocks.filter(({ kind }) => kind === "text").map(({ text }) => text);
  const [, canonical, toSign, signature, request, answer] = texts.map((text) => text.trimEnd());
  assert.equal(texts.length, 6);
  assert.equal(authorization({ ...vector, secret: vector.app_secret }, canonical), Authorization);
  const [first, time, scope, hash] = toSign.split("\n");
  assert.deepEqual([first, time, hash], ["AURA-HMAC-SHA256", vector.timestamp, sha256(canonical)]);
  const key = hmac(hmac(`AURA${vector.app_secret}`, scope.split("/")[1]), "aura_request");
  assert.equal(hmac(key, toSign).toString("hex"), signature);
  assert.ok(Authorization.endsWith(`Signature=${signature}`));

  assert.equal(`${request}\n`, written(ofVector(vector)));
  const added = ["X-Aura-Timestamp", "X-Aura-Nonce"].map((name) => `${name}: ${others[name]}`);
  assert.equal(answer, [...added, `Authorization: ${Authorization}`].join("\n"));
});

test("the guide says what each vector pins, and its links lead somewhere", () => {
  const named = [...guide.matchAll(/^\| `([a-z-]+)` +\| /gm)].map(([, name]) => name);
  for (const { name } of vectors) assert.ok(named.includes(name), name);
  for (const [, target] of guide.matchAll(/\]\((\.\.?\/[^)#]+)\)/g)) {
    assert.ok(existsSync(join(root, "docs", target)), target);
  }
});
