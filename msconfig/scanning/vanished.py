"""Ids that were served once: files keep them long after the catalogue has dropped them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

__all__ = ["vanished_ids"]


@cache
def vanished_ids() -> Mapping[str, str]:
    """Ids that a public list of API-Inference (site cn) once had, and the date of the last such.

    A date is a year, a month or a day: ``2025``, ``2026-01``, ``2026-08-20`` (`vanished_ids.txt`).
    """
    lines = Path(__file__).with_name("vanished_ids.txt").read_text("utf-8").splitlines()
    rows = (line.split() for line in lines if line and not line.startswith("#"))
    return MappingProxyType({row[0]: row[1] for row in rows})
