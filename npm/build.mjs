// Bundles the wasm-bindgen output and the TypeScript into the npm package: node build.mjs <glue dir> <server glue dir> <previews glue dir> <out dir>

import { build } from "esbuild";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { serverFiles } from "./build-server.mjs";
import { previewsFiles } from "./build-previews.mjs";
import { withoutUnused } from "./unused.mjs";
import { encode } from "./src/bytes-as-text.mjs";

const here = import.meta.dirname;
const [glueDir, serverGlueDir, previewsGlueDir, outDir] = process.argv.slice(2).map((dir) => resolve(dir));
if (!outDir) throw new Error("usage: node build.mjs <glue dir> <server glue dir> <previews glue dir> <out dir>");

const wasm = await readFile(join(glueDir, "standalone_auraloader_bg.wasm"));
const version = JSON.parse(await readFile(join(glueDir, "package.json"), "utf8")).version;

async function bundle(entryPoint, resolveModules, options) {
  const { outputFiles } = await build({
    entryPoints: [entryPoint],
    bundle: true,
    minify: true,
    write: false,
    target: "es2022",
    legalComments: "none",
    logLevel: "warning",
    plugins: [{ name: "modules", setup: resolveModules }],
    ...options,
  });
  return outputFiles[0].text;
}

/** wasm-opt has shortened the names between the module and its glue: the glue's are still the long ones. */
const names = JSON.parse(await readFile(join(glueDir, "names.json"), "utf8"));

function withShortNames(source) {
  const imports = new Map(names.imports.map(([, long, short]) => [long, short]));
  const exports = new Map(names.exports);
  // What the module does not import any more needs no function.
  const entry = /^ {8}(__wb\w+): function[\s\S]*?^ {8}\}(?:, arguments\); \})?,\n/gm;
  return withoutUnused(source)
    .replace(entry, (whole, name) => (imports.has(name) ? whole : ""))
    .replace(/"\.\/standalone_auraloader_bg\.js"/, '"a"')
    .replace(/\bwasm\.(\w+)/g, (whole, long) => (exports.has(long) ? `wasm.${exports.get(long)}` : whole))
    .replace(/\b__wb\w+(?=:)/g, (long) => imports.get(long) ?? long);
}

/** wasm-bindgen's code as the variable `glue`, without its own address for the .wasm. */
const glue = await bundle(
  join(glueDir, "standalone_auraloader.js"),
  (builder) =>
    builder.onLoad({ filter: /standalone_auraloader\.js$/ }, async ({ path }) => {
      const source = withShortNames(await readFile(path, "utf8"));
      const contents = source
        .replace(/new URL\('standalone_auraloader_bg\.wasm', import\.meta\.url\)/, "undefined")
        .replace("wasm = instance.exports;", "wasm = telling(instance.exports, broke_down);");
      if (/import\.meta|standalone_auraloader_bg/.test(contents) || !contents.includes("telling"))
        throw new Error("wasm-bindgen's code has another form");
      const telling = JSON.stringify(join(here, "src/breakdown.ts"));
      return { contents: `import { telling } from ${telling};${contents}`, loader: "js" };
    }),
  { format: "iife", globalName: "glue" },
);

/** Modules that are no files. The glue stands before a bundle, letter for letter the same on the page and in the worker's
 * text: what stands twice compresses to nearly nothing. */
function modules(texts) {
  const contents = {
    glue: { contents: "export const { default: init, initSync, run_packer, run_worker, Widget } = glue", loader: "js" },
  };
  for (const [name, text] of Object.entries(texts)) contents[name] = { contents: text, loader: "text" };
  return (builder) => {
    // A file of its own, for bundlers as well.
    builder.onResolve({ filter: /^previews$/ }, () => ({
      path: "./standalone-auraloader.previews.mjs",
      external: true,
    }));
    builder.onResolve({ filter: new RegExp(`^(${Object.keys(contents).join("|")})$`) }, ({ path }) => ({
      path,
      namespace: "made",
    }));
    builder.onLoad({ filter: /./, namespace: "made" }, ({ path }) => contents[path]);
  };
}

const script = (entry, texts, options) => bundle(join(here, "src", entry), modules(texts), options);

const worker = await script("worker.ts", {}, { format: "iife", banner: { js: glue } });
const texts = { "worker-script": worker, "wasm-text": encode(wasm) };

/** The global is the class itself; modules get an object that names it. */
const universal = [
  'if(typeof define==="function"&&define.amd)define([],factory)',
  'else if(typeof module==="object"&&module.exports)module.exports=factory()',
  "else globalThis.StandaloneAuraloader=factory().StandaloneAuraloader",
].join(";");
const umd = await script("umd.ts", texts, {
  format: "iife",
  globalName: "exports",
  banner: {
    js: `/*! standalone-auraloader ${version} | MIT OR Apache-2.0 */\n(factory=>{${universal}})(()=>{${glue}`,
  },
  footer: { js: "return exports})" },
});
const esm = await script("esm.ts", texts, { format: "esm", banner: { js: glue } });

const server = await serverFiles(serverGlueDir, version);
const previews = await previewsFiles(previewsGlueDir);

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
    "./server": {
      types: "./server.d.ts",
      // No page can come by a signer, even by mistake: a bundler for browsers says that there is none.
      browser: null,
      import: "./server.mjs",
      require: "./server.cjs",
    },
    "./standalone-auraloader.umd.js": "./standalone-auraloader.umd.js",
    "./standalone-auraloader.worker.js": "./standalone-auraloader.worker.js",
    "./standalone-auraloader_bg.wasm": "./standalone-auraloader_bg.wasm",
    "./package.json": "./package.json",
  },
  files: [
    "index.d.ts",
    "server.cjs",
    "server.d.ts",
    "server.mjs",
    "standalone-auraloader.mjs",
    "standalone-auraloader.previews.mjs",
    "standalone-auraloader.previews.wasm",
    "standalone-auraloader.previews.worker.js",
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
  ...Object.entries({ ...server, ...previews }).map(([name, text]) => writeFile(join(outDir, name), text)),
  writeFile(join(outDir, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`),
  cp(join(here, "index.d.ts"), join(outDir, "index.d.ts")),
  cp(join(here, "server.d.ts"), join(outDir, "server.d.ts")),
  cp(join(here, "README.md"), join(outDir, "README.md")),
  ...["LICENSE", "LICENSE-MIT", "LICENSE-APACHE"].map((name) => cp(join(here, "..", name), join(outDir, name))),
]);
