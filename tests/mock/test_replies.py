"""The replies of a scenario, and tools, `response_format` and `n` without one."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from msconfig.errors import UsageError
from msconfig.mock.handler import MockModelScope
from msconfig.mock.messages import Request, Response
from msconfig.mock.mock import Mock
from msconfig.mock.scenario import Scenario
from support import ALIVE, TOKEN, snapshot

if TYPE_CHECKING:
    import openai

MODEL = "Qwen/Alive"
CHAT = "/v1/chat/completions"
WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1}},
    "required": ["city", "days"],
}
TOOLS = [
    {"type": "function", "function": {"name": "weather", "parameters": WEATHER}},
    {"type": "function", "function": {"name": "clock"}},
]
CLOCK = {"type": "function", "function": {"name": "clock"}}


def call(
    replies: list[dict[str, Any]],
    prompt: object = "Hello?",
    path: str = CHAT,
    *,
    cost: float | None = None,
    **body: Any,  # noqa: ANN401
) -> Response:
    accounts = [{"token": TOKEN}]
    mock = MockModelScope(
        snapshot({MODEL: ALIVE}), Scenario.of({"accounts": accounts, "replies": replies})
    )
    sent = {"model": MODEL, "messages": [{"role": "user", "content": prompt}], **body}
    headers = {"authorization": f"Bearer {TOKEN}"}
    reply = mock(Request("POST", path, "", headers, json.dumps(sent).encode()))
    assert cost is None or mock.state.accounts.spent == cost
    return reply


def message(*given: Any, **body: Any) -> Any:  # noqa: ANN401
    reply = call(*given, **body)
    assert reply.status == 200, reply.body
    return json.loads(reply.body)["choices"][0]["message"]


REPLIES: list[dict[str, Any]] = [
    {"contains": "weather", "content": "Sunny."},
    {"model": "Qwen/*", "contains": "Rome", "json": {"city": "Rome"}},
    {"model": "acme/secret", "content": "From a model of its own."},
    {"contains": "time", "tool_calls": [{"name": "clock", "arguments": {"zone": "UTC"}}]},
    {"contains": "think", "content": "Yes.", "reasoning": "Let me see."},
    {"contains": "weather", "content": "Never reached."},
]


@pytest.mark.parametrize(
    ("model", "prompt", "content"),
    [
        (MODEL, "How is the weather?", "Sunny."),
        (MODEL, [{"type": "text", "text": "the weather"}], "Sunny."),
        (MODEL, "Rome", '{"city": "Rome"}'),
        ("acme/secret", "Rome", "From a model of its own."),
        (MODEL, "What is the time?", None),
        (MODEL, "Do you think?", "Yes."),
        (MODEL, "Hello?", "Hello from the mock ModelScope."),
    ],
)
def test_the_first_reply_that_fits_answers(model: str, prompt: object, content: str | None) -> None:
    found = message(REPLIES, prompt, model=model)
    assert found["content"] == content
    assert found.get("reasoning_content") == ("Let me see." if content == "Yes." else None)


def test_only_the_last_message_counts() -> None:
    earlier = [{"role": "user", "content": "the weather"}, {"role": "tool", "content": "Rome"}]
    assert message(REPLIES, messages=earlier)["content"] == '{"city": "Rome"}'


def test_a_reply_with_tool_calls_ends_with_them() -> None:
    reply = json.loads(call(REPLIES, "the time").body)["choices"][0]
    (tool_call,) = reply["message"]["tool_calls"]
    assert tool_call["function"] == {"name": "clock", "arguments": '{"zone": "UTC"}'}
    assert reply["finish_reason"] == "tool_calls"


@pytest.mark.parametrize("path", [CHAT, "/v1/embeddings", "/v1/messages"])
def test_a_reply_with_an_error_answers_every_route_and_costs_nothing(path: str) -> None:
    error = {"status": 503, "message": "out", "code": "E1", "retry_after": 7}
    body = {"input": "Hello?", "encoding_format": "float"}
    reply = call([{"contains": "Hello", "error": error}], path=path, cost=0, **body)
    value = json.loads(reply.body)
    assert (reply.status, reply.headers["Retry-After"]) == (503, "7")
    assert (value.get("error") or value["errors"])["message"] == "out"


def test_a_reply_is_paid_like_any_answer() -> None:
    assert call(REPLIES, "the weather", cost=1).status == 200


@pytest.mark.parametrize(
    ("body", "name", "arguments"),
    [
        ({"tool_choice": "required"}, "weather", {"city": "", "days": 1}),
        ({"tool_choice": {"type": "function", "function": {"name": "clock"}}}, "clock", {}),
    ],
)
def test_a_required_tool_is_called_with_the_smallest_arguments(
    body: dict[str, Any], name: str, arguments: object
) -> None:
    found = message([], tools=TOOLS, **body)
    (tool_call,) = found["tool_calls"]
    assert found["content"] is None
    assert tool_call["function"]["name"] == name
    assert json.loads(tool_call["function"]["arguments"]) == arguments


@pytest.mark.parametrize("choice", [None, "auto", "none"])
def test_a_tool_that_may_be_called_is_not(choice: str | None) -> None:
    found = message([], tools=TOOLS, tool_choice=choice)
    assert found["content"].startswith("Hello")
    assert "tool_calls" not in found


@pytest.mark.parametrize(
    ("wanted", "content"),
    [
        ({"type": "text"}, "Hello from the mock ModelScope."),
        ({"type": "json_object"}, "{}"),
        (
            {"type": "json_schema", "json_schema": {"name": "w", "schema": WEATHER}},
            '{"city": "", "days": 1}',
        ),
    ],
)
def test_the_response_format_is_honoured(wanted: dict[str, Any], content: str) -> None:
    assert message([], response_format=wanted)["content"] == content


IMPOSSIBLE = {"type": "json_schema", "json_schema": {"schema": {"type": "string", "pattern": "x"}}}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"tool_choice": "required"}, "tool_choice has to be"),
        ({"tool_choice": {"function": {"name": "other"}}, "tools": TOOLS}, "tool_choice has to be"),
        ({"response_format": {"type": "xml"}}, "response_format has to be"),
        ({"response_format": IMPOSSIBLE}, "give the mock a value with [[replies]]"),
        ({"n": 0}, "n has to be"),
        ({"n": True}, "n has to be"),
        ({"n": 129}, "n has to be"),
    ],
)
def test_what_cannot_be_answered_is_a_400_and_costs_nothing(
    body: dict[str, Any], words: str
) -> None:
    reply = call([], cost=0, **body)
    assert reply.status == 400
    assert words in json.loads(reply.body)["error"]["message"]


def test_a_reply_answers_what_nothing_else_could() -> None:
    replies = [{"content": "x"}]
    assert message(replies, response_format=IMPOSSIBLE)["content"] == "x"


@pytest.mark.parametrize("stream", [True, False])
def test_as_many_choices_come_as_are_wanted(stream: bool) -> None:
    reply = call([], n=3, stream=stream, cost=1)
    if stream:
        events = [each[6:] for each in reply.body.decode().split("\n\n")[:-2]]
        choices = [json.loads(event)["choices"][0] for event in events]
        texts = [
            "".join(c["delta"]["content"] for c in choices if c["index"] == i) for i in (0, 1, 2)
        ]
    else:
        value = json.loads(reply.body)
        texts = [choice["message"]["content"] for choice in value["choices"]]
        assert value["usage"]["completion_tokens"] == 18
    assert texts == ["Hello from the mock ModelScope."] * 3


@pytest.mark.parametrize(
    ("choice", "kinds", "value"),
    [
        ({"type": "any"}, ["tool_use"], {"city": "", "days": 1}),
        ({"type": "tool", "name": "clock"}, ["tool_use"], {}),
        ({"type": "auto"}, ["text"], None),
    ],
)
def test_the_anthropic_interface_calls_tools_too(
    choice: dict[str, Any], kinds: list[str], value: object
) -> None:
    tools = [{"name": "weather", "input_schema": WEATHER}, {"name": "clock"}]
    body: dict[str, Any] = {"tools": tools, "tool_choice": choice}
    reply = json.loads(call([], path="/v1/messages", **body).body)
    assert [block["type"] for block in reply["content"]] == kinds
    assert reply["content"][0].get("input") == value
    events = call([], path="/v1/messages", stream=True, **body).body.decode().split("\n\n")[:-1]
    deltas = [json.loads(event.partition("\ndata: ")[2]).get("delta", {}) for event in events]
    text = "".join(delta.get("partial_json", "") for delta in deltas)
    assert (json.loads(text) if text else None) == value


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ({}, "must have exactly one of the keys 'content', 'tool_calls', 'json', 'error'"),
        ({"content": "x", "json": 1}, "must have exactly one of the keys"),
        ({"contents": "x"}, "did you mean 'content'?"),
        ({"error": {"status": 200}}, "status"),
    ],
)
def test_a_reply_is_one_thing(reply: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=r"\$\.replies\[0\]") as caught:
        Scenario.of({"replies": [reply]})
    assert words in str(caught.value)


def test_the_events_of_a_stream_come_apart(modelscope: Mock) -> None:
    modelscope.use({"replies": [{"content": "one two", "chunk_delay": 0.2}]})
    body = {"model": "acme/x", "messages": [], "stream": True}
    headers = {"Authorization": f"Bearer {modelscope.token}"}
    url = f"{modelscope.inference_url}chat/completions"
    came = []
    with httpx.stream("POST", url, json=body, headers=headers) as reply:
        for line in reply.iter_lines():
            came += [(time.monotonic(), line)] if line else []
    assert len(came) == 4
    assert came[-1][1] == "data: [DONE]"
    assert came[-1][0] - came[0][0] >= 0.5


@pytest.fixture
def client(modelscope: Mock) -> openai.OpenAI:
    import openai  # noqa: PLC0415 - takes a second, also where tests are only collected

    modelscope.use({"models": {MODEL: {"behaviour": "answers"}}})
    return openai.OpenAI(base_url=modelscope.inference_url, api_key=modelscope.token, max_retries=0)


def test_the_openai_sdk_parses_structured_output(client: openai.OpenAI) -> None:
    from pydantic import BaseModel, Field  # noqa: PLC0415

    class Forecast(BaseModel):
        city: str
        days: int = Field(ge=1)
        note: str | None
        inner: list[int]

    parsed = client.chat.completions.parse(
        model=MODEL, messages=[{"role": "user", "content": "?"}], response_format=Forecast
    )
    assert parsed.choices[0].message.parsed == Forecast(city="", days=1, note="", inner=[])


def test_the_openai_sdk_streams_tool_calls(client: openai.OpenAI) -> None:
    with client.chat.completions.stream(
        model=MODEL,
        messages=[{"role": "user", "content": "?"}],
        tools=TOOLS,  # type: ignore[arg-type]
        tool_choice="required",
    ) as stream:
        reply = stream.get_final_completion()
    tool_calls = reply.choices[0].message.tool_calls
    assert tool_calls
    (tool_call,) = tool_calls
    assert (tool_call.function.name, json.loads(tool_call.function.arguments)) == (
        "weather",
        {"city": "", "days": 1},
    )
