"""What the contract says of files once their values are known: reasons, warnings, studies. Written from the
specification, not from the program, so that the two can disagree."""

import re

# key of the table in the contract, tag
TABLE = {
    "sop_class_uid": 0x00080016,
    "instance_uid": 0x00080018,
    "study_date": 0x00080020,
    "series_date": 0x00080021,
    "study_time": 0x00080030,
    "series_time": 0x00080031,
    "accession_no": 0x00080050,
    "modality": 0x00080060,
    "institution_name": 0x00080080,
    "institution_address": 0x00080081,
    "referring_physician_name": 0x00080090,
    "tz_offset": 0x00080201,
    "study_description": 0x00081030,
    "series_description": 0x0008103E,
    "patient_name": 0x00100010,
    "patient_id": 0x00100020,
    "issuer_of_patient_id": 0x00100021,
    "patient_birth_date": 0x00100030,
    "patient_sex": 0x00100040,
    "other_patient_ids": 0x00101000,
    "body_part": 0x00180015,
    "protocol_name": 0x00181030,
    "study_uid": 0x0020000D,
    "series_uid": 0x0020000E,
    "study_id": 0x00200010,
    "series_number": 0x00200011,
}
UID_KEYS = ("study_uid", "series_uid", "instance_uid")
MEDIA_STORAGE_DIRECTORY = "1.2.840.10008.1.3.10"
RAW_DATA = "1.2.840.10008.5.1.4.1.1.66"


def is_regular(uid):
    """PS3.5 §9.1: numbers without leading zeros joined by dots, at most 64 characters."""
    return len(uid) <= 64 and re.fullmatch(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))*", uid) is not None


def left_out(path, fields):
    """The reason that a file's own values give for leaving it out."""
    if fields.get("sop_class_uid") == MEDIA_STORAGE_DIRECTORY or path.rsplit("/", 1)[-1].upper() == "DICOMDIR":
        return "dicomdir"
    if fields.get("sop_class_uid") == RAW_DATA and fields.get("protocol_name") == "ExamCard":
        return "excluded"
    if not fields.get("study_uid") or not fields.get("series_uid"):
        return "missing-uid"
    return None


def judge(files):
    """Fills in duplicates and conflicts of `files`, which are `{path, status, reason, warnings, transfer_syntax,
    fields, content}` (any value that tells equal bytes from others), and returns the studies."""
    files.sort(key=lambda file: file["path"].encode())
    known = {}
    for file in files:
        uid = tuple(file["fields"].get(key, "") for key in UID_KEYS)
        if file["status"] != "accepted" or not uid[2]:
            continue
        same = known.setdefault(uid, {})
        if file["content"] in same:
            file.update(status="left-out", reason="duplicate", warnings=[])
        else:
            same[file["content"]] = file
    for same in known.values():
        if len(same) > 1:
            for file in same.values():
                file["warnings"] = sorted({*file["warnings"], "conflict"})
    return studies([file for file in files if file["status"] == "accepted"])


def studies(accepted):
    """StudyInfo of the accepted files, which are in path order."""
    found = {}
    for file in accepted:
        found.setdefault(file["fields"]["study_uid"], []).append(file)
    return [study(uid, files) for uid, files in found.items()]


def study(uid, files):
    def first(key, among=files):
        return next((file["fields"][key] for file in among if file["fields"].get(key)), "")

    def distinct(key):
        return {file["fields"][key] for file in files if file["fields"].get(key)}

    series = {}
    for file in files:
        series.setdefault(file["fields"]["series_uid"], []).append(file)
    warnings = {warning for file in files for warning in file["warnings"]}
    if len(distinct("patient_name")) > 1 or len(distinct("patient_id")) > 1:
        warnings.add("mixed-patient")
    modalities = dict.fromkeys(file["fields"].get("modality", "").split("\\")[0] for file in files)
    keys = ("patient_name", "patient_id", "study_date", "study_time", "study_description", "institution_name")
    return {
        "study_uid": uid,
        **{key: first(key) for key in keys},
        "modalities": [modality for modality in modalities if modality],
        "series_count": len(series),
        "images": len(files),
        "series": {
            series_uid: {
                "study_instance_uid": uid,
                "series_instance_uid": series_uid,
                "modality": first("modality", members).split("\\")[0],
                "series_description": first("series_description", members),
                "body_part_examined": first("body_part", members),
                "series_date": first("series_date", members),
                "series_time": first("series_time", members),
                "study_date": first("study_date", members),
                "series_number": first("series_number", members),
                "images": len(members),
            }
            for series_uid, members in series.items()
        },
        "warnings": sorted(warnings),
    }
