// Bundles the wasm-bindgen output and the TypeScript into the npm package: node build.mjs <glue dir> <out dir>

import { build } from "esbuild";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { encode } from "./src/bytes-as-text.mjs";

const here = import.meta.dirname;
const [glueDir, outDir] = process.argv.slice(2).map((dir) => resolve(dir));
if (!glueDir || !outDir) throw new Error("usage: node build.mjs <glue dir> <out dir>");

const wasm = await readFile(join(glueDir, "standalone_auraloader_bg.wasm"));
const version = JSON.parse(await readFile(join(glueDir, "package.json"), "utf8")).version;

/** Modules that are no files: the glue without its own address for the .wasm, and texts made by this build. */
function virtual(texts) {
  return {
    name: "virtual",
    setup(builder) {
      builder.onResolve({ filter: /^glue$/ }, () => ({ path: resolve(glueDir, "standalone_auraloader.js") }));
      builder.onLoad({ filter: /standalone_auraloader\.js$/ }, async ({ path }) => {
        const source = await readFile(path, "utf8");
        const contents = source.replace(/new URL\('standalone_auraloader_bg\.wasm', import\.meta\.url\)/, "undefined");
        if (contents.includes("import.meta")) throw new Error("the glue still looks for the .wasm by itself");
        return { contents, loader: "js" };
      });
      for (const [name, text] of Object.entries(texts)) {
        builder.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: name, namespace: "text" }));
        builder.onLoad({ filter: new RegExp(`^${name}$`), namespace: "text" }, () => ({
          contents: text,
          loader: "text",
        }));
      }
    },
  };
}

async function bundle(entry, texts, options) {
  const result = await build({
    entryPoints: [join(here, "src", entry)],
    bundle: true,
    minify: true,
    write: false,
    target: "es2022",
    legalComments: "none",
    logLevel: "warning",
    plugins: [virtual(texts)],
    ...options,
  });
  return result.outputFiles[0].text;
}

const worker = await bundle("worker.ts", {}, { format: "iife" });
const texts = { "worker-script": worker, "wasm-text": encode(wasm) };

/** The global is the class itself; modules get an object that names it. */
const universal = `
if(typeof define==="function"&&define.amd)define([],factory);
else if(typeof module==="object"&&module.exports)module.exports=factory();
else globalThis.StandaloneAuraloader=factory().StandaloneAuraloader`;
const umd = await bundle("umd.ts", texts, {
  format: "iife",
  globalName: "exports",
  banner: {
    js: `/*! standalone-auraloader ${version} | MIT OR Apache-2.0 */\n(factory=>{${universal.replaceAll("\n", "")}})(()=>{`,
  },
  footer: { js: "return exports})" },
});
const esm = await bundle("esm.ts", texts, { format: "esm" });

const manifest = {
  name: "standalone-auraloader",
  version,
  description: "Browser widget that reads, packs and resumably uploads DICOM studies to the Aura API",
  keywords: ["dicom", "upload", "tus", "aura", "widget", "wasm"],
  license: "MIT OR Apache-2.0",
  main: "./standalone-auraloader.umd.js",
  module: "./standalone-auraloader.mjs",
  unpkg: "./standalone-auraloader.umd.js",
  jsdelivr: "./standalone-auraloader.umd.js",
  types: "./index.d.ts",
  exports: {
    ".": {
      types: "./index.d.ts",
      import: "./standalone-auraloader.mjs",
      default: "./standalone-auraloader.umd.js",
    },
    "./standalone-auraloader.umd.js": "./standalone-auraloader.umd.js",
    "./standalone-auraloader.worker.js": "./standalone-auraloader.worker.js",
    "./standalone-auraloader_bg.wasm": "./standalone-auraloader_bg.wasm",
    "./package.json": "./package.json",
  },
  files: [
    "index.d.ts",
    "standalone-auraloader.mjs",
    "standalone-auraloader.umd.js",
    "standalone-auraloader.worker.js",
    "standalone-auraloader_bg.wasm",
    "LICENSE*",
  ],
  sideEffects: false,
};

await rm(outDir, { recursive: true, force: true });
await mkdir(outDir, { recursive: true });
await Promise.all([
  writeFile(join(outDir, "standalone-auraloader.umd.js"), umd),
  writeFile(join(outDir, "standalone-auraloader.mjs"), esm),
  writeFile(join(outDir, "standalone-auraloader.worker.js"), worker),
  writeFile(join(outDir, "standalone-auraloader_bg.wasm"), wasm),
  writeFile(join(outDir, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`),
  cp(join(here, "index.d.ts"), join(outDir, "index.d.ts")),
  cp(join(here, "README.md"), join(outDir, "README.md")),
  ...["LICENSE", "LICENSE-MIT", "LICENSE-APACHE"].map((name) => cp(join(here, "..", name), join(outDir, name))),
]);
