// Bundles the previews: what the page loads when a study has been found, its worker, and the WebAssembly beside them.

import { build } from "esbuild";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** The files of the previews and their contents. */
export async function previewsFiles(glueDir) {
  const bundle = async (entry, format, made) => {
    const { outputFiles } = await build({
      entryPoints: [join(import.meta.dirname, "src", entry)],
      bundle: true,
      minify: true,
      write: false,
      target: "es2022",
      format,
      legalComments: "none",
      logLevel: "warning",
      plugins: [{ name: "made", setup: made }],
    });
    return outputFiles[0].text;
  };
  const worker = await bundle("previews-worker.ts", "iife", ({ onLoad, onResolve }) => {
    onResolve({ filter: /^previews-glue$/ }, () => ({ path: join(glueDir, "auraloader_previews.js") }));
    // The glue's own way to the .wasm, which is not taken: it is handed the module.
    onLoad({ filter: /auraloader_previews\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replaceAll("import.meta.url", "undefined"),
    }));
  });
  const page = await bundle("previews.ts", "esm", ({ onLoad, onResolve }) => {
    onResolve({ filter: /^previews-worker-script$/ }, ({ path }) => ({ path, namespace: "made" }));
    onLoad({ filter: /./, namespace: "made" }, () => ({ contents: worker, loader: "text" }));
  });
  return {
    "standalone-auraloader.previews.mjs": page,
    "standalone-auraloader.previews.worker.js": worker,
    "standalone-auraloader.previews.wasm": await readFile(join(glueDir, "auraloader_previews_bg.wasm")),
  };
}
