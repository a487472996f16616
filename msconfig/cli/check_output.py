"""What `msconfig check` writes: stdout, the files of `--report`, and GitHub's summary."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from msconfig.checking.report import Report
from msconfig.cli.console import columns, note, stdout_in_color, write_result
from msconfig.files import FileChanges, OutputFile, changes_in, is_same_file, write
from msconfig.languages import Tag
from msconfig.operations.places import Repository
from msconfig.reports import Format, render

__all__ = ["CheckOutput"]


@dataclass(slots=True)
class CheckOutput:
    """Where the report goes, and in which form."""

    output_format: Format
    """Of stdout."""
    files: tuple[tuple[Format, str], ...]
    """Format and path of each `--report`."""
    tag: Tag
    """Language of an HTML report."""
    repository: Repository
    baseline: str | None
    """File of `--baseline`, which may be one of `files`."""
    _shown: bool = field(default=False, init=False)
    """Whether it is on its way to stdout, or there."""
    _summarised: bool = field(default=False, init=False)
    """The same of GitHub's summary."""

    def write(self, report: Report) -> None:
        """Write `report`; after an interrupt, `keep` it.

        Raises:
            FileError: a file cannot be written.
        """
        planned = self._planned(report)
        self._show(report)
        self._summarise(report)
        for changes in planned:
            write(changes)

    def keep(self, report: Report) -> Report:
        """Write what an interrupted `write` left out, and give the report that says so.

        Raises:
            FileError: a file cannot be written.
        """
        kept = replace(report, complete=False)
        for changes in self._planned(kept):
            write(changes)
        self._summarise(kept)
        self._show(kept)  # last: to a reader that has stopped, it could not be interrupted
        return kept

    def _show(self, report: Report) -> None:
        if self._shown:
            return
        text = render(
            report,
            self.output_format,
            width=columns(),
            color=stdout_in_color(),
            tag=self.tag,
            repository=self.repository,
        )
        self._shown = True
        write_result(text)

    def _summarise(self, report: Report) -> None:
        if self.output_format is Format.GITHUB and not self._summarised:
            text = render(report, Format.MARKDOWN, repository=self.repository)
            self._summarised = True
            _append_step_summary(text)

    def _planned(self, report: Report) -> list[FileChanges]:
        """The files, folder by folder; those of one folder are written all or none."""
        by_folder: dict[Path, list[OutputFile]] = {}
        for form, file in self.files if report.complete else self._without_baseline():
            path = Path(file)
            text = render(report, form, tag=self.tag, repository=self.repository)
            content = text.encode("utf-8", "backslashreplace")
            files = by_folder.setdefault(path.parent, [])
            files.append(OutputFile(path.name, content, replaceable=True))
        return [changes_in(folder, files) for folder, files in by_folder.items()]

    def _without_baseline(self) -> Iterable[tuple[Format, str]]:
        """The files of an interrupted run, but for the one that would replace the baseline.

        An incomplete report cannot be a baseline, and the next run would refuse it.
        """
        baseline = self.baseline
        for form, file in self.files:
            if baseline and is_same_file(Path(file), Path(baseline)):
                note(f"interrupted: no incomplete report replaces the baseline {baseline}")
            else:
                yield form, file


def _append_step_summary(text: str) -> None:
    """Show the report on GitHub's page of the run; it is on stdout in any case."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        try:
            with Path(path).open("a", encoding="utf-8") as stream:
                stream.write(text)
        except OSError as error:
            note(f"cannot write the summary {path}: {error.strerror or error}")
