// The widget in its host page: beside another one, under a strict policy, and at the end of its life.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { entriesOf } from "./support/archive.mjs";
import { startAuraBackend } from "./support/aura-backend.mjs";
import { startBrowser } from "./support/browser.mjs";
import { digestsBelow, temporaryFolder } from "./support/folders.mjs";
import { servePage, Widget } from "./support/host-page.mjs";
import { phantom, publicFiles } from "./support/samples.mjs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

const digests = async (folder) => [...(await digestsBelow(folder)).values()].sort();

test("two widgets on one page share nothing", async (t) => {
  const ids = ["first", "second"];
  const server = await startAuraBackend(t);
  const folders = [await phantom(t, 3), await phantom(t, 5)];
  await browser.driver.get(await servePage(t, { containers: ids }));
  const [first, second] = [
    await Widget.start(browser.driver, await server.options(), ids[0]),
    await Widget.start(browser.driver, await server.options(), ids[1]),
  ];
  await first.chooseFolder(folders[0]);
  assert.equal((await first.step("pending")).studies[0].images, (await digests(folders[0])).length);
  await second.heading("Add your imaging files");
  await second.chooseFolder(folders[1]);
  assert.equal((await second.step("pending")).studies[0].images, (await digests(folders[1])).length);

  await Promise.all(
    [first, second].map((widget) =>
      browser.driver.executeScript((id) => void window.uploaders[id].upload(), widget.containerId),
    ),
  );
  await first.step("complete");
  await second.step("complete");
  const archives = await Promise.all((await server.finished()).map(entriesOf));
  const stored = archives
    .sort((a, b) => a.length - b.length)
    .map((entries) => entries.map((entry) => entry.sha256).sort());
  assert.deepEqual(stored, await Promise.all(folders.map(digests)));
  for (const widget of [first, second]) {
    await widget.told("complete");
    assert.equal((await widget.said("complete")).length, 1);
  }

  await browser.driver.executeScript(() => window.uploaders.first.destroy());
  await second.press("^Add more");
  await second.heading("Add your imaging files");
  assert.deepEqual(await browser.console(), []);
});

test("where the policy refuses workers the page does the work", async (t) => {
  const server = await startAuraBackend(t);
  const folder = await phantom(t, 20);
  const csp = "script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'";
  await browser.driver.get(await servePage(t, { csp }));
  const widget = await Widget.start(browser.driver, await server.options());
  await widget.chooseFolder(folder);
  await widget.step("pending");
  await widget.press("^Upload");
  await widget.step("complete");
  const [archive] = await server.finished();
  assert.deepEqual((await entriesOf(archive)).map((entry) => entry.sha256).sort(), await digests(folder));
  for (const { message } of await browser.console()) assert.match(message, /Content Security Policy/);
});

test("where the policy refuses WebAssembly the page is told, and can offer something else", async (t) => {
  const server = await startAuraBackend(t);
  await browser.driver.get(await servePage(t, { csp: "script-src 'self'" }));
  const error = await browser.driver.executeAsyncScript(
    (options, done) => window.startWidget("uploader", options).catch(({ code, context }) => done({ code, context })),
    await server.options(),
  );
  assert.deepEqual(error, { code: "load-failed", context: "init" });
  assert.equal(await browser.driver.executeScript(() => document.getElementById("uploader").shadowRoot), null);
  await browser.console(); // the browser itself reports the refusal
});

test("workerUrl serves a policy that allows only workers of the page's origin", async (t) => {
  const server = await startAuraBackend(t);
  const folder = await phantom(t, 3);
  const csp = "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";
  await browser.driver.get(await servePage(t, { csp }));
  const workerUrl = "/pkg/standalone-auraloader.worker.js";
  const widget = await Widget.start(browser.driver, { ...(await server.options()), workerUrl });
  await widget.chooseFolder(folder);
  await widget.step("pending");
  await widget.press("^Upload");
  await widget.step("complete");
  assert.deepEqual(await browser.console(), []);
});

test("a destroyed widget leaves its container as it was, and another one works in it", async (t) => {
  const server = await startAuraBackend(t);
  const folder = await phantom(t, 3);
  await browser.driver.get(await servePage(t));
  const options = await server.options();
  const content = () => browser.driver.executeScript(() => document.getElementById("uploader").innerHTML);
  const before = await content();
  const destroyed = await Widget.start(browser.driver, options);
  await destroyed.chooseFolder(folder);
  await destroyed.step("pending");
  await browser.driver.executeScript(() => {
    window.uploaders.uploader.destroy();
    window.uploaders.uploader.destroy();
  });
  assert.equal(await content(), before);

  const widget = await Widget.start(browser.driver, options);
  await widget.heading("Add your imaging files");
  await widget.chooseFolder(folder);
  await widget.step("pending");
  await widget.press("^Upload");
  await widget.step("complete");
  assert.deepEqual(await browser.console(), []);
});

test("a folder without images is said to have none, with the reasons", async (t) => {
  const server = await startAuraBackend(t);
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, "letter.txt"), "Dear patient");
  await writeFile(join(folder, "nothing.dcm"), "");
  await browser.driver.get(await servePage(t));
  const widget = await Widget.start(browser.driver, await server.options());
  await widget.drop([folder]);
  await widget.heading("No imaging found");
  const text = await widget.text();
  assert.match(text, /None of the 2 files are DICOM images/);
  assert.match(text, /Not an imaging file/);
  assert.match(text, /The file is empty/);
  await widget.element("button", "^Try another folder");
});

test("a study that is removed is not sent", async (t) => {
  const server = await startAuraBackend(t);
  const [kept, removed] = [await phantom(t, 3), join(publicFiles, "MR_small.dcm")];
  await browser.driver.get(await servePage(t));
  const widget = await Widget.start(browser.driver, await server.options());
  await widget.chooseFolder(kept);
  await widget.until((state) => state.step === "pending" && state.studiesCount === 1, "one study");
  await widget.chooseFiles([removed]);
  const { studies } = await widget.until(
    (state) => state.step === "pending" && state.studiesCount === 2,
    "two studies",
  );
  const remove = await widget.all("[data-action=remove]");
  await remove[studies.findIndex((study) => study.modalities.includes("MR"))].click();
  await widget.until((state) => state.studiesCount === 1, "one study again");
  await widget.press("^Upload 1 study");
  await widget.step("complete");
  const [archive] = await server.finished();
  assert.deepEqual((await entriesOf(archive)).map((entry) => entry.sha256).sort(), await digests(kept));
});

for (const place of ["on the page", "in the worker"]) {
  test(`a breakdown ${place} is told`, async (t) => {
    const server = await startAuraBackend(t);
    await browser.driver.get(await servePage(t));
    await browser.driver.executeScript((place) => {
      // What leaves the module as an exception is a breakdown: here the clock throws, which it relies on.
      const script = 'performance.now = () => { throw new Error("broken by the test"); }';
      if (place === "on the page") {
        window.breakDown = () => (0, eval)(script);
      } else {
        const Real = Worker;
        window.Worker = function (url) {
          const breaking = `addEventListener("message", ({ data }) => { if (data[1]?.length) ${script} });`;
          return new Real(URL.createObjectURL(new Blob([`${breaking}importScripts(${JSON.stringify(url)})`])));
        };
        window.breakDown = () => {};
      }
    }, place);
    const widget = await Widget.start(browser.driver, await server.options());
    await browser.driver.executeScript(() => window.breakDown());
    await widget.drop([await phantom(t, 3)]);
    await widget.step("error");
    const [error] = await widget.said("error");
    assert.match(error.message, /^The uploader has broken down\. Reload the page/);
    // What broke is in the console, for whoever looks into it.
    await browser.console();
  });
}
