"""What each version makes of a link: what it stores, what it refuses, what stays as it is."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msconfig.cherry.link import PREFIX, decode_v1, decode_v2
from msconfig.cherry.link_reading import App, Effect, Outcome, Reading, read_link
from msconfig.tokens import Secret
from support import TOKEN

CN = "https://api-inference.modelscope.cn/v1/"
BUILT_IN: dict[str, Any] = {"id": "modelscope", "apiKey": TOKEN, "baseUrl": CN}
NEW: dict[str, Any] = {"id": "mine", "apiKey": TOKEN, "baseUrl": "https://models.example/v1"}
V1, V2 = 0, 1


def link_of(payload: object) -> str:
    return f"{PREFIX}v=1&data={base64.b64encode(json.dumps(payload).encode()).decode()}"


def effects(payload: dict[str, Any]) -> tuple[Effect, Effect]:
    first, second = (reading.effect for reading in read_link(link_of(payload)))
    assert first is not None
    assert second is not None
    return first, second


def test_each_version_has_its_reading() -> None:
    assert [reading.app for reading in read_link(link_of(NEW))] == list(App)


def test_a_built_in_provider_keeps_its_switch_and_its_address() -> None:
    for effect in effects(BUILT_IN):
        assert effect.is_built_in
        assert effect.new_is_on is None
        assert effect.overrides is None
        assert effect.keys == (Secret(TOKEN),)


def test_a_new_provider_is_on_in_v1_and_off_in_v2() -> None:
    assert [effect.new_is_on for effect in effects(NEW)] == [True, False]


def test_an_address_that_is_one_character_off_is_an_override() -> None:
    for effect in effects({**BUILT_IN, "baseUrl": CN.rstrip("/")}):
        assert effect.overrides == CN


def test_two_keys_are_two_in_v1_and_one_with_a_comma_in_v2() -> None:
    first, second = effects({**NEW, "apiKey": "one-key,other-key,"})
    assert first.keys == (Secret("one-key"), Secret("other-key"))
    assert second.keys == (Secret("one-key,other-key,"),)


@pytest.mark.parametrize(
    ("kind", "endpoint"),
    [
        ("openai", "openai-chat-completions"),
        ("anthropic", "anthropic-messages"),
        ("vertex-anthropic", "anthropic-messages"),
        ("openai-response", "openai-responses"),
        ("gemini", "google-generate-content"),
        ("vertexai", "google-generate-content"),
        ("ollama", "ollama-chat"),
        ("mistral", "openai-chat-completions"),
        ("", "openai-chat-completions"),
        (None, "openai-chat-completions"),
        (["ollama"], "openai-chat-completions"),
    ],
)
def test_the_type_becomes_an_endpoint_in_v2_alone(kind: object, endpoint: str) -> None:
    first, second = effects({**NEW, "type": kind})
    assert (first.endpoint, second.endpoint) == (None, endpoint)


@pytest.mark.parametrize("name", ["id", "apiKey", "baseUrl"])
@pytest.mark.parametrize("value", [None, "", 0, False])
def test_a_field_that_is_missing_or_empty_is_refused_by_both(name: str, value: object) -> None:
    payload = {**NEW, name: value}
    for reading in read_link(link_of(payload)):
        assert (reading.outcome, reading.effect) == (Outcome.REFUSES, None)
        assert reading.reason == f"{name} is missing or empty"


def test_all_that_is_missing_is_named() -> None:
    assert read_link(link_of({}))[V1].reason == "id and apiKey and baseUrl are missing or empty"


@pytest.mark.parametrize("value", [7, ["a"], {"a": "b"}, True, []])
def test_a_field_that_is_no_text_has_an_unknown_end(value: object) -> None:
    for reading in read_link(link_of({**NEW, "apiKey": value})):
        assert (reading.outcome, reading.reason) == (Outcome.UNKNOWN, "apiKey is not a text")


@pytest.mark.parametrize("address", ["models.example/v1", "ftp://models.example", "file:///x"])
def test_an_address_that_is_not_of_the_web_is_stored_by_v1_alone(address: str) -> None:
    first, second = read_link(link_of({**NEW, "baseUrl": address}))
    assert (first.outcome, second.outcome) == (Outcome.OPENS, Outcome.REFUSES)
    assert "http" in (second.reason or "")


def test_what_cannot_be_decoded_shows_nothing() -> None:
    for reading in read_link(f"{PREFIX}data=@"):
        assert (reading.outcome, reading.payload) == (Outcome.NOTHING, None)
        assert "base64" in (reading.reason or "")


def test_an_apostrophe_opens_in_v2_alone() -> None:
    first, second = read_link(link_of({**NEW, "name": "It's mine"}))
    assert (first.outcome, second.outcome) == (Outcome.NOTHING, Outcome.OPENS)


def test_fields_that_no_version_reads_are_named_and_not_shown() -> None:
    reading = read_link(link_of({**NEW, "models": ["x"], "secret": "y"}))[V2]
    assert reading.payload is not None
    assert reading.payload.further == ("models", "secret")
    assert "y" not in reading.payload.further


def test_the_key_is_masked_wherever_it_stands_and_a_short_one_garbles_nothing() -> None:
    payload = read_link(link_of({**NEW, "apiKey": "a-made-up-key"}))[V2].payload
    assert payload is not None
    assert payload.without_key("it is a-made-up-key") == "it is …"
    pair = read_link(link_of({**NEW, "apiKey": "first-key,other-key"}))[V2].payload
    assert pair is not None
    assert pair.without_key("other-key") == "…"
    short = read_link(link_of({**NEW, "apiKey": "i"}))[V2].payload
    assert short is not None
    assert short.without_key("it is") == "it is"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=2),
    max_leaves=3,
)
FIELDS = ["id", "apiKey", "baseUrl", "name", "type", "further"]


@given(st.dictionaries(st.sampled_from(FIELDS), ANYTHING))
def test_every_payload_has_one_end_in_each_version(payload: dict[str, object]) -> None:
    link = link_of(payload)
    for reading in read_link(link):
        assert (reading.outcome is Outcome.OPENS) is (reading.effect is not None)
        assert (reading.outcome is Outcome.OPENS) is (reading.reason is None)
        if reading.payload is not None and reading.payload.key is not None:
            assert_same(reading, link)


def assert_same(reading: Reading, link: str) -> None:
    payload = (decode_v1 if reading.app is App.V1 else decode_v2)(link)
    assert reading.payload is not None
    assert reading.payload.key == Secret(str(payload["apiKey"]))
    assert len(reading.payload.key.fingerprint) == 8
