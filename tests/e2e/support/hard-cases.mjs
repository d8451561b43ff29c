// Files of every kind that the indexing contract speaks of, and what is expected of each: made for the command line's
// tests, so that the widget is held to the same.

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { temporaryFolder } from "./folders.mjs";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../../..");
const script = join(root, "crates/cli/tests/python/hard_cases.py");
const pydicom = process.env.PYDICOM_DIR ?? join(root, "target/pydicom");

/**
 * `{ folder, accepted, leftOut, studies }`; the first two as `Map(path → { reason, warnings, sha256, … })`, where the
 * digest is that of the bytes to be sent: of an entry of an archive, unpacked.
 */
export async function hardCases(test) {
  const target = await temporaryFolder(test);
  await run("python3", [script, target], {
    env: { ...process.env, PYTHONPATH: pydicom, PYTHONDONTWRITEBYTECODE: "1" },
  });
  const { files, studies } = JSON.parse(await readFile(join(target, "expected.json"), "utf8"));
  const by = (status) => new Map(files.filter((file) => file.status === status).map((file) => [file.path, file]));
  return { folder: join(target, "files"), accepted: by("accepted"), leftOut: by("left-out"), studies };
}
