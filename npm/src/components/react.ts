// Entry `./react`.

import { createElement, useEffect, useRef } from "react";
import type { AuraloaderProps } from "../../react.js";
import { open } from "./open.js";

/** The widget as a component of React's. */
export function Auraloader(props: AuraloaderProps) {
  const container = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  // Options count once, as a new object each time it is drawn must not end an upload; StrictMode opens, ends and opens again.
  useEffect(() => {
    if (container.current)
      return open(
        container.current,
        () => latest.current,
        (uploader) => latest.current.onReady?.(uploader),
      );
    return undefined;
  }, []);
  return createElement("div", { ref: container, id: props.id, className: props.className, style: props.style });
}
