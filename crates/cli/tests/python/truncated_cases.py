"""Files that end too early, beside whole ones of the same kind."""

from io import BytesIO

from pydicom import dcmread

from case_files import *
from ground_truth import fields_of


def truncated(cases):
    for name, transfer_syntax in (("implicit", IMPLICIT), ("explicit", EXPLICIT), ("big endian", BIG_ENDIAN)):
        encoding = encoding_of(transfer_syntax)
        stated = {"transfer_syntax": transfer_syntax}
        image = cases.image(pixels=False)
        whole = image.file(transfer_syntax)
        cases.add(f"truncated/{name}, no pixels, whole.dcm", whole, image, sound=True, **stated)
        image = cases.image(pixels=False)
        content = image.file(transfer_syntax)[:-1]
        fields = image.but(series_number=None)
        cases.add(f"truncated/{name}, in the last value.dcm", content, fields=fields, warnings=["truncated"], **stated)
        image = cases.image(pixels=False)
        content = image.file(transfer_syntax)[:-7]
        fields = image.but(series_number=None)
        cases.add(f"truncated/{name}, in the last tag.dcm", content, fields=fields, warnings=["truncated"], **stated)
        image = cases.image(pixels=False)
        data = image.data_set(encoding, [(0x00280010, "US", struct.pack(encoding.order + "H", 512))])
        cases.add(f"truncated/{name}, behind what is read.dcm", image.file(transfer_syntax, data)[:-1], image, warnings=["truncated"], **stated)
        for cut, warnings in ((0, []), (1, ["truncated"]), (200_000, ["truncated"]), (299_999, ["truncated"]), (300_000, ["truncated"])):
            image = cases.image(pixels=False)
            data = image.data_set(encoding) + encoding.element(PIXELS, "OW", random.Random(1).randbytes(300_000))
            content = image.file(transfer_syntax, data)
            content = content[: len(content) - cut]
            cases.add(f"truncated/{name}, native pixels less {cut}.dcm", content, image, warnings=warnings, **stated)
    # Pixels without a VR's length limit: a claim beyond any file.
    image = cases.image(pixels=False)
    data = image.data_set() + EXPLICIT_LE.head(PIXELS, "OW", 0xFFFFFFF0) + bytes(1000)
    cases.add("truncated/native pixels of 4 GB claimed.dcm", image.file(EXPLICIT, data), image, warnings=["truncated"], transfer_syntax=EXPLICIT)
    content = cases.image().file()[:300]
    cases.add("truncated/before the UIDs.dcm", content, reason="missing-uid", transfer_syntax=EXPLICIT, fields=before_uids(content))
    # The study's id doesn't shrink, so that half of the stream ends in it.
    noise = "".join(random.Random(2).choices([chr(c) for c in range(33, 127) if c != 92], k=60_000))
    image = cases.image(pixels=False, study_id=noise)
    data = deflate(image.data_set())
    content = part10(image.meta(DEFLATED), data[: len(data) // 2])
    fields = image.but(study_id=None, series_number=None)
    cases.add("truncated/deflated, in the header.dcm", content, fields=fields, warnings=["truncated"], transfer_syntax=DEFLATED)
    for name, keep, warnings in (("whole", 1.0, []), ("in the pixels", 0.6, ["truncated"])):
        image = cases.image(pixels=False)
        data = deflate(image.data_set() + EXPLICIT_LE.element(PIXELS, "OW", random.Random(3).randbytes(20_000)))
        content = part10(image.meta(DEFLATED), data[: int(len(data) * keep)])
        cases.add(f"truncated/deflated, {name}.dcm", content, image, warnings=warnings, transfer_syntax=DEFLATED)


def encapsulated(cases):
    jpeg = "1.2.840.10008.1.2.4.50"
    frames = [random.Random(n).randbytes(100_000) for n in range(3)]
    whole = EXPLICIT_LE.fragments(frames)
    no_end = EXPLICIT_LE.fragments(frames, end=False)
    padding = EXPLICIT_LE.element(0xFFFCFFFC, "OB", bytes(200))
    endings = {
        "whole": (whole, []),
        "whole, and padding": (whole + padding, []),
        "whole, and zeros": (whole + bytes(512), []),
        "in a fragment": (whole[:-150_000], ["truncated"]),
        "between fragments": (EXPLICIT_LE.fragments(frames[:2], end=False), ["truncated"]),
        "in the last fragment": (no_end[:-1], ["truncated"]),
        "before the delimiter": (no_end, ["truncated"]),
        "in the delimiter": (whole[:-1], ["truncated"]),
        "behind the pixels' tag": (whole[:12], ["truncated"]),
    }
    for name, (pixels, warnings) in endings.items():
        image = cases.image(pixels=False)
        content = image.file(jpeg, image.data_set() + pixels)
        cases.add(f"truncated/encapsulated, {name}.dcm", content, image, warnings=warnings, transfer_syntax=jpeg)
    # A fragment that holds the bytes of a delimiter is not the end.
    image = cases.image(pixels=False)
    decoy = EXPLICIT_LE.head(SEQUENCE_END, None, 0)
    pixels = EXPLICIT_LE.fragments([frames[0] + decoy + bytes(100)])
    cases.add("truncated/encapsulated, a delimiter's bytes within.dcm", image.file(jpeg, image.data_set() + pixels), image, transfer_syntax=jpeg)


def before_uids(content):
    """What a cut file says before its end, by pydicom."""
    return fields_of(dcmread(BytesIO(content), force=True))
