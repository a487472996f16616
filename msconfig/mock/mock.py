"""The mock ModelScope as one object: start it, give it a scenario, read what it received."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from msconfig.mock.app_gateway import AppGateway
from msconfig.mock.control import control
from msconfig.mock.fault_choice import Faults
from msconfig.mock.handler import MockModelScope
from msconfig.mock.messages import Request, Response
from msconfig.mock.scenario import Fault, FaultKind, Scenario
from msconfig.mock.server import MockServer
from msconfig.mock.snapshot import Snapshot, bundled, load
from msconfig.modelscope.sites import Site

__all__ = ["Mock"]


class Mock:
    """Hub and inference of ModelScope, and Bailian, on one port of this machine; a context manager.

    >>> with Mock() as mock:  # doctest: +SKIP
    ...     mock.use({"models": {"acme/x": {"listed": True, "behaviour": "empty"}}})
    ...     my_program(mock.inference_url, mock.token)
    ...     mock.assert_no_quota_spent()

    Args:
        scenario: that of the start.
        facts: a snapshot to answer from, in place of the one that comes with msconfig.
        port: 0 picks a free one.
        on_request: called with every request and the status of its reply, 0 where there is none.
        app: whether to serve Cherry Studio's API Gateway, which the mock ModelScope is behind.
    """

    def __init__(
        self,
        scenario: Scenario | None = None,
        *,
        facts: Snapshot | None = None,
        port: int = 0,
        on_request: Callable[[Request, int], None] | None = None,
        app: bool = False,
    ) -> None:
        self._facts = facts or load(bundled(Site.CN))
        self._first = self._scenario = scenario or Scenario()
        self._mock = MockModelScope(self._facts, self._scenario)
        self._is_app = app
        self._server = MockServer(
            self._handler(),
            port=port,
            faults=self._faults(),
            control=partial(control, self),
            on_request=on_request,
        )

    def _handler(self) -> Callable[[Request], Response]:
        return AppGateway(self._mock.state, self._mock) if self._is_app else self._mock

    def _faults(self) -> Faults:
        """Those of the scenario; a gateway that is off resets every connection."""
        scenario = self._scenario
        if self._is_app and not scenario.app.enabled:
            return Faults((Fault(FaultKind.RESET),))
        return Faults(scenario.faults, scenario.seed)

    def start(self) -> None:
        """Start to serve."""
        self._server.start()

    def stop(self) -> None:
        """Stop, and close what was left unanswered."""
        self._server.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def scenario(self) -> Scenario:
        """The scenario in use."""
        return self._scenario

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
    def app_url(self) -> str:
        """Address of Cherry Studio's gateway, where it is served (`app`)."""
        return self._server.endpoints.hub

    @property
    def app_key(self) -> str:
        """The made-up key of the gateway."""
        return self._scenario.app.key

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
        self._server.handler = self._handler()
        self._server.faults = self._faults()
        self._server.requests.clear()

    def reset(self) -> None:
        """Begin anew with the scenario of the start."""
        self.use(self._first)

    def assert_no_quota_spent(self) -> None:
        """Fail, naming the calls, if anything was paid for since the last `use`."""
        calls = [f"{each.method} {each.path}" for each in self.requests if each.method == "POST"]
        if self.spent:
            raise AssertionError(f"{self.spent:g} Magicubes were spent: {', '.join(calls)}")
