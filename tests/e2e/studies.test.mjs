// One archive a study: three are sent at a time, as one upload.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { entriesOf, opensEverywhere } from "./support/archive.mjs";
import { startAuraBackend } from "./support/aura-backend.mjs";
import { startBrowser } from "./support/browser.mjs";
import { servePage, Widget } from "./support/host-page.mjs";
import { expected, publicFiles } from "./support/samples.mjs";
import { startTusServer } from "./support/tus-server.mjs";

const servers = {
  "aura-backend": (t) => startAuraBackend(t, [], true),
  "@tus/server": (t) => startTusServer(t, { ownProcess: {} }),
};

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

/** A widget with the public files in it, ready to send; and again in a new page. */
async function ready(t, start) {
  const [server, page] = [await start(t), await servePage(t)];
  const options = { ...(await server.options()), archive: "study", compression: "store", chunkSize: 65_536 };
  const open = async () => {
    await browser.driver.get(page);
    const widget = await Widget.start(browser.driver, options);
    await widget.chooseFolder(publicFiles);
    await widget.step("pending");
    return widget;
  };
  server.proxy.rate = 200_000;
  return { server, open, widget: await open(), calls: server.calls ?? (() => server.relay.calls()) };
}

/** Waits for the end; what is on the server is each study in an archive of its own. */
async function endsWell(server, widget) {
  server.proxy.rate = Infinity;
  const { step, progress } = await widget.until((state) => ["complete", "error"].includes(state.step), "an end");
  assert.equal(step, "complete", JSON.stringify(await widget.said("error")));
  assert.equal(progress.bytesSent, progress.bytesTotal);
  const wanted = new Map();
  for (const { study, sha256 } of (await expected(publicFiles)).values())
    wanted.set(study, [...(wanted.get(study) ?? []), sha256].sort());
  const found = new Map();
  for (const archive of await server.finished()) {
    await opensEverywhere(archive);
    const entries = await entriesOf(archive);
    const [study] = entries[0].name.split("/");
    assert.ok(entries.every((entry) => entry.name.startsWith(`${study}/`)));
    found.set(study, entries.map((entry) => entry.sha256).sort());
  }
  assert.equal(found.size, wanted.size);
  for (const [study, files] of wanted) assert.deepEqual(found.get(study), files);
  await widget.told("complete");
  const [result, ...more] = await widget.said("complete");
  assert.deepEqual([more, await widget.said("error")], [[], []]);
  assert.equal(result.studies.length, wanted.size);
  return { result, count: wanted.size };
}

for (const [name, start] of Object.entries(servers)) {
  test(`each study is an archive, three on their way at a time: ${name}`, async (t) => {
    const { server, widget, calls } = await ready(t, start);
    await widget.press("^Upload");
    await widget.until(() => server.relay.most === 3, "three at a time");
    const { result, count } = await endsWell(server, widget);
    assert.ok(count > 3, `${count} studies`);
    assert.equal(server.relay.most, 3);
    assert.deepEqual(calls(), ["init", "start", "complete"]);
    if (server.names) {
      const names = Array.from({ length: count }, (_, at) => `${result.uploadId}-${at + 1}.zip`);
      assert.deepEqual(await server.names(), names.sort());
    }
    assert.deepEqual(await browser.console(), []);
  });

  test(`paused, cut, killed and loaded again they all go on: ${name}`, async (t) => {
    const { server, open, widget, calls } = await ready(t, start);
    server.proxy.cutAfter(300_000);
    await widget.press("^Upload");
    await widget.until(() => server.proxy.cuts === 1, "a cut");
    await widget.press("^Pause");
    await widget.step("paused");
    await widget.press("^Carry on");
    await widget.until((state) => state.progress.bytesSent > 700_000, "0.7 MB sent");
    await server.kill();
    await widget.until((state) => state.connectionIssues, "it says so");
    await server.startAgain();
    await widget.until((state) => !state.connectionIssues && state.progress.bytesSent > 1_100_000, "1.1 MB sent");
    const again = await open();
    const before = server.relay.seen.filter(([method]) => method === "POST").length;
    await again.press("^Upload");
    const { count } = await endsWell(server, again);
    assert.deepEqual(calls(), ["init", "start", "start", "complete"]);
    const created = server.relay.seen.filter(([method, path]) => method === "POST" && /^\/files\/?$/.test(path)).length;
    // Archives this small go with their creation, which is made anew if its answer is lost: by the cut, the pause, the kill
    // and the reload, of three at a time.
    assert.ok(before > 3 && created <= count + 10, `${created} creations of ${count} archives`);
    await browser.console(); // the browser itself reports what fails
  });

  test(`cancel takes back all of them: ${name}`, async (t) => {
    const { server, widget, calls } = await ready(t, start);
    await widget.press("^Upload");
    await widget.until((state) => state.progress.bytesSent > 700_000, "0.7 MB sent");
    assert.notEqual((await server.kept()).length, 0);
    await widget.press("^Cancel");
    await widget.press("^Stop");
    await widget.step("cancelled");
    await widget.told("cancel");
    assert.deepEqual(await server.kept(), []);
    assert.deepEqual(calls(), ["init", "start", "cancel"]);
    assert.deepEqual([await widget.said("error"), await widget.said("complete")], [[], []]);
  });
}
