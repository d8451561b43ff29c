// AURA-HMAC-SHA256.

import type { AuraSigner } from "signing-glue";
import type { HmacSigner as PublicClass, RequestConfig } from "../../server.js";
import { object, text } from "./check.js";
import { ConfigHeaders } from "./headers.js";
import { bytesOf, hostOf, pairsOf } from "./request.js";
import { signing } from "./wasm.js";

export class HmacSigner implements PublicClass {
  // Keeps the secret in the WebAssembly's memory, where neither inspection nor JSON find it.
  readonly #signer: AuraSigner;

  constructor(appId: string, appSecret: string) {
    const [id, secret] = [text(appId, "appId"), text(appSecret, "appSecret")];
    this.#signer = new (signing().AuraSigner)(id, secret);
  }

  async sign<Config extends RequestConfig>(config: Config): Promise<Config> {
    object(config, "config");
    const method = text(config.method, "config.method");
    const url = text(config.url, "config.url");
    const base = config.baseURL ? text(config.baseURL, "config.baseURL") : undefined;
    const [params, body] = [pairsOf(config.params), bytesOf(config.data)];

    const headers = new ConfigHeaders(config);
    const host = headers.has("host") ? undefined : hostOf(base, url);
    const toSign = host ? [...headers.flat(), "Host", host] : headers.flat();
    const now = BigInt(Math.floor(Date.now() / 1000));
    const added = this.#signer.sign(method, base, url, params, toSign, body, now, crypto.randomUUID());

    // Only now: what can't be signed is left as it was.
    if (host) headers.set("Host", host);
    for (let at = 0; at + 1 < added.length; at += 2) headers.set(added[at] ?? "", added[at + 1] ?? "");
    return config;
  }
}
