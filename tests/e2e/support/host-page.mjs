// A host page on an origin of its own, with the built package by a script tag, and a person at the widget.

import { once } from "node:events";
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { By } from "selenium-webdriver";

const pkg = join(import.meta.dirname, "../../../pkg");
const types = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };
const patience = 60_000;

const umd = '<script src="/pkg/standalone-auraloader.umd.js"></script>';

const page = (containers, scripts) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>A host page</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/host.css">
${scripts}
<script src="/host.js"></script>
${containers.map((id) => `<div class="container" id="${id}"></div>`).join("\n")}
</html>`;

/** All that the widget needs, and nothing besides; the icon is the page's. */
export const strictPolicy = (server) =>
  [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "worker-src blob:",
    `connect-src ${new URL(server).origin}`,
    "img-src data:",
  ].join("; ");

/** Runs in the page: starts widgets and notes what they say, and what is complained of. */
function host() {
  window.uploaders = {};
  window.said = {};
  window.lastState = {};
  window.complaints = [];
  const complain = (level, message) => window.complaints.push({ level, message: String(message) });
  addEventListener("error", ({ message }) => complain("error", message));
  addEventListener("unhandledrejection", ({ reason }) => complain("error", reason));
  document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    complain("error", `${violatedDirective} refuses ${blockedURI}`),
  );
  for (const level of ["error", "warn"]) {
    const say = console[level].bind(console);
    console[level] = (...said) => {
      complain(level, said.join(" "));
      say(...said);
    };
  }
  const ask = async (url, body) => {
    const response = await fetch(url, body && { method: "POST", body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return response.json();
  };
  window.startWidget = async (containerId, { tokenUrl, signatureUrl, ...options }) => {
    const said = (window.said[containerId] = []);
    const note = (name) => (detail) => said.push([name, detail]);
    const uploader = new StandaloneAuraloader({
      ...options,
      ...(tokenUrl && { uploadTokenResolver: () => ask(tokenUrl) }),
      ...(signatureUrl && { secureUploadsSignatureResolver: (request) => ask(signatureUrl, request) }),
      containerId,
      callbacks: {
        onStudiesFound: note("studies"),
        onUploadComplete: note("complete"),
        // An Error's message is not among its own enumerable fields, which is all that WebDriver carries.
        onUploadError: (error) => note("error")({ ...error, message: error.message }),
        onUploadCancel: note("cancel"),
        onFilesRejected: note("rejected"),
        onStateChange: (state) => (window.lastState[containerId] = state),
      },
    });
    window.uploaders[containerId] = uploader;
    await uploader.init();
    await uploader.mount();
  };
}

/** Runs in the page: the elements in a widget's shadow root, open or not, that `selector` and text match and that are seen. */
function find(containerId, selector, text, hidden) {
  const container = document.getElementById(containerId);
  const within = container ? [container, ...container.querySelectorAll("*")] : [];
  const holder = within.find((element) => element.shadowRoot);
  const name = (element) => element.getAttribute("aria-label") ?? element.innerText ?? "";
  return [...(holder?.shadowRoot.querySelectorAll(selector) ?? [])].filter(
    (element) => (hidden || element.checkVisibility()) && new RegExp(text, "i").test(name(element).trim()),
  );
}

/** Serves the page; `csp` is its Content-Security-Policy, `scripts` how it loads the widget, `frame` what an outer page's frame
 * around it may do, `answers` what its backend answers by path, given the body that was posted, `workers` further scripts by
 * path; `fetched` is told which of the package's files are asked for, `missing` are not there. Ends with the test. */
export async function servePage(
  test,
  { csp, containers = ["uploader"], scripts = umd, frame, answers = {}, workers = {}, fetched, missing = [] } = {},
) {
  const server = createServer((request, response) => {
    const file = request.url.match(/^\/pkg\/((?:locales\/)?[\w.-]+)(\?.*)?$/)?.[1];
    if (missing.includes(file)) {
      response.writeHead(404).end();
    } else if (file) {
      fetched?.push(file);
      response.setHeader("access-control-allow-origin", "*");
      const type = types[file.slice(file.lastIndexOf("."))] ?? "application/octet-stream";
      createReadStream(join(pkg, file))
        .on("error", () => response.destroy())
        .pipe(response.setHeader("content-type", type));
    } else if (answers[request.url]) {
      const posted = request.method === "POST" ? json(request) : Promise.resolve();
      posted.then(answers[request.url]).then(
        (answer) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer)),
        () => response.writeHead(503).end(),
      );
    } else if (request.url === "/host.css") {
      response.writeHead(200, { "content-type": "text/css" }).end("body { margin: 0; } .container { margin: 16px; }");
    } else if (frame !== undefined && request.url === "/") {
      const outer = `<!doctype html><link rel="icon" href="data:,"><iframe ${frame} src="/framed" width="900" height="700">`;
      response.writeHead(200, { "content-type": "text/html" }).end(outer);
    } else if (request.url === "/host.js" || workers[request.url]) {
      response.writeHead(200, { "content-type": "text/javascript" }).end(workers[request.url] ?? `(${host})()`);
    } else {
      response
        .writeHead(200, { "content-type": "text/html", ...(csp && { "content-security-policy": csp }) })
        .end(page(containers, scripts));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  test.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}/`;
}

/** One widget on the page, and what a person does with it. */
export class Widget {
  /** Opens the widget in the page that `driver` shows. */
  static async start(driver, options, containerId = "uploader") {
    const widget = new Widget(driver, containerId);
    const failure = await driver.executeAsyncScript(
      (id, given, done) =>
        window.startWidget(id, given).then(
          () => done(null),
          (error) => done(String(error)),
        ),
      containerId,
      options,
    );
    if (failure) throw new Error(`the widget did not start: ${failure}`);
    return widget;
  }

  constructor(driver, containerId) {
    this.driver = driver;
    this.containerId = containerId;
  }

  /** Elements by CSS selector and text (or accessible label), as a regular expression's source. */
  all(selector, text = "", { hidden = false } = {}) {
    return this.driver.executeScript(find, this.containerId, selector, text, hidden);
  }

  /** The first of them, as soon as it is there. */
  element(selector, text = "", options = {}) {
    return this.driver.wait(
      async () => (await this.all(selector, text, options))[0],
      patience,
      `no ${selector} that reads ${text || "anything"}`,
    );
  }

  /** Waits until one study with so many images has been found, on pages that don't note states: before its last file has been
   * read, a study can be there for a moment with those that have. */
  async found(images) {
    await this.element("[part=frame]", `\\b${images} images in `);
    await this.heading("^1 study found");
  }

  async press(text) {
    await this.click(await this.element("button", text));
  }

  /** Scrolls there first: the bar of actions stays in sight and may lie over what is at the edge. */
  async click(element) {
    await this.driver.executeScript((target) => target.scrollIntoView({ block: "center" }), element);
    await element.click();
  }

  heading(text) {
    return this.element("h2", text);
  }

  /** All text that is seen. */
  async text() {
    return (await this.element("[part=frame]")).getText();
  }

  /** What the callback `name` was given, call by call. */
  async said(name) {
    const said = await this.driver.executeScript((id) => window.said[id], this.containerId);
    return said.filter(([what]) => what === name).map(([, detail]) => detail);
  }

  /** Waits until the callback `name` has been called. */
  async told(name) {
    await this.driver.wait(async () => (await this.said(name)).length > 0, patience, `${name} was never told`);
  }

  /** What onStateChange was given last. */
  state() {
    return this.driver.executeScript((id) => window.lastState[id], this.containerId);
  }

  /** Waits until the state fulfils `condition`; says what it was if that never happens. */
  async until(condition, what = String(condition)) {
    let state;
    try {
      await this.driver.wait(async () => (state = await this.state()) && condition(state), patience);
    } catch (cause) {
      throw new Error(`never: ${what}; last state: ${JSON.stringify(state)}`, { cause });
    }
    return state;
  }

  step(step) {
    return this.until((state) => state.step === step, `step ${step}`);
  }

  /** Chooses a folder in the folder input. */
  async chooseFolder(folder) {
    await (await this.element("input[type=file][webkitdirectory]", "", { hidden: true })).sendKeys(folder);
  }

  /** Chooses files in the file input. */
  async chooseFiles(paths) {
    await (
      await this.element("input[type=file]:not([webkitdirectory])", "", { hidden: true })
    ).sendKeys(paths.join("\n"));
  }

  /** Drags paths from the desktop over the widget. */
  async dragOver(paths) {
    const at = await this.#middle();
    for (const type of ["dragEnter", "dragOver"]) await this.driver.drag(type, at, paths);
    return () => this.driver.drag("drop", at, paths);
  }

  /** Lets paths go over the widget, as a real drag does. */
  async drop(paths) {
    await (
      await this.dragOver(paths)
    )();
  }

  /** Lets files go over the widget by a script, for drivers that can't drag: what was chosen in an input of the page's. */
  async dropChosen(paths) {
    const input = await this.driver.executeScript(() => {
      const input = Object.assign(document.createElement("input"), { type: "file", multiple: true });
      document.body.append(input);
      return input;
    });
    await input.sendKeys(paths.join("\n"));
    await this.driver.executeScript(
      (input, frame) => {
        const dataTransfer = new DataTransfer();
        for (const file of input.files) dataTransfer.items.add(file);
        for (const type of ["dragenter", "dragover", "drop"])
          frame.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true, composed: true }));
        input.remove();
      },
      input,
      await this.element("[part=frame]"),
    );
  }

  async #middle() {
    const container = await this.driver.findElement(By.id(this.containerId));
    const { x, y, width, height } = await this.driver.executeScript((element) => {
      element.scrollIntoView();
      return element.getBoundingClientRect().toJSON();
    }, container);
    return { x: x + width / 2, y: y + Math.min(height, 200) / 2 };
  }
}

/** The ways in which files come to a widget: each takes a folder. */
export const ways = {
  "folder input": (widget, folder) => widget.chooseFolder(folder),
  "file input": async (widget, folder) => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    await widget.chooseFiles(
      entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)),
    );
  },
  drop: (widget, folder) => widget.drop([folder]),
};
