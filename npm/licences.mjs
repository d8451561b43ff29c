// Writes the licences of all crates in the package's WebAssembly: cargo metadata … | node licences.mjs <file>
//
// cargo-about does the same from three hundred crates of its own, a quarter of an hour of compiling on a small machine.

import { readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { json } from "node:stream/consumers";

const file = process.argv[2];
if (!file) throw new Error("usage: cargo metadata … | node licences.mjs <file>");

const roots = ["standalone-auraloader", "auraloader-signing-node", "auraloader-previews"];
const { packages, resolve } = await json(process.stdin);
const byId = new Map(packages.map((one) => [one.id, one]));
const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));

/** Macros run in the compiler: what they make is the calling crate's. */
const isLinked = ({ targets }) => !targets.some(({ kind }) => kind.includes("proc-macro"));

const reached = new Set(packages.filter(({ name }) => roots.includes(name)).map(({ id }) => id));
if (reached.size !== roots.length) throw new Error(`the workspace has no ${roots.join(" or no ")}`);
for (const id of reached) {
  for (const { pkg, dep_kinds } of nodes.get(id).deps) {
    if (dep_kinds.some(({ kind }) => kind === null) && isLinked(byId.get(pkg))) reached.add(pkg);
  }
}

const mit = await readFile(join(import.meta.dirname, "../LICENSE-MIT"), "utf8");
/** For crates that are published without a file. */
const mitOf = (authors) => mit.replace(/^Copyright.*$/m, `Copyright (c) ${authors || "the authors"}`);

/** The texts that a crate comes with; of those it leaves the choice between, MIT's. */
async function textsOf({ name, license, authors, manifest_path }) {
  const dir = dirname(manifest_path);
  const names = (await readdir(dir)).filter((name) => /^(licen[cs]e|copying|copyright|notice|unlicense)/i.test(name));
  const mits = names.filter((name) => /mit/i.test(name));
  const isMit = /\bMIT\b/.test(license ?? "") && !/\bAND\b/.test(license);
  const chosen = isMit && mits.length > 0 ? mits : names.sort();
  const texts = await Promise.all(chosen.map((name) => readFile(join(dir, name), "utf8").catch(() => "")));
  const found = texts.map((text) => text.trim()).filter(Boolean);
  if (found.length > 0) return found;
  if (!isMit) throw new Error(`${name} (${license}) comes without a licence`);
  return [mitOf(authors.map((author) => author.replace(/\s*<.*>/, "")).join(", "))];
}

const foreign = [...reached].map((id) => byId.get(id)).filter(({ source }) => source);
const std = { name: "The Rust standard library", version: "", license: "MIT OR Apache-2.0" };
const entries = [
  [std, [mitOf("The Rust Project contributors")]],
  ...(await Promise.all(foreign.map(async (one) => [one, await textsOf(one)]))),
];

/** Crates by text: many share one. */
const users = new Map();
for (const [{ name, version, license }, texts] of entries) {
  const text = texts.join("\n\n");
  users.set(text, [...(users.get(text) ?? []), `${name} ${version}`.trim() + ` (${license})`]);
}
const rule = "=".repeat(80);
const blocks = [...users]
  .map(([text, crates]) => `${rule}\n${crates.sort().join("\n")}\n\n${text.replaceAll("\r\n", "\n")}\n`)
  .sort();
const head = "The WebAssembly in this package is made from these crates; no npm package is in it.\n";
await writeFile(file, [head, ...blocks].join("\n"));
