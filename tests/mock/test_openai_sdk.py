"""Clients of others, unchanged, against the mock: the OpenAI SDK and curl."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from msconfig.mock.mock import Mock
from msconfig.mock.scenario import TOKEN

if TYPE_CHECKING:
    import openai
    from openai.types.chat import ChatCompletionUserMessageParam

ALIVE = "Qwen/Qwen3.5-27B"
HELLO: ChatCompletionUserMessageParam = {"role": "user", "content": "Hello?"}
PAGE = Path(__file__).resolve().parents[2] / "docs" / "mock.md"


def client_of(mock: Mock, token: str) -> openai.OpenAI:
    import openai  # noqa: PLC0415 - takes a second, also where tests are only collected

    return openai.OpenAI(base_url=mock.inference_url, api_key=token, max_retries=0)


def error_named(name: str) -> type[openai.APIStatusError]:
    import openai  # noqa: PLC0415

    error: type[openai.APIStatusError] = getattr(openai, name)
    return error


@pytest.fixture
def client(modelscope: Mock) -> Iterator[openai.OpenAI]:
    with client_of(modelscope, modelscope.token) as client:
        yield client


def test_models_are_listed(client: openai.OpenAI) -> None:
    assert ALIVE in {model.id for model in client.models.list()}


def test_chat_answers_with_usage_and_is_paid(client: openai.OpenAI, modelscope: Mock) -> None:
    reply = client.chat.completions.create(model=ALIVE, messages=[HELLO], max_tokens=2)
    assert reply.choices[0].message.content == "Hello from"
    assert reply.usage
    assert reply.usage.completion_tokens == 2
    assert modelscope.spent == 1


def test_chat_streams(client: openai.OpenAI) -> None:
    with client.chat.completions.create(
        model=ALIVE, messages=[HELLO], stream=True, stream_options={"include_usage": True}
    ) as stream:
        chunks = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == "Hello from the mock ModelScope."
    assert chunks[-1].usage
    assert chunks[-1].usage.completion_tokens == 6


def test_embeddings_want_floats(client: openai.OpenAI, modelscope: Mock) -> None:
    modelscope.use({"models": {"Qwen/Embedding": {"behaviour": "answers", "cost": 0.5}}})
    ask = {"model": "Qwen/Embedding", "input": ["one", "two"]}
    reply = client.embeddings.create(**ask, encoding_format="float")  # type: ignore[arg-type]
    assert [len(row.embedding) for row in reply.data] == [16, 16]
    assert reply.data[0].embedding != reply.data[1].embedding
    with pytest.raises(error_named("BadRequestError")):
        client.embeddings.create(**ask, encoding_format="base64")  # type: ignore[arg-type]
    assert modelscope.spent == 0.5


@pytest.mark.parametrize(
    ("behaviour", "error", "words"),
    [
        ("no_provider", "BadRequestError", "has no provider supported"),
        ("invalid", "BadRequestError", "Invalid model id"),
        ("streams_only", "BadRequestError", "stream"),
        ("private", "PermissionDeniedError", "does not have access"),
        ("day_quota_spent", "RateLimitError", "today's quota"),
        ("too_many_requests", "RateLimitError", "Too many"),
        ("upstream_unpaid", "APIStatusError", "Insufficient Balance"),
    ],
)
def test_errors_are_the_typed_ones_of_the_sdk(
    client: openai.OpenAI,
    modelscope: Mock,
    behaviour: str,
    error: str,
    words: str,
) -> None:
    modelscope.use({"models": {ALIVE: {"behaviour": behaviour}}})
    with pytest.raises(error_named(error), match=words):
        client.chat.completions.create(model=ALIVE, messages=[HELLO])
    modelscope.assert_no_quota_spent()


def test_a_garbage_token_lists_models_but_does_not_chat(modelscope: Mock) -> None:
    with client_of(modelscope, "garbage") as client:
        assert client.models.list().data
        with pytest.raises(error_named("AuthenticationError"), match="valid ModelScope token"):
            client.chat.completions.create(model=ALIVE, messages=[HELLO])


@pytest.mark.parametrize(
    ("account", "error"),
    [
        ({"bound": False}, "AuthenticationError"),
        ({"verified": False}, "PermissionDeniedError"),
        ({"magicubes": 0.5}, "RateLimitError"),
        ({"magicubes": 2, "frozen": 1.5}, "RateLimitError"),
        ({"day_quota": {ALIVE: 0}}, "RateLimitError"),
    ],
)
def test_what_is_wrong_with_an_account_stops_its_calls(
    client: openai.OpenAI,
    modelscope: Mock,
    account: dict[str, object],
    error: str,
) -> None:
    modelscope.use({"accounts": [{"token": TOKEN, **account}]})
    with pytest.raises(error_named(error)):
        client.chat.completions.create(model=ALIVE, messages=[HELLO])
    modelscope.assert_no_quota_spent()


def test_an_empty_200_has_no_choices_and_costs_nothing(
    client: openai.OpenAI, modelscope: Mock
) -> None:
    modelscope.use({"models": {ALIVE: {"behaviour": "empty"}}})
    reply = client.chat.completions.create(model=ALIVE, messages=[HELLO])
    assert not reply.choices
    modelscope.assert_no_quota_spent()


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl")
def test_the_curl_command_of_the_docs_works(
    modelscope: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = re.search(r"<!-- run: curl -->\n```sh\n(.*?)\n```", PAGE.read_text("utf-8"))
    assert found
    monkeypatch.setenv("OPENAI_BASE_URL", modelscope.inference_url)
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", modelscope.token)
    ran = subprocess.run(["sh", "-c", found[1]], capture_output=True, check=True)
    assert json.loads(ran.stdout)["choices"][0]["message"]["content"].startswith("Hello")
