// The server entry's schemes besides HmacSigner, beside those packages that they are made after.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { beforeEach, mock, test } from "node:test";
import { inspect } from "node:util";
import * as uploadcare from "@uploadcare/signed-uploads";
import jwt from "jsonwebtoken";

const pkg = join(import.meta.dirname, "../../pkg");
const formats = {
  esm: await import(join(pkg, "server.mjs")),
  cjs: createRequire(import.meta.url)(join(pkg, "server.cjs")),
};
const { AuraImage, generateSecureSignature, signUpload, signUploadJwt } = formats.esm;
const fixtures = join(import.meta.dirname, "../../tests/fixtures");
const fixture = JSON.parse(await readFile(join(fixtures, "jsonwebtoken.json"), "utf8"));

const now = 1_714_035_985_678;
const secret = "project_secret_kéy";

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["Date"], now });
});

for (const [format, ours] of Object.entries(formats)) {
  test(`generateSecureSignature is that of @uploadcare/signed-uploads: ${format}`, () => {
    for (const options of [
      { expire: now },
      { expire: now + 0.9 },
      { expire: new Date(now + 1_800_000) },
      { expire: "2026-11-22T10:00:00.999Z" },
      { expire: 0 },
      { expire: 999 },
      { lifetime: 60_000 },
      { lifetime: 321 },
      { lifetime: 322 },
      { lifetime: 1.5 },
      { lifetime: -1000 },
      { expire: now, lifetime: 60_000 },
    ]) {
      const wanted = uploadcare.generateSecureSignature(secret, options);
      assert.deepEqual(ours.generateSecureSignature(secret, options), wanted, inspect(options));
    }
  });

  test(`jsonwebtoken makes the same token, byte for byte, and verifies ours: ${format}`, () => {
    const { iat, public_key: publicKey, private_key: privateKey, tokens } = fixture;
    const header = { alg: "HS256", typ: "JWT", kid: publicKey };
    assert.ok(tokens.length >= 3);
    for (const { payload: uploadPayload, expire, token: kept } of tokens) {
      mock.timers.setTime(iat * 1000 + 999);
      const { token } = ours.signUploadJwt({ uploadPayload, expire, publicKey }, privateKey);
      assert.equal(token, jwt.sign(uploadPayload, privateKey, { expiresIn: expire, header }));
      assert.equal(token, kept, "the crate's tests verify the one kept");
      const read = jwt.verify(token, privateKey, { algorithms: ["HS256"], complete: true });
      assert.deepEqual(read.header, header);
      assert.deepEqual(read.payload, { ...uploadPayload, iat, exp: iat + expire });
      assert.throws(() => jwt.verify(token, `${privateKey}x`), { message: "invalid signature" });
      mock.timers.setTime((iat + expire) * 1000);
      assert.throws(() => jwt.verify(token, privateKey), { name: "TokenExpiredError" });
    }
  });

  test(`signUpload signs the limits with the key: ${format}`, () => {
    const limits = { slug: "clinic", maxSize: "5mb", allowedTypes: ["application/zip", "image/*"], expires: now };
    const token = new ours.AuraImage({ secretKey: secret }).signUpload(limits);
    const [claims, mac] = token.split(".");
    assert.equal(mac, createHmac("sha256", secret).update(claims).digest("base64url"));
    assert.deepEqual(JSON.parse(Buffer.from(claims, "base64url")), { ...limits, maxSize: 5_242_880 });
    assert.equal(ours.signUpload({ ...limits, maxSize: 5_242_880, expires: new Date(now) }, secret), token);
    assert.notEqual(ours.signUpload(limits, "another"), token);
  });
}

const limits = { slug: "clinic", maxSize: "5mb", allowedTypes: ["image/*"], expires: now };
const request = { uploadPayload: { fileName: "a" }, expire: 400, publicKey: "public" };
const limited = (change) => () => signUpload({ ...limits, ...change }, secret);
const requested = (change) => () => signUploadJwt({ ...request, ...change }, secret);
for (const [call, message] of [
  [() => generateSecureSignature("", { lifetime: 1 }), "secret is required"],
  [() => generateSecureSignature(secret), "options must be an object"],
  [() => generateSecureSignature(secret, {}), "options.expire or options.lifetime is required"],
  [() => generateSecureSignature(secret, { lifetime: "60" }), "options.lifetime must be a number of milliseconds"],
  [() => generateSecureSignature(secret, { expire: NaN }), /^options.expire must be a Date, or milliseconds/],
  [() => generateSecureSignature(secret, { expire: "soon" }), /^options.expire must be a Date, or milliseconds/],
  [() => generateSecureSignature(secret, { expire: -1 }), "the expiry must be Unix time, not before 1970"],
  [() => new AuraImage(), "options must be an object"],
  [() => new AuraImage({ secretKey: undefined }), "secretKey is required"],
  [() => signUpload(limits), "secretKey is required"],
  [() => signUpload(undefined, secret), "upload must be an object"],
  [limited({ slug: undefined }), "upload.slug is required"],
  [limited({ maxSize: undefined }), "upload.maxSize is required"],
  [limited({ maxSize: -5 }), /^the size must be a number of bytes/],
  [limited({ maxSize: "5 apples" }), /^the size must be a number of bytes/],
  [limited({ allowedTypes: "image/*" }), "upload.allowedTypes must be an array of strings"],
  [limited({ allowedTypes: [7] }), "upload.allowedTypes[0] must be a string"],
  [limited({ allowedTypes: [] }), "at least one type must be allowed; */* allows all"],
  [limited({ expires: undefined }), "upload.expires is required"],
  [() => signUploadJwt(undefined, secret), "request must be an object"],
  [() => signUploadJwt(request), "privateKey is required"],
  [requested({ publicKey: "" }), "publicKey is required"],
  [requested({ uploadPayload: undefined }), "uploadPayload must be a plain object"],
  [requested({ uploadPayload: { size: 7 } }), "uploadPayload.size must be a string"],
  [requested({ uploadPayload: { exp: "7" } }), "the upload parameter exp can't be signed"],
  [requested({ expire: "400" }), "expire must be a whole number of seconds"],
  [requested({ expire: 3600 }), "a token must live for 1 to 3599 seconds, not 3600"],
]) {
  test(`${call}: ${message}`, () => assert.throws(call, { name: "TypeError", message }));
}

test("nothing shows the key", () => {
  const aura = new AuraImage({ secretKey: secret });
  const shown = inspect(aura, { showHidden: true, depth: null }) + JSON.stringify(aura);
  assert.ok(!shown.includes(secret), shown);
});
