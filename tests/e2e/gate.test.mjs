// The gate in front of the official tus server: what a page's backend has signed gets through, byte for byte.

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { after, before, test } from "node:test";
import { entriesOf } from "./support/archive.mjs";
import { startBrowser } from "./support/browser.mjs";
import { keysFile, startGate } from "./support/gate.mjs";
import { servePage, Widget } from "./support/host-page.mjs";
import { expected, phantom } from "./support/samples.mjs";
import { startTusServer } from "./support/tus-server.mjs";
import { signUpload, signUploadJwt } from "../../pkg/server.mjs";

const [name, secret] = ["clinic", "shared_with_the_gate"];

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

/** What a page's backend signs for the upload that its widget asks about. */
const signers = {
  imagekit({ uploadId, fileName, fileSize, fileType }) {
    const uploadPayload = { uploadId, fileName, fileType, ...(fileSize !== null && { fileSize: `${fileSize}` }) };
    // Two tokens for the same upload in the same second would be the same one, and good once.
    const expire = randomInt(60, 600);
    return { secureSignature: signUploadJwt({ uploadPayload, expire, publicKey: name }, secret).token };
  },
  auraimage(_, maxSize = "1gb") {
    const expires = Date.now() + 60_000;
    const upload = { slug: name, maxSize, allowedTypes: ["application/zip"], expires };
    return { secureSignature: signUpload(upload, secret), secureExpire: `${Math.floor(expires / 1000)}` };
  },
};

/** A widget with a study, its uploads to @tus/server behind a gate for `scheme`, signed by `sign(request)`. */
async function ready(t, scheme, sign, options = {}) {
  const keys = await keysFile(t, { [name]: secret });
  let gate;
  const server = await startTusServer(t, {
    async inFront(endpoint) {
      gate = await startGate(t, endpoint, ["--signatures", scheme, "--keys", keys]);
      return gate.endpoint;
    },
  });
  const folder = await phantom(t, 12, 256);
  await browser.driver.get(await servePage(t, { answers: { "/signature": sign } }));
  const widget = await Widget.start(browser.driver, {
    ...(await server.options()),
    signatureUrl: "/signature",
    chunkSize: 300_000,
    ...options,
  });
  await widget.chooseFolder(folder);
  await widget.step("pending");
  return { server, gate, widget, wanted: [...(await expected(folder)).values()].map((file) => file.sha256).sort() };
}

for (const [scheme, sign] of Object.entries(signers)) {
  test(`an upload signed as ${scheme} wants it arrives whole behind the gate`, async (t) => {
    const { server, gate, widget, wanted } = await ready(t, scheme, async (request) => sign(request));
    await widget.press("^Upload");
    await widget.step("complete");
    const [archive, ...more] = await server.finished();
    assert.deepEqual(more, []);
    assert.deepEqual((await entriesOf(archive)).map((entry) => entry.sha256).sort(), wanted);
    assert.ok(server.patched() > 1);
    assert.deepEqual(
      gate.log.filter((line) => line.includes("refused")),
      [],
    );
    assert.deepEqual(await browser.console(), []);
  });
}

/** What a backend may sign that the gate doesn't take: scheme, signature, and what the person is told. */
const refused = {
  "another secret": [
    "imagekit",
    ({ uploadId }) => signUploadJwt({ uploadPayload: { uploadId }, expire: 60, publicKey: name }, "another").token,
    /signature does not match/,
  ],
  "another upload": [
    "imagekit",
    (request) => signers.imagekit({ ...request, uploadId: "another" }).secureSignature,
    /parameter uploadId is not as in the token/,
  ],
  "a smaller upload": ["auraimage", (request) => signers.auraimage(request, "1kb").secureSignature, /1024 are allowed/],
};

for (const [what, [scheme, sign, told]] of Object.entries(refused)) {
  test(`a token for ${what} is refused with a text that the page can read, and nothing is stored`, async (t) => {
    const answer = async (request) => ({
      secureSignature: sign(request),
      secureExpire: `${Math.floor(Date.now() / 1000) + 60}`,
    });
    // Its length is known from the start, so that it is judged by the creation.
    const { server, widget } = await ready(t, scheme, answer, { compression: "store" });
    await widget.press("^Upload");
    const failed = await widget.step("error");
    assert.match(failed.errorMessage, told);
    assert.deepEqual(await server.kept(), []);
    assert.equal(server.created(), 0, "the server behind was never asked");
    await browser.console(); // the browser reports the refusal there
  });
}
