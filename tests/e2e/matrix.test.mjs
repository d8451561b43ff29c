// All that can happen to an upload, one thing a test: it ends with the same bytes, and each call of the API once.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { startAuraBackend } from "./support/aura-backend.mjs";
import { startBrowser } from "./support/browser.mjs";
import { sha256 } from "./support/folders.mjs";
import { servePage, Widget } from "./support/host-page.mjs";
import { phantom } from "./support/samples.mjs";
import { startTusServer } from "./support/tus-server.mjs";

const servers = {
  "aura-backend": (t) => startAuraBackend(t, [], true),
  "@tus/server": (t) => startTusServer(t, { ownProcess: {} }),
};
const chunkSize = 1_048_576;
const once = ["init", "start", "complete"];

// Where connections are cut; SEED=… makes a run what it was.
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
let random = seed;
/** A whole number below `limit` (mulberry32). */
function below(limit) {
  random = (random + 0x6d2b79f5) | 0;
  let mixed = Math.imul(random ^ (random >>> 15), 1 | random);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
}

/** What lasts for all tests. */
const endings = [];
const scope = { after: (end) => endings.push(end) };

let browser;
let folder;
/** SHA-256 of the archive, as it comes out if nothing happens. */
let wanted;
before(async () => {
  browser = await startBrowser();
  folder = await phantom(scope, 24, 512);
  wanted = await upload(scope, servers["@tus/server"], async () => {});
});
after(async () => {
  for (const end of endings.reverse()) await end();
  await browser.close();
});

/** Uploads the folder, with something happening meanwhile; gives the archive's SHA-256. */
async function upload(t, start, happens, calls = once) {
  const [server, page] = [await start(t), await servePage(t)];
  const options = { ...(await server.options()), chunkSize, compression: "store" };
  const begin = async () => {
    await browser.driver.get(page);
    const widget = await Widget.start(browser.driver, options);
    await widget.chooseFolder(folder);
    await widget.step("pending");
    await widget.press("^Upload");
    return widget;
  };
  server.proxy.rate = 6_000_000;
  const first = await begin();
  const widget = (await happens(server, first, begin)) ?? first;
  server.proxy.rate = Infinity;
  const { step } = await widget.until((state) => ["complete", "error"].includes(state.step), "an end");
  assert.equal(step, "complete", JSON.stringify(await widget.said("error")));
  await widget.told("complete");
  assert.equal((await widget.said("complete")).length, 1);
  assert.deepEqual(await widget.said("error"), []);
  assert.deepEqual((server.calls ?? (() => server.relay.calls()))(), calls);
  const [archive, ...more] = await server.finished();
  assert.deepEqual(more, []);
  await browser.console(); // the browser itself reports what fails
  return sha256(await readFile(archive));
}

const isUnderWay = (widget, bytes = 3 * chunkSize) =>
  widget.until((state) => state.step === "uploading" && state.progress.bytesSent > bytes, `${bytes} bytes sent`);

/** Answers the next request of each method with a status, and waits until that has happened. */
async function refuse(server, widget, ...refusals) {
  for (const [method, status, headers] of refusals) server.relay.refuse(method, status, headers);
  await widget.until(() => server.relay.left === 0, "all were refused");
}

const happenings = {
  "connections that are cut at random bytes": async (server, widget) => {
    console.log(`SEED=${seed}`);
    for (let cut = 1; cut <= 4; cut += 1) {
      server.proxy.cutAfter(1 + below(2_500_000));
      await widget.until(() => server.proxy.cuts === cut, `cut ${cut}`);
    }
  },
  "a server that is killed and started again": async (server, widget) => {
    await isUnderWay(widget);
    await server.kill();
    await widget.until((state) => state.connectionIssues, "it says so");
    await server.startAgain();
  },
  "a browser that is offline for a while": async (server, widget) => {
    await isUnderWay(widget);
    // Chromium keeps what a worker has under way; with a cable pulled out it would be gone.
    const conditions = { latency: 0, download_throughput: -1, upload_throughput: -1 };
    await browser.driver.setNetworkConditions({ ...conditions, offline: true });
    server.proxy.vanish();
    await widget.heading("Waiting for your connection");
    server.proxy.gone = false;
    await browser.driver.setNetworkConditions({ ...conditions, offline: false });
  },
};
for (const status of [500, 423, 409, 460]) {
  happenings[`${status} in answer to a PATCH`] = async (server, widget) => {
    await isUnderWay(widget);
    await refuse(server, widget, ["PATCH", status]);
  };
}
happenings["429 with Retry-After"] = async (server, widget) => {
  await isUnderWay(widget);
  await refuse(server, widget, ["PATCH", 429, { "retry-after": "1" }]);
};
for (const status of [404, 410]) {
  happenings[`${status} in answer to a PATCH that HEAD knows nothing of`] = async (server, widget) => {
    await isUnderWay(widget);
    await refuse(server, widget, ["PATCH", status]);
  };
  happenings[`${status} in answer to PATCH and HEAD, as the upload is gone`] = async (server, widget) => {
    await isUnderWay(widget);
    await refuse(server, widget, ["PATCH", status], ["HEAD", status]);
  };
}

for (const [name, start] of Object.entries(servers)) {
  for (const [what, happens] of Object.entries(happenings)) {
    test(`${what}: ${name}`, async (t) => assert.equal(await upload(t, start, happens), wanted));
  }

  test(`a page that is loaded again: ${name}`, async (t) => {
    const reload = async (server, widget, begin) => {
      await isUnderWay(widget);
      return begin();
    };
    assert.equal(await upload(t, start, reload, ["init", "start", "start", "complete"]), wanted);
  });
}
