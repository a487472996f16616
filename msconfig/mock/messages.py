"""A request and a response, as the pretend ModelScope sees them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs

from msconfig.modelscope.facts import NOTE_HEADER
from msconfig.parsing import NotJson, loads

__all__ = ["DERIVED", "Request", "Response"]

DERIVED = "derived: "
"""How a note begins on a fact that was concluded and not read."""

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


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

    def parameter(self, name: str, default: str = "") -> str:
        """The first value of `name` in the query."""
        return parse_qs(self.query).get(name, [default])[0]

    def json(self) -> dict[str, Any] | None:
        """The body, where it is a JSON object."""
        try:
            value = loads(self.body)
        except NotJson:
            return None
        return value if isinstance(value, dict) else None


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: _NO_HEADERS)

    @classmethod
    def of_json(
        cls, status: int, body: object, note: str = "", headers: Mapping[str, str] = _NO_HEADERS
    ) -> Response:
        """A JSON reply, with a note on what it rests on if there is one."""
        more = {NOTE_HEADER: note} if note else {}
        content_type = {"Content-Type": "application/json; charset=utf-8"}
        encoded = json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace")
        return cls(status, encoded, {**content_type, **headers, **more})

    @classmethod
    def of_events(cls, events: str, headers: Mapping[str, str] = _NO_HEADERS) -> Response:
        """A stream of server-sent events."""
        return cls(200, events.encode(), {"Content-Type": "text/event-stream", **headers})
