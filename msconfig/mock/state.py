"""What all endpoints of a pretend ModelScope share: facts, scenario, ledger."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from http import HTTPStatus

from msconfig.mock.accounts import Ledger
from msconfig.mock.messages import Response
from msconfig.mock.scenario import Behaviour, ModelScenario, Scenario, behaviours
from msconfig.mock.snapshot import RecordedModel, Snapshot

__all__ = ["REQUEST_ID", "World", "outage"]

REQUEST_ID = "00000000-0000-4000-8000-000000000000"
"""Replies are the same each time, so there is one request id."""

_DEFAULT_COST = 1.0
"""Magicubes a call where neither scenario nor snapshot tell: the standard tier."""


class World:
    """The state behind the endpoints."""

    def __init__(self, snapshot: Snapshot, scenario: Scenario) -> None:
        self.scenario = scenario
        self.facts = scenario.on(snapshot)
        self.ledger = Ledger(scenario.accounts)
        self.image_polls: dict[str, int] = {}
        """How often each image task was asked for."""
        self.lock = threading.Lock()

    @property
    def not_held(self) -> str:
        """The note on a reply about an id of which nothing was recorded."""
        return f"not in the snapshot of {self.facts.recorded:%Y-%m-%d}"

    def recorded(self, model_id: str) -> RecordedModel:
        """What was recorded about a model."""
        return self.facts.models.get(model_id, RecordedModel())

    def cost(self, model_id: str) -> float:
        """Magicubes a call."""
        told = self.scenario.models.get(model_id, ModelScenario()).cost
        return told if told is not None else _estimated(self.recorded(model_id))

    def behaviour(self, model_id: str) -> Behaviour | None:
        """How a call ends; None where the model answers.

        What the scenario does not tell follows from the facts: a model that ModelScope serves or
        the catalogue lists answers, a private one refuses, one that exists has no provider, any
        other is invalid.
        """
        rows: Mapping[str, Behaviour] = behaviours()
        told = self.scenario.models.get(model_id, ModelScenario()).behaviour
        if told is not None:
            return rows.get(told)
        recorded = self.recorded(model_id)
        names = [row.get("Name") for row in recorded.look_up.providers] if recorded.look_up else []
        if "ModelScope" in names or model_id in (self.facts.catalogue or ()):
            return None
        if recorded.hub is not None and recorded.hub.private:
            return rows["private"]
        exists = recorded.hub is not None and recorded.hub.exists
        return rows["no_provider" if exists else "invalid"]


def outage() -> Response:
    """What a source that was not recorded answers."""
    body = {
        "success": False,
        "code": "ServiceUnavailable",
        "message": "Service unavailable",
        "request_id": REQUEST_ID,
    }
    return Response.of_json(HTTPStatus.SERVICE_UNAVAILABLE, body, "not recorded")


def _estimated(recorded: RecordedModel) -> float:
    rows = recorded.look_up.providers if recorded.look_up else ()
    for row in rows:
        cost = row.get("EstimatedMagicGrainCost")
        if row.get("Name") == "ModelScope" and isinstance(cost, int | float):
            return float(cost)
    return _DEFAULT_COST
