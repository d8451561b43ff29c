"""Files of cases with what is expected of them, and the one image that all of them are variations of."""

import hashlib
import random
import struct

from dicom_bytes import *
from ground_truth import read
from indexing import TABLE

ROOT = "1.2.826.0.1.3680043.9.9"
CT, MR, RAW = (f"1.2.840.10008.5.1.4.1.1.{end}" for end in ("2", "4", "66"))


class Cases:
    """What has been written so far, and what is expected of it."""

    def __init__(self, folder, salt):
        self.folder, self.salt, self.files, self.count = folder, salt, [], 0

    def rename(self, path, keep_name):
        """Another name by the salt for each part of a path, the same part always the same."""
        if not self.salt:
            return path
        parts = path.split("/")
        names = [f"{hashlib.sha256((self.salt + part).encode()).hexdigest()[:6]} {part}" for part in parts]
        return "/".join([*names[:-1], parts[-1] if keep_name else names[-1]])

    def write(self, path, content, keep_name=False):
        path = self.rename(path, keep_name)
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        return path

    def expect(self, path, content, image=None, *, reason=None, warnings=(), transfer_syntax="", fields=None):
        """`content` are the bytes as they are uploaded; `image` or `fields` tell the values."""
        fields = dict(image.fields if fields is None and image else fields or {})
        self.files.append({
            "path": path,
            "status": "left-out" if reason else "accepted",
            "reason": reason,
            "warnings": sorted(warnings),
            "transfer_syntax": transfer_syntax,
            "fields": fields,
            "content": hashlib.sha256(content).hexdigest(),
        })

    def add(self, path, content, image=None, *, sound=False, keep_name=False, **expected):
        """A file and what is expected; of a `sound` one, pydicom must find the same."""
        path = self.write(path, content, keep_name)
        self.expect(path, content, image, **expected)
        if sound:
            self.check(path)

    def check(self, path):
        found, wanted = read(self.folder, self.folder / path), dict(self.files[-1])
        assert found == wanted, f"this generator or pydicom is wrong:\n{found}\n{wanted}"

    def image(self, **given):
        self.count += 1
        return Image(self.count, **given)


class Image:
    """The values of one instance, of a study of its own unless said otherwise."""

    def __init__(self, number, *, study=None, series=None, instance=None, pixels=True, without=(), **values):
        study = f"{ROOT}.{number}" if study is None else study
        series = f"{ROOT}.{number}.1" if series is None else series
        self.values = {
            "sop_class_uid": CT,
            "instance_uid": f"{ROOT}.{number}.1.1" if instance is None else instance,
            "study_date": "20240115",
            "modality": "CT",
            "patient_name": f"Test^Case{number}",
            "patient_id": f"T{number}",
            "study_uid": study,
            "series_uid": series,
            "series_number": "7",
            **values,
        }
        for key in without:
            del self.values[key]
        self.pixels = [(PIXELS, "OW", bytes(range(256)) * 2)] if pixels else []

    @property
    def fields(self):
        return {key: value for key, value in self.values.items() if value}

    def but(self, **values):
        """The fields as read where that differs from what was written; None where there is none."""
        return {key: value for key, value in {**self.fields, **values}.items() if value is not None}

    def elements(self, more=()):
        values = [(TABLE[key], VRS[key], value) for key, value in self.values.items()]
        return sorted([*values, *more, *self.pixels])

    def data_set(self, encoding=EXPLICIT_LE, more=()):
        return encoding.elements(self.elements(more))

    def meta(self, transfer_syntax, **given):
        first = [self.values.get(key, "") for key in ("sop_class_uid", "instance_uid")]
        return meta(transfer_syntax, *first, **given)

    def around(self, inside, after, encoding=EXPLICIT_LE):
        """The data set with other bytes behind the element `after`."""
        elements = self.elements()
        before = [element for element in elements if element[0] <= after]
        behind = [element for element in elements if element[0] > after]
        return encoding.elements(before) + inside + encoding.elements(behind)

    def file(self, transfer_syntax=EXPLICIT, data_set=None, **given):
        if data_set is None:
            data_set = self.data_set(encoding_of(transfer_syntax))
        if transfer_syntax == DEFLATED:
            data_set = deflate(data_set)
        return part10(self.meta(transfer_syntax, **given), data_set)


VRS = dict.fromkeys(TABLE, "LO")
VRS |= dict.fromkeys(("sop_class_uid", "instance_uid", "study_uid", "series_uid"), "UI")
VRS |= dict.fromkeys(("study_date", "series_date", "patient_birth_date"), "DA")
VRS |= dict.fromkeys(("study_time", "series_time"), "TM")
VRS |= dict.fromkeys(("accession_no", "tz_offset", "study_id"), "SH")
VRS |= dict.fromkeys(("modality", "patient_sex", "body_part"), "CS")
VRS |= dict.fromkeys(("patient_name", "referring_physician_name"), "PN")
VRS |= {"institution_address": "ST", "series_number": "IS"}
