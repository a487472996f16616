"""The log of a run on stderr: each request (-v), every edge of the program (-vv)."""

from __future__ import annotations

import os
import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from msconfig._version import __version__
from msconfig.tokens import forget_secrets, keep_secrets

if TYPE_CHECKING:
    import logging

__all__ = ["Log"]


class Log:
    """Shows the records of the logger `msconfig` on stderr until its context ends.

    Nothing is shown before `show`, which ``MSCONFIG_DEBUG=1`` calls at once. `logging` is imported
    as late, so that --help does not pay for it.
    """

    def __init__(self) -> None:
        self._shown: tuple[logging.Logger, logging.Handler, int] | None = None

    def __enter__(self) -> Self:
        keep_secrets(
            os.environ
        )  # for everything that goes to stderr, whether there is a log or not
        if os.environ.get("MSCONFIG_DEBUG", "") not in {"", "0"}:
            self.show(debug=True)
        return self

    def show(self, *, debug: bool) -> None:
        """Show requests, or everything with `debug`. A later call adds, and takes nothing back."""
        import logging
        import platform

        from msconfig.cli.redacting_handler import RedactingHandler

        logger = logging.getLogger("msconfig")
        if self._shown is None:
            self._shown = logger, RedactingHandler(), logger.level
            logger.addHandler(self._shown[1])
            logger.setLevel(logging.INFO)
        if debug and logger.level != logging.DEBUG:
            logger.setLevel(logging.DEBUG)
            version = platform.python_version()
            self.debug("msconfig %s, Python %s on %s", __version__, version, sys.platform)

    def debug(self, message: str, *values: object, error: BaseException | None = None) -> None:
        """Log what the command line itself does; `error` with its traceback."""
        if self._shown is not None:
            self._shown[0].getChild("cli").debug(message, *values, exc_info=error)

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._shown is not None:
            logger, handler, level = self._shown
            logger.removeHandler(handler)
            logger.setLevel(level)
            self._shown = None
        forget_secrets()
