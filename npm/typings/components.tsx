// The components' typings, as users write against them; only tsc reads this.

import { createElement } from "react";
import { h } from "vue";
import "../element.js";
import { AuraloaderError, type StandaloneAuraloader, type UploadResult } from "../index.js";
import { Auraloader as ReactAuraloader } from "../react.js";
import { Auraloader as VueAuraloader } from "../vue.js";

const given = { apiToken: "key", apiBaseUrl: "https://aura.example/api" };
const uploadTokenResolver = async () => ({ token: "aubt_0", expires_at: "2026-11-22T12:00:00Z" });
const onUploadComplete = (result: UploadResult): string => result.uploadId;
const onReady = (uploader: StandaloneAuraloader): Promise<void> => uploader.addFiles([]);

export const react = (
  <ReactAuraloader
    {...given}
    {...{ uploadTokenResolver, onUploadComplete, onReady }}
    chunkSize="auto"
    className="uploader"
    style={{ minHeight: 300 }}
    onUploadError={(error) => (error instanceof AuraloaderError && error.code === "unauthorised" ? error.message : "")}
  />
);

// @ts-expect-error the component has its own element
export const misplaced = createElement(ReactAuraloader, { ...given, containerId: "elsewhere" });

// @ts-expect-error there is no such option
export const misspelt = <ReactAuraloader {...given} apiKey="key" />;

export const vue = h(VueAuraloader, { ...given, uploadTokenResolver, onUploadComplete, onReady, resume: false });

export function element(): void {
  const made = document.createElement("standalone-auraloader");
  Object.assign(made, given);
  made.uploadTokenResolver = uploadTokenResolver;
  made.addEventListener("auraloader:complete", ({ detail }) => detail.studies.map(({ id }) => id));
  made.addEventListener("auraloader:ready", ({ detail }) => detail.pause());
  made.addEventListener("click", (event) => event.clientX);
  // @ts-expect-error a URL is a string
  made.apiBaseUrl = 7;
}
