"""Scenarios that limit the pace of calls."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from msconfig.mock.handler import MockModelScope
from msconfig.mock.messages import Request, Response
from msconfig.mock.mock import Mock
from msconfig.mock.scenario import Scenario
from support import ALIVE, TOKEN, FakeClock, snapshot

OTHER = "ms-00000000-0000-4000-8000-00000000beef"
CHAT = {"model": "Qwen/Alive", "messages": [{"role": "user", "content": "Hello?"}]}


def paced(clock: FakeClock, **pace: float) -> MockModelScope:
    accounts = [{"token": TOKEN}, {"token": OTHER}]
    scenario = Scenario.of({"accounts": accounts, "pace": pace})
    return MockModelScope(snapshot({"Qwen/Alive": ALIVE}), scenario, clock=lambda: clock.now)


def call(mock: MockModelScope, token: str = TOKEN, **body: Any) -> Response:  # noqa: ANN401
    sent = json.dumps({**CHAT, **body}).encode()
    headers = {"authorization": f"Bearer {token}"}
    return mock(Request("POST", "/v1/chat/completions", "", headers, sent))


@pytest.mark.parametrize(
    ("pace", "starts", "statuses"),
    [
        pytest.param({"calls_at_once": 1}, [0, 0, 0.05], [200, 429, 429], id="one at once"),
        pytest.param({"calls_at_once": 1}, [0, 0.1, 0.1], [200, 200, 429], id="one after another"),
        pytest.param({"calls_at_once": 2}, [0, 0, 0], [200, 200, 429], id="two at once"),
        pytest.param(
            {"calls_at_once": 1, "call_seconds": 3}, [0, 2.9, 3], [200, 429, 200], id="long calls"
        ),
        pytest.param(
            {"seconds_between_calls": 1.5},
            [0, 1.4, 1.5, 2.9, 3],
            [200, 429, 200, 429, 200],
            id="time between calls",
        ),
        pytest.param({}, [0] * 20, [200] * 20, id="no limit"),
    ],
)
def test_calls_beyond_the_pace_are_refused(
    clock: FakeClock, pace: dict[str, float], starts: list[float], statuses: list[int]
) -> None:
    mock, began, found = paced(clock, **pace), clock.now, []
    for start in starts:
        clock.now = began + start
        found.append(call(mock).status)
    assert found == statuses


def test_a_refused_call_costs_nothing_and_has_the_recorded_error(clock: FakeClock) -> None:
    mock = paced(clock, calls_at_once=1)
    assert call(mock).status == 200
    refused = call(mock)
    assert json.loads(refused.body)["error"]["code"] == "limit_burst_rate"
    assert refused.seconds == 0
    assert mock.state.accounts.spent == 1


def test_each_account_has_its_own_pace(clock: FakeClock) -> None:
    mock = paced(clock, calls_at_once=1)
    assert [call(mock, token).status for token in (TOKEN, OTHER, OTHER)] == [200, 200, 429]


def test_every_call_that_starts_takes_its_time(clock: FakeClock) -> None:
    mock = paced(clock, call_seconds=2.5)
    replies = [call(mock), call(mock, stream=True), call(mock, model="no/model")]
    assert [reply.seconds for reply in replies] == [2.5] * 3


def test_on_a_port_calls_one_after_another_pass_and_calls_at_once_do_not(modelscope: Mock) -> None:
    modelscope.use({"pace": {"calls_at_once": 1, "call_seconds": 0.8}})
    headers = {"Authorization": f"Bearer {modelscope.token}"}
    body = {**CHAT, "model": "Qwen/Qwen3.5-27B"}
    with httpx.Client(base_url=modelscope.inference_url, headers=headers) as client:

        def post(_: int) -> int:
            return client.post("chat/completions", json=body).status_code

        assert [post(0), post(1)] == [200, 200]
        with ThreadPoolExecutor(4) as pool:
            statuses = sorted(pool.map(post, range(4)))
    assert statuses == [200, 429, 429, 429]
    assert modelscope.spent == 3
