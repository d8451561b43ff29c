// The package as `cargo xtask build` left it.

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { runInNewContext } from "node:vm";

const pkg = join(import.meta.dirname, "../../pkg");
const read = (file) => readFile(join(pkg, file), "utf8");
const umd = await read("standalone-auraloader.umd.js");

test("a script tag gets the class itself as the global, and nothing else", () => {
  const page = { TextDecoder, TextEncoder, URL, console };
  runInNewContext(umd, page);
  assert.deepEqual(Object.keys(page), ["TextDecoder", "TextEncoder", "URL", "console", "StandaloneAuraloader"]);
  assert.throws(() => new page.StandaloneAuraloader({}), { message: "apiToken is required" });
});

test("require gives an object that names the class, without a browser", () => {
  const exported = createRequire(import.meta.url)(join(pkg, "standalone-auraloader.umd.js"));
  assert.deepEqual(Object.keys(exported), ["StandaloneAuraloader"]);
  assert.equal(typeof exported.StandaloneAuraloader, "function");
});

test("AMD gets the same object", () => {
  let factory;
  const define = Object.assign((dependencies, given) => (factory = given), { amd: true });
  const page = { TextDecoder, TextEncoder, define };
  runInNewContext(umd, page);
  assert.deepEqual(Object.keys(factory()), ["StandaloneAuraloader"]);
  assert.equal(page.StandaloneAuraloader, undefined);
});

test("import gives the same name, without a browser", async () => {
  const exported = await import(join(pkg, "standalone-auraloader.mjs"));
  assert.deepEqual(Object.keys(exported), ["StandaloneAuraloader"]);
});

test("the manifest names files that are there", async () => {
  const manifest = JSON.parse(await read("package.json"));
  const there = await readdir(pkg);
  const named = [manifest.main, manifest.module, manifest.types, ...Object.values(manifest.exports["."])];
  for (const file of named) assert.ok(there.includes(file.replace("./", "")), file);
  for (const file of manifest.files.filter((name) => !name.includes("*"))) assert.ok(there.includes(file), file);
});

test("bundlers see one asset, by the one form they all understand", async () => {
  const esm = await read("standalone-auraloader.mjs");
  assert.equal(esm.match(/import\.meta/g)?.length, 1);
  assert.ok(esm.includes('new URL("./standalone-auraloader_bg.wasm",import.meta.url)'));
});
