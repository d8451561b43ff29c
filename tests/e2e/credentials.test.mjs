// Tokens and signatures that end before the upload does.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { entriesOf } from "./support/archive.mjs";
import { startAuraBackend } from "./support/aura-backend.mjs";
import { startBrowser } from "./support/browser.mjs";
import { keysFile } from "./support/gate.mjs";
import { servePage, Widget } from "./support/host-page.mjs";
import { expected, phantom } from "./support/samples.mjs";
import { generateSecureSignature } from "../../pkg/server.mjs";

/** Seconds: shorter than the upload, which takes about 25. */
const shortLived = ["--token-lifetime", "8", "--lift-lifetime", "10"];
const signatureLifetime = 6_000;
const secret = "shared_with_the_gate";
/** Bytes a second. */
const slow = 1_250_000;

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

/** A widget with a study of some 30 MB, on a slow line, whose page gets its tokens from `host.token()` and its signatures
 * from `host.signature(request)`. */
async function ready(t, host = {}) {
  const signed = ["--signatures", "uploadcare", "--keys", await keysFile(t, { clinic: secret })];
  const [server, folder] = [await startAuraBackend(t, [...shortLived, ...signed]), await phantom(t, 40, 512)];
  host.token ??= server.token;
  host.signature ??= async () => generateSecureSignature(secret, { lifetime: signatureLifetime });
  const answers = { "/token": () => host.token(), "/signature": (request) => host.signature(request) };
  const page = await servePage(t, { answers });
  await browser.driver.get(page);
  const widget = await Widget.start(browser.driver, {
    ...(await server.settings()),
    tokenUrl: "/token",
    signatureUrl: "/signature",
    chunkSize: 2_000_000,
    compression: "store", // deflated, it would be over too soon
    secureUploadsExpireThreshold: 2000,
  });
  await widget.chooseFolder(folder);
  await widget.step("pending");
  server.proxy.rate = slow;
  return { server, host, widget, wanted: [...(await expected(folder)).values()].map((file) => file.sha256).sort() };
}

async function arrived(server, wanted) {
  const archives = await server.finished();
  assert.equal(archives.length, 1);
  assert.deepEqual((await entriesOf(archives[0])).map((entry) => entry.sha256).sort(), wanted);
}

test("tokens and signatures shorter than the upload are renewed before the server refuses one", async (t) => {
  const { server, host, widget, wanted } = await ready(t);
  const asked = [];
  const { signature } = host;
  host.signature = (request) => {
    asked.push(request);
    return signature(request);
  };
  const began = performance.now();
  await widget.press("^Upload");
  await widget.step("complete");
  await arrived(server, wanted);
  assert.equal(server.answered(400, 401, 403), 0);
  // Each lives for 6 s and is replaced 2 s before that.
  const seconds = (performance.now() - began) / 1000;
  assert.ok(asked.length >= 3 && asked.length <= seconds / 4 + 1, `${asked.length} in ${seconds} s`);
  const [{ uploadId, fileName, fileSize, fileType, studyUids }] = asked;
  assert.equal(fileName, `${uploadId}.zip`);
  assert.equal(fileType, "application/zip");
  assert.ok(fileSize === null || fileSize > 20_000_000, `${fileSize}`);
  assert.equal(studyUids.length, 1);
  assert.deepEqual(await browser.console(), []);
});

/** `resolve`, but that its second call and the third fail. */
function failingTwice(resolve) {
  const fallible = async (request) => {
    fallible.calls += 1;
    if (fallible.calls === 2 || fallible.calls === 3) throw new Error("not now");
    return resolve(request);
  };
  fallible.calls = 0;
  return fallible;
}

test("resolvers that fail twice in a row cost nothing", async (t) => {
  const { server, host, widget, wanted } = await ready(t);
  host.token = failingTwice(host.token);
  host.signature = failingTwice(host.signature);
  await widget.press("^Upload");
  await widget.step("complete");
  assert.ok(host.token.calls > 3 && host.signature.calls > 3);
  await arrived(server, wanted);
  assert.equal(server.answered(400, 401, 403), 0);
  assert.deepEqual(await widget.said("error"), []);
  await browser.console(); // the page's own answers of 503 are reported there
});

test("a resolver that is down stops the upload, and Try again goes on once it is back", async (t) => {
  const { server, host, widget, wanted } = await ready(t);
  const { token } = host;
  host.token = () => Promise.reject(new Error("down"));
  await widget.press("^Upload");
  const failed = await widget.step("error");
  assert.match(failed.errorMessage, /token could not be renewed/);
  const [error] = await widget.said("error");
  assert.equal(error.context, "token");
  host.token = token;
  await widget.press("^Try again");
  await widget.step("complete");
  await arrived(server, wanted);
  await browser.console(); // the page's own answers of 503 are reported there
});

test("a signature that can't be renewed stops the upload, and Try again goes on from where it was", async (t) => {
  const { server, host, widget, wanted } = await ready(t);
  const { signature } = host;
  let first = true;
  host.signature = (request) => {
    if (!first) throw new Error("down");
    first = false;
    return signature(request);
  };
  await widget.press("^Upload");
  const failed = await widget.step("error");
  assert.match(failed.errorMessage, /signature could not be renewed/);
  const sent = failed.progress.bytesSent;
  assert.ok(sent > 0, "it had begun");
  host.signature = signature;
  await widget.press("^Try again");
  const gone = await widget.until((state) => state.step === "uploading" && state.progress.bytesSent > 0);
  assert.ok(gone.progress.bytesSent >= sent, `from ${gone.progress.bytesSent} of ${sent} bytes`);
  await widget.step("complete");
  await arrived(server, wanted);
  await browser.console(); // the page's own answers of 503 are reported there
});
