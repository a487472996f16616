"""Links in lines that people paste, and keys of links in any text."""

from __future__ import annotations

import base64
import json

import pytest

from msconfig.cherry.link import (
    PREFIX,
    PastedLink,
    decode_base64url,
    decode_v2,
    keys_in_links,
    links_in_lines,
    why_unopenable,
)


def data_of(payload: object, *, is_url_safe: bool = False) -> str:
    encode = base64.urlsafe_b64encode if is_url_safe else base64.b64encode
    return encode(json.dumps(payload, ensure_ascii=False).encode()).decode()


def link_of(key: object, **more: object) -> str:
    return f"{PREFIX}v=1&data={data_of({'id': 'x', 'apiKey': key, 'baseUrl': 'http://x', **more})}"


ONE, TWO = link_of("key-one"), link_of("key-two")
EMPTY = f"{PREFIX}v=1&data="


@pytest.mark.parametrize(
    ("line", "link"),
    [
        (ONE, ONE),
        (f"  {ONE}\t", ONE),
        (f"{ONE} # a note, and more of it", ONE),
        (f"{ONE},", ONE),
        (ONE.replace("&", "&amp;"), ONE),
        (f'see "{ONE}" here', ONE),
        (f"[{ONE}]({ONE})", ONE),
        (f"<p><code>{ONE}</code></p>", ONE),
        (f"[add]({ONE}) or [add]({TWO})", None),
        (f"{ONE} {TWO}", None),
        (f"{ONE}{ONE}", f"{ONE}{ONE}"),
        ("no link, and a comma,", None),
        (f"{EMPTY}<your data>", f"{EMPTY}<your"),
        (f'"{EMPTY}<data>"', f"{EMPTY}<data>"),
        (f"{EMPTY}{{{{data}}}}|", f"{EMPTY}{{{{data}}}}"),
    ],
)
def test_a_line_gives_its_one_link_or_all_that_it_is(line: str, link: str | None) -> None:
    whole = line.strip()
    expected = whole if link is None else link
    assert links_in_lines(f"\n{line}\n\n{TWO}\n") == [
        PastedLink(2, expected, is_whole=expected == whole),
        PastedLink(4, TWO, is_whole=True),
    ]


# as base64 these keys have + and /; Cherry Studio reads other bytes, which are no UTF-8
WITH_PLUS, WITH_SLASH = "c\u5b57-key", "c\U0001f4a3-key"
URL_SAFE = [EMPTY + data_of({"apiKey": key}, is_url_safe=True) for key in (WITH_PLUS, WITH_SLASH)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("no link\n", []),
        (ONE, [(1, "key-one")]),
        (f"a\nb\n<a href='{ONE}'>{ONE}</a>\n\n* {TWO}.\n", [(3, "key-one")] * 2 + [(5, "key-two")]),
        (f"\n{ONE}\n\n\n{TWO}\n{ONE}", [(2, "key-one"), (5, "key-two"), (6, "key-one")]),
        (ONE.replace("&", "&amp;"), [(1, "key-one")]),
        (f"{EMPTY}@@@\n{link_of(7)}\n{link_of(None)}\n{ONE},", [(4, "key-one")]),
        (f"{EMPTY}{data_of([ONE])} {TWO}", [(1, "key-two")]),
        ("\n".join([*URL_SAFE, ONE]), [(1, WITH_PLUS), (2, WITH_SLASH), (3, "key-one")]),
        (f"{URL_SAFE[0]}&data=x", [(1, WITH_PLUS)]),
    ],
)
def test_every_key_in_a_text_is_found_with_its_line(
    text: str, found: list[tuple[int, str]]
) -> None:
    assert ["-" in URL_SAFE[0].removeprefix(EMPTY), "_" in URL_SAFE[1]] == [True, True]
    assert list(keys_in_links(text)) == found


@pytest.mark.parametrize(
    ("link", "words"),
    [
        (f"{ONE} {ONE}", "several links in one line"),
        (f"{EMPTY}{{data}}", "a placeholder that was not filled in: {data}"),
        (f"{EMPTY}%7Bdata%7D", "a placeholder that was not filled in: {data}"),
        (f"{EMPTY}undefined&x=1", "a placeholder that was not filled in: undefined"),
        (f"{PREFIX}data=%DATA%&v=1", "a placeholder that was not filled in: %DATA%"),
        (URL_SAFE[0], "written in base64url"),
        (URL_SAFE[1], "written in base64url"),
        (f"{PREFIX}v=1", "not a link that imports a key"),
        (EMPTY, "not a link that imports a key"),
    ],
)
def test_why_a_link_opens_nothing_names_what_is_in_place_of_the_data(link: str, words: str) -> None:
    assert words in (why_unopenable(link) or "")


@pytest.mark.parametrize(
    ("key", "by_the_app", "is_error"),
    [
        ("cc?-key", "cc>-key", False),
        ("cc>-key", "cc?-key", False),
        ("c\xff-key", "c\xfe-key", False),
        ("cc~-key", "cc\x7f-key", True),
    ],
)
def test_base64url_that_is_another_text_in_base64_is_an_error_where_that_text_cannot_be_meant(
    key: str, by_the_app: str, is_error: bool
) -> None:
    link = EMPTY + data_of({"apiKey": key}, is_url_safe=True)
    assert decode_base64url(link) == {"apiKey": key}
    assert decode_v2(link) == {"apiKey": by_the_app}
    assert (why_unopenable(link) is not None) is is_error


def test_a_control_character_in_plain_base64_is_not_base64url() -> None:
    link = EMPTY + data_of({"apiKey": "c\x7f-key"})
    assert not set(link.removeprefix(EMPTY)) & {"-", "_"}
    assert why_unopenable(link) is None


@pytest.mark.parametrize("link", [ONE, f"{EMPTY}{data_of('cc?')}", f"{EMPTY}a_", f"{EMPTY}_", ""])
def test_what_is_no_base64url(link: str) -> None:
    assert decode_base64url(link) is None


@pytest.mark.parametrize("end", ["", "=", "==", "===", "%3D%3D"])
@pytest.mark.parametrize("name", ["", "x", "xx", "????ÿ", ">>>>ÿ"])
def test_padding_may_be_missing_or_be_too_much(end: str, name: str) -> None:
    link = link_of("a-key", name=name)
    assert why_unopenable(link.rstrip("=") + end) is None
