// The packed tarball as integrators use it: installed into fresh projects, built, opened, and a study sent.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { entriesOf } from "../e2e/support/archive.mjs";
import { startAuraBackend } from "../e2e/support/aura-backend.mjs";
import { startBrowser } from "../e2e/support/browser.mjs";
import {
  digestsBelow,
  filesBelow,
  temporaryFolder,
} from "../e2e/support/folders.mjs";
import { Widget } from "../e2e/support/host-page.mjs";
import { phantom } from "../e2e/support/samples.mjs";
import { Workshop } from "./support.mjs";

const run = promisify(execFile);
let workshop, browser, study;

before(async (suite) => {
  workshop = await Workshop.open(await temporaryFolder(suite));
  study = await phantom(suite, 3);
  browser = await startBrowser();
  await workshop.install("examples/backend-node");
});
after(() => browser?.close());

/** Opens the pages that `backend` serves, sends the study, and looks at what has arrived. */
async function sends(t, pages, backend = "node") {
  const aura = await startAuraBackend(t);
  await browser.driver.get(await workshop[backend](t, aura, pages));
  const widget = new Widget(browser.driver, "uploader");
  await widget.heading("^Add your imaging files");
  await widget.chooseFolder(study);
  const files = [...(await digestsBelow(study)).values()].sort();
  await widget.found(files.length);
  await widget.press("^Upload 1 study");
  await widget.heading("^All done");
  const archives = await aura.finished();
  assert.equal(archives.length, 1);
  const sent = (await entriesOf(archives[0]))
    .map((entry) => entry.sha256)
    .sort();
  assert.deepEqual(sent, files);
  const worse = (await browser.console()).filter(
    ({ level }) => level === "SEVERE" || level === "WARNING",
  );
  assert.deepEqual(worse, []);
}

const text = (selector) =>
  browser.driver.executeScript(
    (css) => document.querySelector(css).textContent,
    selector,
  );

test("nothing in the tarball tells of the machine that built it", async () => {
  const files = await filesBelow(workshop.path("pkg"));
  assert.ok(files.length > 25, String(files));
  for (const file of files) {
    const content = (await readFile(join(workshop.path("pkg"), file))).toString(
      "latin1",
    );
    for (const place of [homedir(), join(import.meta.dirname, "../..")])
      assert.ok(!content.includes(`${place}/`), `${file} names ${place}`);
  }
});

test("CommonJS: require() gives every entry", async () => {
  const folder = await workshop.fresh("commonjs");
  const script = `
    const { StandaloneAuraloader, AuraloaderError } = require("standalone-auraloader");
    try { new StandaloneAuraloader({}); } catch (error) { console.log(error instanceof AuraloaderError, error.code); }
    console.log(Object.keys(require("standalone-auraloader/element")).join());
    console.log(Object.keys(require("standalone-auraloader/server")).sort().join());
    import("standalone-auraloader").then((module) => console.log(Object.keys(module).sort().join()));`;
  const { stdout } = await run(process.execPath, ["-e", script], {
    cwd: folder,
  });
  assert.deepEqual(stdout.trim().split("\n"), [
    "true invalid-options",
    "AuraloaderElement",
    "AuraImage,HmacSigner,generateSecureSignature,signUpload,signUploadJwt",
    "AuraloaderError,StandaloneAuraloader",
  ]);
});

test("a script tag, and a backend in Node", (t) =>
  sends(t, workshop.path("examples/script-tag")));

test("a script tag, and a backend in Python", (t) =>
  sends(t, workshop.path("examples/script-tag"), "python"));

test("Vite and TypeScript: the class", async (t) =>
  sends(t, await workshop.build("examples/vite")));

test("React in StrictMode: the component", async (t) => {
  await sends(t, await workshop.build("examples/react"));
  assert.match(await text("ul"), /^[0-9a-f-]{36}$/, "one upload was told of");
  const widgets = await browser.driver.executeScript(
    () =>
      document
        .getElementById("uploader")
        .shadowRoot.querySelectorAll("[part=root]").length,
  );
  assert.equal(widgets, 1, "the first of StrictMode's two is gone");
});

test("Vue: the component", async (t) => {
  await sends(t, await workshop.build("tests/packaging/vue"));
  assert.match(await text("#sent"), /^[0-9a-f-]{36}$/);
});

test("webpack: the element", async (t) =>
  sends(t, await workshop.build("tests/packaging/webpack")));

test("Next.js: a client component", async (t) =>
  sends(t, await workshop.build("tests/packaging/next")));
