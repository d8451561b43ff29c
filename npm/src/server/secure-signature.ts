// Uploadcare's secure uploads.

import type { generateSecureSignature as PublicFunction, SecureSignature } from "../../server.js";
import { milliseconds, object, text } from "./check.js";
import { signing } from "./wasm.js";

export const generateSecureSignature: typeof PublicFunction = (secret, options): SecureSignature => {
  const key = text(secret, "secret");
  object(options, "options");
  const signed = signing().generate_secure_signature(key, expiryOf(options));
  const [secureSignature = "", secureExpire = ""] = signed;
  return { secureSignature, secureExpire };
};

function expiryOf(options: { expire?: unknown; lifetime?: unknown }): bigint {
  if (options.expire !== undefined) return milliseconds(options.expire, "options.expire");
  const { lifetime } = options;
  if (lifetime === undefined) throw new TypeError("options.expire or options.lifetime is required");
  if (typeof lifetime !== "number") throw new TypeError("options.lifetime must be a number of milliseconds");
  return milliseconds(Date.now() + lifetime, "options.lifetime");
}
