"""The facts about models and tokens, asked for side by side."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, TypeAlias

from msconfig.checking.concurrency import in_parallel
from msconfig.checking.verdict import CatalogueFact, LookUpFact, ModelFacts, leaves_kind_open
from msconfig.model_ids import ModelId
from msconfig.modelscope.client import ModelScope
from msconfig.modelscope.facts import Account, HubModel, NoAnswer, Providers, TokenRejected
from msconfig.tokens import Token

__all__ = ["Gathered", "Progress", "TokenFact", "gather", "no_progress"]

TokenFact: TypeAlias = Account | TokenRejected | NoAnswer


class Progress(Protocol):
    """Is told how far a check has come."""

    def __call__(self, done: int, total: int, /) -> None:
        """`done` of `total` models have their facts."""


def no_progress(_done: int, _total: int, /) -> None:
    """Nobody watches."""


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
    catalogue: bool = True,
    told: Container[str] = (),
    concurrency: int = 8,
    progress: Progress = no_progress,
) -> None:
    """Ask for everything, `concurrency` questions at a time, and put the answers into `gathered`.

    Two requests a model, one a token, one for the catalogue; a third for a model that may be served
    and to which the hub gives no task: the older API may know what it does. What has
    come in is there even if this is interrupted.

    Args:
        modelscope: who is asked.
        gathered: takes the answers.
        models: ids by their texts as given.
        tokens: to be checked.
        catalogue: whether it is asked for.
        told: texts of models whose kind need not be asked for.
        concurrency: questions at a time.
        progress: is told how many models have their facts.
    """

    def ask_for_token(token: Token) -> None:
        gathered.tokens[token] = modelscope.users_me(token.secret)

    def ask_for_catalogue() -> None:
        gathered.catalogue = modelscope.catalogue()

    def ask_for_model(text: str, model_id: ModelId) -> None:
        deadline = modelscope.deadline()
        hub = modelscope.hub_model(model_id.path, deadline)
        # a 500 of the look-up is how it says "no such id"; only an id that exists makes it a fault
        look_up = modelscope.list_model_providers(
            model_id.path, deadline, retry_server_error=isinstance(hub, HubModel)
        )
        older = None
        if text not in told and leaves_kind_open(hub) and _may_be_served(look_up):
            older = modelscope.older_hub_model(model_id.path, deadline)
        gathered.models[text] = ModelFacts(
            look_up, hub, older, modelscope.recorded_call(model_id.path)
        )

    work: list[Callable[[], None]] = [
        *(partial(ask_for_token, token) for token in tokens),
        *([ask_for_catalogue] if catalogue else []),
        *(partial(ask_for_model, text, model_id) for text, model_id in models.items()),
    ]
    progress(0, len(models))
    with closing(in_parallel(work, concurrency)) as ticks:
        for _ in ticks:
            progress(len(gathered.models), len(models))


def _may_be_served(look_up: LookUpFact) -> bool:
    return not isinstance(look_up, Providers) or look_up.by_modelscope
