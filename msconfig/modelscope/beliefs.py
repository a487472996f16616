"""The beliefs about ModelScope that msconfig rests on: a question each, and what its reply shows.

They are in the order in which they are asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType

from msconfig.modelscope._findings import (
    TIERS,
    Context,
    Finding,
    Look,
    absent,
    account,
    balance,
    call,
    catalogue_of,
    described,
    known_rates,
    list_of_ids,
    no_rows,
    not_served,
    refused_token,
    rejection,
    rows_of,
    same_ids,
    served,
    server_error,
    unknown_or_not_served,
)
from msconfig.modelscope._hosts import PASSING
from msconfig.modelscope.facts import CallOutcome
from msconfig.modelscope.http_interface import Failure, Reply
from msconfig.modelscope.questions import Bearer, Question, Service, Subject

__all__ = ["BELIEFS", "TIERS", "Belief", "Context", "Finding", "catalogue_of"]

_PAGE_ROWS = 10


@dataclass(frozen=True, slots=True)
class Belief:
    """A belief, and what depends on it."""

    code: str
    request: str
    must_show: str
    question: Question
    look: Look
    consequence: str
    """What suffers if it has moved, and how to go on until msconfig is mended."""
    known_of_ai: bool = False
    """Whether it is known of site ai as well."""
    expects_500: bool = False
    """Whether a 500 says something, and is no outage."""

    @property
    def paid_calls(self) -> int:
        """Calls that spend quota."""
        is_paid = self.question.is_call and self.question.bearer is Bearer.OWN
        return self.question.at_once if is_paid else 0

    @property
    def needs_token(self) -> bool:
        """Whether it is asked with the user's own token."""
        return self.question.bearer is Bearer.OWN

    def finding(self, reply: Reply | Failure, context: Context) -> Finding:
        """What `reply` shows about it."""
        if isinstance(reply, Failure) or self._is_passing(reply.status):
            return Finding.NO_ANSWER
        return self.look(reply, context)

    def _is_passing(self, status: int) -> bool:
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return not self.question.is_call  # the text of a call's tells more
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            return not self.expects_500
        return status in PASSING or status > HTTPStatus.INTERNAL_SERVER_ERROR


_TASK = "text-generation"
_CHAT = "chat/completions"
_BODY = MappingProxyType(
    {
        "messages": [{"role": "user", "content": "hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 1,
    }
)
_LOOK_UP = "api/v1/inference/list_model_providers"
_MODEL_ID = MappingProxyType({"ModelId": "{id}"})
_ANSWERED = CallOutcome.ANSWERED
_NO_PROVIDER = CallOutcome.NO_PROVIDER
_INVALID = CallOutcome.INVALID_ID


def _hub(path: str, bearer: Bearer = Bearer.NONE) -> Question:
    return Question(Service.HUB, path, bearer)


def _look_up(about: Subject) -> Question:
    return Question(Service.HUB, _LOOK_UP, about=about, params=_MODEL_ID)


def _hub_model(about: Subject) -> Question:
    return Question(Service.HUB, "openapi/v1/models/{id}", about=about)


def _hub_list(task: str) -> Question:
    params = {"filter.task": task, "page_number": "1", "page_size": str(_PAGE_ROWS)}
    return Question(Service.HUB, "openapi/v1/models", params=params)


def _chat(about: Subject, bearer: Bearer = Bearer.OWN, at_once: int = 1) -> Question:
    return Question(Service.INFERENCE, _CHAT, bearer, about, body=_BODY, at_once=at_once)


BELIEFS = (
    Belief(
        code="CATALOGUE",
        request="GET /v1/models, no token",
        must_show="200, a list of IDs",
        question=Question(Service.INFERENCE, "models"),
        look=list_of_ids,
        consequence="`check` cannot see which IDs are listed, so IDs that are not served become"
        " `unverified`, and `models` finds none; use `--offline`, or `--probe` to call the models.",
        known_of_ai=True,
    ),
    Belief(
        code="CATALOGUE_TOKEN",
        request="GET /v1/models, your token",
        must_show="200, the same IDs",
        question=Question(Service.INFERENCE, "models", Bearer.OWN),
        look=same_ids,
        consequence="`check` and `models` read the catalogue without a token, so they miss or"
        " add models of your account; call those with `--probe`.",
        known_of_ai=True,
    ),
    Belief(
        code="CATALOGUE_FALSE",
        request="GET /v1/models, false token",
        must_show="200, the same IDs",
        question=Question(Service.INFERENCE, "models", Bearer.FALSE),
        look=same_ids,
        consequence="The catalogue may soon want a valid token, which `check` and `models` do not"
        " send there; when they can no longer read it, use `--offline`.",
        known_of_ai=True,
    ),
    Belief(
        code="TOKEN_FALSE",
        request="GET /openapi/v1/users/me, false token",
        must_show="401, InvalidAuthentication",
        question=_hub("openapi/v1/users/me", Bearer.FALSE),
        look=rejection,
        consequence="`check` does not notice a rejected token (it is `unverified` or `valid`, and"
        " the exit code not 3); `--probe` shows whether calls accept it.",
        known_of_ai=True,
    ),
    Belief(
        code="TOKEN",
        request="GET /openapi/v1/users/me, your token",
        must_show="200, the name of the account",
        question=_hub("openapi/v1/users/me", Bearer.OWN),
        look=account,
        consequence="`check` reports valid tokens as `unverified` (exit code 4); use `--no-token`"
        " to check models only, and `--probe` to see whether calls accept the token.",
        known_of_ai=True,
    ),
    Belief(
        code="BALANCE",
        request="GET …/magicubes/balance, your token",
        must_show="200, available_balance as a number",
        question=_hub("openapi/v1/magicubes/balance", Bearer.OWN),
        look=balance,
        consequence="`quota` does not know what is left, and neither does `check --probe` before"
        " it spends; keep `--max-cost` small, and see the usage page of the site.",
    ),
    Belief(
        code="RATES",
        request="GET …/magicubes/spend/rates, your token",
        must_show="200, known tiers at known prices",
        question=_hub("openapi/v1/magicubes/spend/rates", Bearer.OWN),
        look=known_rates,
        consequence="Prices have changed, so `--max-cost` of `check --probe` may be counted wrong"
        " where the look-up names none; give it a margin.",
    ),
    Belief(
        code="LOOKUP_LISTED",
        request="GET …/list_model_providers, listed ID",
        must_show="200, ModelScope, its cost in a known tier",
        question=_look_up(Subject.LISTED),
        look=served,
        consequence="`check` cannot confirm models: listed ones pass with the proof `listed` alone,"
        " others become `unverified`, and costs may be unknown; use `--probe`.",
    ),
    Belief(
        code="LOOKUP_RETIRED",
        request="GET …/list_model_providers, retired ID",
        must_show="200, without the provider ModelScope",
        question=_look_up(Subject.RETIRED),
        look=not_served,
        consequence="`check` no longer fails retired models (`not_enabled`, `third_party_only`):"
        " they pass or are `unverified`; `--probe` tells which of them answer.",
    ),
    Belief(
        code="LOOKUP_INVENTED",
        request="GET …/list_model_providers, invented ID",
        must_show="500",
        question=_look_up(Subject.INVENTED),
        look=server_error,
        consequence="`check` reports IDs that do not exist as `not_enabled` or `unverified` in"
        " place of `not_found`; with `--strict` they fail all the same.",
        expects_500=True,
    ),
    Belief(
        code="LOOKUP_CAPITALS",
        request="GET …/list_model_providers, listed ID, capitals",
        must_show="500, or 200 without the provider ModelScope",
        question=_look_up(Subject.CAPITALS),
        look=unknown_or_not_served,
        consequence="`check` may let an ID in another letter case pass as `enabled`, or leave it"
        " `unverified`, in place of `not_found`; `--probe` shows whether calls accept it.",
        expects_500=True,
    ),
    Belief(
        code="HUB_LISTED",
        request="GET /openapi/v1/models/{id}, listed ID",
        must_show="200, that ID with a known task",
        question=_hub_model(Subject.LISTED),
        look=described,
        consequence="`generate`, `apply` and `check --probe` learn no kinds of models, and `check`"
        " does not see private ones; set `kind` in msconfig.toml, or use `--offline`.",
    ),
    Belief(
        code="HUB_INVENTED",
        request="GET /openapi/v1/models/{id}, invented ID",
        must_show="404, ResourceNotFound",
        question=_hub_model(Subject.INVENTED),
        look=absent,
        consequence="`check` reports IDs that do not exist as `unverified` in place of"
        " `not_found`; with `--strict` they fail all the same.",
    ),
    Belief(
        code="HUB_TASK",
        request="GET /openapi/v1/models, task text-generation",
        must_show="200, models of that task alone",
        question=_hub_list(_TASK),
        look=rows_of(_TASK),
        consequence="`models --kind` misses models that the catalogue does not list, such as"
        " images and embeddings; use `models --offline`, and look on the site.",
    ),
    Belief(
        code="HUB_TASK_INVENTED",
        request="GET /openapi/v1/models, invented task",
        must_show="200, no models",
        question=_hub_list("msconfig-no-such-task"),
        look=no_rows,
        consequence="The hub does not filter by task, so `models --kind` looks up far too many"
        " models; use `models --offline`, or narrow the search with `--owner`.",
    ),
    Belief(
        code="CALL_FALSE",
        request="POST /v1/chat/completions, false token",
        must_show="401, the text about a valid token",
        question=_chat(Subject.LISTED, Bearer.FALSE),
        look=refused_token,
        consequence="`check --probe` takes a rejected token for an unknown error of each model,"
        " which stays `unverified`; check the token first, without `--probe`.",
        known_of_ai=True,
    ),
    Belief(
        code="CALL_LISTED",
        request="POST /v1/chat/completions, listed ID, streaming",
        must_show="200, content",
        question=_chat(Subject.LISTED),
        look=call(_ANSWERED),
        consequence="`check --probe` reports models that work as `unverified`; leave it out, and"
        " have the look-up confirm them: `--require confirmed`.",
        known_of_ai=True,
    ),
    Belief(
        code="CALL_INVENTED",
        request="POST /v1/chat/completions, invented ID",
        must_show="400, Invalid model id",
        question=_chat(Subject.INVENTED),
        look=call(_INVALID),
        consequence="`check --probe` reports IDs that do not exist as `unverified`; without"
        " `--probe`, `check` still recognises them.",
    ),
    Belief(
        code="CALL_RETIRED",
        request="POST /v1/chat/completions, retired ID",
        must_show="400, has no provider supported",
        question=_chat(Subject.RETIRED),
        look=call(_NO_PROVIDER),
        consequence="`check --probe` reports retired models as `unverified` in place of `retired`;"
        " without `--probe`, `check` still fails those that are not listed.",
    ),
    Belief(
        code="CALL_CASE",
        request="POST /v1/chat/completions, listed ID, lower case",
        must_show="an answer, or 400 about the ID",
        question=_chat(Subject.LOWER_CASE),
        look=call(_ANSWERED, _INVALID, _NO_PROVIDER),
        consequence="`check --probe` cannot settle whether another letter case works; use the"
        " spelling that `check` suggests.",
    ),
    Belief(
        code="CALL_THINKING",
        request="POST /v1/chat/completions, thinking, one token",
        must_show="200, reasoning, content or a counted token",
        question=_chat(Subject.THINKING),
        look=call(_ANSWERED),
        consequence="`check --probe` reports thinking models that work as `unverified`; leave it"
        " out, and have the look-up confirm them: `--require confirmed`.",
    ),
    Belief(
        code="CALL_UNLISTED",
        request="POST /v1/chat/completions, unlisted ID",
        must_show="200, content",
        question=_chat(Subject.UNLISTED),
        look=call(_ANSWERED),
        consequence="Models that only the look-up names may no longer answer, so `enabled` of an"
        " unlisted ID is worth less; `--require called` with `--probe` proves each.",
    ),
    Belief(
        code="CALLS_AT_ONCE",
        request="POST /v1/chat/completions, four at once",
        must_show="each an answer, or 429",
        question=_chat(Subject.LISTED, at_once=4),
        look=call(_ANSWERED, CallOutcome.THROTTLED),
        consequence="Calls side by side are refused in a way that `check` does not take for a"
        " limit, so models that work may fail; do not use `--probe-concurrency`.",
        known_of_ai=True,
    ),
)
"""In the order in which they are asked; those that spend quota are last."""
