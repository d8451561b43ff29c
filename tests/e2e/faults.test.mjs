// What goes wrong on the way: the connection, the person's mind.

import assert from "node:assert/strict";
import { open, readdir, rename } from "node:fs/promises";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { entriesOf } from "./support/archive.mjs";
import { startAuraBackend } from "./support/aura-backend.mjs";
import { startBrowser } from "./support/browser.mjs";
import { servePage, Widget } from "./support/host-page.mjs";
import { expected, phantom } from "./support/samples.mjs";
import { startTusServer } from "./support/tus-server.mjs";

const servers = { "aura-backend": startAuraBackend, "@tus/server": startTusServer };

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

/** A widget with a study of some 30 MB in it, ready to send. */
async function ready(t, start, options = {}, slices = 40, size = 512) {
  const [server, folder, page] = [await start(t), await phantom(t, slices, size), await servePage(t)];
  await browser.driver.get(page);
  const widget = await Widget.start(browser.driver, { ...(await server.options()), chunkSize: 5_242_880, ...options });
  await widget.chooseFolder(folder);
  await widget.step("pending");
  return { server, widget, folder, wanted: [...(await expected(folder)).values()].map((file) => file.sha256).sort() };
}

for (const [name, start] of Object.entries(servers)) {
  test(`a connection cut in mid-PATCH ends byte for byte the same: ${name}`, async (t) => {
    const { server, widget, wanted } = await ready(t, start);
    server.proxy.cutAfter(3_000_000);
    await widget.press("^Upload");
    await widget.until(() => server.proxy.cuts === 1, "the first cut");
    server.proxy.cutAfter(7_000_000);
    const { step } = await widget.until((state) => ["complete", "error"].includes(state.step));
    assert.equal(step, "complete", JSON.stringify(await widget.said("error")));
    assert.equal(server.proxy.cuts, 2);
    const [archive] = await server.finished();
    assert.deepEqual((await entriesOf(archive)).map((entry) => entry.sha256).sort(), wanted);
    assert.deepEqual(await widget.said("error"), []);
    await widget.told("complete");
    assert.equal((await widget.said("complete")).length, 1);
    await browser.console(); // the browser itself reports the cut there
  });

  test(`cancel in mid-upload leaves nothing and reports only the cancel: ${name}`, async (t) => {
    const { server, widget } = await ready(t, start);
    server.proxy.rate = 4_000_000;
    await widget.press("^Upload");
    await widget.until((state) => state.step === "uploading" && state.progress.bytesSent > 6_000_000, "6 MB sent");
    assert.notEqual((await server.kept()).length, 0);
    await widget.press("^Cancel");
    await widget.press("^Stop");
    await widget.step("cancelled");
    await widget.heading("Upload cancelled");
    await widget.told("cancel");
    assert.deepEqual(await server.kept(), []);
    assert.equal((await widget.said("cancel")).length, 1);
    assert.deepEqual(await widget.said("error"), []);
    assert.deepEqual(await widget.said("complete"), []);
    if (server.calls) assert.deepEqual(server.calls(), ["init", "start", "cancel"]);
    assert.deepEqual(await browser.console(), []);
  });
}

test("an error says what happened, and Try again goes on from where it was", async (t) => {
  const { server, widget, wanted } = await ready(t, startTusServer, { retryDelays: [] });
  server.proxy.cutAfter(8_000_000);
  await widget.press("^Upload");
  const failed = await widget.step("error");
  assert.notEqual(failed.errorMessage, "");
  await widget.heading("The upload stopped");
  const [error, ...more] = await widget.said("error");
  assert.deepEqual(more, []);
  assert.equal(error.context, "upload");

  const sentBefore = server.patched();
  await widget.press("^Try again");
  await widget.step("complete");
  const [archive] = await server.finished();
  assert.deepEqual((await entriesOf(archive)).map((entry) => entry.sha256).sort(), wanted);
  assert.ok(server.patched() > sentBefore && server.created() === 1, "the same tus upload went on");
  await browser.console(); // the browser itself reports the cut there
});

test("a server that is away for longer than the tries of one request ends nothing", async (t) => {
  const { server, widget, wanted } = await ready(t, startTusServer);
  server.proxy.rate = 20_000_000;
  await widget.press("^Upload");
  await widget.until((state) => state.progress.bytesSent > 6_000_000, "6 MB sent");
  server.proxy.vanish();
  await widget.until((state) => state.connectionIssues, "it says so");
  // 0, 1, 3 and 5 s apart, and on.
  await widget.until(() => server.proxy.refused > 5, "six tries in vain");
  server.proxy.gone = false;
  server.proxy.rate = Infinity;
  await widget.step("complete");
  const [archive] = await server.finished();
  assert.deepEqual((await entriesOf(archive)).map((entry) => entry.sha256).sort(), wanted);
  assert.deepEqual(server.calls(), ["init", "start", "complete"]);
  assert.deepEqual(await widget.said("error"), []);
  await browser.console(); // the browser itself reports each try
});

for (const [what, request] of [
  ["the browser has no wake lock", "undefined"],
  ["the browser refuses the wake lock", "{ request: () => Promise.reject(new DOMException('', 'NotAllowedError')) }"],
]) {
  test(`where ${what} the person is asked to see to it`, async (t) => {
    const { server, widget } = await ready(t, startTusServer);
    const script = `Object.defineProperty(navigator, "wakeLock", { value: ${request} })`;
    await browser.driver.executeScript(script);
    server.proxy.rate = 4_000_000;
    await widget.press("^Upload");
    await widget.element(".hint", "^Keep this page open, and don't let this device go to sleep\\.$");
    server.proxy.rate = Infinity;
    await widget.step("complete");
  });
}

const sizes = { "small files": [200, 128], "larger files": [40, 512] };

/** Files by name, in the order in which they are sent. */
const filesOf = async (folder) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

for (const [which, [slices, size]] of Object.entries(sizes)) {
  test(`${which}: of those that are gone for a while one is named, and what is there already stays`, async (t) => {
    const { server, widget, folder, wanted } = await ready(t, startTusServer, { chunkSize: 1_000_000 }, slices, size);
    server.proxy.rate = 2_000_000;
    await widget.press("^Upload");
    await widget.until((state) => state.progress.bytesSent > 1_500_000, "1.5 MB sent");
    // Many, so that both what is sent and what is got ready meanwhile lack some.
    const all = await filesOf(folder);
    const gone = all.slice(all.length / 2);
    for (const path of gone) await rename(path, `${path}-away`);
    server.proxy.rate = Infinity;
    const { progress } = await widget.step("error");
    const [error] = await widget.said("error");
    assert.ok(
      gone.some((path) => error.message.includes(basename(path))),
      JSON.stringify(error),
    );
    assert.ok(progress.bytesSent >= 1_000_000, `${progress.bytesSent} sent`);
    for (const path of gone) await rename(`${path}-away`, path);
    const before = server.proxy.sent;
    await widget.press("^Try again");
    await widget.step("complete");
    const [archive] = await server.finished();
    assert.deepEqual((await entriesOf(archive)).map((entry) => entry.sha256).sort(), wanted);
    assert.ok(server.proxy.sent - before < progress.bytesTotal - 900_000, "what was there is not sent again");
    await browser.console();
  });

  for (const compression of ["store", "deflate"])
    test(`${which}: one that was changed after it was chosen is named, not sent: ${compression}`, async (t) => {
      const { server, widget, folder } = await ready(t, startTusServer, { compression }, slices, size);
      const last = (await filesOf(folder)).at(-1);
      const file = await open(last, "r+");
      await file.write(Buffer.from([1, 2, 3, 4]), 0, 4, (await file.stat()).size - 4);
      await file.close();
      await widget.press("^Upload");
      await widget.step("error");
      const [error] = await widget.said("error");
      assert.ok(error.message.includes(basename(last)), JSON.stringify(error));
      assert.deepEqual(await server.finished(), []);
      await browser.console();
    });
}

test("while it sends, leaving asks and the screen stays awake", async (t) => {
  const { server, widget } = await ready(t, startTusServer);
  await browser.driver.executeScript(() => {
    window.locks = 0;
    navigator.wakeLock.request = async () => ((window.locks += 1), { release: async () => (window.locks -= 1) });
  });
  const asks = () =>
    browser.driver.executeScript(() => !window.dispatchEvent(new Event("beforeunload", { cancelable: true })));
  const locks = () => browser.driver.executeScript(() => window.locks);
  assert.deepEqual([await asks(), await locks()], [false, 0]);
  server.proxy.rate = 4_000_000;
  await widget.press("^Upload");
  await widget.until((state) => state.step === "uploading" && state.progress.bytesSent > 1_000_000, "1 MB sent");
  assert.deepEqual([await asks(), await locks()], [true, 1]);
  await widget.element(".hint", "^Keep this page open\\.$");
  server.proxy.rate = Infinity;
  await widget.step("complete");
  assert.deepEqual([await asks(), await locks()], [false, 0]);
});
