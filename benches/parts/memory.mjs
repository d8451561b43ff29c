// What reading costs of memory: each run in a browser of its own, from idle to the peak.

import { startBrowser } from "../../tests/e2e/support/browser.mjs";
import { writeCtImages } from "../support/ct.mjs";
import { facts, mebibytes, seconds, spread, table } from "../support/numbers.mjs";
import { overIdle } from "../support/processes.mjs";
import { readers, startReading } from "../support/reading.mjs";

/** Peaks over idle, in bytes, of each reader. */
export async function memory(scope, { out, rounds = 3, files }) {
  return measure(scope, { out, rounds, count: files, names: Object.keys(readers) });
}

/** One drop of very many files, which has to work; time and memory. */
export async function large(scope, { out, rounds = 1 }) {
  return measure(scope, { out, rounds, count: 50_000, names: Object.keys(readers) });
}

async function measure(scope, { out, rounds, count, names }) {
  const folder = await writeCtImages(out, { count, size: 20 * 1024 });
  const reading = await startReading(scope);
  const runs = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 ? names.toReversed() : names) runs[name].push(await once(reading, folder, name));
  }
  const results = Object.entries(runs).map(([name, all]) => {
    const { ms, longestBlock, blockedAfter, longTasks, idle, over, ...found } = all.at(-1);
    return { name, found, over: spread(all.map((run) => run.over)), ms: spread(all.map((run) => run.ms)), runs: all };
  });
  const floor = results.find(({ name }) => name === "merely reading").over.median;
  table(`Memory: ${count} files of 20 KiB, peak of all the browser's processes over idle, median of ${rounds}`, [
    ["", "over idle", "from – to", "more than reading", "time (while it was looked at)"],
    ...results.map(({ name, found, over, ms }) => [
      `${name} (${facts(found)})`,
      mebibytes(over.median),
      `${mebibytes(over.min)} – ${mebibytes(over.max)}`,
      mebibytes(over.median - floor),
      seconds(ms.median),
    ]),
  ]);
  return { rounds, count, results };
}

async function once(reading, folder, name) {
  const browser = await startBrowser();
  try {
    const widget = await reading.open(browser.driver);
    return await overIdle(browser, () => readers[name](widget, folder));
  } finally {
    await browser.close();
  }
}
