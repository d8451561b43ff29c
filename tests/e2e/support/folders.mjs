// Temporary folders and what is in them.

import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

/** An empty folder that is removed when the test is over. */
export async function temporaryFolder(test) {
  const folder = await mkdtemp(join(tmpdir(), "auraloader-e2e-"));
  test.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Paths of all files below `folder`, relative to it, sorted. */
export async function filesBelow(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** Hex SHA-256 of bytes. */
export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** `{ path: sha256 }` of all files below `folder`. */
export async function digestsBelow(folder) {
  const paths = await filesBelow(folder);
  return new Map(await Promise.all(paths.map(async (path) => [path, sha256(await readFile(join(folder, path)))])));
}
