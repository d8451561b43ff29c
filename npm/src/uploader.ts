// The public class: checks, the order of calls, and the end of life. All else is the Rust widget's.

import type { AuraloaderError as PublicError, Options, StandaloneAuraloader as PublicClass } from "../index.js";
import type { Engine } from "./engine.js";
import { AuraloaderError, typed } from "./error.js";
import type { Widget } from "./glue.js";
import { languageOf, type LoadTexts } from "./language.js";
import { checkOptions } from "./options.js";

/** Widgets that are neither destroyed nor failed. A page may forget its uploader once it is mounted: without this, what is
 * shown would be freed with it by wasm-bindgen when the browser next tidies up. */
const living = new Set<Widget>();

/** The class, bound to the way its build loads the WebAssembly and the texts of other languages. */
export function uploaderClass(load: () => Promise<Engine>, loadTexts: LoadTexts): typeof PublicClass {
  return class StandaloneAuraloader {
    readonly #options: Options;
    #widget: Widget | undefined;
    #initialising: Promise<void> | undefined;
    #previews: AbortController | undefined;
    #ready = false;
    #mounted = false;
    #destroyed = false;
    #end: () => void = () => {};
    readonly #ended = new Promise<void>((resolve) => (this.#end = resolve));

    constructor(options: Options) {
      checkOptions(options);
      this.#options = { ...options };
    }

    async init(): Promise<void> {
      if (this.#destroyed) return;
      if (this.#initialising) {
        console.warn("[auraloader] init() was called before; this call does nothing");
        return this.#untilEnd(this.#initialising, "init");
      }
      this.#initialising = this.#load();
      try {
        await this.#untilEnd(this.#initialising, "init");
      } catch (error) {
        this.#release();
        throw error;
      }
    }

    async mount(): Promise<void> {
      if (this.#destroyed) return;
      const widget = this.#initialised("mount");
      if (this.#mounted) {
        console.warn("[auraloader] mount() was called before; this call does nothing");
        return;
      }
      try {
        widget.mount();
      } catch (error) {
        throw typed(error, "init");
      }
      this.#mounted = true;
    }

    async addFiles(files: File[] | FileList | DataTransfer): Promise<void> {
      if (!this.#destroyed) await this.#untilEnd(this.#initialised("addFiles").addFiles(files), "files");
    }

    async upload(): Promise<void> {
      if (!this.#destroyed) await this.#untilEnd(this.#initialised("upload").upload(), "upload");
    }

    pause(): void {
      this.#running?.pause();
    }

    resume(): void {
      this.#running?.resume();
    }

    async cancel(): Promise<void> {
      await this.#untilEnd(this.#running?.cancel(), "upload");
    }

    async reset(): Promise<void> {
      await this.#untilEnd(this.#running?.reset(), "upload");
    }

    async removeStudy(studyUid: string): Promise<void> {
      await this.#untilEnd(this.#running?.removeStudy(studyUid), "upload");
    }

    destroy(): void {
      if (this.#destroyed) return;
      this.#destroyed = true;
      this.#release();
      this.#end();
    }

    /** The widget once `init()` has finished; before that there is nothing to pause, cancel, or reset. */
    get #running(): Widget | undefined {
      return this.#ready ? this.#widget : undefined;
    }

    #initialised(method: string): Widget {
      if (this.#running) return this.#running;
      const message = `${method}() was called before init() finished; await init() first`;
      throw new AuraloaderError("not-initialised", "init", message);
    }

    async #load(): Promise<void> {
      const { containerId } = this.#options;
      const container = this.#options.container ?? document.getElementById(containerId ?? "");
      if (!container) {
        const message = `Container element with id "${containerId}" not found in DOM`;
        throw new AuraloaderError("container-not-found", "init", message);
      }
      const [engine, language] = await Promise.all([load(), languageOf(this.#options, container, loadTexts)]);
      if (this.#destroyed) return;
      const widget = engine.widget(this.#options, container, language);
      this.#widget = widget;
      living.add(widget);
      if (this.#options.previews ?? true) {
        this.#previews = new AbortController();
        engine.preview(widget, this.#options, container, this.#previews.signal);
      }
      await this.#widget.init();
      this.#ready = true;
    }

    /** What was begun is not waited for once the widget is destroyed: the host's own `await` goes on. */
    async #untilEnd(work: Promise<void> | undefined, context: PublicError["context"]): Promise<void> {
      try {
        await Promise.race([work, this.#ended]);
      } catch (error) {
        throw typed(error, context);
      }
    }

    /** wasm-bindgen frees the emptied object when it is collected: an async call may still borrow it now. */
    #release(): void {
      const widget = this.#widget;
      this.#widget = undefined;
      this.#initialising = undefined;
      this.#ready = false;
      this.#previews?.abort();
      if (!widget) return;
      living.delete(widget);
      widget.destroy();
    }
  };
}
