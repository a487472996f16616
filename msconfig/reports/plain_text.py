"""The report as text: the verdict first, a table with failing models first, the next step last."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from msconfig.checking.report import Change, ModelResult, Outcome, Report, Suggestion
from msconfig.reports._console import STYLES, open_console
from msconfig.reports.verdicts import all_models, counting_models, overall, worst_first
from msconfig.reports.wording import (
    MARKS,
    RECOVERED,
    SUGGESTED,
    about,
    about_fallback,
    kind_of,
    next_step_line,
    places_of,
    remarks,
    status_of,
    verdict_line,
)
from msconfig.text import no_command, shortened, visible, wrapped

__all__ = ["as_text", "body", "next_step"]

_MIN_REASON = 26
"""Columns that reasons need; with fewer left they go below the ids."""
_HEADINGS = ("MODEL", "STATUS", "KIND")
_MAX_ID = 400
_MAX_WIDTH = 160


def as_text(report: Report, *, width: int, color: bool) -> str:
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
    _print_places(console, report)
    _print_suggestions(console, worst_first(all_models(report)))
    _print_notes(console, report)
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def _mark(outcome: Outcome) -> tuple[str, str]:
    return MARKS[outcome], STYLES[outcome]


def _print_models(console: Console, models: Sequence[ModelResult]) -> None:
    """Four columns; where the reasons have no room beside the others, they go below the row.

    Where not even the other three have room, id and status are two lines.
    """
    ordered = worst_first(models)
    cells = [_HEADINGS, *((_id(each), status_of(each), kind_of(each)) for each in ordered)]
    columns = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    room = console.width - sum(columns) - cell_len("✗      ")
    if room >= cell_len("  ") + _MIN_REASON:
        console.print(_table(ordered))
    elif room >= 0:
        _print_rows(console, ordered, columns)
    else:
        for model in ordered:
            _print_stacked(console, model)


def _table(models: Iterable[ModelResult]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("")
    for heading in _HEADINGS:
        table.add_column(heading, no_wrap=True)
    table.add_column("WHY", overflow="fold")
    for model in models:
        mark, style = _mark(model.outcome)
        table.add_row(
            Text(mark, style=style),
            Text(_id(model)),
            Text(status_of(model), style=style),
            Text(kind_of(model), style="dim"),
            _why(model),
        )
    return table


def _print_rows(console: Console, models: Iterable[ModelResult], columns: Sequence[int]) -> None:
    cells = (cell.ljust(width) for cell, width in zip(_HEADINGS, columns, strict=True))
    console.print(Text(f"   {'  '.join(cells)}", style="dim"), soft_wrap=True)
    for model in models:
        mark, style = _mark(model.outcome)
        model_id, status = Text(_id(model)), Text(status_of(model), style=style)
        model_id.pad_right(columns[0] - model_id.cell_len)
        status.pad_right(columns[1] - status.cell_len)
        kind = Text(kind_of(model), style="dim")
        row = Text("  ").join([Text(mark, style=style), model_id, status, kind])
        console.print(row, soft_wrap=True)
        console.print(Padding(_why(model), (0, 0, 0, 5)))


def _print_stacked(console: Console, model: ModelResult) -> None:
    mark, style = _mark(model.outcome)
    console.print(Text.assemble((f"{mark} ", style), _id(model)), soft_wrap=True)
    line = Text.assemble((status_of(model), style), (f" · {kind_of(model)}", "dim"))
    console.print(Padding(line, (0, 0, 0, 2)))
    console.print(Padding(_why(model), (0, 0, 0, 2)))


def _why(model: ModelResult) -> RenderableType:
    """The reason, and indented below it why it has no effect, if so, and the notes."""
    below = (Text(no_command(visible(each)), style="dim") for each in remarks(model))
    reason = Text(no_command(visible(model.reason)))
    return Group(reason, *(Padding(each, (0, 0, 0, 2)) for each in below))


def _print_places(console: Console, report: Report) -> None:
    """A line for each place of a model that counts, in the form of compilers, for editors."""
    lines = [
        f"{place.file}:{place.line}:{place.column}: {level}: {visible(model.id)} {model.status}"
        for model in worst_first(counting_models(report))
        for place in places_of(model)
        for level in ("error" if report.strict or model.outcome is Outcome.FAIL else "warning",)
    ]
    if lines:
        console.print()
    for line in lines:
        console.print(Text(no_command(line)), soft_wrap=True)


def _print_notes(console: Console, report: Report) -> None:
    healed = [model for model in all_models(report) if model.change is Change.HEALED]
    if healed:
        console.print()
        console.print(Text(f"{RECOVERED}:", style="bold"))
        for model in healed:
            console.print(Text(f"  {_id(model)}"), soft_wrap=True)
    notes = [note for note in report.notes if note != report.look_up_gone]
    if notes:
        console.print()
        console.print(Text("Notes:", style="bold"))
        for note in notes:
            for line in wrapped(no_command(visible(note)), console.width, first="  ", later="    "):
                console.print(Text(line), soft_wrap=True)


def _print_suggestions(console: Console, models: Iterable[ModelResult]) -> None:
    rows = [(model, each) for model in models for each in model.suggestions]
    if not rows:
        return
    console.print()
    console.print(Text(f"{SUGGESTED}:", style="bold"))
    width = max(cell_len(_suggested(each)) for _, each in rows)
    last = None
    for model, each in rows:
        if model is not last:
            console.print(Text(f"  {_id(model)}"), soft_wrap=True)
            last = model
        suggested = _suggested(each)
        reason = Text(no_command(visible(each.reason)), style="dim")
        line = Text.assemble("    → ", (suggested, "green"))
        if cell_len("    →   ") + width + reason.cell_len <= console.width:
            line.pad_right(width + 2 - cell_len(suggested))
            console.print(line + reason, soft_wrap=True)
        else:
            console.print(line, soft_wrap=True)
            console.print(Padding(reason, (0, 0, 0, 6)))


def _suggested(suggestion: Suggestion) -> str:
    return no_command(visible(suggestion.id))


def _id(model: ModelResult) -> str:
    return no_command(shortened(visible(model.id), _MAX_ID)) or '""'


def next_step(report: Report, *, width: int) -> str:
    """What to do next; an address in it is never cut."""
    return "\n".join(wrapped(next_step_line(report), width))
