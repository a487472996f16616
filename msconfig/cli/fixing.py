"""`msconfig check --fix`: the files are changed after the reports are written."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from msconfig.cli.params import FixOptions
from msconfig.errors import ExitCode
from msconfig.reports import Format

if TYPE_CHECKING:
    from datetime import timedelta

    from msconfig.checking.report import Proof, Report
    from msconfig.checking.reuse import Reuse
    from msconfig.cli.inputs import Inputs
    from msconfig.files_read import FilesRead
    from msconfig.operations.fix import FixPlan, Unchanged

__all__ = ["Fixing"]


class Fixing:
    """The changes of files that a check was started with; none without --fix."""

    def __init__(self, options: FixOptions) -> None:
        from msconfig.files_read import FilesRead

        self._options = options
        self._planned: FixPlan | None = None
        self.files_read: FilesRead | None = FilesRead() if options.is_fixing else None
        """Takes the files that may be changed, as they are read."""

    def plan(
        self,
        report: Report,
        inputs: Inputs,
        *,
        require: Proof,
        reuse: Reuse | None,
        max_age: timedelta,
    ) -> Report:
        """Plan what replaces each failing id; an interrupt makes the report incomplete."""
        if self.files_read is None or not report.complete:
            return report
        from msconfig.checking.report import Fixes
        from msconfig.operations import fix

        try:
            choices = fix.choose(
                report,
                inputs.session,
                any_model=self._options.fix_any,
                kinds=inputs.kinds,
                require=require,
                reuse=reuse,
                max_age=max_age,
            )
            self._planned = fix.plan(choices, self.files_read, inputs.settings)
        except KeyboardInterrupt:
            return replace(report, complete=False)
        return replace(report, fixes=Fixes(self._planned.fixed, self._options.dry_run))

    def finish(self, report: Report, inputs: Inputs, output_format: Format) -> ExitCode:
        """Change the files, or show the change; the report's exit code.

        Raises:
            FileError: a file cannot be written; then none is.
        """
        planned = self._planned
        if not report.complete:
            self._name_changed()
        if planned is None or not report.complete:
            return report.exit_code
        from msconfig.cli.console import columns
        from msconfig.operations import fix
        from msconfig.reports import fixes as texts

        if self._options.dry_run:
            _show(texts.changed_lines(planned, width=columns()), output_format)
            _list(planned.unchanged, inputs)
            return report.exit_code
        overtaken = fix.write(planned)
        if output_format is Format.TEXT or not inputs.quiet:
            _show(texts.changed_places(planned, width=columns()), output_format)
        _list((*planned.unchanged, *overtaken), inputs)
        return report.exit_code

    @contextlib.contextmanager
    def named_at_interrupt(self) -> Iterator[None]:
        """On an interrupt, name the files that were changed before it."""
        try:
            yield
        except KeyboardInterrupt:
            self._name_changed()
            raise

    def _name_changed(self) -> None:
        if self._planned is not None and not self._options.dry_run:
            from msconfig.cli.console import note
            from msconfig.reports import fixes as texts

            note(texts.interrupted(self._planned))


def _show(text: str, output_format: Format) -> None:
    """Show the result on stdout, or on stderr where stdout has a document."""
    from msconfig.cli.console import note, write_result

    if output_format is Format.TEXT:
        write_result(f"\n{text}")
    else:
        note(text.rstrip("\n"))


def _list(unchanged: Sequence[Unchanged], inputs: Inputs) -> None:
    from msconfig.reports import fixes as texts

    for line in texts.unchanged(unchanged):
        inputs.note(line)
