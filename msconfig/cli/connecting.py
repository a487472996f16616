"""From options and settings to a client: over the network, or over recorded facts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from msconfig.cli.asking import AskOptions
from msconfig.cli.console import note
from msconfig.errors import UsageError
from msconfig.mock import snapshot
from msconfig.mock.handler import MockModelScope
from msconfig.mock.offline import OfflineTransport
from msconfig.modelscope.client import HttpClient, ModelScope
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Endpoints, Site
from msconfig.settings.loading import Settings
from msconfig.tokens import Token

__all__ = ["Connection", "connection", "http_client"]


def connection(
    options: AskOptions, found: Settings, site: Site, tokens: tuple[Token, ...]
) -> Connection:
    """How `site`, or what stands in its place, is asked.

    Raises:
        UsageError: addresses or facts that cannot be used.
        FileError: facts that cannot be read.
    """
    if options.offline or options.snapshot is not None:
        return _offline(options, site)
    return _online(options, found, site, tokens)


@dataclass(frozen=True, slots=True)
class Connection:
    """Opens a client on entering, closes it on leaving."""

    open: Callable[[], AbstractContextManager[ModelScope]]
    recorded_kinds: Mapping[str, Kind]
    """Of the snapshot in use, and of the one that comes with msconfig."""
    recorded_served: frozenset[str] = frozenset()
    """Ids that ModelScope served by the snapshot in use; empty online."""
    recorded: datetime | None = None
    """When the facts were recorded, offline."""

    def __call__(self) -> AbstractContextManager[ModelScope]:
        """A client for as long as the context lasts."""
        return self.open()


def _offline(options: AskOptions, site: Site) -> Connection:

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
            transport=OfflineTransport(MockModelScope(facts)),
            patient=True,
            log=_log if options.verbose else None,
        )
        try:
            yield ModelScope(Endpoints.of(site), http, now=lambda: facts.recorded)
        finally:
            http.close()

    kinds = {**_bundled_kinds(), **facts.kinds()}
    return Connection(connect, kinds, facts.served(), facts.recorded)


def _online(
    options: AskOptions, found: Settings, site: Site, tokens: tuple[Token, ...]
) -> Connection:

    if "" in {options.hub_url, options.inference_url}:
        raise UsageError("an empty --hub-url or --inference-url; leave it out to ask ModelScope")
    endpoints = Endpoints.of(
        site,
        hub_url=options.hub_url or os.environ.get("MSCONFIG_HUB_URL"),
        inference_url=options.inference_url or os.environ.get("MSCONFIG_INFERENCE_URL"),
    )
    client = http_client(options, found)

    @contextmanager
    def connect() -> Iterator[ModelScope]:
        with client() as http:
            yield ModelScope(endpoints, http, secrets=[token.secret for token in tokens])

    return Connection(connect, _bundled_kinds())


def _bundled_kinds() -> dict[str, Kind]:
    """What models do by the snapshot of cn: an id has the same weights on both sites."""
    return snapshot.load(snapshot.bundled(Site.CN)).kinds()


def http_client(
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
