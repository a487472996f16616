"""A zip with a backup further inside, as one gets by zipping the folder of an unpacked one."""

from __future__ import annotations

from msconfig.cherry.backup.archive import Archive
from msconfig.cherry.backup.refusal import NotTaken
from msconfig.text import shortened

__all__ = ["refuse_nested"]

_MARKS = ("metadata.json", "data.json")


def refuse_nested(archive: Archive) -> None:
    """Say where in `archive`, which is no backup itself, one may be.

    Raises:
        NotTaken: there is a folder with one, or another zip.
    """
    for name in sorted(archive.members, key=lambda each: (each.count("/"), each)):
        folder, _, file = name.rpartition("/")
        if file in _MARKS:
            raise NotTaken(
                f"{file} is in the folder {shortened(folder, 100)} of the zip; zip what is in that"
                " folder, not the folder itself"
            )
        if file.lower().endswith(".zip"):
            raise NotTaken(
                f"the zip contains another zip, {shortened(name, 100)}; unpack it and give that one"
            )
