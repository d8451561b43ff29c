// Every state, as it is told to assistive technology and as it looks: against what is kept in `snapshots/`; in a page whose
// styles are hostile; and in other languages, where nothing may stick out or be cut off.
//
// How it looks is kept as text, boxes and paint of each part: the diff says what moved or changed colour, where pictures
// would only say that something did. The font comes from npm, and all its letters are equally wide.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { startAuraBackend } from "./support/aura-backend.mjs";
import { startBrowser } from "./support/browser.mjs";
import { emulateMedia, emulateWidth, still } from "./support/emulation.mjs";
import { servePage, Widget } from "./support/host-page.mjs";
import { faults, parts } from "./support/layout.mjs";
import { accessibilityTree, matches } from "./support/snapshots.mjs";
import { tour } from "./support/tour.mjs";

let browser;
before(async () => {
  browser = await startBrowser();
  await emulateMedia(browser.driver, still);
});
after(() => browser.close());

/** A script that gives the widget a font and a place which are the same everywhere. */
async function inPlace() {
  const font = async (weight) => {
    const path = `@fontsource/inconsolata/files/inconsolata-latin-${weight}-normal.woff2`;
    const bytes = await readFile(createRequire(import.meta.url).resolve(path), "base64");
    return `document.fonts.add(await new FontFace("Guard", "url(data:font/woff2;base64,${bytes})", { weight: "${weight}" }).load());`;
  };
  return `return (async () => {
    ${await font(400)}
    ${await font(600)}
    const { style } = document.getElementById("uploader");
    style.setProperty("--sal-font", "Guard");
    style.setProperty("margin", 0, "important");
    style.setProperty("position", "absolute", "important");
    style.setProperty("inset", "0 0 auto", "important");
  })()`;
}

/** States in which the files are read or sent just now, with what is never twice the same made the same. */
function masked(state, tree) {
  const still = tree.replace(/( · |, )[\d.,]+ \w+\/s(\1[^"\n]* left)?/g, "");
  if (state !== "processing") return still;
  return still.replace(/"[^"]*"/g, (text) => text.replace(/\d+/g, "#")).replace(/(= )\d+|(status.*\n).*/g, "$1$2#");
}

/** Each part in a line: its boxes when narrow and wide, its paint when light and dark. */
async function look(state, widget) {
  const seen = async (width, scheme) => {
    await emulateWidth(browser.driver, width);
    await emulateMedia(browser.driver, { ...still, "prefers-color-scheme": scheme });
    return parts(widget);
  };
  const [narrow, wide, dark] = [await seen(320, "light"), await seen(1280, "light"), await seen(1280, "dark")];
  const lines = narrow.map(({ name, box, paint, font }, at) => {
    // How far it is while files are read is never twice the same.
    const moves = state === "processing" && /(div.fill|span.facts|span.percent)$/.test(name);
    return [name, moves ? "" : box, moves ? "" : wide[at].box, font, paint, dark[at].paint].join(" | ");
  });
  return `${lines.join("\n")}\n`;
}

const root = join(import.meta.dirname, "../..");
const reference = await readFile(join(root, "docs/reference.md"), "utf8");
const documented = (pattern) => [...new Set([...reference.matchAll(pattern)].map(([, name]) => name))].sort();
const properties = documented(/`(--sal-[\w-]+)`(?=[^\n]*\|)/g);

/** What a host may set each property to; no two states need the same. */
const other = (property) =>
  ({ "--sal-font": "serif", "--sal-radius": "3px", "--sal-space": "5px" })[property] ?? "rgb(1, 2, 3)";

/** Those of the properties that change how the widget looks now. */
async function effective(widget, names) {
  const plain = JSON.stringify(await parts(widget));
  const set = (name, value) =>
    browser.driver.executeScript(
      (id, name, value) => document.getElementById(id).style.setProperty(name, value),
      widget.containerId,
      name,
      value,
    );
  const found = [];
  for (const name of names) {
    const before = name === "--sal-font" ? "Guard" : "";
    await set(name, other(name));
    if (JSON.stringify(await parts(widget)) !== plain) found.push(name);
    await set(name, before);
  }
  return found;
}

/** Runs in the page: the names of the parts that are drawn now, and whether anything in the widget would move. */
function drawn() {
  const elements = [...document.getElementById("uploader").shadowRoot.querySelectorAll("*")];
  const moving = elements.filter((element) => {
    const { transitionDuration, animationName } = getComputedStyle(element);
    return transitionDuration.split(", ").some((time) => time !== "0s") || animationName !== "none";
  });
  return {
    names: elements.flatMap((element) => [...element.part]),
    moving: moving.map((element) => element.className),
  };
}

const compared = ["start", "nothing-found", "pending-open", "paused", "error", "complete", "cancelled"];

/** The widget alone, as PNG in base64; without the pictures on the cards, which `previews.test.mjs` judges. */
async function portrait(widget) {
  const { driver } = browser;
  await emulateMedia(driver, { ...still, "prefers-color-scheme": "light" });
  await emulateWidth(driver, 1280, { height: 4000 });
  const clip = await driver.executeScript((id) => {
    const root = document.getElementById(id).shadowRoot.querySelector(".sal");
    for (const canvas of root.querySelectorAll("canvas")) canvas.style.visibility = "hidden";
    const { x, y, width, height } = root.getBoundingClientRect();
    return { x, y, width, height, scale: 1 };
  }, widget.containerId);
  const { data } = await driver.sendAndGetDevToolsCommand("Page.captureScreenshot", { clip });
  return data;
}

/** How the widget looked in the page of the first test. */
const portraits = new Map();

test("every state", async (t) => {
  const told = new Map();
  const [names, proven] = [new Set(), new Set()];
  const prepare = await inPlace();
  await tour(
    t,
    browser,
    async (state, widget) => {
      if (state === "many-studies") return;
      const tree = masked(state, await accessibilityTree(browser.driver));
      const { names: there, moving } = await browser.driver.executeScript(drawn);
      told.set(state, { tree, look: await look(state, widget), faults: await faults(widget), moving });
      if (compared.includes(state)) portraits.set(state, await portrait(widget));
      for (const name of there) names.add(name);
      const rest = properties.filter((name) => !proven.has(name));
      for (const name of await effective(widget, rest)) proven.add(name);
      await emulateWidth(browser.driver, 1280);
    },
    { options: { theme: "auto" }, prepare },
  );
  assert.ok(told.size > 12);
  for (const [state, { tree, look, faults, moving }] of told) {
    await t.test(`${state}: what assistive technology is told`, () => matches(`${state}.tree.txt`, tree));
    await t.test(`${state}: how it looks`, () => matches(`${state}.look.txt`, look));
    await t.test(`${state}: nothing sticks out or is cut off`, () => assert.deepEqual(faults, []));
    await t.test(`${state}: nothing moves for who wants that`, () => assert.deepEqual(moving, []));
  }
  await t.test("each documented property changes how it looks, and there are no others", async () => {
    assert.deepEqual([...proven].sort(), properties);
    const styles = await Promise.all(
      ["tokens", "dark"].map((name) => readFile(join(root, `styles/${name}.css`), "utf8")),
    );
    const used = styles.join("\n").matchAll(/var\((--sal-[\w-]+)/g);
    assert.deepEqual([...new Set([...used].map(([, name]) => name))].sort(), properties);
  });
  await t.test("each documented part is drawn, and there are no others", () =>
    assert.deepEqual([...names].sort(), documented(/`::part\(([\w-]+)\)`/g)),
  );
});

/** Rules that spare nothing, and what a page passes on to all that is in it. */
const hostile = `
  * { all: unset !important; animation: none !important; }
  button, section, header, h2, h3, ul, li, p, span, svg, input { display: none !important; }
  html, body, #uploader {
    font: italic 40px/3 cursive !important;
    color: red !important;
    direction: rtl !important;
    text-align: center !important;
    text-indent: 3em !important;
    text-transform: uppercase !important;
    text-shadow: 2px 2px lime !important;
    letter-spacing: 9px !important;
    word-spacing: 1em !important;
    white-space: pre !important;
    word-break: break-all !important;
    visibility: hidden !important;
    user-select: none !important;
    list-style: square !important;
    cursor: wait !important;
    fill: red !important;
    stroke: lime !important;
    quotes: none !important;
    --accent: red !important;
    --surface: lime !important;
    --text: yellow !important;
    --space: 40px !important;
    --radius: 50px !important;
    --tone: red !important;
  }
`;

/** Runs in the page: how elements of the host's own look, in all that can be asked for, and what its document holds. */
function hostsOwn() {
  const look = (element) => {
    const style = getComputedStyle(element);
    return [...style].map((name) => `${element.localName} ${name}: ${style.getPropertyValue(name)}`);
  };
  return [
    ...[...document.querySelectorAll(".hosts-own")].flatMap(look),
    `${document.styleSheets.length} and ${document.adoptedStyleSheets.length} sheets`,
    ...[document.head.outerHTML, document.body.cloneNode().outerHTML, document.documentElement.cloneNode().outerHTML],
  ];
}

/** Runs in the page: how many pixels of two PNGs differ by more than rounding does. */
async function different(...pictures) {
  const pixels = async (base64) => {
    const { data } = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob()).then(
      (bitmap) => {
        const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
        context.drawImage(bitmap, 0, 0);
        return context.getImageData(0, 0, bitmap.width, bitmap.height);
      },
    );
    return data;
  };
  const [one, other] = await Promise.all(pictures.map(pixels));
  if (one.length !== other.length) return Infinity;
  return one.filter((value, at) => Math.abs(value - other[at]) > 3).length;
}

test("in a page whose styles are hostile it looks the same", async (t) => {
  assert.deepEqual([...portraits.keys()], compared);
  const prepare = `
    const style = document.createElement("style");
    style.textContent = ${JSON.stringify(hostile)};
    // Of the page's own, as it would push all else out of sight.
    style.style.setProperty("display", "none", "important");
    document.head.append(style);
    ${await inPlace()}`;
  const seen = new Map();
  await tour(
    t,
    browser,
    async (state, widget) => {
      if (compared.includes(state)) seen.set(state, await portrait(widget));
      await emulateWidth(browser.driver, 1280);
    },
    { options: { theme: "auto" }, pageOptions: {}, prepare },
  );
  for (const state of compared) {
    await t.test(state, async () => {
      const many = await browser.driver.executeScript(different, portraits.get(state), seen.get(state));
      if (many === 0) return;
      const folder = join(root, "target/hostile");
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, `${state}-plain.png`), portraits.get(state), "base64");
      await writeFile(join(folder, `${state}-hostile.png`), seen.get(state), "base64");
      assert.fail(`${many} pixels are different: ${folder}/${state}-{plain,hostile}.png`);
    });
  }
});

test("the host's own elements look as before", async (t) => {
  const [server, page] = [await startAuraBackend(t), await servePage(t)];
  const { driver } = browser;
  await driver.get(page);
  await driver.executeScript(() => {
    const kinds = ["button", "h2", "h3", "p", "ul", "li", "section", "input", "svg"];
    for (const kind of kinds) {
      for (const place of [document.body, document.getElementById("uploader").parentElement]) {
        const element = document.createElement(kind);
        element.setAttribute("class", "hosts-own button frame card zone icon actions");
        place.append(element);
      }
    }
  });
  const before = new Set(await driver.executeScript(hostsOwn));
  const changed = async () => (await driver.executeScript(hostsOwn)).filter((line) => !before.has(line));
  const widget = await Widget.start(driver, await server.options());
  await widget.heading("^Add your imaging files");
  assert.deepEqual(await changed(), []);
  await driver.executeScript(() => window.uploaders.uploader.destroy());
  assert.deepEqual(await changed(), []);
});

for (const locale of ["de", "ar"]) {
  test(`every state in ${locale}: nothing sticks out or is cut off`, async (t) => {
    const found = [];
    await tour(
      t,
      browser,
      async (state, widget) => {
        if (state === "many-studies") return;
        for (const width of [320, 768, 1280]) {
          await emulateWidth(browser.driver, width);
          for (const fault of await faults(widget)) found.push(`${state}, ${width}: ${fault}`);
        }
      },
      { options: { locale } },
    );
    assert.deepEqual(found, []);
  });
}
