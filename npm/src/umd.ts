// Entry for script tags, CommonJS and AMD: everything is inside this one file.

import base64 from "embedded-wasm";
import { compileEmbedded } from "./embedded.js";
import { engineFrom } from "./engine.js";
import { uploaderClass } from "./uploader.js";

export const StandaloneAuraloader = uploaderClass(engineFrom(() => compileEmbedded(base64)));
