"""Replies to real calls, from bytes to what they say about model and token."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msconfig.modelscope import _calls
from msconfig.modelscope.facts import Called, CallOutcome, Source
from msconfig.modelscope.http_interface import Failure, Reply

SOURCE = Source("POST /v1/chat/completions", datetime(2026, 10, 7, tzinfo=UTC))
ID = "A/b"
ANSWERED, UNCLEAR = CallOutcome.ANSWERED, CallOutcome.UNCLEAR


def reply(body: object, status: int = 200, content_type: str = "application/json") -> Reply:
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return Reply(status, raw, content_type)


def stream(raw: bytes) -> Reply:
    return reply(raw, content_type="text/event-stream; charset=utf-8")


def chat(got: Reply | Failure, model_id: str = ID) -> Called:
    called = _calls.chat_call(got, SOURCE, model_id)
    assert called.source == SOURCE
    return called


def spoken(where: str = "message", **fields: object) -> Reply:
    return reply({"choices": [{"index": 0, where: {"role": "assistant", **fields}}]})


def finished(reason: object, tokens: object, **spoken: object) -> Reply:
    choice = {"message": {"content": "", **spoken}, "finish_reason": reason}
    return reply({"choices": [choice], "usage": {"completion_tokens": tokens}})


def error(message: object, status: int = 400, **more: object) -> Reply:
    return reply({"error": {"message": message, **more}}, status)


CALL = {"id": "call_0", "type": "function", "function": {"name": "f", "arguments": "{}"}}
EVENT = b'{"choices": [{"delta": {"content": "Hi"}}]}'
TWICE = b'data: {"choices": [], "choices": [{"delta": {"content": "Hi"}}]}\n\n'
EVENT_IN_A_TEXT = b"\n\ndata: " + EVENT + b"\n\n"
NOTHING = b'{"choices": [{"delta": {"content": "", "tool_calls": null}}], "usage": null}'


@pytest.mark.parametrize(
    "got",
    [
        pytest.param(spoken(content="Hi"), id="a message"),
        pytest.param(spoken("delta", content="Hi"), id="a delta"),
        pytest.param(spoken(content=[{"type": "text", "text": "Hi"}]), id="content in parts"),
        pytest.param(spoken(content=None, reasoning_content="We"), id="reasoning_content"),
        pytest.param(spoken("delta", reasoning="We"), id="reasoning"),
        pytest.param(spoken(content=None, tool_calls=[CALL]), id="a tool call"),
        pytest.param(
            reply({"choices": [{"delta": {"content": ""}, "message": {"content": "Hi"}}]}),
            id="an empty delta beside a message",
        ),
        pytest.param(finished("length", 1), id="a finished answer whose one token is not shown"),
        pytest.param(finished("stop", 3, content=" "), id="a finished answer of white space"),
        pytest.param(reply({"error": None, **json.loads(EVENT)}), id="error null beside"),
        pytest.param(stream(b"data: " + EVENT + b"\n\n"), id="a stream"),
        pytest.param(stream(b"data: " + EVENT + b"\r\r"), id="a stream with CR"),
        pytest.param(stream(b"\xef\xbb\xbfdata:" + EVENT + b"\r\n\r\n"), id="with a BOM"),
        pytest.param(
            stream(b'data: {"choices": [{"delta":\ndata: {"content": "Hi"}}]}\n\n'),
            id="an event in two data lines",
        ),
        pytest.param(
            stream(b": ping\n\ndata: " + NOTHING + b"\n\ndata: " + EVENT + b"\n\n"),
            id="null fields and comments first",
        ),
        pytest.param(
            stream(
                b'data: {"choices": [{"delta": {}, "finish_reason": "length"}]}\n\n'
                b'data: {"choices": [], "usage": {"completion_tokens": 1}}\n\ndata: [DONE]\n\n'
            ),
            id="a stream that is finished with a token",
        ),
        pytest.param(
            stream(
                b'data: {"choices": [], "usage": {"completion_tokens": 1}}\n\n'
                b'data: {"choices": [{"delta": {}, "finish_reason": "length"}]}\n\n'
            ),
            id="a stream whose token is counted before it is finished",
        ),
        pytest.param(stream(b"data: busy\n\ndata: " + EVENT + b"\n\n"), id="another text first"),
        pytest.param(reply({"message": "all is well", **json.loads(EVENT)}), id="a message beside"),
        pytest.param(reply(b"data: " + EVENT + b"\n\n"), id="a stream that is called JSON"),
        pytest.param(stream(EVENT), id="JSON that is called a stream"),
        pytest.param(reply(EVENT, content_type=""), id="JSON without a content type"),
    ],
)
def test_an_answer_is_content_reasoning_a_tool_call_or_finished_tokens(got: Reply) -> None:
    assert chat(got).outcome is ANSWERED


@pytest.mark.parametrize(
    "got",
    [
        pytest.param(reply({"choices": None, "usage": {"completion_tokens": 0}}), id="null"),
        pytest.param(reply({"choices": []}), id="no choices"),
        pytest.param(reply({"choices": {"message": {"content": "Hi"}}}), id="no list"),
        pytest.param(reply({"choices": ["Hi", None]}), id="choices that are no objects"),
        pytest.param(spoken(content=True), id="content true"),
        pytest.param(spoken(content=1), id="content of a number"),
        pytest.param(spoken(content={"text": "Hi"}), id="content of an object"),
        pytest.param(spoken(content=[{"text": ""}]), id="an empty part"),
        pytest.param(spoken(content=" \n"), id="white space"),
        pytest.param(spoken(tool_calls=[None]), id="a tool call of null"),
        pytest.param(spoken(tool_calls=[{"function": {"name": ""}}]), id="a call of no tool"),
        pytest.param(finished("stop", 0), id="finished without tokens"),
        pytest.param(finished("stop", True), id="tokens true"),
        pytest.param(finished(None, 1), id="tokens, not finished"),
        pytest.param(finished("error", 1), id="finished by an error"),
        pytest.param(finished(["stop"], 1), id="a reason of a list"),
        pytest.param(reply(b""), id="no body"),
        pytest.param(reply(b"null"), id="a body of null"),
        pytest.param(stream(TWICE), id="a key twice in a stream"),
        pytest.param(stream(b"data: [DONE]\n\n"), id="the end alone"),
        *(
            pytest.param(stream(begins + EVENT_IN_A_TEXT), id=f"an event within {begins!r}")
            for begins in (b"{", b"[", b'\n {"a": "', b'\xef\xbb\xbf{"a": "')
        ),
        pytest.param(stream(b"data: " + EVENT + b"\n"), id="cut off within an event"),
        pytest.param(stream(b"data: [DONE]\n\ndata: " + EVENT + b"\n\n"), id="after the end"),
        pytest.param(reply({"task_id": "1", "task_status": "SUCCEED"}), id="a task"),
        pytest.param(
            reply(b'{"choices": [], "choices": [{"message": {"content": "Hi"}}]}'), id="a key twice"
        ),
        pytest.param(reply({"error": {"message": "x"}, **json.loads(EVENT)}), id="an error beside"),
        pytest.param(reply({"error": True, **json.loads(EVENT)}), id="an error without a text"),
        pytest.param(reply({"errors": "x", **json.loads(EVENT)}), id="errors beside"),
        pytest.param(
            stream(b'data: {"error": {"message": "x"}}\n\ndata: ' + EVENT + b"\n\n"),
            id="an error before the content",
        ),
        pytest.param(reply(EVENT, 500), id="content with 500"),
        pytest.param(reply(EVENT, 201), id="content with 201"),
        pytest.param(Failure("cannot connect: refused"), id="no reply"),
    ],
)
def test_what_is_no_answer_says_nothing_about_the_model(got: Reply | Failure) -> None:
    assert chat(got).outcome is UNCLEAR


UPSTREAM = "upstream error: model A/b is offline"
BAD_PARAMETER: dict[str, Any] = {"code": "invalid_parameter_error"}


@pytest.mark.parametrize(
    "got",
    [
        pytest.param(error(UPSTREAM, **BAD_PARAMETER), id="upstream is not stream"),
        pytest.param(error("downstream is gone", **BAD_PARAMETER), id="nor is downstream"),
        pytest.param(
            error("Model id : A/b , has no provider supported upstream", **BAD_PARAMETER),
            id="a known text with more behind it",
        ),
        pytest.param(
            error("Sorry: Model id : A/b , has no provider supported"),
            id="a known text with more before it",
        ),
        pytest.param(error("Model id : A/c , has no provider supported"), id="about another model"),
        pytest.param(error("Model id : A/b , has no provider supported", 502), id="another status"),
        pytest.param(error("Invalid model id: A/bc"), id="a longer id"),
        pytest.param(error("Input 'Invalid model id' was flagged"), id="a text that quotes one"),
        pytest.param(error("enable_thinking is wrong", **BAD_PARAMETER), id="an unknown complaint"),
        pytest.param(
            error("enable thinking can not be support when `stream=False`."), id="without the code"
        ),
        pytest.param(
            reply(
                {"error": {"message": "bitstream broken"}, "hint": "invalid_parameter_error"}, 400
            ),
            id="a code that stands elsewhere",
        ),
        pytest.param(
            reply({"error": {"message": "x", "hint": "data_inspection_failed"}}, 400),
            id="a code of inspection that stands elsewhere",
        ),
        pytest.param(error("x", 500, code="data_inspection_failed"), id="a code with 500"),
        pytest.param(
            error("Authentication failed, please make sure that the proxy is on.", 401),
            id="a 401 of somebody else",
        ),
        pytest.param(error("the upstream does not have access to this model", 403), id="a 403"),
        pytest.param(error("is real-name verified", 403), id="a part of a known text"),
        pytest.param(
            error(
                "To use API-Inference, please make sure your associated Aliyun account is real-name"
                " verified by upstream",
                403,
            ),
            id="a known beginning that goes on within its sentence",
        ),
        pytest.param(
            reply(b'{"error": {"message": "Invalid model id: A/b", "message": "x"}}', 400),
            id="a message twice",
        ),
        pytest.param(error("Invalid model id: A/b", 200), id="a known error with 200"),
        pytest.param(error(["Invalid model id: A/b"]), id="a message in a list"),
        pytest.param(error("Invalid model id: \u212a/b"), id="another letter"),
    ],
)
def test_an_error_that_is_not_known_as_a_whole_says_nothing(got: Reply) -> None:
    assert chat(got, "K/b" if "\u212a" in got.body.decode() else ID).outcome is UNCLEAR


REAL_NAME = (
    "To use API-Inference, please make sure your associated Aliyun account is real-name verified"
)
KNOWN: list[tuple[int, str, dict[str, Any], CallOutcome]] = [
    (400, "Model id : A/b , has no provider supported", {}, CallOutcome.NO_PROVIDER),
    (400, "Unsupported model (model=LongCat-Flash-Chat)", {}, CallOutcome.NO_PROVIDER),
    (400, "Invalid model id: A/b", {}, CallOutcome.INVALID_ID),
    (400, "anything", {"type": "data_inspection_failed"}, ANSWERED),
    (400, "Enable thinking can not be support when `stream=False`", BAD_PARAMETER, ANSWERED),
    (401, "Please bind your Alibaba Cloud account before use.\n", {}, CallOutcome.NOT_BOUND),
    (403, REAL_NAME, {}, CallOutcome.NOT_BOUND),
    (403, f"{REAL_NAME}. Go to the site.\nThen come back.", {}, CallOutcome.NOT_BOUND),
    (400, "Invalid model id: A/b. Go to the site.", {}, UNCLEAR),
    (429, "insufficient balance", {}, CallOutcome.QUOTA_EXCEEDED),
    (429, "insufficient balance (1008)", {"type": "insufficient_balance_error"}, UNCLEAR),
    (429, "insufficient balance (1008)", {}, CallOutcome.THROTTLED),
    (429, "Allocated quota exceeded", {"code": "insufficient_quota"}, CallOutcome.THROTTLED),
    (429, "该模型当前访问量过大", {"code": 1305}, CallOutcome.THROTTLED),
    (429, "", {}, CallOutcome.THROTTLED),
]


NOT_YOURS = "the balance of ModelScope's own account with the model's host, not yours"


@pytest.mark.parametrize("key", ["error", "errors"])
@pytest.mark.parametrize("beside", [False, True], ids=["codes inside", "codes beside"])
@pytest.mark.parametrize(("status", "message", "codes", "outcome"), KNOWN)
def test_a_known_error_is_known_in_each_envelope(
    status: int,
    message: str,
    codes: dict[str, Any],
    outcome: CallOutcome,
    key: str,
    beside: bool,
) -> None:
    inner = {"message": message, "request_id": "1", **({} if beside else codes)}
    got = reply({key: inner, **(codes if beside else {})}, status)
    assert chat(got).outcome is outcome
    assert chat(reply({"message": message, **codes}, status)).outcome is outcome
    in_a_list = reply({key: [inner], **(codes if beside else {})}, status)
    assert chat(in_a_list).outcome is outcome


@pytest.mark.parametrize(
    ("got", "outcome", "message"),
    [
        (Failure("cannot connect: refused"), UNCLEAR, "cannot connect: refused"),
        (error("busy", 429), CallOutcome.THROTTLED, "HTTP 429: busy"),
        (reply(b"", 429), CallOutcome.THROTTLED, "HTTP 429"),
        (error("busy", 499), UNCLEAR, 'HTTP 499, unknown error: "busy"'),
        (error("busy", 500), UNCLEAR, "HTTP 500: busy"),
        (
            error("Insufficient Balance.", 402),
            UNCLEAR,
            f"HTTP 402: Insufficient Balance ({NOT_YOURS})",
        ),
        (
            error("insufficient balance (1008)", 429, type="insufficient_balance_error"),
            UNCLEAR,
            f"HTTP 429: insufficient balance (1008) ({NOT_YOURS})",
        ),
        (
            error(None, 429, type="insufficient_balance_error"),
            UNCLEAR,
            f"HTTP 429: insufficient_balance_error ({NOT_YOURS})",
        ),
        (
            error("Insufficient Balance", 400),
            UNCLEAR,
            'HTTP 400, unknown error: "Insufficient Balance"',
        ),
        (
            error("insufficient balance", 429),
            CallOutcome.QUOTA_EXCEEDED,
            "HTTP 429: insufficient balance",
        ),
        (error(None, code="b", type="a"), UNCLEAR, 'HTTP 400, unknown error: "a, b"'),
        (
            error("Invalid model id: A/b"),
            *(CallOutcome.INVALID_ID, "HTTP 400: Invalid model id: A/b"),
        ),
        (
            error("bad words", code="data_inspection_failed"),
            *(ANSWERED, "works; it only refused this request: bad words"),
        ),
        (reply({}, 299), UNCLEAR, "HTTP 299"),
        (reply({}, 300), UNCLEAR, "HTTP 300: a redirect, which is not followed"),
        (reply({}, 399), UNCLEAR, "HTTP 399: a redirect, which is not followed"),
        (reply({}, 400), UNCLEAR, "HTTP 400"),
    ],
)
def test_a_call_keeps_status_and_words_of_the_reply(
    got: Reply | Failure, outcome: CallOutcome, message: str
) -> None:
    called = chat(got)
    assert (called.outcome, called.message) == (outcome, message)


def test_an_answer_has_its_time_in_milliseconds() -> None:
    called = chat(replace(reply(EVENT), seconds=2.0004))
    assert (called.message, called.latency_ms) == ("answered in 2000 ms", 2000)
    assert chat(reply({})).latency_ms is None


def test_a_text_that_is_not_known_is_quoted_in_one_short_line() -> None:
    said = chat(error(UPSTREAM, **BAD_PARAMETER)).message
    assert said == f'HTTP 400, unknown error: "{UPSTREAM}"'
    assert len(chat(error("x\n" * 10_000)).message) < 300
    assert chat(error("a\x1b[31m\nb")).message.isprintable()


@pytest.mark.parametrize("key", ["code", "type"])
@pytest.mark.parametrize("part", ["choices", "data"])
def test_a_code_beside_an_error_and_a_part_of_an_answer_counts(key: str, part: str) -> None:
    body = {"error": {"message": "bad words"}, key: "data_inspection_failed", part: []}
    assert chat(reply(body, 400)).outcome is ANSWERED


def test_an_empty_reply_has_the_message_of_an_answer_without_content() -> None:
    messages = {chat(reply(body)).message for body in (b"", b" \n", b'{"choices": []}')}
    messages.add(_calls.embedding_call(reply(b""), SOURCE, ID).message)
    assert len(messages) == 1
    assert "empty" in messages.pop()
    assert "HTTP 200" in chat(reply(b"<html>")).message


@pytest.mark.parametrize(
    ("got", "empty"),
    [
        *((reply(b""), True), (reply(b" \n"), True), (reply({"choices": []}), True)),
        *((stream(b"data: " + NOTHING + b"\n\n"), True), (stream(b"data: [DONE]\n\n"), True)),
        *((stream(b"data: busy\n\n"), False), (stream(b"data: busy\n\ndata: [DONE]\n\n"), False)),
        *((reply(b"", 201), False), (reply(b"", 503), False), (reply({}, 400), False)),
        *((reply(b"", content_type="text/html"), False), (reply(b"<html>"), False)),
        *((reply(EVENT), False), (stream(b"data: " + EVENT + b"\n\n"), False)),
        *((error("busy", 200), False), (reply({"choices": [], "error": {"code": 1}}), False)),
    ],
)
def test_an_empty_answer_is_a_200_with_neither_content_nor_error(got: Reply, empty: bool) -> None:
    assert _calls.is_empty_answer(got) is empty


@pytest.mark.parametrize(("content_type", "shown"), [("text/plain", " (text/plain)"), ("", "")])
def test_what_is_not_json_has_the_content_type_if_there_is_one(
    content_type: str, shown: str
) -> None:
    embedded = _calls.embedding_call(reply(b"{", content_type=content_type), SOURCE, ID)
    assert embedded.message.startswith("HTTP 200: not JSON")
    assert embedded.message.endswith(f"ends too early){shown}")


@pytest.mark.parametrize("content_type", ["text/html", "text/html; charset=utf-8", "TEXT/HTML"])
def test_a_page_in_place_of_an_answer_is_named(content_type: str) -> None:
    page = b"<html>\n\ndata: " + EVENT + b"\n\n</html>"
    called = chat(reply(page, content_type=content_type))
    assert (called.outcome, called.message) == (UNCLEAR, "HTTP 200: not JSON (text/html)")
    embedded = _calls.embedding_call(reply(page, content_type=content_type), SOURCE, ID)
    assert embedded.message == called.message


VECTOR = {"object": "list", "data": [{"embedding": [0.5, 0, -1]}]}


@pytest.mark.parametrize(
    ("got", "outcome"),
    [
        pytest.param(reply(VECTOR), ANSWERED, id="numbers"),
        pytest.param(reply({**VECTOR, "message": "all is well"}), ANSWERED, id="a message beside"),
        pytest.param(reply({"data": [{"embedding": []}]}), UNCLEAR, id="no numbers"),
        pytest.param(reply({"data": [{"embedding": "abc"}]}), UNCLEAR, id="a text"),
        pytest.param(reply({"data": [{"embedding": [None]}]}), UNCLEAR, id="a null"),
        pytest.param(reply({"data": [{"embedding": [True]}]}), UNCLEAR, id="a boolean"),
        pytest.param(reply({"data": None}), UNCLEAR, id="no data"),
        pytest.param(reply({**VECTOR, "error": {"message": "x"}}), UNCLEAR, id="an error beside"),
        pytest.param(reply(VECTOR, content_type="text/html"), UNCLEAR, id="called a page"),
        pytest.param(error("Invalid model id: A/b"), CallOutcome.INVALID_ID, id="a known error"),
        pytest.param(Failure("refused"), UNCLEAR, id="no reply"),
    ],
)
def test_an_embedding_is_numbers(got: Reply | Failure, outcome: CallOutcome) -> None:
    called = _calls.embedding_call(got, SOURCE, ID)
    assert (called.outcome, called.source) == (outcome, SOURCE)


PAGE = reply(b"<html>", content_type="text/html")

SUBMISSIONS: dict[str, tuple[Reply | Failure, str]] = {
    "a task": (reply({"task_id": "a-1", "task_status": "SUCCEED"}), "a-1"),
    "a task with a number": (reply({"task_id": 17}), "17"),
    "no task": (reply({"task_status": "SUCCEED"}), "HTTP 200: no task"),
    "a task that is a path": (reply({"task_id": "../x"}), "HTTP 200: no task"),
    "true is no number": (reply({"task_id": True}), "HTTP 200: no task"),
    "a list": (reply([]), "HTTP 200: no task"),
    "an error beside": (
        reply({"task_id": "a", "error": {"message": "busy"}}),
        'HTTP 200, unknown error: "busy"',
    ),
    "a page": (PAGE, "HTTP 200: not JSON (text/html)"),
    "no reply": (Failure("refused"), "refused"),
}


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_a_call_for_an_image_is_a_task_or_says_nothing(name: str) -> None:
    got, expected = SUBMISSIONS[name]
    found = _calls.image_submission(got, SOURCE, ID)
    assert found.source == SOURCE
    if isinstance(found, Called):
        assert (found.outcome, found.message) == (UNCLEAR, expected)
    else:
        assert found.id == expected


def task(status: object, images: object = None, code: int = 200, **more: object) -> Reply:
    return reply({"task_status": status, "output_images": images, **more}, code)


TASKS: dict[str, tuple[Reply | Failure, tuple[CallOutcome, str] | None]] = {
    "an image": (task("SUCCEED", ["https://a/b.png"]), (ANSWERED, "an image was made")),
    "no image": (task("SUCCEED", []), (UNCLEAR, "HTTP 200: task SUCCEED: no image")),
    "a number as an image": (task("SUCCEED", [1]), (UNCLEAR, "HTTP 200: task SUCCEED: no image")),
    "a failure": (
        task("FAILED", errors={"message": "unsafe"}),
        (UNCLEAR, "HTTP 200: task FAILED: unsafe"),
    ),
    "images of a failure": (
        task("FAILED", ["https://a"]),
        (UNCLEAR, "HTTP 200: task FAILED: no image"),
    ),
    "a status that is none": (task(["RUNNING"]), (UNCLEAR, "HTTP 200: no image")),
    "a list": (reply([]), (UNCLEAR, "HTTP 200: no image")),
    "an error beside an image": (
        task("SUCCEED", ["https://a/b.png"], error={"message": "unsafe"}),
        (UNCLEAR, "HTTP 200: task SUCCEED: unsafe"),
    ),
    "an image with 400": (
        task("SUCCEED", ["https://a/b.png"], 400),
        (UNCLEAR, "HTTP 400: task SUCCEED: no image"),
    ),
    "an error": (error("no such task", 404), (UNCLEAR, "HTTP 404: no such task")),
    "a page": (PAGE, (UNCLEAR, "HTTP 200: not JSON (text/html)")),
    "pending": (task("PENDING"), None),
    "running": (task("RUNNING", ["https://a/half.png"]), None),
    "processing": (task("PROCESSING"), None),
    "a reply that may pass": (task("FAILED", code=503), None),
    "no reply": (Failure("refused"), None),
}


@pytest.mark.parametrize("name", TASKS)
def test_a_task_ends_with_an_image_or_without_and_otherwise_goes_on(name: str) -> None:
    got, expected = TASKS[name]
    found = _calls.image_task(got, SOURCE)
    assert (found and (found.outcome, found.message)) == expected
    assert found is None or found.source == SOURCE


def test_a_stream_is_enough_with_its_first_content_and_not_before() -> None:
    answer = _calls.ChatStream()
    raw = b"data: " + NOTHING + b"\n\ndata: " + EVENT + b"\n\n"
    decided = [answer.feed(raw[place : place + 1]) for place in range(len(raw))]
    assert decided.index(True) == len(raw) - 1


def test_a_stream_is_enough_with_an_error() -> None:
    assert _calls.ChatStream().feed(b'data: {"error": {"message": "busy"}}\n\n')
    assert not _calls.ChatStream().feed(b"data: busy\n\ndata: [DONE]\n\n")


KEYS = (
    *("choices", "delta", "message", "content", "reasoning", "tool_calls", "function", "name"),
    *("error", "errors", "code", "type", "usage", "completion_tokens", "finish_reason", "data"),
)
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", " ", "Hi", "stop"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(ODD, st.sampled_from([200, 400, 401, 403, 429, 500]), st.booleans())
def test_whatever_comes_is_read_and_no_error_status_is_an_answer_without_a_code(
    body: object, status: int, streamed: bool
) -> None:
    raw = json.dumps(body).encode()
    got = reply(b"data: " + raw + b"\n\n" if streamed else raw, status)
    for called in (chat(got), _calls.embedding_call(got, SOURCE, ID)):
        assert called.message.isprintable()
        assert status == 200 or called.outcome in {UNCLEAR, CallOutcome.THROTTLED}


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_known_text_with_anything_around_it_is_not_known(before: str, behind: str) -> None:
    text = "Invalid model id: A/b"
    whole = f"{before}{text}{behind}"
    known = " ".join(whole.split()).rstrip(" .").lower() == text.lower()
    outcome = chat(error(whole)).outcome
    assert (outcome is CallOutcome.INVALID_ID) is known
