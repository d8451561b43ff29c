// The signing crate, instantiated at its first use: importing the entry costs nothing.

import * as glue from "signing-glue";
import bytes from "signing-wasm";

let ready = false;

/** The crate's functions and classes. */
export function signing(): typeof glue {
  if (!ready) {
    // At once: it is small, and a backend that starts has the time.
    glue.initSync({ module: bytes });
    ready = true;
  }
  return glue;
}
