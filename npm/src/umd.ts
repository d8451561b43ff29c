// Entry for script tags, CommonJS and AMD: everything is inside this one file.

import wasmText from "wasm-text";
import { decode } from "./bytes-as-text.mjs";
import { engineFrom } from "./engine.js";
import { uploaderClass } from "./uploader.js";

export { AuraloaderError } from "./error.js";
/** Where this script lies; nobody knows where a bundler has put it. */
const here = (globalThis.document?.currentScript as HTMLScriptElement | null)?.src;
const beside = (file: string) => import(/* webpackIgnore: true */ /* @vite-ignore */ new URL(file, here).href);

export const StandaloneAuraloader = uploaderClass(
  engineFrom(
    () => WebAssembly.compile(decode(wasmText)),
    async () => beside("standalone-auraloader.previews.mjs"),
  ),
  (name) => beside(`locales/${name}.mjs`),
);
