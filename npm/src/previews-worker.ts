// Inside the previews' worker: the first message is the compiled module, each other one a file to draw.

import { draw, initSync } from "previews-glue";

/** `FILE_LIMIT` of `crates/previews`: of a larger file only its beginning is read. */
const FILE_LIMIT = 64 * 1024 * 1024;

/** A file to draw. */
export interface Job {
  blob: Blob;
  /** It is a raw deflate stream. */
  deflated: boolean;
  /** Pixels a side. */
  size: number;
}

/** A picture, row by row. */
export interface Picture {
  rgba: Uint8ClampedArray<ArrayBuffer>;
  width: number;
}

addEventListener("message", async ({ data }: MessageEvent<WebAssembly.Module | Job>) => {
  try {
    if (data instanceof WebAssembly.Module) {
      initSync({ module: data });
      return;
    }
    const { blob, deflated, size } = data;
    const drawn = draw(new Uint8Array(await blob.slice(0, FILE_LIMIT).arrayBuffer()), deflated, size);
    const picture = drawn && { rgba: new Uint8ClampedArray(drawn.rgba().buffer), width: drawn.width() };
    drawn?.free();
    postMessage(picture satisfies Picture | undefined);
  } catch {
    // A trap leaves the module half done; a file that can't be read is no harm, but rare.
    postMessage("broken");
  }
});
