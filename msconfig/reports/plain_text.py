"""The report as text: the verdict first, a table with failing models first, the next step last."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from msconfig.checking.report import Change, ModelResult, Outcome, Report, Suggestion
from msconfig.reports._console import STYLES, open_console
from msconfig.reports.verdicts import all_models, counting_models, overall, worst_first
from msconfig.reports.wording import (
    MARKS,
    RECOVERED,
    SUGGESTED,
    TOKEN_IN_FILE,
    TOKENS_IN_FILES,
    about,
    about_fallback,
    finding_place,
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
    if report.models:
        console.print()
        _print_models(console, report.models)
    if report.fallback is not None:
        console.print()
        console.print(Text(no_command(about_fallback(report.fallback)), style="dim"))
        _print_models(console, report.fallback.models)
    _print_places(console, report)
    _print_suggestions(console, worst_first(all_models(report)))
    _print_findings(console, report)
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
        console.print(_table(console, ordered, columns, room - cell_len("  ")), soft_wrap=True)
    elif room >= 0:
        console.print(_rows(console, ordered, columns), soft_wrap=True)
    else:
        console.print(_stacked(console, ordered), soft_wrap=True)


# One text for all models: a table of rich, or a print for each, takes seconds for thousands.


def _table(
    console: Console, models: Iterable[ModelResult], columns: Sequence[int], room: int
) -> Text:
    table = Text.assemble((f"   {_in_columns(_HEADINGS, columns)}  WHY", "dim"))
    indent = " " * (cell_len("✗      ") + sum(columns) + cell_len("  "))
    for model in models:
        (first, style), *more = _why(console, model, room)
        _begin_row(table, model, columns)
        table.append("  ")
        table.append(first, style)
        for line, line_style in more:
            table.append(f"\n{indent}")
            table.append(line, line_style)
    return table


def _rows(console: Console, models: Iterable[ModelResult], columns: Sequence[int]) -> Text:
    rows = Text.assemble((f"   {_in_columns(_HEADINGS, columns)}", "dim"))
    for model in models:
        _begin_row(rows, model, columns)
        _append_below(rows, _why(console, model, console.width - 5), " " * 5)
    return rows


def _stacked(console: Console, models: Iterable[ModelResult]) -> Text:
    found = Text()
    for model in models:
        mark, style = _mark(model.outcome)
        status, kind = status_of(model), kind_of(model)
        found.append(f"{mark} ", style)
        found.append(f"{_id(model)}\n  ")
        found.append(status, style)
        has_room = cell_len(f"  {status} · {kind}") <= console.width
        found.append(f" · {kind}" if has_room else f" ·\n  {kind}", "dim")
        _append_below(found, _why(console, model, console.width - 2), "  ")
        found.append("\n")
    found.right_crop(1)
    return found


def _begin_row(rows: Text, model: ModelResult, columns: Sequence[int]) -> None:
    """Add a line with mark, id, status and kind."""
    mark, style = _mark(model.outcome)
    model_id, status, kind = (_id(model), status_of(model), kind_of(model))
    rows.append("\n")
    rows.append(mark, style)
    rows.append(f"  {_padded(model_id, columns[0])}  ")
    rows.append(_padded(status, columns[1]), style)
    rows.append("  ")
    rows.append(_padded(kind, columns[2]), "dim")


def _append_below(rows: Text, lines: Iterable[_Line], indent: str) -> None:
    for line, style in lines:
        rows.append(f"\n{indent}")
        rows.append(line, style)


def _in_columns(cells: Sequence[str], columns: Sequence[int]) -> str:
    return "  ".join(map(_padded, cells, columns))


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))


_Line: TypeAlias = tuple[str, str]
"""A line and its style."""


def _why(console: Console, model: ModelResult, width: int) -> list[_Line]:
    """The reason, and indented below it why it has no effect, if so, and the notes."""
    below = (no_command(visible(each)) for each in remarks(model))
    return [
        *((line, "") for line in _folded(console, no_command(visible(model.reason)), width)),
        *((f"  {line}", "dim") for each in below for line in _folded(console, each, width - 2)),
    ]


def _folded(console: Console, text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` columns; a longer word is broken."""
    if cell_len(text) <= width:
        return [text]
    lines = Text(text).wrap(console, max(1, width), overflow="fold")
    return [line.plain.rstrip() for line in lines]


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
        console.print(Text("\n".join(map(no_command, lines))), soft_wrap=True)


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


def _print_findings(console: Console, report: Report) -> None:
    if not report.findings:
        return
    console.print()
    console.print(Text(f"{TOKENS_IN_FILES}:", style="bold"))
    style = STYLES[Outcome.FAIL if report.strict else Outcome.UNKNOWN]
    for finding in report.findings:
        place = no_command(finding_place(finding))
        console.print(Text.assemble("  ", (place, style)), soft_wrap=True)
        console.print(Padding(Text(TOKEN_IN_FILE, style="dim"), (0, 0, 0, 4)))


def _print_suggestions(console: Console, models: Iterable[ModelResult]) -> None:
    rows = [(model, each) for model in models for each in model.suggestions]
    if not rows:
        return
    console.print()
    console.print(Text(f"{SUGGESTED}:", style="bold"))
    width = max(cell_len(_suggested(each)) for _, each in rows)
    lines = Text()
    last = None
    for model, each in rows:
        if model is not last:
            lines.append(f"{'' if last is None else chr(10)}  {_id(model)}")
            last = model
        suggested, reason = _suggested(each), no_command(visible(each.reason))
        lines.append("\n    → ")
        if cell_len("    →   ") + width + cell_len(reason) <= console.width:
            lines.append(_padded(suggested, width), "green")
            lines.append(f"  {reason}", "dim")
        else:
            lines.append(suggested, "green")
            below = _folded(console, reason, console.width - 6)
            _append_below(lines, ((line, "dim") for line in below), " " * 6)
    console.print(lines, soft_wrap=True)


def _suggested(suggestion: Suggestion) -> str:
    return no_command(visible(suggestion.id))


def _id(model: ModelResult) -> str:
    return no_command(shortened(visible(model.id), _MAX_ID)) or '""'


def next_step(report: Report, *, width: int) -> str:
    """What to do next; an address in it is never cut."""
    return "\n".join(wrapped(next_step_line(report), width))
