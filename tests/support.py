"""Made-up tokens, models and facts that tests share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from msconfig.fake.handler import FakeModelScope, Request, Response
from msconfig.fake.server import FakeServer
from msconfig.fake.snapshot import RecordedHub, RecordedLookUp, RecordedModel, Snapshot
from msconfig.modelscope.sites import Site

TOKEN = "ms-00000000-0000-4000-8000-00000000cafe"
"""A made-up token that the fake knows."""
RECORDED = datetime(2026, 10, 7, 11, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]
"""Runs the command line in this process."""
Serve = Callable[[Callable[[Request], Response]], FakeServer]
"""Puts a handler on a real port until the test ends."""
Online = Callable[[FakeServer], FakeServer]
"""Lets the command line ask a server in place of ModelScope."""


def snapshot(
    models: dict[str, RecordedModel] | None = None,
    catalogue: tuple[str, ...] | None = ("Qwen/Alive",),
) -> Snapshot:
    """A small snapshot of site cn; `Qwen/Alive` is in the catalogue."""
    return Snapshot(Site.CN, RECORDED, catalogue, models or {})


def served_by(*names: str) -> RecordedLookUp:
    """A recorded look-up that names these providers."""
    return RecordedLookUp(tuple({"Name": name} for name in names))


ALIVE = RecordedModel(served_by("ModelScope"), RecordedHub(True, ("text-generation",)))
"""A chat model that ModelScope serves."""
DEAD = RecordedModel(served_by(), RecordedHub(True, ("text-generation",)))
"""A chat model that nobody serves."""


def fake(
    models: dict[str, RecordedModel] | None = None,
    catalogue: tuple[str, ...] | None = ("Qwen/Alive",),
) -> FakeModelScope:
    """A pretend ModelScope that knows `TOKEN`."""
    return FakeModelScope(
        snapshot({"Qwen/Alive": ALIVE, **(models or {})}, catalogue), frozenset({TOKEN})
    )
