"""The report as a self-contained HTML page in one of the languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import TypeVar

from msconfig.checking.report import (
    Change,
    Fallback,
    Location,
    ModelResult,
    Outcome,
    Report,
    Status,
    TokenStatus,
)
from msconfig.checking.suggestions.reasons import Reason
from msconfig.command_name import EVERYWHERE
from msconfig.languages import Tag, language
from msconfig.modelscope.fallback_regions import addresses_in
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import addresses_of
from msconfig.rendering.pages import page
from msconfig.reports.verdicts import fallback_verdict, next_step, overall, tally, worst_first
from msconfig.reports.wording import finding_place, kind_of, next_step_line, places_of
from msconfig.text import no_log_command

__all__ = ["render"]

_MOST_OF_AN_ID = 160
"""Characters of an id that its row shows; an id from outside may be of any length."""

_MOST_CHANGES = 12
"""Changed models that are listed at once."""

_LONG = 100
"""Models from which on the browser lays out only the rows near the window."""

_RANK = {Outcome.FAIL: 0, Outcome.UNKNOWN: 1, Outcome.PASS: 2}
"""Order when sorted by status."""

_TOKEN_MARKS = {
    TokenStatus.VALID: Outcome.PASS,
    TokenStatus.REJECTED: Outcome.FAIL,
    TokenStatus.NOT_BOUND: Outcome.FAIL,
    TokenStatus.UNVERIFIED: Outcome.UNKNOWN,
    TokenStatus.ABSENT: Outcome.UNKNOWN,
}

_Member = TypeVar("_Member", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class _Row:
    """A model's row; links lead to it by its number."""

    number: int
    result: ModelResult
    was_queried: bool
    """Whether a request was made about it; offline, recorded facts answer."""
    is_of_bailian: bool = False

    @property
    def anchor(self) -> str:
        return f"{'fallback' if self.is_of_bailian else 'model'}-{self.number}"

    @property
    def rank(self) -> int:
        return _RANK[self.result.outcome]

    @property
    def shows_kind(self) -> bool:
        return kind_of(self.result) == self.result.kind

    @property
    def places(self) -> tuple[Location, ...]:
        return places_of(self.result)

    @property
    def ignored_until(self) -> datetime | None:
        ignored = self.result.ignored
        return datetime.combine(ignored.until, time.min, UTC) if ignored else None


def render(report: Report, tag: Tag) -> str:
    """`report` as HTML in the language `tag`; ModelScope's own texts are not translated.

    Failing models come first. It holds no key: a token is shown by its fingerprint.
    """
    rows = _rows(report.models, was_queried=not report.offline)
    fallback = report.fallback
    at_bailian: tuple[_Row, ...] = ()
    if fallback is not None:
        was_queried = fallback.token.counts
        at_bailian = _rows(fallback.models, was_queried=was_queried, of_bailian=True)
    all_rows = (*rows, *at_bailian)
    addresses = addresses_of(report.site)
    context = {
        "report": report,
        "models": rows,
        "outcome": overall(report),
        "tally": tally(report),
        "next_step": next_step(report).name,
        "next_step_line": next_step_line(report).removeprefix("Next: "),
        "generate_command": f"{EVERYWHERE} generate -o DIR",
        "look_up_gone": bool(report.look_up_gone),
        "passing": report.count(Outcome.PASS),
        "statuses": _occurring(Status, (row.result.status for row in rows)),
        "kinds": _occurring(Kind, (row.result.kind for row in rows)),
        "changes": _occurring(Change, (row.result.change for row in rows)),
        "has_baseline": any(row.result.change for row in all_rows),
        "findings": tuple(map(finding_place, report.findings)),
        "token_marks": _TOKEN_MARKS,
        "token_page": addresses.token_page,
        "reason_names": {reason.value: reason.name for reason in Reason},
        "dropped": len(report.dropped) + (len(fallback.dropped) if fallback else 0),
        **_of_fallback(fallback, at_bailian),
        "site_name": addresses.hub.removeprefix("https://"),
        "is_long": len(rows) > _LONG,
        "most_of_an_id": _MOST_OF_AN_ID,
        "most_changes": _MOST_CHANGES,
        **{
            change.value: tuple(row for row in all_rows if row.result.change is change)
            for change in (Change.WORSE, Change.NEW, Change.HEALED)
        },
    }
    return no_log_command(page("report", context, language(tag)), "&#91;")


def _rows(
    models: Sequence[ModelResult], *, was_queried: bool, of_bailian: bool = False
) -> tuple[_Row, ...]:
    ordered = enumerate(worst_first(models), start=1)
    return tuple(_Row(number, each, was_queried, of_bailian) for number, each in ordered)


def _of_fallback(fallback: Fallback | None, rows: Sequence[_Row]) -> dict[str, object]:
    verdict, count = fallback_verdict(fallback) if fallback else (None, 0)
    return {
        "fallback": fallback,
        "fallback_models": rows,
        "fallback_verdict": verdict.name if verdict else "",
        "fallback_count": count,
        "fallback_is_long": len(rows) > _LONG,
        "key_page": addresses_in(fallback.region).key_page if fallback else "",
    }


def _occurring(
    members: type[_Member], found: Iterable[_Member | None]
) -> tuple[tuple[_Member, int], ...]:
    """Those of `members` that occur, in their order, and how often."""
    counts = Counter(found)
    return tuple((member, counts[member]) for member in members if counts[member])
