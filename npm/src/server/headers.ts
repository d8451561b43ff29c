// Headers of a config: a plain object, fetch's `Headers` or axios' `AxiosHeaders`, whose names ignore case.

import { isPlainObject } from "./check.js";

/** What `Headers` and `AxiosHeaders` have in common. */
interface Settable extends Iterable<[string, unknown]> {
  set(name: string, value: string): unknown;
}

/** Reads and sets the headers of a config in place. */
export class ConfigHeaders {
  readonly #headers: Record<string, unknown> | Settable;

  /** Those of `config`, which is given an empty object where it has none. */
  constructor(config: { headers?: unknown }) {
    config.headers ??= {};
    const { headers } = config;
    if (!isSettable(headers) && !isPlainObject(headers)) throw new TypeError("config.headers must be an object");
    this.#headers = headers;
  }

  /** Names and values in turn. Like axios, it takes what is null or false for absent. */
  flat(): string[] {
    const entries = isSettable(this.#headers) ? [...this.#headers] : Object.entries(this.#headers);
    return entries.flatMap(([name, value]) =>
      value === undefined || value === null || value === false ? [] : [name, String(value)],
    );
  }

  has(name: string): boolean {
    return this.flat().some((text, index) => index % 2 === 0 && text.toLowerCase() === name);
  }

  /** Takes the place of a header of the same name in any case. */
  set(name: string, value: string): void {
    if (isSettable(this.#headers)) {
      this.#headers.set(name, value);
      return;
    }
    for (const other of Object.keys(this.#headers)) {
      if (other.toLowerCase() === name.toLowerCase()) delete this.#headers[other];
    }
    this.#headers[name] = value;
  }
}

function isSettable(headers: unknown): headers is Settable {
  const some = headers as Partial<Settable> | null | undefined;
  return typeof some?.set === "function" && typeof some[Symbol.iterator] === "function";
}
