"""Questions about ModelScope itself, and their replies as they come, good or bad."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from msconfig.modelscope._calls import ChatStream
from msconfig.modelscope.client import SECONDS_A_MODEL
from msconfig.modelscope.http_interface import Deadline, Failure, Http, Reply
from msconfig.modelscope.sites import Endpoints
from msconfig.tokens import Secret

__all__ = ["FALSE_TOKEN", "INVENTED", "Bearer", "Question", "Service", "Subject", "ask"]

FALSE_TOKEN = Secret("ms-00000000-0000-4000-8000-000000000000")
"""Has the form of a token, and belongs to no account."""
INVENTED = "msconfig-doctor/no-such-model"
"""An id that does not exist."""


class Service(StrEnum):
    """The two services of a site."""

    HUB = "hub"
    INFERENCE = "inference"


class Bearer(StrEnum):
    """The token that a question is asked with."""

    NONE = "none"
    OWN = "own"
    FALSE = "false"


class Subject(StrEnum):
    """The model that a question is about."""

    NONE = "none"
    LISTED = "listed"
    """In the catalogue."""
    CAPITALS = "capitals"
    """The listed one in capitals."""
    LOWER_CASE = "lower case"
    """The listed one in lower case."""
    RETIRED = "retired"
    """Served once, and listed no more."""
    INVENTED = "invented"
    THINKING = "thinking"
    """Listed, and it reasons before it answers."""
    UNLISTED = "unlisted"
    """Not in the catalogue, and it answered a recorded call."""


@dataclass(frozen=True, slots=True)
class Question:
    """A request, GET without a body and POST with one."""

    service: Service
    path: str
    """``{id}`` is the id of `about`."""
    bearer: Bearer = Bearer.NONE
    about: Subject = Subject.NONE
    params: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    body: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    """Sent with the id as `model`."""
    at_once: int = 1
    """Requests at the same time."""

    @property
    def is_call(self) -> bool:
        """Whether a model is called."""
        return bool(self.body)


def ask(
    question: Question, http: Http, endpoints: Endpoints, model_id: str, token: Secret | None
) -> Reply | Failure:
    """The reply to one request of `question`.

    Args:
        question: what to ask.
        http: how.
        endpoints: where.
        model_id: the id of `Question.about`.
        token: the user's own, which is sent only where the question is to be asked with it.
    """
    bearer = {Bearer.OWN: token, Bearer.FALSE: FALSE_TOKEN}.get(question.bearer)
    base = f"{endpoints.hub}/" if question.service is Service.HUB else endpoints.inference
    url = base + question.path.replace("{id}", model_id)
    if question.is_call:
        body = {"model": model_id, **question.body}
        return http.post_once(url, body, token=bearer or FALSE_TOKEN, enough=ChatStream().feed)
    params = {name: each.replace("{id}", model_id) for name, each in question.params.items()}
    deadline = Deadline(SECONDS_A_MODEL, http.pacing)
    return http.get(url, deadline=deadline, params=params or None, token=bearer)
