// A page with the widget and, beside it, a plain reader that merely reads: both are given the same folder.

import { servePage, Widget } from "../../tests/e2e/support/host-page.mjs";
import { startTusServer } from "../../tests/e2e/support/tus-server.mjs";

const containerId = "uploader";
/** A run of 50,000 files on a busy machine. */
const patience = 600_000;

/** Runs in the page: `measure` gives the time from an event to the end, and how long the page was blocked. */
function instrument() {
  const after = 500;

  // Nested timeouts come every 4 ms, unless something holds the page up.
  function heartbeat() {
    let longest = 0;
    let last = performance.now();
    let beating = true;
    (function beat() {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
      if (beating) setTimeout(beat);
    })();
    return () => {
      beating = false;
      return longest;
    };
  }

  window.measure = (target, type, begin) => {
    window.measured = new Promise((resolve, reject) => {
      const tasks = [];
      new PerformanceObserver((list) => tasks.push(...list.getEntries())).observe({ type: "longtask" });
      let start;
      let stop;
      const end = (found) => {
        const ms = performance.now() - start;
        // Drawing what was found counts for the page, though not for the time.
        setTimeout(() => {
          const longTasks = tasks.filter((task) => task.startTime + task.duration > start).map((task) => task.duration);
          resolve({ ms, longestBlock: stop(), longTasks, ...found });
        }, after);
      };
      // In the capture phase, so before the widget's own listener.
      const happened = (event) => {
        start = performance.now();
        stop = heartbeat();
        begin(event).then(end, reject);
      };
      target.addEventListener(type, happened, { capture: true, once: true });
    });
  };

  window.untilPending = (id) => () =>
    new Promise((resolve) =>
      document.getElementById(id).addEventListener("auraloader:state", function listen({ detail }) {
        if (detail.step !== "pending") return;
        this.removeEventListener("auraloader:state", listen);
        resolve({ files: detail.totalFiles, studies: detail.studies.length, leftOut: detail.rejected.length });
      }),
    );

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

/** Serves the page; `open` shows it anew with a widget that waits for files. */
export async function startReading(scope) {
  const server = await startTusServer(scope);
  const page = await servePage(scope, { containers: [containerId] });
  return {
    async open(driver) {
      await driver.get(page);
      await driver.manage().setTimeouts({ script: patience });
      await driver.executeScript(instrument);
      return Widget.start(driver, await server.options(), containerId);
    },
  };
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
  return measured(widget);
}

async function runDropped(widget, folder) {
  await widget.drop([folder]);
  return measured(widget);
}

function measured(widget) {
  return widget.driver.executeAsyncScript((done) => window.measured.then(done, (error) => done({ error: `${error}` })));
}
