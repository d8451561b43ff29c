// What authorises requests, as the Rust side takes it: values with their expiry, and resolvers that give such values.

import type { Options, SignatureRequest } from "../index.js";

/** A value and when it expires, in milliseconds since 1970; `null` if nobody says. */
export interface Grant {
  value: string;
  expires: number | null;
}

/** One credential: what was given beforehand, and who makes new ones. */
export interface Source {
  given: Grant | null;
  resolve: ((request?: SignatureRequest) => Promise<Grant>) | null;
}

/** Everything that authorises; `threshold` in milliseconds. */
export interface Credentials {
  uploadToken: Source;
  signature: Source | null;
  threshold: number;
}

const TEN_MINUTES = 600_000;

/** A resolver's answer is no credential; asking again would not help. The message names what is wrong, not its value. */
export class Incomplete extends Error {
  readonly incomplete = true;
}

/** Reads the credentials of checked options; warns where a static value is given that a resolver makes needless. */
export function credentialsOf(options: Options): Credentials {
  const { uploadTokenResolver, secureUploadsSignatureResolver, secureSignature, debug } = options;
  if (uploadTokenResolver && options.uploadToken) warnOfBoth("uploadToken", "uploadTokenResolver");
  if (secureUploadsSignatureResolver && secureSignature)
    warnOfBoth("secureSignature", "secureUploadsSignatureResolver");
  const resolver = <Request>(
    name: string,
    resolve: ((request: Request) => unknown) | null | undefined,
    read: (answer: unknown) => Grant,
  ) => (resolve ? (request: Request) => resolved(name, async () => read(await resolve(request)), !!debug) : null);
  return {
    uploadToken: {
      given: options.uploadToken ? { value: options.uploadToken, expires: null } : null,
      resolve: resolver("uploadTokenResolver", uploadTokenResolver, uploadToken) as Source["resolve"],
    },
    signature:
      secureSignature || secureUploadsSignatureResolver
        ? {
            given: secureSignature ? signature(options, "the option secureSignature") : null,
            resolve: resolver(
              "secureUploadsSignatureResolver",
              secureUploadsSignatureResolver,
              signature,
            ) as Source["resolve"],
          }
        : null,
    threshold: options.secureUploadsExpireThreshold ?? TEN_MINUTES,
  };
}

function warnOfBoth(given: string, resolver: string): void {
  console.warn(`[auraloader] ${given} is not used, as ${resolver} is given`);
}

async function resolved(name: string, resolve: () => Promise<Grant>, debug: boolean): Promise<Grant> {
  try {
    const grant = await resolve();
    if (debug && grant.expires !== null) {
      console.debug(`[auraloader] ${name} resolved; will expire in ${new Date(grant.expires).toISOString()}`);
    }
    return grant;
  } catch (error) {
    // The host's own error, for the host's own console.
    console.warn(`[auraloader] ${name} failed`, error);
    throw error;
  }
}

function field(answer: unknown, name: string, from: string): unknown {
  if (typeof answer !== "object" || answer === null) throw new Incomplete(`${from} gave nothing`);
  return (answer as Record<string, unknown>)[name];
}

/** `{token, expires_at}`. */
export function uploadToken(answer: unknown, from = "uploadTokenResolver"): Grant {
  const value = field(answer, "token", from);
  if (typeof value !== "string" || value === "") throw new Incomplete(`${from} gave no token`);
  if (!value.startsWith("aubt_")) throw new Incomplete(`${from} gave a token that does not start with 'aubt_'`);
  const at = field(answer, "expires_at", from);
  if (at == null || at === "") throw new Incomplete(`${from} gave no expires_at`);
  const expires = typeof at === "string" ? Date.parse(at) : NaN;
  if (!(expires > 0)) throw new Incomplete(`${from} gave an expires_at that is no date`);
  return { value, expires };
}

/** `{secureSignature, secureExpire}`; a JWT brings its own expiry. */
export function signature(answer: unknown, from = "secureUploadsSignatureResolver"): Grant {
  const value = field(answer, "secureSignature", from);
  if (typeof value !== "string" || value === "") throw new Incomplete(`${from} gave no secureSignature`);
  const given = field(answer, "secureExpire", from);
  const seconds = given == null || given === "" ? expiryOfJwt(value) : given;
  if (seconds === undefined) throw new Incomplete(`${from} gave no secureExpire`);
  const expires = /^\d{1,12}$/.test(String(seconds)) ? Number(seconds) * 1000 : NaN;
  if (!(expires > 0)) throw new Incomplete(`${from} gave a secureExpire that is no UNIX timestamp`);
  return { value, expires };
}

/** `exp` of a JWT's payload (RFC 7519 §4.1.4); nothing is verified here, that is the server's part. */
function expiryOfJwt(value: string): unknown {
  const [, payload, signed] = value.split(".");
  if (!payload || !signed) return undefined;
  try {
    return JSON.parse(atob(payload.replace(/-/g, "+").replace(/_/g, "/"))).exp;
  } catch {
    return undefined;
  }
}
