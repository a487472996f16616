"""Replies that were not recorded, derived from those that were.

On a port they are sent like any other. Offline, a reply whose `Provenance.missing` is set is not
used: the snapshot does not hold the answer.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from msconfig.mock.snapshot import RecordedHub, RecordedLookUp, RecordedModel, Snapshot
from msconfig.modelscope.facts import CallResult, Origin, Provenance, deciding_call

__all__ = ["TIERS", "hub_of", "look_up_of"]

TIERS = {0.2: "discount", 0.5: "lite", 1.0: "standard", 2.0: "ultra"}
"""Name of the tier by the Magicubes of a call."""


def look_up_of(facts: Snapshot, model_id: str, cost: float) -> RecordedLookUp:
    """The provider look-up's reply about `model_id`.

    An id that `facts` do not hold, or that the hub does not know, is answered 500. A listed model,
    and one that answered a call, is served by ModelScope, at `cost` Magicubes a call. Any other has
    no provider.
    """
    recorded = facts.models.get(model_id, RecordedModel())
    if recorded.look_up is not None:
        return recorded.look_up
    if not facts.holds(model_id):
        return RecordedLookUp(None, _not_held(facts))
    if recorded.hub is not None and not recorded.hub.exists:
        return RecordedLookUp(None, Provenance(Origin.DERIVED, "the hub has no such id"))
    if model_id in (facts.catalogue or ()):
        return _by_modelscope(cost, f"in the catalogue of {facts.recorded:%Y-%m-%d}")
    call = deciding_call(recorded.calls)
    if call is not None and call.result is CallResult.ANSWERED:
        return _by_modelscope(cost, f"a call on {call.source.at:%Y-%m-%d} was answered")
    missing = "no look-up is recorded"
    if facts.catalogue is not None:
        missing = f"not in the catalogue, and {missing}"
    return RecordedLookUp((), Provenance(Origin.DERIVED, missing=missing))


def hub_of(facts: Snapshot, model_id: str) -> RecordedHub:
    """The hub's reply about `model_id`: a model that is held exists, without a known task."""
    recorded = facts.models.get(model_id, RecordedModel()).hub
    if recorded is not None:
        return recorded
    if not facts.holds(model_id):
        return RecordedHub(exists=False, provenance=_not_held(facts))
    missing = "no reply of the hub is recorded"
    return RecordedHub(exists=True, provenance=Provenance(Origin.DERIVED, missing=missing))


def _by_modelscope(cost: float, basis: str) -> RecordedLookUp:
    tier = {"CostTier": TIERS[cost]} if cost in TIERS else {}
    row = {"Name": "ModelScope", **tier, "EstimatedMagicGrainCost": _whole(cost)}
    return RecordedLookUp((row,), Provenance(Origin.DERIVED, basis))


def _whole(cost: float) -> float:
    return int(cost) if cost == int(cost) else cost


def _not_held(facts: Snapshot) -> Provenance:
    return _not_held_in(facts.recorded)


@lru_cache(maxsize=16)  # a list may have thousands of ids that are not
def _not_held_in(recorded: datetime) -> Provenance:
    missing = f"not in the snapshot of {recorded:%Y-%m-%d}; it may be newer"
    return Provenance(Origin.DERIVED, missing=missing)
