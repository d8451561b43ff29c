"""Writes DICOM files whose texts, UIDs and names try to break out: of the page's markup, and of the archive's folders."""

import sys
from pathlib import Path

from pydicom import config
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

config.settings.writing_validation_mode = config.IGNORE
folder = Path(sys.argv[1])
markup = "<img src=x onerror=window.broken=1>"
script = "</style></script><script>window.broken=2</script>"
studies = ["../../../../tmp/escaped", "1.2.3/../../escaped", "<b>1.2.3</b>", "..", "C:\\escaped", "1.2.826.0.1.3680043.2.1"]
names = [
    f"{markup}.dcm".replace("/", ""),
    "..\\..\\escaped.dcm",
    "%2e%2e%2fescaped.dcm",
    "...dcm",
    "\x01\x1fcontrol.dcm",
    "{{constructor}}`${1}`.dcm",
]

for study_number, study in enumerate(studies):
    for name_number, name in enumerate(names):
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
        meta.MediaStorageSOPInstanceUID = f"1.2.826.0.1.3680043.2.2.{study_number}.{name_number}"
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
        dataset.SOPClassUID = meta.MediaStorageSOPClassUID
        dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
        dataset.StudyInstanceUID = study
        dataset.SeriesInstanceUID = f"{study}/../{name_number % 2}"
        dataset.PatientName = f"{markup}^{script}"
        dataset.PatientID = markup
        dataset.StudyDescription = script
        dataset.SeriesDescription = markup
        dataset.InstitutionName = markup
        dataset.Modality = "OT"
        dataset.StudyDate = "<i>2024"
        path = folder / f"study {study_number}" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        dataset.save_as(path, enforce_file_format=True)

(folder / f"{markup}.txt").write_text("not an image")
