// What wasm-bindgen makes of wasm-streams, which leptos brings along and the widget does not use.

/** Whether this export of the module is for its classes. */
export const isUnused = (name) => /^(__wbg_)?intounderlying/.test(name);

/** wasm-bindgen's code without the classes. */
export function withoutUnused(glue) {
  return glue
    .replace(/^export class IntoUnderlying[\s\S]*?^}$/gm, "")
    .replace(/^(if \(Symbol\.dispose\)|const) IntoUnderlying[^;]*;$/gm, "");
}
