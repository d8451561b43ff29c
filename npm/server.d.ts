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
