// Bundles the components: small files beside the widget, which they import, as they do their framework.

import { build } from "esbuild";
import { join } from "node:path";

const widget = { esm: "./standalone-auraloader.mjs", cjs: "./standalone-auraloader.umd.js" };
/** Next.js draws on the server what does not say that it can't be. */
const banners = { react: '"use client";' };

/** The files of the entries `./element`, `./react` and `./vue` and their texts. */
export async function componentFiles(version) {
  const bundle = async (name, format) => {
    const { outputFiles } = await build({
      entryPoints: [join(import.meta.dirname, `src/components/${name}.ts`)],
      bundle: true,
      write: false,
      format,
      target: "es2022",
      external: ["react", "vue"],
      banner: {
        js: `${banners[name] ?? ""}/*! standalone-auraloader/${name} ${version} | MIT OR Apache-2.0 */`,
      },
      logLevel: "warning",
      plugins: [
        {
          name: "widget",
          setup: ({ onResolve }) =>
            onResolve({ filter: /^standalone-auraloader$/ }, () => ({ path: widget[format], external: true })),
        },
      ],
    });
    return outputFiles[0].text;
  };
  const files = {};
  for (const name of ["element", "react", "vue"]) {
    files[`${name}.mjs`] = await bundle(name, "esm");
    files[`${name}.cjs`] = await bundle(name, "cjs");
  }
  return files;
}
