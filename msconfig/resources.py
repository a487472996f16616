"""Locations of `schemas/` and `templates/`: beside the package in a clone, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).resolve().parent


def folder(name: Literal["schemas", "templates"]) -> Path:
    """The folder `name`, from a wheel or from a clone."""
    packed = _PACKAGE / name
    return packed if packed.is_dir() else _PACKAGE.parent / name
