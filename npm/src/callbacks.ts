// What the Rust side calls: the host's callbacks as they are at that time.

import type { Callbacks } from "../index.js";
import { typed } from "./error.js";

/** Every callback, and so every event. */
export const callbackNames = [
  "onStudiesFound",
  "onStateChange",
  "onUploadComplete",
  "onUploadError",
  "onUploadCancel",
  "onProgress",
  "onFilesRejected",
] as const satisfies (keyof Callbacks)[];

type Callback = (...given: unknown[]) => void;

/** Calls go to what `host` gives then, with itself as `this`. */
export function forwarded(host: () => object | null | undefined): Callbacks {
  const call =
    (name: string) =>
    (...given: unknown[]) => {
      const callbacks = host() as Record<string, Callback | null | undefined> | null | undefined;
      callbacks?.[name]?.(...given);
    };
  return Object.fromEntries(callbackNames.map((name) => [name, call(name)]));
}

/** The host's callbacks, which get errors with codes. The event that follows the callback has the same error. */
export function callbacksOf(callbacks: Callbacks | null | undefined): Callbacks {
  const host = forwarded(() => callbacks);
  return { ...host, onUploadError: (error) => host.onUploadError?.(typed(error, "upload")) };
}
