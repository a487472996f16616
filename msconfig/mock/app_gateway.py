"""Cherry Studio's API Gateway, in front of the mock ModelScope: ``msconfig mock --app``.

Routes, statuses and fields are those of desktop 2.1; what differs in version 1 is said. A call goes
on to the mock ModelScope with the token of the scenario's first account, as the app would send it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from msconfig.mock.messages import Request, Response
from msconfig.mock.scenario import AppProvider
from msconfig.mock.state import CREATED, MockState

__all__ = ["AppGateway"]


class AppGateway:
    """Handler of requests to the gateway.

    Args:
        state: scenario and facts.
        modelscope: answers the calls.
    """

    def __init__(self, state: MockState, modelscope: Callable[[Request], Response]) -> None:
        self._state = state
        self._app = state.scenario.app
        self._modelscope = modelscope

    def __call__(self, request: Request) -> Response:
        """The reply to `request`."""
        match request.method, request.path:
            case "GET", "/health":
                body = {"status": "ok", "timestamp": "2026-10-07T10:00:00.000Z", "version": "1.0.0"}
                return Response.of_json(HTTPStatus.OK, body)
            case ("GET", "/v1/models") | ("POST", "/v1/chat/completions"):
                return self._authorized(request)
            case _:
                return Response.of_json(HTTPStatus.NOT_FOUND, {"error": "Not Found"})

    def _authorized(self, request: Request) -> Response:
        if not request.token:
            error = {"error": "Unauthorized: missing credentials"}
            return Response.of_json(HTTPStatus.UNAUTHORIZED, error)
        if request.token != self._app.key:
            return Response.of_json(HTTPStatus.FORBIDDEN, {"error": "Forbidden"})
        return self._models(request) if request.method == "GET" else self._call(request)

    def _models(self, request: Request) -> Response:
        """One page; all that follow `offset` where there is no `limit`."""
        rows = [
            _row(provider, model_id)
            for provider in self._app.providers
            if provider.enabled
            for model_id in self._ids(provider)
        ]
        try:
            offset = int(request.parameter("offset", "0"))
            limit = int(request.parameter("limit", str(max(1, len(rows)))))
        except ValueError:
            offset = limit = -1
        if offset < 0 or limit < 1:
            return _failure(HTTPStatus.BAD_REQUEST, "Invalid query", "invalid_parameters")
        body: dict[str, Any] = {"object": "list", "data": rows[offset : offset + limit]}
        if self._app.version == 1 and request.query:
            body |= {"total": len(rows), "offset": offset, "limit": limit}
        return Response.of_json(HTTPStatus.OK, body)

    def _call(self, request: Request) -> Response:
        body = request.json() or {}
        provider_id, _, model_id = str(body.get("model", "")).partition(":")
        provider = next((each for each in self._app.providers if each.id == provider_id), None)
        if provider is None or not provider.enabled:
            words = f"Provider '{provider_id}' not found or not enabled"
            return _failure(HTTPStatus.BAD_REQUEST, words, "provider_not_found")
        if model_id not in self._ids(provider):
            words = f"Model '{model_id}' not available in provider '{provider_id}'"
            return _failure(HTTPStatus.BAD_REQUEST, words, "model_not_available")
        token = self._state.scenario.accounts[0].token
        return self._modelscope(
            replace(
                request,
                headers={"authorization": f"Bearer {token}"},
                body=json.dumps({**body, "model": model_id}).encode(),
            )
        )

    def _ids(self, provider: AppProvider) -> tuple[str, ...]:
        return self._state.facts.catalogue or () if provider.models is None else provider.models


def _row(provider: AppProvider, model_id: str) -> Mapping[str, object]:
    return {
        "id": f"{provider.id}:{model_id}",
        "object": "model",
        "created": CREATED,
        "owned_by": provider.id,
    }


def _failure(status: int, message: str, code: str) -> Response:
    error = {"message": message, "type": "invalid_request_error", "code": code}
    return Response.of_json(status, {"error": error})
