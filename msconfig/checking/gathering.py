"""The facts about models and tokens, read in parallel and with as few requests as they take."""

from __future__ import annotations

import threading
from collections.abc import Container, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Protocol, TypeAlias

from msconfig.checking.concurrency import Piece, in_parallel
from msconfig.checking.verdict import (
    CatalogueFact,
    HubFact,
    LookUpFact,
    ModelFacts,
    depends_on_hub,
    leaves_kind_open,
)
from msconfig.model_ids import ModelId
from msconfig.modelscope.client import Deadline, ModelScope, Postponed
from msconfig.modelscope.facts import Account, HubModel, NoAnswer, Providers, TokenRejected
from msconfig.tokens import Token

__all__ = ["Gathered", "Progress", "TokenFact", "gather", "no_progress"]

TokenFact: TypeAlias = Account | TokenRejected | NoAnswer


class Progress(Protocol):
    """Progress callback."""

    def __call__(self, done: int, total: int, /) -> None:
        """`done` of `total` models have their facts."""


def no_progress(_done: int, _total: int, /) -> None:
    """Progress callback that does nothing."""


@dataclass(slots=True)
class Gathered:
    """The facts that have come in so far."""

    catalogue: CatalogueFact | None = None
    tokens: dict[Token, TokenFact] = field(default_factory=dict)
    models: dict[str, ModelFacts] = field(default_factory=dict)
    """By id as it was given."""


def gather(
    modelscope: ModelScope,
    gathered: Gathered,
    *,
    models: Mapping[str, ModelId],
    tokens: Iterable[Token] = (),
    catalogue: bool,
    of_open_kind: Container[str] = (),
    concurrency: int,
    progress: Progress = no_progress,
) -> None:
    """Make the requests, `concurrency` at a time, and put the answers into `gathered`.

    One request a model (the look-up), one a token, one for the catalogue. The hub gets one where
    the verdict depends on it (`depends_on_hub`), or for the kind; its older API where the hub is
    not clear, or gives no task to a model that may be served and whose kind is wanted. What has
    come in is there even if this is interrupted.

    Args:
        modelscope: the client.
        gathered: takes the answers.
        models: ids by their texts as given.
        tokens: to be checked.
        catalogue: whether to read it; otherwise it is there already, or there are no models.
        of_open_kind: texts of models whose kind the hub is to tell.
        concurrency: requests at a time; 0 makes them in this thread, for a client that need not
            wait for an answer.
        progress: called with how many models have their facts.
    """
    gathering = _Gathering(modelscope, gathered, of_open_kind)
    inquiries = [
        _Inquiry(text, model_id, modelscope.deadline(postpones=True))
        for text, model_id in models.items()
    ]
    work: list[Piece] = [
        *(partial(gathering.check_token, token) for token in tokens),
        *([gathering.read_catalogue] if catalogue else []),
        *(partial(gathering.look_into, inquiry) for inquiry in inquiries),
    ]
    progress(0, len(models))
    while work:
        with closing(in_parallel(work, concurrency)) as ticks:
            for _ in ticks:
                progress(len(gathered.models), len(models))
        work = [partial(gathering.look_into, each) for each in _refused_by_chance(inquiries)]


@dataclass(slots=True, eq=False)
class _Inquiry:
    """The requests about one model, and the answers so far; None where there is none yet."""

    text: str
    model_id: ModelId
    deadline: Deadline
    look_up: LookUpFact | None = None
    hub: HubFact | None = None
    older_hub: HubFact | None = None
    was_postponed: bool = False
    is_last_round: bool = False


_FEW = 5
"""Up to one model in so many may be refused by chance; more, and the host refuses all."""


def _refused_by_chance(inquiries: Sequence[_Inquiry]) -> list[_Inquiry]:
    """The few for which each try met a 429 while the host accepted most; they get another round.

    Of ten thousand ids at a host that refuses every tenth request, ten are refused three times.
    Where nothing is to be tried again (no retries), nothing was postponed either.
    """
    refused = [
        each
        for each in inquiries
        if each.was_postponed and not each.is_last_round and _is_429(each.look_up, each.hub)
    ]
    if len(refused) * _FEW > len(inquiries):
        return []
    for each in refused:
        each.is_last_round = True
        each.look_up = None if _is_429(each.look_up) else each.look_up
        each.hub = None if _is_429(each.hub) else each.hub
    return refused


def _is_429(*facts: LookUpFact | HubFact | None) -> bool:
    """Whether one of `facts` is a refusal for now."""
    return any(
        isinstance(fact, NoAnswer) and fact.status == HTTPStatus.TOO_MANY_REQUESTS for fact in facts
    )


class _Gathering:
    """The pieces of work of a `gather`. Safe to share between threads."""

    def __init__(
        self, modelscope: ModelScope, gathered: Gathered, of_open_kind: Container[str]
    ) -> None:
        self._modelscope = modelscope
        self._gathered = gathered
        self._of_open_kind = of_open_kind
        self._lock = threading.Lock()
        self._waiting: list[_Inquiry] = []
        """Models for which the catalogue decides what is needed."""

    def check_token(self, token: Token) -> None:
        self._gathered.tokens[token] = self._modelscope.users_me(token.secret)

    def read_catalogue(self) -> list[Piece]:
        """Read it, and go on with the models that waited for it."""
        catalogue = self._modelscope.catalogue()
        with self._lock:
            self._gathered.catalogue = catalogue
            return [partial(self.look_into, inquiry) for inquiry in self._waiting]

    def look_into(self, inquiry: _Inquiry) -> list[Piece]:
        """Make the requests about a model; the result is what is left to do after a 429."""
        try:
            facts = self._facts(inquiry)
        except Postponed:
            inquiry.was_postponed = True
            return [partial(self.look_into, inquiry)]
        inquiry.deadline.suspend()
        if facts is not None:
            self._gathered.models[inquiry.text] = facts
        return []

    def _facts(self, inquiry: _Inquiry) -> ModelFacts | None:
        """The facts about a model; None where it waits for the catalogue."""
        path, deadline = inquiry.model_id.path, inquiry.deadline
        if inquiry.look_up is None:
            # a 500 of the look-up is how it says "no such id"; only an id that exists makes it a
            # fault
            inquiry.look_up = self._modelscope.list_model_providers(
                path,
                deadline,
                retry_server_error=lambda: isinstance(self._hub(inquiry), HubModel),
            )
        wants_kind = inquiry.text in self._of_open_kind
        needs_hub = wants_kind or self._depends_on_hub(inquiry, inquiry.look_up)
        if needs_hub is None:
            return None
        if needs_hub:
            self._hub(inquiry)
        if (
            wants_kind
            and inquiry.older_hub is None
            and leaves_kind_open(inquiry.hub)
            and _may_be_served(inquiry.look_up)
        ):
            inquiry.older_hub = self._modelscope.older_hub_model(path, deadline)
        call = self._modelscope.recorded_call(path)
        return ModelFacts(inquiry.look_up, inquiry.hub, inquiry.older_hub, call)

    def _depends_on_hub(self, inquiry: _Inquiry, look_up: LookUpFact) -> bool | None:
        """Whether the verdict does; None where `read_catalogue` will go on with the model."""
        with self._lock:
            catalogue = self._gathered.catalogue
            depends = depends_on_hub(inquiry.model_id, look_up, catalogue)
            if depends is None:
                self._waiting.append(inquiry)
            return depends

    def _hub(self, inquiry: _Inquiry) -> HubFact:
        if inquiry.hub is None:
            path = inquiry.model_id.path
            inquiry.hub = self._modelscope.hub_model(path, inquiry.deadline)
        return inquiry.hub


def _may_be_served(look_up: LookUpFact) -> bool:
    return not isinstance(look_up, Providers) or look_up.by_modelscope
