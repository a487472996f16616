"""Places of ids as consumers of reports need them: relative to the repository."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from msconfig.checking.report import ModelResult, Report
from msconfig.model_ids import Location

__all__ = ["Repository", "find_repository", "in_repository", "in_working_folder"]

_STDIN = "-"
"""How standard input is given in place of a file; it is in no folder."""
_VARIABLES = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")
"""Variables in which GitHub and GitLab name the folder of the checked out repository."""


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository that contains the working folder; neither path has symbolic links."""

    root: Path
    working_folder: Path

    def path_of(self, file: str) -> str | None:
        """The path of `file` in the repository, with ``/``; None outside of it.

        Symbolic links are followed, because GitHub shows nothing at a linked file. One that leads
        out of the repository is the file itself, as git records it.
        """
        path = self.working_folder / file
        for real in (path.resolve(), path.parent.resolve() / path.name):
            if real.is_relative_to(self.root):
                return real.relative_to(self.root).as_posix()
        return None

    def shown(self, file: str) -> str:
        """`file` for people: relative to the working folder where it is below, else as given."""
        path = Path(file)
        if not path.is_absolute() or not path.is_relative_to(self.working_folder):
            return file
        return str(path.relative_to(self.working_folder))


def find_repository(
    environment: Mapping[str, str], working_folder: Path | None = None
) -> Repository:
    """The repository: named by the CI system, else the nearest folder with ``.git``.

    Without one, it is the working folder.

    Args:
        environment: variables; `GITHUB_WORKSPACE` and `CI_PROJECT_DIR` are read.
        working_folder: the folder to which relative names of files belong; None is that of this
            process.
    """
    try:
        folder = (working_folder or Path.cwd()).resolve()
    except FileNotFoundError:  # it was removed, so relative names are of no file either
        folder = Path(os.sep).resolve()
    named = (Path(environment[name]) for name in _VARIABLES if environment.get(name))
    above = (each for each in (folder, *folder.parents) if (each / ".git").exists())
    root = next((each for each in named if each.is_dir()), None) or next(above, folder)
    return Repository(root.resolve(), folder)


def in_repository(report: Report, repository: Repository) -> Report:
    """`report` with places relative to the repository, and without those outside of it."""
    paths: dict[str, str | None] = {_STDIN: _STDIN}

    def moved(place: Location) -> Location | None:
        if place.file not in paths:
            paths[place.file] = repository.path_of(place.file)
        path = paths[place.file]
        if path is None or path == place.file:
            return None if path is None else place
        return replace(place, file=path)

    return _with_places(report, moved)


def in_working_folder(report: Report, repository: Repository) -> Report:
    """`report` with places relative to the working folder, where they are below it."""
    paths: dict[str, str] = {}

    def moved(place: Location) -> Location:
        if place.file not in paths:
            paths[place.file] = repository.shown(place.file)
        path = paths[place.file]
        return place if path == place.file else replace(place, file=path)

    return _with_places(report, moved)


def _with_places(report: Report, moved: Callable[[Location], Location | None]) -> Report:
    def placed(model: ModelResult) -> ModelResult:
        known = model.locations or ((model.location,) if model.location else ())
        places = tuple(place for place in map(moved, known) if place is not None)
        if places == known:
            return model
        first = replace(places[0], given=None) if places else None
        return replace(model, location=first, locations=places if model.locations else ())

    fallback = report.fallback
    return replace(
        report,
        # a finding outside of the repository keeps its place: it is nothing without
        findings=tuple(
            replace(each, location=moved(each.location) or each.location)
            for each in report.findings
        ),
        models=tuple(map(placed, report.models)),
        fallback=fallback and replace(fallback, models=tuple(map(placed, fallback.models))),
    )
