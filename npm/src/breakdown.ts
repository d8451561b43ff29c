// What leaves the module as an exception has left it half done: a trap, mostly, which is what a panic comes to.

/** The module's exports; after one has thrown, `tell` is called, from a fresh call of the browser's. */
export function telling(exports: WebAssembly.Exports, tell: () => void): WebAssembly.Exports {
  let told = false;
  const call = (work: () => unknown): unknown => {
    try {
      return work();
    } catch (error) {
      // Telling can break down as well; it is not tried for ever.
      if (!told) {
        told = true;
        setTimeout(() => {
          tell();
          told = false;
        });
      }
      throw error;
    }
  };
  const wrapped = Object.entries(exports).map(([name, value]) => [
    name,
    typeof value === "function" ? (...given: unknown[]) => call(() => value(...given)) : value,
  ]);
  return Object.fromEntries(wrapped) as WebAssembly.Exports;
}
