// Modules that build.mjs makes up.

declare module "glue" {
  type Glue = import("./glue.js").Glue;
  export const initSync: Glue["initSync"];
  export const run_packer: Glue["run_packer"];
  export const run_worker: Glue["run_worker"];
  export const Widget: Glue["Widget"];
}

/** Texts that build.mjs makes of `locales/`. */
declare module "*.mjs" {
  const texts: string;
  export default texts;
}

/** The bundled `worker.ts` as text. */
declare module "worker-script" {
  const text: string;
  export default text;
}

/** The glue of the previews' own module. */
declare module "previews-glue" {
  type Drawn = { rgba(): Uint8Array<ArrayBuffer>; width(): number; free(): void };
  export function initSync(input: { module: WebAssembly.Module }): unknown;
  export function draw(file: Uint8Array, deflated: boolean, size: number): Drawn | undefined;
}

/** The bundled `previews-worker.ts` as text. */
declare module "previews-worker-script" {
  const text: string;
  export default text;
}

/** `previews.ts` as the file of its own that it is in the package. */
declare module "previews" {
  export const showPreviews: typeof import("./previews.js").showPreviews;
}

/** The WebAssembly as `bytes-as-text.mjs` writes it. */
declare module "wasm-text" {
  const text: string;
  export default text;
}
