// Our gate in front of another tus server.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "./folders.mjs";
import { startProgram } from "./program.mjs";

/** A file of keys for `--keys`: by name, the secrets. Ends with the test. */
export async function keysFile(test, keys) {
  const path = join(await temporaryFolder(test), "keys");
  const lines = Object.entries(keys).map(([name, secret]) => `${name} ${secret}\n`);
  await writeFile(path, lines.join(""), { mode: 0o600 });
  return path;
}

/** Puts a gate in front of a tus endpoint; gives the endpoint that clients use. Ends with the test. */
export async function startGate(test, upstream, args) {
  const data = await temporaryFolder(test);
  const { port, log } = await startProgram(test, ["gate", "--upstream", upstream, "--data", data, ...args]);
  return { endpoint: `http://127.0.0.1:${port}${new URL(upstream).pathname}`, log };
}
