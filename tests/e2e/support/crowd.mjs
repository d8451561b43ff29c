// A disc with very many studies, one of them with very many series, and very many files that are no images.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { element } from "./dicom.mjs";

const root = "1.2.826.0.1.3680043.10.3";

/** A data set without preamble and pixels: all that the widget reads of an image. */
const image = (study, series) =>
  Buffer.concat([
    element("00080016", "UI", "1.2.840.10008.5.1.4.1.1.4"),
    element("00080018", "UI", `${root}.${study}.${series}.1`),
    element("00080020", "DA", "20240115"),
    element("00080060", "CS", "MR"),
    element("00080080", "LO", "Clinic of nowhere"),
    element("00081030", "LO", `MR of study ${study}`),
    element("0008103E", "LO", `Series ${series}`),
    element("00100010", "PN", `Crowd^Number ${study}`),
    element("00100020", "LO", `ID${study}`),
    element("0020000D", "UI", `${root}.${study}`),
    element("0020000E", "UI", `${root}.${study}.${series}`),
    element("00200011", "IS", String(series)),
  ]);

const digits = (number, width) => String(number).padStart(width, "0");

/** Writes into `folder`: `studies` of one image each, the first of them with `series` of one each; and `texts`. */
export async function writeCrowd(folder, { studies, series, texts }) {
  const images = join(folder, "IMAGES");
  await mkdir(images, { recursive: true });
  for (let study = 1; study <= studies; study++) {
    for (let one = 1; one <= (study === 1 ? series : 1); one++) {
      await writeFile(join(images, `IM${digits(study, 4)}-${digits(one, 4)}`), image(study, one));
    }
  }
  for (let at = 0; at < texts; at++) {
    const letters = join(folder, "LETTERS", `BOX${digits(Math.floor(at / 500), 3)}`);
    if (at % 500 === 0) await mkdir(letters, { recursive: true });
    await writeFile(join(letters, `letter ${digits(at, 6)}.txt`), `Dear number ${at}, nothing is in here.\n`);
  }
}
