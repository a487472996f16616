"""The commands to run after `msconfig init`."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from msconfig.cli.console import columns
from msconfig.cli.init.guide import GUIDE_FOLDER
from msconfig.cli.init.token import FirstToken
from msconfig.cli.language_option import languages_of
from msconfig.cli.params import InputOptions
from msconfig.languages import Tag
from msconfig.rendering.targets import Target
from msconfig.reports import init as texts
from msconfig.settings.file import SettingsPlace

__all__ = ["line_for_the_shell", "next_steps"]


def next_steps(
    options: InputOptions,
    place: SettingsPlace,
    token: FirstToken,
    languages: Sequence[Tag],
    *,
    with_guide: bool,
) -> list[str]:
    """The steps as lines with a heading.

    Args:
        options: those of this run; some are needed again.
        place: where the settings are.
        token: the token and its variable.
        languages: the values of `--lang`.
        with_guide: whether the guide is written now, so that only the token is left.
    """
    export = line_for_the_shell(token.variable) if token.variable is not None else None
    if with_guide:
        return texts.later_runs(export, width=columns())
    again = [] if place.is_found else ["--config", str(place.path)]
    if options.connection.snapshot is not None:
        again += ["--snapshot", options.connection.snapshot]
    elif options.connection.offline:
        again.append("--offline")
    for file in options.tokens.token_file:
        again += ["--token-file", file]
    if options.tokens.no_token:
        again.append("--no-token")
    page = None
    if not place.settings.targets or Target.GUIDE in place.settings.targets:
        page = f"guide.{languages_of(languages, place.settings)[0]}.html"
    return texts.next_steps(
        list(map(shlex.quote, again)),
        export,
        folder=GUIDE_FOLDER,
        languages=languages if page is not None else (),
        page=page,
        width=columns(),
    )


def line_for_the_shell(variable: str) -> str:
    """The line that sets `variable` in the user's shell; it prompts for the token without echo."""
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
