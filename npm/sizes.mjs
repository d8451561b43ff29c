// Prints the sizes of the built package and fails if one is over its budget: node sizes.mjs <package dir>

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** Budgets in bytes, brotli 11; docs/size.md says where they come from. */
const budgets = {
  "standalone-auraloader.umd.js": 197_000,
  "standalone-auraloader.mjs": 8_000,
  "standalone-auraloader_bg.wasm": undefined,
  "standalone-auraloader.worker.js": undefined,
  "standalone-auraloader.previews.mjs": 4_000,
  "standalone-auraloader.previews.wasm": 140_000,
};

const dir = process.argv[2];
if (!dir) throw new Error("usage: node sizes.mjs <package dir>");

let over = false;
console.log(
  `${"file".padEnd(40)}${["raw", "gzip 9", "brotli 11", "budget"].map((head) => head.padStart(11)).join("")}`,
);
for (const [file, budget] of Object.entries(budgets)) {
  const bytes = await readFile(join(dir, file));
  const brotli = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  }).length;
  over ||= budget !== undefined && brotli > budget;
  const cells = [bytes.length, gzipSync(bytes, { level: 9 }).length, brotli, budget ?? "–"];
  console.log(`${file.padEnd(40)}${cells.map((cell) => String(cell).padStart(11)).join("")}`);
}
if (over) {
  console.error("A file is over its budget.");
  process.exit(1);
}
