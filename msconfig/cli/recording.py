"""What `msconfig snapshot` does."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from msconfig.cli.asking import AskOptions
from msconfig.cli.console import ProgressDisplay, write_result
from msconfig.cli.job import prepare
from msconfig.errors import ExitCode
from msconfig.files import OutputFile, plan, write
from msconfig.mock import snapshot
from msconfig.modelscope.facts import NoAnswer
from msconfig.operations.snapshot import Difference, difference, record
from msconfig.parsing import dumps
from msconfig.text import visible

__all__ = ["compare", "record_to"]


def record_to(output: str, asked: AskOptions) -> ExitCode:
    """Record to the file `output`; the exit code.

    Nothing is written when the catalogue cannot be read (4). Where another question got no answer,
    the rest is written and the exit code is 4.
    """
    job = prepare(asked, needs_token=False, needs_ids=False)
    with job.connect() as modelscope, ProgressDisplay(quiet=asked.quiet) as progress:
        recording = record(
            modelscope,
            job.site,
            [given.text for given in job.ids],
            concurrency=job.concurrency,
            progress=progress,
        )
    if isinstance(recording, NoAnswer):
        write_result(f"? Nothing is written: the catalogue cannot be read: {recording.said}\n")
        return ExitCode.INCONCLUSIVE
    path = Path(output)
    write(plan(path.parent, [OutputFile(path.name, recording.text.encode(), replaceable=True)]))
    for line in recording.unanswered:
        job.note(f"not recorded: {line}")
    missing = len(recording.unanswered)
    mark, end = ("?", f"; {missing} questions got no answer") if missing else ("✓", "")
    write_result(
        f"{mark} Facts of site {job.site} are in {visible(output)}{end}.\n\n"
        f"Next: msconfig check --snapshot {visible(output)}, with your ids, asks them offline.\n"
    )
    return ExitCode.INCONCLUSIVE if missing else ExitCode.OK


def compare(old: str, new: str, form: str) -> ExitCode:
    """Tell what differs between two snapshots; that alone is no failure."""
    found = difference(snapshot.load(Path(old)), snapshot.load(Path(new)))
    if form == "json":
        write_result(dumps({"schema_version": 1, **asdict(found)}, indent=2) + "\n")
    else:
        write_result("\n".join(_lines(found)) + "\n")
    return ExitCode.OK


def _lines(found: Difference) -> list[str]:
    if not (found.added or found.gone or found.changed):
        return ["The same facts."]
    counts = f"{len(found.added)} added, {len(found.gone)} gone, {len(found.changed)} changed."
    width = max((len(change.id) for change in found.changed), default=0)
    return [
        counts,
        "",
        *(f"+ {visible(model_id)}" for model_id in found.added),
        *(f"- {visible(model_id)}" for model_id in found.gone),
        *(
            visible(f"~ {each.id.ljust(width)}  {each.fact}: {each.old} → {each.new}")
            for each in found.changed
        ),
    ]
