// The whole way from the drop to `complete`, beside what one would put together instead and beside bare PATCHes.

import { open, rm, stat, statfs } from "node:fs/promises";
import { countAtEnd, tailLength } from "../../tests/e2e/support/archive.mjs";
import { startBrowser } from "../../tests/e2e/support/browser.mjs";
import { DiscardingStore } from "../../tests/e2e/support/discarding-store.mjs";
import { openComposition, serveComposition, uploadByComposition } from "../support/composition.mjs";
import { writeCtImages } from "../support/ct.mjs";
import { count, mebibytes, seconds, spread, table, times } from "../support/numbers.mjs";
import { overIdle, withProcessorTime } from "../support/processes.mjs";
import { openWidget, readers, serveWidget, uploadByWidget } from "../support/reading.mjs";
import { plainPatches, withServer } from "../support/servers.mjs";

const KiB = 1024;
const ours = "ours";
const composition = "composition";
const floor = "plain PATCHes";
const reading = "merely reading";

/** By the name that `--case` has. `among` are measured side by side; `memory` leaves out the runs that look at it. */
const cases = {
  500: { files: 500, size: 512 * KiB, among: [ours, composition] },
  2000: { files: 2000, size: 512 * KiB, among: [ours, composition] },
  10000: { files: 10_000, size: 20 * KiB, among: [ours, composition] },
  "100mbit": { files: 500, size: 512 * KiB, rate: 12.5e6, among: [ours, composition], memory: false },
  "10gb": { files: 2000, size: 5 * 1024 * KiB, among: [ours], huge: true },
  50000: { files: 50_000, size: 20 * KiB, among: [ours], huge: true },
};
const usual = Object.keys(cases).filter((name) => !cases[name].huge);

/** `{ rounds, cases: { [case]: { [contender]: { ms, studiesAfter, … } } } }`, times in ms, sizes in bytes. */
export async function upload(scope, { out, rounds = 3, cases: wanted = usual }) {
  const contenders = {
    [ours]: async (driver, server, own) => {
      const widget = await openWidget(driver, await serveWidget(own), server);
      return (folder) => uploadByWidget(widget, folder);
    },
    [composition]: async (driver, server, own) => {
      await openComposition(driver, await serveComposition(own, out));
      return (folder) => uploadByComposition(driver, folder, server);
    },
    [reading]: async (driver, server, own) => {
      const widget = await openWidget(driver, await serveWidget(own), server);
      return (folder) => readers[reading](widget, folder);
    },
  };
  const results = {};
  for (const name of wanted) {
    const given = cases[name];
    if (!given) throw new Error(`no case is called ${name}: ${Object.keys(cases).join(", ")}`);
    const folder = await images(scope, out, given);
    const runs = await inRounds(contenders, given, folder, rounds);
    results[name] = Object.fromEntries(Object.entries(runs).map(([who, all]) => [who, { ...summary(all), runs: all }]));
    print(name, given, results[name], rounds);
  }
  return { rounds, cases: results };
}

/** The folder of a case; what takes gigabytes goes again. */
async function images(scope, out, { files, size, huge }) {
  const needed = files * size;
  if (huge) {
    const { bavail, bsize } = await statfs(out);
    if (bavail * bsize < 1.2 * needed) throw new Error(`${out} has no room for ${mebibytes(needed)}`);
  }
  const folder = await writeCtImages(out, { count: files, size });
  if (needed > 4 * 2 ** 30) scope.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** `{ [contender]: [run] }`: times, then memory, as looking at that slows what is looked at. */
async function inRounds(contenders, given, folder, rounds) {
  const { among, memory = true, huge = false } = given;
  const runs = {};
  const note = (name, run) => (runs[name] ??= []).push(run);
  for (let round = 0; round < rounds; round++) {
    let sent;
    for (const name of round % 2 ? among.toReversed() : among) {
      const run = await once(contenders[name], given, folder, withProcessorTime);
      if (name === ours) sent = run.sent;
      note(name, run);
    }
    note(floor, await inBrowser(given, (browser, server, own) => plainPatches(browser.driver, server, own, sent)));
    if (!memory) continue;
    for (const name of huge ? among : [...among, reading]) {
      const { over } = await once(contenders[name], given, folder, overIdle);
      note(name, { over });
    }
  }
  return runs;
}

/** One run in a browser of its own, checked to have sent every file; `watch` says what is looked at beside it. */
function once(contender, given, folder, watch) {
  return inBrowser(given, async (browser, server, own, store) => {
    const run = await contender(browser.driver, server, own);
    const { startedAt, ...result } = await watch(browser, () => run(folder));
    if (!startedAt) return result;
    const archives = store ? store.whole() : await Promise.all((await server.finished()).map(ended));
    const entries = archives.reduce((sum, { tail }) => sum + countAtEnd(tail), 0);
    if (result.step !== "complete" || entries !== given.files) {
      throw new Error(`ended with ${result.step} and ${entries} of ${given.files} files`);
    }
    return {
      ...result,
      firstByteAfter: server.firstByte() - startedAt,
      sent: archives.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  });
}

async function inBrowser({ rate, huge }, run) {
  const store = huge ? new DiscardingStore() : undefined;
  return withServer({ rate, store: store && (() => store) }, async (server, own) => {
    const browser = await startBrowser();
    try {
      return await run(browser, server, own, store);
    } finally {
      await browser.close();
    }
  });
}

/** `{ bytes, tail }` of a file. */
async function ended(path) {
  const { size } = await stat(path);
  const file = await open(path);
  const { buffer } = await file.read(Buffer.alloc(tailLength), 0, tailLength, size - tailLength);
  await file.close();
  return { bytes: size, tail: buffer };
}

const measures = ["ms", "studiesAfter", "firstByteAfter", "sent", "longestBlock", "processor", "over"];

function summary(runs) {
  const spreads = measures.map((measure) => [measure, runs.map((run) => run[measure]).filter((value) => value >= 0)]);
  return Object.fromEntries(
    spreads.filter(([, values]) => values.length > 0).map(([name, all]) => [name, spread(all)]),
  );
}

function print(name, { files, size, rate }, results, rounds) {
  const link = rate ? `${(rate * 8) / 1e6} Mbit/s` : "the loopback";
  const cell = (who, measure, as) => {
    const { median, min, max } = results[who][measure] ?? {};
    if (median === undefined) return "";
    return min === max ? as(median) : `${as(median)} (${as(min)} – ${as(max)})`;
  };
  const ratio = (who, measure) => {
    const [mine, other] = [results[ours][measure], results[who]?.[measure]];
    return mine && other ? times(mine.median / other.median) : "";
  };
  const rows = {
    "drop → studies": ["studiesAfter", seconds],
    "drop → first byte at the server": ["firstByteAfter", seconds],
    "drop → complete": ["ms", seconds],
    "bytes sent": ["sent", mebibytes],
    "longest block of the page": ["longestBlock", (ms) => `${ms.toFixed(0)} ms`],
    "processor time": ["processor", seconds],
    "memory over idle, at its peak": ["over", mebibytes],
  };
  const who = Object.keys(results);
  const compared = who.filter((name) => name !== ours);
  table(`Case ${name}: ${count(files)} files of ${size / KiB} KiB over ${link}, median of ${rounds} (from – to)`, [
    ["", ...who, ...compared.map((other) => `ours ÷ ${other}`)],
    ...Object.entries(rows).map(([row, [measure, as]]) => [
      row,
      ...who.map((name) => cell(name, measure, as)),
      ...compared.map((other) => ratio(other, measure)),
    ]),
  ]);
  if (results[reading]) {
    const more = results[ours].over.median - results[reading].over.median;
    console.log(`ours takes ${mebibytes(more)} more memory than merely reading the files`);
  }
  if (rate) {
    const bare = (results[ours].sent.median / rate) * 1000;
    console.log(`${seconds(bare)} are its bytes at that rate; ours took ${times(results[ours].ms.median / bare)}`);
  }
}
