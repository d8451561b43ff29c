// From drop to studies, beside merely reading the same files, in one browser.

import { startBrowser } from "../../tests/e2e/support/browser.mjs";
import { writeCtImages } from "../support/ct.mjs";
import { facts, median, seconds, spread, table, times } from "../support/numbers.mjs";
import { startReading, ways } from "../support/reading.mjs";

/** The time of each reader, round by round, in turns; `{ folders: [{ way, count, size, [reader]: … }] }`. */
export async function drop(scope, { out, rounds = 5, files }) {
  const reading = await startReading(scope);
  const browser = await startBrowser();
  scope.after(() => browser.close());
  const folders = [];
  for (const { count, size } of [
    { count: files, size: 20 * 1024 },
    { count: 500, size: 512 * 1024 },
  ]) {
    const folder = await writeCtImages(out, { count, size });
    for (const [way, readers] of Object.entries(ways)) {
      const runs = await inTurns(readers, rounds, async (read) => read(await reading.open(browser.driver), folder));
      folders.push({ way, count, size, ...runs });
    }
  }
  for (const { way, count, size, ...read } of folders) {
    const floor = read["merely reading"].ms.median;
    table(`${way}: ${count} files of ${size / 1024} KiB, median of ${rounds}`, [
      ["", "time", "from – to", "times the reading", "longest block of the page", "long tasks"],
      ...Object.entries(read).map(([name, { ms, longestBlock, longTasks, found }]) => [
        `${name} (${facts(found)})`,
        seconds(ms.median),
        `${seconds(ms.min)} – ${seconds(ms.max)}`,
        times(ms.median / floor),
        `${longestBlock.median.toFixed(0)} ms (worst ${longestBlock.max.toFixed(0)})`,
        String(longTasks),
      ]),
    ]);
  }
  return { rounds, folders };
}

async function inTurns(readers, rounds, once) {
  const runs = Object.fromEntries(Object.keys(readers).map((name) => [name, []]));
  // The first round is for the caches of system and browser.
  for (let round = 0; round <= rounds; round++) {
    const order = Object.entries(readers);
    if (round % 2) order.reverse();
    for (const [name, read] of order) {
      const result = await once(read);
      if (round > 0) runs[name].push(result);
    }
  }
  return Object.fromEntries(Object.entries(runs).map(([name, all]) => [name, summary(all)]));
}

function summary(runs) {
  const { ms, longestBlock, blockedAfter, longTasks, ...found } = runs.at(-1);
  return {
    found,
    ms: spread(runs.map((run) => run.ms)),
    longestBlock: spread(runs.map((run) => run.longestBlock)),
    /** Tasks over 50 ms in a run, as the browser counts them. */
    longTasks: median(runs.map((run) => run.longTasks.length)),
    runs,
  };
}
