import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { compiled } from "./compiled.mjs";

const { uploaderClass } = await compiled("uploader.ts");
const options = { apiToken: "key", apiBaseUrl: "https://aura.example", uploadToken: "aubt_0", containerId: "there" };
const container = {};

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
  uploader = new (uploaderClass(load))(options);
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

test("init hands the options and the container on", async () => {
  const widget = await initialised();
  assert.deepEqual(widget.given, [options, container]);
});

test("a missing container rejects before anything is loaded", async () => {
  uploader = new uploader.constructor({ ...options, containerId: "gone" });
  await assert.rejects(uploader.init(), { message: 'Container element with id "gone" not found in DOM' });
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
    await assert.rejects(uploader[method]([]), { message });
    uploader.init();
    await turn();
    await assert.rejects(uploader[method]([]), { message });
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

test("what the widget rejects with, the caller gets", async () => {
  const widget = await initialised();
  const answer = uploader.upload();
  widget.pending.upload.reject(new Error("refused"));
  await assert.rejects(answer, { message: "refused" });
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
