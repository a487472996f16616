"""What the command line, the settings and the environment come to, settled before any request."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from msconfig import settings
from msconfig.checking.check import CheckRequest, check
from msconfig.checking.report import Report
from msconfig.cli.fallback import FallbackJob, prepare_fallback
from msconfig.cli.input import read_stdin
from msconfig.cli.output import note
from msconfig.cli.progress import ProgressDisplay
from msconfig.errors import FileError, TokenError, UsageError
from msconfig.fake import snapshot
from msconfig.fake.handler import FakeModelScope
from msconfig.fake.offline import OfflineTransport
from msconfig.model_ids import GivenId, distinct, ids_in_lines
from msconfig.modelscope.client import HttpClient, ModelScope
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Endpoints, Site, addresses_of
from msconfig.rendering.documents import ids_in_document
from msconfig.secrets import Token, looks_like_token
from msconfig.settings import Settings
from msconfig.token_sources import find_tokens

__all__ = ["AskOptions", "Job", "prepare"]

_MAX_LIST_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class AskOptions:
    """The options of a command that asks ModelScope; None where nothing was said."""

    ids: tuple[str, ...]
    models: tuple[str, ...]
    from_documents: tuple[str, ...]
    site: str | None
    hub_url: str | None
    inference_url: str | None
    offline: bool
    snapshot: str | None
    timeout: float | None
    retries: int | None
    concurrency: int | None
    config: str | None
    verbose: bool
    quiet: bool
    token_env: tuple[str, ...] = ()
    token_file: tuple[str, ...] = ()
    no_token: bool = False


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
    fallback: FallbackJob | None = None
    """What `[fallback]` comes to, for a command that needs ids and a token."""

    def check(self, modelscope: ModelScope, *, strict: bool) -> Report:
        """Check the ids and tokens, with progress on stderr."""
        request = CheckRequest(
            site=self.site,
            ids=self.ids,
            tokens=self.tokens,
            kinds={each.id: Kind(each.kind) for each in self.settings.models if each.kind},
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
    if options.models.count("-") + options.token_file.count("-") > 1:
        raise UsageError("standard input (-) can be read only once")
    ids = _ids(options, found if needs_ids else Settings())
    if needs_ids and not ids:
        raise UsageError(
            "no model id: give some as arguments, with --models FILE, or in msconfig.toml"
        )
    tokens = _tokens(options, found, offline=offline)
    if needs_token and not (tokens or options.no_token or offline):
        raise TokenError(
            "no token: set MODELSCOPE_API_TOKEN (you make one at"
            f" {addresses_of(site).token_page}), or give --no-token to check the models alone"
        )
    concurrency = options.concurrency or found.concurrency or 8
    connect = _offline(options, site) if offline else _online(options, found, site, tokens)
    fallback = None
    if found.fallback is not None and needs_token and needs_ids:
        fallback = prepare_fallback(
            found.fallback,
            tokens,
            connect=None if offline else _client(options, found),
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
        fallback=fallback,
    )


def _ids(options: AskOptions, found: Settings) -> tuple[GivenId, ...]:
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


def _tokens(options: AskOptions, found: Settings, *, offline: bool) -> tuple[Token, ...]:

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


@dataclass(frozen=True, slots=True)
class _Connection:
    """Opens a client on entering, closes it on leaving."""

    open: Callable[[], AbstractContextManager[ModelScope]]
    recorded: datetime | None = None

    def __call__(self) -> AbstractContextManager[ModelScope]:
        return self.open()


def _offline(options: AskOptions, site: Site) -> _Connection:

    if options.hub_url or options.inference_url:
        raise UsageError("--hub-url and --inference-url have no use offline; leave them out")
    facts = snapshot.load(Path(options.snapshot) if options.snapshot else snapshot.bundled(site))
    if facts.site is not site:
        raise UsageError(
            f"{options.snapshot}: facts of site {facts.site}, but site {site} is asked for;"
            f" give --site {facts.site}"
        )

    @contextmanager
    def connect() -> Iterator[ModelScope]:
        http = HttpClient(
            retries=0,
            transport=OfflineTransport(FakeModelScope(facts)),
            patient=True,
            log=_log if options.verbose else None,
        )
        try:
            yield ModelScope(Endpoints.of(site), http, now=lambda: facts.recorded)
        finally:
            http.close()

    return _Connection(connect, facts.recorded)


def _online(
    options: AskOptions, found: Settings, site: Site, tokens: tuple[Token, ...]
) -> _Connection:

    if "" in {options.hub_url, options.inference_url}:
        raise UsageError("an empty --hub-url or --inference-url; leave it out to ask ModelScope")
    endpoints = Endpoints.of(
        site,
        hub_url=options.hub_url or os.environ.get("MSCONFIG_HUB_URL"),
        inference_url=options.inference_url or os.environ.get("MSCONFIG_INFERENCE_URL"),
    )
    client = _client(options, found)

    @contextmanager
    def connect() -> Iterator[ModelScope]:
        with client() as http:
            yield ModelScope(endpoints, http, secrets=[token.secret for token in tokens])

    return _Connection(connect)


def _client(
    options: AskOptions, found: Settings
) -> Callable[[], AbstractContextManager[HttpClient]]:
    """What opens an HTTP client as it was asked for, and closes it."""
    retries = options.retries if options.retries is not None else found.retries

    @contextmanager
    def connect() -> Iterator[HttpClient]:
        http = HttpClient(
            timeout=options.timeout or found.timeout or 10.0,
            retries=2 if retries is None else retries,
            concurrency=options.concurrency or found.concurrency or 8,
            log=_log if options.verbose else None,
        )
        try:
            yield http
        finally:
            http.close()

    return connect


def _log(asked: str, said: str, seconds: float) -> None:
    note(f"{asked} → {said} ({seconds:.2f} s)")
