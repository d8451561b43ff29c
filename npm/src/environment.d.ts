// Modules that build.mjs makes up.

declare module "glue" {
  type Glue = import("./glue.js").Glue;
  export const init: Glue["default"];
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

/** The WebAssembly as `bytes-as-text.mjs` writes it. */
declare module "wasm-text" {
  const text: string;
  export default text;
}
