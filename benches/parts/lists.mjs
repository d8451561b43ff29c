// Very many studies and files left out: how long the page is blocked while they are found, opened and scrolled through.

import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { startBrowser } from "../../tests/e2e/support/browser.mjs";
import { writeCrowd } from "../../tests/e2e/support/crowd.mjs";
import { median, spread, table } from "../support/numbers.mjs";
import { measured } from "../support/page-clock.mjs";
import { startReading } from "../support/reading.mjs";

const crowd = { studies: 400, series: 300, texts: 20_000 };
const containerId = "uploader";

/** Of each step the time until it is drawn and the page's longest block, round by round. */
export async function lists(scope, { out, rounds = 3 }) {
  const folder = join(out, `crowd-${Object.values(crowd).join("-")}`);
  if (!existsSync(folder)) {
    const part = `${folder}.part`;
    await rm(part, { recursive: true, force: true });
    await writeCrowd(part, crowd);
    await rename(part, folder);
  }
  const reading = await startReading(scope);
  const browser = await startBrowser();
  scope.after(() => browser.close());
  const runs = [];
  for (let round = 0; round < rounds; round++) runs.push(await once(await reading.open(browser.driver), folder));
  const steps = Object.keys(runs[0]).map((name) => {
    const all = runs.map((run) => run[name]);
    return {
      name,
      drawn: spread(all.map((run) => run.drawn)),
      longestBlock: spread(all.map((run) => run.longestBlock)),
      longTasks: median(all.map((run) => run.longTasks.length)),
      elements: all.at(-1).elements,
    };
  });
  table(`${crowd.studies} studies, one of ${crowd.series} series, and ${crowd.texts} texts, median of ${rounds}`, [
    ["", "first drawn after", "longest block of the page", "long tasks", "elements then"],
    ...steps.map(({ name, drawn, longestBlock, longTasks, elements }) => [
      name,
      `${drawn.median.toFixed(0)} ms (worst ${drawn.max.toFixed(0)})`,
      `${longestBlock.median.toFixed(0)} ms (worst ${longestBlock.max.toFixed(0)})`,
      String(longTasks),
      String(elements),
    ]),
  ]);
  return { rounds, ...crowd, steps, runs };
}

/** Runs in the page: what is waited for, and how soon the first sign of it is drawn. */
function stepsInPage(id) {
  const shadow = () => document.getElementById(id).shadowRoot;
  const frame = () => new Promise(requestAnimationFrame);
  const turn = () => new Promise((resolve) => setTimeout(resolve));
  window.queryWidget = (selector) => [...shadow().querySelectorAll(selector)];

  /** Looks before each frame; what is seen there is drawn at the end of it. */
  const drawn = async (condition) => {
    while (!condition()) await frame();
    await turn();
  };
  const count = () => ({ elements: shadow().querySelectorAll("*").length });

  window.untilDrawn = (source) => async () => {
    const start = performance.now();
    await drawn(new Function(`return ${source}`));
    return { drawn: performance.now() - start, ...count() };
  };
  window.untilFound = (read) => async () => {
    const start = performance.now();
    const before = shadow().querySelector(".frame").dataset.screen;
    const end = read();
    await drawn(() => shadow().querySelector(".frame").dataset.screen !== before);
    const first = performance.now() - start;
    await end;
    await drawn(() => shadow().querySelectorAll(".card").length > 0);
    return { drawn: first, ...count() };
  };
  /** A page a frame. */
  window.untilScrolled = (scroller) => async () => {
    const start = performance.now();
    let before;
    do {
      before = scroller.scrollTop;
      scroller.scrollTop += Math.max(scroller.clientHeight, scroller.scrollHeight / 200);
      await frame();
      await turn();
    } while (scroller.scrollTop !== before);
    return { drawn: performance.now() - start, ...count() };
  };
}

async function once(widget, folder) {
  const { driver } = widget;
  await driver.executeScript(stepsInPage, containerId);
  const click = async (selector, condition) => {
    await driver.executeScript(
      (selector, condition) => {
        const [target] = window.queryWidget(selector);
        target.scrollIntoView({ block: "center" });
        window.measure(target, "click", window.untilDrawn(condition));
        target.click();
      },
      selector,
      condition,
    );
    return measured(driver);
  };
  const scroll = async (selector) => {
    await driver.executeScript((selector) => {
      const scroller = selector ? window.queryWidget(selector)[0] : document.scrollingElement;
      const start = new EventTarget();
      window.measure(start, "begin", window.untilScrolled(scroller));
      start.dispatchEvent(new Event("begin"));
    }, selector);
    return measured(driver);
  };
  const steps = {};
  await driver.executeScript(
    (id) => window.measure(document, "drop", window.untilFound(window.untilPending(id))),
    containerId,
  );
  await widget.drop([folder]);
  steps["dropping and reading"] = await measured(driver);
  steps["scrolling through the studies"] = await scroll();
  steps["opening the series"] = await click(".card .toggle", "queryWidget('.series [role=listitem]').length > 0");
  steps["closing them"] = await click(".card .toggle", "queryWidget('.series [role=listitem]').length === 0");
  steps["opening what was left out"] = await click(".left-out .toggle", "queryWidget('.group').length > 0");
  steps["opening its paths"] = await click(".left-out .group", "queryWidget('.paths [role=listitem]').length > 0");
  steps["scrolling through them"] = await scroll(".paths");
  steps["copying them"] = await click(".copy", "/Copied|copy/.test(queryWidget('.copy')[0].textContent)");
  steps["sending"] = await click("[data-action=upload]", "queryWidget('.card .bar').length > 0");
  return steps;
}
