"""Writes a study in which two patients are mixed and one image has two versions: what the card warns of."""

import sys
from pathlib import Path

from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

folder = Path(sys.argv[1])
size = 96
root = "1.2.826.0.1.3680043.2.7"


def pixels(series: int, number: int) -> bytes:
    """Rings around a middle that moves with the slice."""
    middle = size // 2 + number - 4 * series
    return b"".join(
        ((((x - middle) ** 2 + (y - size // 2) ** 2) // (6 + series) % 256) * (x * y % 3 + 2)).to_bytes(2, "little")
        for y in range(size)
        for x in range(size)
    )


def write(name: str, series: int, number: int, patient: str, shift: int = 0) -> None:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
    meta.MediaStorageSOPInstanceUID = f"{root}.{series}.{number}"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    image.SOPClassUID = meta.MediaStorageSOPClassUID
    image.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    image.StudyInstanceUID = root
    image.SeriesInstanceUID = f"{root}.{series}"
    image.SeriesNumber = series
    image.InstanceNumber = number
    image.PatientName = patient
    image.PatientID = patient
    image.StudyDate = "20240115"
    image.StudyDescription = "MR knee left"
    image.SeriesDescription = ["", "PD sagittal", "T2 axial, fat suppressed"][series]
    image.InstitutionName = "St Vincent's Radiology"
    image.Modality = "MR"
    image.Rows = image.Columns = size
    image.SamplesPerPixel = 1
    image.PhotometricInterpretation = "MONOCHROME2"
    image.BitsAllocated = image.BitsStored = 16
    image.HighBit = 15
    image.PixelRepresentation = 0
    image.PixelData = pixels(series, number + shift)
    image.save_as(folder / name, enforce_file_format=True)


for series in (1, 2):
    for number in range(1, 9):
        write(f"{series}-{number}.dcm", series, number, "Roe^Richard" if number == 8 else "Doe^Jane^Mary")
write("1-1-again.dcm", 1, 1, "Doe^Jane^Mary", shift=3)
