// Loads the WebAssembly once a script and makes widgets and workers of it.

import { initSync, Widget as RustWidget } from "glue";
import workerScript from "worker-script";
import type { Options, StudyInfo } from "../index.js";
import { callbacksOf } from "./callbacks.js";
import { credentialsOf } from "./credentials.js";
import { AuraloaderError } from "./error.js";
import type { Widget } from "./glue.js";
import { handles } from "./handles.js";
import type { Language } from "./language.js";
import type { showPreviews } from "./previews.js";
import { scriptUrl } from "./script-url.js";

/** Where the compiled module comes from; the one thing in which the builds differ. */
export type Source = () => Promise<WebAssembly.Module>;

/** Loads what draws pictures on cards; a file of its own in all builds. */
export type Previews = () => Promise<{ showPreviews: typeof showPreviews }>;

/** The loaded WebAssembly. */
export interface Engine {
  /** Makes one widget; it draws nothing before `mount()`. */
  widget(options: Options, container: HTMLElement, language: Language): Widget;
  /** Has pictures drawn once a study has been found, until `ended`. */
  preview(widget: Widget, options: Options, container: HTMLElement, ended: AbortSignal): void;
}

/** A loader that compiles and instantiates once, and tries anew after a failure. */
export function engineFrom(source: Source, previews: Previews): () => Promise<Engine> {
  let loading: Promise<Engine> | undefined;
  return () =>
    (loading ??= load(source, previews).catch((error: unknown) => {
      loading = undefined;
      const message = error instanceof Error ? error.message : String(error);
      throw new AuraloaderError("load-failed", "init", message, { cause: error });
    }));
}

async function load(source: Source, previews: Previews): Promise<Engine> {
  const module = await source();
  initSync({ module });
  return {
    widget: (options, container, language) =>
      new RustWidget(
        {
          ...options,
          callbacks: callbacksOf(options.callbacks),
          credentials: credentialsOf(options),
          handles,
          language,
        },
        container,
        module,
        () => startWorker(options.workerUrl),
      ),
    preview: (widget, options, container, signal) => {
      const start = async ({ detail }: Event & { detail?: StudyInfo[] }) => {
        try {
          const { showPreviews } = await previews();
          if (signal.aborted) return;
          const { port1, port2 } = new MessageChannel();
          widget.pictures(port1);
          await showPreviews(container, port2, detail ?? [], options.workerUrl, signal, scriptUrl);
        } catch (error) {
          if (options.debug) console.warn("[auraloader] There are no previews", error);
        }
      };
      container.addEventListener("auraloader:studies", start, { once: true, signal });
    },
  };
}

let blobUrl: string | undefined;

/** Kept for the life of the page: revoking it while a browser still fetches the script would lose the worker. */
function startWorker(workerUrl: string | null | undefined): Worker {
  if (workerUrl) return new Worker(scriptUrl(workerUrl));
  blobUrl ??= URL.createObjectURL(new Blob([workerScript], { type: "text/javascript" }));
  return new Worker(scriptUrl(blobUrl));
}
