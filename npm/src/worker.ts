// Inside the worker: the page's first message holds the compiled module; from then on Rust listens.

import { initSync, run_worker } from "glue";

addEventListener(
  "message",
  (event: MessageEvent<{ module: WebAssembly.Module }>) => {
    initSync({ module: event.data.module });
    run_worker();
  },
  { once: true },
);
