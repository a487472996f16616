"""`msconfig link open`: links on a page that only this user can read, to be clicked."""

from __future__ import annotations

import contextlib
import secrets
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType

import click

from msconfig.cherry.link_reading import LinkPayload
from msconfig.cli.browser import desktop
from msconfig.cli.console import can_ask, note, write_text
from msconfig.cli.params import CommonOptions
from msconfig.command_name import command
from msconfig.documents.links_file import DecodedLink, LinksFile, links_in, read_links
from msconfig.errors import DocumentError, ExitCode, UsageError
from msconfig.files import private_page
from msconfig.rendering.templates import render_own
from msconfig.reports.link import opened, payload_in_words
from msconfig.settings import loading

__all__ = ["open_links"]

_SECONDS = 30
"""How long a page stays with --yes; a browser may have to start first."""


def open_links(
    source: str | None,
    links_of_tokens: Callable[[], str],
    common: CommonOptions,
    *,
    asks: bool,
    seconds: int | None,
) -> ExitCode:
    """Show links in the browser, after a question unless --yes was given; the exit code.

    Args:
        source: a file of links, ``-`` for standard input, None for those of the tokens.
        links_of_tokens: makes them, one a line.
        common: -v, -q and --config.
        asks: whether to ask first, and to remove the page at Enter.
        seconds: how long the page stays where nothing is asked.

    Raises:
        TokenError: there is no token, and no file.
        UsageError: no terminal to ask on, or no desktop.
        DocumentError: a link that a version of the app would not read as intended.
        FileError: a file that cannot be read or written.
    """
    own = links_of_tokens() if source is None else ""  # a missing token is the first to mend
    if asks and not can_ask():
        raise UsageError("no terminal to ask on: --yes opens the links without a question")
    here = desktop()
    file = links_in(own.encode(), "the tokens") if source is None else _links_of(source, common)
    payloads = [payload for link in file.links if (payload := link.readings[-1].payload)]
    if asks or not common.quiet:  # a question has to say what it is about
        note("\n".join(map(payload_in_words, payloads)))
    count = len(file.links)
    what = "the link" if count == 1 else f"the {count} links"
    if asks and not click.confirm(f"Show {what} in the browser?", err=True):
        write_text("Nothing is opened.\n")
        return ExitCode.OK
    with _page(file.links, payloads) as page:
        if common.verbose:
            note(f"{here.opener} ← {page}")
        here.show(page)
        if asks:
            done = "Press Enter when the app has the key; the page is removed then"
            click.prompt(done, default="", show_default=False, prompt_suffix=" ", err=True)
        else:
            time.sleep(_SECONDS if seconds is None else seconds)
    if not common.quiet:
        note("the page is removed")
    write_text(opened(file, payloads, is_file=source not in {None, "-"}))
    return ExitCode.OK


def _links_of(source: str, common: CommonOptions) -> LinksFile:
    """Links that both versions of the app read as intended; others never get onto a page."""
    if common.config:
        loading.find(Path(common.config))
    file = read_links(source)
    for link in file.links:
        if link.errors:
            raise DocumentError(
                f"{file.name}: the link in line {link.line} cannot be opened:"
                f" {command('link decode')} shows why"
            )
        for warning in link.warnings:
            note(f"{file.name}: line {link.line}: {warning}")
    return file


@contextlib.contextmanager
def _page(links: Sequence[DecodedLink], payloads: Sequence[LinkPayload]) -> Iterator[Path]:
    """A page with `links`, 0600 (POSIX), for as long as the context lasts.

    Raises:
        FileError: it cannot be written.
    """
    entries = [
        {"link": link.link, "words": payload_in_words(payload)}
        for link, payload in zip(links, payloads, strict=True)
    ]
    text = render_own("open-links.html", {"links": entries, "nonce": secrets.token_urlsafe(16)})
    with private_page(text.encode()) as page, _removed_by_signals(page):
        yield page


_HARMLESS = frozenset({"SIGCHLD", "SIGCONT", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGWINCH"})
"""Signals that end no process."""
_NOT_HANDLED = frozenset({"SIGKILL", "SIGSTOP", "SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL"})
"""Signals that cannot be handled, and faults: a Python handler of those would never return."""


@contextlib.contextmanager
def _removed_by_signals(page: Path) -> Iterator[None]:
    """Remove `page` at signals that would end the process at once, such as SIGQUIT, then let them.

    Ctrl-C, SIGTERM and SIGHUP have a handler already, which raises `KeyboardInterrupt`.
    """

    def remove(number: int, _frame: FrameType | None) -> None:
        page.unlink(missing_ok=True)
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)

    numbers = [
        number
        for number in signal.valid_signals()
        if getattr(number, "name", "") not in _HARMLESS | _NOT_HANDLED
        and signal.getsignal(number) is signal.SIG_DFL
    ]
    for number in numbers:
        signal.signal(number, remove)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)
