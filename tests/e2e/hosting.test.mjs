// Pages as integrators have them: behind strict policies, in frames, with the script from elsewhere, or twice.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { entriesOf } from "./support/archive.mjs";
import { startAuraBackend } from "./support/aura-backend.mjs";
import { startBrowser } from "./support/browser.mjs";
import { digestsBelow } from "./support/folders.mjs";
import { servePage, strictPolicy, Widget } from "./support/host-page.mjs";
import { phantom } from "./support/samples.mjs";

const integrity = JSON.parse(await readFile(join(import.meta.dirname, "../../pkg/integrity.json"), "utf8"));

let browser, folder;
before(async (suite) => {
  folder = await phantom(suite, 3);
  browser = await startBrowser();
});
after(() => browser.close());

const digests = async () => [...(await digestsBelow(folder)).values()].sort();

/** Sends the study by the page that is open, and looks at what has arrived. */
async function sends(server, containerId = "uploader", more = {}) {
  const before = (await server.finished()).length;
  const options = { ...(await server.options()), previews: false, ...more };
  const widget = await Widget.start(browser.driver, options, containerId);
  await widget.chooseFolder(folder);
  await widget.step("pending");
  await widget.press("^Upload 1 study");
  await widget.step("complete");
  const archives = await server.finished();
  assert.equal(archives.length, before + 1);
  for (const archive of archives)
    assert.deepEqual((await entriesOf(archive)).map((entry) => entry.sha256).sort(), await digests());
}

/** Notes in the page how many workers are running, as far as their start goes. */
const workers = {
  count: () =>
    browser.driver.executeScript(() => {
      window.started = 0;
      window.Worker = class extends Worker {
        constructor(...given) {
          super(...given);
          window.started += 1;
        }
      };
    }),
  started: () => browser.driver.executeScript(() => window.started),
};

test("the strictest policy lets all of it through, the worker too", async (t) => {
  const server = await startAuraBackend(t);
  const { apiBaseUrl } = await server.settings();
  await browser.driver.get(await servePage(t, { csp: strictPolicy(apiBaseUrl) }));
  await workers.count();
  await sends(server);
  assert.equal(await workers.started(), 1);
  assert.deepEqual(await browser.console(), []);
});

test("Trusted Types: one policy of the widget's name, for all workers of all widgets", async (t) => {
  const server = await startAuraBackend(t);
  const { apiBaseUrl } = await server.settings();
  const types = "require-trusted-types-for 'script'; trusted-types standalone-auraloader";
  const ids = ["first", "second"];
  await browser.driver.get(await servePage(t, { csp: `${strictPolicy(apiBaseUrl)}; ${types}`, containers: ids }));
  await workers.count();
  for (const id of ids) await sends(server, id, { compression: "deflate" });
  // Each has its own and up to four that deflate: one at least, and no more than there are processors left.
  const processors = await browser.driver.executeScript(() => navigator.hardwareConcurrency);
  const [started, most] = [await workers.started(), 2 + 2 * Math.min(4, Math.max(1, processors - 1))];
  assert.ok(started >= 4 && started <= most, `${started} of ${most}`);
  assert.deepEqual(await browser.console(), []);
});

test("pictures, too, get through the strictest policy that lets their files be fetched", async (t) => {
  const server = await startAuraBackend(t);
  const { apiBaseUrl } = await server.settings();
  const csp = `${strictPolicy(apiBaseUrl).replace("connect-src", "connect-src 'self'")}; require-trusted-types-for 'script'; trusted-types standalone-auraloader`;
  await browser.driver.get(await servePage(t, { csp }));
  const widget = await Widget.start(browser.driver, await server.options());
  await widget.chooseFolder(folder);
  await widget.step("pending");
  await widget.element(".tile canvas");
  assert.deepEqual(await browser.console(), []);
});

test("Trusted Types without that policy: the page does the work", async (t) => {
  const server = await startAuraBackend(t);
  const { apiBaseUrl } = await server.settings();
  const types = "require-trusted-types-for 'script'; trusted-types 'none'";
  await browser.driver.get(await servePage(t, { csp: `${strictPolicy(apiBaseUrl)}; ${types}` }));
  await sends(server);
  for (const { message } of await browser.console()) assert.match(message, /Trusted ?(Type|ScriptURL)/);
});

test("the script comes from another host, and is what its hash says", async (t) => {
  const [server, host] = [await startAuraBackend(t), await servePage(t)];
  const name = "standalone-auraloader.umd.js";
  const script = (hash) => `<script src="${host}pkg/${name}" integrity="${hash}" crossorigin></script>`;
  await browser.driver.get(await servePage(t, { scripts: script(integrity[name]) }));
  await sends(server);
  assert.deepEqual(await browser.console(), []);

  const other = integrity["standalone-auraloader.mjs"];
  await browser.driver.get(await servePage(t, { scripts: script(other) }));
  assert.equal(await browser.driver.executeScript(() => typeof StandaloneAuraloader), "undefined");
  assert.match((await browser.console())[0].message, /integrity/);
});

for (const frame of ["", 'sandbox="allow-scripts allow-same-origin"', 'sandbox="allow-scripts"']) {
  test(`the page is in a frame: <iframe ${frame}>`, async (t) => {
    const server = await startAuraBackend(t);
    await browser.driver.get(await servePage(t, { frame }));
    await browser.driver.switchTo().frame(0);
    await workers.count();
    await sends(server);
    assert.equal(await workers.started(), 1);
    // What the browser says of such a frame is not about what is in it.
    const said = (await browser.console()).filter(({ message }) => !message.includes("escape its sandboxing"));
    assert.deepEqual(said, []);
  });
}

test("two scripts on one page don't see each other", async (t) => {
  const server = await startAuraBackend(t);
  const ids = ["first", "second"];
  await browser.driver.get(await servePage(t, { containers: ids }));
  await sends(server, ids[0]);
  const isAnother = await browser.driver.executeAsyncScript((done) => {
    const first = StandaloneAuraloader;
    const script = document.createElement("script");
    script.src = "/pkg/standalone-auraloader.umd.js?another";
    script.onload = () => done(StandaloneAuraloader !== first);
    document.head.append(script);
  });
  assert.ok(isAnother);
  await sends(server, ids[1]);
  const steps = await browser.driver.executeScript(() => Object.values(window.lastState).map(({ step }) => step));
  assert.deepEqual(steps, ["complete", "complete"]);
  assert.deepEqual(await browser.console(), []);
});
