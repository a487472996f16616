"""What to run once the settings are there."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from msconfig.cli.console import columns
from msconfig.cli.init.token import FirstToken
from msconfig.cli.params import InputOptions
from msconfig.settings.file import SettingsPlace
from msconfig.text import visible, wrapped

__all__ = ["line_for_the_shell", "next_steps"]

_INDENT = " " * 5


def next_steps(options: InputOptions, place: SettingsPlace, token: FirstToken) -> list[str]:
    """The steps as lines, numbered; a command stands on a line of its own if words go before it.

    Args:
        options: those that other commands have to be given again.
        place: where the settings are.
        token: what is known of the token.
    """
    how = [] if place.is_found else ["--config", str(place.path)]
    if options.connection.snapshot is not None:
        how += ["--snapshot", options.connection.snapshot]
    elif options.connection.offline:
        how.append("--offline")
    for file in options.tokens.token_file:
        how += ["--token-file", file]
    if options.tokens.no_token:
        how.append("--no-token")
    again = "".join(f" {visible(shlex.quote(word))}" for word in how)
    steps = [f"msconfig check{again}", f"msconfig generate{again} -o cherry-studio"]
    lines: list[str] = []
    if token.variable is not None:
        words = "1. Give each new shell the token; this asks for it and shows nothing:"
        lines = wrapped(words, columns(), first="  ", later=_INDENT)
        lines.append(_INDENT + line_for_the_shell(token.variable))
    first = 2 if lines else 1
    return lines + [f"  {number}. {step}" for number, step in enumerate(steps, first)]


def line_for_the_shell(variable: str) -> str:
    """What sets `variable` in this person's shell; it asks for the token and shows none of it."""
    if sys.platform == "win32":
        hidden = "[Net.NetworkCredential]::new('', (Read-Host -AsSecureString)).Password"
        return f"$env:{variable} = {hidden}"
    match Path(os.environ.get("SHELL", "")).name:
        case "fish":
            return f"read -gxs {variable}"
        case "bash" | "zsh":
            return f"read -rs {variable} && export {variable}"
        case _:
            return f"stty -echo; read -r {variable}; stty echo; export {variable}"
