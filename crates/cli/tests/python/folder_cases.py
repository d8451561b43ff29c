"""What is left out, odd UIDs, and what several files say of one study."""

from case_files import *


def no_dicom(cases):
    cases.add("other/empty.dcm", b"", reason="empty")
    others = {
        "one byte.bin": b"x",
        "letter.txt": b"Dear colleague, thank you for sending this patient.\n" * 20,
        "short.txt": b"hello",
        "page.html": b"<!doctype html><title>viewer</title>" + b"<p>text</p>" * 50,
        "photo.jpg": b"\xFF\xD8\xFF\xE0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0" + random.Random(5).randbytes(3_000) + b"\xFF\xD9",
        "picture.png": b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0" + bytes(200),
        "report.pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n" * 30,
        "viewer.exe": b"MZ\x90\0\3\0\0\0\4\0\0\0\xFF\xFF" + bytes(3_000),
        "zeros.bin": bytes(5_000),
        "ones.bin": b"\xFF" * 5_000,
        "noise.bin": random.Random(6).randbytes(5_000),
        "table.csv": b"2,0,8,0,patient,study\n" * 40,
        "archive.7z": b"7z\xBC\xAF\x27\x1C\0\4" + random.Random(7).randbytes(500),
        "archive.gz": b"\x1F\x8B\x08\0\0\0\0\0\0\3" + random.Random(8).randbytes(500),
        "almost.dcm": bytes(128) + b"DICN" + bytes(300),
        "Thumbs.db": b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + bytes(2_000),
        ".DS_Store": b"\0\0\0\1Bud1\0\0\x10\0\0\0\x08\0" + bytes(2_000),
    }
    for name, content in others.items():
        packed = name == "archive.7z"
        cases.add(f"other/{name}", content, reason="unsupported-archive" if packed else "not-dicom")
    cases.add("other/magic and nothing else.dcm", bytes(128) + b"DICM", reason="missing-uid")


def directories(cases):
    listing = {"sop_class_uid": "1.2.840.10008.1.3.10", "without": ("study_uid", "series_uid", "modality"), "pixels": False}
    image = cases.image(**listing)
    cases.add("dicomdir/by class.dcm", image.file(), image, reason="dicomdir", transfer_syntax=EXPLICIT, sound=True)
    image = cases.image(pixels=False, without=("sop_class_uid",))
    content = part10(meta(EXPLICIT, "1.2.840.10008.1.3.10", "1.2.3"), image.data_set())
    fields = image.but(sop_class_uid="1.2.840.10008.1.3.10")
    cases.add("dicomdir/by class in meta only.dcm", content, fields=fields, reason="dicomdir", transfer_syntax=EXPLICIT, sound=True)
    for name in ("DICOMDIR", "lower/dicomdir"):
        image = cases.image()
        cases.add(f"dicomdir/{name}", image.file(), image, reason="dicomdir", transfer_syntax=EXPLICIT, keep_name=True, sound=True)
    image = cases.image()
    cases.add("dicomdir/DICOMDIR of last year.dcm", image.file(), image, transfer_syntax=EXPLICIT, sound=True)


def rules(cases):
    image = cases.image(sop_class_uid=RAW, modality="MR", protocol_name="ExamCard")
    cases.add("rules/exam card.dcm", image.file(), image, reason="excluded", transfer_syntax=EXPLICIT, sound=True)
    image = cases.image(sop_class_uid=RAW, modality="MR", protocol_name="ExamCard  ", pixels=False)
    cases.add("rules/exam card, padded.dcm", image.file(), fields=image.but(protocol_name="ExamCard"), reason="excluded", transfer_syntax=EXPLICIT, sound=True)
    image = cases.image(sop_class_uid=RAW, modality="MR", protocol_name="T1")
    cases.add("rules/other raw data.dcm", image.file(), image, transfer_syntax=EXPLICIT, sound=True)
    image = cases.image(sop_class_uid=MR, modality="MR", protocol_name="ExamCard")
    cases.add("rules/an image of that protocol.dcm", image.file(), image, transfer_syntax=EXPLICIT, sound=True)


def uids(cases):
    def add(name, image, fields=None, sound=True, **expected):
        cases.add(f"uids/{name}.dcm", image.file(), image, fields=fields, transfer_syntax=EXPLICIT, sound=sound, **expected)

    for key in ("study_uid", "series_uid"):
        image = cases.image(without=(key,))
        add(f"no {key}", image, reason="missing-uid")
        for name, value in (("empty", ""), ("blank", "  "), ("zeros", "\0\0")):
            image = cases.image(**{key.removesuffix("_uid"): value})
            add(f"{name} {key}", image, image.but(**{key: None}), reason="missing-uid")
    image = cases.image(without=("instance_uid",))
    content = part10(meta(EXPLICIT, CT, "", without=(0x00020003,)), image.data_set())
    cases.add("uids/no instance_uid anywhere.dcm", content, image, transfer_syntax=EXPLICIT, sound=True)

    longest = ROOT + "." + "1" * (63 - len(ROOT))
    assert len(longest) == 64
    regular = {"64 characters": longest, "a zero component": f"{ROOT}.0.5", "one component": "12345"}
    irregular = {
        "letters": f"{ROOT}.abc", "65 characters": longest + "1", "markup": "<img src=x onerror=alert(1)>",
        "path": "../../etc/passwd", "backed path": "C:/Windows/System32", "leading zero": f"{ROOT}.007",
        "trailing dot": f"{ROOT}.5.", "empty component": f"{ROOT}..5", "dots": "..", "inner space": "1.2. 3",
        "negative": "-1.2.3", "null": "null", "quote": "1.2'\"`3", "very long": "1." * 500 + "1",
    }
    for key in ("study", "series", "instance"):
        for name, value in regular.items():
            add(f"{key}, {name}", cases.image(**{key: value}))
        for name, value in irregular.items():
            add(f"{key}, {name}", cases.image(**{key: value}), warnings=["irregular-uid"])
        image = cases.image(**{key: f"{ROOT}.8.{len(cases.files)}\\{ROOT}.9"})
        first = image.fields[f"{key}_uid"].split("\\")[0]
        add(f"{key}, several values", image, image.but(**{f"{key}_uid": first}), warnings=["irregular-uid"])
        image = cases.image(**{key: f"{ROOT}.7.{len(cases.files)}0 "})
        first = image.fields[f"{key}_uid"].strip()
        add(f"{key}, padded with a space", image, image.but(**{f"{key}_uid": first}))


def groups(cases):
    """Duplicates, conflicts and the studies themselves are found by `judge`, from what is equal here."""

    def add(name, image, content=None):
        cases.add(f"groups/{name}.dcm", content or image.file(), image, transfer_syntax=EXPLICIT)

    def member(number, **given):
        study = f"{ROOT}.{number}"
        same = {"patient_name": "Doe^Jane", "patient_id": "1"}
        return cases.image(**{"study": study, "series": f"{study}.1", **same, **given})

    image = member(5001)
    for name in ("a", "b", "c/a"):
        add(f"same twice/{name}", image)
    instance = f"{ROOT}.5002.1.1"
    one, two = (member(5002, instance=instance, series_description=text) for text in ("ab", "cd"))
    for name, image in (("1", one), ("2", two), ("3, a copy of 2", two)):
        add(f"conflict of the same size/{name}", image)
    instance = f"{ROOT}.5003.1.1"
    for n, text in enumerate(("short", "longer than that")):
        add(f"conflict of another size/{n}", member(5003, instance=instance, series_description=text))
    # The difference lies in the pixels, behind what is read.
    image = member(5004, pixels=False)
    for n in (1, 2):
        data = image.data_set() + EXPLICIT_LE.element(PIXELS, "OW", bytes([n]) * 200_000)
        add(f"conflict in the pixels/{n}", image, image.file(EXPLICIT, data))
    # The same instance UID in another series or study is another instance.
    instance = f"{ROOT}.5005.9.9"
    for n, (study, series) in enumerate(((5005, 1), (5005, 2), (5006, 1))):
        image = member(study, series=f"{ROOT}.{study}.{series}", instance=instance)
        add(f"same instance UID elsewhere/{n}", image)
    patients = {
        "two ids": [{}, {"patient_id": "2"}],
        "two names": [{}, {"patient_name": "Roe^Richard"}],
        "one without a name": [{}, {"patient_name": ""}],
        "one without an id": [{"patient_id": ""}, {}],
        "one patient": [{}, {}],
        "two names behind none": [{"patient_name": ""}, {}, {"patient_name": "Roe^Richard"}],
    }
    for number, (name, differences) in enumerate(patients.items(), 5010):
        for n, given in enumerate(differences):
            add(f"patients, {name}/{n}", member(number, **given))
    # A value is taken from the first file in path order that has it.
    for n, modality in enumerate(("MR", "PR", "MR", "SR")):
        values = {
            "patient_name": "" if n == 0 else "Given^Later", "study_time": f"10000{n}", "series_date": "20240116",
            "series_time": f"11000{n}", "study_description": "" if n < 2 else f"Description {n}",
            "institution_name": f"Hospital {n}", "series_description": f"Series {n}",
            "body_part": "" if n < 3 else "KNEE", "series_number": str(n % 3), "modality": modality,
        }
        add(f"first that has it/{n}", member(5020, series=f"{ROOT}.5020.{n % 3}", **values))
