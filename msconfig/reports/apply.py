"""What `apply` changes in a backup, for a person and for a program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import assert_never

from msconfig._version import __version__
from msconfig.checking.report import ModelResult
from msconfig.cherry.backup import (
    Backup,
    BackupFormat,
    ChangePlan,
    KeyAction,
    KeyChange,
    ModelAction,
    ModelChange,
    ProviderChange,
)
from msconfig.operations.apply import Change
from msconfig.parsing import dumps, rfc3339
from msconfig.reports.wording import MARKS
from msconfig.text import counted, no_command, shortened, visible, wrapped
from msconfig.tokens import without_tokens

__all__ = ["after_writing", "as_json", "as_text", "cannot_mark"]

_LONG_NAME = 60
"""Columns of a name that others are aligned with."""

_MARKS = {
    KeyAction.ADDED: "+",
    KeyAction.ALREADY_THERE: "=",
    KeyAction.SWITCHED_ON: "~",
    ModelAction.ADDED: "+",
    ModelAction.ALREADY_THERE: "=",
    ModelAction.UPDATED: "~",
    ModelAction.DEPRECATED: "-",
    ModelAction.REFUSED: "✗",
}


def as_json(change: Change) -> str:
    """`change` as JSON (`schemas/plan.schema.json`); keys as masked texts and fingerprints."""
    backup, report = change.backup, change.report
    document = {
        "schema_version": 1,
        "tool": {"name": "msconfig", "version": __version__},
        "backup": {
            "format": backup.format,
            "full": backup.is_full,
            "app_version": backup.app_version,
            "made_at": rfc3339(backup.made_at) if backup.made_at else None,
        },
        "providers": [asdict(_without_tokens(each)) for each in change.plan.providers],
        "refused": [
            {"id": each.id, "status": each.status, "reason": each.reason} for each in change.refused
        ],
        "left": [
            {"id": each.id, "status": each.status, "reason": each.reason}
            for each in map(_model_without_tokens, change.left)
        ],
        "warnings": list(change.plan.warnings),
        "written": change.new is not None,
        "exit_code": int(report.exit_code),
    }
    return dumps(document, indent=2) + "\n"


def as_text(change: Change, *, width: int) -> str:
    """What the copy would hold that the backup does not, and what stays out of it.

    At most `width` columns, but for long ids.
    """
    lines = _wrapped(_verdict(change), width)
    lines += [f"  {line}" for line in _wrapped(_about(change.backup), width - 2)]
    for provider in change.plan.providers:
        lines += ["", *_of_provider(_without_tokens(provider), width)]
    if change.refused:
        lines += ["", "Left out, because they do not pass:"]
        lines += _rows([("✗", visible(each.id), each.status) for each in change.refused], width)
    if change.left:
        lines += ["", *_wrapped("Do not pass, but are not marked as deprecated:", width)]
        rows = [
            (MARKS[each.outcome], visible(each.id), _verdict_of(each))
            for each in map(_model_without_tokens, change.left)
        ]
        lines += _rows(rows, width)
    if not (change.plan.changes_nothing or change.only_prunes):
        lines += ["", *_wrapped(_beyond_a_link(change.plan), width)]
    for warning in change.plan.warnings:
        lines += ["", *_wrapped(f"Mind: {warning}.", width)]
    return "\n".join(no_command(line) for line in lines) + "\n"


def _without_tokens(provider: ProviderChange) -> ProviderChange:
    """`provider` as anybody may see it: people keep keys in names and notes."""
    settings = tuple(
        replace(each, old=each.old and without_tokens(each.old), new=without_tokens(each.new))
        for each in provider.settings
    )
    return replace(provider, name=without_tokens(provider.name), settings=settings)


def _model_without_tokens(model: ModelResult) -> ModelResult:
    """`model` as anybody may see it: a token may have been pasted as the id of a model."""
    return replace(model, id=without_tokens(model.id), reason=without_tokens(model.reason))


def _verdict_of(model: ModelResult) -> str:
    return f"{model.status}: {visible(shortened(model.reason, 120))}"


def _verdict(change: Change) -> str:
    plan = change.plan
    if plan.changes_nothing and change.only_prunes:
        return "✓ No model is to be marked as deprecated; the copy would be exact."
    if plan.changes_nothing:
        return "✓ Everything is there already; the copy would be exact."
    models = _count([m.action for p in plan.providers for m in p.models], "model")
    keys = _count([k.action for p in plan.providers for k in p.keys], "key")
    parts = [part for part in (models, keys) if part]
    return f"✓ Changed in the copy: {' and '.join(parts) or 'settings alone'}."


def _count(actions: Sequence[KeyAction | ModelAction], noun: str) -> str:
    changed = sum(_MARKS[action] in "+~-" for action in actions)
    return counted(changed, noun) if changed else ""


def _about(backup: Backup) -> str:
    match backup.format:
        case BackupFormat.V7 | BackupFormat.V7_OLD_LAYOUT:
            what = f"A {'full' if backup.is_full else 'slim'} backup of desktop v2"
        case BackupFormat.DATA_JSON:
            what = "A backup of desktop v1 or the mobile app"
        case _:
            assert_never(backup.format)
    app = f" ({visible(shortened(backup.app_version, 30))})" if backup.app_version else ""
    made = f", made on {backup.made_at:%Y-%m-%d %H:%M} UTC" if backup.made_at else ""
    return f"{what}{app}{made}."


def _of_provider(provider: ProviderChange, width: int) -> Iterator[str]:
    name = visible(shortened(provider.name, 60))
    yield name if provider.name == provider.id else f"{name} ({visible(provider.id)})"
    happens = [
        word
        for word, applies in (
            ("made new", provider.is_new),
            ("switched on", provider.switched_on),
            ("moved to the front", provider.moved_to_front),
        )
        if applies
    ]
    yield from (f"  {line}" for line in _wrapped(", ".join(happens), width - 2) if happens)
    for setting in provider.settings:
        old = visible(shortened(setting.old, 40)) if setting.old else "none"
        change = f"{setting.name}: {old} → {visible(shortened(setting.new, 40))}"
        yield from (f"  {line}" for line in _wrapped(change, width - 2))
    keys = [
        (_MARKS[key.action], f"key {visible(key.masked)} {key.fingerprint}", _words(key))
        for key in provider.keys
    ]
    models = [(_MARKS[each.action], visible(each.id), _words(each)) for each in provider.models]
    yield from _rows([*keys, *models], width)


def _words(change: KeyChange | ModelChange) -> str:
    words = change.action.replace("_", " ")
    detail = change.detail if isinstance(change, ModelChange) else ""
    return f"{words}: {visible(shortened(detail, 120))}" if detail else words


def _rows(rows: Sequence[tuple[str, str, str]], width: int) -> Iterator[str]:
    """A mark, a name and words in columns; words that find no room go below the name."""
    column = max((len(name) for _, name, _ in rows if len(name) <= _LONG_NAME), default=0)
    for mark, name, words in rows:
        line = f"  {mark} {name.ljust(column)}  {words}"
        if len(line) <= width:
            yield line
        else:
            yield f"  {mark} {name}"
            yield from (f"      {each}" for each in _wrapped(words, width - 6))


def _beyond_a_link(plan: ChangePlan) -> str:
    """What a deep link, which brings a key and nothing else, could not have done."""
    models = _count([m.action for p in plan.providers for m in p.models], "model")
    parts = [models] if models else []
    parts += ["the switch"] if any(p.switched_on for p in plan.providers) else []
    parts += ["the settings"] if any(p.settings for p in plan.providers) else []
    if not parts:
        return "A link could have brought this too: it carries a key."
    return f"A link carries a key alone; it could not have brought {_joined(parts)}."


def _joined(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def cannot_mark(change: Change) -> str:
    """Why nothing is written where models were only to be marked, and cannot be."""
    return f"Nothing is written: {'; '.join(change.plan.warnings)}.\n"


def after_writing(change: Change, new: Path, *, width: int) -> str:
    """What was written, how the app takes it back, and what that replaces."""
    backup = change.backup
    since = f" ({backup.made_at:%Y-%m-%d %H:%M} UTC)" if backup.made_at else ""
    lost = f"what was done in the app since the backup was made{since} is gone then"
    match backup.format:
        case BackupFormat.V7 | BackupFormat.V7_OLD_LAYOUT:
            # an older app stays as it was, and only its log says why
            app = f"{shortened(backup.app_version, 30)} or newer" if backup.app_version else "2"
            kept = "" if backup.is_full else "; files stay as they are"
            what = "chats, settings and files" if backup.is_full else "chats and settings"
            steps = [
                f"in Cherry Studio {app}: Settings, Data, restore this file.",
                f"All {what} are replaced by those in the file: {lost}{kept}.",
            ]
        case BackupFormat.DATA_JSON:
            phone = " or on the phone" if backup.fits_phone else ""
            where = f"in Cherry Studio 1{phone} (2 does not take this format)"
            steps = [
                f"{where}: Settings, Data, restore this file.",
                f"Everything is replaced by what is in the file: {lost}.",
            ]
            if backup.fits_phone and "cherry-studio" not in new.name:
                steps.append(
                    f"For a phone, rename it first: its name has to contain cherry-studio, as in"
                    f" cherry-studio-{new.name}."
                )
        case _:
            assert_never(backup.format)
    holds = "It holds keys and all chats; delete it after use."
    lines = [f"Written to {visible(str(new))}. {holds}", "", f"Next: {steps[0]}", *steps[1:]]
    return "\n".join(each for line in lines for each in _wrapped(line, width)) + "\n"


def _wrapped(text: str, width: int) -> list[str]:
    return wrapped(visible(text), width) or [""]
