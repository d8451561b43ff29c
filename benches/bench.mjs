// node bench.mjs [load|parse|drop|lists|memory|large|compression|upload …] [--rounds N] [--files N] [--case NAME …]; `cargo xtask bench`
// builds what it needs first.
// It reports and never fails on a figure: what is reached and what is wanted is in docs/performance.md.

import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compression } from "./parts/compression.mjs";
import { drop } from "./parts/drop.mjs";
import { lists } from "./parts/lists.mjs";
import { load } from "./parts/load.mjs";
import { large, memory } from "./parts/memory.mjs";
import { parse } from "./parts/parse.mjs";
import { upload } from "./parts/upload.mjs";

const parts = { load, parse, drop, lists, memory, large, compression, upload };
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string" },
    files: { type: "string", default: "10000" },
    case: { type: "string", multiple: true },
  },
});
const wanted = positionals.length > 0 ? positionals : Object.keys(parts);
const out = join(import.meta.dirname, "../target/bench");
await mkdir(out, { recursive: true });

const given = {
  out,
  rounds: values.rounds && Number(values.rounds),
  files: Number(values.files),
  cases: values.case,
};
const results = { date: new Date().toISOString(), cores: availableParallelism(), node: process.version };
for (const name of wanted) {
  const endings = [];
  const scope = { after: (end) => void endings.unshift(end) };
  try {
    results[name] = await parts[name](scope, given);
  } finally {
    for (const end of endings) await end();
  }
}
await writeFile(join(out, "results.json"), JSON.stringify(results, null, 2));
console.log("\nAll figures are in target/bench/results.json");
