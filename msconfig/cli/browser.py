"""The desktop's own way to open a file: its path is all that a process list shows."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from msconfig.command_name import command
from msconfig.errors import UsageError
from msconfig.tokens import without_token_variables

__all__ = ["Desktop", "desktop"]

_SECONDS_TO_FAIL = 2.0
"""An opener that fails does so at once; one that is a browser itself stays."""


@dataclass(frozen=True, slots=True)
class Desktop:
    """What opens files here."""

    opener: str
    """A program that takes a path or an address; Windows has a call of its own."""

    def show(self, page: Path | str) -> None:
        """Open `page`, in a session of its own, so that Ctrl-C here ends no browser.

        Raises:
            UsageError: the desktop has nothing that opens it.
        """
        if sys.platform == "win32":
            try:
                os.startfile(page)  # noqa: S606 - a page that we wrote
            except OSError as error:
                raise UsageError(f"nothing opens a page here: {error}{_instead()}") from None
            return
        nowhere = subprocess.DEVNULL
        process = subprocess.Popen(  # noqa: S603 - the desktop's opener and our own page
            [self.opener, page],
            stdin=nowhere,
            stdout=nowhere,
            stderr=nowhere,
            env=without_token_variables(os.environ),  # a browser outlives us
            start_new_session=True,
        )
        try:
            code = process.wait(_SECONDS_TO_FAIL)
        except subprocess.TimeoutExpired:
            process.returncode = 0  # it may outlive us, which is nothing to warn of
            return
        if code:
            name = Path(self.opener).name
            raise UsageError(f"{name} did not open the page (it ended with {code}){_instead()}")


def _instead() -> str:
    encode = command("link encode -o FILE")
    return f"; {encode} writes the links for the machine where the app runs"


def desktop() -> Desktop:
    """The desktop of this machine.

    Raises:
        UsageError: there is none, or nothing that opens a page on it.
    """
    if sys.platform == "win32":
        return Desktop("the desktop")
    name = "open" if sys.platform == "darwin" else "xdg-open"
    if name == "xdg-open" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise UsageError(f"no desktop here: neither DISPLAY nor WAYLAND_DISPLAY is set{_instead()}")
    opener = shutil.which(name)
    if opener is None:
        raise UsageError(f"{name} is not on this machine, so nothing opens a page{_instead()}")
    return Desktop(opener)
