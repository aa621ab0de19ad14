"""Zip archives from strangers (KMZ, zipped shapefiles): looked into before anything reads them."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath

from earthwork.errors import UnreadableLayer

LARGEST_UNPACKED_BYTES = 500_000_000
"""Greatest size of an archive's members together, once unpacked."""


def kml_of(path: Path) -> bytes:
    """Return the first KML document of a KMZ archive.

    Raises
    ------
    UnreadableLayer
        If it is no archive, a member's name leads out of it, it unpacks to too much, or it holds
        no KML.
    """
    require_safe_archive(path)
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.lower().endswith(".kml")]
        if not names:
            raise UnreadableLayer("the archive holds no KML", where=str(path))
        try:
            return archive.read(names[0])
        except (zipfile.BadZipFile, RuntimeError, OSError) as error:
            raise UnreadableLayer(
                f"its member {names[0]} does not unpack: {error}",
                where=str(path),
                cause="cut short, or locked with a password",
            ) from error


def require_safe_archive(path: Path) -> None:
    """Raise if a zip archive is damaged, names files outside itself, or unpacks to too much.

    Raises
    ------
    UnreadableLayer
        With the member at fault.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise UnreadableLayer(
            f"it does not open as an archive: {error}", where=str(path), cause="cut short"
        ) from error
    for member in members:
        if _leads_out(member.filename):
            raise UnreadableLayer(
                f"its member '{member.filename[:80]}' leads out of the archive",
                where=str(path),
                cause="made to overwrite other files, or by a faulty program",
                choices=["unpack it by hand, look, and give the file inside"],
            )
    if sum(member.file_size for member in members) > LARGEST_UNPACKED_BYTES:
        raise UnreadableLayer(
            "it unpacks to more than 500 MB", where=str(path), cause="made to exhaust the disk"
        )


def _leads_out(name: str) -> bool:
    plain = PurePosixPath(name.replace("\\", "/"))
    has_drive = name[1:2] == ":"
    return plain.is_absolute() or has_drive or ".." in plain.parts
