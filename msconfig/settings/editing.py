"""Adds values and models to the text of `msconfig.toml`; nothing else in it changes."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Array
from tomlkit.toml_document import TOMLDocument

from msconfig.errors import SettingsError
from msconfig.settings.loading import ModelSettings

__all__ = ["Wanted", "extended"]

_NEW = "# What msconfig checks, and writes configuration for.\n"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Values and models to be in the settings; None for what stays as it is."""

    site: str | None = None
    token_env: tuple[str, ...] = ()
    """Names of variables; empty to leave them as they are."""
    models: tuple[ModelSettings, ...] = ()
    """With their kinds; ids that are in the settings already are left out."""

    @property
    def values(self) -> dict[str, Any]:
        """The values at the top, as TOML spells them."""
        names: Any = self.token_env[0] if len(self.token_env) == 1 else list(self.token_env)
        values = {"site": self.site, "token_env": names}
        return {key: value for key, value in values.items() if value}


def extended(text: str | None, wanted: Wanted) -> str:
    """`text` with the wanted values and models added.

    Every line of `text` stays as it is, in its order, but for a value at the top that `wanted` has
    another for. Models come last, or at the end of the list that they are written in; line ends and
    a byte order mark are those of `text`. Nothing is added that is there already.

    Args:
        text: valid settings; None for new ones.
        wanted: values and models to be in them.

    Raises:
        SettingsError: `text` is written in a way that cannot be extended.
    """
    mark = "\ufeff" if text and text.startswith("\ufeff") else ""
    body = _NEW if text is None else text.removeprefix("\ufeff")
    before = tomllib.loads(body)
    there = {model["id"] for model in before.get("models", ())}
    models = [_entry(model) for model in wanted.models if model.id not in there]
    expected = {**before, **wanted.values}
    if models:
        expected["models"] = [*before.get("models", ()), *models]
    try:
        made = _with_models(_with_values(body, before, wanted.values), models)
        is_right = tomllib.loads(made) == expected
    except (TOMLKitError, tomllib.TOMLDecodeError):
        is_right, made = False, ""
    if not is_right:
        more = tomlkit.dumps(wanted.values) + "".join(_block(model) for model in models)
        raise SettingsError(
            "the settings are written in a way that cannot be extended; add this by hand:\n"
            + more.rstrip()
        )
    return mark + made


def _entry(model: ModelSettings) -> dict[str, str]:
    fields = {"id": model.id, "name": model.name, "group": model.group, "kind": model.kind}
    return {key: value for key, value in fields.items() if value is not None}


def _with_values(body: str, before: dict[str, Any], values: dict[str, Any]) -> str:
    """`body` with these at the top: changed in their place, or added below the others."""
    changed = {key: value for key, value in values.items() if before.get(key) != value}
    if not changed:
        return body
    head, tables = _parts(body)
    document = tomlkit.parse(head)
    for key in changed.keys() & before.keys():
        document[key] = changed[key]
    head = document.as_string()
    new = {key: value for key, value in changed.items() if key not in before}
    if not new:
        return head + tables
    end = _line_end(body)
    lines = tomlkit.dumps(new).replace("\n", end)
    place, has_values = _end_of_values(document, stands_apart=not tables)
    above, below = head[:place], head[place:]
    if above and not above.endswith("\n"):
        above += end
    if not has_values and (below + tables).strip():  # apart from the table that follows
        lines += end
    return above + lines + below + tables


def _parts(body: str) -> tuple[str, str]:
    """The part before the first table, and the tables.

    A document whose tables of one name are scattered is not written again in their order, so what
    is edited is the first part alone.
    """
    place = 0
    for _, written in _pieces(tomlkit.parse(body)):
        if written.lstrip().startswith("["):
            break
        place += len(written)
    return body[:place], body[place:]


def _pieces(document: TOMLDocument) -> Iterator[tuple[bool, str]]:
    """The document in pieces, as they are written: whether it is a value or table, and its text."""
    for key, item in document.body:
        piece = TOMLDocument()
        piece.body.append((key, item))
        yield key is not None, piece.as_string()


def _end_of_values(head: TOMLDocument, *, stands_apart: bool) -> tuple[int, bool]:
    """The end of the values, and whether there are any.

    Without any it is where the first comment ends, if that stands apart from what follows.

    Args:
        head: the part before the first table.
        stands_apart: whether nothing follows it.
    """
    place = end = 0
    has_values = False
    comment_ends: int | None = None
    for is_value, written in _pieces(head):
        if is_value:
            has_values = True
            end = place + len(written)
        elif comment_ends is None and not written.strip() and place:
            comment_ends = place + len(written)
        place += len(written)
    if has_values:
        return end, True
    return (comment_ends or (place if stands_apart else 0)), False


def _with_models(body: str, models: Sequence[dict[str, str]]) -> str:
    if not models:
        return body
    end = _line_end(body)
    head, tables = _parts(body)
    document = tomlkit.parse(head.replace("\r\n", "\n") if end == "\r\n" else head)
    listed = document.get("models")
    if not isinstance(listed, Array):
        gap = "" if not body or body.endswith("\n") else end
        return body + gap + "".join(end + _block(model).replace("\n", end) for model in models)
    if not listed:
        listed.multiline(multiline=True)
    for model in models:
        table = tomlkit.inline_table()
        table.update(model)
        listed.append(table)
    made = document.as_string()
    return (made.replace("\n", end) if end == "\r\n" else made) + tables


def _block(model: dict[str, str]) -> str:
    return "[[models]]\n" + tomlkit.dumps(model)


def _line_end(body: str) -> str:
    r"""``\r\n`` where every line ends so, else ``\n``."""
    windows = body.count("\r\n")
    return "\r\n" if windows and windows == body.count("\n") else "\n"
