"""DICOM files made byte by byte, so that each can be wrong in just the one way that a case is about."""

import struct
import zlib

# Explicit VR with a reserved field and a 32-bit length (PS3.5 §7.1.2, Table 7.1-1).
LONG_FORM = {"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"}
UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
PIXELS = 0x7FE00010

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN = "1.2.840.10008.1.2.2"


class Encoding:
    def __init__(self, explicit=True, big_endian=False):
        self.explicit, self.order = explicit, ">" if big_endian else "<"

    def tag(self, tag):
        return struct.pack(self.order + "HH", tag >> 16, tag & 0xFFFF)

    def head(self, tag, vr, length):
        """Tag, VR and length of an element, whatever follows."""
        if not self.explicit or tag >> 16 == 0xFFFE:
            return self.tag(tag) + struct.pack(self.order + "I", length)
        if vr in LONG_FORM:
            return self.tag(tag) + vr.encode() + b"\0\0" + struct.pack(self.order + "I", length)
        return self.tag(tag) + vr.encode() + struct.pack(self.order + "H", length)

    def element(self, tag, vr, value, pad=True):
        value = value.encode("latin-1") if isinstance(value, str) else value
        if pad and len(value) % 2:
            value += b"\0" if vr in ("UI", "OB", "UN") else b" "
        return self.head(tag, vr, len(value)) + value

    def elements(self, elements):
        return b"".join(self.element(*element) for element in elements)

    def fragments(self, fragments, end=True):
        """Encapsulated pixel data (PS3.5 §A.4) with an empty offset table."""
        data = self.head(PIXELS, "OB", UNDEFINED) + self.head(ITEM, None, 0)
        for fragment in fragments:
            data += self.head(ITEM, None, len(fragment)) + fragment
        return data + (self.head(SEQUENCE_END, None, 0) if end else b"")

    def nested(self, tag, depth, inside):
        """`inside` within `depth` sequences and items of undefined length."""
        start = self.head(tag, "SQ", UNDEFINED) + self.head(ITEM, None, UNDEFINED)
        end = self.head(ITEM_END, None, 0) + self.head(SEQUENCE_END, None, 0)
        return start * depth + inside + end * depth


EXPLICIT_LE = Encoding()
IMPLICIT_LE = Encoding(explicit=False)
EXPLICIT_BE = Encoding(big_endian=True)


def encoding_of(transfer_syntax):
    return {IMPLICIT: IMPLICIT_LE, BIG_ENDIAN: EXPLICIT_BE}.get(transfer_syntax, EXPLICIT_LE)


def meta(transfer_syntax, sop_class, instance, *, group_length=None, extra=(), without=()):
    """Group 0002; `group_length` is what it claims if that isn't true, `without` are tags that are missing."""
    elements = [(0x00020001, "OB", b"\0\1"), (0x00020002, "UI", sop_class), (0x00020003, "UI", instance)]
    elements += [(0x00020010, "UI", transfer_syntax), (0x00020012, "UI", "1.2.826.0.1.3680043.9.9"), *extra]
    body = EXPLICIT_LE.elements(sorted(element for element in elements if element[0] not in without))
    if 0x00020000 in without:
        return body
    claimed = len(body) if group_length is None else group_length
    return EXPLICIT_LE.element(0x00020000, "UL", struct.pack("<I", claimed)) + body


def part10(meta_group, data_set, preamble=bytes(128)):
    return preamble + b"DICM" + meta_group + data_set


def deflate(data, wrapped=False):
    """One raw deflate stream (PS3.5 §A.5), or wrongly one wrapped as zlib does."""
    packer = zlib.compressobj(6, zlib.DEFLATED, 15 if wrapped else -15)
    packed = packer.compress(data) + packer.flush()
    return packed + b"\0" * (len(packed) % 2)
