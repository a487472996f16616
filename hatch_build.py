"""Compile the catalogues of `msconfig/languages` (``.po`` to ``.mo``) before a wheel is built.

An editable install gets them in the source tree; after a ``.po`` file has changed there,
``python hatch_build.py`` compiles them again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polib
from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent


def compiled(catalogue: Path) -> bytes:
    """The ``.mo`` file of a ``.po`` file."""
    return bytes(polib.pofile(str(catalogue), encoding="utf-8").to_binary())


def compile_all(root: Path = ROOT) -> list[Path]:
    """The ``.mo`` files of all catalogues, written beside them."""
    written = []
    for catalogue in sorted(root.glob("msconfig/languages/*.po")):
        path = catalogue.with_suffix(".mo")
        path.write_bytes(compiled(catalogue))
        written.append(path)
    return written


class CatalogueHook(BuildHookInterface[BuilderConfig]):
    """Packs the compiled catalogues, which git ignores, into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Compile, and name the files that come out."""
        root = Path(self.root)
        paths = [path.relative_to(root).as_posix() for path in compile_all(root)]
        build_data["artifacts"] += [f"/{path}" for path in paths]


if __name__ == "__main__":
    compile_all()
