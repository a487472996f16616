"""Ids in files, with their places: list the files, read each, keep what counts."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from msconfig.errors import FileError, UsageError
from msconfig.files import read_at_most
from msconfig.model_ids import GivenId, Location
from msconfig.scanning.id_rules import FoundId, IdRules
from msconfig.scanning.listing import LARGEST_IN_FOLDERS, list_files
from msconfig.scanning.scan_request import Scanned, ScanRequest
from msconfig.scanning.source_text import SourceText, is_binary
from msconfig.scanning.string_ids import ids_in_string
from msconfig.scanning.strings import DoesNotParse, Reader, String
from msconfig.scanning.text_lines import ids_in_lines, manner_of
from msconfig.scanning.value_names import with_names
from msconfig.text import counted, visible
from msconfig.tokens import WORD_BEGIN

if TYPE_CHECKING:
    from msconfig.scanning.revisions import Additions

__all__ = ["scan_files"]

_log = logging.getLogger(__name__)

_LARGEST_NAMED = 64 * 1024 * 1024
"""Bytes of a file that is named."""
_MOST_NAMED = 5
_TOKEN = re.compile(
    # what comes first is what the whole text is searched for
    rf"(?=ms[-_]){WORD_BEGIN}(?:ms-[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}(?![0-9a-f-])"
    r"|ms_oauth[A-Za-z0-9._~+/=-]{16,})",
    re.IGNORECASE,
)
_OWN_REPORT = re.compile(rb'\s*\{\s*"schema_version": 1,\s*"tool": \{\s*"name": "msconfig"')
"""A report of an earlier run: its ids are results, and no place in which to correct them."""


def scan_files(request: ScanRequest, known: Collection[str], site: str = "cn") -> Scanned:
    """The model ids in files, and places of what looks like a token.

    Args:
        request: which files.
        known: ids, ``owner/name``, that exist or existed: of the catalogue, a snapshot, of models
            that were served once.
        site: the site that is checked, ``cn`` or ``ai``. What is meant for the other one is left
            out: its catalogue is another.

    Raises:
        FileError: a path that does not exist, or a named file that cannot be read.
        UsageError: a named file of more than 64 MiB, or `ScanRequest.diff` that git cannot settle.
    """
    with ExitStack() as processes:
        additions = None
        if request.diff is not None:
            from msconfig.scanning.revisions import Additions  # noqa: PLC0415 - seldom needed

            additions = processes.enter_context(Additions.since(request.diff, request.paths))
        return _scanned(request, known, site, additions)


def _scanned(
    request: ScanRequest, known: Collection[str], site: str, additions: Additions | None
) -> Scanned:
    owners = {each.partition("/")[0] for each in known}
    listed = list_files(request.paths, request.left_out)
    ids: list[GivenId] = []
    tokens: list[Location] = []
    count = 0
    for_other_site: list[int] = []
    broken: list[str] = []
    binary: list[str] = []
    unreadable: list[str] = []
    for file in (*listed.named, *listed.found):
        is_named = file in listed.named
        try:
            raw = _content(file, is_named=is_named)
        except FileError:
            if is_named:
                raise
            unreadable.append(file)
            continue
        if raw is None or (not is_named and _OWN_REPORT.match(raw)):
            continue
        count += 1
        if request.files_read is not None:
            request.files_read.add(file, raw)
        source = SourceText.of(file, raw)
        if is_named and "\0" in source.text:
            binary.append(file)
        found, problem = _in_file(source, known, owners, site)
        if problem:
            broken.append(f"{file} ({problem})")
        places = [(each, _location(source, each)) for each in found]
        secret = [_place(source, match.start()) for match in _TOKEN.finditer(source.text)]
        if additions is not None and (places or secret):
            added = additions.lines(file, source)
            places = [each for each in places if added.holds(each[0].start, each[0].end)]
            secret = [each for each in secret if added.has(each.line)]
        here = [each for each in places if not each[0].is_for_other_site]
        for_other_site.append(len(places) - len(here))
        ids += (GivenId(each.text, locations=(place,)) for each, place in here)
        tokens += secret
    notes = [*listed.notes, *_notes(broken, binary, unreadable)]
    notes += _about_other_site([each for each in for_other_site if each], site)
    _log.debug("scanned %d files: %d places, %d tokens", count, len(ids), len(tokens))
    return Scanned(tuple(ids), tuple(tokens), count, tuple(notes))


def _notes(broken: list[str], binary: list[str], unreadable: list[str]) -> Iterator[str]:
    if broken:
        verb = "does not parse and is" if len(broken) == 1 else "do not parse and are"
        yield f"{_named(broken)} {verb} read line by line"
    if binary:
        verb = "holds" if len(binary) == 1 else "hold"
        yield (
            f"{_named(binary)} {verb} NUL bytes: text is read as UTF-8, or UTF-16 with a byte order"
            " mark; save it as UTF-8 if IDs are missing"
        )
    if unreadable:
        yield f"{_named(unreadable)} cannot be read"


def _about_other_site(places: list[int], site: str) -> Iterator[str]:
    """A note about the places that are left out, of which there are so many in each file."""
    if not places:
        return
    other = "ai" if site == "cn" else "cn"
    where = f"{counted(sum(places), 'place')} in {counted(len(places), 'file')}"
    verb = "is" if sum(places) == 1 else "are"
    yield (
        f"{where} {verb} left out: the address there is that of site {other}, which has other"
        f" models than site {site}; check with --site {other} too"
    )


def _named(files: list[str]) -> str:
    shown = ", ".join(map(visible, files[:_MOST_NAMED]))
    more = len(files) - _MOST_NAMED
    return f"{shown} and {counted(more, 'more file')}" if more > 0 else shown


def _content(file: str, *, is_named: bool) -> bytes | None:
    """The content of a file; None for one in a folder that is binary or has grown too large."""
    limit = _LARGEST_NAMED if is_named else LARGEST_IN_FOLDERS
    raw = read_at_most(Path(file), limit)
    if is_named:
        if len(raw) > limit:
            raise UsageError(f"{visible(file)}: larger than 64 MiB, too large to scan")
        return raw
    return None if len(raw) > limit or is_binary(raw) else raw


def _location(source: SourceText, found: FoundId) -> Location:
    line, column = source.place(found.start)
    given = source.text[found.start : found.end]
    return Location(source.file, line, column, given if given != found.text else None)


def _place(source: SourceText, offset: int) -> Location:
    line, column = source.place(offset)
    return Location(source.file, line, column)


# --- one file


def _in_file(
    source: SourceText, known: Collection[str], owners: Iterable[str], site: str
) -> tuple[list[FoundId], str]:
    """The ids of a file in their order, and where it does not parse; "" if it does."""
    rules = IdRules(known, source.text, site)
    if not (rules.is_about_modelscope or _may_hold(source.text, owners)):
        return [], ""
    reader = _reader(source.file)
    problem = ""
    strings: list[String] | None = None
    if reader is not None:
        try:
            strings = with_names(reader(source.text)) if source.is_decoded else None
            problem = "" if source.is_decoded else "it is not UTF-8"
        except DoesNotParse as error:
            problem = str(error)

    def once() -> list[FoundId]:
        if strings is None:
            text = source.text
            lines = ids_in_lines(text, 0, len(text), rules, manner_of(source.file))
            return [rules.with_site(each, None) for each in lines]
        return [
            rules.with_site(each, None if string.is_block else string.service)
            for string in strings
            for each in ids_in_string(source.text, string, rules)
        ]

    found = once()
    more = [each.text for each in found if not rules.knows(each.text)]
    if more and _may_be_elsewhere(more, source.text, found):
        # what is clearly an id in one place of a file is one in its other places
        for each in more:
            rules.establish(each)
        found = once()
    distinct = {(each.start, each.end): each for each in found}
    return sorted(distinct.values(), key=lambda each: each.start), problem


_BEHIND_SLASH = re.compile(r"/([\w.-]+)", re.ASCII)


def _may_be_elsewhere(ids: Iterable[str], text: str, found: Iterable[FoundId]) -> bool:
    """Whether ids may be in other places of a text than those that are found."""
    if _ESCAPED.search(text):
        return True
    names = {_name_of(each) for each in ids}
    places = {each.start for each in found if _name_of(each.text) in names}
    behind = _BEHIND_SLASH.findall(text)
    return sum(each.rstrip(".-") in names for each in behind) > len(places)


def _name_of(text: str) -> str:
    return text.partition(":")[0].rpartition("/")[2].rstrip(".-")


def _may_hold(text: str, owners: Iterable[str]) -> bool:
    """Whether a known id may be in a file; most files of a tree are not worth parsing."""
    return any(owner in text for owner in owners) or _ESCAPED.search(text) is not None


_ESCAPED = re.compile(r"\\(?:[uU]00|x[2-7])")
"""A letter of an id in another spelling."""


def _reader(file: str) -> Reader | None:
    """The reader for the format that a file's name says; None for text without one."""
    name = PurePath(file).name.lower()
    if name == ".env" or name.startswith(".env.") or name.endswith(".env"):
        from msconfig.scanning.env_strings import strings_in_env  # noqa: PLC0415 - loads a library

        return strings_in_env
    return {
        ".json": _json,
        ".jsonc": _json,
        ".json5": None,
        ".code-workspace": _json,
        ".yaml": _yaml,
        ".yml": _yaml,
        ".toml": _toml,
    }.get(PurePath(name).suffix)


def _json(text: str) -> list[String]:
    from msconfig.scanning.json_strings import strings_in_json  # noqa: PLC0415 - loads a library

    return strings_in_json(text)


def _yaml(text: str) -> list[String]:
    from msconfig.scanning.yaml_strings import strings_in_yaml  # noqa: PLC0415 - loads a library

    return strings_in_yaml(text)


def _toml(text: str) -> list[String]:
    from msconfig.scanning.toml_strings import strings_in_toml  # noqa: PLC0415 - loads a library

    return strings_in_toml(text)
