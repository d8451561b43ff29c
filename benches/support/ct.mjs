// Files like those of a CT scanner, made up: as many as are wanted, of exactly the size that is wanted.

import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { element } from "../../tests/e2e/support/dicom.mjs";
import { sha256 } from "../../tests/e2e/support/folders.mjs";

const ctImage = "1.2.840.10008.5.1.4.1.1.2";
const columns = 64;
const explicitLittleEndian = "1.2.840.10008.1.2.1";

/** A sequence of one item; of undefined length, as most scanners write it, or of defined length. */
function sequence(tag, undefinedLength, ...elements) {
  const content = Buffer.concat(elements);
  const item = Buffer.alloc(8);
  item.writeUInt32LE(0xe000fffe, 0);
  item.writeUInt32LE(undefinedLength ? 0xffffffff : content.length, 4);
  const ends = Buffer.from(undefinedLength ? "feff0de000000000feffdde000000000" : "", "hex");
  const bytes = element(tag, "SQ", Buffer.concat([item, content, ends]));
  if (undefinedLength) bytes.writeUInt32LE(0xffffffff, 8);
  return bytes;
}

const u16 = (value) => Buffer.from(Uint16Array.of(value).buffer);
const u32 = (value) => Buffer.from(Uint32Array.of(value).buffer);
const code = (tag, undefinedLength) =>
  sequence(
    tag,
    undefinedLength,
    element("00080100", "SH", "CTHEAD"),
    element("00080102", "SH", "99MADEUP"),
    element("00080104", "LO", "CT of the head"),
  );

/** One image of `size` bytes; study, series and image are counted from 0. */
export function ctImageFile({ study, series, image, size }) {
  const room = size - headOf({ study, series, image, rows: 0, fill: 0 }).length - 12;
  const rows = Math.floor(room / (2 * columns));
  if (rows < 1) throw new Error(`${size} bytes have no room for an image`);
  // Whole rows seldom fill the file to the byte: a private element takes the rest.
  const head = headOf({ study, series, image, rows, fill: room - rows * 2 * columns });
  const pixels = slice(rows, noiseFrom(study, series, image));
  return Buffer.concat([head, element("7FE00010", "OW", pixels)], size);
}

const noise = normalNoise(1 << 20);

/** Where in the noise an image begins: another place for each, as far as the noise has places. */
const noiseFrom = (study, series, image) => ((study * 101 + series) * 211 + image) * 4099;

/** Normally distributed numbers (Box and Muller) of standard deviation 1, the same ones each time. */
function normalNoise(length) {
  let state = 1;
  const chance = () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) + 0.5) / 2 ** 32;
  return Float32Array.from({ length }, () => Math.sqrt(-2 * Math.log(chance())) * Math.cos(2 * Math.PI * chance()));
}

/** A noisy body in air, round where the image is stretched to a square, 12 bits a pixel: zlib's level 6 leaves 46 % of it,
 * about as quickly as of the backend's phantom. */
function slice(rows, from) {
  const pixels = new Uint16Array(rows * columns);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    const y = (2 * row) / rows - 1;
    for (let column = 0; column < columns; column++, at++) {
      const x = (2 * column) / columns - 1;
      if (x * x + y * y < 0.85) pixels[at] = 1030 + 60 * noise[(from + at) % noise.length];
    }
  }
  return Buffer.from(pixels.buffer);
}

/** Everything before the pixels. */
function headOf({ study, series, image, rows, fill }) {
  const studyUid = `1.2.826.0.1.3680043.10.1.${1000 + study}`;
  const seriesUid = `${studyUid}.${100 + series}`;
  const uid = `${seriesUid}.${10000 + image}`;
  const day = `202409${String((study % 28) + 1).padStart(2, "0")}`;
  // A name in four has a letter that is not ASCII.
  const name = study % 4 ? `Made^Up ${study}` : `Mädé^Üp ${study}`;
  const meta = Buffer.concat([
    element("00020001", "OB", Buffer.from([0, 1])),
    element("00020002", "UI", ctImage),
    element("00020003", "UI", uid),
    element("00020010", "UI", explicitLittleEndian),
    element("00020012", "UI", "1.2.826.0.1.3680043.10.1"),
    element("00020013", "SH", "MADEUP_1"),
  ]);
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from("DICM"),
    element("00020000", "UL", u32(meta.length)),
    meta,
    element("00080005", "CS", "ISO_IR 100"),
    element("00080008", "CS", "ORIGINAL\\PRIMARY\\AXIAL\\CT_SOM5 SPI"),
    element("00080016", "UI", ctImage),
    element("00080018", "UI", uid),
    element("00080020", "DA", day),
    element("00080021", "DA", day),
    element("00080022", "DA", day),
    element("00080023", "DA", day),
    element("00080030", "TM", "101500.000000"),
    element("00080031", "TM", `1016${String(series % 60).padStart(2, "0")}.000000`),
    element("00080032", "TM", "101700.120000"),
    element("00080033", "TM", "101700.250000"),
    element("00080050", "SH", `A${100000 + study}`),
    element("00080060", "CS", "CT"),
    element("00080070", "LO", "Nobody"),
    element("00080080", "LO", "Clinic of nowhere"),
    element("00080081", "ST", "1 Nowhere Street\r\nNowhere"),
    element("00080090", "PN", "Doctor^No^^Dr"),
    element("00081010", "SH", "CT01"),
    element("00081030", "LO", "Head without contrast"),
    code("00081032", true),
    element("0008103E", "LO", `Axial ${series + 1}`),
    element("00081050", "PN", "Reader^A"),
    element("00081070", "PN", "Operator^B"),
    element("00081090", "LO", "Made up 64"),
    sequence(
      "00081110",
      true,
      element("00081150", "UI", "1.2.840.10008.3.1.2.3.1"),
      element("00081155", "UI", studyUid),
    ),
    sequence("00081140", false, element("00081150", "UI", ctImage), element("00081155", "UI", `${studyUid}.1`)),
    element("00090010", "LO", "MADE UP HEADER"),
    element("00091001", "UN", Buffer.alloc(64, 7)),
    element("00091002", "OB", Buffer.alloc(512 + fill, 7)),
    element("00100010", "PN", name),
    element("00100020", "LO", `ID${10000 + study}`),
    element("00100030", "DA", "19700101"),
    element("00100040", "CS", "O"),
    element("00101010", "AS", "054Y"),
    element("00101030", "DS", "75"),
    element("00180015", "CS", "HEAD"),
    element("00180050", "DS", "1.5"),
    element("00180060", "DS", "120"),
    element("00180090", "DS", "500"),
    element("00181000", "LO", "12345"),
    element("00181020", "LO", "made up 1.0"),
    element("00181030", "LO", "HeadRoutine"),
    element("00181100", "DS", "240"),
    element("00181110", "DS", "1040"),
    element("00181111", "DS", "570"),
    element("00181120", "DS", "0"),
    element("00181130", "DS", "161.5"),
    element("00181150", "IS", "1000"),
    element("00181151", "IS", "300"),
    element("00181152", "IS", "300"),
    element("00181210", "SH", "H30s"),
    element("00185100", "CS", "HFS"),
    element("00190010", "LO", "MADE UP CT"),
    element("001910B0", "UN", Buffer.alloc(128, 7)),
    element("0020000D", "UI", studyUid),
    element("0020000E", "UI", seriesUid),
    element("00200010", "SH", String(study + 1)),
    element("00200011", "IS", String(series + 1)),
    element("00200012", "IS", "1"),
    element("00200013", "IS", String(image + 1)),
    element("00200032", "DS", `-120\\-120\\${image * 1.5}`),
    element("00200037", "DS", "1\\0\\0\\0\\1\\0"),
    element("00200052", "UI", `${studyUid}.2`),
    element("00280002", "US", u16(1)),
    element("00280004", "CS", "MONOCHROME2"),
    element("00280010", "US", u16(rows)),
    element("00280011", "US", u16(columns)),
    element("00280030", "DS", "0.46875\\0.46875"),
    element("00280100", "US", u16(16)),
    element("00280101", "US", u16(12)),
    element("00280102", "US", u16(11)),
    element("00280103", "US", u16(0)),
  ]);
}

const perSeries = 100;
const perStudy = 500;

/** Writes `count` images of `size` bytes into a folder below `out`, 500 a study, unless they are there already. */
export async function writeCtImages(out, { count, size }) {
  const folder = join(out, `ct-${count}-of-${size}`);
  // Beside the folder, as hidden files are chosen with a folder too.
  const stamp = `${folder}.written`;
  const wanted = sha256(await readFile(import.meta.filename));
  if (existsSync(folder) && existsSync(stamp) && (await readFile(stamp, "utf8")) === wanted) return folder;
  await rm(folder, { recursive: true, force: true });
  for (let at = 0; at < count; at++) {
    const study = Math.floor(at / perStudy);
    const series = Math.floor((at % perStudy) / perSeries);
    const image = at % perSeries;
    const place = join(folder, `STUDY${study}`, `SE${series}`);
    if (image === 0) await mkdir(place, { recursive: true });
    await writeFile(join(place, `IM${image}.dcm`), ctImageFile({ study, series, image, size }));
  }
  await writeFile(stamp, wanted);
  return folder;
}
