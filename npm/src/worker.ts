// Inside a worker: the first message holds the compiled module; from then on Rust listens. The page's worker starts more of
// the same script for its pool.

import { initSync, run_packer, run_worker } from "glue";
import { scriptUrl } from "./script-url.js";

interface First {
  module: WebAssembly.Module;
  packs?: boolean;
}

addEventListener(
  "message",
  ({ data: { module, packs } }: MessageEvent<First>) => {
    initSync({ module });
    if (packs) return run_packer();
    run_worker(() => {
      // Firefox at times stands still for good where a worker starts one: there the engine deflates by itself.
      if (navigator.userAgent.includes("Firefox/")) throw new Error("no workers in workers");
      const worker = new Worker(scriptUrl(location.href));
      worker.postMessage({ module, packs: true } satisfies First);
      return worker;
    }, navigator.hardwareConcurrency || 1);
  },
  { once: true },
);
