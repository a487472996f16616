"""Access control of the mock's API-Inference: token, account, request, model, quota."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeAlias

from msconfig.mock.messages import Request, Response
from msconfig.mock.scenario import Behaviour, behaviours
from msconfig.mock.state import REQUEST_ID, MockState

__all__ = ["BAD_TOKEN", "Call", "Check", "Refusal", "authorize", "refusal_response"]

BAD_TOKEN = "Authentication failed, please make sure that a valid ModelScope token is supplied."  # noqa: S105 - a message
_NOT_BOUND = "Please bind your Alibaba Cloud account before use."
_NOT_VERIFIED = (
    "To use API-Inference, please make sure your associated Aliyun account is real-name verified."
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """The error that answers a call which is not served."""

    status: int
    message: str
    code: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A call that is served, or `refusal`."""

    model_id: str
    body: dict[str, Any]
    headers: dict[str, str]
    refusal: Refusal | None = None
    empty: bool = False


Check: TypeAlias = Callable[[Request, dict[str, Any]], Refusal | None]
"""Refuses a request of a form that its route does not take, or gives None."""


def authorize(state: MockState, request: Request, unless: Check | None = None) -> Call:
    """The call, or why it is refused: token, account, request, model, quota, in that order."""
    body = request.json() or {}
    name = body.get("model")
    model_id = name if isinstance(name, str) else ""
    account = state.accounts.find(request.token)
    if account is None:
        return Call(model_id, body, {}, Refusal(HTTPStatus.UNAUTHORIZED, BAD_TOKEN))
    within_quota = state.accounts.count_call(account, model_id)
    headers = dict(state.accounts.rate_limit_headers(account, model_id))
    refusal = None
    if not account.bound:
        refusal = Refusal(HTTPStatus.UNAUTHORIZED, _NOT_BOUND)
    elif not account.verified:
        refusal = Refusal(HTTPStatus.FORBIDDEN, _NOT_VERIFIED)
    elif unless is not None:
        refusal = unless(request, body)
    behaviour = state.behaviour(model_id)
    if refusal is None and behaviour is not None and not _lifted(behaviour, body):
        if behaviour.status == HTTPStatus.OK:
            return Call(model_id, body, headers, empty=True)  # failed on their side: not paid
        message = behaviour.message.replace("{id}", model_id)
        refusal = Refusal(behaviour.status, message, behaviour.code, behaviour.type)
    if refusal is None and not within_quota:
        refusal = _spent("day_quota_spent", model_id)
    if refusal is None and not state.accounts.charge(account, state.cost(model_id)):
        refusal = _spent("magicubes_spent", model_id)
    return Call(model_id, body, headers, refusal)


def _lifted(behaviour: Behaviour, body: dict[str, Any]) -> bool:
    return behaviour.unless == "streaming" and body.get("stream") is True


def _spent(name: str, model_id: str) -> Refusal:
    row = behaviours()[name]
    return Refusal(row.status, row.message.replace("{id}", model_id), row.code, row.type)


def refusal_response(state: MockState, call: Call, of_this_route: str) -> Response:
    """An error in the envelope of the scenario."""
    envelope = state.scenario.envelope
    if envelope == "mixed":
        envelope = of_this_route
    refusal = call.refusal or Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "")
    inner: dict[str, Any] = {"message": refusal.message}
    inner |= {"code": refusal.code} if refusal.code else {}
    inner |= {"type": refusal.type, "param": None} if refusal.type else {}
    body: dict[str, Any] = {envelope: inner}
    place = inner if state.scenario.request_id == "inside" else body
    place["request_id"] = REQUEST_ID
    return Response.of_json(refusal.status, body, headers=call.headers)
