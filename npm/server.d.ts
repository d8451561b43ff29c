/**
 * Signs requests to the Aura API by AURA-HMAC-SHA256. For servers only: the secret must never reach a browser.
 *
 * @example
 * const signer = new HmacSigner(process.env.AURA_APP_ID, process.env.AURA_APP_SECRET);
 * const config = { method: "POST", url: "/auth/exchange", baseURL: "https://aura.example/api", headers: {}, data: {} };
 * await signer.sign(config);
 * await fetch(config.baseURL + config.url, { ...config, body: JSON.stringify(config.data) });
 */
export class HmacSigner {
  /**
   * @param appId The app's id, which `Authorization` names.
   * @param appSecret The app's secret; nothing of the signer shows it.
   * @throws TypeError if one is missing (`appSecret is required`), is no string, or the id can't stand in a header.
   */
  constructor(appId: string | undefined, appSecret: string | undefined);

  /**
   * Signs a request as it is now, at the present time and with a new nonce. Sets in `config.headers`, which is made if
   * there is none: `X-Aura-Timestamp`, `X-Aura-Nonce`, `Authorization`, `Host` (from `url` or `baseURL`) where it is
   * absent, and `Content-Type: application/json` where a POST, PUT or PATCH has a body without a type. Nothing else is
   * changed, and a request that can't be signed is left as it was. A signature is good once and for five minutes.
   *
   * @returns The same object, so that `axios.interceptors.request.use((config) => signer.sign(config))` works.
   *
   * Rejects with a TypeError that names what is missing or can't be signed, e.g. `config.url is required`.
   */
  sign<Config extends RequestConfig>(config: Config): Promise<Config>;
}

/** The parts of axios' request config that a signature covers. */
export interface RequestConfig {
  /** Required, in any case. */
  method?: string | undefined;
  /** Required. A path that is appended to that of `baseURL`, with or without a query, or an absolute URL. */
  url?: string | undefined;
  /** E.g. `https://aura.example/api`. */
  baseURL?: string | undefined;
  /**
   * Further query pairs: strings, numbers and booleans; null and undefined are left out. They are signed as
   * `encodeURIComponent` writes them; axios does the same with `paramsSerializer: { encode: encodeURIComponent }`.
   */
  params?: unknown;
  /** A plain object, `Headers` or `AxiosHeaders`. */
  headers?: object | undefined;
  /**
   * The body. A string or bytes are signed as they are; anything else as `JSON.stringify` writes it, so send exactly
   * `JSON.stringify(config.data)`, which axios does by itself. Forms, blobs and streams can't be signed.
   */
  data?: unknown;
}

/**
 * AuraImage's upload tokens: the limits of an upload, signed.
 *
 * @example
 * const aura = new AuraImage({ secretKey: process.env.AURA_SECRET_KEY });
 * const signature = aura.signUpload({
 *   slug: "clinic",
 *   maxSize: "500mb",
 *   allowedTypes: ["application/zip"],
 *   expires: Date.now() + 3_600_000,
 * });
 */
export class AuraImage {
  /** @throws TypeError if the key is missing. */
  constructor(options: { secretKey: string | undefined });

  /** {@link signUpload} with this key. */
  signUpload(upload: UploadLimits): string;
}

/**
 * A token, opaque to its bearer, for uploads within these limits; sent as `X-Aura-Signature`.
 *
 * @throws TypeError that names what is missing or can't be signed.
 */
export function signUpload(upload: UploadLimits, secretKey: string | undefined): string;

/** What an upload may be. */
export interface UploadLimits {
  /** The account that uploads. */
  slug: string;
  /** Bytes, or text as `5mb` (kb, mb, gb, tb and pb count by 1024). */
  maxSize: string | number;
  /** Media types that the file's first bytes may show, e.g. `application/zip`, `application/dicom`, `image/*`. */
  allowedTypes: string[];
  /** The last good moment: Unix milliseconds, or a date. */
  expires: number | string | Date;
}

/**
 * Uploadcare's secure uploads: an expiry and its HMAC-SHA256. As `@uploadcare/signed-uploads` does it, but that a time
 * that is none is refused.
 *
 * @param options `expire`: a date, or Unix milliseconds; else `lifetime`: milliseconds from now.
 * @throws TypeError that names what is missing or can't be signed.
 */
export function generateSecureSignature(
  secret: string | undefined,
  options: { expire: number | string | Date } | { lifetime: number },
): SecureSignature;

/** What the widget's options of the same names take. */
export interface SecureSignature {
  /** Hexadecimal, lower case. */
  secureSignature: string;
  /** Unix seconds as text. */
  secureExpire: string;
}

/**
 * ImageKit's upload tokens: a JWT (HS256, `kid` the public key) that carries the parameters of one upload.
 *
 * @throws TypeError that names what is missing or can't be signed.
 */
export function signUploadJwt(request: UploadJwtRequest, privateKey: string | undefined): { token: string };

/** The upload for which a token is made. */
export interface UploadJwtRequest {
  /** Every parameter that the upload will send, save `file` and `token`. */
  uploadPayload: Record<string, string>;
  /** How long the token lives, in seconds: 1 to 3599. */
  expire: number;
  /** Names the key pair. */
  publicKey: string | undefined;
}
