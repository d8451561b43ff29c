import type { AuraloaderEventMap, Options, StandaloneAuraloader } from "./index.js";

/** What the element tells besides the container's events. */
export interface AuraloaderElementEventMap extends AuraloaderEventMap, HTMLElementEventMap {
  /** The widget is there and can be called. */
  "auraloader:ready": CustomEvent<StandaloneAuraloader>;
}

type ElementOptions = Partial<Omit<Options, "container" | "containerId">>;

/**
 * `<standalone-auraloader>`, which importing this module defines. Every option is a property; those that are text, number
 * or boolean are attributes too (`api-token`, `resume="false"`). The widget opens as soon as the element is in the document
 * and `apiToken`, `apiBaseUrl` and a token or its resolver are given, and is destroyed when the element is taken out.
 * Options are read when it opens; callbacks and resolvers may change at any time.
 *
 * @example
 * <standalone-auraloader api-token="…" api-base-url="https://aura.example/api"></standalone-auraloader>
 */
export interface AuraloaderElement extends ElementOptions {}

export class AuraloaderElement extends HTMLElement {
  /** The widget, from `auraloader:ready` on. */
  readonly uploader: StandaloneAuraloader | undefined;

  addEventListener<Name extends keyof AuraloaderElementEventMap>(
    type: Name,
    listener: (this: AuraloaderElement, event: AuraloaderElementEventMap[Name]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "standalone-auraloader": AuraloaderElement;
  }
}
