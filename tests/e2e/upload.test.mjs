// The whole path: files come in every way, and every byte of them ends on either server.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { entriesOf, opensEverywhere } from "./support/archive.mjs";
import { startAuraBackend } from "./support/aura-backend.mjs";
import { startBrowser } from "./support/browser.mjs";
import { filesBelow } from "./support/folders.mjs";
import { servePage, ways, Widget } from "./support/host-page.mjs";
import { expected, phantom, publicFiles } from "./support/samples.mjs";
import { startTusServer } from "./support/tus-server.mjs";

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

const folders = { "pydicom's public files": async () => publicFiles, "a CT of 300 slices": (t) => phantom(t, 300) };
const servers = { "aura-backend": startAuraBackend, "@tus/server": startTusServer };

for (const [serverName, start] of Object.entries(servers)) {
  for (const [folderName, make] of Object.entries(folders)) {
    for (const [way, give] of Object.entries(ways)) {
      test(`${folderName} by ${way} to ${serverName}`, async (t) => {
        const [server, folder, page] = [await start(t), await make(t), await servePage(t)];
        const wanted = await expected(folder);
        assert.ok(wanted.size > 0);

        await browser.driver.get(page);
        const widget = await Widget.start(browser.driver, await server.options());
        await give(widget, folder);
        const pending = await widget.step("pending");
        await everyFileAccountedFor(pending, folder, wanted);
        await widget.press("^Upload \\d+ stud");
        const { step } = await widget.until((state) => ["complete", "error"].includes(state.step));
        assert.equal(step, "complete", JSON.stringify(await widget.said("error")));
        await widget.heading("All done");

        const archives = await server.finished();
        assert.equal(archives.length, 1);
        await opensEverywhere(archives[0]);
        const stored = (await entriesOf(archives[0])).map((entry) => entry.sha256).sort();
        assert.deepEqual(stored, [...wanted.values()].map((file) => file.sha256).sort());

        await widget.told("complete");
        const [result, ...more] = await widget.said("complete");
        assert.deepEqual(more, []);
        assert.equal(result.successful, wanted.size);
        assert.equal(result.failed, 0);
        assert.equal(result.studies.length, new Set([...wanted.values()].map((file) => file.study)).size);
        if (server.calls) assert.deepEqual(server.calls(), ["init", "start", "complete"]);
        assert.deepEqual(await browser.console(), []);
      });
    }
  }
}

/** Nothing vanishes: what isn't sent is named, with a reason. */
async function everyFileAccountedFor(state, folder, wanted) {
  const all = await filesBelow(folder);
  const images = state.studies.reduce((sum, study) => sum + study.images, 0);
  assert.equal(images, wanted.size, JSON.stringify(state.rejected));
  assert.equal(state.rejected.length, all.length - wanted.size);
  for (const { path, reason } of state.rejected) assert.match(reason, /^[a-z-]+$/, path);
}
