"""What `msconfig models` does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from msconfig.checking.discovery.discover import DiscoveryRequest, discover
from msconfig.checking.discovery.results import ModelList, Sort, in_order
from msconfig.cli.asking import AskOptions
from msconfig.cli.console import ProgressDisplay, columns, stdout_in_color, write_result
from msconfig.cli.job import Job, prepare
from msconfig.errors import ExitCode, UsageError
from msconfig.model_ids import ModelId
from msconfig.modelscope.kinds import Kind
from msconfig.reports.models import as_json, as_text

__all__ = ["FindOptions", "find"]

_PART_OF_AN_ID = re.compile(r"[A-Za-z0-9_./-]{1,257}", re.ASCII)


@dataclass(frozen=True, slots=True)
class FindOptions:
    """What `models` was told besides where to ask; None where nothing was said."""

    text: str
    kinds: tuple[str, ...]
    owner: str | None
    sort: str
    limit: int | None
    include_unserved: bool
    form: str | None
    ids_only: bool


def find(options: FindOptions, asked: AskOptions) -> ExitCode:
    """Find models and show them; the exit code, which is 0 also where nothing fits."""
    if options.ids_only and options.form is not None:
        raise UsageError("--ids is a form of its own; leave --format out")
    if options.owner is not None and ModelId.parse(f"{options.owner}/name") is None:
        raise UsageError("--owner: what stands before the / of an ID, in letters, digits and _.-")
    if not all(_PART_OF_AN_ID.fullmatch(word) for word in options.text.split()):
        raise UsageError("TEXT: words of an ID, in letters, digits and _.-/ (no ID has others)")
    job = prepare(asked, needs_token=False, needs_ids=False)
    request = DiscoveryRequest(
        text=options.text,
        kinds=frozenset(map(Kind, options.kinds)),
        owner=options.owner,
        include_unserved=options.include_unserved,
        concurrency=job.concurrency,
    )
    with job.connect() as modelscope, ProgressDisplay(quiet=asked.quiet) as progress:
        discovery = discover(modelscope, request, progress)
    found = ModelList(
        site=job.site,
        searched_at=datetime.now(UTC),
        discovery=discovery,
        models=in_order(discovery.models, Sort(options.sort))[: options.limit],
        includes_unserved=options.include_unserved,
        snapshot_recorded=job.recorded,
    )
    if options.ids_only:
        write_result("".join(f"{model.id}\n" for model in found.models))
        _tell_beside(found, job)
    elif options.form == "json":
        write_result(as_json(found))
    else:
        write_result(as_text(found, width=columns(), color=stdout_in_color()))
    return found.exit_code


def _tell_beside(found: ModelList, job: Job) -> None:
    """What ids alone do not tell, on stderr."""
    for line in found.discovery.missing:
        job.note(f"not read: {line}")
    for line in found.discovery.notes:
        job.note(line)
    if not found.models:
        job.note("no model fits")
