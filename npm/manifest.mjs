// The package.json of the npm package.

/** `import` and `require` have types of their own, as TypeScript takes a typing file for a module of its extension's kind. */
const both = (name, esm, cjs) => ({
  import: { types: `./${name}.d.mts`, default: esm },
  default: { types: `./${name}.d.ts`, default: cjs },
});
const entry = (name) => both(name, `./${name}.mjs`, `./${name}.cjs`);
const umd = "./standalone-auraloader.umd.js";

/** `repository` is Cargo.toml's: npm's provenance compares it with where the package was built. */
export const manifest = (version, repository, files) => ({
  name: "standalone-auraloader",
  version,
  description: "Browser widget that reads, packs and resumably uploads DICOM studies to the Aura API",
  keywords: ["dicom", "upload", "tus", "aura", "widget", "wasm"],
  license: "MIT OR Apache-2.0",
  ...(repository && { repository }),
  type: "commonjs",
  main: umd,
  module: "./standalone-auraloader.mjs",
  unpkg: umd,
  jsdelivr: umd,
  types: "./index.d.ts",
  exports: {
    ".": both("index", "./standalone-auraloader.mjs", umd),
    "./element": entry("element"),
    "./react": entry("react"),
    "./vue": entry("vue"),
    // No page can come by a signer, even by mistake: a bundler for browsers says that there is none.
    "./server": { browser: null, ...entry("server") },
    "./standalone-auraloader.umd.js": { types: "./index.d.ts", default: umd },
    "./standalone-auraloader.worker.js": "./standalone-auraloader.worker.js",
    "./standalone-auraloader_bg.wasm": "./standalone-auraloader_bg.wasm",
    "./locales/*": "./locales/*",
    "./integrity.json": "./integrity.json",
    "./package.json": "./package.json",
  },
  files,
  // Importing it defines the element.
  sideEffects: ["./element.cjs", "./element.mjs"],
  engines: { node: ">=20.19" },
  peerDependencies: { react: ">=18", vue: ">=3.5" },
  peerDependenciesMeta: { react: { optional: true }, vue: { optional: true } },
  publishConfig: { access: "public", provenance: true },
});
