// Runs in the page, bundled: the widget's job done with dicom-parser, zip.js and Uppy as their guides say, with their
// defaults. It is as quick as that allows: four files are read at a time and only their beginnings, and zip.js is given
// as many entries at once as it has workers.

import Uppy from "@uppy/core";
import Tus from "@uppy/tus";
import { BlobReader, BlobWriter, ZipWriter } from "@zip.js/zip.js";
import { parseDicom } from "dicom-parser";
import { asDicomParserHas, tags } from "./tags.mjs";

const beginning = 64 * 1024;
const keys = Object.entries(tags).map(([key, tag]) => [key, asDicomParserHas(tag)]);
const untilTag = asDicomParserHas(tags.series_number);

/** From the event that brings the files to the end of their upload, without anybody looking at the studies. */
window.untilUploaded = (options) => async (event) => {
  const start = performance.now();
  const files = [...event.target.files];
  const studies = await studiesOf(files);
  document.querySelector("ul").replaceChildren(...Array.from(studies.values(), card));
  const studiesAfter = performance.now() - start;
  await upload(studies, options);
  return {
    startedAt: performance.timeOrigin + start,
    studiesAfter,
    step: "complete",
    files: files.length,
    studies: studies.size,
    leftOut: files.length - [...studies.values()].reduce((sum, { files }) => sum + files.length, 0),
  };
};

/** `Map(uid → { values, series: Map(uid → values), files })`. */
async function studiesOf(files) {
  const studies = new Map();
  const all = await severalAtATime(4, files, headerOf);
  for (const [at, values] of all.entries()) {
    if (!values?.study_uid || !values.series_uid) continue;
    if (!studies.has(values.study_uid)) studies.set(values.study_uid, { values, series: new Map(), files: [] });
    const study = studies.get(values.study_uid);
    if (!study.series.has(values.series_uid)) study.series.set(values.series_uid, values);
    study.files.push(files[at]);
  }
  return studies;
}

async function headerOf(file) {
  const bytes = new Uint8Array(await file.slice(0, beginning).arrayBuffer());
  try {
    const dataSet = parseDicom(bytes, { untilTag });
    return Object.fromEntries(keys.map(([key, tag]) => [key, dataSet.string(tag) ?? ""]));
  } catch {
    return null;
  }
}

function card({ values, series, files }) {
  const item = document.createElement("li");
  item.textContent = `${values.patient_name} ${values.study_description} ${files.length} / ${series.size}`;
  return item;
}

async function upload(studies, { apiBaseUrl, apiToken, uploadToken }) {
  const headers = { "X-Api-Key": apiToken, Authorization: `Bearer ${uploadToken}`, Accept: "application/json" };
  const call = async (path, body) => {
    const response = await fetch(`${apiBaseUrl}/uploader/${path}`, {
      headers: body ? { ...headers, "Content-Type": "application/json" } : headers,
      ...(body && { method: "POST", body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return response.json();
  };
  const { lift, mode } = await call("config");
  const [upload_id, assembly_id] = [crypto.randomUUID(), crypto.randomUUID()];
  await call("upload/init", {
    upload_id,
    studies: Object.fromEntries(Array.from(studies, ([uid, study]) => [uid, infoOf(study)])),
    mode,
    type: "uploader",
    source: "standalone-uploader",
    patient_id: null,
  });
  const archive = await zip(studies);
  await call("upload/start", { upload_id, assembly_id, mode: "uploader" });
  await send(archive, `${upload_id}.zip`, { upload_id, bucket: lift.bucket, mode }, lift);
  await call("upload/complete", { upload_id, assembly_id, mode: "uploader" });
}

function infoOf({ values, series, files }) {
  return {
    ...values,
    modalities: [...new Set(Array.from(series.values(), ({ modality }) => modality))],
    series_count: series.size,
    images: files.length,
    series: Object.fromEntries(
      Array.from(series, ([uid, one]) => [
        uid,
        {
          study_instance_uid: one.study_uid,
          series_instance_uid: uid,
          modality: one.modality,
          series_description: one.series_description,
          body_part_examined: one.body_part,
          series_date: one.series_date,
          series_time: one.series_time,
          study_date: one.study_date,
          series_number: one.series_number,
        },
      ]),
    ),
  };
}

async function zip(studies) {
  const writer = new ZipWriter(new BlobWriter("application/zip"));
  const entries = Array.from(studies, ([uid, { files }]) =>
    files.map((file) => [`${uid}/${file.webkitRelativePath.replaceAll("/", "-")}`, file]),
  ).flat();
  await severalAtATime(navigator.hardwareConcurrency, entries, ([name, file]) =>
    writer.add(name, new BlobReader(file)),
  );
  return writer.close();
}

async function send(archive, name, meta, { endpoint, token }) {
  const uppy = new Uppy().use(Tus, { endpoint, headers: { Authorization: `Bearer ${token}` } });
  uppy.addFile({ name, type: archive.type, data: archive, meta: { ...meta, filename: name, filetype: archive.type } });
  const { failed } = await uppy.upload();
  if (failed.length > 0) throw new Error(failed[0].error);
}

/** What `once(item)` gives for each, in their order. */
async function severalAtATime(number, items, once) {
  const results = [];
  let next = 0;
  const some = async () => {
    while (next < items.length) {
      const at = next++;
      results[at] = await once(items[at]);
    }
  };
  await Promise.all(Array.from({ length: number }, some));
  return results;
}
