"""What `msconfig link open` does: links on a page for the person here alone, to be clicked."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from msconfig.cherry.link_reading import LinkPayload
from msconfig.cli.browser import desktop
from msconfig.cli.console import can_ask, note, write_result
from msconfig.cli.linking import TokenOptions, links_of_tokens
from msconfig.documents.links_file import DecodedLink, LinksFile, links_in, read_links
from msconfig.errors import DocumentError, ExitCode, FileError, UsageError
from msconfig.rendering.templates import render_own
from msconfig.settings import loading as settings
from msconfig.text import visible

__all__ = ["OpenOptions", "open_links"]

_SECONDS = 30
"""How long a page stays when nobody says that it was read; a browser may have to start first."""


@dataclass(frozen=True, slots=True)
class OpenOptions:
    """What `link open` was told besides where tokens come from; None where nothing was said."""

    file: str | None
    yes: bool
    wait: int | None


def open_links(options: OpenOptions, told: TokenOptions) -> ExitCode:
    """Show the links in the browser once it is agreed to; the exit code."""
    if options.wait is not None and not options.yes:
        raise UsageError("--wait goes with --yes; without it, Enter removes the page")
    if options.file is not None and (told.token_env or told.token_file or told.site):
        raise UsageError("FILE has its keys already; leave --token-env, --token-file, --site out")
    if not (options.yes or can_ask()):
        raise UsageError("no terminal to ask on: --yes opens the links without a question")
    here = desktop()
    file = _links(options, told)
    payloads = [payload for link in file.links if (payload := link.readings[-1].payload)]
    if not (told.quiet and options.yes):  # a question has to say what it is about
        note("\n".join(map(_in_words, payloads)))
    count = len(file.links)
    what = "the link" if count == 1 else f"the {count} links"
    if not options.yes and not click.confirm(f"Show {what} in the browser?", err=True):
        write_result("Nothing is opened.\n")
        return ExitCode.OK
    with _page(file.links, payloads) as page:
        if told.verbose:
            note(f"{here.opener} ← {page}")
        here.show(page)
        if options.yes:
            time.sleep(_SECONDS if options.wait is None else options.wait)
        else:
            done = "Press Enter when the app has the key; the page is removed then"
            click.prompt(done, default="", show_default=False, prompt_suffix=" ", err=True)
    if not told.quiet:
        note("the page is removed")
    write_result(_next(file, options, payloads))
    return ExitCode.OK


def _links(options: OpenOptions, told: TokenOptions) -> LinksFile:
    """Links that both versions open as they were meant; nothing else gets onto a page."""
    if options.file is None:
        return links_in(links_of_tokens(told)[0].encode(), "the tokens")
    if told.config:
        settings.find(Path(told.config))
    file = read_links(options.file)
    for link in file.links:
        if link.errors:
            raise DocumentError(
                f"{file.name}: the link in line {link.line} is not fit to be opened:"
                " msconfig link decode tells why"
            )
        for warning in link.warnings:
            note(f"{file.name}: line {link.line}: {warning}")
    return file


def _in_words(payload: LinkPayload) -> str:
    where = payload.without_key(f"{payload.id} at {payload.base_url}")
    return visible(f"{_key(payload)} → {where}")


def _key(payload: LinkPayload) -> str:
    return f"{payload.key.masked} ({payload.key.fingerprint})" if payload.key else "no key"


@contextlib.contextmanager
def _page(links: Sequence[DecodedLink], payloads: Sequence[LinkPayload]) -> Iterator[Path]:
    """A page with `links`, 0600 (POSIX), for as long as the context lasts.

    Raises:
        FileError: it cannot be written.
    """
    entries = [
        {"link": link.link, "words": _in_words(payload)}
        for link, payload in zip(links, payloads, strict=True)
    ]
    text = render_own("open-links.html", {"links": entries, "nonce": secrets.token_urlsafe(16)})
    try:
        descriptor, name = tempfile.mkstemp(prefix="msconfig-links-", suffix=".html")
    except OSError as error:
        raise FileError.from_os("write a page to", tempfile.gettempdir(), error) from None
    page = Path(name).absolute()
    try:
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(text.encode())
        except OSError as error:
            raise FileError.from_os("write", page, error) from None
        yield page
    finally:
        page.unlink(missing_ok=True)


def _next(file: LinksFile, options: OpenOptions, payloads: Sequence[LinkPayload]) -> str:
    count = len(file.links)
    names = ", ".join(dict.fromkeys(visible(each.without_key(each.id or "")) for each in payloads))
    steps = [
        f"switch {names} on in the app: Settings, Model Provider",
        "add the models there, by their ids",
    ]
    if options.file not in {None, "-"}:
        steps.insert(0, f"delete {visible(file.name)}: it holds the key")
    lines = [
        f"✓ {count} link{'s were' if count > 1 else ' was'} shown in the browser.",
        "",
        "Next:",
    ]
    lines += [f"  {number}. {step}." for number, step in enumerate(steps, 1)]
    return "\n".join(lines) + "\n"
