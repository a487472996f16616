"""Snapshots: made from what ModelScope answers now, and compared with each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

from msconfig import clock
from msconfig.checking.gathering import Gathered, Progress, gather, no_progress
from msconfig.checking.verdict import ModelFacts
from msconfig.errors import UsageError
from msconfig.mock.snapshot import RecordedModel, Snapshot
from msconfig.model_ids import ModelId
from msconfig.modelscope.client import ModelScope
from msconfig.modelscope.facts import (
    Catalogue,
    HubAbsent,
    HubModel,
    HubNoAccess,
    NoAnswer,
    Origin,
    Provider,
    Providers,
    RecordedCall,
    Source,
    deciding_call,
)
from msconfig.modelscope.sites import Site
from msconfig.parsing import dumps, rfc3339

__all__ = ["Change", "Difference", "Recording", "difference", "record"]


@dataclass(frozen=True, slots=True)
class Recording:
    """A snapshot as text, and the questions that got no answer."""

    text: str
    unanswered: tuple[str, ...]
    """One line each; what they would have told is left out of the snapshot."""


def record(
    modelscope: ModelScope,
    site: Site,
    ids: Sequence[str],
    *,
    concurrency: int = 8,
    recorded: datetime | None = None,
    progress: Progress = no_progress,
) -> Recording | NoAnswer:
    """Record the catalogue, and what is known of `ids`, or of the whole catalogue without any.

    Facts alone: no token is asked or recorded, nothing of an account. `NoAnswer` when the catalogue
    cannot be read: a snapshot without it would make dead models of live ones.

    Args:
        modelscope: the source of the facts.
        site: the site.
        ids: models; none records the whole catalogue.
        concurrency: requests at a time.
        recorded: when the facts were recorded, if they are; None takes the present time.
        progress: called with how many of the models have their facts.

    Raises:
        UsageError: an id that is malformed.
    """
    gathered = Gathered()
    models = {model_id.path: model_id for model_id in map(_well_formed, ids)}
    if not ids:
        gather(modelscope, gathered, models={}, catalogue=True, concurrency=1)
        if isinstance(gathered.catalogue, Catalogue):
            listed = {text: ModelId.parse(text) for text in gathered.catalogue.ids}
            models = {text: parsed for text, parsed in listed.items() if parsed}
    gather(
        modelscope,
        gathered,
        models=models,
        catalogue=gathered.catalogue is None,
        of_open_kind=models,
        concurrency=concurrency,
        progress=progress,
    )
    assert gathered.catalogue is not None  # noqa: S101 - asked for above
    if isinstance(gathered.catalogue, NoAnswer):
        return gathered.catalogue
    known = (
        (text, {**_facts(facts), **_calls(modelscope.recorded_calls(models[text].path))})
        for text, facts in sorted(gathered.models.items())
    )
    document = {
        "schema_version": 1,
        "site": site,
        "recorded": rfc3339(recorded or clock.utc_now()),
        "catalogue": sorted(gathered.catalogue.ids),
        "models": {text: facts for text, facts in known if facts},
    }
    unanswered = [
        f"{text}: {fact.source.endpoint}: {fact.message}"
        for text, facts in sorted(gathered.models.items())
        for fact in (facts.look_up, facts.hub, facts.older_hub)
        if isinstance(fact, NoAnswer) and not _says_absent(facts, fact)
    ]
    return Recording(dumps(document, indent=1) + "\n", tuple(unanswered))


def _well_formed(text: str) -> ModelId:
    model_id = ModelId.parse(text)
    if model_id is None:
        raise UsageError(f"{text or 'an empty text'}: not a model id; one has the form owner/name")
    return model_id


def _says_absent(facts: ModelFacts, fact: NoAnswer) -> bool:
    """Whether the 500 of the look-up is its way to say that there is no such id."""
    return fact is facts.look_up and fact.status == _ABSENT and isinstance(facts.hub, HubAbsent)


_ABSENT = 500


def _facts(facts: ModelFacts) -> dict[str, Any]:
    recorded: dict[str, Any] = {}
    if isinstance(facts.look_up, Providers):
        rows = [_provider(row) for row in facts.look_up.rows]
        recorded["look_up"] = {"providers": rows, **_known(facts.look_up.source)}
    elif _says_absent(facts, facts.look_up):
        recorded["look_up"] = {"providers": None, **_known(facts.look_up.source)}
    match facts.hub:
        case HubModel() as hub:
            flags = {"private": hub.private, "gated": hub.gated}
            set_flags = {name: value for name, value in flags.items() if value}
            older = facts.older_hub
            more = older.tasks if isinstance(older, HubModel) else ()
            tasks = {"tasks": [*hub.tasks, *more]}
            known = {**tasks, **set_flags, **_details(hub), **_known(hub.source)}
            recorded["hub"] = {"exists": True, **known}
        case HubAbsent():
            recorded["hub"] = {"exists": False, **_known(facts.hub.source)}
        case HubNoAccess():
            recorded["hub"] = {"exists": True, "private": True, **_known(facts.hub.source)}
        case NoAnswer() | None:
            pass
        case _:
            assert_never(facts.hub)
    return recorded


def _details(hub: HubModel) -> dict[str, Any]:
    """What the hub told beyond what a verdict needs."""
    moment = hub.last_modified
    details = {
        "downloads": hub.downloads,
        "likes": hub.likes,
        "license": hub.license,
        "last_modified": rfc3339(moment) if moment else None,
    }
    return {name: value for name, value in details.items() if value is not None}


def _known(source: Source) -> dict[str, str]:
    """How a fact is known. One that is recorded again keeps its origin and its time."""
    if source.origin is Origin.LIVE:
        return {"origin": Origin.RECORDED}
    basis = {"basis": source.basis} if source.basis else {}
    return {"origin": source.origin, **basis, "at": rfc3339(source.at)}


def _calls(calls: Sequence[RecordedCall]) -> dict[str, Any]:
    """Calls that were recorded before; none is made here."""
    return {"calls": [_call(call) for call in calls]} if calls else {}


def _call(call: RecordedCall) -> dict[str, Any]:
    optional = {"status": call.status, "error": call.error or None}
    return {
        "route": call.source.endpoint.removeprefix("POST /v1/"),
        "result": call.result,
        **{name: value for name, value in optional.items() if value is not None},
        "origin": call.source.origin,
        "at": rfc3339(call.source.at),
    }


def _provider(row: Provider) -> dict[str, Any]:
    cost = {"CostTier": row.cost_tier, "EstimatedMagicGrainCost": row.magicubes}
    return {"Name": row.name, **{name: value for name, value in cost.items() if value is not None}}


@dataclass(frozen=True, slots=True)
class Change:
    """One fact about one model that is not what it was."""

    id: str
    fact: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between two snapshots."""

    added: tuple[str, ...]
    """Ids that only the newer catalogue lists."""
    gone: tuple[str, ...]
    """Ids that only the older catalogue lists."""
    changed: tuple[Change, ...]


def difference(old: Snapshot, new: Snapshot) -> Difference:
    """What differs from `old` to `new`; a catalogue that was not recorded counts as empty.

    Raises:
        UsageError: they are of different sites.
    """
    if old.site is not new.site:
        raise UsageError(f"snapshots of different sites, {old.site} and {new.site}")
    before, after = set(old.catalogue or ()), set(new.catalogue or ())
    changed = [
        Change(model_id, fact, was, now)
        for model_id in sorted(set(old.models) | set(new.models))
        for fact, was, now in _changes(old.models.get(model_id), new.models.get(model_id))
    ]
    return Difference(tuple(sorted(after - before)), tuple(sorted(before - after)), tuple(changed))


def _changes(
    old: RecordedModel | None, new: RecordedModel | None
) -> Iterator[tuple[str, str, str]]:
    """What changed about one model: the fact, what it was, what it is."""
    if old is None or new is None:
        words = ("not recorded", "recorded")
        yield ("facts", *words) if old is None else ("facts", *words[::-1])
        return
    was, now = _told(old), _told(new)
    for fact, words_now in now.items():
        if was[fact] != words_now:
            yield fact, was[fact], words_now


def _told(model: RecordedModel) -> dict[str, str]:
    """The facts about a model in words, by name; not those that move every day, e.g. downloads."""
    names = ("providers", "cost", "exists", "tasks", "access", "call")
    told = dict.fromkeys(names, "not recorded")
    call = deciding_call(model.calls)
    if call is not None:
        told["call"] = f"{call.observed} on {call.source.at:%Y-%m-%d}"
    if model.look_up is not None:
        rows = model.look_up.providers or ()
        told["providers"] = ", ".join(str(row.get("Name")) for row in rows) or "none"
        own = [row for row in rows if row.get("Name") == "ModelScope"]
        costs = (str(row.get("EstimatedMagicGrainCost", "unknown")) for row in own)
        told["cost"] = ", ".join(costs) or "none"
    if model.hub is not None:
        told["exists"] = "yes" if model.hub.exists else "no"
        told["tasks"] = ", ".join(model.hub.tasks) or "none"
        flags = {"private": model.hub.private, "gated": model.hub.gated}
        told["access"] = ", ".join(word for word, is_set in flags.items() if is_set) or "open"
    return told
