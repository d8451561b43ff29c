// Entry for script tags, CommonJS and AMD: everything is inside this one file.

import wasmText from "wasm-text";
import { decode } from "./bytes-as-text.mjs";
import { engineFrom } from "./engine.js";
import { uploaderClass } from "./uploader.js";

export { AuraloaderError } from "./error.js";
export const StandaloneAuraloader = uploaderClass(engineFrom(() => WebAssembly.compile(decode(wasmText))));
