"""What the pictures of pydicom's public files are to look like, by other decoders: python3 truth.py <pydicom dir> > ../truth.txt

Needs numpy, pydicom, pylibjpeg with its plug-ins, and pyjpegls. A line a file: name, width, height, pixels in hexadecimal,
one byte of each where it is grey, else three. Where there is nothing to decode there is no line.
"""

import math
import sys
import warnings
from pathlib import Path

import numpy as np
import pydicom
from pydicom.pixels import apply_color_lut, apply_rescale, pixel_array

SIZE = 24
warnings.simplefilter("ignore")


def means(image, width, height):
    """Each pixel is the mean of the area below it."""

    def shrink(array, to):
        edges = np.arange(to + 1) * len(array) / to
        sums = np.concatenate([np.zeros((1, *array.shape[1:])), array.cumsum(axis=0)])
        whole = np.minimum(edges.astype(int), len(array) - 1)
        part = (edges - whole).reshape(-1, *[1] * (array.ndim - 1))
        areas = sums[whole] + array[whole] * part
        return np.diff(areas, axis=0) * to / len(array)

    return shrink(shrink(image, height).swapaxes(0, 1), width).swapaxes(0, 1)


def measures(data, shape):
    spacing = [1, 1]
    for keyword in ("ImagerPixelSpacing", "NominalScannedPixelSpacing", "PixelSpacing", "PixelAspectRatio"):
        spacing = data.get(keyword) or spacing
    aspect = float(spacing[0]) / float(spacing[1])
    high, wide = shape[0] * max(aspect, 1), shape[1] * max(1 / aspect, 1)
    scale = min(SIZE / max(high, wide), 1)
    return [max(1, math.floor(side * scale + 0.5)) for side in (wide, high)]


def first(value):
    return float(value[0] if isinstance(value, pydicom.multival.MultiValue) else value)


def grey(values, data):
    def linear(low, width):
        return np.clip((values - low) / width, 0, 1) * 255

    greys = None
    if data.get("WindowWidth") is not None:
        center, width = first(data.WindowCenter), first(data.WindowWidth)
        function = data.get("VOILUTFunction", "LINEAR")
        if function == "SIGMOID":
            greys = 255 / (1 + np.exp(-4 * (values - center) / width))
        elif function == "LINEAR_EXACT":
            greys = linear(center - width / 2, width)
        elif width > 1:
            greys = linear(center - 0.5 - (width - 1) / 2, width - 1)
    if greys is None or np.ptp(np.round(greys)) == 0:
        seen = np.sort(values[values > values.min()])
        clipped = len(seen) // 100
        low, high = (seen[clipped], seen[-1 - clipped]) if len(seen) else (values.min(), values.min())
        low = low if low < high else values.min()
        greys = linear(low, max(high - low, 1e-9))
    return 255 - greys if data.PhotometricInterpretation == "MONOCHROME1" else greys


def picture(path):
    data = pydicom.dcmread(path, force=True)
    if "PixelData" not in data:
        return None
    frames = int(data.get("NumberOfFrames") or 1)
    image = pixel_array(path, index=frames // 2).astype(float) if frames > 1 else pixel_array(path)
    if data.PhotometricInterpretation == "PALETTE COLOR":
        image = apply_color_lut(image, data) / 256 if data.RedPaletteColorLookupTableDescriptor[2] > 8 else apply_color_lut(image, data)
    if data.SamplesPerPixel == 3:
        image = image.astype(float) * 255 / (2**data.BitsStored - 1)
    else:
        image = image.astype(float)
    if image.ndim == 2:
        image = image * float(data.get("RescaleSlope", 1)) + float(data.get("RescaleIntercept", 0))
    width, height = measures(data, image.shape)
    small = means(image, width, height)
    if small.ndim == 2:
        small = grey(small, data)
    return width, height, np.clip(np.round(small), 0, 255).astype(np.uint8)


for path in sorted((Path(sys.argv[1]) / "pydicom/data/test_files").glob("*.dcm")):
    try:
        made = picture(path)
    except Exception as error:  # whatever it is, there is no truth about this file
        print(path.name, type(error).__name__, error, file=sys.stderr)
        continue
    if made:
        print(path.name, made[0], made[1], made[2].tobytes().hex())
