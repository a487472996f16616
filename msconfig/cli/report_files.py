"""The files that `--report` names: none twice, and none that the same run reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from msconfig.errors import UsageError
from msconfig.files import is_same_file

__all__ = ["UsedFile", "refuse_clashes"]


@dataclass(frozen=True, slots=True)
class UsedFile:
    """A file that the run reads or writes besides its reports."""

    name: str
    """What names it: an option or a variable of the environment."""
    path: Path
    replaceable_by: str | None = None
    """Format of the report that may replace it: a baseline becomes the next one."""


def refuse_clashes(reports: Sequence[tuple[str, str]], used: Sequence[UsedFile]) -> None:
    """Refuse reports that would replace each other or a file in use, however paths are spelled.

    Args:
        reports: format and file of each report.
        used: the other files of the run.

    Raises:
        UsageError: two name one file.
    """
    for number, (form, file) in enumerate(reports):
        for other_form, other in reports[:number]:
            if is_same_file(Path(file), Path(other)):
                raise UsageError(
                    f"--report {other_form}={other} and --report {form}={file} are one file; give"
                    " each report a file of its own"
                )
        for each in used:
            if form != each.replaceable_by and is_same_file(Path(file), each.path):
                raise UsageError(
                    f"--report {form}={file} would replace the file of {each.name} ({each.path});"
                    " give the report another file"
                )
