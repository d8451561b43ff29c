// ImageKit's upload tokens.

import type { signUploadJwt as PublicFunction } from "../../server.js";
import { isPlainObject, object, text } from "./check.js";
import { signing } from "./wasm.js";

export const signUploadJwt: typeof PublicFunction = (request, privateKey) => {
  object(request, "request");
  const { uploadPayload, expire } = request;
  if (!isPlainObject(uploadPayload)) throw new TypeError("uploadPayload must be a plain object");
  const payload = Object.entries(uploadPayload).flatMap(([name, value]) => {
    if (typeof value !== "string") throw new TypeError(`uploadPayload.${name} must be a string`);
    return [name, value];
  });
  if (!Number.isSafeInteger(expire)) throw new TypeError("expire must be a whole number of seconds");
  const [publicKey, secret] = [text(request.publicKey, "publicKey"), text(privateKey, "privateKey")];
  const now = BigInt(Math.floor(Date.now() / 1000));
  return { token: signing().sign_upload_jwt(payload, BigInt(expire), publicKey, secret, now) };
};
