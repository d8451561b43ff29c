// Pictures of every state of the real widget: narrow and wide, light and dark, in four languages; in English also with
// forced colours, and at a zoom of 200 %. target/gallery/index.html shows them side by side.

import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startBrowser } from "./support/browser.mjs";
import { emulateMedia, emulateWidth, picture, still } from "./support/emulation.mjs";
import { faults } from "./support/layout.mjs";
import { tour } from "./support/tour.mjs";

const out = join(import.meta.dirname, "../../target/gallery");
const locales = ["en", "de", "ja", "ar"];
const schemes = ["light", "dark"];
const widths = [320, 768, 1280];

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const endings = [];
const scope = { after: (end) => void endings.unshift(end) };
const states = [];
const pictures = [];
const wrong = [];
const browser = await startBrowser();
scope.after(() => browser.close());
try {
  for (const locale of locales) {
    await tour(scope, browser, (state, widget) => look(locale, state, widget), {
      options: { locale, theme: "auto" },
      // The page is as dark as the widget.
      prepare: () => void (document.documentElement.style.colorScheme = "light dark"),
    });
  }
} finally {
  for (const end of endings) await end();
}
await writeFile(join(out, "index.html"), index());
console.log(`${pictures.length} pictures: ${join(out, "index.html")}`);
if (wrong.length > 0) {
  console.error(wrong.join("\n"));
  process.exitCode = 1;
}

async function look(locale, state, widget) {
  if (!states.includes(state)) states.push(state);
  const take = async (name, width, features, zoom) => {
    await emulateMedia(browser.driver, { ...still, ...features });
    await emulateWidth(browser.driver, width, zoom);
    for (const fault of await faults(widget)) wrong.push(`${state}, ${locale}, ${name}: ${fault}`);
    const file = `${state}-${locale}-${name}.png`;
    await writeFile(join(out, file), await picture(browser.driver, width, zoom), "base64");
    pictures.push({ state, locale, name, file });
  };
  for (const scheme of schemes) {
    for (const width of widths) await take(`${scheme}-${width}`, width, { "prefers-color-scheme": scheme });
  }
  if (locale === "en") {
    await take("forced-colours", 768, { "prefers-color-scheme": "dark", "forced-colors": "active" });
    await take("zoom-200", 640, { "prefers-color-scheme": "light" }, { scale: 2 });
  }
  await emulateMedia(browser.driver, still);
  await emulateWidth(browser.driver, 1280);
}

function index() {
  const figure = ({ locale, name, file }) =>
    `<figure><a href="${file}"><img src="${file}" loading="lazy" alt=""></a><figcaption>${locale} ${name}</figcaption></figure>`;
  const section = (state) => {
    const shown = pictures.filter((one) => one.state === state);
    return `<h2 id="${state}">${state}</h2><div>${shown.map(figure).join("\n")}</div>`;
  };
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Every state of the widget</title>
<style>
  body { font: 14px system-ui; margin: 24px; background: #888; color: #000; }
  nav { position: sticky; top: 0; display: flex; flex-wrap: wrap; gap: 12px; padding: 8px; background: #888; }
  a { color: inherit; }
  div { display: flex; flex-wrap: wrap; align-items: start; gap: 16px; }
  figure { margin: 0; }
  img { max-width: 420px; }
</style>
<nav>${states.map((state) => `<a href="#${state}">${state}</a>`).join("\n")}</nav>
${states.map(section).join("\n")}
</html>
`;
}
