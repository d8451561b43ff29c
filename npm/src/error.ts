// The one class of errors that hosts get, with codes to branch on: texts may be reworded, codes not.

import type { ErrorCode, AuraloaderError as PublicError } from "../index.js";

type Context = PublicError["context"];

/** Also the prototype that `typed` gives to what Rust made: its instances are never constructed here. */
export class AuraloaderError extends Error implements PublicError {
  declare readonly name: "AuraloaderError";
  declare readonly context: Context;
  declare readonly statusCode?: number;
  /** Not on the prototype: it is to be seen in a console, and to survive a copy of the own fields. */
  declare readonly code: ErrorCode;

  constructor(code: ErrorCode, context: Context, message: string, options?: ErrorOptions) {
    super(message, options);
    Object.assign(this, { name: "AuraloaderError", code, context });
  }
}

/** An error of the Rust side's becomes an `AuraloaderError` in place, as callback and event tell the same object; any other
 * becomes the cause of one. */
export function typed(error: unknown, context: Context): AuraloaderError {
  if (error instanceof AuraloaderError) return error;
  if (!(error instanceof Error) || Object.getPrototypeOf(error) !== Error.prototype) {
    const message = error instanceof Error ? error.message : String(error);
    return new AuraloaderError(`${context}-failed`, context, message, { cause: error });
  }
  const made = error as Error & { context?: Context; statusCode?: number };
  made.context ??= context;
  const code: ErrorCode =
    made.statusCode === 401 || made.statusCode === 403 ? "unauthorised" : `${made.context}-failed`;
  return Object.assign(Object.setPrototypeOf(made, AuraloaderError.prototype), { name: "AuraloaderError", code });
}
