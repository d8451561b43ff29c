"""Prints what pydicom, a reader that is not ours, finds in a folder: one JSON object a file that names study and series."""

import json
import sys
from pathlib import Path

from pydicom import config, dcmread
from pydicom.multival import MultiValue

config.settings.reading_validation_mode = config.IGNORE


def first(value):
    """Of several values the first counts."""
    return str(value[0] if isinstance(value, MultiValue) else value)


folder = Path(sys.argv[1])
for path in sorted(path for path in folder.rglob("*") if path.is_file()):
    try:
        dataset = dcmread(path, force=True, stop_before_pixels=True)
        uids = {key: first(dataset.get(key, "")) for key in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")}
        sop_class = dataset.get("SOPClassUID", dataset.file_meta.get("MediaStorageSOPClassUID", ""))
    except Exception as error:  # whatever it can't read is for the test to judge
        print(f"{path}: {error!r}", file=sys.stderr)
        continue
    if uids["StudyInstanceUID"] and uids["SeriesInstanceUID"]:
        print(json.dumps({"path": path.relative_to(folder).as_posix(), "sop_class": str(sop_class), **uids}))
