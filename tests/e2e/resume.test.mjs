// An upload that a page left unfinished goes on in the next.

import assert from "node:assert/strict";
import { open, readdir, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { entriesOf } from "./support/archive.mjs";
import { startAuraBackend } from "./support/aura-backend.mjs";
import { startBrowser } from "./support/browser.mjs";
import { servePage, Widget } from "./support/host-page.mjs";
import { expected, phantom } from "./support/samples.mjs";
import { startTusServer } from "./support/tus-server.mjs";

const servers = { "aura-backend": startAuraBackend, "@tus/server": startTusServer };
const told = "Carry on where you left off?";
const chunkSize = 1_048_576;
/** The engine runs where a test can take things away from it. */
const onThePage = { csp: "script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'" };

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

/** An upload of a folder, and that its page was left in the middle of it. */
async function left(t, start, options = {}, pageOptions = {}, prepare = () => {}) {
  const [server, folder, page] = [await start(t), await phantom(t, 40, 512), await servePage(t, pageOptions)];
  return interrupted(browser, server, folder, page, options, prepare);
}

/** The same, in this browser; the folder is chosen or `isDropped`. */
async function interrupted({ driver, console }, server, folder, page, options, prepare, isDropped) {
  const given = { ...(await server.options()), chunkSize, ...options };
  const reload = async () => {
    await driver.get(page);
    await driver.executeScript(prepare);
    return Widget.start(driver, given);
  };
  const widget = await reload();
  assert.ok(!(await widget.text()).includes(told));
  await (isDropped ? widget.drop([folder]) : widget.chooseFolder(folder));
  await widget.step("pending");
  server.proxy.rate = 6_000_000;
  await widget.press("^Upload");
  const { progress } = await widget.until((state) => state.progress.bytesSent > 9_000_000, "9 MB sent");
  const again = await reload();
  await console();
  server.proxy.rate = Infinity;
  return { server, folder, progress, widget: again };
}

async function sendAgain(widget, folder) {
  await widget.chooseFolder(folder);
  await widget.step("pending");
  await widget.press("^Upload");
  const { step } = await widget.until((state) => ["complete", "error"].includes(state.step), "an end");
  assert.equal(step, "complete", JSON.stringify(await widget.said("error")));
}

async function holds(server, folder) {
  const wanted = [...(await expected(folder)).values()].map((file) => file.sha256).sort();
  const archives = await server.finished();
  assert.equal(archives.length, 1);
  assert.deepEqual((await entriesOf(archives[0])).map((entry) => entry.sha256).sort(), wanted);
  return (await stat(archives[0])).size;
}

for (const [name, start] of Object.entries(servers)) {
  for (const compression of ["store", "auto"]) {
    test(`after a reload the same folder goes on where it was, ${compression}: ${name}`, async (t) => {
      const { server, folder, widget } = await left(t, start, { compression });
      assert.ok((await widget.text()).includes(told));
      server.proxy.sent = 0;
      await sendAgain(widget, folder);
      const size = await holds(server, folder);
      // Only our backend takes checksums, and it verifies each.
      assert.equal(server.proxy.checksums > 3, server.name === "aura-backend");
      // Of 9 MB at least 8 MB had been acknowledged as they lie.
      const kept = compression === "store" ? 8 * chunkSize : 2 * chunkSize;
      assert.ok(server.proxy.sent < size - kept, `${server.proxy.sent} of ${size} bytes were sent again`);
      if (server.calls) assert.deepEqual(server.calls(), ["init", "start", "start", "complete"]);
      assert.equal((await widget.said("complete")).length, 1);
      assert.deepEqual(await widget.said("error"), []);
    });
  }

  test(`other content under the same names starts anew: ${name}`, async (t) => {
    const { server, folder, widget } = await left(t, start, { compression: "store" });
    const [first] = (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    const { atimeMs, mtimeMs, size } = await stat(first);
    const file = await open(first, "r+");
    await file.write(Buffer.from([1, 2, 3, 4]), 0, 4, size - 4);
    await file.close();
    // To the millisecond, which is all that browsers tell.
    await utimes(first, atimeMs / 1000, (Math.floor(mtimeMs) + 0.5) / 1000);
    await sendAgain(widget, folder);
    await holds(server, folder);
    if (server.calls) {
      const [cancel, complete, ...begun] = server.calls().sort();
      assert.deepEqual([cancel, complete], ["cancel", "complete"]);
      // That the first one goes on is told at the same time as it is found that it can't.
      const wanted = ["init", "init", "start", "start", "start"];
      assert.deepEqual(begun, wanted.slice(0, Math.max(4, begun.length)));
    }
  });
}

for (const [what, prepare] of Object.entries({
  "keeps nothing for the page": () => {
    Object.defineProperty(window, "indexedDB", {
      get: () => {
        throw new DOMException("refused", "SecurityError");
      },
    });
  },
  "has no digests, as without TLS,": () => {
    Object.defineProperty(window, "isSecureContext", { value: false });
    Object.defineProperty(crypto, "subtle", { value: undefined });
  },
}))
  test(`where the browser ${what} everything else works`, async (t) => {
    const { server, folder, widget } = await left(t, startAuraBackend, {}, onThePage, prepare);
    assert.ok(!(await widget.text()).includes(told));
    await sendAgain(widget, folder);
    await holds(server, folder);
    assert.equal(server.proxy.checksums > 0, what.startsWith("keeps"));
  });

test("where the browser has no locks it goes on all the same", async (t) => {
  const { server, folder, widget } = await left(t, startTusServer, { compression: "store" }, onThePage, () => {
    Object.defineProperty(navigator, "locks", { value: undefined });
  });
  assert.ok((await widget.text()).includes(told));
  server.proxy.sent = 0;
  await sendAgain(widget, folder);
  const size = await holds(server, folder);
  assert.ok(server.proxy.sent < size - 8 * chunkSize, `${server.proxy.sent} of ${size} bytes were sent again`);
});

test("what another widget is sending is left alone", async (t) => {
  const containers = ["uploader", "second"];
  const [server, folder, page] = [
    await startTusServer(t),
    await phantom(t, 40, 512),
    await servePage(t, { containers }),
  ];
  await browser.driver.get(page);
  const options = { ...(await server.options()), chunkSize };
  const first = await Widget.start(browser.driver, options);
  await first.chooseFolder(folder);
  await first.step("pending");
  server.proxy.rate = 4_000_000;
  await first.press("^Upload");
  await first.until((state) => state.progress.bytesSent > 3_000_000, "3 MB sent");
  const second = await Widget.start(browser.driver, options, "second");
  assert.ok((await second.text()).includes(told));
  await second.chooseFolder(folder);
  await second.step("pending");
  await second.press("^Upload");
  await second.until((state) => state.progress.bytesSent > 1_000_000, "1 MB sent");
  server.proxy.rate = Infinity;
  await first.step("complete");
  await second.step("complete");
  assert.equal(server.created(), 2);
  assert.deepEqual(server.calls().sort(), ["complete", "complete", "init", "init", "start", "start"]);
  assert.equal((await server.finished()).length, 2);
});

test("who comes back is told what was left, and can start afresh", async (t) => {
  const { server, folder, widget } = await left(t, startTusServer, { compression: "store" });
  const text = await widget.text();
  const [, percent] =
    text.match(/An upload of \d+ stud(?:y|ies) from today is (\d+)\s?% done\. Choose the same folder/) ?? [];
  assert.ok(percent > 20 && percent < 70, text);
  await widget.press("^Start afresh");
  await widget.heading("^Add your imaging files");
  await browser.driver.wait(() => server.calls().includes("cancel"), 20_000, "the server was never told");
  assert.deepEqual(server.calls(), ["init", "start", "cancel"]);
  assert.deepEqual(await server.kept(), []);
  await sendAgain(widget, folder);
  await holds(server, folder);
  assert.deepEqual(server.calls(), ["init", "start", "cancel", "init", "start", "complete"]);
});

test("what was dropped goes on without being chosen again", async (t) => {
  const [server, folder, page] = [await startTusServer(t), await phantom(t, 40, 512), await servePage(t)];
  const browser = await startBrowser({ mayRead: { origin: new URL(page).origin, folder } });
  t.after(() => browser.close());
  const options = { compression: "store" };
  const { progress, widget } = await interrupted(browser, server, folder, page, options, () => {}, true);
  assert.match(await widget.text(), /It can go on with the files that you dropped/);
  server.proxy.sent = 0;
  await widget.press("^Carry on$");
  await widget.step("pending");
  await widget.press("^Upload");
  await widget.step("complete");
  const size = await holds(server, folder);
  assert.ok(server.proxy.sent < size - progress.bytesSent + 2 * chunkSize, `${server.proxy.sent} of ${size} bytes`);
  assert.deepEqual(server.calls(), ["init", "start", "start", "complete"]);
});
