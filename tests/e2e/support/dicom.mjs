// DICOM elements, written.

const long = new Set(["OB", "OW", "SQ", "UN", "UT"]);

/** One element in explicit VR little endian (PS3.5 §7.1.2); the tag as `ggggeeee`, text in ISO 8859-1. */
export function element(tag, vr, value) {
  let bytes = Buffer.isBuffer(value) ? value : Buffer.from(value, "latin1");
  if (bytes.length % 2) bytes = Buffer.concat([bytes, Buffer.from(vr === "UI" || vr === "OB" ? "\0" : " ")]);
  const header = Buffer.alloc(long.has(vr) ? 12 : 8);
  header.writeUInt16LE(parseInt(tag.slice(0, 4), 16), 0);
  header.writeUInt16LE(parseInt(tag.slice(4), 16), 2);
  header.write(vr, 4, "latin1");
  if (long.has(vr)) header.writeUInt32LE(bytes.length, 8);
  else header.writeUInt16LE(bytes.length, 6);
  return Buffer.concat([header, bytes]);
}
