"""Writes whole files whose names are known, one a script, as pydicom encodes them; and what is expected of them.

charset_cases.py FOLDER: files go to FOLDER/files, what to expect to FOLDER/expected.json in the shape of
`auraloader index --json`.
"""

import hashlib
import json
import sys
import warnings
from pathlib import Path

from pydicom import charset
from pydicom.dataelem import RawDataElement
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.tag import Tag
from pydicom.uid import ExplicitVRLittleEndian

from indexing import judge

# pydicom would put a question mark for what it can't encode, and only warn.
warnings.simplefilter("error")
# pydicom 3.0 doesn't know Latin-9 yet.
charset.python_encoding["ISO_IR 203"] = "iso8859_15"

ROOT = "1.2.826.0.1.3680043.9.8"
# Defined terms of PS3.3 §C.12.1.1.2, a patient's name, a study description.
SCRIPTS = {
    "default": ([], "Doe^Jane^^Dr", "Knee left"),
    "Latin-1": (["ISO_IR 100"], "Buc^Jérôme", "Gefäße, Übersicht"),
    "Latin-2": (["ISO_IR 101"], "Wałęsa^Łukasz", "Głowa, część górna"),
    "Latin-3": (["ISO_IR 109"], "Għaxaq^Ĉiuĵaŭde", "Ħġż"),
    "Latin-4": (["ISO_IR 110"], "Bērziņš^Jānis", "Krūtis ķermenis"),
    "Cyrillic": (["ISO_IR 144"], "Люксембург^Иван", "Грудная клетка"),
    "Arabic": (["ISO_IR 127"], "قباني^لنزار", "الصدر"),
    "Greek": (["ISO_IR 126"], "Διονυσιος^Μαρια", "Θώραξ"),
    "Hebrew": (["ISO_IR 138"], "שרון^דבורה", "ברך שמאל"),
    "Latin-5": (["ISO_IR 148"], "Çavuşoğlu^Şükrü", "Göğüs"),
    "Latin-9": (["ISO_IR 203"], "Œuvrard^Žofie", "Prix en €"),
    "Thai": (["ISO_IR 166"], "สมชาย^ใจดี", "ทรวงอก"),
    "katakana": (["ISO_IR 13"], "ﾔﾏﾀﾞ^ﾀﾛｳ", "ｷｮｳﾌﾞ"),
    "Japanese": (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう", "胸部単純"),
    "Japanese beside katakana": (["ISO 2022 IR 13", "ISO 2022 IR 87"], "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう", "ｷｮｳﾌﾞ 胸部"),
    "Korean": (["", "ISO 2022 IR 149"], "Hong^Gildong=洪^吉洞=홍^길동", "흉부 촬영"),
    "Chinese, GB 2312": (["", "ISO 2022 IR 58"], "Zhang^XiaoDong=张^小东", "胸部检查"),
    "Chinese, GB18030": (["GB18030"], "Wang^XiaoDong=王^小东", "胸部检查 㐀"),
    "Chinese, GBK": (["GBK"], "Wang^XiaoDong=王^小東", "胸部檢查"),
    "Greek and Cyrillic by escapes": (["ISO 2022 IR 6", "ISO 2022 IR 144", "ISO 2022 IR 126"], "Люксембург^Διον", "Грудь"),
    "UTF-8": (["ISO_IR 192"], "Doe^Jane=山田^太郎=Διον^😀", "Größe, 大きさ, размер"),
}


def gb2312(text):
    """PS3.5 Annex K: G1 is designated anew in each line and part. pydicom leaves the escape sequences out."""
    return b"^".join(
        b"=".join(part if part.isascii() else b"\x1b$)A" + part for part in group.split(b"="))
        for group in text.encode("gb2312").split(b"^")
    )


def put_raw(dataset, tag, vr, value):
    value += b" " * (len(value) % 2)
    dataset[tag] = RawDataElement(Tag(tag), vr, len(value), value, 0, False, True)


def write(folder, number, name, terms, patient, description):
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    meta.MediaStorageSOPInstanceUID = f"{ROOT}.{number}.1.1"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset(None, {}, file_meta=meta, preamble=bytes(128))
    if terms:
        dataset.SpecificCharacterSet = terms if len(terms) > 1 else terms[0]
    fields = {
        "sop_class_uid": meta.MediaStorageSOPClassUID,
        "instance_uid": meta.MediaStorageSOPInstanceUID,
        "modality": "CT",
        "study_description": description,
        "patient_name": patient,
        "patient_id": f"C{number}",
        "study_uid": f"{ROOT}.{number}",
        "series_uid": f"{ROOT}.{number}.1",
    }
    dataset.SOPClassUID = fields["sop_class_uid"]
    dataset.SOPInstanceUID = fields["instance_uid"]
    dataset.Modality = fields["modality"]
    dataset.StudyDescription = description
    dataset.PatientName = patient
    dataset.PatientID = fields["patient_id"]
    if "ISO 2022 IR 58" in terms:
        put_raw(dataset, 0x00100010, "PN", gb2312(patient))
        put_raw(dataset, 0x00081030, "LO", gb2312(description))
    dataset.StudyInstanceUID = fields["study_uid"]
    dataset.SeriesInstanceUID = fields["series_uid"]
    path = folder / "files" / f"{name}.dcm"
    dataset.save_as(path, enforce_file_format=True)
    return {
        "path": path.name,
        "status": "accepted",
        "reason": None,
        "warnings": [],
        "transfer_syntax": str(meta.TransferSyntaxUID),
        "fields": {key: str(value) for key, value in fields.items()},
        "content": hashlib.sha256(path.read_bytes()).hexdigest(),
    }


def main():
    folder = Path(sys.argv[1])
    (folder / "files").mkdir(parents=True)
    files = [write(folder, number, name, *given) for number, (name, given) in enumerate(SCRIPTS.items(), 1)]
    studies = judge(files)
    for file in files:
        file["sha256"] = file.pop("content")
    text = json.dumps({"files": files, "studies": studies}, ensure_ascii=False, indent=1)
    (folder / "expected.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
