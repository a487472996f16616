"""Bailian (Alibaba Cloud Model Studio, DashScope): the way out that ModelScope's own guides name.

Another service with its own key; what is asked of it here is its model list alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from msconfig.modelscope import _replies
from msconfig.modelscope._http import Deadline, Failure, HttpClient, Reply
from msconfig.modelscope._redaction import without_echoes
from msconfig.modelscope.facts import Catalogue, NoAnswer, Source, TokenRejected
from msconfig.tokens import Secret

SECONDS = 25.0
"""For the model list, tries and waits included."""
_OTHER_PLAN = "sk-sp-"
"""How keys begin that belong to another base URL (those of a plan for coding)."""


_ID = re.compile(r"[A-Za-z0-9_.-]{1,128}(?:[/:][A-Za-z0-9_.-]{1,128}){0,3}")


def _is_id(text: str) -> bool:
    """Whether `text` has the form of an id at Bailian: bare, or in parts."""
    return _ID.fullmatch(text) is not None


def _utc_now() -> datetime:
    return datetime.now(UTC)


class FallbackClient:
    """A region of Bailian, asked over `http`.

    Args:
        base: where to ask, ``/v1/`` at the end.
        http: how to ask; used for nothing else, so that each client knows its own secrets.
        key: what it is asked with; a reply that echoes it is masked before anybody sees it.
        now: when a fact is observed.
    """

    def __init__(
        self, base: str, http: HttpClient, key: Secret, *, now: Callable[[], datetime] = _utc_now
    ) -> None:
        self._base = base
        self._http = http
        self._key = key
        http.hide([key])
        self._now = now

    def models(self) -> Catalogue | TokenRejected | NoAnswer:
        """The ids that are served (``GET {base}models``); free, and answered only to a good key."""
        url = f"{self._base}models"
        reply = self._http.get(url, deadline=Deadline(SECONDS, self._http.pacing), token=self._key)
        if isinstance(reply, Reply):
            reply = without_echoes(reply, [self._key])
        source = Source(f"GET {urlsplit(url).path}", self._now())
        if isinstance(reply, Failure) or reply.status != HTTPStatus.UNAUTHORIZED:
            return _replies.catalogue(reply, source, _is_id)
        words = _replies.invalid_api_key(reply)
        if words is None:  # somebody else's 401, a proxy's perhaps
            return _replies.catalogue(reply, source, _is_id)
        if self._key.reveal().startswith(_OTHER_PLAN):
            words = f"{words.rstrip(' .')}; keys that begin with sk-sp- belong to another address"
        return TokenRejected(source, words)
