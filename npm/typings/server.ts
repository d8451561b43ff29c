// The server entry's typings, as users write against them; only tsc reads this.

import { AuraImage, HmacSigner, generateSecureSignature, signUpload, signUploadJwt } from "../server.js";

declare const environment: Record<string, string | undefined>;

export async function exchange(): Promise<Response> {
  const signer = new HmacSigner(environment.AURA_APP_ID, environment.AURA_APP_SECRET);
  const config = {
    method: "POST",
    url: "/auth/exchange",
    baseURL: "https://aura.example/api",
    headers: { "Content-Type": "application/json", "X-Api-Key": "key" },
    data: { ttl: 3600, scopes: ["upload:init"] },
  };
  await signer.sign(config);
  return fetch(`${config.baseURL}${config.url}`, {
    method: config.method,
    headers: config.headers,
    body: JSON.stringify(config.data),
  });
}

export async function whatComesBack(signer: HmacSigner): Promise<string> {
  const config = await signer.sign({ method: "GET", url: "/", headers: new Headers(), mine: "kept" });
  config.headers.delete("Host");
  return config.mine;
}

// @ts-expect-error both are needed
new HmacSigner("app");
// @ts-expect-error the secret is not for anyone
new HmacSigner("app", "secret").secret;
// @ts-expect-error a URL is text
void new HmacSigner("app", "secret").sign({ method: "GET", url: new URL("https://aura.example") });

export function everyScheme(): string[] {
  const limits = { slug: "clinic", maxSize: "5mb", allowedTypes: ["image/*"], expires: Date.now() + 3_600_000 };
  const aura = new AuraImage({ secretKey: environment.AURA_SECRET_KEY });
  const { secureSignature, secureExpire } = generateSecureSignature(environment.SECRET, { lifetime: 60_000 });
  const request = { uploadPayload: { fileName: "study.zip" }, expire: 400, publicKey: "public" };
  const { token } = signUploadJwt(request, environment.PRIVATE_KEY);
  return [aura.signUpload(limits), signUpload(limits, "key"), secureSignature, secureExpire, token];
}

// @ts-expect-error one of the two is needed
generateSecureSignature("secret", {});
// @ts-expect-error values are text
signUploadJwt({ uploadPayload: { size: 7 }, expire: 400, publicKey: "public" }, "private");
