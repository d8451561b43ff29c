// A page with the widget and, beside it, a plain input that merely reads: both are given the same folder.

import { servePage, Widget } from "../../tests/e2e/support/host-page.mjs";
import { startTusServer } from "../../tests/e2e/support/tus-server.mjs";

const containerId = "uploader";
/** A run of 50,000 files on a busy machine. */
const patience = 600_000;

/** Runs in the page: `measure` gives the time from the input's change to the end, and how long the page was blocked. */
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

  window.measure = (input, begin) => {
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
      const changed = () => {
        start = performance.now();
        stop = heartbeat();
        begin(input, start).then(end, reject);
      };
      input.addEventListener("change", changed, { capture: true, once: true });
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

  window.merelyRead = async (input) => {
    const files = [...input.files];
    let next = 0;
    let bytes = 0;
    const readSome = async () => {
      for (let file; (file = files[next++]);) {
        const { byteLength } = await file.arrayBuffer();
        bytes += byteLength;
      }
    };
    await Promise.all([readSome(), readSome(), readSome(), readSome()]);
    return { files: files.length, bytes };
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

/** The two ways of reading a folder, by name; each gives `{ ms, longestBlock, longTasks, files, … }`, times in ms. */
export const readers = {
  async "drop to studies"(widget, folder) {
    const input = await widget.element("input[type=file][webkitdirectory]", "", { hidden: true });
    await widget.driver.executeScript(
      (element, id) => window.measure(element, window.untilPending(id)),
      input,
      containerId,
    );
    return run(widget, input, folder);
  },
  async "merely reading"(widget, folder) {
    const input = await widget.driver.executeScript(() => {
      const element = document.createElement("input");
      Object.assign(element, { type: "file", multiple: true, webkitdirectory: true });
      document.body.append(element);
      window.measure(element, window.merelyRead);
      return element;
    });
    return run(widget, input, folder);
  },
};

async function run(widget, input, folder) {
  await input.sendKeys(folder);
  return widget.driver.executeAsyncScript((done) => window.measured.then(done, (error) => done({ error: `${error}` })));
}
