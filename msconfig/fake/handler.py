"""A pretend ModelScope: a request in, a reply in ModelScope's own shape out. Pure.

It answers from a `Snapshot`. A source that was not recorded for a model answers as an outage
(503); an id that the snapshot does not hold at all answers as one that does not exist. A reply that
rests on anything but a reading says so in the header `msconfig-note`, which ModelScope itself never
sends.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from urllib.parse import parse_qs

from msconfig.fake.snapshot import RecordedModel, Snapshot

__all__ = ["NOTE_HEADER", "FakeModelScope", "Request", "Response"]

NOTE_HEADER = "msconfig-note"

_REQUEST_ID = "00000000-0000-4000-8000-000000000000"
_OPENAPI_MODEL = re.compile(r"/openapi/v1/models/([^/]+/[^/]+)")
_OLDER_MODEL = re.compile(r"/api/v1/models/([^/]+/[^/]+)")


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Names in lower case."""

    @property
    def token(self) -> str:
        """The Bearer token, or ""."""
        scheme, _, value = self.headers.get("authorization", "").partition(" ")
        return value.strip() if scheme.lower() == "bearer" else ""


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of_json(cls, status: int, body: object, note: str = "") -> Response:
        """A JSON reply, with a note on where the fact comes from if there is one."""
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if note:
            headers[NOTE_HEADER] = note
        return cls(status, json.dumps(body, ensure_ascii=False).encode(), headers)


@dataclass(frozen=True, slots=True)
class FakeModelScope:
    """Hub and inference of one site, under their true paths.

    Args:
        snapshot: the facts to answer from.
        tokens: the tokens that the hub knows; every other one is rejected where ModelScope checks.
    """

    snapshot: Snapshot
    tokens: frozenset[str] = frozenset()

    def __call__(self, request: Request) -> Response:
        """The reply to `request`."""
        if request.method not in {"GET", "HEAD"}:
            return _not_found()
        path = request.path
        if path == "/v1/models":
            return self._catalogue()
        if path == "/openapi/v1/users/me":
            return self._users_me(request)
        if path == "/api/v1/inference/list_model_providers":
            wanted = parse_qs(request.query).get("ModelId", [""])[0]
            return self._list_model_providers(wanted)
        if match := _OPENAPI_MODEL.fullmatch(path):
            return self._openapi_model(match[1])
        if match := _OLDER_MODEL.fullmatch(path):
            return self._older_model(match[1])
        return _not_found()

    def _recorded(self, model_id: str) -> RecordedModel:
        return self.snapshot.models.get(model_id, RecordedModel())

    def _catalogue(self) -> Response:
        """Open to everybody, whatever token is sent. `owned_by` and `created` are placeholders."""
        if self.snapshot.catalogue is None:
            return _outage()
        rows = [
            {"id": each, "object": "", "owned_by": "system", "created": 0}
            for each in self.snapshot.catalogue
        ]
        return Response.of_json(HTTPStatus.OK, {"object": "list", "data": rows})

    def _users_me(self, request: Request) -> Response:
        if request.token not in self.tokens:
            return Response.of_json(
                HTTPStatus.UNAUTHORIZED,
                {
                    "success": False,
                    "code": "InvalidAuthentication",
                    "message": "Invalid authentication, please check your Authorization header",
                    "request_id": _REQUEST_ID,
                },
            )
        data = {"username": "tester", "nickname": "tester", "email": "tester@example.test"}
        return Response.of_json(
            HTTPStatus.OK, {"success": True, "data": data, "request_id": _REQUEST_ID}
        )

    def _list_model_providers(self, model_id: str) -> Response:
        """500 for an id that does not exist; its body is not known, ours is empty JSON."""
        if not self.snapshot.holds(model_id):
            return Response.of_json(HTTPStatus.INTERNAL_SERVER_ERROR, {}, self._not_held())
        recorded = self._recorded(model_id)
        if recorded.look_up is None:
            if recorded.hub is not None and not recorded.hub.exists:
                return Response.of_json(HTTPStatus.INTERNAL_SERVER_ERROR, {})
            return _outage()
        rows = [dict(row) for row in recorded.look_up.providers]
        return Response.of_json(
            HTTPStatus.OK,
            {
                "Code": 200,
                "Data": {"Providers": rows or None, "TotalCount": len(rows)},
                "Success": True,
            },
            self._derived(recorded.look_up.derived),
        )

    def _openapi_model(self, model_id: str) -> Response:
        hub = self._recorded(model_id).hub
        if hub is None and self.snapshot.holds(model_id):
            return _outage()
        if hub is None or not hub.exists:
            return Response.of_json(
                HTTPStatus.NOT_FOUND,
                {
                    "success": False,
                    "code": "ResourceNotFound",
                    "message": f"Resource not found: model {model_id}",
                    "request_id": _REQUEST_ID,
                },
                self._not_held() if hub is None else "",
            )
        return Response.of_json(
            HTTPStatus.OK,
            {
                "success": True,
                "request_id": _REQUEST_ID,
                "data": {
                    "id": model_id,
                    "display_name": model_id.partition("/")[2],
                    "tasks": list(hub.tasks),
                    "private": hub.private,
                    "gated": hub.gated,
                },
            },
            self._derived(hub.derived),
        )

    def _older_model(self, model_id: str) -> Response:
        hub = self._recorded(model_id).hub
        if hub is None and self.snapshot.holds(model_id):
            return _outage()
        if hub is None or not hub.exists:
            return Response.of_json(
                HTTPStatus.NOT_FOUND,
                {
                    "Code": 10010205001,
                    "Message": "获取模型信息失败，信息：record not found",
                    "RequestId": _REQUEST_ID,
                    "Success": False,
                },
                self._not_held() if hub is None else "",
            )
        tasks = [{"Name": task} for task in hub.tasks]
        return Response.of_json(
            HTTPStatus.OK,
            {"Code": 200, "Data": {"Tasks": tasks, "SupportInference": ""}, "Success": True},
            self._derived(hub.derived),
        )

    def _not_held(self) -> str:
        return f"not in the snapshot of {self.snapshot.recorded:%Y-%m-%d}"

    @staticmethod
    def _derived(how: str) -> str:
        return f"derived: {how}" if how else ""


def _outage() -> Response:
    """What a source that was not recorded answers."""
    return Response.of_json(
        HTTPStatus.SERVICE_UNAVAILABLE,
        {
            "success": False,
            "code": "ServiceUnavailable",
            "message": "Service unavailable",
            "request_id": _REQUEST_ID,
        },
        "not recorded",
    )


def _not_found() -> Response:
    return Response(
        HTTPStatus.NOT_FOUND, b"404 page not found", {"Content-Type": "text/plain; charset=utf-8"}
    )
