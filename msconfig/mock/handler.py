"""The mock ModelScope: a request in, a reply in ModelScope's own shape out. No I/O.

It answers from a `Snapshot`, and where a reply was not recorded, with one derived from the other
facts (`msconfig.mock.derived`). An id that the snapshot does not hold at all answers as one that
does not exist. How the facts in a reply are known is a field of it, `Response.provenance`, which
only the offline transport passes on.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from http import HTTPStatus

from msconfig.mock import fallback_api as bailian
from msconfig.mock import hub, inference
from msconfig.mock.anthropic_messages import messages
from msconfig.mock.chat import chat_completions
from msconfig.mock.messages import Request, Response
from msconfig.mock.scenario import Scenario
from msconfig.mock.snapshot import Snapshot
from msconfig.mock.state import MockState

__all__ = ["MockModelScope"]

_ROUTES: tuple[tuple[str, re.Pattern[str], Callable[[MockState, Request], Response]], ...] = tuple(
    (method, re.compile(path), endpoint)
    for method, path, endpoint in (
        ("GET", r"/v1/models", inference.catalogue),
        ("POST", r"/v1/chat/completions", chat_completions),
        ("POST", r"/v1/embeddings", inference.embeddings),
        ("POST", r"/v1/images/generations", inference.images_generations),
        ("GET", r"/v1/tasks/[^/]+", inference.image_task),
        ("GET", re.escape(inference.IMAGE_PATH), inference.image),
        ("POST", r"/v1/messages", messages),
        ("GET", r"/compatible-mode/v1/models", bailian.models),
        ("GET", r"/openapi/v1/users/me", hub.users_me),
        ("GET", r"/openapi/v1/magicubes/balance", hub.balance),
        ("GET", r"/openapi/v1/magicubes/spend/rates", hub.spend_rates),
        ("GET", r"/openapi/v1/models", hub.openapi_models),
        ("GET", r"/openapi/v1/models/[^/]+/[^/]+", hub.openapi_model),
        ("GET", r"/api/v1/inference/list_model_providers", hub.list_model_providers),
        ("GET", r"/api/v1/models/[^/]+/[^/]+", hub.older_model),
    )
)


_OF_ONE_PATH = {
    (method, form.pattern): endpoint
    for method, form, endpoint in _ROUTES
    if form.fullmatch(form.pattern)
}
"""The routes with one path, which is its own pattern: a check offline asks them for each id."""
_OF_MANY_PATHS = [route for route in _ROUTES if (route[0], route[1].pattern) not in _OF_ONE_PATH]


def _endpoint_of(method: str, path: str) -> Callable[[MockState, Request], Response] | None:
    of_path = _OF_ONE_PATH.get((method, path))
    if of_path is not None:
        return of_path
    return next(
        (each for verb, form, each in _OF_MANY_PATHS if verb == method and form.fullmatch(path)),
        None,
    )


class MockModelScope:
    """Hub and inference of one site, and Bailian beside them, under their true paths.

    Thread-safe.

    Args:
        snapshot: the facts to answer from.
        scenario: accounts, and how models behave when they are called. Faults are not here: they
            are applied to replies when they are sent (`msconfig.mock.fault_choice`).
        clock: seconds of a clock that never goes back, for the scenario's pace.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        scenario: Scenario | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.state = MockState(snapshot, scenario or Scenario(), clock)

    def __call__(self, request: Request) -> Response:
        """The reply to `request`; an unknown path or method is 404 in plain text."""
        endpoint = _endpoint_of(request.method, request.path)
        if endpoint is not None:
            return endpoint(self.state, request)
        return Response(
            HTTPStatus.NOT_FOUND,
            b"404 page not found",
            {"Content-Type": "text/plain; charset=utf-8"},
        )
