// What the components have in common: one widget in one element, from when it is there to when it is gone.

import { StandaloneAuraloader } from "standalone-auraloader";
import type { Callbacks, Options } from "../../index.js";
import { callbackNames, forwarded } from "../callbacks.js";

/** What components are given: options, with the callbacks among them, for the element that is the component's own. */
export type Given = Omit<Options, "container" | "containerId" | "callbacks"> & Callbacks;

/** Every option that a component takes; the compiler says if one is missing. */
const optionNames = Object.keys({
  apiToken: 0,
  archive: 0,
  apiBaseUrl: 0,
  uploadToken: 0,
  uploadTokenResolver: 0,
  secureSignature: 0,
  secureExpire: 0,
  secureUploadsSignatureResolver: 0,
  secureUploadsExpireThreshold: 0,
  patientId: 0,
  context: 0,
  chunkSize: 0,
  compression: 0,
  resume: 0,
  retryDelays: 0,
  excludeRules: 0,
  locale: 0,
  strings: 0,
  theme: 0,
  previews: 0,
  workerUrl: 0,
  debug: 0,
} satisfies Record<keyof Omit<Given, keyof Callbacks>, 0>) as (keyof Given)[];

const resolverNames = ["uploadTokenResolver", "secureUploadsSignatureResolver"] as const;

/**
 * Opens a widget in `container`; the function returned ends it. Options are read once, callbacks and resolvers at each
 * call. A widget that can't be opened is told as an upload error, as nobody awaits it.
 */
export function open(
  container: HTMLElement,
  latest: () => Partial<Given>,
  ready: (uploader: StandaloneAuraloader) => void,
): () => void {
  let isOpen = true;
  let uploader: StandaloneAuraloader | undefined;
  const given = latest();
  const options: Record<string, unknown> = Object.fromEntries(optionNames.map((name) => [name, given[name]]));
  for (const name of resolverNames) {
    if (given[name]) options[name] = (request: never) => latest()[name]?.(request) ?? null;
  }
  const callbacks = forwarded(latest);

  const start = async () => {
    uploader = new StandaloneAuraloader({ ...(options as Partial<Options> as Options), container, callbacks });
    await uploader.init();
    await uploader.mount();
    if (isOpen) ready(uploader);
  };
  start().catch((error: unknown) => {
    if (!isOpen) return;
    console.error("[auraloader] The widget could not be opened", error);
    container.dispatchEvent(new CustomEvent("auraloader:error", { detail: error }));
    callbacks.onUploadError?.(error as never);
  });
  return () => {
    isOpen = false;
    uploader?.destroy();
  };
}

export { callbackNames, optionNames };
