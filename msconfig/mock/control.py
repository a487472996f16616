"""The control API of the mock, for programs that are not Python: ``/__mock/…`` on the same port."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Protocol

from msconfig.mock.messages import Request, Response
from msconfig.mock.scenario import Scenario
from msconfig.parsing import NotJson, NotToml, loads, loads_toml
from msconfig.problems import Problem
from msconfig.schemas import schema_problems
from msconfig.tokens import Secret, without_tokens

__all__ = ["PREFIX", "Controlled", "control"]

PREFIX = "/__mock/"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "x-api-key", "cookie"})


class Controlled(Protocol):
    """The parts of `msconfig.mock.mock.Mock` that the control API uses."""

    @property
    def requests(self) -> Sequence[Request]:
        """The requests since the last `use` or `reset`."""

    def use(self, scenario: Scenario) -> None:
        """Begin anew with a scenario."""

    def reset(self) -> None:
        """Begin anew with the scenario of the start."""


def control(mock: Controlled, request: Request) -> Response:
    """The reply to a request of the control API.

    A page in a browser must not use it: 403 for a `Host` that is not loopback, as after DNS
    rebinding, and for any `Origin`.
    """
    host = request.headers.get("host", "").lower()
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    if name not in _LOOPBACK:
        return _refused(HTTPStatus.FORBIDDEN, "only with a Host of this machine, e.g. localhost")
    if "origin" in request.headers:
        return _refused(HTTPStatus.FORBIDDEN, "not for pages in a browser: without Origin")
    method, answer = _ROUTES.get(request.path, ("", _unknown))
    if method and request.method != method:
        return _refused(HTTPStatus.METHOD_NOT_ALLOWED, f"only {method}", {"Allow": method})
    return answer(mock, request)


def _requests(mock: Controlled, _request: Request) -> Response:
    rows = [_row(each) for each in mock.requests]
    return Response.of_json(HTTPStatus.OK, {"requests": rows})


def _scenario(mock: Controlled, request: Request) -> Response:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        match content_type:
            case "application/json":
                value = loads(request.body, unique_keys=True)
            case "application/toml":
                value = loads_toml(request.body)
            case _:
                message = "Content-Type has to be application/json or application/toml"
                return _refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, message)
    except (NotJson, NotToml) as error:
        return _invalid([Problem("$", str(error))])
    problems = schema_problems(value, "scenario")
    if problems:
        return _invalid(problems)
    mock.use(Scenario.of(value))
    return Response(HTTPStatus.NO_CONTENT, b"")


def _reset(mock: Controlled, _request: Request) -> Response:
    mock.reset()
    return Response(HTTPStatus.NO_CONTENT, b"")


def _unknown(_mock: Controlled, _request: Request) -> Response:
    return _refused(HTTPStatus.NOT_FOUND, f"only {', '.join(_ROUTES)}")


_ROUTES: Mapping[str, tuple[str, Callable[[Controlled, Request], Response]]] = {
    f"{PREFIX}requests": ("GET", _requests),
    f"{PREFIX}scenario": ("PUT", _scenario),
    f"{PREFIX}reset": ("POST", _reset),
}


def _row(request: Request) -> dict[str, Any]:
    """A request, with fingerprints in place of tokens."""
    text = request.without_token(request.body.decode("utf-8", "replace"))
    try:
        body = loads(text)
    except NotJson:
        body = text
    return {
        "method": request.method,
        "path": request.without_token(request.path),
        "query": request.without_token(request.query),
        "headers": {name: _header(request, name) for name in request.headers},
        "body": body,
    }


def _header(request: Request, name: str) -> str:
    value = request.headers[name]
    if name not in _SECRET_HEADERS:
        return request.without_token(value)
    scheme, _, token = value.partition(" ")
    shown = token.strip() if scheme.lower() == "bearer" else value.strip()
    return Secret(shown, keep=False).fingerprint


def _invalid(problems: Sequence[Problem]) -> Response:
    rows = [{"place": each.path, "reason": without_tokens(each.message)} for each in problems]
    body = {"error": {"message": "not a scenario", "problems": rows}}
    return Response.of_json(HTTPStatus.BAD_REQUEST, body)


def _refused(
    status: HTTPStatus, message: str, headers: Mapping[str, str] | None = None
) -> Response:
    return Response.of_json(status, {"error": {"message": message}}, headers or {})
