"""Headers in every form that is accepted."""

from case_files import *


def every_field(cases):
    values = {
        "study_date": "20240115",
        "series_date": "20240116",
        "study_time": "101112.131415",
        "series_time": "111213",
        "accession_no": "ACC 1",
        "modality": "CT",
        "institution_name": "Hospital",
        "institution_address": "1 Street\r\nTown",
        "referring_physician_name": "Ref^Physician^^Dr",
        "tz_offset": "+1000",
        "study_description": "Knee left",
        "series_description": "Axial 1mm",
        "patient_name": "Doe^Jane^Ann",
        "patient_id": "P 1",
        "issuer_of_patient_id": "Issuer",
        "patient_birth_date": "19700102",
        "patient_sex": "F",
        "other_patient_ids": "one\\two\\three",
        "body_part": "KNEE",
        "protocol_name": "Routine",
        "study_id": "S1",
        "series_number": "-12",
    }
    missing = TABLE.keys() - values.keys() - {"sop_class_uid", "instance_uid", "study_uid", "series_uid"}
    assert not missing, missing
    for name, transfer_syntax in (("implicit", IMPLICIT), ("explicit", EXPLICIT), ("big endian", BIG_ENDIAN)):
        image = cases.image(**values)
        cases.add(f"fields/{name}.dcm", image.file(transfer_syntax), image, transfer_syntax=transfer_syntax, sound=True)
    padded = cases.image(other_patient_ids=" one \\two\0\\ three", patient_id="  P 1 \0", study_date="20240115  ")
    read_as = padded.but(other_patient_ids="one\\two\\three", patient_id="P 1", study_date="20240115")
    cases.add("fields/padded.dcm", padded.file(), fields=read_as, transfer_syntax=EXPLICIT)
    image = cases.image(without=("sop_class_uid", "instance_uid"))
    uids = {"sop_class_uid": MR, "instance_uid": f"{ROOT}.77.7"}
    content = part10(meta(EXPLICIT, *uids.values()), image.data_set())
    cases.add("fields/only in meta.dcm", content, fields=image.but(**uids), transfer_syntax=EXPLICIT, sound=True)
    empty = cases.image(sop_class_uid="", instance_uid="")
    content = part10(meta(EXPLICIT, *uids.values()), empty.data_set())
    cases.add("fields/empty beside meta.dcm", content, fields=empty.but(**uids), transfer_syntax=EXPLICIT, sound=True)


def transfer_syntaxes(cases):
    encapsulated = [f"1.2.840.10008.1.2.4.{n}" for n in (50, 51, 57, 70, 80, 81, 90, 91, 92, 93)]
    encapsulated += [f"1.2.840.10008.1.2.4.{n}" for n in (100, 101, 102, 103, 104, 105, 106, 107, 108)]
    encapsulated += [f"1.2.840.10008.1.2.4.{n}" for n in (110, 111, 112, 201, 202, 203)]
    encapsulated += ["1.2.840.10008.1.2.4.100.1", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.1.98", "1.2.840.10008.1.2.8.1"]
    for transfer_syntax in encapsulated:
        image = cases.image(pixels=False)
        data = image.data_set() + EXPLICIT_LE.fragments([b"\xFF\xD8frame\xFF\xD9 "])
        cases.add(f"syntaxes/{transfer_syntax}.dcm", image.file(transfer_syntax, data), image, transfer_syntax=transfer_syntax, sound=True)
    # Pixel data by reference to a server (PS3.5 §A.6): there is none in the file.
    for transfer_syntax in ("1.2.840.10008.1.2.4.94", "1.2.840.10008.1.2.4.204"):
        image = cases.image(pixels=False)
        data = image.data_set(more=[(0x00287FE0, "UR", "https://example.invalid/pixels")])
        cases.add(f"syntaxes/{transfer_syntax}.dcm", image.file(transfer_syntax, data), image, transfer_syntax=transfer_syntax, sound=True)
    for transfer_syntax in ("1.2.840.10008.1.2.4.95", "1.2.840.10008.1.2.4.205"):
        image = cases.image(pixels=False)
        data = deflate(image.data_set(more=[(0x00287FE0, "UR", "https://example.invalid/pixels")]))
        cases.add(f"syntaxes/{transfer_syntax}.dcm", image.file(transfer_syntax, data), image, transfer_syntax=transfer_syntax)
    for name, transfer_syntax in (("unknown", "1.2.3.4.5.6.7"), ("private", "1.3.46.670589.33.1.4.1")):
        image = cases.image()
        cases.add(f"syntaxes/{name}.dcm", image.file(transfer_syntax), image, transfer_syntax=transfer_syntax, sound=True)
    # GE's private syntax is implicit little endian but for the pixels.
    image = cases.image()
    content = image.file("1.2.840.113619.5.2", image.data_set(IMPLICIT_LE))
    cases.add("syntaxes/private implicit.dcm", content, image, transfer_syntax="1.2.840.113619.5.2")


def deflated(cases):
    image = cases.image()
    cases.add("deflated/plain.dcm", image.file(DEFLATED), image, transfer_syntax=DEFLATED, sound=True)
    image = cases.image()
    data = image.data_set(more=[(0x00091010, "OB", bytes(5_000_000))])
    cases.add("deflated/5 MB of zeros before the UIDs.dcm", image.file(DEFLATED, data), image, transfer_syntax=DEFLATED, sound=True)
    image = cases.image()
    content = part10(image.meta(DEFLATED), deflate(image.data_set(), wrapped=True))
    cases.add("deflated/wrapped as zlib.dcm", content, image, transfer_syntax=DEFLATED)
    image = cases.image()
    cases.add("deflated/padded with zeros.dcm", image.file(DEFLATED) + bytes(512), image, transfer_syntax=DEFLATED)


def bare(cases):
    image = cases.image()
    cases.add("bare/from group 2 on.dcm", image.file()[132:], image, transfer_syntax=EXPLICIT, sound=True)
    for name, encoding in (("implicit", IMPLICIT_LE), ("explicit", EXPLICIT_LE), ("big endian", EXPLICIT_BE)):
        image = cases.image()
        cases.add(f"bare/{name}.dcm", image.data_set(encoding), image, sound=True)
        image = cases.image()
        length = struct.pack(encoding.order + "I", 400)
        content = image.data_set(encoding, more=[(0x00080000, "UL", length)])
        cases.add(f"bare/{name} with a group length.dcm", content, image, sound=True)
        image = cases.image(pixels=False)
        cases.add(f"bare/{name} charset first.dcm", image.data_set(encoding, [(0x00080005, "CS", "ISO_IR 100")]), image, sound=True)
    # Shorter than a preamble.
    short = cases.image(pixels=False, without=("study_date", "modality", "patient_name", "patient_id", "series_number", "sop_class_uid"))
    content = short.data_set(IMPLICIT_LE)
    assert len(content) < 128 + 4
    cases.add("bare/shorter than a preamble.dcm", content, short)


def untrue_meta(cases):
    def add(name, transfer_syntax=EXPLICIT, encoding=EXPLICIT_LE, stated=None, **given):
        image = cases.image()
        content = image.file(transfer_syntax, image.data_set(encoding), **given)
        stated = transfer_syntax if stated is None else stated
        cases.add(f"meta/{name}.dcm", content, image, transfer_syntax=stated)

    add("group length too long", group_length=100_000)
    add("group length too short", group_length=20)
    add("group length zero", group_length=0)
    add("group length beyond any file", group_length=0xFFFFFFF0)
    add("no group length", without=(0x00020000,))
    add("AE title too long", extra=[(0x00020016, "AE", "A TITLE OF MORE THAN SIXTEEN LETTERS")])
    add("AE title of odd length", extra=[(0x00020016, "AE", b"ODD", False)])
    add("no transfer syntax", stated="", without=(0x00020010,))
    add("no transfer syntax, implicit", stated="", without=(0x00020010,), encoding=IMPLICIT_LE)
    add("no transfer syntax, big endian", stated="", without=(0x00020010,), encoding=EXPLICIT_BE)
    add("says implicit, is explicit", IMPLICIT, EXPLICIT_LE)
    add("says explicit, is implicit", EXPLICIT, IMPLICIT_LE)
    add("says big endian, is explicit", BIG_ENDIAN, EXPLICIT_LE)
    add("says big endian, is implicit", BIG_ENDIAN, IMPLICIT_LE)
    add("says explicit, is big endian", EXPLICIT, EXPLICIT_BE)
    add("says implicit, is big endian", IMPLICIT, EXPLICIT_BE)
    image = cases.image()
    content = part10(image.meta(DEFLATED), image.data_set())
    cases.add("meta/says deflated, is not.dcm", content, image, transfer_syntax=DEFLATED)
    image = cases.image()
    cases.add("meta/no group 2.dcm", part10(b"", image.data_set()), image)
    image = cases.image()
    content = part10(meta(EXPLICIT, "CT Image", "instance <1>"), image.data_set())
    cases.add("meta/letters in its UIDs.dcm", content, image, transfer_syntax=EXPLICIT)
    image = cases.image()
    tiff = b"II*\0" + bytes(124)
    cases.add("meta/a TIFF in the preamble.dcm", part10(image.meta(EXPLICIT), image.data_set(), tiff), image, transfer_syntax=EXPLICIT, sound=True)


def objects(cases):
    kinds = {
        "enhanced CT multi-frame": ("2.1", "CT"), "ultrasound multi-frame": ("3.1", "US"), "SR": ("88.33", "SR"),
        "RT dose": ("481.2", "RTDOSE"), "RT structures": ("481.3", "RTSTRUCT"), "RT plan": ("481.5", "RTPLAN"),
        "presentation state": ("11.1", "PR"), "key objects": ("88.59", "KO"), "ECG": ("9.1.1", "ECG"),
        "segmentation": ("66.4", "SEG"), "PDF": ("104.1", "DOC"), "STL": ("104.3", "M3D"), "photo": ("77.1.4", "XC"),
        "spectroscopy": ("4.2", "MR"), "whole slide": ("77.1.6", "SM"), "registration": ("66.1", "REG"),
    }
    for name, (sop_class, modality) in kinds.items():
        sop_class = f"1.2.840.10008.5.1.4.1.1.{sop_class}"
        image = cases.image(sop_class_uid=sop_class, modality=modality, pixels=modality in ("CT", "US", "SM", "XC"))
        item = EXPLICIT_LE.element(0x0020000D, "UI", "6.6.6") + EXPLICIT_LE.element(0x0020000E, "UI", "6.6.6.6")
        more = [(0x00281052, "DS", "0")]
        if modality in ("CT", "US", "SM"):
            more = [(0x00280008, "IS", "2")]
        if name in ("PDF", "STL"):
            more = [(0x00420011, "OB", b"%PDF-1.4\n" * 200)]
        data = image.data_set(more=more)
        if modality in ("SR", "KO", "PR", "REG"):
            data += EXPLICIT_LE.nested(0x00400000 | 0xA730, 3, item)
        cases.add(f"objects/{name}.dcm", image.file(EXPLICIT, data), image, transfer_syntax=EXPLICIT, sound=True)
    video = "1.2.840.10008.1.2.4.102"
    image = cases.image(sop_class_uid="1.2.840.10008.5.1.4.1.1.77.1.4.1", modality="XC", pixels=False)
    data = image.data_set(more=[(0x00280008, "IS", "250")]) + EXPLICIT_LE.fragments([b"\0\0\0\x18ftypmp42" * 500])
    cases.add("objects/video.dcm", image.file(video, data), image, transfer_syntax=video, sound=True)


def nesting(cases):
    referenced = 0x00081140
    decoy = EXPLICIT_LE.element(0x0020000D, "UI", "6.6.6") + EXPLICIT_LE.element(0x00100010, "PN", "Wrong^Patient")
    implicit_decoy = IMPLICIT_LE.element(0x0020000D, "UI", "6.6.6")

    def add(name, inside, after=TABLE["series_description"], transfer_syntax=EXPLICIT, **expected):
        image = cases.image()
        data = image.around(inside, after, encoding_of(transfer_syntax))
        cases.add(f"nesting/{name}.dcm", image.file(transfer_syntax, data), image, transfer_syntax=transfer_syntax, **expected)

    for transfer_syntax, form in ((EXPLICIT, "explicit"), (IMPLICIT, "implicit"), (BIG_ENDIAN, "big endian")):
        encoding = encoding_of(transfer_syntax)
        hidden = encoding.element(0x0020000D, "UI", "6.6.6")
        for depth in (1, 50, 5_000):
            inside = encoding.nested(referenced, depth, hidden)
            add(f"{depth} deep, {form}", inside, transfer_syntax=transfer_syntax, sound=depth < 100)
        item = encoding.head(ITEM, None, len(hidden)) + hidden
        add(f"defined lengths, {form}", encoding.head(referenced, "SQ", len(item)) + item, transfer_syntax=transfer_syntax, sound=True)
        inside = encoding.head(referenced, "SQ", UNDEFINED) + item * 3 + encoding.head(SEQUENCE_END, None, 0)
        add(f"items of defined length, {form}", inside, transfer_syntax=transfer_syntax, sound=True)
    items = IMPLICIT_LE.head(ITEM, None, UNDEFINED) + implicit_decoy + IMPLICIT_LE.head(ITEM_END, None, 0)
    un = EXPLICIT_LE.head(0x00091010, "UN", UNDEFINED) + items + IMPLICIT_LE.head(SEQUENCE_END, None, 0)
    add("UN of undefined length", un, sound=True)
    add("UN of undefined length, nested", EXPLICIT_LE.head(0x00091010, "UN", UNDEFINED)
        + IMPLICIT_LE.head(ITEM, None, UNDEFINED) + IMPLICIT_LE.nested(0x00091011, 50, implicit_decoy)
        + IMPLICIT_LE.head(ITEM_END, None, 0) + IMPLICIT_LE.head(SEQUENCE_END, None, 0))
    private = EXPLICIT_LE.element(0x00090010, "LO", "CREATOR") + EXPLICIT_LE.nested(0x00091010, 2, decoy)
    add("private sequence of undefined length", private, sound=True)
    private = IMPLICIT_LE.element(0x00090010, "LO", "CREATOR") + IMPLICIT_LE.nested(0x00091010, 2, implicit_decoy)
    add("private sequence of undefined length, implicit", private, transfer_syntax=IMPLICIT, sound=True)
    item = EXPLICIT_LE.head(ITEM, None, len(decoy)) + decoy
    add("no sequence delimiter", EXPLICIT_LE.head(referenced, "SQ", UNDEFINED) + item)
    open_item = EXPLICIT_LE.head(ITEM, None, UNDEFINED) + decoy
    add("no item delimiter", EXPLICIT_LE.head(referenced, "SQ", UNDEFINED) + open_item + EXPLICIT_LE.head(SEQUENCE_END, None, 0))
    add("empty sequence of undefined length", EXPLICIT_LE.head(referenced, "SQ", UNDEFINED) + EXPLICIT_LE.head(SEQUENCE_END, None, 0), sound=True)


def lengths(cases):
    def add(name, inside, after=TABLE["series_description"], transfer_syntax=EXPLICIT, image=None, tail=b"", **expected):
        image = image or cases.image()
        data = image.around(inside, after, encoding_of(transfer_syntax))
        content = image.file(transfer_syntax, data) + tail
        cases.add(f"lengths/{name}.dcm", content, image, transfer_syntax=transfer_syntax, **expected)

    add("odd, explicit", EXPLICIT_LE.element(0x00091010, "LO", b"odd", False), sound=True)
    add("odd, implicit", IMPLICIT_LE.element(0x00091010, "LO", b"odd", False), transfer_syntax=IMPLICIT, sound=True)
    image = cases.image(pixels=False, without=("series_number", "patient_id"))
    odd = EXPLICIT_LE.element(0x00100020, "LO", b"odd", False)
    data = image.around(odd, 0x00100010)
    cases.add("lengths/odd, in a needed value.dcm", image.file(EXPLICIT, data), fields=image.but(patient_id="odd"), transfer_syntax=EXPLICIT, sound=True)
    for tail in (1, 8, 2_048):
        image = cases.image(pixels=False)
        add(f"{tail} trailing zeros, no pixels", b"", image=image, tail=bytes(tail))
        add(f"{tail} trailing zeros", b"", tail=bytes(tail))
    for transfer_syntax in (EXPLICIT, IMPLICIT, BIG_ENDIAN):
        encoding = encoding_of(transfer_syntax)
        long = encoding.element(0x00091010, "OB", random.Random(4).randbytes(3_000_000))
        add(f"3 MB before the UIDs, {transfer_syntax}", long, transfer_syntax=transfer_syntax, sound=True)
    vrs = "AE AS AT CS DA DS DT FL FD IS LO LT OB OD OF OL OV OW PN SH SL SS ST SV TM UC UI UL UN UR US UT UV".split()
    for transfer_syntax in (EXPLICIT, BIG_ENDIAN):
        encoding = encoding_of(transfer_syntax)
        every = b"".join(encoding.element(0x00091010 + n, vr, b"0" * 8) for n, vr in enumerate(vrs))
        add(f"every VR, {transfer_syntax}", every, transfer_syntax=transfer_syntax, sound=True)
    # 64 KiB is the most that a needed value is read of; longer ones are stepped over.
    for length in (65_535, 65_536, 65_537):
        image = cases.image(institution_address="x" * length)
        data = b"".join(IMPLICIT_LE.element(*element, False) for element in image.elements())
        fields = image.fields if length <= 65_536 else image.but(institution_address=None)
        cases.add(f"lengths/a needed value of {length}.dcm", image.file(IMPLICIT, data), fields=fields, transfer_syntax=IMPLICIT)
