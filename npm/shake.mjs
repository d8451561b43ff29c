// Takes out of the widget's module what only its own glue would call: node shake.mjs <module>
//
// leptos brings wasm-streams along, and what a crate exports to JavaScript no linker leaves out.

import { execFile } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { isUnused } from "./unused.mjs";

const wasm = process.argv[2];
if (!wasm) throw new Error("usage: node shake.mjs <module>");

const names = WebAssembly.Module.exports(new WebAssembly.Module(await readFile(wasm))).map(({ name }) => name);
const kept = names.filter((name) => !isUnused(name));
const graph = [{ name: "page", root: true, reaches: kept }, ...kept.map((name) => ({ name, export: name }))];
const file = `${wasm}.json`;
await writeFile(file, JSON.stringify(graph));
const metadce = join(import.meta.dirname, "node_modules/binaryen/bin/wasm-metadce");
await promisify(execFile)("node", [metadce, wasm, `--graph-file=${file}`, "-o", wasm], {
  maxBuffer: 1e8,
});
await rm(file);
