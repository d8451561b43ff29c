// What axe-core finds in the states of a widget, light and dark.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createRequire } from "node:module";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startAuraBackend } from "./support/aura-backend.mjs";
import { startBrowser } from "./support/browser.mjs";
import { emulateMedia, still } from "./support/emulation.mjs";
import { temporaryFolder } from "./support/folders.mjs";
import { servePage, Widget } from "./support/host-page.mjs";
import { phantom } from "./support/samples.mjs";

let browser, axe;
before(async () => {
  axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  browser = await startBrowser();
  // Fading colours are not what a person ends up reading.
  await emulateMedia(browser.driver, still);
});
after(() => browser.close());

/** Fails with what axe finds in the widget: the rule, and where. */
async function passes(state) {
  await browser.driver.executeScript(axe);
  const { moving, found } = await browser.driver.executeAsyncScript((done) => {
    const uploader = document.getElementById("uploader");
    // Neither the document's list nor the element's has what moves in a shadow tree.
    const moving = uploader.shadowRoot.getAnimations().map((animation) => animation.effect.target.className);
    window.axe
      .run(uploader, { resultTypes: ["violations"] })
      .then(({ violations }) =>
        violations.map(({ id, nodes }) => [id, nodes.map(({ target, any }) => [target, any[0]?.message])]),
      )
      .catch(String)
      .then((found) => done({ moving, found }));
  });
  assert.deepEqual(moving, [], `${state}: nothing moves`);
  assert.deepEqual(found, [], state);
}

for (const theme of ["light", "dark"]) {
  test(`every state of an upload, ${theme}`, async (t) => {
    const server = await startAuraBackend(t);
    const folder = await phantom(t, 60);
    await mkdir(join(folder, "letters"));
    await writeFile(join(folder, "letters", "letter.txt"), "Dear patient");
    await browser.driver.get(await servePage(t));
    const options = { ...(await server.options()), theme, compression: "store", chunkSize: 100_000 };
    const widget = await Widget.start(browser.driver, options);
    await widget.heading("^Add your imaging files");
    await passes("start");

    await widget.chooseFolder(folder);
    await widget.step("pending");
    await passes("pending");
    await widget.press("left out");
    await widget.press("Not an imaging file");
    await widget.press("in 3 series|in \\d+ series");
    await passes("pending, all opened");

    server.proxy.rate = 500_000;
    await widget.press("^Upload");
    await widget.step("uploading");
    await passes("uploading");
    await widget.press("^Cancel");
    await passes("the question before it is stopped");
    await widget.press("^Keep going");
    await widget.press("^Pause");
    await widget.step("paused");
    await passes("paused");
    server.proxy.rate = Infinity;
    await widget.press("^Carry on");
    await widget.step("complete");
    await passes("complete");
  });

  test(`what goes wrong, ${theme}`, async (t) => {
    const server = await startAuraBackend(t, [], true);
    const letters = await temporaryFolder(t);
    await writeFile(join(letters, "letter.txt"), "Dear patient");
    await browser.driver.get(await servePage(t));
    const options = { ...(await server.options()), theme, compression: "store", chunkSize: 100_000 };
    const widget = await Widget.start(browser.driver, options);
    await widget.chooseFolder(letters);
    await widget.heading("^No imaging found");
    await passes("nothing found");

    await widget.chooseFolder(await phantom(t, 60));
    await widget.step("pending");
    server.proxy.rate = 500_000;
    server.relay.refuse("PATCH", 400);
    await widget.press("^Upload");
    await widget.step("error");
    await passes("error");
    await widget.press("^Try again");
    await widget.until((state) => state.progress.bytesSent > 100_000, "something is sent");
    server.proxy.vanish();
    await widget.heading("^Waiting for your connection");
    await passes("without a connection");
    await widget.press("^Cancel");
    await widget.press("^Stop upload");
    await widget.step("cancelled");
    await passes("cancelled");
  });
}
