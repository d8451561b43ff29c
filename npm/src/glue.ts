// What wasm-bindgen exports for us; `glue` is resolved to its output by build.mjs. No part of the public typings.

import type { Options } from "../index.js";
import type { Credentials } from "./credentials.js";
import type { handles } from "./handles.js";
import type { Language } from "./language.js";

/** One widget on the Rust side. */
export interface Widget {
  init(): Promise<void>;
  mount(): void;
  addFiles(files: File[] | FileList | DataTransfer): Promise<void>;
  upload(): Promise<void>;
  pause(): void;
  resume(): void;
  cancel(): Promise<void>;
  reset(): Promise<void>;
  removeStudy(uid: string): Promise<void>;
  /** Answers on `port`: to a Study Instance UID with {@link PictureFile}. */
  pictures(port: MessagePort): void;
  destroy(): void;
}

/** The file by which a study is shown, and whether it is a raw deflate stream; nothing if there is none. */
export type PictureFile = [Blob, boolean] | undefined;

/** The module's exports once it is instantiated. */
export interface Glue {
  initSync(input: { module: WebAssembly.Module }): unknown;
  run_worker(processors: number): void;
  run_packer(port: MessagePort): void;
  Widget: new (
    options: Options & { credentials: Credentials; handles: typeof handles; language: Language },
    container: HTMLElement,
    module: WebAssembly.Module,
    startWorker: (() => Worker) | undefined,
  ) => Widget;
}
