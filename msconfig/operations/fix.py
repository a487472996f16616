"""Replace failing ids in the files that they come from: choose, verify, plan, write."""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import Enum
from pathlib import Path
from urllib.parse import unquote

from msconfig import files as file_system
from msconfig.checking.check import CheckRequest
from msconfig.checking.check import check as check_models
from msconfig.checking.report import (
    Location,
    ModelResult,
    Outcome,
    Proof,
    Report,
    Status,
    Suggestion,
)
from msconfig.checking.requirement import with_requirement
from msconfig.checking.reuse import DEFAULT_MAX_AGE, Reuse, with_reuse
from msconfig.checking.suggestions.same_model import is_at_another_provider, is_same_model
from msconfig.errors import FileError, SettingsError
from msconfig.files import NewContent
from msconfig.files_read import FilesRead
from msconfig.model_ids import GivenId, ModelId
from msconfig.modelscope.kinds import Kind
from msconfig.operations.id_edits import Edit, EditableText, without_overlaps
from msconfig.operations.session import Session
from msconfig.settings import loading
from msconfig.settings.loading import ModelSettings, Settings

__all__ = [
    "Choice",
    "FileFix",
    "FixPlan",
    "Left",
    "Unchanged",
    "choose",
    "plan",
    "write",
]


class Left(Enum):
    """Why a place of a failing id stays as it is."""

    IGNORED = "ignored"
    NO_SUGGESTION = "no suggestion"
    ANOTHER_MODEL = "another model"
    NOT_ENABLED = "not enabled"
    SUFFIX = "suffix"
    NOT_ALONE = "not alone"
    ARGUMENT = "argument"
    STANDARD_INPUT = "standard input"
    OTHER_SOURCE = "other source"
    CHANGED = "changed"
    OTHER_SPELLING = "other spelling"
    ENCODING = "encoding"
    BINARY = "binary"
    BACKUP = "backup"
    REPEATED_KEY = "repeated key"
    DOUBLED = "doubled"
    SETTINGS = "settings"
    READ_ONLY = "read-only"
    OTHER_OWNER = "other owner"
    HARD_LINKS = "hard links"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Choice:
    """A failing id, and what replaces it."""

    model: ModelResult
    suggestion: Suggestion | None = None
    """The first one."""
    verdict: ModelResult | None = None
    """Of the suggestion; None where it was not needed, or is not of ModelScope."""
    left: Left | None = None
    """Why the id is replaced nowhere; None where it is."""

    @property
    def older(self) -> str:
        """The part of the id that is replaced: a provider behind it stays."""
        model_id = ModelId.parse(self.model.id)
        return model_id.path if model_id else self.model.id


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A place of a failing id that stays as it is."""

    choice: Choice
    left: Left
    place: Location | None = None
    """None where all places stay for the same reason, or where there is none."""


@dataclass(frozen=True, slots=True)
class FileFix:
    """A file in which ids are replaced."""

    file: str
    """As it was named."""
    new: NewContent
    text: EditableText
    edits: tuple[Edit, ...]
    """In the order of their places."""
    choices: tuple[Choice, ...]
    """Whose places are in the file."""


@dataclass(frozen=True, slots=True)
class FixPlan:
    """The change of a run."""

    files: tuple[FileFix, ...] = ()
    unchanged: tuple[Unchanged, ...] = ()

    @property
    def fixed(self) -> frozenset[str]:
        """Failing ids that are replaced in all of their places."""
        found = {choice.model.id for file in self.files for choice in file.choices}
        return frozenset(found - {each.choice.model.id for each in self.unchanged})


# --- which id replaces which


def choose(
    report: Report,
    session: Session,
    *,
    any_model: bool = False,
    kinds: Mapping[str, Kind] | None = None,
    require: Proof = Proof.LISTED,
    reuse: Reuse | None = None,
    max_age: timedelta = DEFAULT_MAX_AGE,
) -> tuple[Choice, ...]:
    """What replaces each failing id: its first suggestion, if that one passes as well.

    One look-up is made for each suggestion that the report has no verdict on, and no real call.

    Args:
        report: of the check.
        session: how requests are made.
        any_model: whether another model may replace one; otherwise only the same one in another
            letter case or spelling, of another owner, or with a newer date.
        kinds: what models do, by id; overrides the hub.
        require: the proof that a suggestion must have.
        reuse: an earlier report; calls in it that answered are proof.
        max_age: of a call that is reused.

    Raises:
        KeyboardInterrupt: it was interrupted.
    """
    own = [_first(model, any_model=any_model) for model in report.models if _fails(model)]
    at_fallback = report.fallback.models if report.fallback is not None else ()
    # the suggestions for these are in Bailian's list, which is all that counts there
    others = [_first(model, any_model=any_model) for model in at_fallback if _fails(model)]
    known = {model.id: model for model in report.models}
    open_ids = {
        each.suggestion.id: None
        for each in own
        if each.suggestion is not None and not each.left and each.suggestion.id not in known
    }
    if open_ids:
        checked = _verdicts(open_ids, report, session, kinds or {})
        if reuse is not None:
            checked = with_reuse(checked, reuse, max_age)
        known |= {model.id: model for model in with_requirement(checked, require).models}
    return (*(_judged(each, known) for each in own), *others)


def _fails(model: ModelResult) -> bool:
    return model.outcome is Outcome.FAIL


def _first(model: ModelResult, *, any_model: bool) -> Choice:
    first = next(iter(model.suggestions), None)
    if model.ignored is not None:
        return Choice(model, left=Left.IGNORED)
    if first is None or is_at_another_provider(first):
        return Choice(model, left=Left.NO_SUGGESTION)
    is_same = is_same_model(model.id, first)
    choice = Choice(model, first)
    model_id = ModelId.parse(model.id)
    if model_id is None and not _is_alone(model.id):
        return replace(choice, left=Left.NOT_ALONE)
    if model_id is not None and model_id.provider and (not is_same or choice.older == first.id):
        # another provider was chosen: whether it has another model, too, is not known
        return replace(choice, left=Left.SUFFIX)
    return choice if is_same or any_model else replace(choice, left=Left.ANOTHER_MODEL)


def _is_alone(text: str) -> bool:
    """Whether a text that is no id holds one id, and nothing else that would be lost."""
    text = unquote(text)
    runs = re.findall(r"[A-Za-z0-9_./-]+", text)
    return not re.search(r"[\s,;#]", text) and sum("/" in each for each in runs) <= 1


def _verdicts(
    ids: Iterable[str], report: Report, session: Session, kinds: Mapping[str, Kind]
) -> Report:
    """The verdicts on further ids, with the catalogue of `report`."""
    with session.connect() as modelscope:
        checked = check_models(
            modelscope,
            CheckRequest(
                site=session.site,
                ids=[GivenId(each) for each in ids],
                kinds=kinds,
                recorded_served=session.recorded_served,
                recorded_kinds=session.recorded_kinds,
                concurrency=session.concurrency,
                snapshot_recorded=session.recorded,
                catalogue=report.catalogue,
            ),
        )
    if not checked.complete:
        raise KeyboardInterrupt
    return checked


def _judged(choice: Choice, known: Mapping[str, ModelResult]) -> Choice:
    if choice.suggestion is None or choice.left:
        return choice
    verdict = known[choice.suggestion.id]
    left = None if verdict.status is Status.ENABLED else Left.NOT_ENABLED
    return replace(choice, verdict=verdict, left=left)


# --- where


@dataclass(slots=True)
class _File:
    """A file of the plan, as far as it is planned."""

    name: str
    raw: bytes
    text: EditableText
    edits: dict[Edit, tuple[Choice, Location]] = field(default_factory=dict)


def plan(choices: Iterable[Choice], files_read: FilesRead, settings: Settings) -> FixPlan:
    """The change of each file, and what stays as it is.

    Args:
        choices: what replaces each failing id.
        files_read: the files that may be changed, as they were read.
        settings: those in use; they stay valid.
    """
    unchanged: list[Unchanged] = []
    files: dict[Path, _File | Left] = {}
    for choice in choices:
        if choice.left is not None:
            unchanged.append(Unchanged(choice, choice.left))
            continue
        places = choice.model.locations
        if not places:
            unchanged.append(Unchanged(choice, Left.ARGUMENT))
        for place in places:
            left = _add(choice, place, files_read, files)
            if left is not None:
                unchanged.append(Unchanged(choice, left, place))
    planned = {path: each for path, each in files.items() if isinstance(each, _File)}
    settings_file = settings.path.resolve() if settings.path is not None else None
    if settings_file in planned:
        unchanged += _keep_settings_valid(planned[settings_file], settings)
    for each in planned.values():
        unchanged += _keep_keys_apart(each)
    return FixPlan(
        tuple(_fix(path, each) for path, each in planned.items() if each.edits), tuple(unchanged)
    )


def _add(
    choice: Choice, place: Location, files_read: FilesRead, files: dict[Path, _File | Left]
) -> Left | None:
    """Plan the edit at one place; or why it stays as it is."""
    path = files_read.place_of(place.file)
    if path is None:
        return Left.STANDARD_INPUT if place.file == "-" else Left.OTHER_SOURCE
    if path not in files:
        files[path] = _opened(place.file, path, files_read)
    file = files[path]
    if isinstance(file, Left):
        return file
    if choice.suggestion is None:
        return Left.NO_SUGGESTION
    edit = file.text.edit_at(place, choice.model.id, choice.older, choice.suggestion.id)
    if edit is None:
        return Left.OTHER_SPELLING
    file.edits.setdefault(edit, (choice, place))
    return None


def _opened(name: str, path: Path, files_read: FilesRead) -> _File | Left:
    try:
        raw = files_read.content_of(name)
    except FileError:
        return Left.UNREADABLE
    if raw is None:
        return Left.CHANGED
    text = EditableText.of(raw)
    if text is None:
        return Left.ENCODING
    if any("\0" in line for line in text.lines):
        return Left.BINARY
    if path.suffix == ".json" and all(each in raw for each in _IN_A_BACKUP):
        return Left.BACKUP
    return _why_not_writable(path.stat(), path) or _File(name, raw, text)


_IN_A_BACKUP = (b'"indexedDB"', b'"localStorage"')
"""In the data.json of Cherry Studio v1; backups of other forms are archives."""


def _why_not_writable(known: os.stat_result, path: Path) -> Left | None:
    """Why the file is not replaced, although a new one could be put in its place."""
    if not known.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
        return Left.READ_ONLY  # for root, too
    if not os.access(path, os.W_OK):
        return Left.READ_ONLY
    if known.st_nlink > 1:
        return Left.HARD_LINKS
    if os.name == "posix" and os.geteuid() != 0:
        groups = {os.getegid(), *os.getgroups()}
        if known.st_uid != os.geteuid() or known.st_gid not in groups:
            return Left.OTHER_OWNER
    return None


def _keep_keys_apart(file: _File) -> list[Unchanged]:
    """Take edits back by which a mapping would have a key twice."""
    newer = {edit.newer for edit in file.edits}
    text = file.text.after(())
    if len(newer) == len(file.edits) and not any(each in text for each in newer):
        return []
    from msconfig.scanning.repeated_keys import repeated_keys  # noqa: PLC0415 - rarely needed

    def count(edits: Iterable[Edit]) -> int:
        return repeated_keys(file.name, file.text.after(without_overlaps(tuple(edits))))

    before = count(())
    if count(file.edits) <= before:
        return []
    unchanged = []
    kept: list[Edit] = []
    for edit, (choice, place) in list(file.edits.items()):
        if count([*kept, edit]) > before:
            unchanged.append(Unchanged(choice, Left.REPEATED_KEY, place))
            del file.edits[edit]
        else:
            kept.append(edit)
    return unchanged


def _fix(path: Path, file: _File) -> FileFix:
    edits = without_overlaps(tuple(file.edits))
    # by identity: a choice holds all places of its model, and to hash it takes as long
    choices = {id(choice): choice for choice in (file.edits[edit][0] for edit in edits)}
    new = NewContent(path, file.raw, file.text.edited(edits))
    return FileFix(file.name, new, file.text, edits, tuple(choices.values()))


# --- the settings


def _keep_settings_valid(file: _File, settings: Settings) -> list[Unchanged]:
    """Take edits back that would make the settings invalid, or change more than ids of models."""
    lists = [settings.located_ids, settings.fallback.located_ids if settings.fallback else ()]
    ids = [[given.text for given in located] for located in lists]
    at = {
        (given.location.line, given.location.column - 1): (number, index)
        for number, located in enumerate(lists)
        for index, given in enumerate(located)
        if given.location is not None
    }
    unchanged = []
    for edit, (choice, place) in list(file.edits.items()):
        left = Left.SETTINGS
        if (edit.line, edit.start) in at:
            number, index = at[edit.line, edit.start]
            newer = ids[number][index].replace(edit.older, edit.newer)
            left = Left.DOUBLED
            if newer not in ids[number]:
                ids[number][index] = newer
                continue
        unchanged.append(Unchanged(choice, left, place))
        del file.edits[edit]
    if file.edits and not _are_valid(file, settings, *ids):
        unchanged += [Unchanged(choice, Left.SETTINGS, at) for choice, at in file.edits.values()]
        file.edits.clear()
    return unchanged


def _are_valid(
    file: _File, settings: Settings, ids: Sequence[str], of_fallback: Sequence[str]
) -> bool:
    """Whether the new settings can be read, and differ from the old ones by these ids alone."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / loading.FILE_NAME
        draft.write_bytes(file.text.edited(without_overlaps(tuple(file.edits))))
        try:
            new = loading.load(draft, found=False)
        except SettingsError:
            return False
    fallback = settings.fallback
    if fallback is not None:
        models = _renamed(fallback.models, of_fallback)
        located = new.fallback.located_ids if new.fallback is not None else ()
        fallback = replace(fallback, models=models, located_ids=located)
    return new == replace(
        settings,
        path=new.path,
        models=_renamed(settings.models, ids),
        located_ids=new.located_ids,
        fallback=fallback,
    )


def _renamed(models: Iterable[ModelSettings], ids: Iterable[str]) -> tuple[ModelSettings, ...]:
    return tuple(replace(each, id=new) for each, new in zip(models, ids, strict=True))


# --- the files


def write(planned: FixPlan) -> tuple[Unchanged, ...]:
    """Write the files of the plan: all or none. An interrupt leaves those that are written already.

    Returns:
        The places in files that another program changed meanwhile.

    Raises:
        FileError: something could not be written; then nothing is.
    """
    changed = file_system.replace([each.new for each in planned.files])
    return tuple(
        Unchanged(choice, Left.CHANGED, place)
        for file in planned.files
        if file.new.path in changed
        for choice in file.choices
        for place in choice.model.locations
        if place.file == file.file
    )
