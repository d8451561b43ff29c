// What the live region says while files are read and sent: each quarter once, each change of state, the end once.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startAuraBackend } from "./support/aura-backend.mjs";
import { startBrowser } from "./support/browser.mjs";
import { servePage, Widget } from "./support/host-page.mjs";
import { phantom } from "./support/samples.mjs";
import { holdReading } from "./support/tour.mjs";

const chunkSize = 20_000;

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

/** Runs in the page: notes each text that comes into the live region. */
function listen() {
  window.spoken = [];
  const region = document.getElementById("uploader").shadowRoot.querySelector("[role=status]");
  new MutationObserver(() => window.spoken.push(region.textContent)).observe(region, {
    characterData: true,
    childList: true,
    subtree: true,
  });
}

test("reading, sending, a pause and the end", async (t) => {
  const [server, folder] = [await startAuraBackend(t, [], true), await phantom(t, 12, 128)];
  const { driver } = browser;
  await driver.get(await servePage(t));
  const options = { ...(await server.options()), compression: "store", chunkSize };
  const widget = await Widget.start(driver, options);
  await driver.executeScript(listen);
  const spoken = () => driver.executeScript(() => window.spoken.splice(0).map((text) => text.replace("\u00a0", " ")));
  /** What the bar says, and what it should. */
  const bar = () =>
    driver.executeScript(() => {
      const bar = document.getElementById("uploader").shadowRoot.querySelector("[role=progressbar]");
      const { bytesSent, bytesTotal } = window.lastState.uploader.progress;
      const percent = Math.floor((100 * bytesSent) / bytesTotal);
      return { now: bar.ariaValueNow, text: bar.ariaValueText, percent };
    });

  await driver.executeScript(holdReading);
  await widget.chooseFolder(folder);
  // One by one, so that no quarter is jumped over. What is read goes to the engine with the next file, if that comes soon.
  let done = 0;
  const goesOn = async () => {
    const state = await widget.state();
    const before = done;
    done = state?.step === "pending" ? Infinity : (state?.progress.filesDone ?? 0);
    return done > before;
  };
  while (done < Infinity) {
    await driver.executeScript(() => window.readOne());
    await driver.wait(goesOn, 200).catch(() => {});
  }
  assert.deepEqual(await spoken(), [
    "Looking through your files. 0 %",
    ...["Reading files: 25 %", "Reading files: 50 %", "Reading files: 75 %"],
    "1 study found. Nothing has been sent yet.",
  ]);
  // To be sent they are read once more.
  await driver.executeScript(() => window.readOn());

  let arrived = 0;
  /** Lets so many pieces go, and is there when they are seen to have gone. */
  const send = async (pieces) => {
    arrived += pieces;
    await driver.wait(() => server.relay.waiting === 1, 20_000, "a piece waits");
    server.relay.release();
    server.relay.hold("PATCH", pieces - 1);
    return widget.until((state) => state.progress.bytesSent >= arrived * chunkSize, `${arrived} pieces sent`);
  };
  server.relay.hold("PATCH");
  await widget.press("^Upload");
  await send(9);
  await send(7);
  const { now, text, percent } = await bar();
  assert.equal(now, String(percent));
  assert.match(text, new RegExp(`^${percent}\u00a0%, \\d+ of \\d+\u00a0KB`));
  await widget.press("^Pause");
  await widget.step("paused");
  const paused = (await widget.state()).progress;
  const rest = Math.floor((100 * paused.bytesSent) / paused.bytesTotal);
  await widget.press("^Carry on");
  await send(8);
  server.relay.release();
  await widget.step("complete");
  assert.deepEqual(await spoken(), [
    "Uploading. 0 %",
    ...["Uploading: 25 %", "Uploading: 50 %"],
    `Paused at ${rest} %. What has been sent is kept.`,
    `Uploading. ${rest} %`,
    "Uploading: 75 %",
    "All done. 1 study, 18 images sent.",
  ]);
  // Neither drawing nor opening anything says it again.
  await widget.press("in 3 series");
  assert.deepEqual(await spoken(), []);
});
