"""Bailian as the way out: which key, where to ask, and what its list says of a report."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from msconfig.checking.fallback import FallbackRequest, with_fallback
from msconfig.checking.report import Report
from msconfig.errors import TokenError
from msconfig.modelscope.client import HttpClient
from msconfig.modelscope.fallback_client import Bailian, Region, addresses_in, base_url
from msconfig.modelscope.kinds import Kind
from msconfig.settings.loading import FallbackSettings
from msconfig.token_sources import find_tokens
from msconfig.tokens import Secret, Token

__all__ = ["FallbackJob", "prepare_fallback"]


@dataclass(frozen=True, slots=True)
class FallbackJob:
    """What `[fallback]` and the environment come to."""

    request: FallbackRequest
    connect: Callable[[], AbstractContextManager[HttpClient]] | None
    """Opens a client for as long as its context lasts; None where Bailian is not asked."""
    base: str

    def check(self, report: Report) -> Report:
        """`report` with what Bailian's list says, by one request; an interrupted one as it is."""
        if not report.complete:
            return report
        if self.connect is None or self.request.key is None:
            return with_fallback(report, self.request, None)
        with self.connect() as http:
            fact = Bailian(self.base, http, self.request.key.secret).models()
        return with_fallback(report, self.request, fact)


def prepare_fallback(
    told: FallbackSettings,
    tokens: Sequence[Token],
    *,
    connect: Callable[[], AbstractContextManager[HttpClient]] | None,
    no_token: bool,
) -> FallbackJob:
    """Settle what is to be asked of Bailian, before any request.

    Args:
        told: what the settings say.
        tokens: ModelScope's, none of which may go to Bailian.
        connect: opens a client; None offline.
        no_token: whether no key is to be read at all.

    Raises:
        TokenError: there is no key, or what is there cannot be one of Bailian's.
        UsageError: `MSCONFIG_FALLBACK_URL` cannot be used.
    """
    region = Region(told.region)
    key = None if no_token else _key(told.token_env, {each.secret for each in tokens})
    if key is None and connect is not None and not no_token:
        raise TokenError(
            f"no key for the fallback: set {told.token_env} (you make one at"
            f" {addresses_in(region).key_page}), or leave [fallback] out of the settings, or give"
            " --no-token to check the models alone"
        )
    return FallbackJob(
        FallbackRequest(
            region,
            told.located_ids,
            key,
            {each.id: Kind(each.kind) for each in told.models if each.kind},
        ),
        connect,
        base_url(region, os.environ.get("MSCONFIG_FALLBACK_URL") if connect else None),
    )


def _key(variable: str, of_modelscope: set[Secret]) -> Token | None:
    if not os.environ.get(variable, "").strip():
        return None
    (key,) = find_tokens(
        variables=(variable,), files=(), environment=os.environ, read_stdin=lambda: b""
    )
    if key.secret in of_modelscope or key.secret.is_of_modelscope:
        raise TokenError(
            f"{variable} holds a token of ModelScope, which is not sent to Bailian; set it to"
            " Bailian's key (sk-…)"
        )
    return key
