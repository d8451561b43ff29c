// Entry for bundlers and `<script type=module>`: the WebAssembly is an asset beside this file.

import { engineFrom } from "./engine.js";
import { compileFrom } from "./compile.js";
import type { LoadTexts } from "./language.js";
import { uploaderClass } from "./uploader.js";

/** Named one by one, so that bundlers see them. */
const texts: Record<string, () => ReturnType<LoadTexts>> = {
  ar: () => import("./locales/ar.mjs"),
  de: () => import("./locales/de.mjs"),
  es: () => import("./locales/es.mjs"),
  fr: () => import("./locales/fr.mjs"),
  it: () => import("./locales/it.mjs"),
  ja: () => import("./locales/ja.mjs"),
  nl: () => import("./locales/nl.mjs"),
  pl: () => import("./locales/pl.mjs"),
  pt: () => import("./locales/pt.mjs"),
  zh: () => import("./locales/zh.mjs"),
};

export { AuraloaderError } from "./error.js";
export const StandaloneAuraloader = uploaderClass(
  engineFrom(
    () => compileFrom(fetch(new URL("./standalone-auraloader_bg.wasm", import.meta.url))),
    () => import("previews"),
  ),
  (name) => (texts[name] as () => ReturnType<LoadTexts>)(),
);
