"""Cherry Studio's API Gateway (in version 1: API Server), which lists the models that the app has.

It runs on the machine of the app, off by default. It lists the models of the providers that are
switched on, as ``provider:model``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto
from http import HTTPStatus

from msconfig.modelscope.http_interface import Deadline, Failure, Http, Reply
from msconfig.parsing import NotJson, loads
from msconfig.tokens import Secret

__all__ = ["DEFAULT_URL", "Gateway", "Instead", "KeyRefused", "NoGateway", "ids_of"]

DEFAULT_URL = "http://127.0.0.1:23333"
PAGE_ROWS = 100
_MOST_PAGES = 200
_SECONDS = 25.0
"""For one request, with its tries."""


class Instead(Enum):
    """What is found in place of the gateway and its list."""

    NOTHING = auto()
    ANOTHER_SERVICE = auto()
    NO_LIST = auto()
    """The gateway, which answers with an error when its list is requested."""


@dataclass(frozen=True, slots=True)
class NoGateway:
    """Nothing answers as the gateway does."""

    instead: Instead
    status: int | None = None
    """The HTTP status of the reply, where that says most about it."""


@dataclass(frozen=True, slots=True)
class KeyRefused:
    """The gateway does not take the key."""


class Gateway:
    """Client of the gateway.

    Args:
        url: where it listens, without a slash at the end.
        http: the HTTP client.
        key: as the app shows it. It is sent only to what answers as the gateway does.
    """

    def __init__(self, url: str, http: Http, key: Secret) -> None:
        self._url = url
        self._http = http
        self._key = key
        http.hide([key])

    def models(self) -> tuple[str, ...] | KeyRefused | NoGateway:
        """The ids of all models, as ``provider:model`` (``GET /v1/models``, page by page)."""
        health = _object(self._get("/health"))
        if isinstance(health, NoGateway):
            return health
        if health.get("status") != "ok":
            return _SOMETHING_ELSE
        found: dict[str, None] = {}
        for number in range(_MOST_PAGES):
            page = self._page(number * PAGE_ROWS)
            if not isinstance(page, tuple):
                return page
            before = len(found)
            found |= dict.fromkeys(page)
            if len(page) < PAGE_ROWS or len(found) == before:
                break  # the last one, or an app that knows no pages
        return tuple(found)

    def _page(self, offset: int) -> tuple[str, ...] | KeyRefused | NoGateway:
        params = {"offset": str(offset), "limit": str(PAGE_ROWS)}
        reply = self._get("/v1/models", params, self._key)
        if isinstance(reply, Reply) and reply.status in _REFUSALS:
            return KeyRefused()
        body = _object(reply)
        if isinstance(body, NoGateway):
            return replace(body, instead=Instead.NO_LIST) if body.status else body
        rows = body.get("data")
        if not isinstance(rows, list):
            return _SOMETHING_ELSE
        ids = (_id(row) for row in rows if isinstance(row, dict))
        return tuple(each for each in ids if each is not None)

    def _get(
        self, path: str, params: dict[str, str] | None = None, key: Secret | None = None
    ) -> Reply | Failure:
        deadline = Deadline(_SECONDS, self._http.pacing)
        return self._http.get(f"{self._url}{path}", deadline=deadline, params=params, token=key)


_REFUSALS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_SOMETHING_ELSE = NoGateway(Instead.ANOTHER_SERVICE)


def _id(row: dict[str, object]) -> str | None:
    """The id of a row, with the provider's own id in front of it.

    In version 1 a provider may be given another name there; `provider` still has its id, by which
    calls find it too.
    """
    provider, model_id = row.get("provider"), row.get("provider_model_id")
    if isinstance(provider, str) and isinstance(model_id, str):
        return f"{provider}:{model_id}"
    given = row.get("id")
    return given if isinstance(given, str) else None


def _object(reply: Reply | Failure) -> dict[str, object] | NoGateway:
    if isinstance(reply, Failure):
        return _SOMETHING_ELSE if reply.is_answered else NoGateway(Instead.NOTHING)
    if reply.status != HTTPStatus.OK:
        return NoGateway(Instead.ANOTHER_SERVICE, reply.status)
    try:
        body = loads(reply.body)
    except NotJson:
        return _SOMETHING_ELSE
    return body if isinstance(body, dict) else _SOMETHING_ELSE


def ids_of(provider: str, listed: tuple[str, ...]) -> Iterator[str]:
    """The ids in `listed` that belong to `provider`, without it."""
    for each in listed:
        owner, colon, model_id = each.partition(":")
        if colon and owner == provider:
            yield model_id
