"""HTTP requests and responses of the mock ModelScope."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs

from msconfig.modelscope.facts import READ, Provenance
from msconfig.parsing import NotJson, loads
from msconfig.tokens import Secret, without_tokens

__all__ = ["Request", "Response"]

_SHORTEST_TOKEN = 8
"""Characters; masking a shorter one would garble ordinary text."""
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_JSON = json.JSONEncoder(ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=lambda: _NO_HEADERS)
    """Names in lower case."""
    body: bytes = b""

    @property
    def token(self) -> str:
        """The Bearer token, or that of `x-api-key` (Anthropic), or ""."""
        scheme, _, value = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return value.strip()
        return self.headers.get("x-api-key", "").strip()

    def without_token(self, text: str) -> str:
        """`text`, such as a line about the request, without its own token and those of a form."""
        if len(self.token) >= _SHORTEST_TOKEN:
            text = Secret(self.token, keep=False).hidden_in(text)
        return without_tokens(text)

    def parameter(self, name: str, default: str = "") -> str:
        """The first value of `name` in the query."""
        return parse_qs(self.query).get(name, [default])[0]

    def json(self) -> dict[str, Any] | None:
        """The body, where it is a JSON object."""
        try:
            return self.object()
        except NotJson:
            return None

    def object(self) -> dict[str, Any]:
        """The body, a JSON object.

        Raises:
            NotJson: it is none.
        """
        value = loads(self.body)
        if not isinstance(value, dict):
            raise NotJson("not a JSON object")
        return value


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: _NO_HEADERS)
    provenance: Provenance = READ
    """How the facts in it are known. Not part of the reply: on a port it is not sent."""
    seconds: float = 0.0
    """Time that the reply takes on a port."""
    event_delay: float = 0.0
    """Seconds before each event of a stream but the first, on a port."""

    @classmethod
    def of_json(
        cls,
        status: int,
        body: object,
        headers: Mapping[str, str] = _NO_HEADERS,
        provenance: Provenance = READ,
    ) -> Response:
        """A JSON reply."""
        content_type = {"Content-Type": "application/json; charset=utf-8"}
        encoded = _JSON.encode(body).encode("utf-8", "backslashreplace")
        return cls(status, encoded, {**content_type, **headers}, provenance)

    @classmethod
    def of_events(
        cls, events: str, headers: Mapping[str, str] = _NO_HEADERS, event_delay: float = 0.0
    ) -> Response:
        """A stream of server-sent events."""
        content_type = {"Content-Type": "text/event-stream"}
        body = events.encode("utf-8", "backslashreplace")
        return cls(HTTPStatus.OK, body, {**content_type, **headers}, event_delay=event_delay)

    def after(self, seconds: float) -> Response:
        """This reply, `seconds` later."""
        return replace(self, seconds=seconds)
