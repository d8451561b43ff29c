// Texts, UIDs and names that try to break out of the page and of the archive.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { entriesOf, opensEverywhere } from "./support/archive.mjs";
import { startBrowser } from "./support/browser.mjs";
import { servePage, ways, Widget } from "./support/host-page.mjs";
import { expected, hostileFiles } from "./support/samples.mjs";
import { startTusServer } from "./support/tus-server.mjs";

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

for (const [way, give] of Object.entries(ways)) {
  test(`hostile text is text in the page, and harmless in the archive: ${way}`, async (t) => {
    const [server, folder] = [await startTusServer(t), await hostileFiles(t)];
    const wanted = await expected(folder);
    await browser.driver.get(await servePage(t));
    const widget = await Widget.start(browser.driver, await server.options());
    await give(widget, folder);
    await widget.step("pending");
    // Opening the list of files left out shows its groups, which open in turn.
    for (const round of ["cards and list", "groups"]) {
      const closed = await widget.all("[aria-expanded=false]");
      assert.notEqual(closed.length, 0, round);
      for (const toggle of closed) await widget.click(toggle);
    }
    const text = await widget.text();
    assert.ok(text.includes("<img src=x onerror=window.broken=1>"), text);
    assert.ok(text.includes("</style></script><script>window.broken=2</script>"), text);
    assert.deepEqual(await widget.all("img, script, b, i"), []);

    await widget.press("^Upload");
    await widget.step("complete");
    assert.equal(await browser.driver.executeScript(() => window.broken ?? null), null);

    const [archive] = await server.finished();
    await opensEverywhere(archive);
    const entries = await entriesOf(archive);
    assert.deepEqual(
      entries.map((entry) => entry.sha256).sort(),
      [...wanted.values()].map((file) => file.sha256).sort(),
    );
    const names = entries.map((entry) => entry.name);
    assert.equal(new Set(names.map((name) => name.toLowerCase())).size, names.length, "names are unique");
    for (const name of names) {
      const [study, file, ...more] = name.split("/");
      assert.deepEqual(more, [], name);
      for (const part of [study, file]) assert.ok(part && !/^\.{1,2}$/.test(part), name);
      assert.doesNotMatch(name, /[\\\x00-\x1f\x7f]|^[a-z]:/i, name);
      assert.ok(Buffer.byteLength(name) <= 255, name);
    }
    assert.deepEqual(
      Object.keys(server.body("init").studies).sort(),
      [...new Set([...wanted.values()].map((file) => file.study))].sort(),
    );
    assert.deepEqual(await browser.console(), []);
  });
}
