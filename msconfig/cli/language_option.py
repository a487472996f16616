"""`--lang`, and the language of a run: option, settings, environment, English."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from msconfig.cli.params import EnumChoice
from msconfig.languages import Tag

if TYPE_CHECKING:
    from msconfig.settings.loading import Settings

__all__ = ["LanguageChoice", "from_environment", "languages_of"]

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The first that is not empty counts, as in POSIX."""


class LanguageChoice(EnumChoice[Tag]):
    """The tags as choices; other forms of them, such as `pt-BR` or `zh_Hant`, are accepted."""

    def __init__(self) -> None:
        super().__init__(Tag, case_sensitive=False)

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Tag:
        """The language that `value` names."""
        try:
            return Tag(str(value))
        except ValueError:  # click lists the choices in lower case
            self.fail(f"{value!r} is not one of {', '.join(Tag)}.", param, ctx)


def languages_of(given: Sequence[Tag], settings: Settings) -> tuple[Tag, ...]:
    """The languages of a run: those of the command line, the settings or the environment.

    Args:
        given: the values of `--lang`.
        settings: may name languages.
    """
    configured = tuple(given) or tuple(map(Tag, settings.languages))
    return configured or (from_environment(os.environ, _windows_language()),)


def from_environment(environment: Mapping[str, str], system: str = "") -> Tag:
    """The language that the environment names, in the form of POSIX; English if it is none of ours.

    Args:
        environment: variables, by name.
        system: the language where no variable names one.
    """
    named = next((environment[each] for each in _VARIABLES if environment.get(each)), system)
    try:
        return Tag(re.split(r"[.@]", named)[0])  # pt_BR.UTF-8@euro
    except ValueError:  # C, POSIX, and languages that there are no texts of
        return Tag.EN


def _windows_language() -> str:
    """The display language of Windows, such as ``pt_BR``; "" on other systems."""
    if sys.platform == "win32":
        import ctypes
        import locale

        number = ctypes.windll.kernel32.GetUserDefaultUILanguage()
        return locale.windows_locale.get(number, "")
    return ""
