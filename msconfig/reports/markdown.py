"""The report as GitHub-flavoured Markdown: for a job summary, or a comment on a pull request.

An id, a reason and whatever else comes from outside stays text: nothing in it becomes markup, HTML,
a link, a mention or a reference, neither when the Markdown is read nor in what GitHub and GitLab
do to the finished page.
"""

from __future__ import annotations

from collections.abc import Iterable

from msconfig.checking.report import Change, Fallback, ModelResult, Report
from msconfig.rendering.markdown_text import code, plain
from msconfig.reports.verdicts import all_models, overall, worst_first
from msconfig.reports.wording import (
    MARKS,
    RECOVERED,
    SUGGESTED,
    TOKEN_IN_FILE,
    TOKENS_IN_FILES,
    about,
    about_fallback,
    excuse,
    finding_place,
    kind_of,
    next_step_in_ci,
    quota_line,
    shown_id,
    status_of,
    verdict_line,
)

__all__ = ["render"]

_TABLE_ROOM = 30_000
_FALLBACK_ROOM = 8_000
_LIST_ROOM = 5_000
"""Characters that each table and each list may take: a comment on GitHub holds 65,536 in all."""
_MAX_ID = 400
_MAX_REASON = 400
_MAX_ABOUT = 1_000


def render(report: Report) -> str:
    """`report` as Markdown of less than 65,536 characters, the verdict first, the next step last.

    Failing models come first. Where not all fits, those at the end are left out, and counted.
    """
    models = all_models(report)
    blocks = [
        f"## {MARKS[overall(report)]} {verdict_line(report)}",
        _plain(about(report), _MAX_ABOUT),
        _table(report.models),
        *_fallback(report.fallback),
        _section(
            SUGGESTED,
            (
                f"{_id(model.id)} → {_id(each.id)} ({_plain(each.reason)})"
                for model in models
                for each in model.suggestions
            ),
        ),
        _section(RECOVERED, (_id(m.id) for m in models if m.change is Change.HEALED)),
        _section(
            TOKENS_IN_FILES,
            (f"{code(finding_place(each), _MAX_ID)} {TOKEN_IN_FILE}" for each in report.findings),
        ),
        _section("Notes", map(_plain, report.notes)),
        _section(
            "Quota", (f"Token {each.fingerprint}: {quota_line(each)}" for each in report.quota)
        ),
        next_step_in_ci(report),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _fallback(fallback: Fallback | None) -> list[str]:
    """Heading, key and table of the fallback; nothing where there is none."""
    if fallback is None:
        return []
    about_it = _plain(about_fallback(fallback), _MAX_ABOUT)
    return ["### Fallback", about_it, _table(fallback.models, _FALLBACK_ROOM)]


def _table(models: tuple[ModelResult, ...], room: int = _TABLE_ROOM) -> str:
    if not models:
        return ""
    rows = [_row(model) for model in worst_first(models)]
    shown = _that_fit(rows, room)
    table = ["| | Model | Status | Kind | Why |", "|---|---|---|---|---|", *shown]
    left_out = len(rows) - len(shown)
    more = f"\n\n… and {left_out} more, not shown here." if left_out else ""
    return "\n".join(table) + more


def _row(model: ModelResult) -> str:
    why = excuse(model)
    reason = _plain(f"{model.reason} ({why})" if why else model.reason)
    texts = "<br>".join([reason, *map(_plain, model.notes)])
    cells = (MARKS[model.outcome], _id(model.id), status_of(model), kind_of(model), texts)
    return f"| {' | '.join(cells)} |"


def _section(title: str, entries: Iterable[str]) -> str:
    lines = [f"- {entry}" for entry in entries]
    if not lines:
        return ""
    shown = _that_fit(lines, _LIST_ROOM)
    if len(shown) < len(lines):
        shown.append(f"- … and {len(lines) - len(shown)} more")
    return "\n".join([f"### {title}", "", *shown])


def _that_fit(lines: Iterable[str], room: int) -> list[str]:
    """The first of `lines` that have `room` characters together."""
    shown = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        shown.append(line)
    return shown


def _id(model_id: str) -> str:
    return code(shown_id(model_id), _MAX_ID)


def _plain(text: str, limit: int = _MAX_REASON) -> str:
    return plain(text, limit)
