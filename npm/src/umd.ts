// Entry for script tags, CommonJS and AMD: everything is inside this one file.

import wasmText from "wasm-text";
import { decode } from "./bytes-as-text.mjs";
import { engineFrom } from "./engine.js";
import { uploaderClass } from "./uploader.js";

/** What lies beside this script; known only while it is first run. */
const script = globalThis.document?.currentScript as HTMLScriptElement | null | undefined;

export const StandaloneAuraloader = uploaderClass(
  engineFrom(
    () => WebAssembly.compile(decode(wasmText)),
    () =>
      import(
        /* webpackIgnore: true */ /* @vite-ignore */ new URL("standalone-auraloader.previews.mjs", script?.src).href
      ),
  ),
);
