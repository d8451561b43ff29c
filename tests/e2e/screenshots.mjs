// Pictures of every state of the real widget, narrow and wide, light and dark: target/screenshots/<state>-<width>-<theme>.png

import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startBrowser } from "./support/browser.mjs";
import { temporaryFolder } from "./support/folders.mjs";
import { servePage, Widget } from "./support/host-page.mjs";
import { phantom, publicFiles } from "./support/samples.mjs";
import { startTusServer } from "./support/tus-server.mjs";

const out = join(import.meta.dirname, "../../target/screenshots");
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

const endings = [];
const scope = { after: (end) => void endings.unshift(end) };
const browser = await startBrowser();
scope.after(() => browser.close());
try {
  const folder = await phantom(scope, 40, 512);
  const empty = await temporaryFolder(scope);
  await writeFile(join(empty, "letter.txt"), "Dear patient");
  const page = await servePage(scope);
  for (const width of [320, 1280]) {
    // The window's own minimum is wider than a phone.
    await browser.driver.sendDevToolsCommand("Emulation.setDeviceMetricsOverride", {
      width,
      height: 800,
      deviceScaleFactor: 1,
      mobile: false,
    });
    for (const theme of ["light", "dark"]) await allStates(page, folder, empty, width, theme);
  }
  console.log(`Pictures are in ${out}`);
} finally {
  for (const end of endings) await end();
}

async function allStates(page, folder, empty, width, theme) {
  const server = await startTusServer(scope);
  const options = { ...(await server.options()), theme, retryDelays: [] };
  const fresh = async () => {
    server.proxy.rate = Infinity;
    await browser.driver.get(page);
    await browser.driver.executeScript(
      (dark) => (document.body.style.background = dark ? "#000" : "#fff"),
      theme === "dark",
    );
    return Widget.start(browser.driver, options);
  };
  const picture = async (state) => {
    // Fades are over when nothing moves any more.
    await browser.driver.executeAsyncScript((done) => {
      const moving = document.querySelector("#uploader").getAnimations({ subtree: true });
      Promise.allSettled(moving.map((animation) => animation.finished)).then(() => requestAnimationFrame(() => done()));
    });
    const { data } = await browser.driver.sendAndGetDevToolsCommand("Page.captureScreenshot", {
      captureBeyondViewport: true,
    });
    await writeFile(join(out, `${state}-${width}-${theme}.png`), data, "base64");
  };

  let widget = await fresh();
  await picture("start");
  await widget.dragOver([folder]);
  await widget.element("[part=veil]");
  await picture("drag-over");

  widget = await fresh();
  await widget.drop([empty]);
  await widget.heading("No imaging found");
  await picture("nothing-found");

  widget = await fresh();
  await widget.chooseFolder(publicFiles);
  await widget.step("pending");
  await picture("many-studies");

  widget = await fresh();
  await widget.chooseFolder(folder);
  await widget.step("pending");
  await picture("pending");
  server.proxy.rate = 3_000_000;
  await widget.press("^Upload");
  await widget.until((state) => state.progress.bytesSent > 6_000_000, "6 MB sent");
  await picture("uploading");
  await widget.press("^Pause");
  await widget.step("paused");
  await picture("paused");
  await widget.press("^Cancel");
  await widget.element("[role=alertdialog]");
  await picture("question");
  await widget.press("^Stop");
  await widget.step("cancelled");
  await picture("cancelled");

  widget = await fresh();
  await widget.chooseFolder(folder);
  await widget.step("pending");
  server.proxy.cutAfter(6_000_000);
  await widget.press("^Upload");
  await widget.step("error");
  await picture("error");
  await widget.press("^Try again");
  await widget.step("complete");
  await picture("complete");
}
