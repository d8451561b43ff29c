// What integrators of the widget that ours replaces have written runs as it is: only where the script is differs.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { entriesOf } from "./support/archive.mjs";
import { startAuraBackend } from "./support/aura-backend.mjs";
import { startBrowser } from "./support/browser.mjs";
import { digestsBelow } from "./support/folders.mjs";
import { servePage, Widget } from "./support/host-page.mjs";
import { phantom } from "./support/samples.mjs";

let browser, folder;
before(async (suite) => {
  folder = await phantom(suite, 3);
  browser = await startBrowser();
});
after(() => browser.close());

/** Word for word, but for the script's address. */
const scriptTag = `<div id="uploader"></div>
<script src="/pkg/standalone-auraloader.umd.js"></script>
<script>
// Get upload token from your backend first
async function initUploader() {
const { token } = await fetch("/api/upload-token").then((r) => r.json());
const uploader = new StandaloneAuraloader({
apiToken: "your-service-api-key",
apiBaseUrl: "https://aura-instance.com/api",
uploadToken: token,
containerId: "uploader",
callbacks: {
onUploadComplete: (result) => console.log("Complete!", result),
onUploadError: (error) => console.error("Error:", error),
},
});
await uploader.init();
await uploader.mount();
}
initUploader();
</script>`;

/** Word for word; the import map gives the package's address. */
const module = `<div id="uploader-container"></div>
<script type="importmap">{"imports":{"@aurabx/standalone-uploader":"/pkg/standalone-auraloader.mjs"}}</script>
<script type="module">
import { StandaloneAuraloader } from "@aurabx/standalone-uploader";
const uploader = new StandaloneAuraloader({
apiToken: "your-service-api-key",
apiBaseUrl: "https://aura-instance.com/api",
uploadToken: "aubt_...", // Obtained from your backend
containerId: "uploader-container",
patientId: "patient_123", // Optional
context: { source: "external-app" }, // Optional
callbacks: {
onUploadComplete: (result) => {
console.log("Upload complete!", result);
},
onUploadError: (error) => {
console.error("Upload failed:", error);
},
},
});
await uploader.init();
await uploader.mount();
</script>`;

/** Runs before the page's scripts: the examples' server is ours, and their placeholders are what it knows. */
function instead({ apiBaseUrl, apiToken, token }) {
  const real = window.fetch;
  window.fetch = async (input, init) => {
    const asked = new Request(input, init);
    const there = "https://aura-instance.com/api";
    if (!asked.url.startsWith(there)) return real(asked);
    const { method, headers, signal, cache, credentials } = asked;
    if (headers.get("x-api-key") === "your-service-api-key") headers.set("x-api-key", apiToken);
    if (headers.get("authorization") === "Bearer aubt_...") headers.set("authorization", `Bearer ${token}`);
    const body = method === "GET" ? null : await asked.text();
    return real(asked.url.replace(there, apiBaseUrl), { method, headers, signal, cache, credentials, body });
  };
}

for (const [name, example, containerId, done] of [
  ["a script tag", scriptTag, "uploader", "Complete!"],
  ["a module", module, "uploader-container", "Upload complete!"],
]) {
  test(`the documented use by ${name}`, async (t) => {
    const server = await startAuraBackend(t);
    const { apiBaseUrl, apiToken } = await server.settings();
    const given = { apiBaseUrl, apiToken, ...(await server.token()) };
    const network = `<script>(${instead})(${JSON.stringify(given)})</script>`;
    // Without workers all requests are the page's own.
    const csp = "worker-src 'none'";
    const answers = { "/api/upload-token": () => server.token() };
    const page = { csp, answers, containers: [], scripts: network + example };
    await browser.driver.get(await servePage(t, page));

    const widget = new Widget(browser.driver, containerId);
    await widget.heading("^Add your imaging files");
    // The function that opened it is over, and its uploader forgotten: the widget must not be.
    await browser.driver.sendDevToolsCommand("HeapProfiler.collectGarbage", {});
    await widget.chooseFolder(folder);
    const files = [...(await digestsBelow(folder)).values()].sort();
    await widget.found(files.length);
    await widget.press("^Upload 1 study");
    await widget.heading("^All done");
    const [archive] = await server.finished();
    const sent = (await entriesOf(archive)).map((entry) => entry.sha256).sort();
    assert.deepEqual(sent, files);
    const said = (await browser.console()).filter(({ message }) => !message.includes("Content Security Policy"));
    assert.equal(said.length, 1, JSON.stringify(said));
    assert.ok(said[0].message.includes(`"${done}"`), said[0].message);
  });
}
