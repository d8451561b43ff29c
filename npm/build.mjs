// Bundles the wasm-bindgen output and the TypeScript into the npm package:
// node build.mjs <glue dir> <server glue dir> <previews glue dir> <licences of the crates> <out dir>

import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { componentFiles } from "./build-components.mjs";
import { serverFiles } from "./build-server.mjs";
import { previewsFiles } from "./build-previews.mjs";
import { manifest } from "./manifest.mjs";
import { terse } from "./terse-glue.mjs";
import { encode } from "./src/bytes-as-text.mjs";
import { lines } from "./src/catalogue.mjs";

const here = import.meta.dirname;
const [glueDir, serverGlueDir, previewsGlueDir, licences, outDir] = process.argv.slice(2).map((dir) => resolve(dir));
if (!outDir)
  throw new Error("usage: node build.mjs <glue dir> <server glue dir> <previews glue dir> <licences> <out dir>");

const wasm = await readFile(join(glueDir, "standalone_auraloader_bg.wasm"));
/** What wasm-pack has from Cargo.toml. */
const { version, repository } = JSON.parse(await readFile(join(glueDir, "package.json"), "utf8"));

async function bundle(entryPoint, resolveModules, options) {
  const { outputFiles, metafile } = await build({
    entryPoints: [entryPoint],
    bundle: true,
    metafile: true,
    minify: true,
    write: false,
    target: "es2022",
    legalComments: "none",
    logLevel: "warning",
    plugins: [{ name: "modules", setup: resolveModules }],
    ...options,
  });
  // licences.mjs names crates only.
  const foreign = Object.keys(metafile.inputs).filter((input) => input.includes("node_modules"));
  if (foreign.length > 0) throw new Error(`npm's packages are not to be in the bundle: ${foreign}`);
  return outputFiles[0].text;
}

/** wasm-opt has shortened the names between the module and its glue: the glue's are still the long ones. */
const names = JSON.parse(await readFile(join(glueDir, "names.json"), "utf8"));

function withShortNames(source) {
  const imports = new Map(names.imports.map(([, long, short]) => [long, short]));
  const exports = new Map(names.exports);
  // What the module does not import any more needs no function.
  const entry = /^ {8}(__wb\w+): (?:instance\(.*|[\s\S]*?^ {8}\}\)?),\n/gm;
  return source
    .replace(entry, (whole, name) => (imports.has(name) ? whole : ""))
    .replace(/"\.\/standalone_auraloader_bg\.js"/, '"a"')
    .replace(/\bwasm\.(\w+)/g, (whole, long) => (exports.has(long) ? `wasm.${exports.get(long)}` : whole))
    .replace(/\b__wb\w+(?=:)/g, (long) => imports.get(long) ?? long);
}

/** wasm-bindgen's code, without the loading: that is `compile.ts`'s. */
const glueModule = await bundle(
  join(glueDir, "standalone_auraloader.js"),
  (builder) =>
    builder.onLoad({ filter: /standalone_auraloader\.js$/ }, async ({ path }) => {
      const source = withShortNames(terse(await readFile(path, "utf8")));
      const contents = source
        .replace("export { initSync, __wbg_init as default };", "export { initSync };")
        .replace("wasm = instance.exports;", "wasm = telling(instance.exports, broke_down);");
      if (!contents.includes("= telling(") || !contents.includes("export { initSync };"))
        throw new Error("wasm-bindgen's code has another form");
      const telling = JSON.stringify(join(here, "src/breakdown.ts"));
      return { contents: `import { telling } from ${telling};${contents}`, loader: "js" };
    }),
  { format: "esm" },
);
const exportsOfGlue = /export\{([^}]*)\};\s*$/;
if (!exportsOfGlue.test(glueModule)) throw new Error("esbuild's code has another form");

/** The same as the variable `glue`. */
const glue = `var glue=(()=>{${glueModule.replace(
  exportsOfGlue,
  (_, names) => `return{${names.replace(/([\w$]+) as (\w+)/g, "$2:$1")}}`,
)}})();\n`;

/** Modules that are no files. The glue stands before a bundle, letter for letter the same on the page and in the worker's
 * text: what stands twice compresses to nearly nothing. */
function modules(texts) {
  const contents = {
    glue: { contents: "export const { initSync, run_packer, run_worker, Widget } = glue", loader: "js" },
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
const esm = await script("esm.ts", texts, { format: "esm", banner: { js: glue }, external: ["./locales/*"] });

/** English is part of the module; its file is for those who translate or look for a key of the option `strings`. */
const locales = {};
for (const file of await readdir(join(here, "../locales"))) {
  const text = await readFile(join(here, "../locales", file), "utf8");
  const name = file.replace(/\.json$/, "");
  locales[`locales/${file}`] = text;
  if (name !== "en") locales[`locales/${name}.mjs`] = `export default ${JSON.stringify(lines(JSON.parse(text)))};\n`;
}

/** Typings for `import`: the same, naming each other as modules do. */
const typings = {};
for (const name of ["element", "index", "react", "server", "vue"]) {
  const text = await readFile(join(here, `${name}.d.ts`), "utf8");
  typings[`${name}.d.ts`] = text;
  typings[`${name}.d.mts`] = text.replaceAll('"./index.js"', '"./index.mjs"');
}

const ours = {};
for (const name of ["LICENSE", "LICENSE-MIT", "LICENSE-APACHE"]) ours[name] = await readFile(join(here, "..", name));

/** What a page may name in an `integrity` attribute. */
const loaded = {
  "standalone-auraloader.umd.js": umd,
  "standalone-auraloader.mjs": esm,
  "standalone-auraloader.worker.js": worker,
};
const integrity = {};
for (const [name, text] of Object.entries(loaded)) {
  integrity[name] = `sha384-${createHash("sha384").update(text).digest("base64")}`;
  console.log(`${name.padEnd(34)}${integrity[name]}`);
}

const json = (value) => `${JSON.stringify(value, null, 2)}\n`;
const files = {
  ...loaded,
  "standalone-auraloader_bg.wasm": wasm,
  ...(await componentFiles(version)),
  ...(await serverFiles(serverGlueDir, version)),
  ...(await previewsFiles(previewsGlueDir)),
  ...locales,
  ...typings,
  "integrity.json": json(integrity),
  "THIRD-PARTY-LICENSES.txt": await readFile(licences),
  ...ours,
};
files["package.json"] = json(manifest(version, repository, Object.keys(files).sort()));
files["README.md"] = await readFile(join(here, "README.md"));

await rm(outDir, { recursive: true, force: true });
await mkdir(join(outDir, "locales"), { recursive: true });
await Promise.all(Object.entries(files).map(([name, content]) => writeFile(join(outDir, name), content)));
