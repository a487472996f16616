"""Snapshots: recorded facts of a site. `schemas/snapshot.schema.json` is the form of the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from msconfig.errors import UsageError
from msconfig.modelscope.facts import (
    READ,
    CallResult,
    Origin,
    Provenance,
    RecordedCall,
    Source,
    deciding_call,
)
from msconfig.modelscope.kinds import Kind, kind_of
from msconfig.modelscope.sites import Site
from msconfig.parsing import loads, parse_time
from msconfig.problems import format_problems
from msconfig.schemas import read_validated, time_problems

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "RecordedHub",
    "RecordedLookUp",
    "RecordedModel",
    "Snapshot",
    "bundled",
    "load",
    "load_bundled",
    "model_of",
]


@dataclass(frozen=True, slots=True)
class RecordedLookUp:
    """The providers of a model."""

    providers: tuple[Mapping[str, object], ...] | None
    """Rows with `Name` and perhaps `CostTier` and `EstimatedMagicGrainCost`; None: HTTP 500, the
    look-up's reply to an id that does not exist."""
    provenance: Provenance = READ

    @property
    def names_modelscope(self) -> bool:
        """Whether ModelScope is among the providers."""
        return any(row.get("Name") == "ModelScope" for row in self.providers or ())


@dataclass(frozen=True, slots=True)
class RecordedHub:
    """A model at the hub."""

    exists: bool
    tasks: tuple[str, ...] = ()
    private: bool = False
    gated: bool = False
    provenance: Provenance = READ
    downloads: int | None = None
    """None, here and below, for what was not recorded."""
    likes: int | None = None
    license: str | None = None
    last_modified: str | None = None
    """A time as the hub spells it, e.g. ``2025-12-16T03:34:26Z``."""


@dataclass(frozen=True, slots=True)
class RecordedModel:
    """Recorded facts of a model; None for a source that was not read."""

    look_up: RecordedLookUp | None = None
    hub: RecordedHub | None = None
    calls: tuple[RecordedCall, ...] = ()

    @property
    def call_result(self) -> CallResult | None:
        """Result of the call that counts (`deciding_call`); None where none was recorded."""
        call = deciding_call(self.calls)
        return call.result if call is not None else None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Recorded facts of a site."""

    site: Site
    recorded: datetime
    catalogue: tuple[str, ...] | None
    """The complete inference list; None where it was not recorded."""
    models: Mapping[str, RecordedModel] = field(default_factory=lambda: MappingProxyType({}))

    def holds(self, model_id: str) -> bool:
        """Whether anything was recorded about `model_id`."""
        return model_id in self.models or model_id in (self.catalogue or ())

    def served(self) -> frozenset[str]:
        """The ids that the look-up named ModelScope for, or that answered a call.

        Without those whose last call was refused for good.
        """
        return frozenset(
            each
            for each, facts in self.models.items()
            if facts.call_result is CallResult.ANSWERED
            or (
                facts.look_up is not None
                and facts.look_up.names_modelscope
                and facts.call_result is not CallResult.REFUSED
            )
        )

    def calls(self) -> dict[str, tuple[RecordedCall, ...]]:
        """The recorded calls by id, of the models that have any."""
        return {each: facts.calls for each, facts in self.models.items() if facts.calls}

    def kinds(self) -> dict[str, Kind]:
        """What the models do, by id; without those of which it was not recorded."""
        kinds = {each: kind_of(facts.hub.tasks) for each, facts in self.models.items() if facts.hub}
        return {each: kind for each, kind in kinds.items() if kind is not Kind.UNKNOWN}


def bundled(site: Site) -> Path:
    """The snapshot that comes with msconfig.

    Raises:
        UsageError: there is none of that site.
    """
    path = Path(__file__).with_name("snapshots") / f"{site}.json"
    if not path.is_file():
        raise UsageError(
            f"no snapshot of site {site} comes with msconfig; give one with --snapshot FILE"
        )
    return path


def load(path: Path) -> Snapshot:
    """Read a snapshot; keys that are not known are ignored.

    Raises:
        FileError: it cannot be read.
        UsageError: it is not a snapshot.
    """
    document = read_validated(path, "snapshot")
    body = document.value
    problems = document.problems or time_problems(body, "recorded")
    if problems:
        raise UsageError(format_problems(str(path), problems))
    return _of(body)


def load_bundled(site: Site) -> Snapshot:
    """The snapshot that comes with msconfig.

    It is not validated, which would take longer than to read it; a test does that.

    Raises:
        UsageError: there is none of that site.
    """
    return _of(cast("dict[str, Any]", loads(bundled(site).read_bytes())))


def _of(body: Mapping[str, Any]) -> Snapshot:
    recorded = parse_time(body["recorded"])
    catalogue: list[str] | None = body["catalogue"]
    models: Mapping[str, Mapping[str, Any]] = body["models"]
    return Snapshot(
        Site(body["site"]),
        recorded,
        None if catalogue is None else tuple(catalogue),
        MappingProxyType({model_id: model_of(facts) for model_id, facts in models.items()}),
    )


def model_of(facts: Mapping[str, Any]) -> RecordedModel:
    """The facts about one model, as a snapshot or a scenario spells them."""
    look_up, hub = facts.get("look_up"), facts.get("hub")
    return RecordedModel(
        None if look_up is None else _look_up(look_up),
        None if hub is None else _hub(hub),
        tuple(map(_call, facts.get("calls", ()))),
    )


def _look_up(facts: Mapping[str, Any]) -> RecordedLookUp:
    rows = facts["providers"]
    return RecordedLookUp(None if rows is None else tuple(rows), _provenance(facts))


def _hub(facts: Mapping[str, Any]) -> RecordedHub:
    return RecordedHub(
        facts["exists"],
        tuple(facts.get("tasks", ())),
        facts.get("private", False),
        facts.get("gated", False),
        _provenance(facts),
        facts.get("downloads"),
        facts.get("likes"),
        facts.get("license"),
        facts.get("last_modified"),
    )


def _call(facts: Mapping[str, Any]) -> RecordedCall:
    source = Source(f"POST /v1/{facts['route']}", parse_time(facts["at"]), Origin.RECORDED)
    return RecordedCall(
        source, CallResult(facts["result"]), facts.get("status"), facts.get("error", "")
    )


def _provenance(facts: Mapping[str, Any]) -> Provenance:
    at = facts.get("at")
    return Provenance(
        Origin(facts.get("origin", Origin.RECORDED)),
        facts.get("basis", ""),
        parse_time(at) if at is not None else None,
    )
