// AuraImage's upload tokens.

import type { AuraImage as PublicClass, UploadLimits } from "../../server.js";
import { milliseconds, object, text } from "./check.js";
import { signing } from "./wasm.js";

export class AuraImage implements PublicClass {
  // Private, so that neither inspection nor JSON find it.
  readonly #secretKey: string;

  constructor(options: { secretKey: string | undefined }) {
    object(options, "options");
    this.#secretKey = text(options.secretKey, "secretKey");
  }

  signUpload(upload: UploadLimits): string {
    return signUpload(upload, this.#secretKey);
  }
}

export function signUpload(upload: UploadLimits, secretKey: string | undefined): string {
  object(upload, "upload");
  const { maxSize, allowedTypes } = upload;
  const slug = text(upload.slug, "upload.slug");
  const size = typeof maxSize === "number" ? String(maxSize) : text(maxSize, "upload.maxSize");
  if (!Array.isArray(allowedTypes)) throw new TypeError("upload.allowedTypes must be an array of strings");
  const types = allowedTypes.map((type, index) => text(type, `upload.allowedTypes[${index}]`));
  const expires = milliseconds(upload.expires, "upload.expires");
  return signing().sign_upload(text(secretKey, "secretKey"), slug, size, types, expires);
}
