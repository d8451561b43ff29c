// Inside a worker: the first message holds the compiled module; from then on Rust listens. With a port it is a worker of the
// pool, which takes its jobs from there.

import { initSync, run_packer, run_worker } from "glue";

interface First {
  module: WebAssembly.Module;
  port?: MessagePort;
}

addEventListener(
  "message",
  ({ data: { module, port } }: MessageEvent<First>) => {
    initSync({ module });
    if (port) run_packer(port);
    else run_worker(navigator.hardwareConcurrency || 1);
  },
  { once: true },
);
