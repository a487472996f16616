"""The signature of every command says what click gives it, name by name and type by type."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from types import GenericAlias
from typing import Any

import click
import pytest

from msconfig.cli.app import COMMANDS, command_named
from msconfig.cli.params import EnumChoice


def _commands() -> Iterator[tuple[str, click.Command]]:
    for name in COMMANDS:
        command = command_named(name)
        if isinstance(command, click.Group):
            for child in command.commands.values():
                yield f"{name} {child.name}", child
        else:
            yield name, command


def _parameters(function: Any) -> dict[str, Any]:  # noqa: ANN401 - a command
    """Names and types of what a command takes, the groups of options taken apart."""
    found: dict[str, Any] = {}
    for name, hint in typing.get_type_hints(function).items():
        if name == "return":
            continue
        if is_dataclass(hint):
            found |= _fields(hint)
        else:
            found[name] = hint
    return found


def _fields(group: Any) -> dict[str, Any]:  # noqa: ANN401 - a dataclass
    hints = typing.get_type_hints(group)
    found: dict[str, Any] = {}
    for each in fields(group):
        hint = hints[each.name]
        found |= _fields(hint) if is_dataclass(hint) else {each.name: hint}
    return found


def _expected(parameter: click.Parameter) -> set[Any]:
    """The types that a parameter's values may have."""
    match parameter.type:
        case EnumChoice() as choice:
            one: Any = type(choice.choices[0])
        case click.Choice():
            raise AssertionError(f"{parameter.name}: choices come from an enum")
        case click.types.BoolParamType():
            one = bool
        case click.IntRange():
            one = int
        case click.types.FloatParamType():
            one = float
        case _:
            one = str
    if parameter.multiple or parameter.nargs == -1:
        return {GenericAlias(tuple, (one, ...))}
    if parameter.nargs > 1:
        return {GenericAlias(tuple, (one,) * parameter.nargs) | None}
    is_optional = parameter.to_info_dict()["default"] is None and not parameter.required
    return {one | None} if is_optional else {one}


@pytest.mark.parametrize(
    ("name", "command"), [pytest.param(*each, id=each[0]) for each in _commands()]
)
def test_a_command_names_and_types_what_click_gives_it(name: str, command: click.Command) -> None:
    function = inspect.unwrap(command.callback)  # type: ignore[arg-type]
    declared = _parameters(function)
    given = {each.name: each for each in command.params if each.expose_value}
    assert not {*given} - {*declared}, f"{name}: in no signature"
    optional = {
        "no_token",
        "offline",
        "snapshot",
    }  # a group may hold what one of its commands does not offer
    assert {*declared} - {*given} <= optional, f"{name}: no option fills it"
    for key, parameter in given.items():
        if parameter.callback is not None:
            continue  # its callback may give another type
        assert declared[str(key)] in _expected(parameter), f"{name}: {key}"
