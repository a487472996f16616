"""The mock ModelScope as one object: start it, give it a scenario, read what it received."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from msconfig.mock import snapshot
from msconfig.mock.faults import Faults
from msconfig.mock.handler import MockModelScope
from msconfig.mock.messages import Request
from msconfig.mock.scenario import Scenario
from msconfig.mock.server import MockServer
from msconfig.modelscope.sites import Site

__all__ = ["Mock"]


class Mock:
    """Hub and inference of ModelScope, and Bailian, on one port of this machine; a context manager.

    >>> with Mock() as mock:  # doctest: +SKIP
    ...     mock.use({"models": {"acme/x": {"listed": True, "behaviour": "empty"}}})
    ...     my_program(mock.inference_url, mock.token)
    ...     mock.assert_no_quota_spent()
    """

    def __init__(self) -> None:
        self._facts = snapshot.load(snapshot.bundled(Site.CN))
        self._scenario = Scenario()
        self._mock = MockModelScope(self._facts, self._scenario)
        self._server = MockServer(self._mock)

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stop()

    @property
    def hub_url(self) -> str:
        """Base of the hub, for ``MSCONFIG_HUB_URL`` or ``MODELSCOPE_ENDPOINT``."""
        return self._server.endpoints.hub

    @property
    def inference_url(self) -> str:
        """Base of API-Inference with ``/v1/``, for ``OPENAI_BASE_URL``."""
        return self._server.endpoints.inference

    @property
    def token(self) -> str:
        """The made-up token of the scenario's first account."""
        return self._scenario.accounts[0].token

    @property
    def fallback_url(self) -> str:
        """Base of Bailian with ``/v1/``, for ``MSCONFIG_FALLBACK_URL``."""
        return self._server.fallback_url

    @property
    def key(self) -> str:
        """The made-up key that Bailian knows; the first, where a scenario names several."""
        return next(iter(self._scenario.bailian.keys), "")

    @property
    def requests(self) -> Sequence[Request]:
        """The last 2,000 requests since the last `use`, in order."""
        return tuple(self._server.requests)

    @property
    def spent(self) -> float:
        """Magicubes spent since the last `use`."""
        return self._mock.state.accounts.spent

    def use(self, scenario: Scenario | Mapping[str, Any] | str | Path) -> None:
        """Begin anew with a scenario: one, what one spells, or a file of one.

        Raises:
            UsageError: it is not a scenario; the message names the JSON path.
            FileError: the file cannot be read.
        """
        if isinstance(scenario, str | Path):
            scenario = Scenario.load(Path(scenario))
        elif not isinstance(scenario, Scenario):
            scenario = Scenario.of(scenario)
        self._scenario = scenario
        self._mock = MockModelScope(self._facts, scenario)
        self._server.handler = self._mock
        self._server.faults = Faults(scenario.faults, scenario.seed)
        self._server.requests.clear()

    def assert_no_quota_spent(self) -> None:
        """Fail, naming the calls, if anything was paid for since the last `use`."""
        calls = [f"{each.method} {each.path}" for each in self.requests if each.method == "POST"]
        if self.spent:
            raise AssertionError(f"{self.spent:g} Magicubes were spent: {', '.join(calls)}")
