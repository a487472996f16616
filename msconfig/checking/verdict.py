"""The verdict table: three pieces of evidence in, one verdict out. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeAlias

from msconfig.checking.report import Status
from msconfig.model_ids import ModelId
from msconfig.modelscope.facts import (
    Catalogue,
    HubAbsent,
    HubModel,
    HubNoAccess,
    NoAnswer,
    Providers,
    Source,
)
from msconfig.modelscope.kinds import Kind

__all__ = [
    "CatalogueFact",
    "HubFact",
    "LookUpFact",
    "ModelFacts",
    "Verdict",
    "judge",
    "kind_told",
    "leaves_kind_open",
]

CatalogueFact: TypeAlias = Catalogue | NoAnswer
LookUpFact: TypeAlias = Providers | NoAnswer
HubFact: TypeAlias = HubModel | HubAbsent | HubNoAccess | NoAnswer


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What was learnt about one model besides the catalogue."""

    look_up: LookUpFact
    hub: HubFact
    older_hub: HubFact | None = None
    """What the older API says of a served model to which the hub gives no task; else None."""

    @property
    def kind(self) -> Kind:
        """What the model does: by the hub's tasks, else by what the older API says."""
        return kind_told(self.hub, self.older_hub)

    @property
    def tasks(self) -> tuple[str, ...]:
        """Tasks of the hub, then those of its older API where it was needed."""
        hubs = (self.hub, self.older_hub)
        return tuple(task for hub in hubs if isinstance(hub, HubModel) for task in hub.tasks)


def kind_told(*hubs: HubFact | None) -> Kind:
    """What the first of `hubs` that tells a kind says the model does."""
    kinds = (kind for hub in hubs if isinstance(hub, HubModel) for kind in hub.kinds)
    return next(kinds, Kind.UNKNOWN)


def leaves_kind_open(hub: HubFact) -> bool:
    """Whether the hub knows the model without saying what it does; the older API may."""
    return isinstance(hub, HubModel) and not (hub.tasks or hub.from_older_api)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A status, the reason in one line, and the right id where only the letter case is off."""

    status: Status
    reason: str
    right_id: str | None = None


def judge(asked: ModelId, catalogue: CatalogueFact, facts: ModelFacts) -> Verdict:
    """The verdict on `asked`: the first row of the table that applies.

    A verdict of fail needs a clear no; an outage, a throttle or an unreadable reply gives none.
    ``owner/name:Provider`` asks for a third party, whatever ModelScope itself serves.
    """
    verdict = _judge_served(asked, catalogue, facts)
    if asked.provider is None or verdict.status is not Status.ENABLED:
        return verdict
    if isinstance(facts.look_up, NoAnswer):
        return Verdict(Status.UNVERIFIED, f"no answer from the look-up: {facts.look_up.said}")
    return Verdict(
        Status.THIRD_PARTY_ONLY,
        f"the suffix :{asked.provider} asks for a provider that you pay for yourself",
    )


def _judge_served(asked: ModelId, catalogue: CatalogueFact, facts: ModelFacts) -> Verdict:
    """The verdict on what ModelScope itself serves: the first row of the table that applies."""
    look_up, hub = facts.look_up, facts.hub
    listed = isinstance(catalogue, Catalogue) and asked.path in catalogue.ids
    names = look_up.names if isinstance(look_up, Providers) else None

    right_id = _in_other_case(asked, catalogue, hub)
    if right_id is not None:
        return Verdict(Status.NOT_FOUND, "the letter case differs", right_id)

    if isinstance(look_up, Providers) and look_up.by_modelscope:
        return Verdict(Status.ENABLED, _noted("served by ModelScope", look_up.source))

    if isinstance(look_up, Providers) and _restricted(hub):
        return Verdict(Status.NO_ACCESS, _because(hub, "private or gated, says the hub"))

    if listed:
        return _listed(look_up, hub)

    if isinstance(catalogue, Catalogue) and isinstance(look_up, Providers):
        if names:
            return Verdict(
                Status.THIRD_PARTY_ONLY,
                _noted(f"served by {_listing(names)} only, not by ModelScope", look_up.source),
            )
        return Verdict(Status.NOT_ENABLED, _noted("served by nobody", look_up.source))

    if _answers_500(look_up) and isinstance(hub, HubAbsent):
        return Verdict(Status.NOT_FOUND, hub.source.note or "the hub has no such id")

    return Verdict(Status.UNVERIFIED, _what_was_missing(catalogue, facts))


def _listed(look_up: LookUpFact, hub: HubFact) -> Verdict:
    """In the catalogue, and the look-up does not name ModelScope."""
    if isinstance(look_up, Providers):
        return Verdict(
            Status.DISPUTED, f"in the catalogue, but the look-up names {_listing(look_up.names)}"
        )
    if _answers_500(look_up) and isinstance(hub, HubAbsent):
        return Verdict(Status.DISPUTED, "in the catalogue, but the hub has no such id")
    return Verdict(Status.ENABLED, f"one source: the catalogue (look-up: {look_up.said})")


def _in_other_case(asked: ModelId, catalogue: CatalogueFact, hub: HubFact) -> str | None:
    if isinstance(catalogue, Catalogue) and (listed := catalogue.in_other_case(asked.path)):
        return listed
    if isinstance(hub, HubModel) and hub.id != asked.path:
        return hub.id if hub.id.casefold() == asked.path.casefold() else None
    return None


def _answers_500(look_up: LookUpFact) -> bool:
    """How the look-up says that an id does not exist, or that it is down."""
    return isinstance(look_up, NoAnswer) and look_up.status == HTTPStatus.INTERNAL_SERVER_ERROR


def _restricted(hub: HubFact) -> bool:
    return isinstance(hub, HubNoAccess) or (isinstance(hub, HubModel) and hub.restricted)


def _because(hub: HubFact, words: str) -> str:
    return f"{words}: {hub.said}" if isinstance(hub, HubNoAccess) else words


def _noted(words: str, source: Source) -> str:
    return f"{words} ({source.note})" if source.note else words


def _listing(names: tuple[str, ...]) -> str:
    return ", ".join(names) if names else "nobody"


def _what_was_missing(catalogue: CatalogueFact, facts: ModelFacts) -> str:
    """The first thing that stood in the way of a verdict."""
    if isinstance(facts.look_up, NoAnswer):
        return f"no answer from the look-up: {facts.look_up.said}"
    if isinstance(catalogue, NoAnswer):
        names = _listing(facts.look_up.names)
        return f"the look-up names {names}, but the catalogue cannot be read: {catalogue.said}"
    return "the sources do not agree"
