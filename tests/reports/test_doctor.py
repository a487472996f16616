"""The output of doctor: nothing of an account in it, whatever the service sends."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import cycle
from typing import Any
from urllib.parse import quote

import pytest

from msconfig.checking.probe_pace import ProbePace
from msconfig.mock.handler import MockModelScope
from msconfig.mock.messages import Request, Response
from msconfig.mock.scenario import Scenario
from msconfig.mock.snapshot import load_bundled
from msconfig.modelscope.sites import Site
from msconfig.operations.doctor import DoctorReport, Result, doctor
from msconfig.operations.session import Session
from msconfig.reports.doctor import as_json, as_markdown, as_text
from msconfig.schemas import schema_problems
from msconfig.tokens import Secret
from support import Handler, Serve

TOKENS = ("ms-5eed0000-0000-4000-8000-00000000a11c", "ms_oauthSecretTokenOfLettersAlone")
ACCOUNT = ("AliceLiddell", "alice@example.test", "Hangzhou", "127.25", "10.11.12.13")
"""What only an account has: its name, address of mail and house, balance, host."""


def encodings(secret: str) -> Iterator[str]:
    raw = secret.encode()
    yield from (secret, secret.upper(), secret.lower(), secret[::-1], raw.hex(), quote(secret))
    for before in range(3):  # base64 has three forms, by the bytes before
        yield base64.b64encode(bytes(before) + raw).decode()[2 * before : -4 or None]
        yield base64.urlsafe_b64encode(bytes(before) + raw).decode()[2 * before : -4]


def secrets(token: str) -> list[str]:
    found = [each for secret in (token, *ACCOUNT) for each in encodings(secret)]
    return [*dict.fromkeys([*found, Secret(token).fingerprint])]


Rewrite = Callable[[Any, Iterator[str], list[str]], Any]
"""Gives a JSON value with texts in it: the next of an endless iterator, or all of a list."""


def in_values(value: Any, texts: Iterator[str], every: list[str]) -> Any:  # noqa: ANN401
    """Every value is a text; the keys stay."""
    if isinstance(value, dict):
        return {key: in_values(each, texts, every) for key, each in value.items()}
    if isinstance(value, list):
        return [in_values(each, texts, every) for each in value]
    return next(texts)


def in_keys(value: Any, texts: Iterator[str], every: list[str]) -> Any:  # noqa: ANN401
    """Every object has all texts as keys and values, beside what it has."""
    if isinstance(value, dict):
        further = {text: {text.title(): [text]} for text in every}
        return {key: in_keys(each, texts, every) for key, each in value.items()} | further
    if isinstance(value, list):
        return [in_keys(each, texts, every) for each in value]
    return value


def in_every_key(value: Any, texts: Iterator[str], every: list[str]) -> Any:  # noqa: ANN401
    """Every key and every value is a text."""
    if isinstance(value, dict):
        found = {next(texts): in_every_key(each, texts, every) for each in value.values()}
        return found | {text: text for text in every}
    if isinstance(value, list):
        return [in_every_key(each, texts, every) for each in value]
    return next(texts)


def beside_values(value: Any, texts: Iterator[str], every: list[str]) -> Any:  # noqa: ANN401
    """Every text begins with one, so that what was valid mostly stays so."""
    if isinstance(value, dict):
        return {key: beside_values(each, texts, every) for key, each in value.items()}
    if isinstance(value, list):
        return [beside_values(each, texts, every) for each in value]
    return f"{next(texts)} {value}" if isinstance(value, str) else value


def rewritten(
    handler: Handler, rewrite: Rewrite, every: list[str], headers: Mapping[str, str]
) -> Handler:
    """`handler` with the texts in all replies."""
    lock, texts = threading.Lock(), cycle(every)

    def new(document: str) -> str:
        return json.dumps(rewrite(json.loads(document), texts, every))

    def changed(request: Request) -> Response:
        reply = handler(request)
        text = reply.body.decode()
        with lock:
            if text.startswith("data:"):
                frames = [each[6:] for each in text.split("\n\n") if "{" in each]
                text = "".join(f"data: {new(each)}\n\n" for each in frames)
            else:
                text = new(text)
        return Response(reply.status, text.encode(), {**reply.headers, **headers})

    return changed


def report_of(serve: Serve, handler: Handler, token: str) -> DoctorReport:
    server = serve(handler)
    session = Session(
        token=token,
        hub_url=server.endpoints.hub,
        inference_url=server.endpoints.inference,
        retries=0,
        probe_pace=ProbePace.without_waiting(),
    )
    return doctor(session, paid=10)


def outputs(report: DoctorReport) -> Iterable[str]:
    yield as_json(report)
    yield as_markdown(report)
    for width in (20, 40, 80, 200):
        yield as_text(report, width=width, color=width == 80).replace("\n", "")
        yield as_text(report, width=width, color=False)


def mock(token: str) -> MockModelScope:
    account = {"token": token, "username": ACCOUNT[0], "magicubes": 127.25}
    return MockModelScope(load_bundled(Site.CN), Scenario.of({"accounts": [account]}))


REWRITES = (in_values, in_keys, in_every_key, beside_values)


@pytest.mark.parametrize("as_header", [False, True], ids=["body", "header"])
@pytest.mark.parametrize("rewrite", REWRITES)
@pytest.mark.parametrize("token", TOKENS, ids=["uuid", "letters"])
def test_no_secret_is_in_any_output(
    serve: Serve, token: str, rewrite: Rewrite, as_header: bool
) -> None:
    hidden = secrets(token)
    headers = {
        "Content-Type": f"text/{token}; charset={ACCOUNT[0]}",
        "Set-Cookie": token,
        "X-Account": ACCOUNT[1],
        "Retry-After": ACCOUNT[3],
    }
    handler = rewritten(mock(token), rewrite, hidden, headers if as_header else {})
    for text in outputs(report_of(serve, handler, token)):
        folded = text.casefold()
        assert [each for each in hidden if len(each) > 4 and each.casefold() in folded] == []


def test_an_untouched_mock_shows_nothing_of_the_account(serve: Serve) -> None:
    token = TOKENS[0]
    report = report_of(serve, mock(token), token)
    assert all(each.result is Result.HOLDS for each in report.results)
    for text in outputs(report):
        assert [each for each in secrets(token) if each in text] == []
        assert "127.25" not in text


HOSTILE = (
    *(
        "a" * 41,
        "a" * 100_000,
        "\x1b[31m",
        "\u202e",
        "::error::x",
        "##[error]",
        "|",
        "`",
        "<b>",
        "]",
    ),
    *("\n", "\r\n::set-output name=a::b", "<script>", "![x](http://e.com)", "@me", "#1", "$a$"),
)


@pytest.mark.parametrize("rewrite", REWRITES)
def test_nothing_hostile_gets_out(serve: Serve, rewrite: Rewrite) -> None:
    headers = {"Content-Type": "text/|`<b>::error::; charset=\x7f"}
    handler = rewritten(mock(TOKENS[0]), rewrite, list(HOSTILE), headers)
    report = report_of(serve, handler, TOKENS[0])
    plain = as_text(report, width=80, color=False)
    assert all(character.isprintable() or character == "\n" for character in plain)
    assert max(map(len, plain.splitlines())) <= 200
    assert "::" not in plain
    for row in as_markdown(report).splitlines():
        if row.startswith("| ") and not row.startswith("| |"):
            assert row.count("|") == 7
            assert "<" not in row
    assert schema_problems(json.loads(as_json(report)), "doctor") == []
    assert len(as_json(report)) < 60_000


def test_as_json_a_moved_belief_has_its_consequence(serve: Serve) -> None:
    handler = mock(TOKENS[0])

    def gone(request: Request) -> Response:
        if request.path == "/openapi/v1/magicubes/balance":
            return Response(404, b"404 page not found", {"Content-Type": "text/plain"})
        return handler(request)

    report = report_of(serve, gone, TOKENS[0])
    document = json.loads(as_json(report))
    assert schema_problems(document, "doctor") == []
    moved = [each for each in document["beliefs"] if each["result"] == "moved"]
    assert [each["code"] for each in moved] == ["BALANCE"]
    assert moved[0]["seen"] == "404 text/plain"
    assert moved[0]["consequence"].startswith("`quota` does not know")
    assert [each for each in document["beliefs"] if "consequence" in each] == moved
    assert document["exit_code"] == 1
    for text in (as_text(report, width=80, color=False), as_markdown(report)):
        assert "`quota` does not know" in text
        assert "404 text/plain" in text


@pytest.mark.parametrize("width", [20, 40, 71, 72, 80, 200])
def test_no_line_is_wider_than_the_terminal(serve: Serve, width: int) -> None:
    report = report_of(serve, mock(TOKENS[0]), TOKENS[0])
    lines = as_text(report, width=width, color=False).splitlines()
    longest = max(len(word) for line in lines for word in line.split())
    assert max(map(len, lines)) <= max(width, longest + 4)
    assert "✓ All 23 beliefs hold" in lines[0] or width == 20
