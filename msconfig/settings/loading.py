"""`msconfig.toml`: everything that describes the job. Command-line options take precedence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from msconfig.checking.baseline import IgnoreEntry
from msconfig.errors import SettingsError
from msconfig.files_read import FilesRead
from msconfig.model_ids import GivenId, located, located_texts
from msconfig.parsing import loads_toml
from msconfig.pasted_ids import pasted
from msconfig.problems import Problem, format_problems
from msconfig.schemas import read_validated
from msconfig.settings.rules import settings_problems

__all__ = [
    "FILE_NAME",
    "FallbackSettings",
    "ModelSettings",
    "Settings",
    "find",
    "is_trusted",
    "load",
]

FILE_NAME = "msconfig.toml"

_NEVER_FROM_A_FILE = frozenset(
    {
        *("hub-url", "inference-url", "token", "token-file", "output", "report"),
        *("force", "yes", "max-cost", "reuse"),
        *("probe", "probe-all-tokens", "probe-images", "probe-concurrency"),
        *("fix", "fix-any", "dry-run"),
    }
)
_KIND_NOT_GIVEN = "unknown"
"""The same as no `kind`: the hub decides. So a generated list can have one for each model."""
_TRUSTED_VARIABLE = re.compile(r"(?:MODELSCOPE|MSCONFIG)_[A-Za-z0-9_]*")
_KEY_VARIABLE = "DASHSCOPE_API_KEY"
_TRUSTED_KEY_VARIABLE = re.compile(r"DASHSCOPE_[A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """One entry of `[[models]]`."""

    id: str
    name: str | None = None
    group: str | None = None
    kind: str | None = None
    """None if it is missing or `unknown`."""
    capabilities: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class FallbackSettings:
    """`[fallback]`: Bailian as the fallback provider."""

    token_env: str
    region: str
    models: tuple[ModelSettings, ...]
    """Those of `ids`, which have no attributes, then those of `[[fallback.models]]`."""
    located_ids: tuple[GivenId, ...]
    """The ids of `models`, with their places in the file."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The content of a settings file; None for what it does not set."""

    path: Path | None = None
    site: str | None = None
    token_env: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    provider_id: str | None = None
    provider_name: str | None = None
    rate_limit_seconds: int | None = None
    notes: str | None = None
    strict: bool | None = None
    require: str | None = None
    max_age: str | None = None
    """Such as ``36h``."""
    timeout: float | None = None
    retries: int | None = None
    concurrency: int | None = None
    ignore: tuple[IgnoreEntry, ...] = ()
    models: tuple[ModelSettings, ...] = ()
    located_ids: tuple[GivenId, ...] = ()
    """The ids of `models`, with their places in the file."""
    fallback: FallbackSettings | None = None

    def by_id(self) -> dict[str, ModelSettings]:
        """The entries by their ids."""
        return {each.id: each for each in self.models}


def find(config: Path | None, files_read: FilesRead | None = None) -> Settings:
    """The settings in `config`, or else in `msconfig.toml` of the working folder, or none.

    Args:
        config: the file that was named.
        files_read: takes the file as it was read.

    Raises:
        FileError: the file cannot be read.
        SettingsError: it has a key or value that is unknown, or not allowed in a file.
    """
    if config is not None:
        return load(config, found=False, files_read=files_read)
    path = Path(FILE_NAME)
    if not path.is_file():
        return Settings()
    return load(path, found=True, files_read=files_read)


def load(path: Path, *, found: bool, files_read: FilesRead | None = None) -> Settings:
    """The settings in `path`.

    Args:
        path: a TOML file.
        found: whether it was merely found and not named by the user. Then `token_env` may name only
            `MODELSCOPE_*` and `MSCONFIG_*`, that of the fallback only `DASHSCOPE_*`: whoever wrote
            a repository that you clone does not get to choose which of your secrets is sent.
        files_read: takes the file as it was read.

    Raises:
        FileError: the file cannot be read.
        SettingsError: it has a key or value that is unknown, or not allowed in a file.
    """
    document = read_validated(path, "settings", loads_toml, files_read)
    body = document.value
    if forbidden := _forbidden(body):
        raise SettingsError(f"{path}: {forbidden} is never read from a file; it is an option only")
    problems = document.problems or settings_problems(body)
    if problems:
        raise SettingsError(format_problems(str(path), problems))
    untrusted = _untrusted(body) if found else []
    if untrusted:
        raise SettingsError(format_problems(str(path), untrusted))
    return _settings(path, body, document.text)


def _forbidden(body: Mapping[str, Any]) -> str | None:
    tables = [body, *(table for table in body.values() if isinstance(table, dict))]
    keys = (key for table in tables for key in table)
    return next((key for key in keys if key.replace("_", "-") in _NEVER_FROM_A_FILE), None)


def is_trusted(variable: str) -> bool:
    """Whether settings that were found, not named, may use this variable for a token."""
    return _TRUSTED_VARIABLE.fullmatch(variable) is not None


def _untrusted(body: Mapping[str, Any]) -> list[Problem]:
    problems = [
        _not_trusted("$.token_env", name, "MODELSCOPE_* and MSCONFIG_*")
        for name in _names(body)
        if not is_trusted(name)
    ]
    name = body.get("fallback", {}).get("token_env", _KEY_VARIABLE)
    if not _TRUSTED_KEY_VARIABLE.fullmatch(name):
        problems.append(_not_trusted("$.fallback.token_env", name, "DASHSCOPE_*"))
    return problems


def _not_trusted(path: str, name: str, allowed: str) -> Problem:
    return Problem(
        path,
        f"a settings file that was merely found may name only {allowed} variables, not {name};"
        " name the file with --config if you trust it",
    )


def _names(body: Mapping[str, Any]) -> tuple[str, ...]:
    names = body.get("token_env", ())
    return (names,) if isinstance(names, str) else tuple(names)


def _settings(path: Path, body: Mapping[str, Any], text: str) -> Settings:
    models, located_ids = _models(body.get("models", ()), text, str(path))
    provider = body.get("provider", {})
    check = body.get("check", {})
    return Settings(
        path=path,
        site=body.get("site"),
        token_env=_names(body),
        targets=tuple(body.get("targets", ())),
        languages=tuple(body.get("languages", ())),
        provider_id=provider.get("id"),
        provider_name=provider.get("name"),
        rate_limit_seconds=provider.get("rate_limit_seconds"),
        notes=provider.get("notes"),
        strict=check.get("strict"),
        require=check.get("require"),
        max_age=check.get("max-age"),
        timeout=check.get("timeout"),
        retries=check.get("retries"),
        concurrency=check.get("concurrency"),
        ignore=tuple(
            IgnoreEntry(given.text, each["reason"], date.fromisoformat(each["until"]))
            for each in check.get("ignore", ())
            for given in pasted(GivenId(each["id"]))
        ),
        models=models,
        located_ids=located_ids,
        fallback=_fallback(path, body["fallback"], text) if "fallback" in body else None,
    )


def _fallback(path: Path, entry: Mapping[str, Any], text: str) -> FallbackSettings:
    models = (*map(ModelSettings, entry.get("ids", ())), *map(_model, entry.get("models", ())))
    ids = [model.id for model in models]
    return FallbackSettings(
        token_env=entry.get("token_env", _KEY_VARIABLE),
        region=entry.get("region", "cn"),
        models=models,
        located_ids=tuple(located_texts(ids, text, str(path), after="fallback")),
    )


def _models(
    entries: Sequence[Mapping[str, Any]], text: str, file: str
) -> tuple[tuple[ModelSettings, ...], tuple[GivenId, ...]]:
    """The entries of `[[models]]`, an entry of several ids as several, and their places."""
    models = []
    ids = []
    places = located([each["id"] for each in entries], text, file)
    for entry, place in zip(entries, places, strict=True):
        for given in pasted(place):
            models.append(replace(_model(entry), id=given.text))
            ids.append(given)
    return tuple(models), tuple(ids)


def _model(entry: Mapping[str, Any]) -> ModelSettings:
    return ModelSettings(
        id=entry["id"],
        name=entry.get("name"),
        group=entry.get("group"),
        kind=None if entry.get("kind") == _KIND_NOT_GIVEN else entry.get("kind"),
        capabilities=tuple(entry["capabilities"]) if "capabilities" in entry else None,
    )
