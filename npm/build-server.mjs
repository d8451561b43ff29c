// Bundles the signing crate's wasm-bindgen output and npm/src/server.ts: one file a module format, the WebAssembly inside.

import { build } from "esbuild";
import { join } from "node:path";

/** The files of the entry `./server` and their texts. */
export async function serverFiles(glueDir, version) {
  const files = {
    "signing-glue": join(glueDir, "auraloader_signing_node.js"),
    "signing-wasm": join(glueDir, "auraloader_signing_node_bg.wasm"),
  };
  const bundle = async (format) => {
    const { outputFiles } = await build({
      entryPoints: [join(import.meta.dirname, "src/server.ts")],
      bundle: true,
      write: false,
      platform: "node",
      target: "node20.19",
      format,
      loader: { ".wasm": "binary" },
      // The glue's own way to the .wasm, which is not taken, as it is inside.
      define: { "import.meta.url": "undefined" },
      banner: { js: `/*! standalone-auraloader/server ${version} | MIT OR Apache-2.0 */` },
      legalComments: "none",
      logLevel: "warning",
      plugins: [
        {
          name: "modules",
          setup: ({ onResolve }) => onResolve({ filter: /^signing-/ }, ({ path }) => ({ path: files[path] })),
        },
      ],
    });
    return outputFiles[0].text;
  };
  return { "server.mjs": await bundle("esm"), "server.cjs": await bundle("cjs") };
}
