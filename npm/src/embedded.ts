// The WebAssembly inside the script: gzip in base64, unpacked and compiled in one stream.

import { compileFrom } from "./compile.js";

/** Compiles what build.mjs embedded. */
export function compileEmbedded(base64: string): Promise<WebAssembly.Module> {
  const packed = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return compileFrom(new Response(stream, { headers: { "content-type": "application/wasm" } }));
}
