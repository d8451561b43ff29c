// Arguments that JavaScript does not check. No message holds a value: it could be a secret.

/** The text itself, if it is one and not empty. */
export function text(value: unknown, name: string): string {
  if (value === undefined || value === null || value === "") throw new TypeError(`${name} is required`);
  if (typeof value !== "string") throw new TypeError(`${name} must be a string`);
  return value;
}

/** What was given as `options`, or whatever it is called. */
export function object(value: unknown, name: string): object {
  if (typeof value !== "object" || value === null) throw new TypeError(`${name} must be an object`);
  return value;
}

/** The point in time in Unix milliseconds, rounded down: of a `Date`, of what `Date` reads, or of a number. */
export function milliseconds(value: unknown, name: string): bigint {
  if (value === undefined || value === null) throw new TypeError(`${name} is required`);
  const known = value instanceof Date || typeof value === "string" || typeof value === "number";
  const time = known ? new Date(value).getTime() : NaN;
  if (Number.isNaN(time)) throw new TypeError(`${name} must be a Date, or milliseconds since 1970`);
  return BigInt(time);
}

/** Whether it was written as `{…}`, in whatever realm. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
