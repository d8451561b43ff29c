"""ZIP files: honest, odd, damaged and hostile."""

import io
import struct
import warnings
import zipfile

from case_files import *

STORED, DEFLATE = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
# Where flags, CRC, packed and unpacked size are in a local header, and in one of the directory (APPNOTE 6.3.10 §4.3).
LOCAL_AT = {"flags": 6, "crc": 14, "packed": 18, "size": 22}
CENTRAL_AT = {"flags": 8, "crc": 16, "packed": 20, "size": 24, "offset": 42}


class Unseekable(io.RawIOBase):
    """Where a writer can't go back to fill in sizes, so that they follow the data (§4.3.9)."""

    def __init__(self):
        self.content = b""

    def writable(self):
        return True

    def write(self, data):
        self.content += bytes(data)
        return len(data)


def packed(entries, method=DEFLATE, to=None, comment=b"", zip64=False):
    """A ZIP of `[(name or ZipInfo, bytes)]`."""
    to = to or io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(to, "w", method) as archive:
        warnings.simplefilter("ignore")
        archive.comment = comment
        for name, content in entries:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name)
            if not isinstance(name, zipfile.ZipInfo):
                info.compress_type = method
            with archive.open(info, "w", force_zip64=zip64) as entry:
                entry.write(content)
    return to.content if isinstance(to, Unseekable) else to.getvalue()


def using(name, method):
    info = zipfile.ZipInfo(name)
    info.compress_type = method
    return info


def patched(archive, signature, nth, at, form, value):
    """Other bytes in the nth header with that signature; `value` may be what makes it from the old one."""
    start = -1
    for _ in range(nth + 1):
        start = archive.index(signature, start + 1)
    old = struct.unpack_from(form, archive, start + at)[0]
    content = bytearray(archive)
    struct.pack_into(form, content, start + at, value(old) if callable(value) else value)
    return bytes(content)


def in_both(archive, nth, field, form, value):
    archive = patched(archive, LOCAL, nth, LOCAL_AT[field], form, value)
    return patched(archive, CENTRAL, nth, CENTRAL_AT[field], form, value)


def raw_names(names, contents):
    """Names byte for byte, which zipfile would tidy up: written under others of the same length."""
    stand_ins = [f"{n:0{len(name)}d}" for n, name in enumerate(names)]
    archive = packed(zip(stand_ins, contents))
    for stand_in, name in zip(stand_ins, names):
        assert archive.count(stand_in.encode()) == 2
        archive = archive.replace(stand_in.encode(), name)
    return archive


class Archives:
    def __init__(self, cases):
        self.cases = cases

    def images(self, count, **given):
        return [self.cases.image(**given) for _ in range(count)]

    def add(self, name, archive, entries):
        """`entries` are `{path within: Image | (bytes, expected)}`."""
        path = self.cases.write(f"archives/{name}", archive)
        for inner, entry in entries.items():
            if isinstance(entry, Image):
                entry = (entry.file(), {"image": entry, "transfer_syntax": EXPLICIT})
            content, expected = entry
            self.cases.expect(f"{path}!/{inner}", content, **expected)

    def whole(self, name, archive, reason):
        """An archive that is left out as one."""
        self.cases.add(f"archives/{name}", archive, reason=reason)


def left_out(reason, content=b""):
    return (content, {"reason": reason})


def archives(cases):
    to = Archives(cases)
    honest(to)
    names(to)
    contents(to)
    refused_entries(to)
    refused_archives(to)


def honest(to):
    def both(name, **given):
        one, two = to.images(2)
        content = [("disc/1.dcm", one.file()), ("disc/2.dcm", two.file())]
        to.add(name, packed(content, **given), {"disc/1.dcm": one, "disc/2.dcm": two})

    both("stored.zip", method=STORED)
    both("deflated.zip", method=DEFLATE)
    both("ZIP64.zip", zip64=True)
    both("ZIP64, stored.zip", zip64=True, method=STORED)
    both("comment.zip", comment=b"made by hand " * 20)
    both("long comment.zip", comment=b"x" * 65_535)
    both("sizes behind the data.zip", to=Unseekable())
    both("sizes behind the data, ZIP64.zip", to=Unseekable(), zip64=True)
    both("UPPER CASE.ZIP")
    both("without extension")
    # What unpacks itself: a program in front, with offsets that know of it and that don't.
    one, two = to.images(2)
    program = b"MZ\x90\0" + b"\xCC" * 5_000
    to.add("program in front, unaware.zip", program + packed([("1.dcm", one.file())]), {"1.dcm": one})
    archive = io.BytesIO(program)
    with zipfile.ZipFile(archive, "a") as appended:
        appended.writestr("2.dcm", two.file())
    to.add("program in front, aware.zip", archive.getvalue(), {"2.dcm": two})
    # Larger than what is read at once, deflated and stored; the needed values behind 3 MB of others.
    long, blank = to.cases.image(), to.cases.image(pixels=False)
    data = long.data_set(more=[(0x00091010, "OB", random.Random(9).randbytes(3_000_000))])
    pixels = blank.data_set() + EXPLICIT_LE.element(PIXELS, "OW", bytes(5_000_000))
    content = {"long.dcm": (long, long.file(EXPLICIT, data)), "blank.dcm": (blank, blank.file(EXPLICIT, pixels))}
    for method, form in ((DEFLATE, "deflated"), (STORED, "stored")):
        archive = packed([(name, file) for name, (_, file) in content.items()], method)
        entries = {name: (file, {"image": image, "transfer_syntax": EXPLICIT}) for name, (image, file) in content.items()}
        to.add(f"3 MB in front of the UIDs, {form}.zip", archive, entries)
    image = to.cases.image()
    to.add("deflated twice.zip", packed([("1.dcm", image.file(DEFLATED))]),
           {"1.dcm": (image.file(DEFLATED), {"image": image, "transfer_syntax": DEFLATED})})


def names(to):
    japanese = to.cases.image()
    to.add("UTF-8 names.zip", packed([("画像/Größe.dcm", japanese.file())]), {"画像/Größe.dcm": japanese})
    one = to.cases.image()
    to.add("CP437 names.zip", raw_names([b"\x82tude \x94.dcm"], [one.file()]), {"étude ö.dcm": one})
    # Nothing climbs out, and either slash parts folders.
    wild = [b"../../../etc/escaped.dcm", b"/absolute/escaped.dcm", b"CD\\IMG\\1.dcm", b"..\\..\\back.dcm", b"a/./b/../c.dcm", b"C:\\drive.dcm"]
    tame = ["etc/escaped.dcm", "absolute/escaped.dcm", "CD/IMG/1.dcm", "back.dcm", "a/b/c.dcm", "drive.dcm"]
    images = to.images(len(wild))
    to.add("wild names.zip", raw_names(wild, [image.file() for image in images]), dict(zip(tame, images)))


def contents(to):
    image = to.cases.image()
    files = [("disc/", b""), ("disc/1.dcm", image.file()), ("disc/readme.txt", b"about this disc"), ("disc/nothing", b"")]
    to.add("other files.zip", packed(files), {
        "disc/1.dcm": image,
        "disc/readme.txt": left_out("not-dicom", b"about this disc"),
        "disc/nothing": left_out("empty"),
    })
    to.add("letters only.zip", packed([("a.txt", b"a letter"), ("b.txt", b"another")]), {
        "a.txt": left_out("not-dicom", b"a letter"),
        "b.txt": left_out("not-dicom", b"another"),
    })
    image = to.cases.image()
    listing = to.cases.image()
    to.add("a disc.zip", packed([("DICOMDIR", listing.file()), ("IMAGES/1", image.file())]), {
        "DICOMDIR": (listing.file(), {"image": listing, "reason": "dicomdir", "transfer_syntax": EXPLICIT}),
        "IMAGES/1": image,
    })
    lost, card = to.cases.image(without=("study_uid",)), to.cases.image(sop_class_uid=RAW, protocol_name="ExamCard")
    odd, cut = to.cases.image(study="not a uid"), to.cases.image(pixels=False)
    cut_file = cut.file(EXPLICIT, cut.data_set() + EXPLICIT_LE.element(PIXELS, "OW", bytes(900)))[:-300]
    to.add("every kind.zip", packed([("lost", lost.file()), ("card", card.file()), ("odd", odd.file()), ("cut", cut_file)]), {
        "lost": (lost.file(), {"image": lost, "reason": "missing-uid", "transfer_syntax": EXPLICIT}),
        "card": (card.file(), {"image": card, "reason": "excluded", "transfer_syntax": EXPLICIT}),
        "odd": (odd.file(), {"image": odd, "warnings": ["irregular-uid"], "transfer_syntax": EXPLICIT}),
        "cut": (cut_file, {"image": cut, "warnings": ["truncated"], "transfer_syntax": EXPLICIT}),
    })
    # The same image in two archives and beside them: `judge` says which one stays, and which are in conflict.
    twin = to.cases.image()
    to.add("twin in an archive.zip", packed([("1.dcm", twin.file()), ("2.dcm", twin.file())]), {"1.dcm": twin, "2.dcm": twin})
    to.add("twin, stored.zip", packed([("3.dcm", twin.file())], STORED), {"3.dcm": twin})
    to.cases.add("archives/a twin outside.dcm", twin.file(), twin, transfer_syntax=EXPLICIT)
    one = to.cases.image(series_description="one")
    values = {"study": one.values["study_uid"], "series": one.values["series_uid"], "instance": one.values["instance_uid"]}
    same = {key: one.values[key] for key in ("patient_name", "patient_id")}
    two = to.cases.image(**values, **same, series_description="two")
    to.add("conflict in an archive.zip", packed([("1.dcm", one.file())]), {"1.dcm": one})
    to.cases.add("archives/conflict outside.dcm", two.file(), two, transfer_syntax=EXPLICIT)


def refused_entries(to):
    """Each beside an entry that is sound, which is accepted."""

    def beside(name, spoil, reason, first="bad.dcm", content=None, **given):
        bad, sound = to.images(2)
        archive = packed([(first, content or bad.file()), ("sound.dcm", sound.file())], **given)
        to.add(name, spoil(archive), {getattr(first, "filename", first): left_out(reason, b"bad"), "sound.dcm": sound})

    def unchanged(archive):
        return archive

    beside("encrypted.zip", lambda zip: in_both(zip, 0, "flags", "<H", lambda flags: flags | 1), "encrypted-archive")
    beside("bzip2.zip", unchanged, "unsupported-archive", using("bad.dcm", zipfile.ZIP_BZIP2))
    beside("LZMA.zip", unchanged, "unsupported-archive", using("bad.dcm", zipfile.ZIP_LZMA))
    inner = packed([("1.dcm", to.cases.image().file())])
    beside("nested.zip", unchanged, "nested-archive", "inner.zip", inner)
    for method, form in ((STORED, "stored"), (DEFLATE, "deflated")):
        beside(f"wrong CRC, {form}.zip", lambda zip: in_both(zip, 0, "crc", "<I", lambda crc: crc ^ 1), "damaged-archive", method=method)
        flipped = lambda zip: patched(zip, LOCAL, 0, 30 + 7 + 150, "<B", lambda byte: byte ^ 0x10)
        beside(f"flipped bit, {form}.zip", flipped, "damaged-archive", method=method)
    beside("no local header.zip", lambda zip: patched(zip, LOCAL, 0, 0, "<I", 0), "damaged-archive")
    beside("starts behind the end.zip", lambda zip: patched(zip, CENTRAL, 0, CENTRAL_AT["offset"], "<I", 0x7FFFFFFF), "damaged-archive")
    beside("longer than the archive.zip", lambda zip: patched(zip, CENTRAL, 0, CENTRAL_AT["packed"], "<I", 0x7FFFFFFF), "damaged-archive")
    beside("4 GB in 600 bytes.zip", lambda zip: in_both(zip, 0, "size", "<I", 0xFFFFFFF0), "archive-limit")
    # Two names for the same bytes: that is how a few of them are made to count many times.
    one, two, sound = to.images(3)
    archive = packed([("one.dcm", one.file()), ("two.dcm", two.file()), ("sound.dcm", sound.file())])
    archive = patched(archive, CENTRAL, 1, CENTRAL_AT["offset"], "<I", 0)
    bad = left_out("archive-limit", b"bad")
    to.add("overlapping.zip", archive, {"one.dcm": bad, "two.dcm": bad, "sound.dcm": sound})


def refused_archives(to):
    image = to.cases.image()
    archive = packed([("1.dcm", image.file()), ("2.dcm", image.file())])
    to.whole("zero bytes.zip", b"", "empty")
    to.whole("no entries.zip", packed([]), "empty")
    to.whole("folders only.zip", packed([("a/", b""), ("a/b/", b"")]), "empty")
    to.whole("cut in half.zip", archive[: len(archive) // 2], "damaged-archive")
    to.whole("cut by a byte.zip", archive[:-1], "damaged-archive")
    to.whole("start missing.zip", archive[300:], "damaged-archive")
    to.whole("directory overwritten.zip", archive.replace(CENTRAL, b"XXXX"), "damaged-archive")
    to.whole("first of two volumes.zip", patched(archive, END, 0, 4, "<H", 1), "unsupported-archive")
    counted = patched(patched(archive, END, 0, 8, "<H", 3), END, 0, 10, "<H", 3)
    to.whole("more entries than there are.zip", counted, "damaged-archive")
    # An office document is a ZIP too, but nobody means its parts.
    office = packed([("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<document/>")])
    to.whole("letter.docx", office, "not-dicom")
    # 3 GB in 3 MB: each entry could be true by itself.
    noise = random.Random(10).randbytes(1_000_000)
    bomb = packed([(f"{n}.dcm", noise) for n in range(3)], STORED)
    for n in range(3):
        bomb = in_both(bomb, n, "size", "<I", 1_000_000_000)
        bomb = patched(bomb, LOCAL, n, 8, "<H", DEFLATE)
        bomb = patched(bomb, CENTRAL, n, 10, "<H", DEFLATE)
    to.whole("3 GB in 3 MB.zip", bomb, "archive-limit")
