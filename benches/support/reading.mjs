// A page with the widget and, beside it, a plain reader that merely reads: both are given the same folder.

import { servePage, Widget } from "../../tests/e2e/support/host-page.mjs";
import { startTusServer } from "../../tests/e2e/support/tus-server.mjs";
import { measured, pageClock, patience } from "./page-clock.mjs";

const containerId = "uploader";

/** Runs in the page: what begins with files, and is over when they have been read. */
function readersInPage() {
  window.untilPending = (id) => () =>
    new Promise((resolve) =>
      document.getElementById(id).addEventListener("auraloader:state", function listen({ detail }) {
        if (detail.step !== "pending") return;
        this.removeEventListener("auraloader:state", listen);
        resolve({ files: detail.totalFiles, studies: detail.studies.length, leftOut: detail.rejected.length });
      }),
    );

  // Nobody looks at the studies: the upload begins as soon as it can.
  window.untilUploaded = (id) => async () => {
    const start = performance.now();
    const found = await window.untilPending(id)();
    const studiesAfter = performance.now() - start;
    await window.uploaders[id].upload();
    const { step } = window.lastState[id];
    return { startedAt: performance.timeOrigin + start, studiesAfter, step, ...found };
  };

  async function readAll(count, fileOf) {
    let next = 0;
    let bytes = 0;
    const readSome = async () => {
      while (next < count) {
        const { byteLength } = await (await fileOf(next++)).arrayBuffer();
        bytes += byteLength;
      }
    };
    await Promise.all([readSome(), readSome(), readSome(), readSome()]);
    return { files: count, bytes };
  }

  window.merelyReadChosen = ({ target }) => {
    const files = [...target.files];
    return readAll(files.length, (at) => files[at]);
  };

  window.merelyReadDropped = async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    const folders = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry());
    const files = [];
    for (let folder; (folder = folders.pop());) {
      const reader = folder.createReader();
      for (let some; (some = await new Promise((...done) => reader.readEntries(...done))).length;) {
        for (const entry of some) (entry.isFile ? files : folders).push(entry);
      }
    }
    return readAll(files.length, (at) => new Promise((...done) => files[at].file(...done)));
  };
}

/** Shows the page anew with a widget that waits for files. */
export async function openWidget(driver, page, server, options = {}) {
  await driver.get(page);
  await driver.manage().setTimeouts({ script: patience });
  await driver.executeScript(pageClock);
  await driver.executeScript(readersInPage);
  return Widget.start(driver, { ...(await server.options()), ...options }, containerId);
}

/** The page that `openWidget` shows. */
export const serveWidget = (scope) => servePage(scope, { containers: [containerId] });

/** Serves the page; `open` shows it anew. */
export async function startReading(scope) {
  const server = await startTusServer(scope);
  const page = await serveWidget(scope);
  return { open: (driver) => openWidget(driver, page, server) };
}

/** Gives the widget a folder to upload; `{ ms, longestBlock, longTasks, startedAt, studiesAfter, step, … }`. */
export async function uploadByWidget(widget, folder) {
  const input = await widget.element("input[type=file][webkitdirectory]", "", { hidden: true });
  await widget.driver.executeScript(
    (element, id) => window.measure(element, "change", window.untilUploaded(id)),
    input,
    containerId,
  );
  return runChosen(widget, input, folder);
}

/** How a folder comes to the page, and for each way the two readers of it; they give `{ ms, longestBlock, longTasks, files, … }`, times in ms. */
export const ways = {
  "a dropped folder": {
    async "drop to studies"(widget, folder) {
      await widget.driver.executeScript((id) => window.measure(document, "drop", window.untilPending(id)), containerId);
      return runDropped(widget, folder);
    },
    async "merely reading"(widget, folder) {
      await widget.driver.executeScript(() => window.measure(document, "drop", window.merelyReadDropped));
      return runDropped(widget, folder);
    },
  },
  "a chosen folder": {
    async "drop to studies"(widget, folder) {
      const input = await widget.element("input[type=file][webkitdirectory]", "", { hidden: true });
      await widget.driver.executeScript(
        (element, id) => window.measure(element, "change", window.untilPending(id)),
        input,
        containerId,
      );
      return runChosen(widget, input, folder);
    },
    async "merely reading"(widget, folder) {
      const input = await widget.driver.executeScript(() => {
        const element = document.createElement("input");
        Object.assign(element, { type: "file", multiple: true, webkitdirectory: true });
        document.body.append(element);
        window.measure(element, "change", window.merelyReadChosen);
        return element;
      });
      return runChosen(widget, input, folder);
    },
  },
};

/** What is measured where the way makes no difference. */
export const readers = ways["a chosen folder"];

async function runChosen(widget, input, folder) {
  await input.sendKeys(folder);
  return measured(widget.driver);
}

async function runDropped(widget, folder) {
  await widget.drop([folder]);
  return measured(widget.driver);
}
