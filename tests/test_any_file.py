"""Whatever a file holds: every reader takes it or refuses it in clear lines, and no key is shown.

The files are valid and invalid examples, real replies and what programs write, changed in some
places: a value of another type, a key twice, a cut, another encoding, a token anywhere.
"""

from __future__ import annotations

import contextlib
import copy
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import fuzz_corpus
from backups import make_data_json, make_v7
from msconfig.checking.baseline import read_baseline
from msconfig.checking.reuse import read_reuse
from msconfig.cherry.backup.opening import open_backup
from msconfig.documents.links_file import read_links
from msconfig.documents.recognise import ids_in_document, read_document
from msconfig.errors import MsconfigError
from msconfig.mock.scenario import Scenario
from msconfig.mock.snapshot import load as load_snapshot
from msconfig.modelscope.sites import Site
from msconfig.operations.scan import scan
from msconfig.operations.session import Session
from msconfig.settings import loading
from msconfig.text import visible
from msconfig.tokens import find_tokens
from support import KEY, TOKEN, Run

Json: TypeAlias = Any
"""Any JSON value."""

HERE = Path(__file__).parent
LINK = "cherrystudio://providers/api-keys?v=1&data=eyJpZCI6Im1vZGVsc2NvcGUifQ=="
TEXTS = (
    b"Qwen/Alive\nowner/name:Provider # a comment\n- `a/b`,\n",
    f"{LINK}\n# a line\n{LINK}\n".encode(),
    f'MODELSCOPE_API_TOKEN="{TOKEN}"\nMODEL=Qwen/Qwen3.5-27B\n'.encode(),
    b'site = "cn"\ntoken_env = ["MODELSCOPE_API_TOKEN"]\n\n[[models]]\nid = "a/b"\nkind = "chat"\n',
    b"model: Qwen/Qwen3.5-27B\nbase_url: https://api-inference.modelscope.cn/v1/\n",
    b'{"object": "list", "data": [{"id": "Qwen/Alive", "object": "model"}]}',
)
CORPUS = fuzz_corpus.corpus()
EXAMPLES = (
    *CORPUS.values(),
    *(
        path.read_bytes()
        for folder in ("examples", "recorded")
        for path in sorted((HERE / folder).rglob("*"))
        if path.is_file() and path.stat().st_size < 20_000
    ),
)
NAMES = ("x.json", "x.toml", "x.txt", "x.env", "x.yaml", "x", "msconfig.toml", "x.zip", "x.md")
ODD: tuple[Json, ...] = (
    *(None, True, False, 0, -1, 1.5, 2**70, 1e300, "", " ", "no", [], {}, [[]], [None], {"": None}),
    *(
        "\x1b[31m",
        "\u202e",
        "\ud800",
        "\x00",
        "::error::x",
        "##[error]x",
        "<script>",
        "a/b",
        "a" * 300,
    ),
    *(TOKEN, f"x {TOKEN}", KEY, LINK, "../x", "/etc/passwd", "https://x.test", "Qwen/Alive"),
)
PIECES = (
    *(b"\x00", b"\xff", b"\xef\xbb\xbf", b"\r\n", b"\r", b"{", b"[", b'"', b"'", b"\\", b"#", b","),
    *(b"= ", b": ", b"\n", b"[[models]]\n", b"\x1b[31m", TOKEN.encode(), b"\xe2\x80\xae", b"----"),
    *(b'"a": 1, "a": 2,', b"<html>", b"data: ", b"\xf0\x9f\x92\xa3", b"a/b", b"- ", b"```"),
)


def _places(value: Json) -> Iterator[tuple[Json, Json]]:
    """Every place of a document: what holds it, and its key or index."""
    rows = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(rows):
        yield value, key
        if isinstance(inner, dict | list):
            yield from _places(inner)


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """A known document with some places of it changed."""
    raw = draw(st.sampled_from(EXAMPLES))
    try:
        value = json.loads(raw)
    except ValueError:
        return raw
    for _ in range(draw(st.integers(0, 3))):
        places = list(_places(value)) if isinstance(value, dict | list) else []
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        if draw(st.booleans()):
            holder[key] = copy.deepcopy(draw(st.sampled_from(ODD)))
        elif isinstance(holder, dict):
            holder[draw(st.sampled_from([*map(str, ODD), *holder]))] = holder.pop(key)
        else:
            del holder[key]
    ascii_only = draw(st.booleans())
    return json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """The bytes of a file: a document or a text, cut, extended and in another encoding."""
    raw = draw(documents() | st.sampled_from(TEXTS) | st.sampled_from(EXAMPLES))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(raw)))
        match draw(st.sampled_from(["cut", "insert", "drop", "twice"])):
            case "cut":
                raw = raw[:place]
            case "insert":
                raw = raw[:place] + draw(st.sampled_from(PIECES)) + raw[place:]
            case "drop":
                raw = raw[:place] + raw[place + draw(st.integers(1, 9)) :]
            case _:
                raw = raw[:place] + raw[max(0, place - 40) :]
    if draw(st.integers(0, 9)) == 0:
        raw = raw.decode("utf-8", "replace").encode("utf-16")
    return raw


# --- readers

READERS: dict[str, Callable[[Path], object]] = {
    "a document": read_document,
    "ids in a document": ids_in_document,
    "links": lambda path: read_links(str(path)),
    "a baseline": lambda path: read_baseline(path, Site.CN),
    "a report to reuse": lambda path: read_reuse(path, Site.CN),
    "a snapshot": load_snapshot,
    "a scenario": Scenario.load,
    "settings": lambda path: loading.load(path, found=False),
    "found settings": lambda path: loading.load(path, found=True),
    "a token": lambda path: find_tokens(
        variables=(), files=(str(path),), environment={}, read_stdin=bytes
    ),
    "a backup": open_backup,
}


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def collector(pytestconfig: pytest.Config) -> Iterator[fuzz_corpus.Collector | None]:
    """In a long run, what keeps files for the corpus."""
    if pytestconfig.getoption("--hypothesis-profile") != "long":
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        collector = fuzz_corpus.Collector(READERS, Path(folder))
        yield collector
        collector.keep()


def _takes_or_refuses(path: Path) -> None:
    for read in READERS.values():
        try:
            read(path)
        except MsconfigError as error:
            message = str(error)
            assert message
            assert TOKEN not in message
            assert all(len(line) < 2_000 for line in message.splitlines())


@given(files(), st.sampled_from(NAMES))
def test_every_reader_takes_a_file_or_refuses_it_in_clear_lines(
    place: Path, collector: fuzz_corpus.Collector | None, raw: bytes, name: str
) -> None:
    path = place / name
    path.write_bytes(raw)
    _takes_or_refuses(path)
    if collector:
        collector.see(raw, name)


@pytest.mark.parametrize("name", CORPUS)
def test_every_reader_takes_or_refuses_the_files_of_the_corpus(place: Path, name: str) -> None:
    path = place / name
    path.write_bytes(CORPUS[name])
    _takes_or_refuses(path)


# --- commands

OFFLINE = ("--offline", "--no-token")
COMMANDS: dict[str, Callable[[str], tuple[str, ...]]] = {
    "check --models": lambda file: ("check", *OFFLINE, "--models", file),
    "check --from": lambda file: ("check", *OFFLINE, "--from", file, "--format", "markdown"),
    "check --config": lambda file: ("check", *OFFLINE, "--config", file, "--format", "github"),
    "check --scan": lambda file: ("check", *OFFLINE, "--scan", file, "--format", "sarif"),
    "check --fix": lambda file: ("check", *OFFLINE, "--scan", file, "--fix", "--dry-run"),
    "check --baseline": lambda file: ("check", *OFFLINE, "--baseline", file, "Qwen/Qwen3.5-27B"),
    "check --reuse": lambda file: ("check", *OFFLINE, "--reuse", file, "Qwen/Qwen3.5-27B"),
    "validate": lambda file: ("validate", "--no-keys", file),
    "link decode": lambda file: ("link", "decode", file),
    "apply": lambda file: ("apply", file, "--plan", *OFFLINE, "Qwen/Qwen3.5-27B"),
    "snapshot --diff": lambda file: ("snapshot", "--diff", file, file),
}


@given(files(), st.sampled_from(NAMES), st.sampled_from(sorted(COMMANDS)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_a_command_ends_with_a_documented_code_and_shows_no_key(
    run: Run, raw: bytes, name: str, command: str
) -> None:
    Path(name).write_bytes(raw)
    try:
        ran = run(*COMMANDS[command](name))
    finally:
        Path(name).unlink()
    assert ran.code in {0, 1, 2, 4, 5}
    for text in (ran.out, ran.err):
        assert TOKEN not in text
        assert KEY not in text
        assert all(line == visible(line) for line in text.split("\n"))
        is_github = command == "check --config" and text is ran.out
        assert is_github or not any(line.lstrip().startswith("::") for line in text.split("\n"))
    if "sarif" in COMMANDS[command](name) and ran.code in {0, 1, 4}:
        json.loads(ran.out)


# --- a scan, from Python


@given(files(), st.sampled_from(NAMES))
def test_a_scan_names_places_that_hold_the_text(place: Path, raw: bytes, name: str) -> None:
    path = place / name
    path.write_bytes(raw)
    try:
        report = scan([str(path)], Session.offline())
    except MsconfigError:
        return
    for model in report.models:
        for where in model.locations:
            assert 1 <= where.line <= max(1, raw.count(b"\n") + raw.count(b"\r") + 1)
            assert where.column >= 1
    assert TOKEN not in report.to_json()


# --- backups

BACKUPS: dict[str, Callable[[Path], object]] = {
    "v2": lambda path: make_v7(path, messages=10),
    "v1": make_data_json,
    "phone": lambda path: make_data_json(path, phone=True),
}


@pytest.fixture(scope="module")
def backups(place: Path) -> dict[str, bytes]:
    found = {}
    for name, make in BACKUPS.items():
        make(place / "made.zip")
        found[name] = (place / "made.zip").read_bytes()
        (place / "made.zip").unlink()
    return found


@given(st.sampled_from(sorted(BACKUPS)), st.data())
def test_a_damaged_backup_is_refused_in_clear_lines(
    place: Path, backups: dict[str, bytes], kind: str, data: st.DataObject
) -> None:
    raw = bytearray(backups[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        # what a reader looks at first is at the end and in the heads of members
        at = data.draw(st.integers(0, 200) | st.integers(len(raw) - 400, len(raw) - 1))
        raw[at] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del raw[data.draw(st.integers(1, len(raw))) :]
    path = place / "damaged.zip"
    path.write_bytes(bytes(raw))
    with contextlib.suppress(MsconfigError):
        open_backup(path)
