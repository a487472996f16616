"""What does not pass by waiting: named once, with what to do, by every command that asks."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from msconfig.mock.messages import Response
from msconfig.mock.server import MockServer
from support import TOKEN, Online, Ran, Run, Serve, mock_of

CERTIFICATES = Path(__file__).resolve().parent.parent / "certificates"
MEND = "set SSL_CERT_FILE to a PEM file with its CA certificate"
UNSET = (
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    "NODE_EXTRA_CA_CERTS",
)
IDS = ("Qwen/Alive", "Qwen/Other", "Qwen/Third")


def words_of(ran: Ran) -> str:
    """Everything that it said, on one line."""
    return " ".join((ran.out + ran.err).split()).replace("\\_", "_")


@pytest.fixture
def untrusted(online: Online, monkeypatch: pytest.MonkeyPatch) -> Iterator[MockServer]:
    """ModelScope behind a certificate of a company's own CA."""
    for variable in UNSET:
        monkeypatch.delenv(variable, raising=False)
    server = MockServer(mock_of({}))
    server.ssl_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.ssl_context.load_cert_chain(CERTIFICATES / "server.pem")
    with server:
        yield online(server)


@pytest.mark.usefixtures("untrusted")
@pytest.mark.parametrize("form", ["text", "json", "markdown", "html", "github"])
def test_a_check_names_an_untrusted_certificate_once(run: Run, form: str) -> None:
    ran = run("check", "--no-token", "--format", form, *IDS)
    assert ran.code == 4
    said = words_of(ran)
    assert said.count(MEND) == 1
    assert "later" not in said
    if form == "json":
        (note,) = json.loads(ran.out)["notes"]
        assert MEND in note
    if form == "text":
        assert "Next: clear what the notes name, or use --offline" in said
    if form == "html":
        assert "Clear what the notes name, or check offline." in said


@pytest.mark.usefixtures("untrusted")
@pytest.mark.parametrize(
    "arguments",
    [
        ("models",),
        ("models", "--ids"),
        ("init", "--yes", *IDS),
        ("quota",),
        ("generate", "-o", "out", *IDS),
        ("snapshot", "-o", "facts.json"),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_every_command_names_it_with_what_to_do(
    run: Run,
    arguments: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    ran = run(*arguments)
    assert ran.code == 4
    said = words_of(ran)
    assert MEND in said
    assert "again later" not in said
    assert "no model fits" not in said.lower()


def test_with_its_ca_the_check_passes(
    run: Run, untrusted: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATES / "company-ca.pem"))
    assert run("check", "--no-token", "Qwen/Alive").code == 0
    assert untrusted.requests


@pytest.mark.parametrize(
    "response",
    [
        Response(302, b"", {"Location": "https://login.test/"}),
        Response(200, b"<title>Welcome", {"Content-Type": "text/html"}),
    ],
)
def test_a_page_or_redirect_in_place_of_all_answers_is_no_outage(
    run: Run, serve: Serve, online: Online, response: Response
) -> None:
    online(serve(lambda _: response))
    said = words_of(run("check", "--no-token", *IDS))
    assert said.count("sign in to the network in a browser") == 1
    assert "Next: clear what the notes name, or use --offline" in said


@pytest.mark.parametrize(
    ("command", "has_offline"), [("quota", False), ("doctor", False), ("models", True)]
)
def test_offline_is_offered_only_by_commands_that_have_it(
    run: Run,
    serve: Serve,
    online: Online,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    has_offline: bool,
) -> None:
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", "ms-5eed0000-0000-4000-8000-000000000001")
    online(serve(lambda _: Response(302, b"", {"Location": "https://login.test/"})))
    said = words_of(run(command))
    assert "sign in to the network in a browser" in said
    assert ("--offline" in said) == has_offline


def test_an_unusable_proxy_is_usage_and_names_one_variable(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("HTTPS_PROXY", "https_proxy", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("ALL_PROXY", "socks://127.0.0.1:7890/")
    ran = run("check", "--no-token", "Qwen/Alive")
    assert ran.code == 2
    assert ran.err == (
        "msconfig: ALL_PROXY cannot be used: scheme socks:// is unknown; write socks5:// or"
        " http://host:port\n"
    )
    assert run("check", "--offline", "--no-token", "Qwen/Qwen3.5-27B").code == 0


def test_without_a_network_no_search_says_that_nothing_fits(
    run: Run, serve: Serve, online: Online
) -> None:
    server = online(serve(mock_of({})))
    server.stop()
    ran = run("models", "--retries", "0", "qwen")
    assert ran.code == 4
    assert ran.out.startswith("? ModelScope gave no answer, so no model could be looked for.\n")
    ids = run("models", "--retries", "0", "qwen", "--ids")
    assert "no model fits" not in ids.err
    assert "ModelScope gave no answer" in ids.err
