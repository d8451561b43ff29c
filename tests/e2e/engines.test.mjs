// The main path in each of the three engines. All else is tested in Chromium alone.

import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { entriesOf } from "./support/archive.mjs";
import { startAuraBackend } from "./support/aura-backend.mjs";
import { engines, startBrowser } from "./support/browser.mjs";
import { filesBelow } from "./support/folders.mjs";
import { servePage, strictPolicy, ways, Widget } from "./support/host-page.mjs";
import { expected, phantom, publicFiles } from "./support/samples.mjs";
import { startTusServer } from "./support/tus-server.mjs";

const servers = { "aura-backend": startAuraBackend, "@tus/server": startTusServer };
const chunkSize = 1_048_576;
/** As a reader that is not ours finds them, once for all. */
const publicOnes = expected(publicFiles);
const esm = `<script type="module">
  import { StandaloneAuraloader } from "/pkg/standalone-auraloader.mjs";
  Object.assign(window, { StandaloneAuraloader });
</script>`;

for (const engine of Object.keys(engines))
  test(engine, async (t) => {
    const browser = await startBrowser({ engine });
    t.after(() => browser.close());
    const { driver } = browser;

    /** Only Chromium's driver chooses folders; the others take the files of one, without their paths. */
    const choose = (widget, folder) => ways[browser.choosesFolders ? "folder input" : "file input"](widget, folder);

    /** WebKitGTK's driver can't drag from the desktop. There a script drops `File`s, which has no folders in it. */
    const drop = async (widget, folder) => {
      if (driver.drag) return widget.drop([folder]);
      await widget.dropChosen((await filesBelow(folder)).map((path) => join(folder, path)));
    };

    async function open(t, server, options = {}, page = {}) {
      await driver.get(await servePage(t, page));
      return Widget.start(driver, { ...(await server.options()), ...options });
    }

    async function upload(widget) {
      await widget.press("^Upload \\d+ stud");
      await finished(widget);
    }

    async function finished(widget) {
      const { step } = await widget.until((state) => ["complete", "error"].includes(state.step), "an end");
      assert.equal(step, "complete", JSON.stringify(await widget.said("error")));
      await widget.heading("^All done$");
      await widget.told("complete");
    }

    async function holds(server, wanted) {
      const archives = await server.finished();
      assert.equal(archives.length, 1);
      const stored = (await entriesOf(archives[0])).map((entry) => entry.sha256).sort();
      assert.deepEqual(stored, [...(await wanted).values()].map((file) => file.sha256).sort());
      return (await stat(archives[0])).size;
    }

    for (const [name, start] of Object.entries(servers)) {
      await t.test(`public files arrive, byte for byte: ${name}`, async (t) => {
        const server = await start(t);
        const widget = await open(t, server);
        await choose(widget, publicFiles);
        await widget.step("pending");
        await upload(widget);
        await holds(server, publicOnes);
        assert.deepEqual(await browser.console(), []);
      });

      await t.test(`a picture, a pause, a reload, and on from there: ${name}`, async (t) => {
        const [server, folder] = [await start(t), await phantom(t, 24, 512)];
        const { apiBaseUrl } = await server.options();
        const csp = strictPolicy(apiBaseUrl).replace("connect-src", "connect-src 'self'");
        const page = await servePage(t, { csp });
        const options = { ...(await server.options()), chunkSize, compression: "store" };
        const reload = async () => {
          await driver.get(page);
          return Widget.start(driver, options);
        };
        let widget = await reload();
        await choose(widget, folder);
        await widget.heading("^1 study found$");
        await widget.element(".tile canvas", "", { hidden: true });
        server.proxy.rate = 4_000_000;
        await widget.press("^Upload 1 study");
        await widget.until((state) => state.progress.bytesSent > 2_000_000, "2 MB sent");
        await widget.press("^Pause$");
        await widget.heading("^Paused at \\d+");
        await widget.press("^Carry on$");
        await widget.until((state) => state.progress.bytesSent > 5_000_000, "5 MB sent");
        assert.deepEqual(await browser.console(), []);

        widget = await reload();
        server.proxy.rate = Infinity;
        await widget.heading("^Carry on where you left off");
        await choose(widget, folder);
        await widget.step("pending");
        server.proxy.sent = 0;
        await upload(widget);
        const size = await holds(server, expected(folder));
        // Of 5 MB at least 4 MB had been acknowledged.
        assert.ok(server.proxy.sent < size - 3.5 * chunkSize, `${server.proxy.sent} of ${size} bytes were sent again`);
        assert.deepEqual(await browser.console(), []);
      });
    }

    await t.test("an upload that is compressed where it is worth the while", async (t) => {
      const [server, folder] = [await startTusServer(t), await phantom(t, 12, 512)];
      const widget = await open(t, server, { compression: "auto" });
      await choose(widget, folder);
      await widget.step("pending");
      server.proxy.rate = 2_000_000;
      await upload(widget);
      const [archive] = await server.finished();
      assert.ok((await entriesOf(archive)).some((entry) => entry.isDeflated));
      await holds(server, expected(folder));
      assert.deepEqual(await browser.console(), []);
    });

    await t.test("an upload that is stopped, after a question, leaves nothing", async (t) => {
      const [server, folder] = [await startTusServer(t), await phantom(t, 24, 512)];
      const widget = await open(t, server);
      await choose(widget, folder);
      await widget.step("pending");
      server.proxy.rate = 4_000_000;
      await widget.press("^Upload");
      await widget.until((state) => state.progress.bytesSent > 1_000_000, "1 MB sent");
      await widget.press("^Cancel$");
      await widget.press("^Keep going$");
      await widget.press("^Cancel$");
      await widget.press("^Stop upload$");
      await widget.heading("^Upload cancelled$");
      assert.deepEqual(await server.kept(), []);
      assert.equal((await widget.said("cancel")).length, 1);
    });

    await t.test("what is dropped, by the module with its .wasm beside it", async (t) => {
      // More files than a folder gives at once.
      const [server, folder] = [await startAuraBackend(t), await phantom(t, 120, 64)];
      const widget = await open(t, server, {}, { scripts: esm });
      await drop(widget, folder);
      await widget.heading("^1 study found$");
      await upload(widget);
      await holds(server, expected(folder));
      assert.deepEqual(await browser.console(), []);
    });

    await t.test("in Arabic, from right to left", async (t) => {
      const texts = JSON.parse(await readFile(join(import.meta.dirname, "../../locales/ar.json"), "utf8"));
      const widget = await open(t, await startAuraBackend(t), { locale: "ar" });
      await widget.heading(`^${texts.start}$`);
      await choose(widget, await phantom(t, 3));
      await widget.step("pending");
      const [remove] = await widget.all(".remove");
      const [name] = await widget.all(".card h3");
      const left = async (element) => (await element.getRect()).x;
      assert.ok((await left(remove)) < (await left(name)));
      assert.deepEqual(await browser.console(), []);
    });
  });
