// The package as `cargo xtask build` left it.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { test } from "node:test";
import { runInNewContext } from "node:vm";

const pkg = join(import.meta.dirname, "../../pkg");
const read = (file) => readFile(join(pkg, file), "utf8");
const umd = await read("standalone-auraloader.umd.js");
const manifest = JSON.parse(await read("package.json"));
const names = ["AuraloaderError", "StandaloneAuraloader"];

/** All files that a part of the manifest names. */
const filesOf = (part) => (typeof part === "object" && part ? Object.values(part).flatMap(filesOf) : (part ?? []));

test("a script tag gets the class itself as the global, and nothing else", () => {
  const page = { TextDecoder, TextEncoder, URL, console };
  runInNewContext(umd, page);
  assert.deepEqual(Object.keys(page), ["TextDecoder", "TextEncoder", "URL", "console", "StandaloneAuraloader"]);
  assert.throws(() => new page.StandaloneAuraloader({}), { message: "apiToken is required" });
});

test("require gives an object that names the class, without a browser", () => {
  const exported = createRequire(import.meta.url)(join(pkg, "standalone-auraloader.umd.js"));
  assert.deepEqual(Object.keys(exported).sort(), names);
  assert.throws(() => new exported.StandaloneAuraloader({}), exported.AuraloaderError);
});

test("AMD gets the same object", () => {
  let factory;
  const define = Object.assign((dependencies, given) => (factory = given), { amd: true });
  const page = { TextDecoder, TextEncoder, define };
  runInNewContext(umd, page);
  assert.deepEqual(Object.keys(factory()).sort(), names);
  assert.equal(page.StandaloneAuraloader, undefined);
});

test("import gives the same name, without a browser", async () => {
  const exported = await import(join(pkg, "standalone-auraloader.mjs"));
  assert.deepEqual(Object.keys(exported).sort(), names);
});

test("the manifest names the files that are there, and no others", async () => {
  const { main, module, types, exports, files, sideEffects } = manifest;
  const entries = await readdir(pkg, { recursive: true, withFileTypes: true });
  const there = entries.filter((one) => one.isFile()).map((one) => relative(pkg, join(one.parentPath, one.name)));
  for (const file of filesOf([main, module, types, exports, sideEffects])) {
    const [start, end] = file.replace("./", "").split("*");
    assert.ok(
      there.some((name) => (end === undefined ? name === start : name.startsWith(start))),
      file,
    );
  }
  assert.deepEqual([...files, "README.md", "package.json"].sort(), there.sort());
});

test("who publishes it has to give the repository, npm the proof of where it was built", () => {
  const { license, publishConfig, peerDependenciesMeta, dependencies } = manifest;
  assert.equal(license, "MIT OR Apache-2.0");
  assert.deepEqual(publishConfig, { access: "public", provenance: true });
  assert.deepEqual(peerDependenciesMeta, { react: { optional: true }, vue: { optional: true } });
  assert.equal(dependencies, undefined);
});

test("the hashes are those of the files", async () => {
  const integrity = JSON.parse(await read("integrity.json"));
  assert.deepEqual(Object.keys(integrity).sort(), [
    "standalone-auraloader.mjs",
    "standalone-auraloader.umd.js",
    "standalone-auraloader.worker.js",
  ]);
  for (const [file, hash] of Object.entries(integrity)) {
    const digest = createHash("sha384").update(await readFile(join(pkg, file)));
    assert.equal(hash, `sha384-${digest.digest("base64")}`, file);
  }
});

test("the licences of what is in the WebAssembly come along", async () => {
  const licences = await read("THIRD-PARTY-LICENSES.txt");
  for (const crate of ["leptos", "wasm-bindgen", "miniz_oxide", "postcard", "hmac", "The Rust standard library"])
    assert.match(licences, new RegExp(`^${crate} .*\\(.*MIT`, "m"), crate);
  // Macros and what only builds or tests are in nobody's bundle.
  for (const crate of ["serde_derive", "wasm-bindgen-macro", "proptest", "axum", "esbuild"])
    assert.doesNotMatch(licences, new RegExp(`^${crate} [0-9]`, "m"), crate);
});

test("components bring neither the widget nor a framework along", async () => {
  for (const name of ["element", "react", "vue"]) {
    const imports = (text, call) => [...text.matchAll(call)].map(([, path]) => path).sort();
    const framework = name === "element" ? [] : [name];
    const esm = imports(await read(`${name}.mjs`), /^import .* from "(.*)";$/gm);
    const cjs = imports(await read(`${name}.cjs`), /require\("(.*?)"\)/g);
    assert.deepEqual([...new Set(esm)], ["./standalone-auraloader.mjs", ...framework]);
    assert.deepEqual([...new Set(cjs)], ["./standalone-auraloader.umd.js", ...framework]);
  }
});

test("the element can be imported without a browser, as where pages are drawn on a server", async () => {
  assert.deepEqual(Object.keys(await import(join(pkg, "element.mjs"))), ["AuraloaderElement"]);
  assert.deepEqual(Object.keys(createRequire(import.meta.url)(join(pkg, "element.cjs"))), ["AuraloaderElement"]);
});

test("bundlers see one asset, by the one form they all understand", async () => {
  const esm = await read("standalone-auraloader.mjs");
  assert.equal(esm.match(/import\.meta/g)?.length, 1);
  assert.ok(esm.includes('new URL("./standalone-auraloader_bg.wasm",import.meta.url)'));
});
