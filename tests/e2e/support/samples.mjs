// The folders that the tests upload, and what a reader that is not ours says of them.

import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { digestsBelow, temporaryFolder } from "./folders.mjs";

const run = promisify(execFile);
const pydicom = process.env.PYDICOM_DIR ?? join(import.meta.dirname, "../../../target/pydicom");
const backend = process.env.AURA_BACKEND ?? join(import.meta.dirname, "../../../target/debug/aura-backend");
const python = (script, ...given) =>
  run("python3", [join(import.meta.dirname, script), ...given], {
    env: { ...process.env, PYTHONPATH: pydicom },
    maxBuffer: 1 << 24,
  });

/** pydicom's public test files: a hundred odd ones, and files that are no DICOM at all. */
export const publicFiles = join(pydicom, "pydicom/data/test_files");

/** A synthetic CT whose main series has `slices` slices of `size` × `size` pixels; always the same study. */
export async function phantom(test, slices, size = 256) {
  const folder = join(await temporaryFolder(test), "phantom");
  await run(backend, ["phantom", "--slices", String(slices), "--size", String(size), folder]);
  return folder;
}

/** A small study that has something to be warned of, in a new folder at this path. */
export async function mixedStudy(folder) {
  await mkdir(folder);
  await python("mixed.py", folder);
}

/** Files whose every text tries to break out. */
export async function hostileFiles(test) {
  const folder = join(await temporaryFolder(test), "hostile");
  await mkdir(folder);
  await python("hostile.py", folder);
  return folder;
}

/** `Map(path → { sha256, study })` of the files that should be sent: DICOM, no index of a disc, each once. */
export async function expected(folder) {
  const digests = await digestsBelow(folder);
  const { stdout } = await python("identify.py", folder);
  const sent = new Map();
  const seen = new Set();
  for (const { path, sop_class, ...uids } of stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))) {
    const once = [uids.StudyInstanceUID, uids.SeriesInstanceUID, uids.SOPInstanceUID, digests.get(path)].join();
    if (sop_class === "1.2.840.10008.1.3.10" || seen.has(once)) continue;
    seen.add(once);
    sent.set(path, { sha256: digests.get(path), study: uids.StudyInstanceUID });
  }
  return sent;
}
