// Entry `./element`: defines `<standalone-auraloader>`.

import type { StandaloneAuraloader } from "../../index.js";
import { type Given, open, optionNames } from "./open.js";

const tag = "standalone-auraloader";

/** `apiToken` → `api-token`. */
const attributeOf = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const isOff = (text: string) => text === "false";

/** How attributes are read that hold no text. What has none of these forms is left for the widget to refuse. */
const readers: Record<string, (text: string) => unknown> = {
  secureUploadsExpireThreshold: Number,
  chunkSize: (text) => (text === "auto" ? text : Number(text)),
  resume: (text) => !isOff(text),
  debug: (text) => !isOff(text),
};

/** Objects and functions can't be written as an attribute. */
const onlyProperties = new Set<string>([
  "uploadTokenResolver",
  "secureUploadsSignatureResolver",
  "context",
  "retryDelays",
  "excludeRules",
]);
const attributes = new Map(
  optionNames.filter((name) => !onlyProperties.has(name)).map((name) => [attributeOf(name), name]),
);

/** Where there are no elements, as on a server that renders, the module can be imported all the same. */
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/** The widget as an element; its events are those of the widget's container. */
export class AuraloaderElement extends Base {
  static readonly observedAttributes = [...attributes.keys()];

  /** The widget, from `auraloader:ready` on. */
  uploader: StandaloneAuraloader | undefined;
  readonly #given: Record<string, unknown> = {};
  #end: (() => void) | undefined;

  constructor() {
    super();
    // Set before the element was defined, they would hide the accessors.
    for (const name of [...optionNames, "callbacks"]) {
      if (!Object.hasOwn(this, name)) continue;
      const value = (this as Record<string, unknown>)[name];
      delete (this as Record<string, unknown>)[name];
      this.set(name, value);
    }
  }

  /** @internal What a property is set to. */
  set(name: string, value: unknown): void {
    this.#given[name] = value;
    this.#soon();
  }

  /** @internal */
  get(name: string): unknown {
    return this.#given[name];
  }

  attributeChangedCallback(attribute: string, _: string | null, text: string | null): void {
    const name = attributes.get(attribute);
    if (name) this.set(name, text === null ? undefined : (readers[name]?.(text) ?? text));
  }

  connectedCallback(): void {
    this.#soon();
  }

  disconnectedCallback(): void {
    this.#soon();
  }

  /** With this, `moveBefore()` neither disconnects nor connects. */
  connectedMoveCallback(): void {}

  /** Frameworks set properties one by one, and what is moved is taken out and put in: only what comes of it counts. */
  #soon(): void {
    queueMicrotask(() => {
      if (!this.isConnected) {
        this.#end?.();
        this.#end = this.uploader = undefined;
      } else if (!this.#end && this.#isComplete()) {
        const latest = () => ({ ...this.#given, ...(this.#given.callbacks as object | undefined) }) as Partial<Given>;
        this.#end = open(this, latest, (uploader) => {
          this.uploader = uploader;
          this.dispatchEvent(new CustomEvent("auraloader:ready", { detail: uploader }));
        });
      }
    });
  }

  /** Until all that is required has been given, the widget is not opened: some of it may come later. */
  #isComplete(): boolean {
    const { apiToken, apiBaseUrl, uploadToken, uploadTokenResolver } = this.#given;
    return !!(apiToken && apiBaseUrl && (uploadToken || uploadTokenResolver));
  }
}

for (const name of [...optionNames, "callbacks"]) {
  Object.defineProperty(AuraloaderElement.prototype, name, {
    configurable: true,
    enumerable: true,
    get(this: AuraloaderElement) {
      return this.get(name);
    },
    set(this: AuraloaderElement, value: unknown) {
      this.set(name, value);
    },
  });
}

if (globalThis.customElements && !customElements.get(tag)) customElements.define(tag, AuraloaderElement);
