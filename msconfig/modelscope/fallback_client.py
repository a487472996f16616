"""Client of the fallback provider, Bailian (Alibaba Cloud Model Studio, DashScope).

ModelScope's own guides recommend it when the quota is spent. It is another service with its own
keys; only its model list is requested here.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from urllib.parse import urlsplit

from msconfig import clock
from msconfig.modelscope import _replies
from msconfig.modelscope._redaction import without_secrets
from msconfig.modelscope.facts import Catalogue, NoAnswer, Source, TokenRejected
from msconfig.modelscope.http_interface import Deadline, Failure, Http, Reply
from msconfig.tokens import Secret

SECONDS = 25.0
"""For the model list, retries and waits included."""
_OTHER_PLAN = "sk-sp-"
"""Prefix of keys that belong to another base URL, that of a plan for coding."""
_ID = re.compile(r"[A-Za-z0-9_.-]{1,128}(?:[/:][A-Za-z0-9_.-]{1,128}){0,3}")


def _is_id(text: str) -> bool:
    """Whether `text` has the form of an id at Bailian: bare, or in parts."""
    return _ID.fullmatch(text) is not None


class FallbackClient:
    """Client of a region of Bailian.

    Args:
        base: the base URL, ``/v1/`` at the end.
        http: an HTTP client of its own, so that each client knows only its own secrets.
        key: the API key, which is masked in replies that echo it.
    """

    def __init__(self, base: str, http: Http, key: Secret) -> None:
        self._base = base
        self._http = http
        self._key = key
        http.hide([key])

    def models(self) -> Catalogue | TokenRejected | NoAnswer:
        """The served ids (``GET {base}models``); free, but it needs a valid key."""
        url = f"{self._base}models"
        reply = self._http.get(url, deadline=Deadline(SECONDS, self._http.pacing), token=self._key)
        if isinstance(reply, Reply):
            reply = without_secrets(reply, [self._key])
        source = Source(f"GET {urlsplit(url).path}", clock.utc_now())
        if isinstance(reply, Failure) or reply.status != HTTPStatus.UNAUTHORIZED:
            return _replies.catalogue(reply, source, _is_id)
        words = _replies.invalid_api_key(reply)
        if words is None:  # another 401, perhaps that of a proxy, which does not reject the key
            return _replies.catalogue(reply, source, _is_id)
        if self._key.reveal().startswith(_OTHER_PLAN):
            words = f"{words.rstrip(' .')}; keys that begin with sk-sp- belong to another address"
        return TokenRejected(source, words)
