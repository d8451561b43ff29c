import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { compiled } from "./compiled.mjs";

const { uploaderClass } = await compiled("uploader.ts");
const options = { apiToken: "key", apiBaseUrl: "https://aura.example", uploadToken: "aubt_0", containerId: "there" };
const container = { closest: () => null };
globalThis.navigator ??= { languages: ["en-US"] };
const noTexts = () => Promise.reject(new Error("no texts"));

/** A widget that notes its calls; `init` and `upload` end when the test says so. */
class Recorder {
  calls = [];
  pending = {};
  constructor() {
    for (const name of ["mount", "pause", "resume", "destroy"])
      this[name] = (...given) => void this.calls.push([name, ...given]);
    for (const name of ["init", "addFiles", "upload", "cancel", "reset", "removeStudy"]) {
      this[name] = (...given) => {
        this.calls.push([name, ...given]);
        return new Promise((resolve, reject) => (this.pending[name] = { resolve, reject }));
      };
    }
  }
  names() {
    return this.calls.map(([name]) => name);
  }
}

let widgets, previews, load, warn, uploader;

beforeEach(() => {
  globalThis.document = { getElementById: (id) => (id === "there" ? container : null) };
  mock.restoreAll();
  warn = mock.method(console, "warn", () => {});
  widgets = [];
  previews = [];
  load = mock.fn(async () => ({
    widget: (...given) => {
      const widget = new Recorder();
      widget.given = given;
      widgets.push(widget);
      return widget;
    },
    preview: (...given) => previews.push(given),
  }));
  uploader = new (uploaderClass(load, noTexts))(options);
});

const turn = () => new Promise(setImmediate);

async function initialised() {
  const done = uploader.init();
  await turn();
  widgets[0].pending.init.resolve();
  await done;
  return widgets[0];
}

test("the public class has these members and no others", () => {
  const members = Object.getOwnPropertyNames(Object.getPrototypeOf(uploader)).sort();
  assert.deepEqual(members, [
    "addFiles",
    "cancel",
    "constructor",
    "destroy",
    "init",
    "mount",
    "pause",
    "removeStudy",
    "reset",
    "resume",
    "upload",
  ]);
  assert.deepEqual(Object.getOwnPropertyNames(uploader), []);
  assert.equal(uploader.constructor.name, "StandaloneAuraloader");
});

test("the constructor throws and loads nothing", () => {
  assert.throws(() => new uploader.constructor({ ...options, apiToken: "" }), { message: "apiToken is required" });
  assert.equal(load.mock.callCount(), 0);
});

test("init hands the options, the container and the language on", async () => {
  const widget = await initialised();
  assert.deepEqual(widget.given, [options, container, { tag: "en-US", isRtl: false, texts: "" }]);
});

test("a missing container rejects before anything is loaded", async () => {
  uploader = new uploader.constructor({ ...options, containerId: "gone" });
  await assert.rejects(uploader.init(), {
    code: "container-not-found",
    message: 'Container element with id "gone" not found in DOM',
  });
  assert.equal(load.mock.callCount(), 0);
});

test("a second init warns and starts nothing", async () => {
  await initialised();
  await uploader.init();
  assert.equal(widgets.length, 1);
  assert.equal(warn.mock.callCount(), 1);
});

test("an init that failed can be tried again", async () => {
  const first = uploader.init();
  await turn();
  widgets[0].pending.init.reject(new Error("Authentication failed. Check your upload token."));
  await assert.rejects(first, { message: "Authentication failed. Check your upload token." });
  assert.deepEqual(widgets[0].names(), ["init", "destroy"]);
  const second = uploader.init();
  await turn();
  widgets[1].pending.init.resolve();
  await second;
  await uploader.mount();
  assert.deepEqual(widgets[1].names(), ["init", "mount"]);
});

for (const method of ["mount", "upload", "addFiles"]) {
  test(`${method} rejects before init has finished`, async () => {
    const message = `${method}() was called before init() finished; await init() first`;
    await assert.rejects(uploader[method]([]), { code: "not-initialised", message });
    uploader.init();
    await turn();
    await assert.rejects(uploader[method]([]), { code: "not-initialised", message });
  });
}

test("previews are asked for until the end, unless they are switched off", async () => {
  const widget = await initialised();
  const [[previewed, given, where, ended]] = previews;
  assert.deepEqual([previewed, given, where, ended.aborted], [widget, options, container, false]);
  uploader.destroy();
  assert.equal(ended.aborted, true);

  uploader = new (uploaderClass(load))({ ...options, previews: false });
  uploader.init();
  await turn();
  assert.equal(widgets.length, 2);
  assert.equal(previews.length, 1);
});

test("a second mount warns and draws nothing", async () => {
  const widget = await initialised();
  await uploader.mount();
  await uploader.mount();
  assert.deepEqual(widget.names(), ["init", "mount"]);
  assert.equal(warn.mock.callCount(), 1);
});

test("every method reaches the widget with its argument", async () => {
  const widget = await initialised();
  const files = [{}];
  const calls = [
    ["addFiles", files],
    ["upload"],
    ["pause"],
    ["resume"],
    ["cancel"],
    ["reset"],
    ["removeStudy", "1.2.3"],
  ];
  for (const [name, ...given] of calls) {
    const answer = uploader[name](...given);
    widget.pending[name]?.resolve();
    await answer;
  }
  assert.deepEqual(widget.calls.slice(1), calls);
});

test("what the widget rejects with, the caller gets, with a code", async () => {
  const widget = await initialised();
  for (const [told, wanted] of [
    [{}, { context: "upload", code: "upload-failed" }],
    [{ context: "api" }, { code: "api-failed" }],
    [
      { context: "init", statusCode: 503 },
      { code: "init-failed", statusCode: 503 },
    ],
    [
      { context: "api", statusCode: 401 },
      { context: "api", code: "unauthorised" },
    ],
    [
      { context: "upload", statusCode: 403 },
      { context: "upload", code: "unauthorised" },
    ],
  ]) {
    const answer = uploader.upload();
    const error = Object.assign(new Error("refused"), told);
    widget.pending.upload.reject(error);
    await assert.rejects(answer, { name: "AuraloaderError", message: "refused", ...wanted });
    await assert.rejects(answer, (given) => given === error && given instanceof Error);
  }
});

test("what is no error of the widget's is the cause of one", async () => {
  const widget = await initialised();
  for (const cause of [new RangeError("broken"), "broken"]) {
    const answer = uploader.addFiles([]);
    widget.pending.addFiles.reject(cause);
    await assert.rejects(answer, { name: "AuraloaderError", code: "files-failed", message: "broken", cause });
  }
  widget.mount = () => {
    throw new TypeError("no shadow root here");
  };
  await assert.rejects(uploader.mount(), { code: "init-failed", message: "no shadow root here" });
});

test("an element can be given instead of its id", async () => {
  const element = { ...container, nodeType: 1 };
  uploader = new uploader.constructor({ ...options, containerId: undefined, container: element });
  assert.equal((await initialised()).given[1], element);
});

test("pause, cancel and the like before init do nothing", async () => {
  uploader.pause();
  uploader.resume();
  await Promise.all([uploader.cancel(), uploader.reset(), uploader.removeStudy("1.2")]);
  assert.equal(widgets.length, 0);
});

test("destroy is safe before init and twice; later calls do nothing", async () => {
  uploader.destroy();
  uploader.destroy();
  await Promise.all([uploader.init(), uploader.mount(), uploader.upload(), uploader.addFiles([]), uploader.cancel()]);
  assert.equal(load.mock.callCount(), 0);
});

test("destroy during the loading makes no widget", async () => {
  const done = uploader.init();
  uploader.destroy();
  await done;
  await turn();
  assert.equal(widgets.length, 0);
});

test("destroy ends what is waited for, and the widget once", async () => {
  const widget = await initialised();
  const sending = uploader.upload();
  uploader.destroy();
  uploader.destroy();
  await sending;
  assert.deepEqual(widget.names(), ["init", "upload", "destroy"]);
});

test("destroy while the widget fetches its config ends both", async () => {
  const done = uploader.init();
  await turn();
  uploader.destroy();
  await done;
  widgets[0].pending.init.reject(new Error("aborted"));
  await turn();
  assert.deepEqual(widgets[0].names(), ["init", "destroy"]);
});
