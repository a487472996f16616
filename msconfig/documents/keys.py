"""API keys in documents, for `validate --no-keys`: which documents count, and where a key is.

An empty key is none, and a masked one neither. No function returns a key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from msconfig.cherry.link import keys_in_links
from msconfig.documents.recognise import (
    Document,
    DocumentKind,
    is_data_json,
    is_provider,
    names_a_provider,
)
from msconfig.problems import Problem
from msconfig.tokens import is_masked, without_tokens

__all__ = ["line_of_token", "with_keys"]

_HOLDS_A_KEY = "holds a key; leave it out (generate --redact), or keep the file to yourself"
_OUR_PAGE = '<meta name="generator" content="msconfig '
_SECRET_HEADER = re.compile(r"authorization|api[-_]?key|token|secret|cookie", re.IGNORECASE)
_SCHEME = "cherrystudio:"
_SETTINGS_NAME = "msconfig.toml"
_MADE_UP = frozenset({DocumentKind.SCENARIO})
"""Documents whose tokens are made up, for the mock."""


def with_keys(path: Path, document: Document) -> Document | None:
    """`document` with the places of its keys; None for a document of another program.

    Errors about masked and empty keys are left out. A page of msconfig, or another text with a link
    that carries a key, has no errors of its own.

    Args:
        path: its file.
        document: as `read_document` gives it.

    Raises:
        FileError: the file cannot be read again.
    """
    if document.is_zip:
        if document.facts:
            return replace(document, keys=_in_backup(path))
        return document if _is_refused_backup(path) else None
    links = document.kind is DocumentKind.LINKS
    if links and document.text.lstrip().startswith(_SCHEME):
        return _with_keys(document)
    if links or (document.errors and not _is_broken_document(path, document)):
        is_page = _OUR_PAGE in document.text or any(_keys_in_lines(document.text))
        return _with_keys(Document(None, text=document.text)) if is_page else None
    return _with_keys(document)


def _with_keys(document: Document) -> Document:
    keys = dict(_fields(document))
    of_no_key = {place for place, key in keys.items() if not _is_key(key)}
    errors = tuple(each for each in document.errors if each.path not in of_no_key)
    return replace(document, errors=errors, keys=_key_problems(document))


def _is_refused_backup(path: Path) -> bool:
    from msconfig.documents.backups import is_backup  # noqa: PLC0415 - loads SQLite

    return is_backup(path)


def _is_broken_document(path: Path, document: Document) -> bool:
    """Whether an invalid document is one that msconfig knows: other programs have similar ones."""
    if path.suffix == ".toml":
        return path.name == _SETTINGS_NAME
    value = document.value
    if value is None:
        raw = document.text.encode()
        return names_a_provider(raw) or is_data_json(raw)
    return isinstance(value, dict) and ("schema_version" in value or is_provider(value))


def _key_problems(document: Document) -> tuple[Problem, ...]:
    """A problem for each place that holds a key: JSON paths, else lines."""
    if document.kind in _MADE_UP:
        return ()
    places = list(_in_fields(document)) or [f"line {each}" for each in _in_lines(document.text)]
    return tuple(Problem(place, _HOLDS_A_KEY) for place in dict.fromkeys(places))


def line_of_token(text: str) -> int | None:
    """The first line with what has the form of a token, from 1; None without any."""
    return next(_lines_with_tokens(text), None)


def _in_fields(document: Document) -> Iterator[str]:
    """The JSON paths of keys in the fields for them, and of tokens in any other text.

    Not of links, which are known by their lines.
    """
    if document.kind is not DocumentKind.LINKS:
        yield from (place for place, key in _fields(document) if _is_key(key))
        yield from _with_tokens(document.value, "$")


def _fields(document: Document) -> Iterator[tuple[str, str]]:
    """The fields for keys with their values, as far as the document has the form for it."""
    value = document.value
    if document.kind is DocumentKind.LINKS:
        for index, payload in enumerate(value if isinstance(value, list) else []):
            if isinstance(payload, dict) and isinstance(payload.get("apiKey"), str):
                yield f"$[{index}].apiKey", payload["apiKey"]
        return
    if not isinstance(value, dict):
        return
    if isinstance(value.get("apiKey"), str):
        yield "$.apiKey", value["apiKey"]
    yield from _secret_headers(value.get("extra_headers"), "$.extra_headers")
    provider = value.get("provider")
    if not isinstance(provider, dict):
        return
    keys = provider.get("apiKeys")
    for index, entry in enumerate(keys if isinstance(keys, list) else []):
        if isinstance(entry, dict) and isinstance(entry.get("key"), str):
            yield f"$.provider.apiKeys[{index}].key", entry["key"]
    settings = provider.get("providerSettings")
    if isinstance(settings, dict):
        place = "$.provider.providerSettings.extraHeaders"
        yield from _secret_headers(settings.get("extraHeaders"), place)


def _secret_headers(headers: object, place: str) -> Iterator[tuple[str, str]]:
    for name, value in headers.items() if isinstance(headers, dict) else ():
        if isinstance(value, str) and _SECRET_HEADER.search(name):
            yield f"{place}['{name}']", value


def _with_tokens(value: object, place: str) -> Iterator[str]:
    if isinstance(value, str):
        if without_tokens(value) != value:
            yield place
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _with_tokens(each, f"{place}.{key}")
            yield from _with_tokens(key, place)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _with_tokens(each, f"{place}[{index}]")


def _in_lines(text: str) -> Iterator[int]:
    """Lines with tokens or with links that carry a key; comments of TOML and pages among them."""
    yield from _lines_with_tokens(text)
    yield from _keys_in_lines(text)


def _keys_in_lines(text: str) -> Iterator[int]:
    """Lines with a link that carries a key."""
    return (line for line, key in keys_in_links(text) if _is_key(key))


def _lines_with_tokens(text: str) -> Iterator[int]:
    for number, line in enumerate(text.split("\n"), start=1):
        if without_tokens(line) != line:
            yield number


def _is_key(key: str) -> bool:
    """Whether one of the keys in a field, which v1 separates by commas, is a whole key."""
    parts = key.split(",")
    return any(each.strip() and not is_masked(each) for each in parts)


def _in_backup(path: Path) -> tuple[Problem, ...]:
    from msconfig.documents.backups import providers_with_keys  # noqa: PLC0415 - loads SQLite

    return tuple(
        Problem(f"provider {name}", "holds a key; a backup also holds chats: keep it to yourself")
        for name in providers_with_keys(path)
    )
