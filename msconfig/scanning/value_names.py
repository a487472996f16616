"""Names that a document gives to its values in other ways than by keys.

A value is named by what is in front of it in its text (``NAME=value``, ``--name=value``), by the
option in front of it in its list (``"--name", "value"``), or by the entry beside it
(``name: NAME``, ``value: …``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from msconfig.scanning.id_rules import names_a_model
from msconfig.scanning.services import service_of
from msconfig.scanning.strings import String

__all__ = ["with_names"]

_NAME = r"(?P<name>[A-Za-z_][\w.-]{0,80})"
_ASSIGNED = re.compile(rf"-{{0,2}}{_NAME}=[\"']?", re.ASCII)
_OPTION = re.compile(rf"--?{_NAME}", re.ASCII)
_VARIABLE = re.compile(_NAME, re.ASCII)
_NAMING = frozenset({"name", "key"})
_IS_PROVIDER = re.compile(r"(?:(?:chat|llm|model)[_-]?)?provider", re.IGNORECASE)
"""Not that of something else (``embedding_provider``), nor a default for other mappings."""


def with_names(strings: Sequence[String]) -> list[String]:
    """The strings of a document, each with the name that says what it is.

    The addresses among them are noted in their mappings (`Scope`).
    """
    variables = {
        id(each.scope): each.value
        for each in strings
        if each.name in _NAMING and not each.is_key and _VARIABLE.fullmatch(each.value)
    }
    named: list[String] = []
    before: String | None = None
    for string in strings:
        if string.is_key:
            named.append(string)
            before = None
            continue
        new = _named(string, before, variables)
        if string.scope is not None and _IS_PROVIDER.fullmatch(string.name):
            string.scope.provider = string.value
        _note_address(new, around=new is string)
        named.append(new)
        before = string
    return named


def _note_address(string: String, *, around: bool) -> None:
    """Note the service whose address a string is in its mapping.

    Programs write an address beside the models or in a mapping of its own (``options``,
    ``config``), so it also holds for the mapping `around`, where that has none yet. An entry of a
    list does not: it says nothing about the mapping around the one that has the list.
    """
    service = service_of(string.name, string.value[string.skip :])
    if service is None or string.scope is None:
        return
    string.scope.note(service, string.name)
    outer = string.scope.parent if around else None
    if outer is not None and outer.parent is not None and outer.service is None:
        outer.note(service, string.name, is_own=False)


def _named(string: String, before: String | None, variables: dict[int, str]) -> String:
    assigned = _ASSIGNED.match(string.value)
    if assigned is not None and (names_a_model(assigned["name"]) or not names_a_model(string.name)):
        return replace(string, name=assigned["name"], skip=assigned.end())
    if before is not None and before.name == string.name and before.scope is string.scope:
        option = _OPTION.fullmatch(before.value)
        if option is not None and not string.value.startswith("-"):
            return replace(string, name=option["name"])
    if string.name == "value" and string.scope is not None and string.scope.parent is not None:
        variable = variables.get(id(string.scope))
        if variable is not None:
            return replace(string, name=variable, scope=string.scope.parent)
    return string
