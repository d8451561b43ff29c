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

  /** `crates/signing-node/src/auraimage.rs` */
  export function sign_upload(
    secret: string,
    slug: string,
    maxSize: string,
    allowedTypes: string[],
    expires: bigint,
  ): string;

  /** `crates/signing-node/src/uploadcare.rs` */
  export function generate_secure_signature(secret: string, expire: bigint): string[];

  /** `crates/signing-node/src/imagekit.rs` */
  export function sign_upload_jwt(
    uploadPayload: string[],
    expire: bigint,
    publicKey: string,
    privateKey: string,
    now: bigint,
  ): string;
}

/** The WebAssembly's bytes. */
declare module "signing-wasm" {
  const bytes: Uint8Array;
  export default bytes;
}
