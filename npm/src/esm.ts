// Entry for bundlers and `<script type=module>`: the WebAssembly is an asset beside this file.

import { engineFrom } from "./engine.js";
import { compileFrom } from "./compile.js";
import { uploaderClass } from "./uploader.js";

export const StandaloneAuraloader = uploaderClass(
  engineFrom(
    () => compileFrom(fetch(new URL("./standalone-auraloader_bg.wasm", import.meta.url))),
    () => import("previews"),
  ),
);
