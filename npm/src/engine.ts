// Loads the WebAssembly once a script and makes widgets and workers of it.

import { init, Widget as RustWidget } from "glue";
import workerScript from "worker-script";
import type { Options } from "../index.js";
import { callbacksOf } from "./callbacks.js";
import { credentialsOf } from "./credentials.js";
import { AuraloaderError } from "./error.js";
import type { Widget } from "./glue.js";
import type { Language } from "./language.js";
import { scriptUrl } from "./script-url.js";

/** Where the compiled module comes from; the one thing in which the builds differ. */
export type Source = () => Promise<WebAssembly.Module>;

/** The loaded WebAssembly. */
export interface Engine {
  /** Makes one widget; it draws nothing before `mount()`. */
  widget(options: Options, container: HTMLElement, language: Language): Widget;
}

/** A loader that compiles and instantiates once, and tries anew after a failure. */
export function engineFrom(source: Source): () => Promise<Engine> {
  let loading: Promise<Engine> | undefined;
  return () =>
    (loading ??= load(source).catch((error: unknown) => {
      loading = undefined;
      const message = error instanceof Error ? error.message : String(error);
      throw new AuraloaderError("load-failed", "init", message, { cause: error });
    }));
}

async function load(source: Source): Promise<Engine> {
  const module = await source();
  await init({ module_or_path: module });
  return {
    widget: (options, container, language) =>
      new RustWidget(
        { ...options, callbacks: callbacksOf(options.callbacks), credentials: credentialsOf(options), language },
        container,
        module,
        () => startWorker(options.workerUrl),
      ),
  };
}

let blobUrl: string | undefined;

/** Kept for the life of the page: revoking it while a browser still fetches the script would lose the worker. */
function startWorker(workerUrl: string | null | undefined): Worker {
  if (workerUrl) return new Worker(scriptUrl(workerUrl));
  blobUrl ??= URL.createObjectURL(new Blob([workerScript], { type: "text/javascript" }));
  return new Worker(scriptUrl(blobUrl));
}
