"""Which document is it? And what no file, however strange, makes msconfig do."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from msconfig.documents.recognise import Document, DocumentKind, examine, read_document
from msconfig.errors import FileError

V2: dict[str, Any] = {
    "provider": {"providerId": "modelscope", "presetProviderId": "modelscope", "name": "M"},
    "models": [{"providerId": "modelscope", "modelId": "Qwen/Alive"}],
}
V1: dict[str, Any] = {
    "id": "mine",
    "type": "openai",
    "name": "M",
    "apiKey": "",
    "apiHost": "https://m.example",
    "models": [],
}
REPORT: dict[str, Any] = {
    "schema_version": 1,
    "tool": {"name": "msconfig", "version": "1"},
    "site": "cn",
    "mode": "online",
    "checked_at": "2026-10-07T10:15:00Z",
    "complete": True,
    "token": [{"status": "absent", "source": ""}],
    "models": [],
    "summary": {"pass": 0, "fail": 0, "unknown": 0},
    "exit_code": 0,
}
SNAPSHOT: dict[str, Any] = {
    "schema_version": 1,
    "site": "cn",
    "recorded": "2026-10-07T10:15:00Z",
    "catalogue": [],
    "models": {},
}


def raw(document: object) -> bytes:
    return json.dumps(document).encode()


def message(document: Document) -> str:
    """What is said about a document that cannot even be parsed."""
    (problem,) = document.errors
    assert problem.path == "$"
    return problem.message


# --- recognition


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (V2, DocumentKind.PROVIDER_V2),
        ({"models": 1}, DocumentKind.PROVIDER_V2),
        ({"models": {}}, DocumentKind.SCENARIO),
        ({"models": {"a": 1, "b/c": 1}}, DocumentKind.SCENARIO),
        ({"provider": None}, DocumentKind.PROVIDER_V2),
        (V1, DocumentKind.PROVIDER_V1),
        ({"apiHost": 1, "models": []}, DocumentKind.PROVIDER_V1),
        ({"type": "openai"}, DocumentKind.PROVIDER_V1),
        (REPORT, DocumentKind.REPORT),
        (SNAPSHOT, DocumentKind.SNAPSHOT),
        ({"catalogue": []}, DocumentKind.SNAPSHOT),
        ({"models": [], "found": 0, "exit_code": 0}, DocumentKind.MODELS),
    ],
)
def test_a_document_is_known_by_its_keys_even_when_it_is_broken(
    document: object, kind: DocumentKind
) -> None:
    assert examine(raw(document)).kind is kind


@pytest.mark.parametrize(
    "document",
    [{}, [], None, 1, "cherrystudio", {"name": "M"}, [V2], {"models": {"providers": {}}}],
)
def test_a_document_of_somebody_else_is_none_of_ours(document: object) -> None:
    looked_at = examine(raw(document))
    assert looked_at.kind is None
    assert message(looked_at).startswith("not a document of msconfig")


@pytest.mark.parametrize(
    ("document", "meant", "holds"),
    [
        (V1, DocumentKind.PROVIDER_V1, True),
        (V1, DocumentKind.PROVIDER_V2, False),
        (V2, DocumentKind.PROVIDER_V2, True),
        (V2, DocumentKind.PROVIDER_V1, False),
        ([], DocumentKind.PROVIDER_V2, False),
    ],
)
def test_a_document_that_is_to_be_of_a_kind_is_held_to_it(
    document: object, meant: DocumentKind, holds: bool
) -> None:
    looked_at = examine(raw(document), kind=meant)
    assert looked_at.kind is meant
    assert (looked_at.errors == ()) is holds


def test_links_that_were_meant_are_not_read_as_anything_else() -> None:
    looked_at = examine(raw(V2), kind=DocumentKind.LINKS)
    assert looked_at.kind is DocumentKind.LINKS
    assert looked_at.errors


@pytest.mark.parametrize("kind", DocumentKind)
def test_every_kind_has_a_name_for_people(kind: DocumentKind) -> None:
    assert "." not in kind.what


def test_settings_are_known_by_the_name_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "any.toml"
    path.write_text('site = "cn"\n')
    looked_at = read_document(path)
    assert (looked_at.kind, looked_at.value) == (DocumentKind.SETTINGS, {"site": "cn"})


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileError, match="cannot read"):
        read_document(tmp_path / name)


# --- encodings and line ends

LINK = (
    b"cherrystudio://providers/api-keys?v=1&data=eyJpZCI6Im1pbmUiLCJhcGlLZXkiOiJtcy1tYWRlLXVwIiwiYm"
    b"FzZVVybCI6Imh0dHBzOi8vbS5leGFtcGxlIn0"
)


@pytest.mark.parametrize(
    ("whole", "is_toml"),
    [(json.dumps(V2, indent=1).encode(), False), (LINK + b"\n" + LINK, False), (b"# a\n", True)],
    ids=["json", "links", "toml"],
)
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_byte_order_mark_and_crlf_are_accepted(
    whole: bytes, is_toml: bool, bom: bytes, end: bytes
) -> None:
    looked_at = examine(bom + whole.replace(b"\n", end) + end, is_toml=is_toml)
    assert looked_at.errors == ()
    assert looked_at.kind is not None


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-32", "gb18030"])
@pytest.mark.parametrize("is_toml", [False, True])
def test_another_encoding_is_said_to_be_one(encoding: str, is_toml: bool) -> None:
    looked_at = examine('{"name": "模型"}'.encode(encoding), is_toml=is_toml)
    assert message(looked_at).startswith("not UTF-8 (byte ")


@pytest.mark.parametrize("blank", [b"", b" \r\n\t", b"\xef\xbb\xbf"])
def test_an_empty_document_is_said_to_be_empty(blank: bytes) -> None:
    assert message(examine(blank)) == "empty"
    assert message(examine(blank, kind=DocumentKind.LINKS)) == "empty"
    assert examine(blank, is_toml=True).errors == ()


def test_blank_lines_between_links_do_not_count() -> None:
    looked_at = examine(b"\n" + LINK + b"\n\n\t" + LINK + b"x@\n\n")
    assert [problem.path for problem in looked_at.errors] == ["$[1]"]
    assert looked_at.value == [
        {"id": "mine", "apiKey": "ms-made-up", "baseUrl": "https://m.example"}
    ]


# --- sizes, depths and numbers


@pytest.mark.timeout(10)
def test_a_file_of_50_mb_is_refused_without_being_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as stream:
        stream.truncate(50_000_000)
    assert "larger than 8 MiB" in message(read_document(path))


def test_a_document_of_exactly_8_mib_is_still_read() -> None:
    whole = raw(V2).ljust(8 * 1024 * 1024)
    assert examine(whole).errors == ()
    assert "larger than 8 MiB" in message(examine(whole + b" "))


@pytest.mark.parametrize("deep", [2_000, 100_000, 1_000_000])
@pytest.mark.parametrize(("opened", "closed"), [("[", "]"), ('{"models":', "}")])
def test_a_document_that_is_nested_without_end_is_refused(
    deep: int, opened: str, closed: str
) -> None:
    looked_at = examine((opened * deep + "1" + closed * deep).encode())
    assert looked_at.errors


@pytest.mark.parametrize(
    "place",
    [
        '{"apiHost": %s}',
        '{"models": %s, "provider": {}}',
        '{"provider": {"name": "M", "defaultChatEndpoint": %s}, "models": []}',
        '{"provider": {"name": "M"}, "models": [{"capabilities": [%s, %s]}]}',
        '{"catalogue": [%s, %s]}',
    ],
)
def test_no_depth_of_nesting_makes_it_stumble(place: str) -> None:
    limit = sys.getrecursionlimit()
    for depth in (*range(10, limit - 150, 50), *range(limit - 150, limit + 5)):
        assert examine(place.replace("%s", "[" * depth + "]" * depth).encode()).errors


@pytest.mark.parametrize(
    "nested",
    [
        b"site = " + b"[" * 100_000 + b"]" * 100_000,
        b"site = " + b"{a = " * 100_000,
        b"check" + b".a" * 3_000 + b" = 1",
    ],
    ids=["lists", "tables", "dots"],
)
def test_settings_that_are_nested_without_end_are_refused(nested: bytes) -> None:
    assert examine(nested, is_toml=True).errors


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1" * 5_000, "-" + "9" * 50_000]
)
def test_a_number_that_is_none_is_refused(number: str) -> None:
    provider = {**V2["provider"], "providerSettings": {"rateLimit": 5}}
    whole = raw({**V2, "provider": provider})
    assert examine(whole).errors == ()
    assert examine(whole.replace(b": 5", f": {number}".encode())).errors


def test_settings_with_a_number_of_too_many_digits_are_not_called_nested() -> None:
    looked_at = examine(b"site = " + b"1" * 5_000, is_toml=True)
    assert "nested" not in message(looked_at)


@pytest.mark.timeout(3)
def test_a_key_that_comes_twice_at_the_end_of_many_is_found_at_once() -> None:
    keys = "".join(f'"{number}":1,' for number in range(30_000))
    assert "twice" in message(examine(f'{{{keys}"last":1,"last":2}}'.encode()))


# --- what a pattern must not let through


@pytest.mark.parametrize(
    "time",
    [
        "2026-13-07T10:15:00Z",
        "2026-02-30T10:15:00Z",
        "２０２６-10-07T10:15:00Z",
        "0001-01-01T00:00:00+08:00",
    ],
)
def test_a_time_that_no_calendar_has_is_refused(time: str) -> None:
    assert examine(raw({**SNAPSHOT, "recorded": time})).errors
    assert examine(raw({**REPORT, "checked_at": time})).errors


@pytest.mark.parametrize(
    "document",
    [
        {**V1, "apiHost": "https://m.example/\n"},
        {**SNAPSHOT, "models": {"Qwen/Alive\n": {}}},
        {**SNAPSHOT, "recorded": "2026-10-07T10:15:00Z\n"},
        {**REPORT, "token": [{"status": "valid", "source": "", "fingerprint": "e2e68dd5\n"}]},
        {
            "provider": {"providerId": "a\n::b", "presetProviderId": "a", "name": "M"},
            "models": [{"providerId": "a\n::b", "modelId": "Qwen/Alive"}],
        },
    ],
    ids=["address", "model-id", "time", "fingerprint", "provider-id"],
)
def test_a_line_end_smuggles_nothing_past_a_pattern(document: object) -> None:
    assert examine(raw(document)).errors


def test_more_than_500_models_are_too_many_for_v2() -> None:
    rows = [{"providerId": "modelscope", "modelId": f"Qwen/{number}"} for number in range(501)]
    assert examine(raw({**V2, "models": rows[:500]})).errors == ()
    (problem,) = examine(raw({**V2, "models": rows})).errors
    assert (problem.path, problem.message) == (
        "$.models",
        "has 501 entries; at most 500 are accepted",
    )
