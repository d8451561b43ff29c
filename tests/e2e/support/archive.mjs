// What is in a ZIP, read by a reader that is not ours.

import { execFile } from "node:child_process";
import { buffer } from "node:stream/consumers";
import { join } from "node:path";
import { promisify } from "node:util";
import yauzl from "yauzl";
import { sha256 } from "./folders.mjs";

const run = promisify(execFile);

/** `[{ name, size, isDeflated, sha256 }]` in the order of the central directory. An unsafe name is an error of the reader's. */
export async function entriesOf(path) {
  const zip = await yauzl.openPromise(path, { strictFileNames: true });
  const entries = [];
  for await (const entry of zip.eachEntry()) {
    const stream = await zip.openReadStreamPromise(entry);
    entries.push({
      name: entry.fileName,
      size: entry.uncompressedSize,
      isDeflated: entry.compressionMethod === 8,
      sha256: sha256(await buffer(stream)),
    });
  }
  return entries;
}

/** Bytes of the record that every ZIP ends with (without a comment). */
export const tailLength = 22;

/** How many entries an archive has that ends so, if they are less than 65,535; fails if it does not end as one does. */
export function countAtEnd(tail) {
  if (tail.toString("latin1", 0, 4) !== "PK\x05\x06") throw new Error("no ZIP ends so");
  return tail.readUInt16LE(10);
}

const readers = join(import.meta.dirname, "../../readers");

/** Rejects with what they print if Info-ZIP, Python, libarchive, 7-Zip or Java's ZipInputStream complain. */
export async function opensEverywhere(path) {
  await run("unzip", ["-t", "-qq", path]);
  await run("python3", [join(readers, "entries.py"), path]);
  await run("bsdtar", ["-xOf", path], { encoding: "buffer", maxBuffer: 1 << 30 });
  await run("7z", ["t", path]);
  await run("java", ["-XX:TieredStopAtLevel=1", join(readers, "Entries.java"), path]);
}
