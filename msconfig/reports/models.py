"""Models that were found, for a person and for a program."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from msconfig.checking.discovery.results import FoundModel, ModelList
from msconfig.checking.report import Outcome
from msconfig.command_name import command
from msconfig.parsing import dumps, rfc3339
from msconfig.reports._console import STYLES, open_console
from msconfig.reports.verdicts import NextStep
from msconfig.reports.wording import MARKS, NEXT_STEPS
from msconfig.text import counted, no_command, visible, wrapped

__all__ = ["as_json", "as_text", "notes_of"]

_MAX_LICENSE = 30
_MIN_LICENSE = 10
"""Columns; with fewer a license is not shown."""
_NOTHING = "–"
_INDENT = 3
"""Columns before an id, for the mark."""


def as_json(found: ModelList) -> str:
    """`found` as JSON (`schemas/models.schema.json`)."""
    recorded = found.snapshot_recorded
    document = {
        "schema_version": 1,
        "site": found.site,
        "mode": "offline" if recorded else "online",
        **({"snapshot_recorded": rfc3339(recorded)} if recorded else {}),
        "searched_at": rfc3339(found.searched_at),
        "complete": found.discovery.complete,
        "found": len(found.discovery.models),
        "models": [_model(model) for model in found.models],
        "missing": list(found.discovery.missing),
        "notes": list(found.discovery.notes),
        "exit_code": int(found.exit_code),
    }
    return dumps(document, indent=2) + "\n"


def _model(model: FoundModel) -> dict[str, Any]:
    return {
        "id": model.id,
        "kind": model.kind,
        "served": model.is_served,
        "downloads": model.downloads,
        "likes": model.likes,
        "last_modified": rfc3339(model.last_modified) if model.last_modified else None,
        "license": model.license,
        "magicubes": model.magicubes,
    }


def as_text(found: ModelList, *, width: int, color: bool = False) -> str:
    """`found` as text of at most `width` columns (ids are never cut): the more, the more details.

    A column of which nothing is known is left out. Colour codes if `color`.
    """
    verdict = _verdict(found)
    lines = [Text(each, style=verdict.style) for each in wrapped(verdict.plain, width)]
    lines += (
        Text(each, style="dim") for each in wrapped(_about(found), width, first="  ", later="  ")
    )
    if found.models:
        lines += [Text(), *_rows(found, width)]
    for heading, words in (
        ("Not read:", _missing(found)),
        ("Notes:", found.discovery.notes),
    ):
        if words:
            lines += [Text(), Text(heading, style="bold")]
        for each in words:
            lines += map(Text, wrapped(no_command(visible(each)), width, first="  ", later="    "))
    lines += [Text(), *map(Text, wrapped(_next_step(found), width))]
    out = io.StringIO()
    console = open_console(out, width=width, color=color)
    for line in lines:
        console.print(line, soft_wrap=True)
    return out.getvalue()


def _missing(found: ModelList) -> tuple[str, ...]:
    """What was not read; where that is everything, each source failed for the same reason."""
    missing = found.discovery.missing
    if not found.discovery.is_unread or len(missing) < 2:  # noqa: PLR2004 - nothing to shorten
        return missing
    return (missing[0], f"and {counted(len(missing) - 1, 'more source')} likewise")


def _verdict(found: ModelList) -> Text:
    models = found.discovery.models
    served = sum(model.is_served is True for model in models)
    what = "model" if found.includes_unserved else "served model"
    total = len(models)
    words = counted(total, what) if total else f"No {what} fits"
    if found.includes_unserved and total:
        words += f", {served} of them served" if total > 1 else (", served" if served else "")
    if len(found.models) < total:
        words += (
            f"; the first {len(found.models)} of them" if len(found.models) > 1 else "; the first"
        )
    if found.discovery.is_unread:
        outcome = Outcome.UNKNOWN
        words = "ModelScope gave no answer, so no model could be looked for"
    elif not found.discovery.complete:
        outcome = Outcome.UNKNOWN
        words = f"{words}. Not everything could be read"
    elif total:
        outcome = Outcome.PASS
    else:
        return Text(f"{_NOTHING} {words}.", style="bold")
    return Text(f"{MARKS[outcome]} {words}.", style=f"bold {STYLES[outcome]}")


def _about(found: ModelList) -> str:
    recorded = found.snapshot_recorded
    offline = f", offline: facts recorded on {recorded:%Y-%m-%d}" if recorded else ""
    return f"Site {found.site}{offline}."


def _next_step(found: ModelList) -> str:
    if any(model.is_served for model in found.models):
        which = "ids marked ✓" if found.includes_unserved else "ids from above"
        return f"Next: {command('generate -o DIR')}, with {which}, writes the configuration."
    if found.discovery.obstacles:
        return f"Next: {NEXT_STEPS[NextStep.CONNECT]}"
    if not found.discovery.complete:
        return "Next: run it again later; -v shows every request."
    more = "" if found.includes_unserved else ", or --all for what is not served"
    return f"Next: fewer words, another --kind or --owner{more}."


@dataclass(frozen=True, slots=True)
class _Column:
    heading: str
    cell: Callable[[FoundModel], str]
    """What is known of a model; "" for nothing."""
    unit: str = ""
    """What stands behind it where there is no heading above it."""
    is_number: bool = False

    def cells(self, models: Sequence[FoundModel]) -> list[str]:
        """The heading and what stands below it, all of one width."""
        cells = [self.heading, *(self.cell(model) or _NOTHING for model in models)]
        width = max(map(len, cells))
        return [cell.rjust(width) if self.is_number else cell.ljust(width) for cell in cells]


def _count(count: int | None) -> str:
    return "" if count is None else f"{count:,}"


def _license(model: FoundModel, width: int) -> str:
    """The license in at most `width` columns; Chinese characters take two each."""
    text = no_command(visible(model.license or ""))
    width = min(width, _MAX_LICENSE)
    return text if cell_len(text) <= width else f"{set_cell_size(text, width - 1).rstrip()}…"


_ALWAYS = (_Column("MODEL", lambda model: model.id), _Column("KIND", lambda model: model.kind))
_DETAILS = (
    _Column(
        "COST",
        lambda model: "" if model.magicubes is None else f"{model.magicubes:g}",
        "Magicubes a call",
        is_number=True,
    ),
    _Column("DOWNLOADS", lambda model: _count(model.downloads), "downloads", is_number=True),
    _Column("LIKES", lambda model: _count(model.likes), "likes", is_number=True),
    _Column(
        "UPDATED",
        lambda model: f"{model.last_modified:%Y-%m-%d}" if model.last_modified else "",
    ),
)
"""Those that matter most come first."""


def _rows(found: ModelList, width: int) -> list[Text]:
    """A table with as many columns as fit; where not even id and kind do, two lines a model."""
    models = found.models
    marks = [_mark(model) if found.includes_unserved else Text(" ") for model in models]
    columns = [column.cells(models) for column in _ALWAYS]
    left = width - _INDENT - len(columns[0][0]) - 2 - len(columns[1][0])
    if left < 0:
        pairs = zip(marks, models, strict=True)
        return [line for mark, model in pairs for line in _stacked(mark, model, width)]
    for column in _DETAILS:
        cells = column.cells(models)
        if any(map(column.cell, models)) and len(cells[0]) + 2 <= left:
            left -= len(cells[0]) + 2
            columns.append(cells)
    if any(model.license for model in models) and left >= _MIN_LICENSE + 2:
        columns.append(["LICENSE", *(_license(model, left - 2) or _NOTHING for model in models)])
    heading, *lines = (f"  {'  '.join(cells)}".rstrip() for cells in zip(*columns, strict=True))
    return [
        Text(f" {heading}", style="dim"),
        *(mark + line for mark, line in zip(marks, lines, strict=True)),
    ]


def _stacked(mark: Text, model: FoundModel, width: int) -> list[Text]:
    """The id, and below it what is known, broken only between details."""
    cells = [(column.cell(model), column.unit) for column in _DETAILS]
    # 1 takes the singular of the unit
    details = [
        f"{cell} {re.sub('s', '', unit, count=1) if cell == '1' else unit}".rstrip()
        for cell, unit in cells
        if cell
    ]
    terms = _license(model, _MAX_LICENSE)
    lines = [f"    {model.kind}"]
    for detail in [*details, *([terms] if terms else [])]:
        longer = f"{lines[-1]} · {detail}"
        if cell_len(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(f"    {detail}")
    return [mark + f" {model.id}", *(Text(line, style="dim") for line in lines)]


def _mark(model: FoundModel) -> Text:
    if model.is_served is None:
        outcome = Outcome.UNKNOWN
    else:
        outcome = Outcome.PASS if model.is_served else Outcome.FAIL
    return Text.assemble((MARKS[outcome], STYLES[outcome]))  # what follows has no style


def notes_of(found: ModelList) -> Iterator[str]:
    """What a list of ids alone does not show, a line each."""
    yield from (f"not read: {line}" for line in _missing(found))
    yield from found.discovery.notes
    if found.discovery.is_unread:
        yield "ModelScope gave no answer, so no model could be looked for"
    elif not found.models:
        yield "no model fits"
