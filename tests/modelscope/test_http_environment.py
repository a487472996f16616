"""`HttpClient` and the environment: proxies and company certificates."""

from __future__ import annotations

import socketserver
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from ipaddress import ip_address
from pathlib import Path
from socket import SHUT_WR, create_connection, create_server, socket
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msconfig.errors import UsageError
from msconfig.mock.messages import Response
from msconfig.mock.server import MockServer
from msconfig.modelscope._http_environment import HttpEnvironment, Proxy
from msconfig.modelscope.http_client import HttpClient
from msconfig.modelscope.http_interface import Deadline, Failure, Reply
from msconfig.tokens import Secret
from support import TOKEN, Connect, RawServe, Serve

CERTIFICATES = Path(__file__).resolve().parent.parent / "certificates"
COMPANY = str(CERTIFICATES / "company-ca.pem")
HUB = "https://hub.example.test/"
VARIABLES = (
    *("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"),
    *("NO_PROXY", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"),
    *("CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"),
)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def serve_tls() -> Iterator[Callable[[str], MockServer]]:
    """Answer ``{}`` with a certificate of `tests/certificates`, until the test ends."""
    with ExitStack() as stack:

        def serve_it(certificate: str) -> MockServer:
            server = MockServer(lambda _: Response.of_json(200, {}))
            server.ssl_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            server.ssl_context.load_cert_chain(CERTIFICATES / certificate)
            return stack.enter_context(server)

        yield serve_it


def tunnel(to: MockServer) -> Callable[[socket, bytes], None]:
    """An HTTP proxy that leads every CONNECT to `to`."""

    def answer(connection: socket, asked: bytes) -> None:
        assert asked.startswith(b"CONNECT hub.example.test:443 ")
        connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        join(connection, to)

    return answer


def join(connection: socket, to: MockServer) -> None:
    with create_connection(("127.0.0.1", to.port)) as other:
        back = Thread(target=copy, args=(other, connection), daemon=True)
        back.start()
        copy(connection, other)
        back.join()


def copy(source: socket, target: socket) -> None:
    try:
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(SHUT_WR)
    except OSError:
        pass


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
    http = connect()
    result = ask(http, "https://hub.example.test/openapi/v1/users/me")
    assert result == Failure("the proxy wants user name and password (407)", passing=False)
    (note,) = http.obstacles
    assert note == (
        "hub.example.test: the proxy wants user name and password (407); put them into"
        f" {variable}: http://user:password@host:port; or use --offline"
    )
    assert [line.splitlines()[0] for line in seen] == [b"CONNECT hub.example.test:443 HTTP/1.1"]
    assert TOKEN.encode() not in b"".join(seen)


UNUSABLE = [
    pytest.param("HTTPS_PROXY", "http://jo:hunter2@proxy:port", "host:port", id="letters as port"),
    pytest.param("HTTPS_PROXY", "ftp://jo:hunter2@proxy", "scheme ftp:// is", id="protocol"),
    pytest.param("HTTPS_PROXY", "http://jo:hunter2\x01@proxy", "host:port", id="control character"),
    pytest.param("HTTPS_PROXY", "jo:hunter2://proxy", "no URL; write http://", id="secrets"),
    pytest.param("ALL_PROXY", "://", "no URL", id="no URL"),
    pytest.param("ALL_PROXY", "http://", "write http://host:port", id="no host"),
    pytest.param("ALL_PROXY", "socks://127.0.0.1:7890/", "socks5:// or http://", id="socks"),
    pytest.param("all_proxy", "socks4://127.0.0.1:7890/", "socks5:// or http://", id="socks4"),
    pytest.param("HTTPS_PROXY", "http://:x@[", "http://host:port", id="a single bracket"),
    pytest.param("ALL_PROXY", "socks5://jo:hunter2@]:1", "socks5://host:port", id="another"),
    pytest.param("SSL_CERT_FILE", "/nowhere/company.pem", "cannot be read", id="no such file"),
    pytest.param("SSL_CERT_FILE", __file__, "holds no certificate", id="a file without one"),
    pytest.param("SSL_CERT_DIR", "/nowhere/certs", "no folder", id="no such folder"),
]


@pytest.mark.parametrize(("variable", "value", "mend"), UNUSABLE)
def test_a_variable_that_cannot_be_used_is_named_alone_with_the_mend(
    variable: str, value: str, mend: str, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(UsageError) as caught:
        connect(urls=[HUB])
    said = str(caught.value)
    assert said.startswith(f"{variable} cannot be used: ")
    assert mend in said
    assert [each for each in VARIABLES if each in said] == [variable]
    assert "hunter2" not in said
    assert said.isprintable()
    with pytest.raises(UsageError):  # a host that was not announced
        ask(connect(), HUB)


@pytest.mark.parametrize(("variable", "value", "mend"), UNUSABLE)
def test_a_variable_that_does_not_concern_the_hosts_stops_nothing(
    variable: str,
    value: str,
    mend: str,
    serve: Serve,
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(variable, value)
    server = serve(lambda _: Response(200, b"{}"))
    reply = ask(connect(urls=[server.url_for("/")]), server.url_for("/"))
    assert isinstance(reply, Reply), mend
    if variable.upper().endswith("_PROXY"):
        monkeypatch.setenv("NO_PROXY", "other.test, .example.test")
        connect(urls=[HUB])
    if variable.upper() == "ALL_PROXY":
        monkeypatch.delenv("NO_PROXY")
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
        connect(urls=[HUB])


def test_a_socks_proxy_without_its_extra_is_refused_for_the_hosts_it_concerns(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("msconfig.modelscope._http_environment.find_spec", lambda _: None)
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    with pytest.raises(UsageError, match=r"ALL_PROXY names a SOCKS .* '\.\[socks\]'"):
        connect(urls=[HUB])
    connect(urls=["http://127.0.0.1:9/"])


class _Socks(socketserver.BaseRequestHandler):
    target: MockServer
    request: socket

    def handle(self) -> None:
        assert self.request.recv(3)[0] == 5
        self.request.sendall(b"\x05\x00")
        head = self.request.recv(5)
        assert head[:4] == b"\x05\x01\x00\x03"  # connect, by name: no name is resolved here
        assert self.request.recv(head[4] + 2) == b"hub.example.test\x01\xbb"
        self.request.sendall(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        join(self.request, self.target)


@contextmanager
def socks_proxy(to: MockServer) -> Iterator[str]:
    handler = type("Socks", (_Socks,), {"target": to})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"socks5://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_socks_proxy_is_used(
    serve_tls: Callable[[str], MockServer], connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("socksio")
    monkeypatch.setenv("SSL_CERT_FILE", COMPANY)
    with socks_proxy(serve_tls("server.pem")) as proxy:
        monkeypatch.setenv("ALL_PROXY", proxy)
        reply = ask(connect(urls=[HUB]), HUB)
    assert isinstance(reply, Reply)
    assert reply.body == b"{}"


@pytest.mark.parametrize("quote", ["", '"', "'"])
def test_a_company_certificate_and_proxy_are_used_quoted_or_not(
    quote: str,
    serve_tls: Callable[[str], MockServer],
    raw_serve: RawServe,
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proxy = raw_serve(tunnel(serve_tls("server.pem")))
    monkeypatch.setenv("HTTPS_PROXY", f"{quote}{proxy.removeprefix('http://')}{quote}")
    monkeypatch.setenv("SSL_CERT_FILE", f"{quote}{COMPANY}{quote}")
    http = connect(urls=[HUB])
    assert isinstance(ask(http, HUB), Reply)
    assert http.obstacles == ()


@pytest.mark.parametrize(
    ("certificate", "environment", "said"),
    [
        ("server.pem", {}, "set SSL_CERT_FILE to a PEM file with its CA certificate"),
        (
            "server.pem",
            {"REQUESTS_CA_BUNDLE": COMPANY},
            "REQUESTS_CA_BUNDLE is set, but not read: set SSL_CERT_FILE to the same file",
        ),
        (
            "server.pem",
            {"SSL_CERT_FILE": str(CERTIFICATES / "elsewhere.pem")},
            "the CA that signed it is not in SSL_CERT_FILE",
        ),
        ("expired.pem", {"SSL_CERT_FILE": COMPANY}, "check the clock of this computer"),
        ("elsewhere.pem", {"SSL_CERT_FILE": COMPANY}, "another server answers in its place"),
    ],
)
def test_an_untrusted_certificate_is_no_outage_and_comes_once_with_what_to_do(
    certificate: str,
    environment: dict[str, str],
    said: str,
    serve_tls: Callable[[str], MockServer],
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    server = serve_tls(certificate)
    http = connect()
    first, second = (ask(http, server.url_for(path)) for path in ("/", "/again"))
    assert isinstance(first, Failure)
    assert isinstance(second, Failure)
    assert first.message.startswith("its certificate is not trusted (")
    assert (first.passing, second.asked) == (False, False)
    (note,) = http.obstacles
    assert note.startswith(f"127.0.0.1:{server.port}: its certificate is not trusted (")
    assert said in note
    assert note.endswith("--offline")
    assert "later" not in note


@pytest.mark.parametrize(
    ("proxy", "reply", "said"),
    [
        ("http://jo:hunter2@", b"407 Who are you", "name or password in HTTPS_PROXY is not accept"),
        ("http://", b"403 No", "(403); have hub.example.test allowed there, or set NO_PROXY=hub."),
        ("https://", b"400 Plain", "HTTPS_PROXY begins with https://, and most proxies want http:"),
    ],
)
def test_what_a_proxy_refuses_comes_with_the_mend(
    proxy: str,
    reply: bytes,
    said: str,
    raw_serve: RawServe,
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(connection: socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 " + reply + b"\r\nContent-Length: 0\r\n\r\n")

    def plainly(connection: socket) -> None:
        connection.recv(1)
        refuse(connection, b"")

    with ExitStack() as stack:
        address = raw_serve(refuse)
        if proxy == "https://":
            address = stack.enter_context(listening(plainly))
        monkeypatch.setenv("HTTPS_PROXY", address.replace("http://", proxy))
        http = connect()
        result = ask(http, HUB)
    assert isinstance(result, Failure)
    assert not result.passing
    (note,) = http.obstacles
    assert said in note
    assert "hunter2" not in note + result.message


@pytest.mark.parametrize(
    ("variable", "proxy", "words"),
    [
        ("HTTPS_PROXY", "http://jo:hunter2@127.0.0.1:{}", "Connection refused"),
        ("ALL_PROXY", "socks5://127.0.0.1:{}", "Connection refused"),
        ("https_proxy", "http://no-such-host.invalid:{}", "its name is not known"),
    ],
)
def test_a_proxy_that_cannot_be_reached_is_named_with_the_mend(
    variable: str, proxy: str, words: str, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as server:
        port = server.server_address[1]
    monkeypatch.setenv(variable, proxy.format(port))
    http = connect()
    result = ask(http, HUB)
    assert isinstance(result, Failure)
    assert result.message == f"the proxy in {variable} cannot be reached ({words})"
    (note,) = http.obstacles
    assert "start it, or correct the variable, or set NO_PROXY=hub.example.test where" in note
    ask(http, HUB.replace("hub.", "other."))
    (note,) = http.obstacles
    assert note.startswith("hub.example.test and other.example.test: the proxy in")
    assert "NO_PROXY=hub.example.test,other.example.test where" in note
    assert "hunter2" not in note


def test_a_proxy_that_never_answers_is_named(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    with create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{silent.getsockname()[1]}")
        result = ask(connect(timeout=0.2, retries=0), HUB)
    assert isinstance(result, Failure)
    assert result.message == "no whole answer within 0.2 s, through the proxy in HTTPS_PROXY"
    assert result.passing


@contextmanager
def listening(answer: Callable[[socket], None]) -> Iterator[str]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            answer(self.request)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_proxy_with_an_outage_is_asked_again(
    raw_serve: RawServe, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def refuse(connection: socket, request: bytes) -> None:
        asked.append(request)
        connection.sendall(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")

    monkeypatch.setenv("HTTPS_PROXY", raw_serve(refuse))
    http = connect(retries=1)
    ask(http, HUB)
    assert (len(asked), http.obstacles) == (2, ())


PAGE = {"Content-Type": "text/html"}


@pytest.mark.parametrize(
    ("response", "said"),
    [
        (Response(302, b"", {"Location": "https://login.test/?token=x"}), "a redirect in place of"),
        (Response(200, b"<p>Welcome", PAGE), "a web page in place of data"),
        (Response(403, b"<p>Blocked", PAGE), "a web page in place of data"),
        (Response(511, b"<p>Sign in", PAGE), "the network wants a sign-in (HTTP 511)"),
    ],
)
def test_a_page_or_redirect_in_place_of_every_answer_is_named_once(
    response: Response, said: str, serve: Serve, connect: Connect
) -> None:
    server = serve(lambda request: Response(200, b"{}") if "good" in request.path else response)
    http = connect(retries=0)
    ask(http, server.url_for("/"))
    ask(http, server.url_for("/other"))
    (note,) = http.obstacles
    assert f": {said}" in note
    assert "login.test" not in note
    ask(http, server.url_for("/good"))
    assert http.obstacles == ()  # the host is reached: it is a matter of one route


@pytest.mark.parametrize(
    ("no_proxy", "host", "port", "direct"),
    [
        ("example.test", "hub.example.test", None, True),
        (".example.test", "hub.example.test", None, True),
        ("*.example.test", "hub.example.test", None, True),
        (".example.test", "example.test", None, True),
        ("example.test", "anexample.test", None, False),
        ("EXAMPLE.test", "Hub.Example.Test.", None, True),
        ("a.test b.test;c.test,d.test", "c.test", None, True),
        ("'a.test,b.test'", "b.test", None, True),
        ('"a.test", "b.test"', "b.test", None, True),
        ("https://a.test/", "a.test", None, True),
        ("a.test:443", "a.test", None, True),
        ("a.test:8443", "a.test", None, False),
        ("a.test:8443", "a.test", 8443, True),
        ("*", "a.test", None, True),
        ("10.0.0.0/8", "10.1.2.3", None, True),
        ("10.0.0.0/8", "11.1.2.3", None, False),
        ("10.1.2.3:443", "10.1.2.3", None, True),
        ("fd00::/8", "fd12::1", None, True),
        ("[fd00::]/8", "fd12::1", None, True),
        ("[fd12::1]", "fd12::1", None, True),
        ("[fd12::1]:443", "[fd12::1]", None, True),
        ("fd00::/8", "fe12::1", None, False),
        ("localhost,[::1", "a.test", None, False),
        ("[", "a.test", None, False),
        (",, ;", "a.test", None, False),
    ],
)
def test_no_proxy_takes_names_networks_ports_and_lists(
    no_proxy: str, host: str, port: int | None, direct: bool
) -> None:
    environment = HttpEnvironment({"HTTPS_PROXY": "http://proxy.test:1", "NO_PROXY": no_proxy})
    assert (environment.proxy_for(host, port) is None) == direct


@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_in_a_proxy_variable_raises_but_where_a_host_needs_it(proxy: str, no: str) -> None:
    environment = HttpEnvironment({"HTTPS_PROXY": proxy, "NO_PROXY": no})
    found = environment.proxy_for("hub.example.test")
    if found is not None:
        with suppress(UsageError):
            found.for_httpx(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))


@given(st.ip_addresses(), st.integers(0, 128))
def test_an_address_is_in_each_of_its_networks(address: object, bits: int) -> None:
    length = min(bits, ip_address(str(address)).max_prefixlen)
    environment = HttpEnvironment({"ALL_PROXY": "p:1", "NO_PROXY": f"x, {address}/{length}"})
    assert environment.proxy_for(str(address)) is None


def test_the_system_counts_only_where_no_variable_names_a_proxy() -> None:
    system = {"https": "proxy.system.test:3128"}
    found = HttpEnvironment({}, lambda: system).proxy_for("a.test")
    assert found == Proxy("the proxy setting of the system", "http://proxy.system.test:3128")
    named = HttpEnvironment({"all_proxy": "own.test:1"}, lambda: system).proxy_for("a.test")
    assert named == Proxy("all_proxy", "http://own.test:1")
    assert HttpEnvironment({"http_proxy": "own.test:1"}, lambda: system).proxy_for("a.test") is None
