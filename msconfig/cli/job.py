"""What the command line, the settings and the environment come to, settled before any request."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from msconfig.checking.check import CheckRequest, check
from msconfig.checking.report import Report
from msconfig.cli.asking import AskOptions
from msconfig.cli.connecting import connection, http_client
from msconfig.cli.console import ProgressDisplay, note
from msconfig.cli.fallback import FallbackJob, prepare_fallback
from msconfig.documents.recognise import ids_in_document
from msconfig.errors import FileError, TokenError, UsageError
from msconfig.files import read_stdin
from msconfig.model_ids import GivenId, distinct, ids_in_lines
from msconfig.modelscope.client import ModelScope
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site, addresses_of
from msconfig.settings import loading as settings
from msconfig.settings.loading import Settings
from msconfig.token_sources import find_tokens
from msconfig.tokens import Token, looks_like_token

__all__ = ["Job", "given_ids", "given_tokens", "prepare"]

_MAX_LIST_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Job:
    """What the command line, the settings and the environment come to."""

    options: AskOptions
    settings: Settings
    site: Site
    ids: tuple[GivenId, ...]
    tokens: tuple[Token, ...]
    recorded: datetime | None
    """When the facts were recorded, offline."""
    connect: Callable[[], AbstractContextManager[ModelScope]]
    """Opens a client for as long as its context lasts."""
    concurrency: int
    recorded_served: frozenset[str]
    """Ids that ModelScope served by the snapshot in use; empty online."""
    recorded_kinds: Mapping[str, Kind]
    """Of the snapshot in use, and of the one that comes with msconfig."""
    fallback: FallbackJob | None = None
    """What `[fallback]` comes to, for a command that needs ids and a token."""

    def check(self, modelscope: ModelScope, *, strict: bool) -> Report:
        """Check the ids and tokens, with progress on stderr."""
        request = CheckRequest(
            site=self.site,
            ids=self.ids,
            tokens=self.tokens,
            kinds={each.id: Kind(each.kind) for each in self.settings.models if each.kind},
            recorded_served=self.recorded_served,
            recorded_kinds=self.recorded_kinds,
            concurrency=self.concurrency,
            strict=strict,
            snapshot_recorded=self.recorded,
        )
        with ProgressDisplay(quiet=self.options.quiet) as progress:
            return check(modelscope, request, progress)

    def check_fallback(self, report: Report) -> Report:
        """`report` with what Bailian says, where the settings name it; an interrupt ends it."""
        try:
            return self.fallback.check(report) if self.fallback is not None else report
        except KeyboardInterrupt:
            return replace(report, complete=False)

    def note(self, text: str) -> None:
        """A note on stderr, unless -q was given."""
        if not self.options.quiet:
            note(text)


def prepare(options: AskOptions, *, needs_token: bool, needs_ids: bool = True) -> Job:
    """Settle what is to be checked, where and with what, before any request.

    Args:
        options: what the command line says.
        needs_token: whether a token there has to be, online and without --no-token.
        needs_ids: whether ids there have to be; else none are taken from the settings.

    Raises:
        UsageError: options, settings, ids or tokens that cannot be used.
        FileError: a file that cannot be read.
    """
    found = settings.find(Path(options.config) if options.config else None)
    if found.path is not None and not options.quiet:
        note(f"settings: {found.path}")
    site = Site(options.site or found.site or "cn")
    offline = options.offline or options.snapshot is not None
    ids = given_ids(options, found if needs_ids else Settings())
    if needs_ids and not ids:
        raise UsageError(
            "no model id: give some as arguments, with --models FILE, or in msconfig.toml"
        )
    tokens = given_tokens(options, found, offline=offline)
    if needs_token and not (tokens or options.no_token or offline):
        raise TokenError(
            "no token: set MODELSCOPE_API_TOKEN (you make one at"
            f" {addresses_of(site).token_page}), or give --no-token to check the models alone"
        )
    concurrency = options.concurrency or found.concurrency or 8
    connect = connection(options, found, site, tokens)
    fallback = None
    if found.fallback is not None and needs_token and needs_ids:
        fallback = prepare_fallback(
            found.fallback,
            tokens,
            connect=None if offline else http_client(options, found),
            no_token=options.no_token,
        )
    return Job(
        options=options,
        settings=found,
        site=site,
        ids=ids,
        tokens=tokens,
        recorded=connect.recorded,
        connect=connect,
        concurrency=concurrency,
        recorded_served=connect.recorded_served,
        recorded_kinds=connect.recorded_kinds,
        fallback=fallback,
    )


def given_ids(options: AskOptions, found: Settings) -> tuple[GivenId, ...]:
    """The ids that the command line names, each once; else those of the settings; else none.

    Raises:
        UsageError: a source without ids, or an id that is a token.
        FileError: a file that cannot be read.
        DocumentError: a document that holds no ids.
    """
    if options.models.count("-") + options.token_file.count("-") > 1:
        raise UsageError("standard input (-) can be read only once")
    ids = [GivenId(text) for text in options.ids]
    for source in options.models:
        ids += _some(ids_in_lines(_read_list(source), source), source)
    for source in options.from_documents:
        ids += _some(ids_in_document(Path(source)), source)
    ids = ids or list(found.located_ids)
    for given in ids:
        if looks_like_token(given.text):
            where = (
                f"{given.location.file}: line {given.location.line}" if given.location else "an id"
            )
            raise UsageError(f"{where} looks like a token; a list of ids is no place for one")
    return distinct(ids)


def _some(ids: list[GivenId], source: str) -> list[GivenId]:
    if not ids:
        raise UsageError(f"{source}: holds no model id")
    return ids


def _read_list(source: str) -> str:
    if source == "-":
        raw, name = read_stdin(_MAX_LIST_BYTES), "standard input"
    else:
        name = source
        try:
            with Path(source).open("rb") as stream:
                raw = stream.read(_MAX_LIST_BYTES + 1)
        except OSError as error:
            raise FileError.from_os("read", source, error) from None
    if len(raw) > _MAX_LIST_BYTES:
        raise UsageError(f"{name}: larger than 8 MiB; a list of ids is not")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UsageError(f"{name}: line {line} is not UTF-8 text") from None


def given_tokens(options: AskOptions, found: Settings, *, offline: bool) -> tuple[Token, ...]:
    """The tokens from the places that the command line, the settings or nobody names.

    Raises:
        UsageError: options that exclude each other.
        TokenError: a place that holds no usable token.
        FileError: a file that cannot be read.
    """
    if options.no_token:
        if options.token_env or options.token_file:
            raise UsageError("--no-token excludes --token-env and --token-file")
        return ()
    variables = options.token_env
    if not variables and not options.token_file:
        variables = found.token_env
        if offline:  # nobody checks it, so nobody needs it
            variables = tuple(name for name in variables if os.environ.get(name, "").strip())
            if found.token_env and not variables:
                return ()
    return find_tokens(
        variables=variables,
        files=options.token_file,
        environment=os.environ,
        read_stdin=lambda: read_stdin(_MAX_LIST_BYTES),
    )
