"""An earlier report, read back from its JSON document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from msconfig.checking.report import ModelResult, Status
from msconfig.errors import UsageError
from msconfig.modelscope.sites import Site
from msconfig.parsing import parse_time
from msconfig.problems import Problem, format_problems
from msconfig.schemas import read_validated, time_problems

__all__ = ["EarlierReport", "StatusBegan", "read_earlier_report", "with_since"]


@dataclass(frozen=True, slots=True)
class StatusBegan:
    """A status of a model in an earlier report, and when it began."""

    status: Status
    at: datetime


@dataclass(frozen=True, slots=True)
class EarlierReport:
    """A valid report, as it was parsed."""

    site: Site
    checked_at: datetime
    complete: bool
    models: tuple[Mapping[str, Any], ...]
    fallback_models: tuple[Mapping[str, Any], ...]

    def statuses(self) -> dict[str, StatusBegan]:
        """The statuses by id."""
        return {
            model["id"]: StatusBegan(
                Status(model["status"]),
                parse_time(model["since"]) if "since" in model else self.checked_at,
            )
            for model in self.models
        }


def read_earlier_report(path: Path) -> EarlierReport:
    """A report that `check --format json` wrote.

    Raises:
        FileError: it cannot be read.
        UsageError: it is not a report.
    """
    document = read_validated(path, "report")
    body = document.value
    problems = document.problems or [
        *time_problems(body, "checked_at", "snapshot_recorded"),
        *_problems_of_models(body),
    ]
    if problems:
        raise UsageError(format_problems(str(path), problems))
    return EarlierReport(
        Site(body["site"]),
        parse_time(body["checked_at"]),
        body["complete"],
        tuple(body["models"]),
        tuple(body.get("fallback", {"models": []})["models"]),
    )


def _problems_of_models(body: Mapping[str, Any]) -> Iterable[Problem]:
    for index, model in enumerate(body["models"]):
        for place, times in (("", model), (".probe", model.get("probe", {}))):
            for problem in time_problems(times, "since", "at"):
                rest = problem.path.removeprefix("$")
                yield Problem(f"$.models[{index}]{place}{rest}", problem.message)


def with_since(
    models: Iterable[ModelResult], earlier: Iterable[Mapping[str, StatusBegan]], now: datetime
) -> tuple[ModelResult, ...]:
    """`models` with the times when their statuses began.

    Args:
        models: with their final statuses.
        earlier: statuses in earlier reports; for each id, the first that has it counts.
        now: for statuses that begin in this run.
    """
    memories = list(earlier)
    return tuple(_since(model, memories, now) for model in models)


def _since(
    model: ModelResult, memories: Iterable[Mapping[str, StatusBegan]], now: datetime
) -> ModelResult:
    before = next((each[model.id] for each in memories if model.id in each), None)
    lasts = before is not None and before.status is model.status
    return replace(model, since=before.at if before is not None and lasts else now)
