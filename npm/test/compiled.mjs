// Imports TypeScript sources in Node: bundled in memory, with stand-ins for what build.mjs makes up.

import { build } from "esbuild";
import { join } from "node:path";

/** The exports of `src/<entry>`. */
export async function compiled(entry) {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "../src", entry)],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
  });
  // The counter keeps modules apart that are imported twice.
  const source = `${outputFiles[0].text}\n// ${(count += 1)}`;
  return import(`data:text/javascript;base64,${Buffer.from(source).toString("base64")}`);
}
let count = 0;
