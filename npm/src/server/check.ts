// Arguments that JavaScript does not check. No message holds a value: it could be a secret.

/** The text itself, if it is one and not empty. */
export function text(value: unknown, name: string): string {
  if (value === undefined || value === null || value === "") throw new TypeError(`${name} is required`);
  if (typeof value !== "string") throw new TypeError(`${name} must be a string`);
  return value;
}

/** Whether it was written as `{…}`, in whatever realm. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
