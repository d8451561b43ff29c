// The widget in other languages than English.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { startAuraBackend } from "./support/aura-backend.mjs";
import { startBrowser } from "./support/browser.mjs";
import { servePage, Widget } from "./support/host-page.mjs";
import { phantom } from "./support/samples.mjs";

const folder = join(import.meta.dirname, "../../locales");
const csp = "script-src 'self' 'wasm-unsafe-eval'; worker-src blob:";

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

const root = async (widget) => {
  const [element] = await widget.all(".sal");
  return { lang: await element.getAttribute("lang"), dir: await element.getAttribute("dir") };
};

for (const file of await readdir(folder)) {
  const locale = file.replace(".json", "");
  test(`${locale}, under a strict policy`, async (t) => {
    const texts = JSON.parse(await readFile(join(folder, file), "utf8"));
    const server = await startAuraBackend(t);
    await browser.driver.get(await servePage(t, { csp }));
    const widget = await Widget.start(browser.driver, { ...(await server.options()), locale });
    await widget.heading(`^${texts.start}$`);
    assert.deepEqual(await root(widget), { lang: locale, dir: locale === "ar" ? "rtl" : "ltr" });
    await widget.chooseFolder(await phantom(t, 3));
    await widget.step("pending");
    const one = texts.pending.one ?? texts.pending;
    await widget.heading(`^${one.replace("{n}", new Intl.NumberFormat(locale).format(1))}$`);
    await widget.press(`^${texts.cancel}$`);
    await widget.heading(`^${texts.start}$`);
    assert.deepEqual(await browser.console(), []);
  });
}

test("the page's own language, and the host's own words", async (t) => {
  const server = await startAuraBackend(t);
  await browser.driver.get(await servePage(t));
  await browser.driver.executeScript(() => document.getElementById("uploader").setAttribute("lang", "fr-CA"));
  const strings = { start: "Ajoutez les images pour le Dr Martin" };
  const widget = await Widget.start(browser.driver, { ...(await server.options()), strings });
  await widget.heading("^Ajoutez les images pour le Dr Martin$");
  await widget.element("button", "^Choisir un dossier$");
  assert.equal((await root(widget)).lang, "fr-CA");
});
