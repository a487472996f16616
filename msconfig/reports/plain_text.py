"""The report for a person: the verdict first, a table, the next step last."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from msconfig.checking.report import Change, ModelResult, Outcome, Report
from msconfig.reports._console import STYLES, open_console
from msconfig.reports.verdicts import all_models, overall
from msconfig.reports.wording import (
    MARKS,
    about,
    about_fallback,
    excuse,
    explained,
    kind_of,
    next_step_line,
    verdict_line,
)
from msconfig.text import no_command, shortened, visible, wrapped

__all__ = ["body", "next_step", "render"]

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
    console = open_console(out, width=max(20, min(width, _MAX_WIDTH)), color=color)
    mark, style = _mark(overall(report))
    console.print(Text(f"{mark} {verdict_line(report)}", style=f"bold {style}"))
    console.print(Padding(Text(no_command(about(report)), style="dim"), (0, 0, 0, 2)))
    if report.look_up_gone:
        line = Text(no_command(visible(report.look_up_gone)), style=STYLES[Outcome.UNKNOWN])
        console.print(Padding(line, (0, 0, 0, 2)))
    console.print()
    _print_models(console, report.models)
    if report.fallback is not None:
        console.print()
        console.print(Text(no_command(about_fallback(report.fallback)), style="dim"))
        _print_models(console, report.fallback.models)
    _print_suggestions(console, all_models(report))
    _print_notes(console, report)
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def _mark(outcome: Outcome) -> tuple[str, str]:
    return MARKS[outcome], STYLES[outcome]


def _print_models(console: Console, models: Sequence[ModelResult]) -> None:
    if _fits_a_table(models, console.width):
        console.print(_table(models))
    else:
        for model in models:
            _print_stacked(console, model)


def _fits_a_table(models: Sequence[ModelResult], width: int) -> bool:
    ids = max(cell_len(_id(model)) for model in models)
    statuses = max(len(model.status) for model in models)
    kinds = max(len(model.kind) for model in models)
    return width - (ids + statuses + kinds + 10) >= _MIN_REASON


def _table(models: Iterable[ModelResult]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("")
    for heading in ("MODEL", "STATUS", "KIND"):
        table.add_column(heading, no_wrap=True)
    table.add_column("WHY", overflow="fold")
    for model in models:
        mark, style = _mark(model.outcome)
        table.add_row(
            Text(mark, style=style),
            Text(_id(model)),
            Text(model.status, style=style),
            Text(kind_of(model), style="dim"),
            Text(_why(model)),
        )
    return table


def _print_stacked(console: Console, model: ModelResult) -> None:
    mark, style = _mark(model.outcome)
    console.print(Text.assemble((f"{mark} ", style), _id(model)), soft_wrap=True)
    line = Text.assemble((model.status, style), (f" · {kind_of(model)} · ", "dim"), _why(model))
    console.print(Padding(line, (0, 0, 0, 2)))


def _why(model: ModelResult) -> str:
    """The reason, and before it why it does not count, if it does not."""
    words = no_command(visible(explained(model)))
    because = excuse(model)
    return f"{because}; {words}" if because else words


def _print_notes(console: Console, report: Report) -> None:
    healed = [model for model in all_models(report) if model.change is Change.HEALED]
    if healed:
        console.print()
        console.print(Text("Healed since the baseline:", style="bold"))
        for model in healed:
            console.print(Text(f"  {_id(model)}"), soft_wrap=True)
    notes = [note for note in report.notes if note != report.look_up_gone]
    if notes:
        console.print()
        console.print(Text("Notes:", style="bold"))
        for note in notes:
            console.print(Padding(Text(no_command(visible(note))), (0, 0, 0, 2)))


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


def _id(model: ModelResult) -> str:
    return no_command(shortened(visible(model.id), _MAX_ID)) or '""'


def next_step(report: Report, *, width: int) -> str:
    """What to do next; an address in it is never cut."""
    return "\n".join(wrapped(next_step_line(report), width))
