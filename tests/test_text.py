"""Text from outside, made safe to print."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from msconfig.text import as_utf8, counted, decoded, shortened, visible, wrapped

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("", ""),
        ("Qwen/世界 é😀 \\n", "Qwen/世界 é😀 \\n"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\r\n\tb\x00", "a\\r\\n\\tb\\x00"),
        ("\x7f\x85\xad", "\\x7f\\x85\\xad"),
        ("a\u202eb\u200b\ufeff", "a\\u202eb\\u200b\\ufeff"),
        ("a\u2028b\u2029", "a\\u2028b\\u2029"),
        ("\U000e0001", "\\U000e0001"),
        ("\ud800", "\\ud800"),
        ("\u3000 \xa0", "\u3000 \xa0"),
    ],
)
def test_control_and_format_characters_are_written_out(text: str, seen: str) -> None:
    assert visible(text) == seen


@given(ANY_TEXT)
def test_any_text_becomes_one_line_that_can_be_printed(text: str) -> None:
    seen = visible(text)
    assert not {unicodedata.category(sign) for sign in seen} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert len(seen.splitlines()) <= 1
    assert visible(seen) == seen
    seen.encode()


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("", 5, ""),
        (" a \r\n\t b ", 5, "a b"),
        ("abcde", 5, "abcde"),
        ("abcdef", 5, "abcd…"),
        ("abc def", 5, "abc…"),
        ("世界世界世界", 4, "世界世…"),
    ],
)
def test_white_space_is_folded_and_the_end_cut(text: str, limit: int, short: str) -> None:
    assert shortened(text, limit) == short


def test_a_text_of_any_length_is_cut_to_200_characters() -> None:
    assert shortened("x" * 10_000_000) == "x" * 199 + "…"


@given(st.text(), st.integers(1, 30))
@example("a" + " " * 100 + "b", 10)
@example(" " * 100 + "b", 10)
def test_what_is_left_out_is_said_to_be(text: str, limit: int) -> None:
    short = shortened(text, limit)
    assert len(short) <= limit
    assert short == " ".join(text.split()) or short.endswith("…")


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 models"), (1, "1 model"), (2, "2 models"), (11, "11 models")]
)
def test_a_number_takes_the_form_of_its_noun(number: int, words: str) -> None:
    assert counted(number, "model") == words


def test_wrapped_text_keeps_ids_whole_and_its_lines_short() -> None:
    words = "a few words and some-owner/a-model-with-a-name-of-40-signs behind them"
    lines = wrapped(words, 24, first="- ", later="  ")
    assert lines[0].startswith("- a few")
    assert "  some-owner/a-model-with-a-name-of-40-signs" in lines
    assert all(len(line) <= 24 for line in lines if "/" not in line)
    assert wrapped(words, 1) == wrapped(words, 20)
    assert wrapped(" ", 20) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_text_file_is_utf_8_or_utf_16_with_a_mark(encoding: str) -> None:
    raw = "模型 a/b\r\n".encode(encoding)
    assert decoded(raw) == "模型 a/b\r\n"
    assert decoded(as_utf8(raw)) == "模型 a/b\r\n"


@pytest.mark.parametrize(
    "raw", [b"\xff", b"\xff\xfe\x00", b"\xff\xfe\x00\xd8", "a".encode("utf-32")]
)
def test_another_encoding_is_no_text(raw: bytes) -> None:
    assert as_utf8(raw) == raw
    with pytest.raises(UnicodeDecodeError):
        decoded(raw)
