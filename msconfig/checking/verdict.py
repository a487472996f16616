"""The verdict table: three pieces of evidence in, one verdict out. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import TypeAlias, assert_never

from msconfig.checking.report import Proof, Status
from msconfig.model_ids import ModelId
from msconfig.modelscope.facts import (
    CallResult,
    Catalogue,
    HubAbsent,
    HubModel,
    HubNoAccess,
    NoAnswer,
    Origin,
    Providers,
    RecordedCall,
    Source,
    same_but_for_case,
)
from msconfig.modelscope.kinds import Kind
from msconfig.text import shortened

__all__ = [
    "MOST_CHARACTERS",
    "CatalogueFact",
    "HubFact",
    "LookUpFact",
    "ModelFacts",
    "Verdict",
    "depends_on_hub",
    "judge",
    "kind_told",
    "leaves_kind_open",
    "listing",
    "look_up_has_gone",
    "notes_on",
]

CatalogueFact: TypeAlias = Catalogue | NoAnswer
LookUpFact: TypeAlias = Providers | NoAnswer
HubFact: TypeAlias = HubModel | HubAbsent | HubNoAccess | NoAnswer


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What was learnt about one model besides the catalogue."""

    look_up: LookUpFact
    hub: HubFact | None = None
    """None where neither the verdict nor anything else needed it."""
    older_hub: HubFact | None = None
    """What the older API says of a served model to which the hub gives no task; else None."""
    call: RecordedCall | None = None
    """Offline, the recorded call that counts; None online, and where none was recorded."""

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


def leaves_kind_open(hub: HubFact | None) -> bool:
    """Whether the hub knows the model without saying what it does; the older API may."""
    return isinstance(hub, HubModel) and not (hub.tasks or hub.from_older_api)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A status, the reason in one line, and the right id where only the letter case is off."""

    status: Status
    reason: str
    """At most `MOST_CHARACTERS`."""
    right_id: str | None = None
    proof: Proof | None = None
    """Of an enabled model; None for any other."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", shortened(self.reason, MOST_CHARACTERS))


MOST_CHARACTERS = 600
"""Of a reason or an observation: what a reply holds may be as long as a reply."""


def judge(
    asked: ModelId,
    catalogue: CatalogueFact,
    facts: ModelFacts,
    recorded_served: Collection[str] = (),
) -> Verdict:
    """The verdict on `asked`: the first row of the table that applies.

    A verdict of fail needs a clear no; an outage, a throttle or an unreadable reply gives none.
    ``owner/name:Provider`` asks for a third party, whatever ModelScope itself serves.

    Args:
        asked: the id.
        catalogue: the inference list.
        facts: about this id.
        recorded_served: offline, ids that were served; they need not be in the catalogue.
    """
    verdict = _judge_served(asked, catalogue, facts)
    if verdict.status is Status.UNVERIFIED and asked.path not in recorded_served:
        right_id = _by_lower_case(frozenset(recorded_served)).get(asked.path.lower())
        if right_id is not None:
            return _other_case(right_id)
    if asked.provider is None or verdict.status is not Status.ENABLED:
        return verdict
    if isinstance(facts.look_up, NoAnswer):
        return Verdict(Status.UNVERIFIED, f"no answer from the look-up: {facts.look_up.message}")
    suffix = f"the suffix :{asked.provider}"
    names = facts.look_up.names
    if asked.provider.casefold() not in map(str.casefold, names):
        return Verdict(
            Status.THIRD_PARTY_ONLY,
            f"{suffix} is not a provider of this model (the look-up names {listing(names)})",
        )
    return Verdict(
        Status.THIRD_PARTY_ONLY,
        f"{suffix} asks for a provider that you pay for yourself",
    )


@lru_cache(maxsize=4)  # a check asks for each of its ids with the same set
def _by_lower_case(ids: frozenset[str]) -> dict[str, str]:
    """Ids by themselves in lower case; of several, the first in their order."""
    return {each.lower(): each for each in sorted(ids, reverse=True) if each.isascii()}


def _judge_served(asked: ModelId, catalogue: CatalogueFact, facts: ModelFacts) -> Verdict:
    """The verdict on what ModelScope itself serves: the first row of the table that applies."""
    look_up, hub = facts.look_up, facts.hub
    call = facts.call if asked.provider is None else None
    confirmed = isinstance(look_up, Providers) and look_up.by_modelscope
    listed = isinstance(catalogue, Catalogue) and catalogue.lists(asked.path)

    right_id = None if listed or confirmed else _in_other_case(asked, catalogue, facts)
    if right_id is not None:
        return _other_case(right_id)

    if isinstance(look_up, Providers) and not confirmed and _restricted(hub):
        return Verdict(Status.NO_ACCESS, _because(hub, "private or gated, says the hub"))

    if call is not None and call.result is CallResult.REFUSED:
        return Verdict(Status.DISPUTED, _refused(call, is_listed=listed))

    if isinstance(look_up, Providers) and confirmed:
        return _enabled(look_up, call, is_listed=listed)

    if listed:
        return _listed(look_up, hub, call)

    if isinstance(catalogue, Catalogue) and isinstance(look_up, Providers):
        if look_up.rows:
            return Verdict(
                Status.THIRD_PARTY_ONLY,
                _noted(
                    f"served by {listing(look_up.names)} only, not by ModelScope", look_up.source
                ),
            )
        return Verdict(Status.NOT_ENABLED, _noted("no provider serves it", look_up.source))

    if _answers_500(look_up) and isinstance(hub, HubAbsent):
        return Verdict(Status.NOT_FOUND, _noted("the hub has no such id", hub.source))

    return Verdict(Status.UNVERIFIED, _what_was_missing(catalogue, facts))


def depends_on_hub(
    asked: ModelId, look_up: LookUpFact, catalogue: CatalogueFact | None
) -> bool | None:
    """Whether the verdict on `asked` is another one with what the hub says.

    None where that depends on a catalogue that is not there yet. The order is that of the table:
    the look-up's yes decides alone; after its clear no the hub may know a private model, after a
    500 that there is no such id, and for an id that is not listed the right letters.
    """
    if isinstance(look_up, Providers) and look_up.by_modelscope:
        return False
    if _answers_500(look_up):
        return True
    if catalogue is None:
        return None
    if isinstance(catalogue, Catalogue) and catalogue.lists(asked.path):
        return isinstance(look_up, Providers)
    return not isinstance(catalogue, Catalogue) or catalogue.in_other_case(asked.path) is None


def _other_case(right_id: str) -> Verdict:
    return Verdict(Status.NOT_FOUND, "the letter case differs", right_id)


def _refused(call: RecordedCall, *, is_listed: bool) -> str:
    """Why a recorded call puts a model in doubt."""
    before = "in the catalogue, but a" if is_listed else "a"
    status = f"HTTP {call.status}" if call.status is not None else ""
    words = ": ".join(part for part in (status, call.error) if part)
    return f"{before} call on {call.source.at:%Y-%m-%d} was refused{f': {words}' if words else ''}"


def _enabled(look_up: Providers, call: RecordedCall | None, *, is_listed: bool) -> Verdict:
    """The look-up names ModelScope; only one that was read confirms it."""
    if call is not None and call.result is CallResult.ANSWERED:
        return _called(call)
    if look_up.source.origin is not Origin.DERIVED:
        reason = _noted("served by ModelScope", look_up.source)
        return Verdict(Status.ENABLED, reason, proof=Proof.CONFIRMED)
    words = _noted("served by ModelScope", look_up.source)
    return Verdict(Status.ENABLED, _only_listed(call) if is_listed else words, proof=Proof.LISTED)


def _only_listed(call: RecordedCall | None) -> str:
    """Why the catalogue is all there is of recorded facts."""
    if call is None:
        return "in the catalogue; no call or look-up of it is recorded"
    return f"in the catalogue; a call on {call.source.at:%Y-%m-%d} was {call.observed}"


def _called(call: RecordedCall) -> Verdict:
    reason = f"a call on {call.source.at:%Y-%m-%d} was answered"
    return Verdict(Status.ENABLED, reason, proof=Proof.CALLED)


def look_up_has_gone(
    catalogue: CatalogueFact | None, asked: Iterable[tuple[str, LookUpFact]]
) -> str:
    """What the look-up says to every id, where it seems to have been removed; else "".

    ModelScope removed sister routes of it: they answer 404 or 401 to everything. That is no outage:
    it does not pass, and one listed id among those asked shows that it is not about the ids.

    Args:
        catalogue: the inference list.
        asked: ids (``owner/name``) and what the look-up answered to each.
    """
    facts = dict(asked)
    answers = [fact for fact in facts.values() if isinstance(fact, NoAnswer) and fact.lasting]
    listed = isinstance(catalogue, Catalogue) and any(map(catalogue.lists, facts))
    if len(facts) < _FEWEST_TO_TELL or len(answers) < len(facts) or not listed:
        return ""
    # compared by status alone: a message may name the id that was asked for
    return answers[0].message if len({answer.status for answer in answers}) == 1 else ""


def notes_on(catalogue: object, name: str = "the catalogue") -> tuple[str, ...]:
    """A note on rows that were dropped from a list of ids, because they are none.

    Args:
        catalogue: a list of ids, or what came in its place.
        name: what the list is called in the note.
    """
    if not isinstance(catalogue, Catalogue) or not catalogue.dropped:
        return ()
    ids = "1 entry" if catalogue.dropped == 1 else f"{catalogue.dropped} entries"
    return (f"left out of {name}: {ids} without the form of a model id",)


_FEWEST_TO_TELL = 2
"""Ids that have to be asked for before the look-up's answers say something about itself."""


def _listed(look_up: LookUpFact, hub: HubFact | None, call: RecordedCall | None) -> Verdict:
    """In the catalogue, and the look-up does not name ModelScope."""
    if isinstance(look_up, Providers):
        return Verdict(
            Status.DISPUTED, f"in the catalogue, but the look-up names {listing(look_up.names)}"
        )
    if _answers_500(look_up) and isinstance(hub, HubAbsent):
        return Verdict(Status.DISPUTED, "in the catalogue, but the hub has no such id")
    if call is not None and call.result is CallResult.ANSWERED:
        return _called(call)
    reason = f"one source: the catalogue (look-up: {look_up.message})"
    if look_up.is_unrecorded:
        reason = _only_listed(call)
    return Verdict(Status.ENABLED, reason, proof=Proof.LISTED)


def _in_other_case(asked: ModelId, catalogue: CatalogueFact, facts: ModelFacts) -> str | None:
    """The id that is served or exists with these letters in another case.

    The hub may spell an id in its own way, so that what it says counts only for unlisted ids.
    """
    if isinstance(catalogue, Catalogue) and (listed := catalogue.in_other_case(asked.path)):
        return listed
    hub = facts.hub
    if isinstance(hub, HubModel) and hub.id != asked.path:
        return hub.id if same_but_for_case(hub.id, asked.path) else None
    return None


def _answers_500(look_up: LookUpFact) -> bool:
    """How the look-up says that an id does not exist, or that it is down."""
    return isinstance(look_up, NoAnswer) and look_up.status == HTTPStatus.INTERNAL_SERVER_ERROR


def _restricted(hub: HubFact | None) -> bool:
    return isinstance(hub, HubNoAccess) or (isinstance(hub, HubModel) and hub.restricted)


def _because(hub: HubFact | None, words: str) -> str:
    return f"{words}: {hub.message}" if isinstance(hub, HubNoAccess) else words


def _noted(words: str, source: Source) -> str:
    """`words`, and for what was not read in this run how it is known."""
    match source.origin:
        case Origin.LIVE:
            return words
        case Origin.RECORDED:
            return f"{words} (recorded on {source.at:%Y-%m-%d})"
        case Origin.DERIVED:
            return f"{words} (inferred{f': {source.basis}' if source.basis else ''})"
        case _:
            assert_never(source.origin)


def listing(names: Sequence[str]) -> str:
    """The first few of `names` and how many more there are, so that a line stays a line."""
    if not names:
        return "no provider"
    more = len(names) - _MOST_NAMES
    shown = ", ".join(shortened(name, 60) for name in names[:_MOST_NAMES])
    return f"{shown} and {more} more" if more > 0 else shown


_MOST_NAMES = 8


def _what_was_missing(catalogue: CatalogueFact, facts: ModelFacts) -> str:
    """The first thing that prevented a verdict."""
    if isinstance(facts.look_up, NoAnswer):
        if facts.look_up.is_unrecorded and facts.look_up.status is None:
            return facts.look_up.message
        return f"no answer from the look-up: {facts.look_up.message}"
    if isinstance(catalogue, NoAnswer):
        names = listing(facts.look_up.names)
        return f"the look-up names {names}, but the catalogue cannot be read: {catalogue.message}"
    return "the sources do not agree"
