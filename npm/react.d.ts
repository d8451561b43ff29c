import type { CSSProperties, ReactElement } from "react";
import type { Callbacks, Options, StandaloneAuraloader } from "./index.js";

/**
 * The options, with the callbacks among them. Options are read when the widget is opened: for other ones give it another
 * `key`. Callbacks and resolvers may change at any time.
 */
export interface AuraloaderProps extends Omit<Options, "container" | "containerId" | "callbacks">, Callbacks {
  /** The widget is there and can be called, e.g. `uploader.addFiles(files)`. */
  onReady?: (uploader: StandaloneAuraloader) => void;
  id?: string;
  className?: string;
  style?: CSSProperties;
}

/**
 * The widget as a component: opened when it is mounted, destroyed when it is unmounted. A widget that can't be opened is
 * told by `onUploadError`.
 *
 * @example
 * <Auraloader apiToken={apiToken} apiBaseUrl={apiBaseUrl} uploadTokenResolver={fetchToken} onUploadComplete={done} />
 */
export function Auraloader(props: AuraloaderProps): ReactElement;
