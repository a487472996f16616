"""Answers to chat calls, in the form of those that were recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from msconfig.mock.handler import MockModelScope
from msconfig.mock.messages import Request, Response
from msconfig.mock.scenario import Scenario
from support import ALIVE, TOKEN, snapshot

RECORDED = Path(__file__).parents[1] / "recorded"
HELLO = [{"role": "user", "content": "Hello?"}]
MODEL = "Qwen/Alive"
THINKING = {"models": {MODEL: {"thinking": True}}}


def call(scenario: dict[str, Any], path: str = "chat/completions", **body: Any) -> Response:  # noqa: ANN401
    accounts = [{"token": TOKEN}]
    mock = MockModelScope(snapshot({MODEL: ALIVE}), Scenario.of({"accounts": accounts, **scenario}))
    sent = json.dumps({"model": MODEL, "messages": HELLO, **body}).encode()
    return mock(Request("POST", f"/v1/{path}", "", {"authorization": f"Bearer {TOKEN}"}, sent))


def completion(scenario: dict[str, Any], **body: Any) -> Any:  # noqa: ANN401
    return json.loads(call(scenario, **body).body)


def frames(scenario: dict[str, Any], **body: Any) -> list[Any]:  # noqa: ANN401
    *events, done, end = call(scenario, stream=True, **body).body.decode().split("\n\n")
    assert (done, end) == ("data: [DONE]", "")
    return [json.loads(event.removeprefix("data: ")) for event in events]


def shape(value: object) -> object:
    """`value` with its texts and numbers replaced by their types."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value]
    return type(value)


def of_recording(name: str) -> Any:  # noqa: ANN401
    return json.loads((RECORDED / f"{name}.json").read_text("utf-8"))


def test_a_call_without_stream_has_the_fields_that_were_recorded() -> None:
    body = of_recording("chat_200_empty_delta_beside_message")["body"]
    assert shape(completion({})) == shape(body)
    assert completion({})["choices"][0]["delta"] == body["choices"][0]["delta"]


def test_a_stream_has_the_frames_that_were_recorded() -> None:
    text = of_recording("chat_200_stream_of_null_fields")["text"]
    recorded = [json.loads(line.removeprefix("data: ")) for line in text.split("\n\n")[:-2]]
    ours = frames(THINKING)
    kinds = [json.dumps(shape(frame), default=str) for frame in recorded]
    assert {json.dumps(shape(frame), default=str) for frame in ours} == set(kinds)


@pytest.mark.parametrize("wanted", [True, False])
def test_a_stream_has_its_usage_only_where_that_is_wanted(wanted: bool) -> None:
    *before, last = frames({}, stream_options={"include_usage": wanted})
    assert {frame["usage"]["total_tokens"] for frame in before} == {0}
    assert (last["choices"] == [], last["usage"]["completion_tokens"]) == (wanted, 6 * wanted)


@pytest.mark.parametrize(
    ("limit", "content", "reasons", "tokens", "finish"),
    [
        pytest.param({}, True, True, 14, "stop", id="no limit"),
        pytest.param({"max_tokens": 14}, True, True, 14, "stop", id="just enough"),
        pytest.param({"max_tokens": 9}, True, True, 9, "length", id="one token of content"),
        pytest.param({"max_tokens": 8}, False, True, 8, "length", id="all for the reasoning"),
        pytest.param({"max_completion_tokens": 1}, False, True, 1, "length", id="one token"),
        pytest.param({"enable_thinking": False}, True, False, 6, "stop", id="switched off"),
    ],
)
def test_reasoning_counts_and_may_leave_the_content_null(
    limit: dict[str, Any], content: bool, reasons: bool, tokens: int, finish: str
) -> None:
    reply = completion(THINKING, **limit)
    (choice,) = reply["choices"]
    message = choice["message"]
    assert (message["content"] is not None, "reasoning_content" in message) == (content, reasons)
    assert (reply["usage"]["completion_tokens"], choice["finish_reason"]) == (tokens, finish)
    streamed = frames(THINKING, **limit)
    text = "".join(frame["choices"][0]["delta"]["content"] for frame in streamed)
    reasoning = "".join(
        frame["choices"][0]["delta"].get("reasoning_content", "") for frame in streamed
    )
    assert (text or None, reasoning) == (message["content"], message.get("reasoning_content", ""))
    assert streamed[-1]["choices"][0]["finish_reason"] == finish


@pytest.mark.parametrize(
    ("limit", "blocks", "stop"),
    [
        ({}, ["thinking", "text"], "end_turn"),
        ({"max_tokens": 8}, ["thinking"], "max_tokens"),
    ],
)
def test_the_anthropic_interface_has_the_reasoning_in_a_block_of_its_own(
    limit: dict[str, Any], blocks: list[str], stop: str
) -> None:
    reply = json.loads(call(THINKING, "messages", **limit).body)
    assert [block["type"] for block in reply["content"]] == blocks
    assert reply["stop_reason"] == stop
    events = call(THINKING, "messages", stream=True, **limit).body.decode().split("\n\n")
    data = [json.loads(event.partition("\ndata: ")[2]) for event in events[:-1]]
    for index, block in enumerate(reply["content"]):
        deltas = [
            event["delta"][block["type"]]
            for event in data
            if event["type"] == "content_block_delta" and event["index"] == index
        ]
        assert "".join(deltas) == block[block["type"]]
