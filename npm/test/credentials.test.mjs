import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { compiled } from "./compiled.mjs";

let credentials;
let warn;
let debug;

beforeEach(async () => {
  credentials = await compiled("credentials.ts");
  mock.restoreAll();
  warn = mock.method(console, "warn", () => {});
  debug = mock.method(console, "debug", () => {});
});

const at = "2026-11-22T12:00:00Z";
const jwt = (payload) => `e30.${Buffer.from(JSON.stringify(payload)).toString("base64url")}.c2ln`;

for (const [answer, wrong] of [
  [null, "gave nothing"],
  [undefined, "gave nothing"],
  ["aubt_0", "gave nothing"],
  [{}, "gave no token"],
  [{ token: "", expires_at: at }, "gave no token"],
  [{ token: 7, expires_at: at }, "gave no token"],
  [{ token: "sk_secret", expires_at: at }, "gave a token that does not start with 'aubt_'"],
  [{ token: "aubt_0" }, "gave no expires_at"],
  [{ token: "aubt_0", expires_at: "soon" }, "gave an expires_at that is no date"],
  [{ token: "aubt_0", expires_at: -5 }, "gave an expires_at that is no date"],
]) {
  test(`a token answer ${JSON.stringify(answer)} is named and not shown`, () => {
    assert.throws(() => credentials.uploadToken(answer), {
      message: `uploadTokenResolver ${wrong}`,
      incomplete: true,
    });
  });
}

for (const [answer, wrong] of [
  [null, "gave nothing"],
  [{ secureExpire: "1" }, "gave no secureSignature"],
  [{ secureSignature: "abc" }, "gave no secureExpire"],
  [{ secureSignature: "abc", secureExpire: "tomorrow" }, "gave a secureExpire that is no UNIX timestamp"],
  [{ secureSignature: "abc", secureExpire: "-1" }, "gave a secureExpire that is no UNIX timestamp"],
  [{ secureSignature: "abc", secureExpire: NaN }, "gave a secureExpire that is no UNIX timestamp"],
  [{ secureSignature: jwt({}) }, "gave no secureExpire"],
  [{ secureSignature: "a.%%%.c" }, "gave no secureExpire"],
]) {
  test(`a signature answer ${JSON.stringify(answer)} is named and not shown`, () => {
    assert.throws(() => credentials.signature(answer), {
      message: `secureUploadsSignatureResolver ${wrong}`,
      incomplete: true,
    });
  });
}

test("values come with their expiry in milliseconds", () => {
  assert.deepEqual(credentials.uploadToken({ token: "aubt_0", expires_at: at }), {
    value: "aubt_0",
    expires: Date.parse(at),
  });
  assert.deepEqual(credentials.signature({ secureSignature: "abc", secureExpire: "1700000000" }), {
    value: "abc",
    expires: 1_700_000_000_000,
  });
  const token = jwt({ exp: 1_700_000_001, name: "ü" });
  assert.deepEqual(credentials.signature({ secureSignature: token }), { value: token, expires: 1_700_000_001_000 });
});

test("a resolver wins over a static value, with one warning", async () => {
  const { uploadToken, signature } = credentials.credentialsOf({
    uploadToken: "aubt_0",
    uploadTokenResolver: async () => ({ token: "aubt_1", expires_at: at }),
  });
  assert.deepEqual(
    warn.mock.calls.map((call) => call.arguments[0]),
    ["[auraloader] uploadToken is not used, as uploadTokenResolver is given"],
  );
  assert.equal((await uploadToken.resolve()).value, "aubt_1");
  assert.equal(signature, null);
});

test("debug says until when, and never what", async () => {
  const { signature } = credentials.credentialsOf({
    debug: true,
    secureUploadsSignatureResolver: async ({ uploadId }) => ({
      secureSignature: `secret of ${uploadId}`,
      secureExpire: "1700000000",
    }),
  });
  assert.equal((await signature.resolve({ uploadId: "1" })).value, "secret of 1");
  const said = debug.mock.calls.map((call) => call.arguments.join(" ")).join("\n");
  assert.match(said, /will expire in 2023-11-14T22:13:20\.000Z/);
  assert.doesNotMatch(said, /secret/);
});

test("a resolver that throws at once rejects as one that rejects", async () => {
  const { uploadToken } = credentials.credentialsOf({
    uploadTokenResolver: () => {
      throw new Error("down");
    },
  });
  await assert.rejects(uploadToken.resolve(), { message: "down" });
  assert.equal(warn.mock.callCount(), 1);
});
