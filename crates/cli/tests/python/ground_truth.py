"""Prints what pydicom, a reader that is not ours, makes of a folder, in the shape of `auraloader index --json`."""

import hashlib
import json
import sys
import warnings
from pathlib import Path

from pydicom import config, dcmread
from pydicom.charset import convert_encodings, decode_bytes
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.values import TEXT_VR_DELIMS, convert_PN

from indexing import TABLE, is_regular, judge, left_out

config.settings.reading_validation_mode = config.IGNORE
# PS3.5 §6.1.2.2: the value representations that Specific Character Set applies to.
CHARACTER_SET_APPLIES = {"LO", "LT", "PN", "SH", "ST", "UC", "UT"}


def raw(dataset, tag):
    """The value's bytes as they stand in the file."""
    element = dataset.get_item(tag) if tag in dataset else None
    if element is None:
        return b""
    value = element.value
    if isinstance(element, RawDataElement) or value is None:
        return value or b""
    values = value if isinstance(value, (list, tuple)) or hasattr(value, "append") else [value]
    return "\\".join(str(item) for item in values).encode("latin-1")


def text(dataset, tag, encodings):
    value, vr = raw(dataset, tag), dictionary_VR(tag)
    if vr == "PN":
        names = convert_PN(value, encodings)
        parts = [str(name) for name in names] if hasattr(names, "append") else [str(names)]
    elif vr in CHARACTER_SET_APPLIES:
        decoded = decode_bytes(value, encodings, TEXT_VR_DELIMS)
        # ST has one value, in which a backslash is a character like others (PS3.5 §6.2).
        parts = [decoded] if vr == "ST" else decoded.split("\\")
    else:
        parts = value.decode("latin-1").split("\\")
    if vr == "UI":
        parts = parts[:1]
    return "\\".join(part.strip(" \0") for part in parts).strip(" \0")


def fields_of(dataset):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        terms = raw(dataset, 0x00080005).decode("latin-1").split("\\")
        encodings = convert_encodings([term.strip(" \0") for term in terms])
        found = {key: text(dataset, tag, encodings) for key, tag in TABLE.items()}
    for key, tag in (("sop_class_uid", 0x00020002), ("instance_uid", 0x00020003)):
        found[key] = found[key] or text(dataset.file_meta, tag, [])
    return {key: value for key, value in found.items() if value}


def is_truncated(path):
    """Whether the file ends before the value that it announces last does."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            dataset = dcmread(path, force=True)
        except Exception:
            return True
    if any("end of file" in str(warning.message).lower() for warning in caught):
        return True
    elements = [dataset.get_item(tag) for tag in dataset.keys()]
    return any(
        isinstance(element, RawDataElement)
        and element.length not in (0, 0xFFFFFFFF)
        and len(element.value or b"") < element.length
        for element in elements
    )


def uid_has_several_values(dataset):
    return any(b"\\" in raw(dataset, TABLE[key]) for key in ("study_uid", "series_uid", "instance_uid"))


def read(folder, path):
    content = path.read_bytes()
    file = {"path": path.relative_to(folder).as_posix(), "status": "left-out", "reason": None, "warnings": []}
    file |= {"transfer_syntax": "", "fields": {}, "content": hashlib.sha256(content).hexdigest()}
    if not content:
        return file | {"reason": "empty"}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset = dcmread(path, force=True, stop_before_pixels=True)
            fields = fields_of(dataset)
    except Exception as error:
        print(f"{file['path']}: {error!r}", file=sys.stderr)
        return file | {"reason": "not-dicom"}
    # Forced, pydicom finds elements in a letter too: it is only DICOM if it says what it is.
    if content[128:132] != b"DICM" and not len(dataset.file_meta) and not {"study_uid", "sop_class_uid"} & fields.keys():
        return file | {"reason": "not-dicom"}
    file |= {"transfer_syntax": text(dataset.file_meta, 0x00020010, []), "fields": fields}
    if reason := left_out(file["path"], fields):
        return file | {"reason": reason}
    uids = [fields[key] for key in ("study_uid", "series_uid", "instance_uid") if key in fields]
    if not all(is_regular(uid) for uid in uids) or uid_has_several_values(dataset):
        file["warnings"].append("irregular-uid")
    if is_truncated(path):
        file["warnings"].append("truncated")
    return file | {"status": "accepted"}


def main():
    folder = Path(sys.argv[1])
    files = [read(folder, path) for path in folder.rglob("*") if path.is_file()]
    studies = judge(files)
    for file in files:
        del file["content"]
    json.dump({"files": files, "studies": studies}, sys.stdout, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main()
