"""The state that all endpoints of the mock share: facts, scenario, accounts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from msconfig.mock.accounts import Accounts
from msconfig.mock.derived import hub_of, look_up_of
from msconfig.mock.pace import PaceLimit
from msconfig.mock.scenario import Behaviour, ModelScenario, Pace, Reply, Scenario, behaviours
from msconfig.mock.snapshot import RecordedHub, RecordedLookUp, RecordedModel, Snapshot
from msconfig.modelscope.facts import CallResult, deciding_call
from msconfig.modelscope.kinds import IMAGE_KINDS, kind_of

__all__ = ["CREATED", "REQUEST_ID", "MockState"]

CREATED = 1_790_000_000
"""Seconds since 1970, the same in every reply."""

REQUEST_ID = "00000000-0000-4000-8000-000000000000"
"""Replies are the same each time, so there is one request id."""

_DEFAULT_COST = 1.0
"""Magicubes a call where neither scenario nor snapshot has one: the standard tier."""

_CHAT_PATHS = frozenset({"/v1/chat/completions", "/v1/messages"})


class MockState:
    """The state behind the endpoints."""

    def __init__(
        self, snapshot: Snapshot, scenario: Scenario, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.scenario = scenario
        self.facts = scenario.on(snapshot)
        self.accounts = Accounts(scenario.accounts)
        self.pace = PaceLimit(scenario.pace or Pace(call_seconds=0.0), clock)
        self.image_polls: dict[str, int] = {}
        """Polls of each image task."""
        self.lock = threading.Lock()

    def look_up(self, model_id: str) -> RecordedLookUp:
        """The provider look-up's reply."""
        return look_up_of(self.facts, model_id, self.cost(model_id))

    def hub(self, model_id: str) -> RecordedHub:
        """The hub's reply."""
        return hub_of(self.facts, model_id)

    def cost(self, model_id: str) -> float:
        """Magicubes a call."""
        given = self.scenario.models.get(model_id, ModelScenario()).cost
        recorded = self.facts.models.get(model_id, RecordedModel())
        return given if given is not None else _estimated(recorded)

    def thinks(self, model_id: str) -> bool:
        """Whether the model reasons before it answers; only a scenario says so."""
        return self.scenario.models.get(model_id, ModelScenario()).thinking

    def reply(self, model_id: str, body: Mapping[str, Any]) -> Reply | None:
        """The scenario's reply to a call with `body`."""
        return next((each for each in self.scenario.replies if each.fits(model_id, body)), None)

    def behaviour(self, model_id: str, path: str) -> Behaviour | None:
        """The end of a call of `path`; None where the model answers.

        Without one in the scenario, it follows from the facts. A call that was recorded as refused
        is refused again. A model that ModelScope serves or the catalogue lists answers, but an
        image model not by chat. A private one refuses, one that exists has no provider, any other
        is invalid.
        """
        rows: Mapping[str, Behaviour] = behaviours()
        given = self.scenario.models.get(model_id, ModelScenario()).behaviour
        if given is not None:
            return rows.get(given)
        refused = self._recorded_refusal(model_id, path)
        if refused is not None:
            return refused
        hub = self.hub(model_id)
        is_listed = model_id in (self.facts.catalogue or ())
        if is_listed or self.look_up(model_id).names_modelscope:
            by_chat = path in _CHAT_PATHS and kind_of(hub.tasks) in IMAGE_KINDS
            return rows["image_model_by_chat"] if by_chat else None
        if hub.private:
            return rows["private"]
        return rows["no_provider" if hub.exists else "invalid"]

    def _recorded_refusal(self, model_id: str, path: str) -> Behaviour | None:
        calls = self.facts.models.get(model_id, RecordedModel()).calls
        same_route = [call for call in calls if call.source.endpoint == f"POST {path}"]
        call = deciding_call(same_route)
        if call is None or call.result is not CallResult.REFUSED:
            return None
        return _as_sent(Behaviour(call.status or HTTPStatus.BAD_REQUEST, call.error))


def _as_sent(recorded: Behaviour) -> Behaviour:
    """A refusal with the whole text of the service, where a part of it was recorded."""
    part = recorded.message
    for row in behaviours().values():
        if part and row.status == recorded.status and part in row.message:
            return row
    return recorded


def _estimated(recorded: RecordedModel) -> float:
    rows = recorded.look_up.providers if recorded.look_up is not None else ()
    for row in rows or ():
        cost = row.get("EstimatedMagicGrainCost")
        if row.get("Name") == "ModelScope" and isinstance(cost, int | float):
            return float(cost)
    return _DEFAULT_COST
