// A store of the tus server for archives that no disk has room for.

import { DataStore, ERRORS, Upload } from "@tus/server";
import { tailLength } from "./archive.mjs";

/** Counts what it is given and keeps of each upload only its last bytes. */
export class DiscardingStore extends DataStore {
  extensions = ["creation", "creation-with-upload", "creation-defer-length", "termination"];
  #uploads = new Map();

  async create(upload) {
    upload.storage = { type: "nowhere", path: "" };
    this.#uploads.set(upload.id, { upload, tail: Buffer.alloc(0) });
    return upload;
  }

  async write(chunks, id) {
    const kept = this.#uploads.get(id);
    for await (const chunk of chunks) {
      kept.upload.offset += chunk.length;
      kept.tail = Buffer.concat([kept.tail, chunk.subarray(-tailLength)]).subarray(-tailLength);
    }
    return kept.upload.offset;
  }

  async getUpload(id) {
    const kept = this.#uploads.get(id);
    if (!kept) throw ERRORS.FILE_NOT_FOUND;
    return new Upload(kept.upload);
  }

  async declareUploadLength(id, size) {
    this.#uploads.get(id).upload.size = size;
  }

  async remove(id) {
    this.#uploads.delete(id);
  }

  /** `[{ bytes, tail }]` of the uploads that are whole. */
  whole() {
    return [...this.#uploads.values()]
      .filter(({ upload }) => upload.offset === upload.size)
      .map(({ upload, tail }) => ({ bytes: upload.size, tail }));
  }
}
