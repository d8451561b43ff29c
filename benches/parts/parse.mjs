// The header walk alone, beside npm's dicom-parser and dcmjs, over files already in memory.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startBrowser } from "../../tests/e2e/support/browser.mjs";
import { filesBelow } from "../../tests/e2e/support/folders.mjs";
import { publicFiles } from "../../tests/e2e/support/samples.mjs";
import { ctImageFile } from "../support/ct.mjs";
import { count, spread, table, times } from "../support/numbers.mjs";
import { serve } from "../support/page-server.mjs";

/** What the widget reads of a file at first. */
const cut = 64 * 1024;
/** As benches/page/readers.mjs calls them. */
const names = ["ours", "dicom-parser", "dcmjs"];
/** Milliseconds that one reader is timed for in one round. */
const atATime = 300;

/** Files a second of each reader, in turns; and which files each of them does not read. */
export async function parse(scope, { out, rounds = 9 }) {
  const sets = { "CT images": ctImages(), "public files": await publicSet() };
  const browser = await startBrowser();
  scope.after(() => browser.close());
  const { driver } = browser;
  await driver.get(`${await serve(scope, await routes(out, sets))}/parse.html`);
  const results = [];
  for (const [set, files] of Object.entries(sets)) {
    const judged = await inPage(driver, judge, set);
    const rates = Object.fromEntries(names.map((name) => [name, []]));
    for (let round = 0; round <= rounds; round++) {
      const order = Object.keys(rates);
      order.push(...order.splice(0, round % order.length));
      for (const name of order) {
        const rate = await inPage(driver, timed, set, name, judged.common, atATime);
        // The first round is for the compilers.
        if (round > 0) rates[name].push(rate);
      }
    }
    const spreads = Object.fromEntries(Object.entries(rates).map(([name, all]) => [name, spread(all)]));
    results.push({ set, files: files.length, ...judged, common: judged.common.length, rates: spreads });
  }
  for (const { set, files, failed, same, common, rates } of results) {
    table(`Parsing alone: ${set}, ${files} files, timed on the ${common} that all read; median of ${rounds}`, [
      ["", "files/s", "from – to", "ours is faster", "does not read", "UIDs as ours"],
      ...Object.entries(rates).map(([name, { median, min, max }]) => [
        name,
        count(median),
        `${count(min)} – ${count(max)}`,
        times(rates.ours.median / median),
        String(failed[name].length),
        `${same[name]} of ${common}`,
      ]),
    ]);
    for (const [name, all] of Object.entries(failed)) {
      const alone = all.filter((file) => name === "ours" || !failed.ours.includes(file));
      if (alone.length > 0)
        console.log(`${name} does not read${name === "ours" ? "" : ", but ours does"}: ${alone.join(", ")}`);
    }
  }
  return { rounds, results };
}

/** Of 20 studies, ten each. */
function ctImages() {
  const images = [];
  for (let at = 0; at < 200; at++) {
    images.push({ name: `CT ${at}`, bytes: ctImageFile({ study: at % 20, series: 0, image: at, size: cut }) });
  }
  return images;
}

async function publicSet() {
  const read = async (name) => ({ name, bytes: (await readFile(join(publicFiles, name))).subarray(0, cut) });
  return Promise.all((await filesBelow(publicFiles)).map(read));
}

async function routes(out, sets) {
  const page = join(import.meta.dirname, "../page");
  const modules = join(import.meta.dirname, "../node_modules");
  const described = Object.entries(sets).map(([set, files]) => [
    set,
    files.map(({ name, bytes }) => ({ name, length: bytes.length })),
  ]);
  return {
    "/parse.html": join(page, "parse.html"),
    "/readers.mjs": join(page, "readers.mjs"),
    "/tags.mjs": join(page, "tags.mjs"),
    "/walk/auraloader_bench.js": join(out, "walk/auraloader_bench.js"),
    "/walk/auraloader_bench_bg.wasm": join(out, "walk/auraloader_bench_bg.wasm"),
    // Without it, dicom-parser reads no deflated files.
    "/pako.js": join(modules, "pako/dist/pako.min.js"),
    "/dicom-parser.js": join(modules, "dicom-parser/dist/dicomParser.min.js"),
    "/dcmjs.js": join(modules, "dcmjs/build/dcmjs.min.js"),
    "/files.json": Buffer.from(JSON.stringify(Object.fromEntries(described))),
    "/files": Buffer.concat(Object.values(sets).flatMap((files) => files.map(({ bytes }) => bytes))),
  };
}

/** Runs in the page: which files each reader fails on, and those that all read. */
function judge({ readers, sets, failures, sameIdentity }, set) {
  const failed = Object.fromEntries(Object.keys(readers).map((name) => [name, failures(readers[name], sets[set])]));
  const out = new Set(Object.values(failed).flat());
  const common = sets[set].filter(({ name }) => !out.has(name));
  const same = Object.fromEntries(Object.keys(readers).map((name) => [name, sameIdentity(readers[name], common)]));
  return { failed, same, common: common.map(({ name }) => name) };
}

/** Runs in the page. */
function timed({ readers, sets, rate }, set, name, common, ms) {
  const wanted = new Set(common);
  return rate(
    readers[name],
    sets[set].filter((file) => wanted.has(file.name)),
    ms,
  );
}

/** Calls `code` in the page with what its module gives, as soon as that is loaded. */
async function inPage(driver, code, ...given) {
  const result = await driver.executeAsyncScript(
    `const [given, done] = arguments;
    window.bench.then((bench) => (${code})(bench, ...given)).then((value) => done({ value }), (error) => done({ error: String(error) }));`,
    given,
  );
  if (result.error) throw new Error(result.error);
  return result.value;
}
