// The synchronous checks of the options: what the constructor throws, and what it warns about.

import type { Options } from "../index.js";
import { signature } from "./credentials.js";
import { AuraloaderError } from "./error.js";

type Check = (value: unknown, name: string) => string | undefined;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

const string: Check = (value, name) => (typeof value === "string" ? undefined : `${name} must be a string`);

const token: Check = (value, name) =>
  string(value, name) ?? ((value as string).startsWith("aubt_") ? undefined : `${name} must start with 'aubt_'`);

const url: Check = (value, name) => {
  try {
    if (/^https?:$/.test(new URL(value as string).protocol)) return undefined;
  } catch {
    // falls through to the message
  }
  return `${name} must be a valid URL`;
};

const plainObject: Check = (value, name) =>
  isObject(value) && !Array.isArray(value) ? undefined : `${name} must be an object`;

/** It is sent as JSON: what has no JSON form would silently be missing there. */
const json: Check = (value, name) => {
  const wrong = plainObject(value, name);
  if (wrong) return wrong;
  try {
    JSON.stringify(value);
    return undefined;
  } catch {
    return `${name} must be an object that JSON can hold`;
  }
};

const callbacks: Check = (value, name) => {
  const wrong = plainObject(value, name);
  if (wrong) return wrong;
  for (const [key, callback] of Object.entries(value as object)) {
    if (callback != null && typeof callback !== "function") return `${name}.${key} must be a function`;
  }
  return undefined;
};

const chunkSize: Check = (value, name) =>
  value === "auto" || (Number.isSafeInteger(value) && (value as number) > 0)
    ? undefined
    : `${name} must be a whole number of bytes above 0 or 'auto'`;

const delays: Check = (value, name) =>
  Array.isArray(value) && value.every((delay) => Number.isFinite(delay) && delay >= 0)
    ? undefined
    : `${name} must be an array of milliseconds`;

const ruleFields = ["sopClassUid", "modality", "protocolName"];

const rules: Check = (value, name) => {
  if (!Array.isArray(value)) return `${name} must be an array`;
  const sound = value.every((rule) => {
    const fields = isObject(rule) ? Object.entries(rule) : [];
    return fields.length > 0 && fields.every(([key, text]) => ruleFields.includes(key) && typeof text === "string");
  });
  return sound ? undefined : `${name} must hold objects with ${ruleFields.join(", ")}`;
};

const oneOf =
  (...known: string[]): Check =>
  (value, name) =>
    known.includes(value as string)
      ? undefined
      : `${name} must be '${known.join("', '")}'`.replace(/, (?=[^,]*$)/, " or ");

const locale: Check = (value, name) => {
  try {
    if (typeof value === "string" && new Intl.Locale(value)) return undefined;
  } catch {
    // falls through to the message
  }
  return `${name} must be a language tag such as 'de' or 'pt-BR'`;
};

const strings: Check = (value, name) => {
  const wrong = plainObject(value, name);
  if (wrong) return wrong;
  const isText = (text: unknown) => typeof text === "string" || (isObject(text) && typeof text.other === "string");
  const bad = Object.entries(value as object).find(([, text]) => !isText(text));
  return bad && `${name}.${bad[0]} must be a string, or plural forms with 'other'`;
};

const boolean: Check = (value, name) => (typeof value === "boolean" ? undefined : `${name} must be a boolean`);

const element: Check = (value, name) =>
  isObject(value) && value.nodeType === 1 ? undefined : `${name} must be an element`;

const resolver: Check = (value, name) => (typeof value === "function" ? undefined : `${name} must be a function`);

const timestamp: Check = (value, name) =>
  typeof value === "string" && /^\d{1,12}$/.test(value) ? undefined : `${name} must be a string of a UNIX timestamp`;

const milliseconds: Check = (value, name) =>
  Number.isFinite(value) && (value as number) >= 0 ? undefined : `${name} must be a number of milliseconds`;

const required: Record<string, Check> = { apiToken: string, apiBaseUrl: url, uploadToken: token, containerId: string };

/** Which option makes a required one needless; its own check is below. */
const instead: Record<string, string> = { uploadToken: "uploadTokenResolver", containerId: "container" };

const optional: Record<string, Check> = {
  container: element,
  uploadTokenResolver: resolver,
  secureSignature: string,
  secureExpire: timestamp,
  secureUploadsSignatureResolver: resolver,
  secureUploadsExpireThreshold: milliseconds,
  patientId: string,
  context: json,
  callbacks,
  chunkSize,
  archive: oneOf("upload", "study"),
  compression: oneOf("auto", "store", "deflate"),
  resume: boolean,
  retryDelays: delays,
  excludeRules: rules,
  locale,
  strings,
  theme: oneOf("light", "dark", "auto"),
  workerUrl: string,
  previews: boolean,
  debug: boolean,
};

const known = new Set([...Object.keys(required), ...Object.keys(optional)]);
const warned = new Set<string>();

/** Throws for the first option that is missing or malformed; warns once a page about names that nobody reads. */
export function checkOptions(options: unknown): asserts options is Options {
  const given: unknown = options ?? {};
  if (!isObject(given)) return fail("options must be an object");
  for (const [name, check] of Object.entries(required)) {
    const value = given[name];
    const isMissing = value == null || value === "";
    if (isMissing && given[instead[name] ?? ""] != null) continue;
    fail(isMissing ? `${name} is required` : check(value, name));
  }
  for (const [name, check] of Object.entries(optional)) {
    const value = given[name];
    if (value != null) fail(check(value, name));
  }
  // A static signature that nobody can say the end of is refused here, not in mid-upload.
  if (given.secureSignature) {
    try {
      signature(given, "secureSignature");
    } catch (error) {
      fail((error as Error).message);
    }
  }
  const unknown = Object.keys(given).filter((name) => !known.has(name) && !warned.has(name));
  unknown.forEach((name) => warned.add(name));
  if (unknown.length > 0) console.warn(`[auraloader] Unknown options, not used: ${unknown.join(", ")}`);
}

function fail(message: string | undefined): void {
  if (message !== undefined) throw new AuraloaderError("invalid-options", "init", message);
}
