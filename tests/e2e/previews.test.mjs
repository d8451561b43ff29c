// Pictures on the cards: what they show, when nothing is loaded for them, and that nothing depends on them.

import assert from "node:assert/strict";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startAuraBackend } from "./support/aura-backend.mjs";
import { startBrowser } from "./support/browser.mjs";
import { temporaryFolder } from "./support/folders.mjs";
import { servePage, Widget } from "./support/host-page.mjs";
import { phantom, publicFiles } from "./support/samples.mjs";

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

/** What other decoders make of pydicom's files, 24 pixels a side at most; as the crate's own tests have it. */
const truth = new Map(
  (await readFile(join(import.meta.dirname, "../../crates/previews/tests/truth.txt"), "utf8"))
    .trim()
    .split("\n")
    .map((line) => line.split(" "))
    .map(([name, width, height, pixels]) => [
      name,
      { width: +width, height: +height, pixels: Buffer.from(pixels, "hex") },
    ]),
);

/** Codec by codec, of different studies. */
const files = [
  "CT_small.dcm",
  "MR_small_jpeg_ls_lossless.dcm",
  "693_J2KI.dcm",
  "examples_ybr_color.dcm",
  "examples_palette.dcm",
  "SC_rgb_jpeg_gdcm.dcm",
];

async function folderOf(t, names) {
  const folder = await temporaryFolder(t);
  for (const name of names) await copyFile(join(publicFiles, name), join(folder, name));
  return folder;
}

/** Runs in the page: the pictures by study, each shrunk to `width` × `height` of its study. */
function pictures(sizes) {
  const tiles = [...document.querySelector("#uploader").shadowRoot.querySelectorAll(".tile")];
  return tiles.map((tile) => {
    const canvas = tile.querySelector("canvas");
    const study = tile.dataset.study;
    if (!canvas || !sizes?.[study]) return { study, hidden: canvas?.getAttribute("aria-hidden"), shown: !!canvas };
    const small = document.createElement("canvas");
    [small.width, small.height] = sizes[study];
    const context = small.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(canvas, 0, 0, small.width, small.height);
    const pixels = [...context.getImageData(0, 0, small.width, small.height).data];
    return { study, hidden: canvas.getAttribute("aria-hidden"), shown: true, pixels };
  });
}

const shown = (count) =>
  browser.driver.wait(
    async () => (await browser.driver.executeScript(pictures)).filter(({ shown }) => shown).length === count,
    60_000,
    `not ${count} pictures`,
  );

async function start(t, options = {}, page = {}) {
  const server = await startAuraBackend(t);
  await browser.driver.get(await servePage(t, page));
  return { server, widget: await Widget.start(browser.driver, { ...(await server.options()), ...options }) };
}

test("what the files hold is on their cards", async (t) => {
  const csp = "script-src 'self' 'wasm-unsafe-eval'; worker-src blob:";
  const { widget } = await start(t, {}, { csp });
  // One by one, so that it is known which study is whose.
  const sizes = {};
  const names = {};
  for (const [index, name] of files.entries()) {
    await widget.chooseFiles([join(publicFiles, name)]);
    const { studies } = await widget.until((state) => state.step === "pending" && state.studies.length === index + 1);
    const study = studies.find(({ study_uid }) => !names[study_uid]).study_uid;
    names[study] = name;
    sizes[study] = [truth.get(name).width, truth.get(name).height];
  }
  await shown(files.length);
  for (const { study, hidden, pixels } of await browser.driver.executeScript(pictures, sizes)) {
    const expected = truth.get(names[study]).pixels;
    const [width, height] = sizes[study];
    const channels = expected.length / (width * height);
    let off = 0;
    expected.forEach((value, at) => (off += Math.abs(value - pixels[Math.floor(at / channels) * 4 + (at % channels)])));
    assert.ok(off / expected.length < 12, `${names[study]} is ${off / expected.length} off`);
    assert.equal(hidden, "true");
  }
  assert.deepEqual(await browser.console(), []);
});

test("without previews nothing is loaded for them", async (t) => {
  const fetched = [];
  const { widget } = await start(t, { previews: false }, { fetched });
  await widget.chooseFolder(await folderOf(t, files));
  await widget.step("pending");
  await widget.press("^Upload");
  await widget.step("complete");
  assert.deepEqual(fetched, ["standalone-auraloader.umd.js"]);
});

test("they are loaded when a study has been found, not before", async (t) => {
  const fetched = [];
  const { widget } = await start(t, {}, { fetched });
  await widget.heading("Add your imaging files");
  const letter = join(await temporaryFolder(t), "letter.txt");
  await writeFile(letter, "Dear patient");
  await widget.chooseFiles([letter]);
  await widget.heading("No imaging found");
  assert.deepEqual(fetched, ["standalone-auraloader.umd.js"]);
  await widget.chooseFolder(await phantom(t, 5));
  await shown(1);
  assert.deepEqual(fetched.slice(1).sort(), [
    "standalone-auraloader.previews.mjs",
    "standalone-auraloader.previews.wasm",
  ]);
});

test("broken pixels leave the card without a picture, and the upload goes on", async (t) => {
  const folder = await folderOf(t, ["693_J2KI.dcm", "CT_small.dcm"]);
  const file = join(folder, "693_J2KI.dcm");
  const bytes = await readFile(file);
  // Behind the start of the codestream and its size.
  bytes.fill(0xa5, bytes.indexOf(Buffer.from("ff4fff51", "hex")) + 10);
  await writeFile(file, bytes);
  const { server, widget } = await start(t);
  await widget.chooseFolder(folder);
  assert.equal((await widget.step("pending")).studies.length, 2);
  // The one that is whole comes whatever became of the other.
  await shown(1);
  await widget.press("^Upload");
  await widget.step("complete");
  assert.equal((await server.finished()).length, 1);
});

test("where the files of the previews are missing that is said once, to who debugs", async (t) => {
  const [script, module] = ["standalone-auraloader.previews.mjs", "standalone-auraloader.previews.wasm"];
  for (const [debug, missing] of [
    [true, script],
    [true, module],
    [false, script],
  ]) {
    const { widget } = await start(t, { debug }, { missing: [missing] });
    const said = [];
    const listen = async () => {
      const entries = await browser.console();
      return said.push(...entries.filter(({ message }) => message.includes("[auraloader] There are no previews")));
    };
    await widget.chooseFolder(await folderOf(t, files.slice(0, 2)));
    await widget.step("pending");
    if (debug) await browser.driver.wait(async () => (await listen()) > 0, 60_000, `no word of ${missing}`);
    await widget.press("^Upload");
    await widget.step("complete");
    assert.equal(await listen(), debug ? 1 : 0);
  }
});

test("workerUrl serves pages that refuse blob workers here too", async (t) => {
  const csp = "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";
  const { widget } = await start(t, { workerUrl: "/pkg/standalone-auraloader.worker.js" }, { csp });
  await widget.chooseFolder(await phantom(t, 3));
  await shown(1);
});

test("a widget that is destroyed ends its worker", async (t) => {
  const { widget } = await start(t);
  await widget.chooseFolder(await phantom(t, 3));
  await shown(1);
  await browser.driver.executeScript(() => {
    window.ended = 0;
    const { terminate } = Worker.prototype;
    Worker.prototype.terminate = function () {
      window.ended += 1;
      return terminate.call(this);
    };
    window.uploaders.uploader.destroy();
  });
  // The engine's and the previews' own.
  assert.equal(await browser.driver.executeScript(() => window.ended), 2);
});
