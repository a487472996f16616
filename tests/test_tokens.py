"""A token does not show itself."""

from __future__ import annotations

import copy
import html
import json
import logging
import operator
import pickle
import pprint
import re
import traceback
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import asdict
from hashlib import sha256
from typing import NoReturn
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msconfig.tokens import (
    Secret,
    Token,
    forget_secrets,
    is_masked,
    keep_secrets,
    looks_like_token,
    without_kept_secrets,
    without_token_variables,
    without_tokens,
)
from support import KEY, TOKEN

BEHIND_THE_PREFIX = TOKEN.removeprefix("ms-")
LINK = "cherrystudio://providers/api-keys?v=1&data=e30="


def secret() -> Secret:
    return Secret(TOKEN)


def unseen(text: str) -> bool:
    return BEHIND_THE_PREFIX not in text and BEHIND_THE_PREFIX[:16] not in text


# --- nothing shows it


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        ascii,
        "{}".format,
        "{!r}".format,
        "{!s:>80}".format,
        lambda value: "%s %r" % (value, value),  # noqa: UP031 - the older way may not leak either
        lambda value: f"{value} {value!r} {[value]} {({'a': value},)}",
        pprint.pformat,
        lambda value: repr(Token(value, "MODELSCOPE_API_TOKEN")),
        lambda value: f"{value.fingerprint} {value.masked}",
        lambda value: repr(dir(value)),
        lambda value: repr(Exception(value)),
        lambda value: "".join(traceback.format_exception_only(ValueError("bad", value))),
    ],
)
def test_no_way_of_printing_shows_a_secret(show: Callable[[Secret], str]) -> None:
    assert unseen(show(secret()))


@pytest.mark.parametrize(
    "use",
    [
        pickle.dumps,
        copy.copy,
        copy.deepcopy,
        json.dumps,
        vars,
        len,
        iter,
        sorted,
        "{:>80}".format,
        lambda value: operator.lt(value, value),
        lambda value: value + "",
        lambda value: "" + value,
        lambda value: asdict(Token(value, "")),
    ],
)
def test_what_would_give_a_secret_away_is_no_use_and_does_not_tell_either(
    use: Callable[[Secret], object],
) -> None:
    with pytest.raises(TypeError) as caught:
        use(secret())
    assert unseen(str(caught.value))


def test_neither_a_log_nor_a_traceback_with_locals_shows_a_secret(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fails(token: Token, others: list[Secret]) -> NoReturn:
        logging.getLogger("msconfig").error("failed with %s %r", token, others)
        raise ValueError("failed", token, others)

    with pytest.raises(ValueError, match="failed") as caught:
        fails(Token(secret(), "file token.txt"), [secret()])
    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert unseen("".join(told.format()))
    assert unseen(caplog.text)
    assert "failed with" in caplog.text


def test_a_secret_is_known_by_a_fingerprint_that_gives_nothing_away() -> None:
    assert secret().fingerprint == sha256(TOKEN.encode()).hexdigest()[:8]
    assert secret().fingerprint in repr(secret())
    assert secret().fingerprint != Secret(f"{TOKEN}0").fingerprint


def test_a_key_with_half_a_character_has_a_fingerprint_too() -> None:
    assert Secret("half \ud83d").fingerprint != Secret("half \ud83e").fingerprint


def test_equal_secrets_are_one_and_no_text_equals_a_secret() -> None:
    assert len({secret(), secret(), Secret("other")}) == 2
    assert secret() != Secret("other")
    assert secret() != TOKEN
    assert secret().reveal() == TOKEN


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        (TOKEN, "ms-…cafe"),
        ("sk-0123456789abcdef", "…cdef"),
        ("0123456789abcdef", "…cdef"),
        ("0123456789abcde", "…"),
        ("ms-short", "ms-…"),
        ("", "…"),
    ],
)
def test_a_terminal_sees_at_most_the_prefix_and_the_last_four(value: str, masked: str) -> None:
    assert Secret(value).masked == masked


def test_every_occurrence_in_a_text_is_masked() -> None:
    text = f"first {TOKEN}, then {TOKEN}."
    assert secret().hidden_in(text) == "first ms-…cafe, then ms-…cafe."


@pytest.mark.parametrize(
    "token",
    ['ms-"quoted"-and\\slashed-0123456789', "ms-it's-0123456789-<b>&", "sk-\"'both'\"-0123456789"],
)
@pytest.mark.parametrize(
    "show",
    [
        str,
        repr,
        json.dumps,
        lambda token: json.dumps({"body": json.dumps({"token": token})}),
        html.escape,
        lambda token: html.escape(token, quote=False),
        lambda token: f"{[token]}",
    ],
)
def test_a_token_with_marks_that_are_escaped_is_masked_in_every_spelling(
    show: Callable[[str], str], token: str
) -> None:
    masked = Secret(token).hidden_in(f"before {show(token)} after")
    assert Secret(token).masked in masked
    assert "quoted" not in masked
    assert "0123" not in masked.replace(Secret(token).masked, "")


# --- what looks like one

UUID = BEHIND_THE_PREFIX


@pytest.mark.parametrize(
    "text",
    [
        TOKEN,
        TOKEN.upper(),
        f" {TOKEN} ",
        f"--token={TOKEN}",
        f"--models={TOKEN}",
        f"token:{TOKEN}",
        f"-t{TOKEN}",
        f"https://x.test/?h=Bearer%20{TOKEN}",
        f"token%3D{TOKEN}",
        f'{{"header": "Bearer\\t{TOKEN}"}}',
        f"\\u003d{TOKEN}",
        "key%3dsk-0123456789abcdef",
        UUID,
        UUID.upper(),
        f" {UUID}\n",
        f"--token={UUID}",
        "sk-0123456789abcdef",
        "ms_oauth0123456789abcdef",
        LINK,
        LINK.upper(),
        f"see\n{LINK}",
        LINK.removeprefix("cherrystudio:"),
        LINK.replace("data", "d%61ta"),
        LINK.replace(":", "%3A").replace("=", "%3D"),
    ],
)
def test_an_argument_that_is_a_token_or_holds_one_is_known(text: str) -> None:
    assert looks_like_token(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "Qwen/Qwen3-8B", "ms-", "ms-1234", "sk-short", "msconfig.toml", "--site=cn"),
        *("MODELSCOPE_API_TOKEN", "ms-swift/Qwen3-8B-Instruct", "owner/ms-bert-base-uncased"),
        *(f"report-{UUID}.json", f"runs/{UUID}/report.json", f"a{TOKEN}"),
        *(f"xy{TOKEN}", f"--set=run={UUID}"),
        "cherrystudio://navigate/settings/provider?id=modelscope",
        *("desk-top-computers-and-chairs", "api-keys/cherrystudio:old"),
    ],
)
def test_an_ordinary_argument_is_let_pass(text: str) -> None:
    assert not looks_like_token(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"a {TOKEN}, b", "a <token>, b"),
        (f"{TOKEN}\n{TOKEN.upper()}", "<token>\n<token>"),
        (f"Bearer%20{TOKEN}&a=1", "Bearer%20<token>&a=1"),
        (f"one\\n{TOKEN}\\n{TOKEN}", "one\\n<token>\\n<token>"),
        ("Bearer sk-0123456789abcdef!", "Bearer <token>!"),
        ("ms_oauth.0123456789abcdef==", "<token>"),
        (f"request {UUID}", f"request {UUID}"),
        ("nothing", "nothing"),
    ],
)
def test_every_token_in_a_text_is_left_out(text: str, left: str) -> None:
    assert without_tokens(text) == left


@given(st.text(), st.text(), st.uuids())
def test_a_token_is_left_out_wherever_a_word_may_begin(
    before: str, after: str, uuid: object
) -> None:
    text = f"{before} ms-{uuid} {after}"
    assert str(uuid) not in without_tokens(text)
    assert looks_like_token(text)
    assert not re.search(r"ms-[0-9a-f]{8}-", without_tokens(f"\u201cms-{uuid}\u201d"))


@pytest.mark.parametrize(
    "value",
    ["ms-****cafe", "****", "ms-0000…cafe", "ms-…", "sk-***", "ms-••••cafe", "ms-xxxx", "sk-XXXX1"],
)
def test_a_masked_value_is_known(value: str) -> None:
    assert is_masked(value)


@pytest.mark.parametrize(
    "value", [TOKEN, "", "ms-a*b", "a.b", "sk-0123456789abcdef", "max-xx-XxXx"]
)
def test_a_whole_value_is_not_taken_for_a_masked_one(value: str) -> None:
    assert not is_masked(value)


@pytest.mark.parametrize(
    "token", [TOKEN, "\\" * 40, "%" * 20, "&" * 20, "a&b\\c%d\"e'f-0123456789"]
)
@pytest.mark.parametrize(
    "text", ["\\", "%", "&", "%25", "&amp;", r"\u006d", r"\x6d\x73-", "&#109;", "ms-", '"a\\"']
)
def test_a_secret_is_searched_for_in_linear_time(token: str, text: str) -> None:
    # in quadratic time one of these takes many minutes, and the time-out of the suite ends it
    assert len(Secret(token).hidden_in(text * (300_000 // len(text)))) > 0


def _as_html(token: str) -> str:
    return "".join(f"&#x{ord(each):04X};" if each in "-a" else each for each in token)


@pytest.mark.parametrize(
    "escape",
    [
        lambda token: "".join(rf"\u{ord(each):04x}" for each in token),
        lambda token: json.dumps(
            json.dumps({token: "".join(rf"\u{ord(each):04X}" for each in token)})
        ),
        lambda token: "".join(f"%25{ord(each):02x}" for each in token),
        lambda token: token.replace("-", "%2d").replace("0", r"\x30"),
        lambda token: _as_html(token).replace("&", "&amp;"),
        lambda token: repr(token.encode("utf-16-be")).replace(r"\x00", ""),
    ],
)
def test_a_secret_is_masked_however_its_characters_are_escaped(
    escape: Callable[[str], str],
) -> None:
    token = "ms-00000000-0000-4000-8000-00000000ca/+"
    assert "4000" not in Secret(token).hidden_in(f"before {escape(token)} behind")


def test_an_escape_is_found_beside_every_sign_that_begins_one() -> None:
    escaped = TOKEN.replace("-", "%2d")
    assert secret().hidden_in(rf"100 % \ & {escaped}") == r"100 % \ & ms-…cafe"
    assert Secret("").hidden_in(r"100 % \ & more") == r"100 % \ & more"


@pytest.mark.parametrize(
    "key",  # of a length in bytes at which no sign of base64 depends on what is behind
    ["Half-\ud83d-012345678912", "K\u00e9y-\u5b57-\U0001f4a3-0123456789"],
    ids=["half a character", "beyond ASCII"],
)
def test_a_key_of_any_characters_is_masked_in_every_spelling(key: str) -> None:
    raw = key.encode("utf-8", "surrogatepass")
    once = quote(key, errors="surrogatepass")
    for spelling in (
        *(key, key.upper(), key.lower(), key[::-1], raw.hex(), b64encode(raw).decode()),
        *(json.dumps(key)[1:-1], json.dumps(json.dumps(key))[3:-3], once, quote(once)),
        "".join(f"&#{ord(each)};" for each in key),
    ):
        assert Secret(key).hidden_in(f"a {spelling} b") == f"a …{key[-4:]} b"


@pytest.mark.parametrize(
    "text",
    [
        *("sk-", "sk-a", "cherrystudio:", "cherrystudio%3A", "api-keys?", "api-keys?d", "ms-"),
        *("ms-00000000-", "ms_oauth!", "data=", "a", "-", "\n", "sk-aaaaaaaaaaaaaaaa "),
    ],
)
def test_a_long_text_is_searched_in_linear_time(text: str) -> None:
    # in quadratic time one of these takes many minutes, and the time-out of the suite ends it
    long = text * (600_000 // len(text))
    assert not looks_like_token(long) or text.startswith("api-keys?d")
    assert len(without_tokens(long)) > 0
    assert looks_like_token(f"{long} {TOKEN}")


def test_a_key_behind_words_without_a_digit_is_found() -> None:
    text = f"sk-only-letters-and-dashes {KEY} sk-more-letters-and-dashes"
    assert looks_like_token(text)
    assert without_tokens(text) == "sk-only-letters-and-dashes <token> sk-more-letters-and-dashes"


# --- what is kept of a run, and what other programs get

ODD = "an-odd-token-0123456789"


@pytest.fixture
def _kept() -> Iterator[None]:
    """Keep secrets, those of these variables among them."""
    keep_secrets({"MODELSCOPE_API_TOKEN": f" {ODD}\n", "A_VAR": "of another variable"})
    yield
    forget_secrets()


@pytest.mark.usefixtures("_kept")
def test_the_usual_variables_and_every_new_secret_are_kept_until_they_are_forgotten() -> None:
    first = Secret("first-secret-0123456789")
    Secret("not-kept-0123456789", keep=False)
    keep_secrets()  # again, for a run inside a run: nothing is lost
    second = Secret("second-secret-0123456789")
    text = f"{ODD} {first.reveal()} {second.reveal()} not-kept-0123456789 of another variable"
    left = f"…6789 {first.masked} {second.masked} not-kept-0123456789 of another variable"
    assert without_kept_secrets(text) == without_tokens(text) == left
    forget_secrets()
    Secret("third-secret-0123456789")
    assert without_kept_secrets(f"{text} third-secret") == f"{text} third-secret"


@pytest.mark.usefixtures("_kept")
def test_the_longest_secret_is_masked_first_and_one_of_five_characters_never() -> None:
    for value in ("z-0123", "a-z-0123-z-456789", "01234"):
        Secret(value)
    assert without_kept_secrets("a-z-0123-z-456789 z-0123 01234") == "…6789 … 01234"


@pytest.mark.usefixtures("_kept")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("MODELSCOPE_API_TOKEN", ""), ("modelscope_api_key", "x"), ("DASHSCOPE_API_KEY", "x")),
        *(("CHERRY_STUDIO_API_KEY", "x"), ("A_VAR", ODD), ("A_VAR", f" {ODD} ")),
        *(("A_VAR", f"Bearer {ODD}"), ("A_VAR", f"x {TOKEN}"), ("A_VAR", UUID), ("A_VAR", LINK)),
    ],
)
def test_another_program_gets_no_variable_with_a_token(name: str, value: str) -> None:
    others = {"PATH": "/usr/bin", "HOME": "", "AN_API_KEY": "of another service"}
    assert without_token_variables({**others, name: value}) == others


def test_before_secrets_are_kept_the_form_and_the_name_count() -> None:
    environment = {"A_VAR": ODD, "B_VAR": TOKEN, "MODELSCOPE_API_KEY": "x"}
    assert without_token_variables(environment) == {"A_VAR": ODD}
