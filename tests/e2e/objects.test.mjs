// The official tus server with its store on object storage: what an integrator goes on to who outgrows one machine.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { entriesOf, opensEverywhere } from "./support/archive.mjs";
import { startBrowser } from "./support/browser.mjs";
import { sha256 } from "./support/folders.mjs";
import { servePage, Widget } from "./support/host-page.mjs";
import { startS3 } from "./support/s3.mjs";
import { expected, phantom } from "./support/samples.mjs";
import { startTusServer } from "./support/tus-server.mjs";

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

async function ready(t, options) {
  const [s3, folder, page] = [await startS3(t), await phantom(t, 40, 512), await servePage(t)];
  const server = await startTusServer(t, { ownProcess: { s3: s3.store } });
  const open = async () => {
    await browser.driver.get(page);
    const widget = await Widget.start(browser.driver, { ...(await server.options()), ...options });
    await widget.chooseFolder(folder);
    await widget.step("pending");
    return widget;
  };
  server.proxy.rate = 8_000_000;
  return { s3, server, folder, open, widget: await open() };
}

// Parts are 5 MiB at least: what is shorter, the store keeps beside them until there is more.
for (const options of [
  { compression: "store" },
  { compression: "store", chunkSize: 1_048_576 },
  { compression: "deflate" },
]) {
  test(`cut, killed and loaded again an upload becomes the object that it should: ${JSON.stringify(options)}`, async (t) => {
    const { s3, server, folder, open, widget } = await ready(t, options);
    server.proxy.cutAfter(3_000_000);
    await widget.press("^Upload");
    await widget.until(() => server.proxy.cuts === 1, "a cut");
    await widget.until((state) => state.progress.bytesSent > 6_000_000, "6 MB sent");
    await server.kill();
    await widget.until((state) => state.connectionIssues, "it says so");
    await server.startAgain();
    await widget.until((state) => !state.connectionIssues && state.progress.bytesSent > 8_000_000, "8 MB sent");
    const again = await open();
    await again.press("^Upload");
    server.proxy.rate = Infinity;
    const { step } = await again.until((state) => ["complete", "error"].includes(state.step), "an end");
    assert.equal(step, "complete", JSON.stringify(await again.said("error")));
    assert.deepEqual(server.calls(), ["init", "start", "start", "complete"]);
    assert.equal(server.created(), 1);

    const [object, ...more] = await s3.finished();
    assert.deepEqual([more, await s3.unfinished()], [[], 0]);
    await opensEverywhere(object);
    const files = [...(await expected(folder)).values()].map((file) => file.sha256).sort();
    assert.deepEqual((await entriesOf(object)).map((entry) => entry.sha256).sort(), files);
    await browser.console(); // the browser itself reports what fails

    if (options.compression !== "store") return;
    // To a store of files, with nothing happening, the same archive is sent, byte for byte.
    const plain = await startTusServer(t);
    await browser.driver.get(await servePage(t));
    const undisturbed = await Widget.start(browser.driver, { ...(await plain.options()), compression: "store" });
    await undisturbed.chooseFolder(folder);
    await undisturbed.step("pending");
    await undisturbed.press("^Upload");
    await undisturbed.step("complete");
    const [archive] = await plain.finished();
    assert.equal(sha256(await readFile(object)), sha256(await readFile(archive)));
  });
}

test("cancel leaves nothing in the bucket but what the store never removes", async (t) => {
  const { s3, server, widget } = await ready(t, { compression: "store" });
  await widget.press("^Upload");
  await widget.until((state) => state.progress.bytesSent > 8_000_000, "8 MB sent");
  assert.equal(await s3.unfinished(), 1);
  await widget.press("^Cancel");
  await widget.press("^Stop");
  await widget.step("cancelled");
  await widget.told("cancel");
  assert.equal(await s3.unfinished(), 0);
  // The store's own `remove` leaves the beginning of the chunk that was cut, and nothing else (docs/backends.md).
  const [left, ...more] = await s3.keys();
  assert.match(left ?? ".part", /\.part$/);
  assert.deepEqual(more, []);
  assert.deepEqual(server.calls(), ["init", "start", "cancel"]);
});
