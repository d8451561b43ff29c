// What is deflated on the way: both servers take it, it is what it was, and nothing else is in the archive.

import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { after, before, test } from "node:test";
import { entriesOf, opensEverywhere } from "./support/archive.mjs";
import { startAuraBackend } from "./support/aura-backend.mjs";
import { startBrowser } from "./support/browser.mjs";
import { digestsBelow } from "./support/folders.mjs";
import { servePage, Widget } from "./support/host-page.mjs";
import { phantom, publicFiles } from "./support/samples.mjs";
import { startTusServer } from "./support/tus-server.mjs";

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

const servers = { "aura-backend": startAuraBackend, "@tus/server": startTusServer };

/** Uploads the folder; `during` happens meanwhile. Returns the archive on the server. */
async function upload(t, server, folder, options, during = async () => {}) {
  await browser.driver.get(await servePage(t, options.page));
  const widget = await Widget.start(browser.driver, { ...(await server.options()), ...options.widget });
  await widget.chooseFolder(folder);
  await widget.step("pending");
  await during(widget);
  await widget.press("^Upload");
  const { step, progress } = await widget.until((state) => ["complete", "error"].includes(state.step));
  assert.equal(step, "complete", JSON.stringify(await widget.said("error")));
  assert.equal(progress.bytesSent, progress.bytesTotal);
  const [archive, ...more] = await server.finished();
  assert.deepEqual(more, []);
  return archive;
}

async function holds(archive, folder) {
  await opensEverywhere(archive);
  const entries = await entriesOf(archive);
  const digests = [...(await digestsBelow(folder)).values()].sort();
  assert.deepEqual(entries.map((entry) => entry.sha256).sort(), digests);
  return { entries, size: (await stat(archive)).size };
}

for (const [name, start] of Object.entries(servers)) {
  test(`deflated to ${name}, also over connections that break`, async (t) => {
    const [server, folder] = [await start(t), await phantom(t, 60)];
    const widget = { compression: "deflate", chunkSize: 1_000_000 };
    const { entries, size } = await holds(
      await upload(t, server, folder, { widget }, async () => server.proxy.cutAfter(2_500_000)),
      folder,
    );
    assert.equal(server.proxy.cuts, 1);
    assert.ok(entries.every((entry) => entry.isDeflated));
    const plain = entries.reduce((sum, entry) => sum + entry.size, 0);
    assert.ok(size < plain * 0.7, `${size} of ${plain}`);
  });

  test(`stored to ${name} where that is asked for`, async (t) => {
    const [server, folder] = [await start(t), await phantom(t, 20)];
    const { entries } = await holds(await upload(t, server, folder, { widget: { compression: "store" } }), folder);
    assert.ok(!entries.some((entry) => entry.isDeflated));
  });
}

test("over a slow link what can be is deflated by itself, and what is compressed is not", async (t) => {
  const [server, folder] = [await startTusServer(t), await phantom(t, 20)];
  server.proxy.rate = 4_000_000;
  const { entries } = await holds(await upload(t, server, folder, { widget: {} }), folder);
  // What goes first, to learn how fast the link is, lies as it was.
  const first = entries.findIndex((entry) => entry.isDeflated);
  assert.ok(first > 0 && first < entries.length / 2, `${first} of ${entries.length}`);
  assert.ok(entries.slice(first).every((entry) => entry.isDeflated));

  const mixed = await startTusServer(t);
  const archive = await upload(t, mixed, publicFiles, { widget: { compression: "deflate" } });
  const compressed = (await entriesOf(archive)).filter(({ name }) => /JPEG|J2K|jpeg|RLE|rle/.test(name));
  assert.ok(compressed.length > 10 && compressed.some((entry) => !entry.isDeflated));
});

test("a page that may start one worker and no more has that one deflate", async (t) => {
  const [server, folder] = [await startTusServer(t), await phantom(t, 20)];
  const refuse = () =>
    browser.driver.executeScript(() => {
      window.Worker = class {
        constructor() {
          window.refused = true;
          throw new Error("no more workers");
        }
      };
    });
  const widget = { compression: "deflate", previews: false };
  const { entries } = await holds(await upload(t, server, folder, { widget }, refuse), folder);
  assert.ok(entries.every((entry) => entry.isDeflated));
  assert.equal(await browser.driver.executeScript(() => window.refused), true);
});

/** A worker's script that has `listener` see each job of the pool first. */
const seeingJobs = (listener) => `
  addEventListener("message", ({ data: { port } }) => port?.addEventListener("message", ${listener}), { once: true });
  importScripts("/pkg/standalone-auraloader.worker.js");`;

test("a worker that never answers its job is done without", async (t) => {
  const [server, folder] = [await startTusServer(t), await phantom(t, 20)];
  const workers = { "/deaf.js": seeingJobs("(job) => job.stopImmediatePropagation()") };
  const widget = { compression: "deflate", workerUrl: "/deaf.js" };
  const { entries } = await holds(await upload(t, server, folder, { page: { workers }, widget }), folder);
  assert.ok(entries.every((entry) => entry.isDeflated));
});

test("what is sent first is deflated first", async (t) => {
  const [server, folder] = [await startTusServer(t), await phantom(t, 60)];
  const noting = `
    Object.defineProperty(navigator, "hardwareConcurrency", { value: 2 });
    const jobs = new BroadcastChannel("jobs");
    ${seeingJobs("({ data }) => jobs.postMessage(data[0].name)")}`;
  const workers = { "/noting.js": noting };
  const widget = { compression: "deflate", workerUrl: "/noting.js", previews: false };
  const listen = () =>
    browser.driver.executeScript(() => {
      window.jobs = [];
      new BroadcastChannel("jobs").onmessage = ({ data }) => window.jobs.push(data);
    });
  const archive = await upload(t, server, folder, { page: { workers }, widget }, listen);
  const { entries } = await holds(archive, folder);
  const jobs = await browser.driver.executeScript(() => window.jobs);
  assert.deepEqual(
    jobs,
    entries.map(({ name }) => name.split("-").at(-1)),
  );
});

test("what small files hold is read once to be sent, and again only where a chunk ends in a file", async (t) => {
  const [server, folder] = [await startTusServer(t), await phantom(t, 200, 128)];
  let page;
  await upload(t, server, folder, { widget: { compression: "store", chunkSize: 1_000_000 } }, async ({ driver }) => {
    page = driver;
    await driver.executeScript(() => {
      const read = FileReader.prototype.readAsArrayBuffer;
      window.reads = 0;
      FileReader.prototype.readAsArrayBuffer = function (file) {
        window.reads += 1;
        return read.call(this, file);
      };
    });
  });
  const [reads, files] = [await page.executeScript("return window.reads"), (await digestsBelow(folder)).size];
  assert.ok(files >= 200 && reads >= files && reads < files + 20, `${reads} reads of ${files} files`);
});

test("the page itself deflates nothing", async (t) => {
  const [server, folder] = [await startTusServer(t), await phantom(t, 20)];
  const page = { csp: "script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'" };
  const { entries } = await holds(
    await upload(t, server, folder, { page, widget: { compression: "deflate" } }),
    folder,
  );
  assert.ok(!entries.some((entry) => entry.isDeflated));
});
