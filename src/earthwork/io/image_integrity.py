"""Whether an image file is whole: cut-short images decode without complaint in many readers."""

from __future__ import annotations

import mmap
import re
from pathlib import Path
from typing import Any

from rasterio.errors import RasterioError
from rasterio.windows import Window as FileWindow

from earthwork.errors import UnreadableImage

LARGEST_UNTILED_PX = 4_000_000_000
"""Pixels of an image that must be decoded from its start; tiled images may be larger."""

IMAGE_FORMATS = ("GeoTIFF", "VRT", "JPEG 2000", "JPEG", "PNG", "WebP", "SRTM .hgt")
"""Formats that are read; GDAL's others stay shut, since each is a parser of foreign bytes."""

_SIGNATURES = (
    (re.compile(rb"II[*+]\0|MM\0[*+]"), "GTiff"),
    (re.compile(rb"\xff\xd8\xff"), "JPEG"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "PNG"),
    (re.compile(rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51"), "JP2OpenJPEG"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "WEBP"),
    (re.compile(rb"(\xef\xbb\xbf)?\s*<VRTDataset"), "VRT"),
)
_LARGEST_BLOCK_PX = 1 << 28
_MOST_BLOCKS = 20_000
_LONGEST_VRT = 10_000_000
_END_OF_IMAGE = b"\xff\xd9"
_PNG_SIGNATURE_BYTES = 8
_PNG_CHUNK_FRAME_BYTES = 12
_START_OF_PIXELS = {"JPEG": b"\xff\xda", "JP2OpenJPEG": b"\xff\x4f"}
_REMOTE = re.compile(rb"/vsi(?!zip/|gzip/|sparse/|subfile/)|[a-z]{2,}://(?!/)", re.IGNORECASE)
_XML_NAMESPACE = re.compile(rb'xmlns(:\w+)?="[^"]*"')


def require_file(path: Path) -> None:
    """Raise unless there is a file of at least one byte.

    Raises
    ------
    UnreadableImage
        If there is no file, it is empty.
    """
    if not path.is_file():
        raise UnreadableImage(
            "there is no such file", where=str(path), cause="the path is misspelt or a folder"
        )
    if path.stat().st_size == 0:
        raise UnreadableImage(
            "the file is empty", where=str(path), cause="a download or a copy that did not finish"
        )


def driver_of(path: Path) -> str:
    """Return the name of GDAL's driver for a file, from its first bytes.

    Raises
    ------
    UnreadableImage
        If the bytes are none of a readable image's, or a virtual raster's parts are remote.
    """
    with path.open("rb") as file:
        start = file.read(64)
    driver = next((name for signature, name in _SIGNATURES if signature.match(start)), None)
    if driver is None and path.suffix.lower() == ".hgt":
        driver = "SRTMHGT"
    if driver is None:
        raise UnreadableImage(
            "it is no image",
            where=str(path),
            cause=_likely_content(start),
            choices=[f"formats: {', '.join(IMAGE_FORMATS)}"],
        )
    if driver == "VRT":
        _require_local(path)
    return driver


def _likely_content(start: bytes) -> str:
    if b"<html" in start.lower() or b"<!doctype" in start.lower():
        return "a web page was saved in place of the image"
    if start.isascii() and b"\0" not in start:
        return "it is a text"
    return "another kind of file, or a damaged one"


def _require_local(path: Path) -> None:
    with path.open("rb") as file:
        text = _XML_NAMESPACE.sub(b"", file.read(_LONGEST_VRT))
    if _REMOTE.search(text):
        raise UnreadableImage(
            "this virtual raster takes its pixels from the network",
            where=str(path),
            cause="Earthwork reads local files only",
            choices=["download its parts and build it again (gdalbuildvrt)"],
        )


def require_modest(dataset: Any, path: Path) -> None:
    """Raise if an image is so large that no part of it can be read without decoding it all.

    Raises
    ------
    UnreadableImage
        With the size that the file declares.
    """
    height, width = dataset.block_shapes[0]
    is_tiled = width < dataset.width
    pixels = dataset.width * dataset.height
    if height * width <= _LARGEST_BLOCK_PX and (is_tiled or pixels <= LARGEST_UNTILED_PX):
        return
    raise UnreadableImage(
        f"it declares {dataset.width}×{dataset.height} pixels in blocks of {width}×{height}",
        where=str(path),
        cause="too large to read without tiles, or a file made to exhaust memory",
        choices=["gdal_translate -co TILED=YES -co COMPRESS=DEFLATE IN OUT.tif"],
    )


def require_whole(dataset: Any, path: Path) -> None:
    """Raise if an open image was cut short, without decoding more than its last blocks.

    Raises
    ------
    UnreadableImage
        If blocks lie beyond the end of the file, an end marker is missing, or the last block of a
        band does not decode.
    """
    if not _has_end_marker(path, dataset.driver):
        raise cut_short(path, "the end marker of the image is missing")
    if dataset.driver == "GTiff":
        _require_blocks_inside(dataset, path)
    _read_last_blocks(dataset, path)


def cut_short(path: Path, what: str) -> UnreadableImage:
    """Return the error for an image that is not whole."""
    return UnreadableImage(
        f"the image is cut short or damaged: {what}",
        where=str(path),
        cause="a download or a copy that did not finish",
        choices=["fetch the original again and compare its size or checksum"],
    )


def _has_end_marker(path: Path, driver: str) -> bool:
    if driver not in {"PNG", *_START_OF_PIXELS}:
        return True
    # Inside entropy-coded data this marker cannot occur; a thumbnail's lies before the pixels.
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if driver == "PNG":
            return _has_last_chunk(data)
        start = _pixels_start(data) if driver == "JPEG" else data.find(_START_OF_PIXELS[driver])
        return start >= 0 and data.find(_END_OF_IMAGE, start) >= 0


def _has_last_chunk(data: mmap.mmap) -> bool:
    position = _PNG_SIGNATURE_BYTES
    while position + _PNG_CHUNK_FRAME_BYTES <= len(data):
        if data[position + 4 : position + 8] == b"IEND":
            return True
        length = int.from_bytes(data[position : position + 4], "big")
        position += length + _PNG_CHUNK_FRAME_BYTES
    return False


def _pixels_start(data: mmap.mmap) -> int:
    position = 2
    while position + 4 <= len(data) and data[position] == 0xFF:  # noqa: PLR2004 - marker prefix
        if data[position : position + 2] == _START_OF_PIXELS["JPEG"]:
            return position
        position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return -1


def _require_blocks_inside(dataset: Any, path: Path) -> None:
    size = path.stat().st_size
    height, width = dataset.block_shapes[0]
    rows, columns = -(-dataset.height // height), -(-dataset.width // width)
    first = 0 if rows * columns <= _MOST_BLOCKS else rows - 1
    for band in dataset.indexes:
        for row in range(first, rows):
            for column in range(columns):
                if _block_end(dataset, band, column, row) > size:
                    raise cut_short(path, f"rows from {row * height} on lie past the file's end")


def _block_end(dataset: Any, band: int, column: int, row: int) -> int:
    offset = dataset.get_tag_item(f"BLOCK_OFFSET_{column}_{row}", "TIFF", bidx=band)
    size = dataset.get_tag_item(f"BLOCK_SIZE_{column}_{row}", "TIFF", bidx=band)
    return int(offset or 0) + int(size or 0)


def _read_last_blocks(dataset: Any, path: Path) -> None:
    for band in dataset.indexes:
        height, width = dataset.block_shapes[band - 1]
        row = (dataset.height - 1) // height * height
        column = (dataset.width - 1) // width * width
        window = FileWindow(column, row, dataset.width - column, dataset.height - row)
        try:
            dataset.read(band, window=window)
        except RasterioError as error:
            raise cut_short(path, str(error.__cause__ or error)) from error
