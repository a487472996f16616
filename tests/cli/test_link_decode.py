"""`msconfig link decode`: what a link does, without its key."""

from __future__ import annotations

import base64
import io
import json
import sys
import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from msconfig.cherry.link import PREFIX
from msconfig.cli.app import run as run_command_line
from msconfig.schemas import schema_problems
from support import HOSTILE_TEXT, TOKEN, Run

CN = "https://api-inference.modelscope.cn/v1/"
PAYLOAD = {"id": "modelscope", "apiKey": TOKEN, "baseUrl": CN, "type": "openai"}
NEW = {**PAYLOAD, "id": "mine", "name": "Mine"}


def link_of(payload: object) -> str:
    return f"{PREFIX}v=1&data={base64.b64encode(json.dumps(payload).encode()).decode()}"


def write(*payloads: object) -> str:
    Path("links.txt").write_text("".join(f"{link_of(payload)}\n" for payload in payloads))
    return "links.txt"


def test_a_good_link_is_told_without_its_key(run: Run) -> None:
    ran = run("link", "decode", write(PAYLOAD))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("✓ The link opens.\n")
    assert "ms-…cafe (fingerprint e2e68dd5)" in ran.out
    assert TOKEN not in ran.out
    assert "data=" not in ran.out


def test_what_differs_between_the_versions_is_told(run: Run) -> None:
    out = " ".join(run("link", "decode", write({**NEW, "type": "gemini"})).out.split())
    assert "v1 adds one key; creates the provider, switched on, unless it is there" in out
    assert "v2 adds one key; calls the address by google-generate-content;" in out
    assert "creates the provider, switched off, unless it is there" in out


def test_two_keys_an_override_and_a_kept_switch_are_told(run: Run) -> None:
    payload = {**PAYLOAD, "apiKey": f"{TOKEN},another-key", "baseUrl": CN.rstrip("/")}
    ran = run("link", "decode", write(payload))
    out = " ".join(ran.out.split())
    assert ran.code == 5
    assert "v1 adds 2 keys, split at the commas;" in out
    assert "v2 adds one key;" in out
    assert out.count(f"keeps the address as an override of the built-in {CN}") == 2
    assert out.count("leaves the built-in provider on or off, as it is") == 2


@pytest.mark.parametrize(
    ("payload", "code", "words"),
    [
        ({**PAYLOAD, "apiKey": ""}, 5, "apiKey is missing or empty"),
        ({"id": "mine"}, 5, "apiKey and baseUrl are missing or empty"),
        ({**NEW, "baseUrl": "models.example"}, 5, "baseUrl is not an http(s) address"),
        ({**NEW, "name": "It's mine"}, 5, "write ’ in its place"),
        ({**NEW, "name": "Mine (own)"}, 5, "as v1 reads it: provider mine name Mine own"),
        ({**NEW, "apiKey": 7}, 5, "it is not known what it does: apiKey is not a text"),
        ({**NEW, "models": []}, 0, "no version of Cherry Studio reads 'models'"),
        ({**NEW, "apiKey": "ms-****cafe"}, 5, "a masked key"),
        ({**NEW, "apiKey": "sk-undefined"}, 5, "apiKey: holds a word for no value"),
        ({**NEW, "apiKey": "<key>"}, 5, "apiKey: holds a placeholder"),
        ({**NEW, "apiKey": "${MS_KEY}"}, 5, "apiKey: holds the name of a variable"),
        ({**NEW, "apiKey": '"quoted-key"'}, 5, "apiKey: holds quotation marks"),
        ({**NEW, "baseUrl": "https://h.test/v1/messages"}, 0, "go to …/messages/messages"),
        ({**NEW, "baseUrl": "https://h.test/v1/chat/completions/"}, 0, "the app appends itself"),
        ([1], 5, "not a JSON object"),
    ],
)
def test_why_a_link_is_broken_is_told(run: Run, payload: object, code: int, words: str) -> None:
    ran = run("link", "decode", write(payload))
    assert ran.code == code
    assert words in " ".join(ran.out.split())


def test_a_link_in_base64url_is_told_as_such(run: Run) -> None:
    text = json.dumps({**NEW, "name": "~?>ÿ~?>ÿÿ"}, ensure_ascii=False)
    data = base64.urlsafe_b64encode(text.encode()).decode()
    Path("links.txt").write_text(f"{PREFIX}v=1&data={data}")
    assert "written in base64url" in run("link", "decode", "links.txt").out


def test_one_dead_link_among_good_ones_is_5_and_has_its_line(run: Run) -> None:
    Path("links.txt").write_text(f"\ufeff\n{link_of(PAYLOAD)}\r\n\nhttps://modelscope.cn\n")
    ran = run("link", "decode", "links.txt")
    assert ran.code == 5
    assert ran.out.startswith("✗ Of 2 links: 1 opens in no version.\n")
    assert "\nLine 2\n" in ran.out
    assert "\nLine 4\n  ✗   not a link that imports a key" in ran.out


def test_a_link_for_one_version_is_marked_in_the_first_line(run: Run) -> None:
    ran = run("link", "decode", write(PAYLOAD, {**NEW, "name": "It's"}))
    assert (ran.code, ran.out.splitlines()[0]) == (5, "✗ Of 2 links: 1 opens in one version alone.")


MASKED = {**NEW, "apiKey": "ms-****cafe"}
FURTHER = {**NEW, "models": []}
APOSTROPHE = {**NEW, "name": "It's"}


@pytest.mark.parametrize(
    ("payloads", "code", "first"),
    [
        ([PAYLOAD], 0, "✓ The link opens."),
        ([PAYLOAD, NEW], 0, "✓ All 2 links open."),
        ([FURTHER], 0, "! The link opens, with 1 warning."),
        ([PAYLOAD, FURTHER], 0, "! All 2 links open, with 1 warning."),
        ([MASKED], 5, "✗ The link opens but is not valid."),
        ([APOSTROPHE], 5, "✗ The link opens in one version alone."),
        ([[1]], 5, "✗ The link opens in no version."),
        ([MASKED, PAYLOAD], 5, "✗ Of 2 links: 1 opens but is not valid."),
        (
            [[1], {"id": "x"}, APOSTROPHE, MASKED],
            5,
            (
                "✗ Of 4 links: 2 open in no version, 1 opens in one version alone, 1 opens but is"
                " not valid."
            ),
        ),
    ],
)
def test_the_first_line_and_the_code_are_those_of_validate(
    run: Run, payloads: list[object], code: int, first: str
) -> None:
    decoded, validated = run("link", "decode", write(*payloads)), run("validate", "links.txt")
    assert (decoded.code, " ".join(decoded.out.partition("\n\n")[0].split())) == (code, first)
    assert validated.code == code
    assert ("warning" in validated.out) == first.startswith("!")
    document = json.loads(run("link", "decode", "--format", "json", "links.txt").out)
    assert document["exit_code"] == code


@pytest.mark.parametrize(
    "around",
    [
        '"{}"',
        "'{}',",
        "`{}`",
        "“{}”",
        "<{}>",
        "- {}",
        "1. {} (my key)",
        "[import]({})",
        "[{0}]({0})",
        "**{}**",
        '<a href="{}">add the key</a>',
        "| ModelScope | {} |",
        "Open {}.",
        "{} # from the guide",
    ],
)
def test_a_link_is_taken_out_of_what_is_around_it(run: Run, around: str) -> None:
    link = link_of(PAYLOAD)
    Path("links.txt").write_text(f"{around.format(link)}\n")
    ran = run("link", "decode", "links.txt")
    assert (ran.code, ran.out.splitlines()[0]) == (0, "! The link opens, with 1 warning.")
    assert "!   the text around the link is left out" in ran.out
    assert "ms-…cafe (fingerprint e2e68dd5)" in ran.out
    assert TOKEN not in ran.out
    assert link[-30:] not in ran.out
    validated = run("validate", "links.txt")
    assert (validated.code, validated.out.splitlines()[0]) == (0, "✓ The file is valid.")
    assert "$[0]: warning: the text around the link is left out" in validated.out


def test_a_link_out_of_the_source_of_a_page_is_unescaped(run: Run) -> None:
    Path("links.txt").write_text(link_of(PAYLOAD).replace("&", "&amp;"))
    assert run("link", "decode", "links.txt").out.startswith("! The link opens, with 1 warning.")


@pytest.mark.parametrize(
    "data", ["{config}", "<payload>", "${DATA}", "%DATA%", "undefined", "YOUR_KEY", "{{ data }}"]
)
def test_a_placeholder_in_place_of_the_data_is_named(run: Run, data: str) -> None:
    Path("links.txt").write_text(f"{PREFIX}v=1&data={data}\n")
    ran = run("link", "decode", "links.txt")
    assert (ran.code, ran.out.splitlines()[0]) == (5, "✗ The link opens in no version.")
    words = f"its data is a placeholder that was not filled in: {data.partition(' ')[0]}"
    assert words in " ".join(ran.out.split())


def test_links_are_counted_and_not_the_words_around_them(run: Run) -> None:
    lines = [f"{number}. Click here, please: {link_of(PAYLOAD)}\n" for number in range(400)]
    Path("links.txt").write_text("".join(lines), "utf-8")
    assert run("link", "decode", "links.txt").code == 0


def test_two_links_in_a_line_are_refused_as_such(run: Run) -> None:
    Path("links.txt").write_text(f"{link_of(PAYLOAD)} {link_of(NEW)}\n")
    ran = run("link", "decode", "links.txt")
    assert (ran.code, ran.out.splitlines()[0]) == (5, "✗ The link opens in no version.")
    assert "several links in one line; give one a line" in ran.out


def test_json_keeps_its_schema_and_holds_no_key(run: Run) -> None:
    payloads = [PAYLOAD, {**NEW, "name": f"key {TOKEN}"}, {**NEW, "apiKey": "half \ud83d key"}, 1]
    ran = run("link", "decode", "--format", "json", write(*payloads))
    document = json.loads(ran.out)
    assert (ran.code, document["exit_code"]) == (5, 5)
    assert schema_problems(document, "decoded-link") == []
    assert TOKEN not in ran.out
    assert [link["opens"] for link in document["links"]] == [True, True, True, False]
    v1, v2 = document["links"][0]["versions"]
    assert v1["payload"]["key"] == {"masked": "ms-…cafe", "fingerprint": "e2e68dd5"}
    assert (v1["effect"]["endpoint"], v2["effect"]["endpoint"]) == (None, "openai-chat-completions")
    Path("decoded.json").write_text(ran.out)
    assert "decoded Cherry Studio links" in run("validate", "decoded.json").out


def test_stdin_is_read_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO(f"{link_of(PAYLOAD)}\n".encode())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(raw))
    ran = run("link", "decode", "-v", "-")
    assert ran.code == 0
    assert ran.err == "standard input: 1 links, read as schemas/link.schema.json\n"


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (None, 2, "cannot read"),
        (b"", 5, "empty"),
        (b"\n \n", 5, "empty"),
        (b"\xff\xfex", 5, "not UTF-"),
        (b"x" * (8 * 1024 * 1024 + 1), 5, "larger than 8 MiB"),
        (b"x\n" * 1001, 5, "more than 1000 links"),
    ],
    ids=["missing", "empty", "blank", "no text", "huge", "many"],
)
def test_a_file_that_is_none_ends_in_one_line(
    run: Run, content: bytes | None, code: int, words: str
) -> None:
    if content is not None:
        Path("links.txt").write_bytes(content)
    ran = run("link", "decode", "links.txt")
    assert (ran.code, ran.out) == (code, "")
    assert words in ran.err
    assert ran.err.count("\n") == 1


def test_a_config_that_is_none_is_2(run: Run) -> None:
    assert run("link", "decode", "--config", "missing.toml", write(PAYLOAD)).code == 2


@pytest.mark.parametrize(
    "argument",
    [
        link_of(PAYLOAD),
        link_of(PAYLOAD).removeprefix("cherrystudio:"),
        link_of(PAYLOAD).replace("data=", "d%61ta="),
        link_of(PAYLOAD).replace(":", "%3A", 1).replace("data=", "data%3D"),
        f"--config={link_of(PAYLOAD)}",
    ],
    ids=["whole", "without scheme", "data encoded", "encoded", "as an option"],
)
@pytest.mark.parametrize("verb", ["decode", "open"])
def test_a_link_as_an_argument_is_refused_without_being_repeated(
    run: Run, verb: str, argument: str
) -> None:
    ran = run("link", verb, argument)
    assert (ran.code, ran.out) == (2, "")
    assert "argument 3 looks like a token or a link containing one" in ran.err
    assert argument[-20:] not in ran.err


@pytest.mark.parametrize("width", ["40", "80", "200"])
def test_no_line_is_wider_than_it_has_to_be(
    run: Run, monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    ran = run("link", "decode", write(PAYLOAD, {**NEW, "name": "It's"}, {"id": "mine"}))
    for line in ran.out.splitlines():
        assert len(line) <= min(int(width), 80) or CN in line or "fingerprint" in line


HOSTILE = HOSTILE_TEXT | st.text(st.characters(exclude_categories=()), max_size=9)
FIELDS = st.sampled_from(["id", "apiKey", "baseUrl", "name", "type", "::x\x1b"])
PAYLOADS = st.dictionaries(FIELDS, HOSTILE | st.just(f"x {TOKEN}") | st.integers())


@given(st.lists(PAYLOADS.map(link_of) | HOSTILE, max_size=3), st.sampled_from(["text", "json"]))
@example([link_of({**NEW, "name": "\x1b[31m\u202e", "further": 1})], "text")
@example([link_of({**NEW, "apiKey": "\ud83d" * 20, "name": "\ud83d" * 20})], "json")
def test_any_file_is_told_or_refused_and_shows_neither_key_nor_control_characters(
    lines: list[str], form: str
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        file = Path(folder, "links.txt")
        file.write_text("\n".join(lines), "utf-8", "backslashreplace")
        raw = io.BytesIO()
        patch.setattr(sys, "stdout", io.TextIOWrapper(raw, "utf-8"))
        patch.setattr(sys, "stderr", io.TextIOWrapper(io.BytesIO(), "utf-8"))
        code = run_command_line(["link", "decode", str(file), "--format", form])
        out = raw.getvalue().decode()
    assert code in {0, 5}
    if not out:  # refused as a whole, on stderr
        return
    assert TOKEN not in out
    unseen = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not any(unicodedata.category(sign) in unseen for sign in out.replace("\n", ""))
    if form == "json":
        assert schema_problems(json.loads(out), "decoded-link") == []
