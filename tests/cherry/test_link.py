"""The deep link, held against decoders that know nothing of msconfig."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from urllib.parse import quote, unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from msconfig.cherry.link import (
    PREFIX,
    LinkRefused,
    Unopenable,
    decode_v1,
    decode_v2,
    encode,
    key_link,
    why_unopenable,
)
from msconfig.cherry.provider import ProviderChoice
from msconfig.errors import SettingsError
from msconfig.modelscope.sites import Site
from msconfig.tokens import Secret
from support import TOKEN, configuration

CN = "https://api-inference.modelscope.cn/v1/"
PAYLOAD = {"id": "mine", "apiKey": TOKEN, "baseUrl": CN, "name": "Mine"}
OPENS_NOTHING = None


# --- how the two versions read a link, written from the facts, with the standard library alone


def text_in(link: str) -> str:
    """What both versions make of the link before they look for JSON."""
    query = link.split("?", 1)[1].replace("+", "_").replace("/", "-")
    pairs = [pair.split("=", 1) for pair in query.split("&") if "=" in pair]
    data = next(unquote(value) for name, value in pairs if unquote(name) == "data")
    data = data.replace("_", "+").replace("-", "/").rstrip("=")
    return base64.b64decode(data + "=" * (-len(data) % 4)).decode()


def treated(text: str) -> str:
    return text.replace("'", '"').replace("(", "").replace(")", "")


def encode_uri_component(text: str) -> str:
    return quote(text, safe="-_.!~*'()")


def read_by_v1(link: str) -> object:
    payload = json.loads(treated(text_in(link)))
    script = f"open('{encode_uri_component(json.dumps(payload, ensure_ascii=False))}')"
    match = re.fullmatch(r"open\('([^']*)'\)", script)
    return json.loads(unquote(match[1])) if match else OPENS_NOTHING


def read_by_v2(link: str) -> object:
    text = text_in(link)
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(treated(text))


# --- properties

ANY_SIGN = st.characters(exclude_categories=())
NASTY = st.sampled_from("'\"()+/=-_,\\%&#?…’\u2028\x00\ud800\udc00")
ANY_TEXT = st.text(NASTY | ANY_SIGN)
HARMLESS = st.text(
    st.sampled_from('"()+/=-_,\\%&#?…’\u2028\x00') | st.characters(codec="utf-8")
).map(lambda text: text.replace("'", "’"))


def link_of(payload: dict[str, str]) -> str | None:
    try:
        return encode(payload)
    except LinkRefused:
        return None


@given(id=ANY_TEXT, apiKey=ANY_TEXT, baseUrl=ANY_TEXT, name=ANY_TEXT, notes=ANY_TEXT)
@example(**PAYLOAD, notes="\\u0027 is an apostrophe")
@example(**PAYLOAD, notes="\\(")
@example(**PAYLOAD, notes="~~~???>>>ÿÿÿ")
def test_a_link_opens_as_it_was_meant_in_both_versions_or_is_refused(**payload: str) -> None:
    link = link_of(payload)
    if link is not None:
        assert read_by_v1(link) == read_by_v2(link) == payload
        assert decode_v1(link) == decode_v2(link) == payload
        assert why_unopenable(link) is None


@given(name=HARMLESS, key=HARMLESS.map(lambda text: text.replace(",", ";")))
def test_nothing_is_refused_but_apostrophes_half_characters_and_commas_in_the_key(
    name: str, key: str
) -> None:
    assert link_of({**PAYLOAD, "name": name, "apiKey": key}) is not None


@given(payload=st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=3))
def test_our_decoders_read_what_the_versions_read(payload: dict[str, str]) -> None:
    link = f"{PREFIX}data={base64.b64encode(json.dumps(payload).encode()).decode()}"
    assert decode_v2(link) == read_by_v2(link)
    try:
        expected = read_by_v1(link)
    except (ValueError, UnicodeError):
        expected = OPENS_NOTHING
    if isinstance(expected, dict):
        assert decode_v1(link) == expected
    else:
        with pytest.raises(Unopenable):
            decode_v1(link)


@given(st.text())
def test_any_text_has_a_reason_or_opens_equal(text: str) -> None:
    link = PREFIX + text
    if why_unopenable(link) is None:
        assert decode_v1(link) == decode_v2(link)


# --- single links


def standard(text: str | bytes) -> str:
    raw = text.encode() if isinstance(text, str) else text
    return base64.b64encode(raw).decode()


def percent(data: str) -> str:
    return quote(data, safe="")


SIGNS = json.dumps({**PAYLOAD, "name": "~?>ÿ~?>ÿÿ"}, ensure_ascii=False)


def test_the_example_of_signs_needs_every_sign_of_base64() -> None:
    assert set("+/=") <= set(standard(SIGNS))


def test_the_data_of_a_link_has_no_sign_with_a_meaning_in_addresses() -> None:
    data = encode({**PAYLOAD, "notes": "~~~???>>>"}).removeprefix(f"{PREFIX}v=1&data=")
    assert re.fullmatch("([A-Za-z0-9]|%2B|%2F|%3D)+", data)
    assert {"%2B", "%2F"} <= set(re.findall("%..", data))


@pytest.mark.parametrize(
    "form",
    [
        str,
        percent,
        lambda data: data.rstrip("="),
        lambda data: percent(data.rstrip("=")),
        lambda data: re.sub("%..", lambda match: match[0].lower(), percent(data)),
        lambda data: f"{data}&v=2",
        lambda data: f"{data}&data=e30=",
        lambda data: data.replace("+", "_").replace("/", "-"),
        lambda data: data.replace("+", "_").replace("/", "-").rstrip("="),
        lambda data: data.replace("+", "%5F").replace("/", "%2d"),
        lambda data: data.replace("+", "_"),
        lambda data: data.replace("/", "-"),
    ],
    ids=[
        "raw",
        "percent",
        "unpadded",
        "percent-unpadded",
        "lower",
        "more-after",
        "data-twice",
        "the-app's",
        "the-app's-unpadded",
        "the-app's-percent",
        "underscore-for-plus",
        "hyphen-for-slash",
    ],
)
def test_every_spelling_of_standard_base64_arrives(form: Callable[[str], str]) -> None:
    link = f"{PREFIX}v=1&data={form(standard(SIGNS))}"
    assert decode_v1(link) == decode_v2(link) == json.loads(SIGNS)
    assert why_unopenable(link) is None


@pytest.mark.parametrize(
    ("text", "by_v1", "by_v2"),
    [
        ('{"id": "a"}', {"id": "a"}, {"id": "a"}),
        ("{'id': 'a'}", {"id": "a"}, {"id": "a"}),
        ('({"id": "a"})', {"id": "a"}, {"id": "a"}),
        ('{"id": "a(b)"}', {"id": "ab"}, {"id": "a(b)"}),
        (r'{"id": "a\u0028b\u0029"}', {"id": "a(b)"}, {"id": "a(b)"}),
        ('{"id": "it\'s"}', OPENS_NOTHING, {"id": "it's"}),
        (r'{"id": "it\u0027s"}', OPENS_NOTHING, {"id": "it's"}),
        (r'{"it\u0027s": "id"}', OPENS_NOTHING, {"it's": "id"}),
        ('{"id": "’\u2028世"}', {"id": "’\u2028世"}, {"id": "’\u2028世"}),
        ('{"id": "a", "id": "b"}', {"id": "b"}, {"id": "b"}),
        ("[1]", OPENS_NOTHING, OPENS_NOTHING),
        ("", OPENS_NOTHING, OPENS_NOTHING),
        ("{id: 1}", OPENS_NOTHING, OPENS_NOTHING),
        ('{"id": NaN}', OPENS_NOTHING, OPENS_NOTHING),
        ('\ufeff{"id": "a"}', OPENS_NOTHING, OPENS_NOTHING),
    ],
)
def test_each_version_makes_its_own_of_a_payload(text: str, by_v1: object, by_v2: object) -> None:
    link = f"{PREFIX}v=1&data={standard(text)}"
    for decode, expected in ((decode_v1, by_v1), (decode_v2, by_v2)):
        if expected is OPENS_NOTHING:
            with pytest.raises(Unopenable):
                decode(link)
        else:
            assert decode(link) == expected
    assert (why_unopenable(link) is None) is (by_v1 == by_v2 is not OPENS_NOTHING)


URLSAFE = base64.urlsafe_b64encode(SIGNS.encode()).decode()


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        (f"{PREFIX}v=1&data={URLSAFE}", "base64url"),
        (
            f"{PREFIX}v=1&data={percent(URLSAFE).replace('-', '%2D').replace('_', '%5F')}",
            "base64url",
        ),
        (f"{PREFIX}v=1", "not a link"),
        (f"{PREFIX}v=1&data=", "not a link"),
        ("cherrystudio://navigate/settings/provider?id=modelscope", "not a link"),
        ("https://modelscope.cn/?data=e30=", "not a link"),
        ("", "not a link"),
        (f"{PREFIX}data=%7B%7D", "base64"),
        (f"{PREFIX}data=A", "base64"),
        (f"{PREFIX}data={standard(bytes([0xFF]))}", "UTF-8"),
        (f"{PREFIX}data={standard('(1')}", "opens nothing"),
        # JSON in neither alphabet
        (
            f"{PREFIX}data={base64.urlsafe_b64encode('[1, ~?>ÿÿ'.encode()).decode()}",
            "opens nothing",
        ),
        pytest.param(f"{PREFIX}{'a=1&' * 200}data=@", "opens nothing", id="200 parameters"),
    ],
)
def test_a_link_that_opens_nothing_has_its_reason(link: str, reason: str) -> None:
    assert reason in (why_unopenable(link) or "")


def test_the_data_of_a_link_is_not_looked_for_inside_another_parameter() -> None:
    link = f"{PREFIX}metadata=a-b&data={percent(standard(json.dumps(PAYLOAD)))}"
    assert why_unopenable(link) is None


def test_the_first_data_of_a_link_counts_even_when_it_is_empty() -> None:
    link = f"{PREFIX}data=&data={percent(standard(json.dumps(PAYLOAD)))}"
    assert why_unopenable(link) is not None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": "It's mine"}, "write ’"),
        ({"apiKey": "first-key,second-key"}, "comma"),
        ({"name": "half \ud83d"}, "surrogate"),
        ({"it's": "mine"}, "v1"),
    ],
)
def test_what_v1_would_not_read_is_refused_with_the_reason(
    change: dict[str, str], reason: str
) -> None:
    with pytest.raises(LinkRefused, match=reason) as caught:
        encode({**PAYLOAD, **change})
    assert TOKEN not in str(caught.value)


# --- the link of a provider


def test_the_link_of_the_built_in_provider_has_its_preset_address_and_no_name() -> None:
    link = key_link(configuration(TOKEN).provider, Secret(TOKEN))
    assert read_by_v1(link) == {
        "id": "modelscope",
        "apiKey": TOKEN,
        "baseUrl": CN,
        "type": "openai",
    }


def test_the_link_of_a_new_provider_has_a_name_with_its_parentheses() -> None:
    link = key_link(configuration(TOKEN, site=Site.AI).provider, Secret(TOKEN))
    assert read_by_v1(link) == {
        "id": "modelscope-ai",
        "apiKey": TOKEN,
        "baseUrl": "https://api-inference.modelscope.ai/v1/",
        "name": "ModelScope (International)",
        "type": "openai",
    }


def test_a_name_that_v1_cannot_open_is_no_matter_where_the_link_carries_none() -> None:
    provider = configuration(provider=ProviderChoice(name="It's ModelScope")).provider
    assert read_by_v1(key_link(provider, Secret(TOKEN)))


@given(id=ANY_TEXT, name=ANY_TEXT, notes=ANY_TEXT, key=ANY_TEXT)
@example(id="mine", name="half \ud83d\ude00", notes="", key=TOKEN)
@example(id="mine", name="It's mine", notes="it's", key=TOKEN)
@example(id="mine", name="’() \u2028 \x00 \\u0027", notes="it's", key='()"\\+/=-_')
@example(id="modelscope", name="It's", notes="it's", key=TOKEN)
@example(id="dashscope", name="ModelScope", notes="", key=TOKEN)
def test_the_link_of_any_provider_opens_as_it_was_meant_or_is_refused(
    id: str,  # noqa: A002 - the provider's own word
    name: str,
    notes: str,
    key: str,
) -> None:
    try:
        provider = configuration(provider=ProviderChoice(id, name, notes=notes)).provider
        link = key_link(provider, Secret(key))
    except (LinkRefused, SettingsError):
        return
    meant = {"id": provider.id, "baseUrl": CN, "apiKey": key, "type": "openai"}
    if provider.preset_id is None:
        meant["name"] = provider.name
    assert read_by_v1(link) == read_by_v2(link) == meant
    assert decode_v1(link) == decode_v2(link) == meant


@given(name=HARMLESS, key=HARMLESS.map(lambda text: text.replace(",", ";")))
def test_the_link_of_a_harmless_name_and_key_is_not_refused(name: str, key: str) -> None:
    provider = configuration(provider=ProviderChoice("mine", name)).provider
    assert why_unopenable(key_link(provider, Secret(key))) is None
