"""The guide and the documents that `init` writes after the settings, as `generate` does."""

from __future__ import annotations

from dataclasses import dataclass

from msconfig.cli.generate import write_configuration
from msconfig.cli.inputs import Inputs, fallback_inputs, open_session
from msconfig.cli.params import InputOptions
from msconfig.errors import ExitCode
from msconfig.languages import Tag
from msconfig.settings import loading
from msconfig.settings.file import SettingsPlace
from msconfig.tokens import Token

__all__ = ["GUIDE_FOLDER", "Guide"]

GUIDE_FOLDER = "cherry-studio"
"""Where the guide goes unless another folder is given."""


@dataclass(frozen=True, slots=True)
class Guide:
    """Where the guide goes, and with which keys."""

    folder: str
    languages: tuple[Tag, ...]
    tokens: tuple[Token, ...]
    """One that was typed is in no variable yet."""
    force: bool
    """Whether documents that exist and differ are replaced."""

    def write(self, place: SettingsPlace, options: InputOptions) -> ExitCode:
        """Check the models of the settings, and write all files or none; the exit code.

        Args:
            place: where the settings are, written by now.
            options: those of `init`.

        Raises:
            UsageError: documents exist and differ.
            TokenError: the fallback has no key.
            FileError: the folder or a file cannot be written.
        """
        settings = loading.load(place.path, found=place.is_found)
        session = open_session(options.connection, settings, self.tokens)
        fallback = None
        if settings.fallback is not None:
            no_token = options.tokens.no_token
            fallback = fallback_inputs(settings.fallback, session, no_token=no_token)
        inputs = Inputs(settings, session, settings.located_ids, fallback, options.common.quiet)
        return write_configuration(
            inputs, folder=self.folder, languages=self.languages, force=self.force
        )
