"""The pace of real calls: at a service that takes few at a time, and one that refuses them all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from msconfig.checking.check import CheckRequest, check
from msconfig.checking.probe_pace import ProbePace
from msconfig.checking.probe_plan import plan_probes
from msconfig.checking.probing import probe
from msconfig.checking.report import Proof, Report, Status
from msconfig.mock.messages import Request, Response
from msconfig.model_ids import GivenId
from msconfig.modelscope.client import ModelScope
from msconfig.modelscope.sites import Endpoints, Site
from msconfig.tokens import Secret, Token
from support import ALIVE, TOKEN, Connect, FakeClock, Handler, Serve, mock_of

SIXTEEN = tuple(f"acme/m{number:02}" for number in range(16))
TOO_FAST = {"error": {"code": "limit_burst_rate", "message": "Request rate increased too quickly"}}


@dataclass
class Service:
    """Takes so many calls at a time, each of which lasts for some seconds of `clock`."""

    clock: FakeClock
    at_a_time: int
    seconds: float
    starts: list[tuple[float, str]] = field(default_factory=list)
    """Of every call, the refused ones too: the moment and the model."""
    headers: dict[str, str] = field(default_factory=dict)
    refuses: Callable[[str], bool] = lambda _: False

    def __post_init__(self) -> None:
        self._known = mock_of(dict.fromkeys(SIXTEEN, ALIVE), SIXTEEN)
        self._under_way: list[float] = []
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Response:
        if request.method != "POST":
            return self._known(request)
        model = str((request.json() or {})["model"])
        with self._lock:
            now = self.clock.now
            self.starts.append((now, model))
            self._under_way = [each for each in self._under_way if each > now]
            if self.refuses(model) or len(self._under_way) >= self.at_a_time:
                return Response.of_json(429, TOO_FAST, headers=self.headers)
            self._under_way.append(now + self.seconds)
        return self._known(request)


@pytest.fixture
def probed(
    serve: Serve, connect: Connect, clock: FakeClock
) -> Callable[..., tuple[Report, float, float]]:
    """Probe `SIXTEEN`: the report, the seconds that were announced, and those that passed."""

    def probe_them(handler: Handler, pace: ProbePace | None = None) -> tuple[Report, float, float]:
        token = Token(Secret(TOKEN), "TOKEN")
        url = serve(handler).url_for("/")
        endpoints = Endpoints.of(Site.CN, hub_url=url, inference_url=f"{url}v1/")
        modelscope = ModelScope(endpoints, connect(concurrency=16), secrets=[token.secret])
        free = check(
            modelscope, CheckRequest(Site.CN, [GivenId(each) for each in SIXTEEN], [token])
        )
        plan = plan_probes(free, [token], max_cost=100, pace=pace)
        began = clock.now
        report = probe(modelscope, free, plan)
        return report, plan.seconds, clock.now - began

    return probe_them


Probed = Callable[..., tuple[Report, float, float]]


@pytest.mark.parametrize("at_a_time", [1, 2, 4])
def test_sixteen_models_are_proved_in_the_announced_time(
    probed: Probed, clock: FakeClock, at_a_time: int
) -> None:
    service = Service(clock, at_a_time, seconds=1.2)
    report, announced, passed = probed(service)
    assert {(model.status, model.proof) for model in report.models} == {
        (Status.ENABLED, Proof.CALLED)
    }
    assert report.exit_code == 0
    assert len(service.starts) == len(SIXTEEN)
    assert announced - 1.5 <= passed <= announced


@pytest.mark.parametrize("apart", [1.5, 0.25])
def test_calls_start_one_after_the_other_at_their_distance(
    probed: Probed, clock: FakeClock, apart: float
) -> None:
    service = Service(clock, at_a_time=16, seconds=0)
    probed(service, ProbePace(seconds_apart=apart))
    moments = [moment for moment, _ in service.starts]
    assert all(later - earlier == apart for earlier, later in pairwise(moments))


@pytest.mark.parametrize("at_a_time", [1, 2])
def test_a_service_slower_than_the_pace_is_waited_for(
    probed: Probed, clock: FakeClock, at_a_time: int
) -> None:
    service = Service(clock, at_a_time, seconds=4)
    report, _, _ = probed(service)
    assert {model.proof for model in report.models} == {Proof.CALLED}
    assert len(service.starts) > len(SIXTEEN)


@pytest.mark.parametrize("at_once", [4, 16])
def test_in_parallel_up_to_so_many_start_without_a_pause(
    probed: Probed, clock: FakeClock, at_once: int
) -> None:
    service = Service(clock, at_a_time=16, seconds=0)
    report, announced, passed = probed(service, ProbePace.parallel(at_once))
    assert {model.proof for model in report.models} == {Proof.CALLED}
    assert (passed, announced) == (0, 16 / at_once * 1.5)


@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        pytest.param({}, [5, 10, 20], id="no time named"),
        pytest.param({"Retry-After": "7"}, [7, 7, 7], id="a time"),
        pytest.param({"Retry-After": "3600"}, [60, 60, 60], id="too long a time"),
    ],
)
def test_a_refused_model_is_called_four_times_and_no_other_meanwhile(
    probed: Probed, clock: FakeClock, headers: dict[str, str], waits: list[float]
) -> None:
    refused = SIXTEEN[3]
    service = Service(clock, 16, 0, headers=headers, refuses=lambda model: model == refused)
    report, _, _ = probed(service)
    calls = [moment for moment, model in service.starts if model == refused]
    assert [later - earlier for earlier, later in pairwise(calls)] == waits
    between = [m for moment, m in service.starts if calls[0] < moment < calls[-1] and m != refused]
    assert between == []
    by_status = {model.id: model.status for model in report.models}
    assert by_status.pop(refused) is Status.UNVERIFIED
    assert set(by_status.values()) == {Status.ENABLED}


def test_a_model_that_is_refused_once_is_called_again(probed: Probed, clock: FakeClock) -> None:
    left = {SIXTEEN[0]: 2, SIXTEEN[7]: 3}

    def refuses(model: str) -> bool:
        left[model] = left.get(model, 0) - 1
        return left[model] >= 0

    report, _, _ = probed(Service(clock, 16, 0, refuses=refuses))
    assert {model.proof for model in report.models} == {Proof.CALLED}


@pytest.mark.parametrize("pace", [ProbePace(), ProbePace.parallel(1)])
def test_five_models_in_a_row_that_stay_at_429_end_the_probing(
    probed: Probed, clock: FakeClock, pace: ProbePace
) -> None:
    service = Service(clock, 16, 0, refuses=lambda model: model >= SIXTEEN[2])
    report, _, _ = probed(service, pace)
    statuses = [model.status for model in report.models]
    assert statuses == [Status.ENABLED] * 2 + [Status.UNVERIFIED] * 5 + [Status.ENABLED] * 9
    proofs = [model.proof for model in report.models]
    assert proofs == [Proof.CALLED] * 2 + [None] * 5 + [Proof.CONFIRMED] * 9
    assert all("refused with 429" in model.notes[0] for model in report.models[7:])
    assert len(service.starts) == 2 + 5 * 4
    assert "probing stopped: 5 models in a row were refused with 429" in report.notes


def test_four_refused_models_between_good_ones_end_nothing(
    probed: Probed, clock: FakeClock
) -> None:
    service = Service(clock, 16, 0, refuses=lambda model: int(model[-2:]) % 5 != 0)
    report, _, _ = probed(service)
    assert {model for _, model in service.starts} == set(SIXTEEN)
    assert report.notes == ()


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "7"}])
def test_without_waiting_nothing_sleeps(
    probed: Probed, clock: FakeClock, headers: dict[str, str]
) -> None:
    service = Service(clock, 16, 0, headers=headers, refuses=lambda model: model == SIXTEEN[0])
    probed(service, ProbePace.without_waiting())
    assert clock.slept == []
    assert [model for _, model in service.starts].count(SIXTEEN[0]) == 4


def test_an_interrupt_makes_no_further_call(
    probed: Probed, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service(clock, 16, 0)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    waiting = threading.Event()
    original = clock.sleep

    def sleep(seconds: float) -> None:
        waiting.set()
        original(seconds)

    monkeypatch.setattr(clock, "sleep", sleep)
    monkeypatch.setattr("msconfig.checking.concurrency._next", interrupted)
    monkeypatch.setattr("msconfig.checking.gathering.in_parallel", _one_after_the_other)
    report, _, _ = probed(service)
    assert not report.complete
    assert report.exit_code == 130
    calls = len(service.starts)
    waiting.wait(0.2)
    assert len(service.starts) <= calls + 1
    assert {model.status for model in report.models} == {Status.ENABLED}


def _one_after_the_other(work: list[Callable[[], None]], _concurrency: int):  # type: ignore[no-untyped-def]  # noqa: ANN202
    for piece in work:
        piece()
        yield
