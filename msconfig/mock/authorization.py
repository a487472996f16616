"""Access control of the mock's API-Inference: token, account, body, model, quota."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, TypeAlias

from msconfig.mock.messages import Request, Response
from msconfig.mock.scenario import Account, Behaviour, ErrorReply, Reply, behaviours
from msconfig.mock.state import REQUEST_ID, MockState
from msconfig.modelscope.sites import Site
from msconfig.parsing import NotJson

__all__ = ["BAD_TOKEN", "BodyCheck", "Call", "Refusal", "authorize", "refusal_response"]

BAD_TOKEN = "Authentication failed, please make sure that a valid ModelScope token is supplied."  # noqa: S105 - a message
_NOT_BOUND = {
    Site.CN: "Please bind your Alibaba Cloud account before use.",
    Site.AI: (
        "Please bind your Alibaba Cloud account before use. You can bind it at:\n"
        "https://modelscope.ai/my/settings/account"
    ),
}
_NOT_VERIFIED = (
    "To use API-Inference, please make sure your associated Aliyun account is real-name verified. "
)
_NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Refusal:
    """The error that answers a call which is not served."""

    status: int
    message: str
    """Without one the reply has no body."""
    code: str | None = None
    type: str | None = None

    @classmethod
    def of_reply(cls, error: ErrorReply) -> Refusal:
        """The error of a scenario's reply."""
        return cls(error.status, error.message, error.code, error.type)

    @classmethod
    def of(cls, behaviour: Behaviour, model_id: str) -> Refusal:
        """The error of a behaviour, about `model_id`."""
        message = behaviour.message.replace("{id}", model_id)
        message = message.replace("{name}", model_id.rpartition("/")[2])
        return cls(behaviour.status, message, behaviour.code, behaviour.type)


@dataclass(frozen=True, slots=True)
class Call:
    """A call that is served, or `refusal`."""

    model_id: str = ""
    body: Mapping[str, Any] = field(default_factory=lambda: _NONE)
    headers: Mapping[str, str] = field(default_factory=lambda: _NONE)
    refusal: Refusal | None = None
    scripted: Reply | None = None
    """The scenario's reply to it."""
    empty: bool = False
    """Whether the reply has no content, as in the behaviour ``empty``."""

    seconds: float = 0.0
    """Time that the call takes."""

    def reply(self, body: object, status: int = HTTPStatus.OK) -> Response:
        """The JSON reply to this call."""
        return Response.of_json(status, body, headers=self.headers).after(self.seconds)

    def stream(self, events: str, event_delay: float = 0.0) -> Response:
        """The reply to this call as a stream of events."""
        reply = Response.of_events(events, self.headers, event_delay)
        return reply.after(self.seconds)


BodyCheck: TypeAlias = Callable[[Request, Mapping[str, Any]], str]
"""Gives the message of a 400 for a request that its route does not take, or an empty one."""


def authorize(state: MockState, request: Request, check: BodyCheck) -> Call:
    """The call, with its refusal if there is one: by token, account, body, pace, model, quota.

    The messages about a body are ours; none was recorded.
    """
    account = state.accounts.find(request.token)
    if account is None:
        return Call(refusal=Refusal(HTTPStatus.UNAUTHORIZED, BAD_TOKEN))
    refusal = _of_account(state, account)
    if refusal is not None:
        return Call(refusal=refusal)
    try:
        body = request.object()
    except NotJson as error:
        return Call(refusal=Refusal(HTTPStatus.BAD_REQUEST, f"The request body is {error}"))
    name = body.get("model")
    model_id = name if isinstance(name, str) else ""
    problem = check(request, body)
    if problem:
        return Call(model_id, body, refusal=Refusal(HTTPStatus.BAD_REQUEST, problem))
    if not state.pace.start(account.token):
        too_fast = Refusal.of(behaviours()["limit_burst_rate"], model_id)
        return Call(model_id, body, refusal=too_fast)
    call = Call(model_id, body, seconds=state.pace.call_seconds)
    return _of_model(state, request, account, call)


def _of_account(state: MockState, account: Account) -> Refusal | None:
    if not account.bound:
        return Refusal(HTTPStatus.UNAUTHORIZED, _NOT_BOUND[state.facts.site])
    if not account.verified:
        return Refusal(HTTPStatus.FORBIDDEN, _NOT_VERIFIED)
    return None


def _of_model(state: MockState, request: Request, account: Account, call: Call) -> Call:
    model_id, body = call.model_id, call.body
    within_quota = state.accounts.count_call(account, model_id)
    headers = state.accounts.rate_limit_headers(account, model_id)
    scripted = state.reply(model_id, body)
    if scripted is not None and scripted.error is not None:
        if scripted.error.retry_after is not None:
            headers = {**headers, "Retry-After": str(scripted.error.retry_after)}
        return replace(call, refusal=Refusal.of_reply(scripted.error), headers=headers)
    behaviour = None if scripted else state.behaviour(model_id, request.path)
    if behaviour is not None and not _lifted(behaviour, body):
        if behaviour.status == HTTPStatus.OK:
            return replace(call, headers=headers, empty=True)  # failed on their side: not paid
        return replace(call, headers=headers, refusal=Refusal.of(behaviour, model_id))
    refusal = None
    if not within_quota:
        refusal = Refusal.of(behaviours()["day_quota_spent"], model_id)
    elif not state.accounts.charge(account, state.cost(model_id)):
        refusal = Refusal.of(behaviours()["magicubes_spent"], model_id)
    return replace(call, headers=headers, refusal=refusal, scripted=scripted)


def _lifted(behaviour: Behaviour, body: Mapping[str, Any]) -> bool:
    return behaviour.unless == "streaming" and body.get("stream") is True


def refusal_response(state: MockState, call: Call, of_this_route: str) -> Response:
    """An error in the envelope of the scenario."""
    envelope = state.scenario.envelope
    if envelope == "mixed":
        envelope = of_this_route
    refusal = call.refusal or Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "")
    if not refusal.message:
        plain = {"Content-Type": "text/plain; charset=utf-8"}
        reply = Response(refusal.status, b"", {**plain, **call.headers})
        return reply.after(call.seconds)
    inner: dict[str, Any] = {"message": refusal.message}
    inner |= {"code": refusal.code} if refusal.code else {}
    inner |= {"type": refusal.type, "param": None} if refusal.type else {}
    body: dict[str, Any] = {envelope: inner}
    place = inner if state.scenario.request_id == "inside" else body
    place["request_id"] = REQUEST_ID
    return call.reply(body, refusal.status)
