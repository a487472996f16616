"""Ids that were served once: files keep them long after the catalogue has dropped them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

__all__ = ["vanished_ids"]


@cache
def vanished_ids() -> frozenset[str]:
    """Ids that a public list of API-Inference once had (`vanished_ids.txt`)."""
    lines = Path(__file__).with_name("vanished_ids.txt").read_text("utf-8").splitlines()
    return frozenset(line.split()[0] for line in lines if line and not line.startswith("#"))
