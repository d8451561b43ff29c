// `<standalone-auraloader>`: attributes, properties and events, and its life in the document.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startAuraBackend } from "./support/aura-backend.mjs";
import { startBrowser } from "./support/browser.mjs";
import { servePage } from "./support/host-page.mjs";

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

/** Runs `script(options)` on a page that has no element yet, nor knows what one is. */
async function onPage(t, script) {
  const server = await startAuraBackend(t);
  await browser.driver.get(await servePage(t, { containers: ["place"], scripts: "" }));
  return browser.driver.executeAsyncScript(
    `const [options, done] = arguments; (${script})(options).then(done, (error) => done(String(error)))`,
    await server.options(),
  );
}

test("attributes and properties, also from before it is defined; the widget opens once all is there", async (t) => {
  const told = await onPage(t, async ({ apiToken, apiBaseUrl, uploadToken }) => {
    const place = document.getElementById("place");
    place.innerHTML = '<standalone-auraloader theme="dark" resume="false" debug="false"></standalone-auraloader>';
    const element = place.firstChild;
    element.apiBaseUrl = apiBaseUrl;
    element.retryDelays = [];
    const ready = new Promise((resolve) => element.addEventListener("auraloader:ready", resolve, { once: true }));
    await import("/pkg/element.mjs");
    element.setAttribute("api-token", apiToken);
    const before = element.uploader;
    let asked = 0;
    element.uploadTokenResolver = async () => {
      asked += 1;
      return { token: uploadToken, expires_at: new Date(Date.now() + 3_600_000).toISOString() };
    };
    const { detail } = await ready;
    const states = [];
    element.addEventListener("auraloader:state", ({ detail }) => states.push(detail.step));
    await element.uploader.addFiles([new File(["no image"], "letter.txt")]);
    const { theme, resume, debug, chunkSize } = element;
    return { before, same: detail === element.uploader, asked, states, given: [theme, resume, debug, chunkSize] };
  });
  assert.deepEqual(
    { ...told, states: [] },
    {
      before: null,
      same: true,
      asked: 1,
      states: [],
      given: ["dark", false, false, null],
    },
  );
  assert.ok(told.states.includes("processing"), String(told.states));
  assert.deepEqual(await browser.console(), []);
});

test("moved it goes on, removed it ends, put back it begins anew, in a shadow tree too", async (t) => {
  const told = await onPage(t, async (options) => {
    await import("/pkg/element.mjs");
    const element = Object.assign(document.createElement("standalone-auraloader"), options);
    const opened = () =>
      new Promise((resolve) => element.addEventListener("auraloader:ready", resolve, { once: true }));
    const place = document.getElementById("place");
    let ready = opened();
    place.append(element);
    await ready;
    const first = element.uploader;

    document.body.append(element);
    await Promise.resolve();
    const moved = element.uploader === first && element.shadowRoot.childElementCount > 0;

    element.remove();
    await Promise.resolve();
    const ended = element.uploader === undefined && element.shadowRoot.childElementCount === 0;

    ready = opened();
    place.attachShadow({ mode: "open" }).append(element);
    await ready;
    const anew = element.uploader !== first && element.shadowRoot.childElementCount > 0;
    return { moved, ended, anew };
  });
  assert.deepEqual(told, { moved: true, ended: true, anew: true });
  assert.deepEqual(await browser.console(), []);
});

test("a widget that can't be opened is told by an event and the callback, with a code", async (t) => {
  const told = await onPage(t, async (options) => {
    await import("/pkg/element.mjs");
    const tell = (given) =>
      new Promise((resolve) => {
        const element = Object.assign(document.createElement("standalone-auraloader"), options, given);
        const codes = [];
        element.callbacks = { onUploadError: (error) => resolve([...codes, error.code, error.name]) };
        element.addEventListener("auraloader:error", ({ detail }) => codes.push(detail.code));
        document.body.append(element);
      });
    return [await tell({ uploadToken: "aubt_unknown" }), await tell({ chunkSize: -1 })];
  });
  assert.deepEqual(told, [
    ["unauthorised", "unauthorised", "AuraloaderError"],
    ["invalid-options", "invalid-options", "AuraloaderError"],
  ]);
  assert.match((await browser.console()).map(({ message }) => message).join(), /could not be opened/);
});
