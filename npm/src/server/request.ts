// From the parts of an axios-like config to what is signed: exactly what will be sent.

import { isPlainObject } from "./check.js";

/** Query pairs, names and values in turn. */
export function pairsOf(params: unknown): string[] {
  if (params === undefined || params === null) return [];
  // URLSearchParams, for one, would look empty.
  if (!isPlainObject(params)) throw new TypeError("config.params must be a plain object");
  return Object.entries(params).flatMap(([name, value]) => {
    if (value === undefined || value === null) return [];
    if (!["string", "number", "boolean"].includes(typeof value))
      throw new TypeError(`config.params.${name} must be a string, a number or a boolean`);
    return [name, String(value)];
  });
}

/** The body's bytes; none where there is no body. */
export function bytesOf(data: unknown): Uint8Array {
  if (data === undefined || data === null) return new Uint8Array();
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return new TextEncoder().encode(typeof data === "string" ? data : json(data));
}

function json(data: unknown): string {
  const known = typeof data !== "object" || Array.isArray(data) || isPlainObject(data) || hasToJson(data);
  const written = known ? JSON.stringify(data) : undefined;
  // A form, a blob or a stream: what will be sent can't be known here.
  if (written === undefined) throw new TypeError("config.data must be a string, bytes, or what JSON can hold");
  return written;
}

function hasToJson(data: unknown): boolean {
  return typeof (data as { toJSON?: unknown } | null)?.toJSON === "function";
}

/** The authority that the request goes to, where an absolute URL names it. */
export function hostOf(baseUrl: string | undefined, url: string): string | undefined {
  for (const candidate of [url, baseUrl]) {
    if (candidate?.includes("://") && URL.canParse(candidate)) return new URL(candidate).host;
  }
  return undefined;
}
