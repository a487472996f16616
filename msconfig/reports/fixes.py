"""What `msconfig check --fix` reports: changed places and lines, and what stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import assert_never

from msconfig.model_ids import Location, ModelId
from msconfig.operations.fix import Choice, FileFix, FixPlan, Left, Unchanged
from msconfig.operations.id_edits import Edit
from msconfig.reports.masked_line import masked
from msconfig.text import counted, harmless, visible, wrapped

__all__ = ["changed_lines", "changed_places", "interrupted", "unchanged"]

_AROUND = 60
"""Characters that a long line keeps on each side of a change."""


def changed_lines(planned: FixPlan, *, width: int) -> str:
    """The lines that would change, without context and without keys."""
    change = f"{_count(planned.files, 'would change')}:" if planned.files else "No ID would change."
    lines = wrapped(f"Nothing is written (--dry-run). {change}", width)
    for file in planned.files:
        name = visible(file.file)
        lines += ["", f"--- {name} (now)", f"+++ {name} (would be)"]
        for number, edits in groupby(file.edits, key=attrgetter("line")):
            older, newer = _shown(file.text.lines[number - 1].removesuffix("\r"), edits)
            lines += [f"@@ -{number} +{number} @@", f"-{older}", f"+{newer}"]
    return harmless("\n".join(lines)) + "\n"


def _count(files: Sequence[FileFix], verb: str) -> str:
    places = counted(sum(len(file.edits) for file in files), "place")
    return f"{places} in {counted(len(files), 'file')} {verb}"


def _shown(line: str, edits: Iterable[Edit]) -> tuple[str, str]:
    """A line before and after its edits, masked but for the ids, and shortened."""
    older, newer = [], []
    start = 0
    for edit in edits:
        between = _cut(masked(line[start : edit.start]), front=start > 0, back=True)
        older += [between, edit.older]
        newer += [between, edit.newer]
        start = edit.end
    rest = _cut(masked(line[start:]), front=True, back=False)
    return visible("".join([*older, rest])), visible("".join([*newer, rest]))


def _cut(text: str, *, front: bool, back: bool) -> str:
    """`text` with ``…`` in place of what is far from a change in front of it or behind it."""
    if len(text) <= 2 * _AROUND:
        return text
    return f"{text[:_AROUND] if front else ''}…{text[-_AROUND:] if back else ''}"


def changed_places(planned: FixPlan, *, width: int) -> str:
    """The ids that were replaced, with their places."""
    files = [file for file in planned.files if file.new.is_written]
    if not files:
        return "No ID was changed.\n"
    lines = [f"{_count(files, 'changed')}:"]
    for file in files:
        lines.append(f"  {visible(file.file)}")
        digits = len(str(file.edits[-1].line))
        for edit in file.edits:
            number = str(edit.line).rjust(digits)
            line = f"    {number}  {visible(edit.older)} → {visible(edit.newer)}"
            if len(line) <= width:
                lines.append(line)
            else:
                lines.append(f"    {number}  {visible(edit.older)}")
                lines.append(f"    {' ' * digits}  → {visible(edit.newer)}")
    return harmless("\n".join(lines)) + "\n"


def interrupted(planned: FixPlan) -> str:
    """What had been replaced when the run was interrupted."""
    names = [file.file for file in planned.files if file.new.is_written]
    done = f"already changed: {', '.join(names)}" if names else "no file was changed"
    return f"interrupted: {done}"


def unchanged(places: Iterable[Unchanged]) -> Iterator[str]:
    """A line for each failing id that stays as it is, and each reason."""
    groups: dict[tuple[str, Left], list[Unchanged]] = {}
    for each in places:
        groups.setdefault((each.choice.model.id, each.left), []).append(each)
    for (model_id, left), those in groups.items():
        choice = those[0].choice
        shown = [each.place for each in those if each.place] or choice.model.locations
        where = f" ({', '.join(map(_place, shown))})" if shown else ""
        yield f"not changed: {visible(model_id)}{where}: {_why(choice, left)}"


def _place(place: Location) -> str:
    name = "standard input" if place.file == "-" else place.file
    return f"{name}:{place.line}"


def _why(choice: Choice, left: Left) -> str:  # noqa: C901, PLR0912 - one case a reason
    newer = visible(choice.suggestion.id) if choice.suggestion is not None else ""
    match left:
        case Left.IGNORED:
            return "it is ignored by the settings"
        case Left.NO_SUGGESTION:
            return "there is no suggestion for it"
        case Left.ANOTHER_MODEL:
            reason = choice.suggestion.reason if choice.suggestion is not None else ""
            return f"--fix-any takes {newer} ({reason})"
        case Left.NOT_ENABLED:
            verdict = choice.verdict
            status = f"{verdict.status}: {verdict.reason}" if verdict is not None else "not known"
            return f"{newer} is {status}"
        case Left.SUFFIX:
            model_id = ModelId.parse(choice.model.id)
            suffix = f":{model_id.provider}" if model_id is not None else "its suffix"
            return f"{suffix} chooses another provider; ModelScope serves {newer}"
        case Left.NOT_ALONE:
            return f"there is more than an ID at its place; it may be {newer}"
        case Left.ARGUMENT:
            return f"it is an argument; use {newer}"
        case Left.STANDARD_INPUT:
            return f"standard input is not written; use {newer}"
        case Left.OTHER_SOURCE:
            return f"only files of --scan and --models and the settings are written; use {newer}"
        case Left.CHANGED:
            return "the file has changed since it was read; run again"
        case Left.OTHER_SPELLING:
            return f"it is spelt in another way there; use {newer}"
        case Left.ENCODING:
            return f"the file is neither UTF-8 nor UTF-16; use {newer}"
        case Left.BINARY:
            return "the file is binary"
        case Left.BACKUP:
            return "the file is a backup of Cherry Studio; backups are changed by apply alone"
        case Left.REPEATED_KEY:
            return f"it is a key there, and {newer} would be a key twice"
        case Left.DOUBLED:
            return f"{newer} is in the settings already; remove one of them"
        case Left.SETTINGS:
            return f"the settings would not stay valid; use {newer}"
        case Left.READ_ONLY:
            return "the file is read-only"
        case Left.OTHER_OWNER:
            return "the file belongs to another user or group"
        case Left.HARD_LINKS:
            return "the file has another name (a hard link), which would keep the old ID"
        case Left.UNREADABLE:
            return "the file can no longer be read"
        case _:
            assert_never(left)
