"""Reads an archive as Python's zipfile does: python3 entries.py archive.zip. Fails for an entry whose checksum is wrong."""

import sys
import zipfile

with zipfile.ZipFile(sys.argv[1]) as archive:
    damaged = archive.testzip()
    if damaged is not None:
        sys.exit(f"damaged: {damaged}")
    entries = archive.infolist()
    print(len(entries), sum(entry.file_size for entry in entries))
