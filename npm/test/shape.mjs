// The public surface as text: what shape.test.mjs compares with shape.txt. `node test/shape.mjs` writes it anew.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const npm = join(import.meta.dirname, "..");
export const pinned = join(import.meta.dirname, "shape.txt");

/** All declarations of the entries, without what they say about themselves. */
export async function shape() {
  const entries = ["index", "element", "react", "vue", "server"];
  const texts = entries.map(async (name) => {
    const declared = (await readFile(join(npm, `${name}.d.ts`), "utf8")).replace(/\/\*\*[\s\S]*?\*\//g, "");
    const lines = declared.split("\n").filter((line) => line.trim());
    return `## ${name}\n\n${lines.join("\n")}\n`;
  });
  return (await Promise.all(texts)).join("\n");
}

if (process.argv[1] === import.meta.filename) await writeFile(pinned, await shape());
