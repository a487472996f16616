"""Options of a scan, and its result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from msconfig.files_read import FilesRead
from msconfig.model_ids import GivenId, Location

__all__ = ["ScanRequest", "Scanned"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRequest:
    """Which files to scan."""

    paths: Sequence[str]
    """Files, which are always read, and folders, in which the ignore rules of git hold."""
    diff: str | None = None
    """A revision of git: only places that were added since then count."""
    left_out: Sequence[Path] = ()
    """Files that are not read in folders: reports that the run writes or compares with."""
    files_read: FilesRead | None = None
    """Takes the files as they were read."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """The result of a scan."""

    ids: tuple[GivenId, ...] = ()
    """Each with one place, in the order of files and lines."""
    tokens: tuple[Location, ...] = ()
    """Places of what looks like a ModelScope token."""
    files: int = 0
    """Files that were read."""
    notes: tuple[str, ...] = ()
    """Remarks, a sentence each, such as files that do not parse."""
