// Tokens that end before the upload does.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { entriesOf } from "./support/archive.mjs";
import { startAuraBackend } from "./support/aura-backend.mjs";
import { startBrowser } from "./support/browser.mjs";
import { servePage, Widget } from "./support/host-page.mjs";
import { expected, phantom } from "./support/samples.mjs";

/** Seconds: shorter than the upload, which takes about 25. */
const shortLived = ["--token-lifetime", "8", "--lift-lifetime", "10"];
/** Bytes a second. */
const slow = 1_250_000;

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

/** A widget with a study of some 30 MB, on a slow line, whose page gets its tokens from `host.token()`. */
async function ready(t, host = {}) {
  const [server, folder] = [await startAuraBackend(t, shortLived), await phantom(t, 40, 512)];
  host.token ??= server.token;
  const page = await servePage(t, { token: () => host.token() });
  await browser.driver.get(page);
  const widget = await Widget.start(browser.driver, {
    ...(await server.settings()),
    tokenUrl: "/token",
    chunkSize: 2_000_000,
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

test("tokens shorter than the upload are renewed before the server refuses one", async (t) => {
  const { server, widget, wanted } = await ready(t);
  await widget.press("^Upload");
  await widget.step("complete");
  await arrived(server, wanted);
  assert.equal(server.answered(401), 0);
  assert.deepEqual(await browser.console(), []);
});

test("a resolver that fails twice in a row costs nothing", async (t) => {
  const { server, host, widget, wanted } = await ready(t);
  let failures = 0;
  host.token = async () => {
    if (failures < 2) {
      failures += 1;
      throw new Error("not now");
    }
    return server.token();
  };
  await widget.press("^Upload");
  await widget.step("complete");
  assert.equal(failures, 2);
  await arrived(server, wanted);
  assert.equal(server.answered(401), 0);
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
