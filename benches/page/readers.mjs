// Runs in the page: three readers that find the same values of a file, and how fast each is.

import init, { count, values } from "/walk/auraloader_bench.js";
import { asDicomParserHas, tags } from "/tags.mjs";

const keys = Object.entries(tags).map(([key, tag]) => [key, tag, asDicomParserHas(tag)]);
const last = tags.series_number;

/** Each takes an ArrayBuffer; `time` is what is timed, `read` gives an object of values or throws. */
export const readers = {
  ours: {
    time: (buffer) => count(new Uint8Array(buffer)),
    read(buffer) {
      const found = values(new Uint8Array(buffer));
      if (!found) throw new Error("refused");
      return Object.fromEntries(found.flatMap((key, at) => (at % 2 ? [] : [[key, found[at + 1]]])));
    },
  },
  "dicom-parser": {
    time: withDicomParser,
    read: withDicomParser,
  },
  dcmjs: {
    time: withDcmjs,
    read: withDcmjs,
  },
};

function withDicomParser(buffer) {
  const dataSet = dicomParser.parseDicom(new Uint8Array(buffer), { untilTag: asDicomParserHas(last) });
  const found = {};
  for (const [key, , tag] of keys) found[key] = dataSet.string(tag);
  return found;
}

function withDcmjs(buffer) {
  const { dict } = dcmjs.data.DicomMessage.readFile(buffer, {
    untilTag: last,
    stopOnGreaterTag: true,
    ignoreErrors: true,
  });
  const found = {};
  for (const [key, tag] of keys) found[key] = dict[tag]?.Value?.[0];
  return found;
}

/** Loads the readers and the files: `{ name: [{ name, buffer }] }` by the name of the set. */
export async function load() {
  dcmjs.log.setLevel("silent");
  await init();
  const sets = await (await fetch("/files.json")).json();
  const bytes = await (await fetch("/files")).arrayBuffer();
  let at = 0;
  for (const files of Object.values(sets)) {
    for (const file of files) file.buffer = bytes.slice(at, (at += file.length));
  }
  return sets;
}

/** `[files that `reader` does not read]`: it throws, or finds neither a class nor a study. */
export function failures(reader, files) {
  return files.filter(({ buffer }) => !attempt(reader, buffer)).map(({ name }) => name);
}

function attempt(reader, buffer) {
  try {
    const found = reader.read(buffer);
    return found.sop_class_uid || found.study_uid ? found : null;
  } catch {
    return null;
  }
}

/** In how many files each of our UIDs is what `reader` finds. */
export function sameIdentity(reader, files) {
  const uids = ["study_uid", "series_uid", "instance_uid"];
  return files.filter(({ buffer }) => {
    const [mine, other] = [attempt(readers.ours, buffer), attempt(reader, buffer)];
    return uids.every((key) => (mine?.[key] ?? "") === (other?.[key] ?? "").trim());
  }).length;
}

/** Files a second, over as many passes as take `ms`. */
export function rate({ time }, files, ms) {
  const start = performance.now();
  let passes = 0;
  let spent;
  do {
    for (const { buffer } of files) time(buffer);
    passes++;
    spent = performance.now() - start;
  } while (spent < ms);
  return (passes * files.length * 1000) / spent;
}
