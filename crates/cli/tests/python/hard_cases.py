"""Writes a folder with files for each row of the contract's tables, and beside it what is expected of each.

hard_cases.py FOLDER [SALT]: files go to FOLDER/files, what to expect to FOLDER/expected.json in the shape of
`auraloader index --json`, with the SHA-256 of what is to be uploaded. A SALT gives other names, and so another order, to the same files. What is sound is also
read by pydicom, so that a mistake here doesn't pass for one of the program's.
"""

import json
import sys
from pathlib import Path

import archive_cases
import folder_cases
import header_cases
import truncated_cases
from case_files import Cases
from indexing import judge

WRITERS = [
    header_cases.every_field,
    header_cases.transfer_syntaxes,
    header_cases.deflated,
    header_cases.bare,
    header_cases.untrue_meta,
    header_cases.objects,
    header_cases.nesting,
    header_cases.lengths,
    truncated_cases.truncated,
    truncated_cases.encapsulated,
    folder_cases.no_dicom,
    folder_cases.directories,
    folder_cases.rules,
    folder_cases.uids,
    folder_cases.groups,
    archive_cases.archives,
]


def main():
    folder, salt = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
    cases = Cases(folder / "files", salt)
    for write in WRITERS:
        write(cases)
    studies = judge(cases.files)
    for file in cases.files:
        file["sha256"] = file.pop("content")
    text = json.dumps({"files": cases.files, "studies": studies}, ensure_ascii=False, indent=1)
    (folder / "expected.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
