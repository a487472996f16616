"""The kind of a model: by the first hub that gives a task, and where the older one is needed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from msconfig.checking.verdict import HubFact, ModelFacts, leaves_kind_open
from msconfig.modelscope.facts import HubAbsent, HubModel, NoAnswer, Providers, Source
from msconfig.modelscope.kinds import Kind

SOURCE = Source("GET /x", datetime(2026, 10, 7, tzinfo=UTC))
CHAT = HubModel(SOURCE, "a/b", ("text-generation",))
IMAGE = HubModel(SOURCE, "a/b", ("text-to-image-synthesis",))
NO_TASK = HubModel(SOURCE, "a/b")
OLDER_WITHOUT = HubModel(SOURCE, "a/b", from_older_api=True)
OLDER_CHAT = HubModel(SOURCE, "a/b", ("text-generation",), from_older_api=True)
DOWN = NoAnswer(SOURCE, "HTTP 503", 503)


@pytest.mark.parametrize(
    ("hub", "older", "kind", "tasks"),
    [
        (None, None, Kind.UNKNOWN, ()),
        (DOWN, None, Kind.UNKNOWN, ()),
        (NO_TASK, DOWN, Kind.UNKNOWN, ()),
        (CHAT, None, Kind.CHAT, ("text-generation",)),
        (NO_TASK, OLDER_CHAT, Kind.CHAT, ("text-generation",)),
        (CHAT, IMAGE, Kind.CHAT, ("text-generation", "text-to-image-synthesis")),
        (IMAGE, CHAT, Kind.IMAGE_GENERATION, ("text-to-image-synthesis", "text-generation")),
    ],
)
def test_the_first_hub_that_gives_a_kind_decides(
    hub: HubFact | None, older: HubFact | None, kind: Kind, tasks: tuple[str, ...]
) -> None:
    facts = ModelFacts(Providers(SOURCE, ()), hub, older)
    assert (facts.kind, facts.tasks) == (kind, tasks)


@pytest.mark.parametrize(
    ("hub", "is_open"),
    [
        (None, False),
        (DOWN, False),
        (HubAbsent(SOURCE), False),
        (NO_TASK, True),
        (CHAT, False),
        (OLDER_WITHOUT, False),
        (OLDER_CHAT, False),
    ],
)
def test_the_older_api_is_needed_for_a_known_model_without_tasks(
    hub: HubFact | None, is_open: bool
) -> None:
    assert leaves_kind_open(hub) is is_open
