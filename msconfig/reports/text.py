"""The report for a person: the verdict first, a table, the next step last."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterable

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from msconfig.checking.report import ModelResult, Outcome, Report, TokenResult, TokenStatus
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import addresses_of
from msconfig.text import shortened, visible

__all__ = ["body", "next_step", "render"]

_MARKS = {
    Outcome.PASS: ("✓", "green"),
    Outcome.FAIL: ("✗", "red"),
    Outcome.UNKNOWN: ("?", "yellow"),
}
_MIN_REASON = 26
"""Columns that the reasons need; with fewer left they go below the ids."""
_MAX_ID = 400
_MAX_WIDTH = 160


def render(report: Report, *, width: int, color: bool) -> str:
    """`report` as text of at most `width` columns (ids are never cut); colour codes if `color`."""
    return f"{body(report, width=width, color=color)}\n{next_step(report, width=width)}\n"


def body(report: Report, *, width: int, color: bool) -> str:
    """The text without its last line, the next step."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=max(20, min(width, _MAX_WIDTH)),
        force_terminal=color,
        color_system="standard" if color else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    mark, style = _MARKS[_overall(report)]
    console.print(Text(f"{mark} {_verdict_line(report)}", style=f"bold {style}"))
    console.print(Padding(Text(_about(report), style="dim"), (0, 0, 0, 2)))
    console.print()
    if _fits_a_table(report, console.width):
        console.print(_table(report.models))
    else:
        for model in report.models:
            _print_stacked(console, model)
    _print_suggestions(console, report.models)
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def _overall(report: Report) -> Outcome:
    refused = {TokenStatus.REJECTED, TokenStatus.NOT_BOUND}
    if not report.complete and not report.count(Outcome.FAIL):
        return Outcome.UNKNOWN
    if report.count(Outcome.FAIL) or any(token.status in refused for token in report.tokens):
        return Outcome.FAIL
    unverified = any(t.status is TokenStatus.UNVERIFIED and t.counts for t in report.tokens)
    return Outcome.UNKNOWN if report.count(Outcome.UNKNOWN) or unverified else Outcome.PASS


def _verdict_line(report: Report) -> str:
    total = len(report.models)
    failed, unknown = report.count(Outcome.FAIL), report.count(Outcome.UNKNOWN)
    parts = []
    if not report.complete:
        parts.append("Interrupted.")
    if any(token.status is TokenStatus.REJECTED for token in report.tokens):
        parts.append("A token is rejected.")
    if any(token.status is TokenStatus.NOT_BOUND for token in report.tokens):
        parts.append("A token's account is not bound.")
    if any(t.status is TokenStatus.UNVERIFIED and t.counts for t in report.tokens):
        parts.append("A token could not be verified.")
    if failed:
        parts.append(_no(failed, total, "is served", "are not served"))
    if unknown:
        parts.append(_no(unknown, total, "could be verified", "could not be verified"))
    if not failed and not unknown:
        parts.append(f"{'The model is' if total == 1 else f'All {total} models are'} served.")
    return " ".join(parts)


def _no(count: int, total: int, yes: str, no: str) -> str:
    """A sentence about `count` of `total` models that are not as they should be."""
    if total == 1:
        return f"The model {no.replace('are', 'is')}."
    if count == total:
        return f"None of the {total} models {yes}."
    return f"{count} of {total} models {no.replace('are', 'is') if count == 1 else no}."


def _about(report: Report) -> str:
    site = f"Site {report.site}"
    recorded = report.snapshot_recorded
    if recorded is not None:
        site += f", offline: facts recorded on {recorded:%Y-%m-%d}"
    return f"{site}. {' '.join(_about_token(token) for token in report.tokens)}"


def _about_token(token: TokenResult) -> str:
    if token.status is TokenStatus.ABSENT:
        return "No token."
    reason = f": {shortened(visible(token.reason))}" if token.reason else ""
    return f"Token {token.fingerprint} ({visible(token.source)}) {token.status}{reason}."


def _fits_a_table(report: Report, width: int) -> bool:
    ids = max(cell_len(_id(model)) for model in report.models)
    statuses = max(len(model.status) for model in report.models)
    kinds = max(len(model.kind) for model in report.models)
    return width - (ids + statuses + kinds + 10) >= _MIN_REASON


def _table(models: Iterable[ModelResult]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("")
    for heading in ("MODEL", "STATUS", "KIND"):
        table.add_column(heading, no_wrap=True)
    table.add_column("WHY", overflow="fold")
    for model in models:
        mark, style = _MARKS[model.outcome]
        table.add_row(
            Text(mark, style=style),
            Text(_id(model)),
            Text(model.status, style=style),
            Text(_kind(model), style="dim"),
            Text(visible(model.reason)),
        )
    return table


def _print_stacked(console: Console, model: ModelResult) -> None:
    mark, style = _MARKS[model.outcome]
    console.print(Text.assemble((f"{mark} ", style), _id(model)), soft_wrap=True)
    line = Text.assemble(
        (model.status, style), (f" · {_kind(model)} · ", "dim"), visible(model.reason)
    )
    console.print(Padding(line, (0, 0, 0, 2)))


def _print_suggestions(console: Console, models: Iterable[ModelResult]) -> None:
    rows = [(model, each) for model in models for each in model.suggestions]
    if not rows:
        return
    console.print()
    console.print(Text("Served, and perhaps meant:", style="bold"))
    width = max(len(each.id) for _, each in rows)
    last = None
    for model, each in rows:
        if model is not last:
            console.print(Text(f"  {_id(model)}"), soft_wrap=True)
            last = model
        fits = cell_len("    →   ") + width + len(each.reason) <= console.width
        reason = Text(each.reason, style="dim")
        line = Text.assemble("    → ", (visible(each.id), "green"))
        if fits:
            line.pad_right(width + 2 - len(each.id))
            console.print(line + reason, soft_wrap=True)
        else:
            console.print(line, soft_wrap=True)
            console.print(Padding(reason, (0, 0, 0, 6)))


def _kind(model: ModelResult) -> str:
    """The kind; of what is not served an unknown one is of no interest."""
    unknown = model.kind is Kind.UNKNOWN and model.outcome is not Outcome.PASS
    return "–" if unknown else model.kind


def _id(model: ModelResult) -> str:
    return shortened(visible(model.id), _MAX_ID) or '""'


def next_step(report: Report, *, width: int) -> str:
    """What to do next; an address in it is never cut."""
    return textwrap.fill(
        _next_step(report), max(20, width), break_long_words=False, break_on_hyphens=False
    )


def _next_step(report: Report) -> str:
    tokens = {token.status for token in report.tokens if token.counts}
    page = addresses_of(report.site).token_page
    if not report.complete:
        return "Next: run it again; what is unverified above was not reached."
    if TokenStatus.REJECTED in tokens:
        return f"Next: make a new token at {page}"
    if TokenStatus.NOT_BOUND in tokens:
        return "Next: bind and verify your Alibaba Cloud account, then run it again."
    if report.count(Outcome.FAIL):
        return "Next: replace or remove what is not served, then run it again."
    if report.count(Outcome.UNKNOWN) or TokenStatus.UNVERIFIED in tokens:
        return "Next: run it again later; -v shows every request."
    return "Next: msconfig generate -o DIR, with the same ids, writes the configuration."
