"""Snapshots: what a site said on a day. `schemas/snapshot.schema.json` is the form of the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from msconfig.errors import UsageError
from msconfig.modelscope.kinds import Kind, kind_of
from msconfig.modelscope.sites import Site
from msconfig.parsing import parse_time
from msconfig.schemas import format_problems, read_validated, time_problems

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "RecordedHub",
    "RecordedLookUp",
    "RecordedModel",
    "Snapshot",
    "bundled",
    "load",
    "model_of",
]


@dataclass(frozen=True, slots=True)
class RecordedLookUp:
    """Who served a model."""

    providers: tuple[Mapping[str, object], ...]
    """Rows with `Name` and perhaps `CostTier` and `EstimatedMagicGrainCost`."""
    derived: str = ""
    """From what it was concluded, where it was not read; "" for a fact that was read."""


@dataclass(frozen=True, slots=True)
class RecordedHub:
    """Whether the hub knew a model, and as what."""

    exists: bool
    tasks: tuple[str, ...] = ()
    private: bool = False
    gated: bool = False
    derived: str = ""
    downloads: int | None = None
    """None, here and below, for what was not recorded."""
    likes: int | None = None
    license: str | None = None
    last_modified: str | None = None
    """A time as the hub spells it, e.g. ``2025-12-16T03:34:26Z``."""


@dataclass(frozen=True, slots=True)
class RecordedModel:
    """What was recorded of a model; None for a source that was not asked."""

    look_up: RecordedLookUp | None = None
    hub: RecordedHub | None = None


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
        """The ids of which the provider look-up named ModelScope."""
        return frozenset(
            each
            for each, facts in self.models.items()
            if facts.look_up
            and any(row.get("Name") == "ModelScope" for row in facts.look_up.providers)
        )

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
    body: Mapping[str, object] = document.value
    problems = document.problems or time_problems(body, "recorded")
    if problems:
        raise UsageError(format_problems(str(path), problems))
    recorded = parse_time(cast("str", body["recorded"]))
    catalogue = cast("list[str] | None", body["catalogue"])
    models = cast("Mapping[str, Mapping[str, Mapping[str, object] | None]]", body["models"])
    return Snapshot(
        Site(cast("str", body["site"])),
        recorded,
        None if catalogue is None else tuple(catalogue),
        MappingProxyType({model_id: model_of(facts) for model_id, facts in models.items()}),
    )


def model_of(facts: Mapping[str, Any]) -> RecordedModel:
    """The facts about one model, as a snapshot or a scenario spells them."""
    look_up, hub = facts.get("look_up"), facts.get("hub")
    return RecordedModel(
        None
        if look_up is None
        else RecordedLookUp(
            tuple(cast("list[Mapping[str, object]]", look_up["providers"])),
            cast("str", look_up.get("derived", "")),
        ),
        None
        if hub is None
        else RecordedHub(
            cast("bool", hub["exists"]),
            tuple(cast("list[str]", hub.get("tasks", []))),
            cast("bool", hub.get("private", False)),
            cast("bool", hub.get("gated", False)),
            cast("str", hub.get("derived", "")),
            cast("int | None", hub.get("downloads")),
            cast("int | None", hub.get("likes")),
            cast("str | None", hub.get("license")),
            cast("str | None", hub.get("last_modified")),
        ),
    )
