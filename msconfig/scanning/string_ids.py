"""Ids in a string of a document: the whole of it, a list, or a line of a command."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from msconfig.scanning.id_rules import FoundId, IdRules, maps_to_models, names_a_model
from msconfig.scanning.strings import Scope, String, offsets_of_characters
from msconfig.scanning.text_lines import Manner, ids_in_lines

__all__ = ["ids_in_string"]

_SEPARATED = re.compile(r"[^\s,;|]+")


def ids_in_string(text: str, string: String, rules: IdRules) -> Iterator[FoundId]:
    """The ids that a string is or lists, with their places in the file."""
    value = string.value
    if "/" not in value:
        return
    if string.is_block and "\n" in text[string.start : string.end].strip():
        yield from ids_in_lines(text, string.start, string.end, rules, Manner.SCRIPT)
        return
    at = _offsets(text, string)
    if at is None:
        return
    for found in _of_value(string, rules):
        yield FoundId(found.text, at(found.start), at(found.end))


def _offsets(text: str, string: String) -> Callable[[int], int] | None:
    """From characters of a string's value to those of the file; None where that is unclear."""
    raw = text[string.start : string.end]
    if raw == string.value:
        return lambda position: string.start + position
    stripped = raw.strip()
    if stripped and stripped == string.value.strip():  # a block of one line
        shift = string.start + raw.index(stripped) - string.value.index(stripped)
        return lambda position: shift + position
    offsets = offsets_of_characters(raw, string.value)
    if offsets is None:
        return None
    return lambda position: string.start + offsets[position]


def _of_value(string: String, rules: IdRules) -> list[FoundId]:
    """The ids of a value, with their places in it."""
    value = string.value[string.skip :]
    bare = value.strip(_AROUND)
    shift = string.skip + value.index(bare)
    names_one = _is_named_after_a_model(string)
    found = rules.exactly(bare, anywhere=True)
    if found is None and names_one:
        found = _by_name(bare, string, rules)
    if found is not None:
        return [FoundId(found.text, shift + found.start, shift + found.end)]
    if "${" in bare:  # an expression: `${NAME:-owner/name}`, `${{ vars.NAME || 'owner/name' }}`
        return _as_line(string, rules, Manner.PROSE)
    if _JSON.match(bare):
        return _as_line(string, rules, Manner.CODE)
    if not _SEPARATORS.search(bare):
        return []
    listed: list[FoundId] = []
    if names_one or _is_list_of_ids(bare, rules):
        listed = list(_listed(value, string, rules, by_name=names_one))
        if listed and not _HOLDS_NAMES.search(string.value):
            return listed
    return listed + _as_line(string, rules, Manner.COMMAND)


def _as_line(string: String, rules: IdRules, manner: Manner) -> list[FoundId]:
    """The ids of a value that is a line of text, the name in front of it included.

    Of `--model=owner/name --port 80` the first name is part of the command.
    """
    value = string.value
    service = string.service
    return list(ids_in_lines(value, 0, len(value), rules, manner, at=string.start, service=service))


def _is_named_after_a_model(string: String) -> bool:
    """Whether its key says so, or is the ``id`` in a list of models, the ``name`` of a model.

    The ``id`` of what has API-Inference's address of its own is that of a model too, and so are the
    values of ``models``.
    """
    scope = string.scope or Scope()
    has_address = scope.own_service is not None and scope.own_service.is_api_inference
    return (
        names_a_model(string.name)
        or (string.name == "id" and (names_a_model(scope.name) or has_address))
        or (string.name in {"name", "value"} and scope.name.lower() == "model")
        or (
            not (string.is_key or scope.in_list)
            and maps_to_models(scope.name, string.name, string.value)
        )
    )


_HOLDS_NAMES = re.compile(r"(?:^|[\s\"'`\[(,])-|[A-Z0-9_]=")
"""Of arguments and variables."""
_JSON = re.compile(r"[{\[]\s{0,8}[\"'{\[]")
"""How a text begins that is a document of its own."""
_SEPARATORS = re.compile(r"[\s,;|]")
_AROUND = " \t\r\n\"'"
"""White space, and quotation marks that are quoted themselves."""


def _by_name(value: str, string: String, rules: IdRules) -> FoundId | None:
    """The id that `value` has the form of, where it is meant for API-Inference (b)."""
    return rules.of_the_form(value, string.start, service=string.service)


_SHOWN_NAME = re.compile(r"->|[=@<]")
"""What is behind an id in such a list: a deployment, a name that is shown, a service, abilities."""


def _is_list_of_ids(value: str, rules: IdRules) -> bool:
    pieces = _SEPARATED.findall(value)
    return len(pieces) > 1 and all(rules.exactly(piece) for piece in pieces)


def _listed(value: str, string: String, rules: IdRules, *, by_name: bool) -> Iterator[FoundId]:
    """The ids of a list in one value: ``+owner/name=Shown name,-owner/name``."""
    for piece in _SEPARATED.finditer(value):
        text = _SHOWN_NAME.split(piece[0], maxsplit=1)[0]
        begin = string.skip + piece.start()
        if text[:1] in {"+", "-"}:
            begin, text = begin + 1, text[1:]
        found = rules.exactly(text, anywhere=True)
        if found is None and by_name and ("," in value or ";" in value):
            found = _by_name(text, string, rules)
        if found is not None:
            yield FoundId(found.text, begin + found.start, begin + found.end)
