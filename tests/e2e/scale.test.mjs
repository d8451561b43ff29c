// Hundreds of studies, thousands of files left out: all of it can be got at, and only what is near what is seen is there.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Key } from "selenium-webdriver";
import { startAuraBackend } from "./support/aura-backend.mjs";
import { startBrowser } from "./support/browser.mjs";
import { writeCrowd } from "./support/crowd.mjs";
import { temporaryFolder } from "./support/folders.mjs";
import { servePage, Widget } from "./support/host-page.mjs";

const crowd = { studies: 400, series: 300, texts: 20_000 };
/** Two for each study; and twice what is near what is seen, as for a frame what was seen before is still there. */
const bound = 2 * crowd.studies + 2400;

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

/** Runs in the page: the elements of the widget that `selector` names. */
const inPage = `const shadow = document.querySelector("#uploader").shadowRoot;
const all = (selector) => [...shadow.querySelectorAll(selector)];`;
const ask = (expression) => browser.driver.executeScript(`${inPage} return ${expression}`);

test("hundreds of studies and thousands of files left out", async (t) => {
  const folder = join(await temporaryFolder(t), "crowd");
  await writeCrowd(folder, crowd);
  await browser.driver.get(await servePage(t));
  const widget = await Widget.start(browser.driver, await (await startAuraBackend(t)).options());
  await widget.drop([folder]);
  await widget.heading(`^${crowd.studies} studies found`);
  const { studies, rejected } = await widget.state();
  assert.deepEqual([studies.length, rejected.length], [crowd.studies, crowd.texts]);
  let most = 0;
  const few = async (what) => {
    const elements = await ask('all("*").length');
    most = Math.max(most, elements);
    assert.ok(elements < bound, `${elements} elements ${what}`);
  };

  // Every study has its card and its name; what else is on it comes when it is scrolled to, and goes again.
  assert.deepEqual(await ask('[all(".card").length, all(".card h3").length]'), [crowd.studies, crowd.studies]);
  await few("before anything is opened");
  for (const at of [crowd.studies - 1, 200, 0, 300]) {
    await ask(`all(".card")[${at}].scrollIntoView({ block: "center" })`);
    await widget.driver.wait(
      () => ask(`!!all(".card")[${at}].querySelector(".remove")`),
      20_000,
      `card ${at} stays empty`,
    );
    assert.equal(await ask(`all(".card")[${at}].querySelector("h3").textContent`), `Number ${at + 1} Crowd`);
    await few(`at card ${at}`);
  }
  const shown = await ask(
    `all(".card").filter((card) => { const { top, bottom } = card.getBoundingClientRect(); return bottom > 0 && top < innerHeight; })
      .map((card) => !!card.querySelector(".tile"))`,
  );
  assert.ok(shown.length > 1 && shown.every(Boolean), "what is seen is whole");

  // A study with hundreds of series.
  await ask('all(".card")[0].scrollIntoView()');
  await widget.press(`^${crowd.series} images in ${crowd.series} series`);
  await ends(widget, ".series", crowd.series, `Series ${crowd.series}`);
  await few("with the series open");

  // Thousands of paths, in a list that scrolls by itself.
  await widget.press(`^${crowd.texts.toLocaleString("en")} files left out$`);
  await widget.press("^Not an imaging file");
  await widget.element("[part=left-out] .paths", "^Not an imaging file$");
  await ends(widget, ".paths", crowd.texts, `letter ${String(crowd.texts - 1).padStart(6, "0")}.txt`);
  await few("at the end of the paths");
  // By the keyboard, too.
  await ask('all(".paths")[0].focus()');
  await widget.driver.actions().sendKeys(Key.HOME).perform();
  await widget.driver.wait(() => ask('all(".paths")[0].scrollTop === 0'), 20_000, "Home does not scroll");
  await widget.driver.wait(() => ask('/letter 000000/.test(all(".paths [role=listitem]")[0].textContent)'), 20_000);
  assert.equal(await ask("shadow.activeElement.className"), "paths");

  // The list that is copied is whole.
  await browser.driver.executeScript(() => {
    navigator.clipboard.writeText = async (text) => void (window.copied = text);
  });
  await widget.press("^Copy list$");
  await widget.element("button", "^Copied$");
  const copied = await widget.driver.executeScript(() => window.copied.trim().split("\n").length);
  assert.equal(copied, crowd.texts);
  assert.deepEqual(await browser.console(), []);
  t.diagnostic(`at most ${most} elements`);
});

/** Scrolled to its end, a list has its last row; each row says which of how many it is. */
async function ends(widget, selector, count, text) {
  const last = `all("${selector} [role=listitem]").find((row) => row.ariaPosInSet === "${count}")`;
  await widget.driver.wait(
    async () => {
      await ask(`all("${selector} > div").at(-1).scrollIntoView({ block: "end" })`);
      return ask(`!!${last}`);
    },
    20_000,
    `no end of ${selector}`,
  );
  assert.match(await ask(`${last}.textContent`), new RegExp(text));
  assert.equal(await ask(`${last}.ariaSetSize`), String(count));
  const { top, bottom, within } = await ask(
    `(({ top, bottom }) => ({ top, bottom, within: innerHeight }))(${last}.getBoundingClientRect())`,
  );
  assert.ok(top < within && bottom > 0, "the last row is seen");
}
