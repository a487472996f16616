"""Check the model ids that are in files of any program."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from msconfig.checking.baseline import Baseline, IgnoreEntry
from msconfig.checking.gathering import Progress, no_progress
from msconfig.checking.report import Proof, Report
from msconfig.checking.reuse import DEFAULT_MAX_AGE, Reuse
from msconfig.errors import UsageError
from msconfig.model_ids import GivenId
from msconfig.modelscope.kinds import Kind
from msconfig.operations.check import ProbeOptions, check
from msconfig.operations.session import Session
from msconfig.scanning.scan_request import ScanRequest

__all__ = ["scan"]


def scan(
    paths: Iterable[str | os.PathLike[str]] | str | os.PathLike[str],
    session: Session,
    *,
    diff: str | None = None,
    ids: Iterable[str | GivenId] = (),
    kinds: Mapping[str, Kind] | None = None,
    strict: bool = False,
    require: Proof | str = Proof.LISTED,
    probe: ProbeOptions | None = None,
    reuse: Reuse | None = None,
    max_age: timedelta = DEFAULT_MAX_AGE,
    ignore: Sequence[IgnoreEntry] = (),
    baseline: Baseline | None = None,
    progress: Progress = no_progress,
    today: date | None = None,
) -> Report:
    """Check the model ids in files, as `msconfig check --scan` does.

    Every model of the report has its places (`ModelResult.locations`). Without any id in the files
    the report has no models, and its exit code is that of the tokens. What is not described here is
    as in `check`.

    Args:
        paths: files and folders.
        session: how requests are made.
        diff: a revision of git; only places that the working tree adds since then count.
        ids: further ids to check.
        kinds: what models do, by id.
        strict: whether an unknown model, or a token in a file, gives exit code 1.
        require: the proof that an enabled model must have.
        probe: make real calls within this budget.
        reuse: an earlier report; calls in it that answered are proof.
        max_age: of a call that is reused.
        ignore: models that do not count until a given date.
        baseline: an earlier report; failures that it had do not count.
        progress: called with how many of the models have their facts.
        today: the date for `ignore`; None takes that of UTC.

    Raises:
        UsageError: no path, a revision that git does not have, or as `check`.
        FileError: a path that cannot be read.
    """
    named = (paths,) if isinstance(paths, str | os.PathLike) else tuple(paths)
    request = ScanRequest(paths=[os.fspath(each) for each in named], diff=diff)
    if not request.paths:
        raise UsageError("no path to scan")
    return check(
        ids,
        session,
        kinds=kinds,
        strict=strict,
        require=require,
        probe=probe,
        reuse=reuse,
        max_age=max_age,
        ignore=ignore,
        baseline=baseline,
        scan=request,
        progress=progress,
        today=today,
    )
