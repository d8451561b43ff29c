// What wasm-bindgen makes of crates/signing-node, as far as it is used, and the modules that build-server.mjs makes up.

declare module "signing-glue" {
  export function initSync(given: { module: Uint8Array }): unknown;

  /** `crates/signing-node/src/aura.rs` */
  export class AuraSigner {
    constructor(appId: string, appSecret: string);
    sign(
      method: string,
      baseUrl: string | undefined,
      url: string,
      params: string[],
      headers: string[],
      body: Uint8Array,
      timestamp: bigint,
      nonce: string,
    ): string[];
  }
}

/** The WebAssembly's bytes. */
declare module "signing-wasm" {
  const bytes: Uint8Array;
  export default bytes;
}
