// Every state of the interface, one after the other, each held still while it is looked at.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startAuraBackend } from "./aura-backend.mjs";
import { temporaryFolder } from "./folders.mjs";
import { servePage, Widget } from "./host-page.mjs";
import { mixedStudy, phantom, publicFiles } from "./samples.mjs";

const chunkSize = 100_000;

/** Runs in the page: files are read there one by one, as `window.readOne` is called, until `window.readOn` is. */
export function holdReading() {
  const read = FileReader.prototype.readAsArrayBuffer;
  const held = [];
  FileReader.prototype.readAsArrayBuffer = function (file) {
    held.push(() => read.call(this, file));
  };
  window.readOne = () => held.shift()?.();
  window.readOn = () => {
    FileReader.prototype.readAsArrayBuffer = read;
    held.splice(0).forEach((go) => go());
  };
}

/** A disc with one study and files that are none. */
async function disc(test) {
  const folder = await phantom(test, 60, 128);
  await mkdir(join(folder, "letters"));
  await writeFile(join(folder, "letters", "Letter to your doctor.txt"), "Dear doctor");
  await writeFile(join(folder, "IMG00000.dcm"), "");
  return folder;
}

/** A folder with an odd study. */
async function odd(test) {
  const folder = join(await temporaryFolder(test), "knee");
  await mixedStudy(folder);
  return folder;
}

async function noDisc(test) {
  const folder = await temporaryFolder(test);
  await writeFile(join(folder, "letter.txt"), "Dear patient");
  await writeFile(join(folder, "nothing.dcm"), "");
  return folder;
}

/**
 * Goes through all states with a widget of these `options`, in a page of `pageOptions` (`prepare` runs in it before the
 * widget is opened) and calls `visit(state, widget)` in each: nothing changes meanwhile. Buttons are found by what they do,
 * so that it works in every language.
 */
export async function tour(test, browser, visit, { options = {}, pageOptions = {}, prepare = () => {} } = {}) {
  const { driver } = browser;
  const server = await startAuraBackend(test, [], true);
  const [folder, knee, letters] = [await disc(test), await odd(test), await noDisc(test)];
  const page = await servePage(test, pageOptions);
  const given = { ...(await server.options()), compression: "store", chunkSize, retryDelays: [200], ...options };
  let widget;
  /** With the pointer away from whatever was pressed last. */
  const look = async (state) => {
    await driver.sendDevToolsCommand("Input.dispatchMouseEvent", { type: "mouseMoved", x: 0, y: 0 });
    await visit(state, widget);
  };
  const open = async () => {
    await driver.get(page);
    await driver.executeScript(prepare);
    widget = await Widget.start(driver, given);
  };
  const act = async (name) => widget.click(await widget.element(`[data-action=${name}]`));
  const screen = (name) => widget.element(`[data-screen=${name}]`);
  /** Opens what is closed in the widget, until nothing is. */
  const openAll = async () => {
    for (const toggle of await widget.all("[aria-expanded=false]")) await widget.click(toggle);
    for (const toggle of await widget.all(".groups [aria-expanded=false]")) await widget.click(toggle);
  };
  const choose = async (path) => {
    await widget.chooseFolder(path);
    await screen("pending");
  };
  /** Sends so many pieces; the next one waits before the server. */
  const uploadUpTo = async (pieces) => {
    server.relay.hold("PATCH", pieces - 1);
    await act("upload");
    await widget.until((state) => state.progress.bytesSent >= (pieces + 1) * chunkSize, `${pieces} pieces sent`);
  };

  await open();
  await look("start");
  await widget.dragOver([folder]);
  await widget.element("[part=veil]");
  await visit("drag-over", widget);
  await open();
  await widget.chooseFolder(letters);
  await screen("nothing-found");
  await look("nothing-found");

  await open();
  await driver.executeScript(holdReading);
  await widget.chooseFolder(folder);
  await driver.wait(
    async () => {
      await driver.executeScript(() => window.readOne());
      const state = await widget.state();
      return state?.progress.filesDone >= 16 && state.studiesCount > 0;
    },
    20_000,
    "files are read, one by one",
  );
  await look("processing");
  await driver.executeScript(() => window.readOn());
  await screen("pending");
  // One after the other, as the order of files in a folder is not the same everywhere.
  await widget.chooseFolder(knee);
  await widget.until(({ step, studiesCount }) => step === "pending" && studiesCount === 2, "two studies");
  await pictures(widget);
  await look("pending");
  await openAll();
  await look("pending-open");

  await uploadUpTo(19);
  await look("uploading");
  await act("cancel");
  await widget.element("[role=alertdialog]");
  await look("question");
  await act("keep-going");
  await act("pause");
  await screen("paused");
  await look("paused");
  server.relay.hold("PATCH");
  await act("carry-on");
  await screen("uploading");
  server.proxy.vanish();
  await screen("offline");
  await look("offline");
  server.proxy.gone = false;
  await screen("uploading");
  server.relay.refuse("PATCH", 400);
  server.relay.release();
  await screen("error");
  await look("error");
  await act("try-again");
  await screen("complete");
  await look("complete");

  await open();
  await choose(folder);
  await uploadUpTo(9);
  await open();
  await look("resumable");
  await choose(folder);
  await act("upload");
  await screen("uploading");
  server.relay.hold("DELETE");
  await act("cancel");
  await act("stop-upload");
  await screen("stopping");
  await look("stopping");
  server.relay.release();
  await screen("cancelled");
  await look("cancelled");

  await open();
  await choose(publicFiles);
  await look("many-studies");
}

/** Waits until every card that will ever have a picture has it. */
async function pictures(widget) {
  const tiles = (await widget.all(".tile")).length;
  await widget.driver.wait(
    async () => (await widget.all(".tile canvas")).length === tiles,
    20_000,
    "pictures on the cards",
  );
}
