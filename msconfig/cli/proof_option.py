"""`--require`. Apart from the other shared options, as it loads `msconfig.checking`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from msconfig.checking.report import Proof
from msconfig.cli.params import EnumChoice

_Command = TypeVar("_Command", bound=Callable[..., Any])


def require_option(command: _Command) -> _Command:
    """Add the required proof, as `require`."""
    return click.option(
        "--require",
        type=EnumChoice(Proof),
        help="Proof that a model needs to pass [listed].",
    )(command)
