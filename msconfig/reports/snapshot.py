"""What `msconfig snapshot` reports: a recording, or what differs between two."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from msconfig.command_name import command
from msconfig.modelscope.facts import NoAnswer
from msconfig.modelscope.sites import Site
from msconfig.operations.snapshot import Difference, Recording
from msconfig.parsing import dumps
from msconfig.text import visible

__all__ = ["difference_as_json", "difference_as_text", "not_recorded", "recorded"]


def not_recorded(catalogue: NoAnswer) -> str:
    """Why nothing is written: the catalogue, without which a snapshot says nothing."""
    return f"? Nothing is written: the catalogue cannot be read: {catalogue.message}\n"


def recorded(recording: Recording, site: Site, path: Path) -> str:
    """What was written, and the next step."""
    missing = len(recording.unanswered)
    mark, end = ("?", f"; {missing} questions got no answer") if missing else ("✓", "")
    name = visible(str(path))
    return (
        f"{mark} Facts of site {site} are in {name}{end}.\n\n"
        f"Next: {command('check --snapshot')} {name}, with your ids, checks them offline.\n"
    )


def difference_as_json(found: Difference) -> str:
    """What differs between two snapshots, as JSON."""
    return dumps({"schema_version": 1, **asdict(found)}, indent=2) + "\n"


def difference_as_text(found: Difference) -> str:
    """What differs between two snapshots, a line for each model."""
    if not (found.added or found.gone or found.changed):
        return "The same facts.\n"
    counts = f"{len(found.added)} added, {len(found.gone)} gone, {len(found.changed)} changed."
    width = max((len(change.id) for change in found.changed), default=0)
    lines = [
        counts,
        "",
        *(f"+ {visible(model_id)}" for model_id in found.added),
        *(f"- {visible(model_id)}" for model_id in found.gone),
        *(
            visible(f"~ {each.id.ljust(width)}  {each.fact}: {each.old} → {each.new}")
            for each in found.changed
        ),
    ]
    return "\n".join(lines) + "\n"
