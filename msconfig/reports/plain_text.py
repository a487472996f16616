"""The report as text: the verdict first, a table with failing models first, the next step last."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import TypeAlias

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from msconfig.checking.report import Change, ModelResult, Outcome, Report, Status, Suggestion
from msconfig.reports._console import STYLES, open_console, styled_by
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
_MAX_SENTENCE = 40
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
    style = styled_by(console)
    if room >= cell_len("  ") + _MIN_REASON:
        lines = _table(style, ordered, columns, room - cell_len("  "))
    elif room >= 0:
        lines = _rows(style, ordered, columns, console.width)
    else:
        lines = _stacked(style, ordered, console.width)
    _write(console, lines)


def _write(console: Console, lines: Iterable[str]) -> None:
    """Write lines as they are, however long."""
    console.file.write("".join(f"{line}\n" for line in lines))


# Written without rich, which takes seconds for the pieces of thousands of rows.

_Style: TypeAlias = Callable[[str, str], str]
_Line: TypeAlias = tuple[str, str]
"""A line and its style."""


def _table(
    style: _Style, models: Iterable[ModelResult], columns: Sequence[int], room: int
) -> Iterator[str]:
    yield style(f"   {_in_columns(_HEADINGS, columns)}  WHY", "dim")
    indent = " " * (cell_len("✗      ") + sum(columns) + cell_len("  "))
    for model in models:
        first, *more = _why(model, room)
        yield f"{_row(style, model, columns)}  {style(*first)}"
        yield from _below(style, more, indent)


def _rows(
    style: _Style, models: Iterable[ModelResult], columns: Sequence[int], width: int
) -> Iterator[str]:
    yield style(f"   {_in_columns(_HEADINGS, columns)}", "dim")
    for model in models:
        yield _row(style, model, columns)
        yield from _below(style, _why(model, width - 5), " " * 5)


def _stacked(style: _Style, models: Iterable[ModelResult], width: int) -> Iterator[str]:
    for model in models:
        mark, color = _mark(model.outcome)
        status, kind = status_of(model), kind_of(model)
        yield f"{style(f'{mark} ', color)}{_id(model)}"
        has_room = cell_len(f"  {status} · {kind}") <= width
        yield f"  {style(status, color)}{style(f' · {kind}' if has_room else ' ·', 'dim')}"
        if not has_room:
            yield style(f"  {kind}", "dim")
        yield from _below(style, _why(model, width - 2), "  ")


def _row(style: _Style, model: ModelResult, columns: Sequence[int]) -> str:
    """A line with mark, id, status and kind."""
    mark, color = _mark(model.outcome)
    status = style(_padded(status_of(model), columns[1]), color)
    kind = style(_padded(kind_of(model), columns[2]), "dim")
    return f"{style(mark, color)}  {_padded(_id(model), columns[0])}  {status}  {kind}"


def _below(style: _Style, lines: Iterable[_Line], indent: str) -> Iterator[str]:
    for line in lines:
        yield f"{indent}{style(*line)}"


def _in_columns(cells: Sequence[str], columns: Sequence[int]) -> str:
    return "  ".join(map(_padded, cells, columns))


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))


def _why(model: ModelResult, width: int) -> list[_Line]:
    """The reason, and indented below it why it has no effect, if so, and the notes."""
    below = (no_command(visible(each)) for each in remarks(model))
    return [
        *((line, "") for line in _folded(no_command(visible(model.reason)), width)),
        *((f"  {line}", "dim") for each in below for line in _folded(each, width - 2)),
    ]


def _folded(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` columns; a longer word is broken."""
    if cell_len(text) <= width:
        return [text]
    if text.isascii() and "  " not in text and not text.endswith(" "):
        lines = []
        start = 0
        while len(text) - start > width:
            end = text.rfind(" ", start, start + width + 1)
            if end <= start:  # a longer word
                break
            lines.append(text[start:end])
            start = end + 1
        else:
            return [*lines, text[start:]]
    wrapped_by_rich = Text(text).wrap(_any_console(), max(1, width), overflow="fold")
    return [line.plain.rstrip() for line in wrapped_by_rich]


@cache
def _any_console() -> Console:
    """What `Text.wrap` takes to justify a text, which is not done here."""
    return Console()


def _print_places(console: Console, report: Report) -> None:
    """A line for each place of a model that counts, in the form of compilers, for editors."""
    lines = []
    for model in worst_first(counting_models(report)):
        level = "error" if report.strict or model.outcome is Outcome.FAIL else "warning"
        said = f"{level}: {_shown(model)} {model.status}"
        lines += [
            no_command(f"{place.file}:{place.line}:{place.column}: {said}")
            for place in places_of(model)
        ]
    if lines:
        console.print()
        _write(console, lines)


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
    room = console.width  # which asks the terminal each time
    style = styled_by(console)
    lines = []
    last = None
    for model, each in rows:
        if model is not last:
            lines.append(f"  {_id(model)}")
            last = model
        suggested, reason = _suggested(each), no_command(visible(each.reason))
        if cell_len("    →   ") + width + cell_len(reason) <= room:
            green = style(_padded(suggested, width), "green")
            lines.append(f"    → {green}{style(f'  {reason}', 'dim')}")
        else:
            lines.append(f"    → {style(suggested, 'green')}")
            below = ((line, "dim") for line in _folded(reason, room - 6))
            lines += _below(style, below, " " * 6)
    _write(console, lines)


def _suggested(suggestion: Suggestion) -> str:
    return no_command(visible(suggestion.id))


def _id(model: ModelResult) -> str:
    return no_command(_shown(model))


def _shown(model: ModelResult) -> str:
    """Its id; of a pasted sentence, which is none, the beginning."""
    is_sentence = model.status is Status.MALFORMED and " " in model.id
    return shortened(visible(model.id), _MAX_SENTENCE if is_sentence else _MAX_ID) or '""'


def next_step(report: Report, *, width: int) -> str:
    """What to do next; an address in it is never cut."""
    return "\n".join(wrapped(next_step_line(report), width))
