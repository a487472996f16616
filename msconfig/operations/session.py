"""A session: which site, which tokens, and how requests are made."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

from msconfig.checking.probe_pace import ProbePace
from msconfig.errors import UsageError
from msconfig.mock.snapshot import Snapshot, load, load_bundled
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Endpoints, Site
from msconfig.tokens import Secret, Token, find_tokens, usable_token

if TYPE_CHECKING:
    from msconfig.modelscope.client import ModelScope
    from msconfig.modelscope.http_interface import Http


_bundled = cache(load_bundled)


@dataclass(frozen=True, slots=True, init=False)
class Session:
    """How requests to ModelScope are made. Immutable; `dataclasses.replace` makes a variant.

    Nothing is read from the environment, proxy and certificate variables included, unless the
    session comes from `from_environment`.

    Args:
        site: ``cn`` or ``ai``.
        token: a ModelScope token; more of them go into `tokens`.
        tokens: tokens with the places they come from.
        hub_url: base URL of the hub, instead of the site's own.
        inference_url: base URL of API-Inference, ``/v1/`` included, instead of the site's own.
        timeout: seconds for each try of a request.
        retries: further tries after a transient error.
        concurrency: requests at a time.
        probe_pace: how fast real calls are made, where a check makes them.
        snapshot: recorded facts to answer from; then no request leaves the machine.
        trust_environment: whether proxy and certificate variables count.

    Raises:
        UsageError: a URL that is not https (http on loopback), or facts of another site.
        TokenError: `token` is not a usable token.
    """

    site: Site
    tokens: tuple[Token, ...]
    hub_url: str | None
    inference_url: str | None
    timeout: float
    retries: int
    concurrency: int
    probe_pace: ProbePace
    snapshot: Snapshot | None
    trust_environment: bool

    def __init__(
        self,
        *,
        site: Site | str = Site.CN,
        token: Secret | str | None = None,
        tokens: Iterable[Token] = (),
        hub_url: str | None = None,
        inference_url: str | None = None,
        timeout: float = 10.0,
        retries: int = 2,
        concurrency: int = 8,
        probe_pace: ProbePace = ProbePace(),  # noqa: B008 - immutable
        snapshot: Snapshot | None = None,
        trust_environment: bool = False,
    ) -> None:
        value = token.reveal() if isinstance(token, Secret) else token
        own = () if value is None else (usable_token(value, "token"),)
        fields = {
            "site": Site(site),
            "tokens": (*own, *tokens),
            "hub_url": hub_url,
            "inference_url": inference_url,
            "timeout": timeout,
            "retries": retries,
            "concurrency": concurrency,
            "probe_pace": probe_pace,
            "snapshot": snapshot,
            "trust_environment": trust_environment,
        }
        for name, each in fields.items():
            object.__setattr__(self, name, each)  # the class is frozen
        if snapshot is not None and snapshot.site is not self.site:
            raise UsageError(f"the snapshot is of site {snapshot.site}, not of site {self.site}")
        _ = self.endpoints

    @classmethod
    def offline(cls, snapshot: Path | str | None = None, *, site: Site | str = Site.CN) -> Self:
        """A session that answers from recorded facts and makes no request.

        Args:
            snapshot: a file that `msconfig snapshot` wrote; None takes the bundled one.
            site: the site of the bundled one; a file knows its own.

        Raises:
            FileError: `snapshot` cannot be read.
            UsageError: it is not a snapshot, or none of that site is bundled.
        """
        facts = _bundled(Site(site)) if snapshot is None else load(Path(snapshot))
        return cls(site=facts.site, snapshot=facts)

    @classmethod
    def from_environment(
        cls, *, site: Site | str = Site.CN, environment: Mapping[str, str] | None = None
    ) -> Self:
        """A session as the command line would make it from environment variables alone.

        ``MODELSCOPE_API_TOKEN``, else ``MODELSCOPE_API_KEY``; ``MSCONFIG_HUB_URL`` and
        ``MSCONFIG_INFERENCE_URL``; the usual proxy and certificate variables.

        Raises:
            TokenError: a variable holds something that cannot be a token.
            UsageError: a URL that cannot be used.
        """
        found = os.environ if environment is None else environment
        return cls(
            site=site,
            tokens=find_tokens(variables=(), files=(), environment=found, read_stdin=lambda: b""),
            hub_url=found.get("MSCONFIG_HUB_URL") or None,
            inference_url=found.get("MSCONFIG_INFERENCE_URL") or None,
            trust_environment=True,
        )

    @property
    def is_offline(self) -> bool:
        """Whether recorded facts answer instead of ModelScope."""
        return self.snapshot is not None

    @property
    def endpoints(self) -> Endpoints:
        """Where requests go."""
        return Endpoints.of(self.site, hub_url=self.hub_url, inference_url=self.inference_url)

    @property
    def recorded(self) -> datetime | None:
        """When the facts were recorded; None online."""
        return self.snapshot.recorded if self.snapshot else None

    @property
    def recorded_served(self) -> frozenset[str]:
        """Ids that ModelScope served when the facts were recorded; empty online."""
        return self.snapshot.served() if self.snapshot else frozenset()

    @property
    def recorded_ids(self) -> frozenset[str]:
        """Ids that recorded facts know: those of the snapshot in use, and of the bundled one."""
        bundled = _bundled(Site.CN)
        return frozenset(
            each
            for facts in (bundled, self.snapshot or bundled)
            for each in (*facts.models, *(facts.catalogue or ()))
        )

    @property
    def recorded_kinds(self) -> dict[str, Kind]:
        """Kinds by id, from the bundled snapshot and from the one in use.

        An id has the same weights on both sites, so what cn recorded holds for ai.
        """
        kinds = _bundled(Site.CN).kinds()
        return kinds | self.snapshot.kinds() if self.snapshot else kinds

    @contextmanager
    def connect(self) -> Iterator[ModelScope]:
        """A client for as long as the context lasts.

        Raises:
            UsageError: proxy or certificate variables that cannot be used.
        """
        from msconfig.modelscope.client import ModelScope  # noqa: PLC0415 - loads httpx

        secrets = [token.secret for token in self.tokens]
        with self.http(self.endpoints.hub, self.endpoints.inference) as http:
            if self.snapshot is None:
                yield ModelScope(self.endpoints, http, secrets=secrets)
            else:
                facts = self.snapshot
                yield ModelScope(
                    self.endpoints,
                    http,
                    now=lambda: facts.recorded,
                    recorded_calls=facts.calls(),
                )

    @contextmanager
    def http(self, *urls: str) -> Iterator[Http]:
        """The HTTP client alone.

        Args:
            urls: bases of what will be asked.

        Raises:
            UsageError: a proxy or certificate variable that concerns one of them cannot be used.
        """
        http = self._online(urls) if self.snapshot is None else _offline(self.snapshot)
        try:
            yield http
        finally:
            http.close()

    def _online(self, urls: Iterable[str]) -> Http:
        from msconfig.modelscope.http_client import HttpClient  # noqa: PLC0415 - loads httpx

        return HttpClient(
            timeout=self.timeout,
            retries=self.retries,
            concurrency=max(self.concurrency, self.probe_pace.at_once),
            trust_environment=self.trust_environment,
            urls=urls,
        )


def _offline(facts: Snapshot) -> Http:
    from msconfig.mock.handler import MockModelScope  # noqa: PLC0415 - only offline
    from msconfig.mock.offline import OfflineClient  # noqa: PLC0415 - only offline

    return OfflineClient(MockModelScope(facts))
