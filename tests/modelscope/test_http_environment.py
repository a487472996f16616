"""`HttpClient` and the environment: proxies and company certificates."""

from __future__ import annotations

from pathlib import Path
from socket import socket

import pytest

from msconfig.errors import UsageError
from msconfig.mock.messages import Response
from msconfig.modelscope._http import Deadline, Failure, HttpClient, Reply
from msconfig.tokens import Secret
from support import TOKEN, Connect, RawServe, Serve


def ask(http: HttpClient, url: str) -> Reply | Failure:
    return http.get(url, deadline=Deadline(25, http.pacing), token=Secret(TOKEN))


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_no_proxy_stands_between_us_and_loopback(
    variable: str, serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(lambda _: Response(502, b"proxy"))
    server = serve(lambda _: Response(200, b"{}"))
    monkeypatch.setenv(variable, proxy.url_for("/"))
    reply = ask(connect(), server.url_for("/"))
    assert isinstance(reply, Reply)
    assert (reply.status, len(proxy.requests)) == (200, 0)


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_https_goes_through_the_proxy_which_sees_the_host_and_no_token(
    variable: str, raw_serve: RawServe, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def refuse(connection: socket, asked: bytes) -> None:
        seen.append(asked)
        connection.sendall(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")

    monkeypatch.setenv(variable, raw_serve(refuse))
    result = ask(connect(retries=0), "https://hub.example.test/openapi/v1/users/me")
    assert isinstance(result, Failure)
    assert "407" in result.message
    assert [line.splitlines()[0] for line in seen] == [b"CONNECT hub.example.test:443 HTTP/1.1"]
    assert TOKEN.encode() not in b"".join(seen)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        pytest.param("HTTPS_PROXY", "http://jo:hunter2@proxy:port", id="a port of letters"),
        pytest.param("HTTPS_PROXY", "ftp://jo:hunter2@proxy", id="another protocol"),
        pytest.param("HTTPS_PROXY", "http://jo:hunter2\x01@proxy", id="a control character"),
        pytest.param("ALL_PROXY", "://", id="no URL"),
        pytest.param("NO_PROXY", "localhost,[::1]", id="an exception in brackets"),
        pytest.param("SSL_CERT_FILE", "/nowhere/company.pem", id="no such certificate file"),
        pytest.param("SSL_CERT_DIR", "/nowhere/certs", id="no such certificate folder"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_without_its_secrets(
    variable: str, value: str, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(UsageError) as caught:
        connect()
    assert variable in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_certificate_file_that_holds_none_is_named(
    tmp_path: Path, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "company.pem"
    file.write_text("no certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with pytest.raises(UsageError, match="SSL_CERT_FILE"):
        connect()
