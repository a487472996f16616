"""Proxies and certificates of the environment, chosen for each host that is asked.

httpx reads the same variables all at once, so one odd variable stops everything, and names none.
Here a variable is read where a host needs it, and an unusable one is named with the mend.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import re
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from urllib.request import getproxies

import httpx

from msconfig.errors import UsageError
from msconfig.modelscope._deadline_transport import bind

__all__ = ["HttpEnvironment", "Proxy", "Routes"]

_log = logging.getLogger(__name__)

_SCHEMES = frozenset({"http", "https", "socks5", "socks5h"})
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,11}")
_SYSTEM = "the proxy setting of the system"
_NOT_READ = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
"""Certificate variables of other programs."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy, and the variable that names it. The URL may hold a password: it is never shown."""

    variable: str
    url: str

    @property
    def scheme(self) -> str:
        """In lower case."""
        return self.url.partition("://")[0].lower()

    @property
    def has_password(self) -> bool:
        """Whether the URL has user and password."""
        return "@" in self.url

    def for_httpx(self, context: ssl.SSLContext) -> httpx.Proxy:
        """The proxy as httpx takes it.

        Raises:
            UsageError: it cannot be used; the variable and the mend are named.
        """
        scheme = self.scheme
        if scheme not in _SCHEMES:
            known = f"scheme {scheme}:// is unknown" if _SCHEME.fullmatch(scheme) else "no URL"
            right = "socks5:// or http://" if scheme.startswith("socks") else "http://"
            raise UsageError(f"{self.variable} cannot be used: {known}; write {right}host:port")
        if scheme.startswith("socks") and find_spec("socksio") is None:
            raise UsageError(
                f"{self.variable} names a SOCKS proxy, which needs the extra `socks`: in"
                " the clone, pip install '.[socks]'; or set HTTPS_PROXY to an HTTP proxy"
            )
        try:
            proxy = httpx.Proxy(self.url, ssl_context=context if scheme == "https" else None)
        except (httpx.InvalidURL, ValueError, UnicodeError):
            proxy = None
        if proxy is None or not _is_host(proxy.url.host):
            raise UsageError(
                f"{self.variable} cannot be used: not a URL; write {scheme}://host:port"
            )
        return proxy


class HttpEnvironment:
    """What the environment says about reaching a host.

    Args:
        variables: the environment; empty for none.
        system: the system's proxies by scheme, which count where no variable names one.
    """

    def __init__(
        self,
        variables: Mapping[str, str],
        system: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self._variables = variables
        self._proxy = self._https_proxy(system)
        self._direct = tuple(_no_proxy(self._first("no_proxy")[1]))
        self._context: ssl.SSLContext | None = None
        unread = self.unread_certificates
        if unread:
            _log.info("%s is set, but not read; SSL_CERT_FILE is", unread)

    @classmethod
    def of_process(cls) -> HttpEnvironment:
        """That of this process, and on Windows and macOS of the system."""
        return cls(os.environ, getproxies)

    @property
    def has_certificate_file(self) -> bool:
        """Whether SSL_CERT_FILE or SSL_CERT_DIR is set."""
        return bool(self._value("SSL_CERT_FILE") or self._value("SSL_CERT_DIR"))

    @property
    def unread_certificates(self) -> str:
        """A certificate variable of other programs that is set, where none of ours is; else ""."""
        if self.has_certificate_file:
            return ""
        return next((name for name in _NOT_READ if self._value(name)), "")

    def proxy_for(self, host: str, port: int | None = None) -> Proxy | None:
        """The proxy through which an https host is asked; None for none.

        Args:
            host: a name or an address, without brackets.
            port: None for that of https.
        """
        if self._proxy is None or _is_loopback(host):
            return None
        host = host.lower().rstrip(".")
        if any(entry.covers(host, port or 443) for entry in self._direct):
            return None
        return self._proxy

    def context(self) -> ssl.SSLContext:
        """The certificates that are trusted.

        Raises:
            UsageError: SSL_CERT_FILE or SSL_CERT_DIR cannot be used.
        """
        if self._context is None:
            self._context = self._new_context()
        return self._context

    def _new_context(self) -> ssl.SSLContext:
        file, folder = self._value("SSL_CERT_FILE"), self._value("SSL_CERT_DIR")
        if file:
            try:
                return ssl.create_default_context(cafile=file)
            except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
                is_read = isinstance(error, ssl.SSLError)
                why = "the file holds no certificate" if is_read else "the file cannot be read"
            raise UsageError(
                f"SSL_CERT_FILE cannot be used: {why}; set it to a file of CA certificates in PEM"
                " form, or unset it"
            )
        if folder:
            if not os.path.isdir(folder):  # noqa: PTH112 - nothing else here is a path
                raise UsageError(
                    "SSL_CERT_DIR cannot be used: it names no folder; set it to a folder of CA"
                    " certificates as c_rehash makes it, or unset it"
                )
            return ssl.create_default_context(capath=folder)
        return httpx.create_ssl_context(trust_env=False)

    def _https_proxy(self, system: Callable[[], Mapping[str, str]]) -> Proxy | None:
        for name in ("https_proxy", "all_proxy"):
            variable, value = self._first(name)
            if value:
                return Proxy(variable, value if "://" in value else f"http://{value}")
        if self._first("http_proxy")[1]:
            return None
        found = system()
        value = _unquoted(found.get("https") or found.get("all") or "")
        if not value:
            return None
        return Proxy(_SYSTEM, value if "://" in value else f"http://{value}")

    def _first(self, name: str) -> tuple[str, str]:
        """A proxy variable by either spelling, the one in small letters first, and its value."""
        for variable in (name, name.upper()):
            if value := self._value(variable):
                return variable, value
        return "", ""

    def _value(self, variable: str) -> str:
        return _unquoted(self._variables.get(variable, ""))


class Routes(httpx.BaseTransport):
    """A connection pool for each way to a host: plain on loopback, TLS, TLS through the proxy.

    Args:
        environment: proxies and certificates.
        limits: of each pool.
    """

    def __init__(self, environment: HttpEnvironment, limits: httpx.Limits) -> None:
        self._environment = environment
        self._limits = limits
        self._pools: dict[str, httpx.HTTPTransport] = {}
        self._lock = threading.Lock()

    def prepare(self, urls: Iterable[str]) -> None:
        """Make sure that `urls` can be asked.

        Raises:
            UsageError: a variable that concerns one of them cannot be used.
        """
        for url in urls:
            self._pool(httpx.URL(url))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The response, by the pool of its host."""
        return self._pool(request.url).handle_request(request)

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for pool in self._pools.values():
                pool.close()

    def _pool(self, url: httpx.URL) -> httpx.HTTPTransport:
        is_plain = url.scheme == "http"
        # http is for loopback alone, and no proxy has business there
        proxy = None if is_plain else self._environment.proxy_for(url.host, url.port)
        way = "plain" if is_plain else (f"by {proxy.variable}" if proxy else "direct")
        with self._lock:
            if way not in self._pools:
                self._pools[way] = self._new_pool(proxy, is_plain=is_plain)
            return self._pools[way]

    def _new_pool(self, proxy: Proxy | None, *, is_plain: bool) -> httpx.HTTPTransport:
        context = (
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if is_plain else self._environment.context()
        )
        pool = httpx.HTTPTransport(
            verify=context,
            limits=self._limits,
            trust_env=False,
            proxy=proxy.for_httpx(context) if proxy else None,
        )
        bind(pool)
        return pool


@dataclass(frozen=True, slots=True)
class _Direct:
    """An entry of NO_PROXY."""

    name: str = ""
    """A host, or the end of its name behind a dot; ``*`` for all."""
    network: ipaddress.IPv4Network | ipaddress.IPv6Network | None = None
    port: int | None = None

    def covers(self, host: str, port: int) -> bool:
        """Whether `host` is asked without a proxy."""
        if self.port is not None and self.port != port:
            return False
        if self.network is not None:
            address = _address(host)
            return address is not None and address in self.network
        return self.name in {"*", host} or host.endswith(f".{self.name}")


def _no_proxy(value: str) -> Iterable[_Direct]:
    """The entries of NO_PROXY; one that makes no sense covers no host.

    Names (with what lies below them), addresses and networks of IPv4 and IPv6, with or without
    brackets, port or scheme, between commas, semicolons or white space.
    """
    for each in re.split(r"[,;\s]+", value):
        text = re.sub(r"^[a-z0-9+.-]+://", "", each.strip("\"'").lower()).rstrip("/")
        network = _network(text)
        if network is not None:
            yield _Direct(network=network)
            continue
        name, port = text, None
        if found := re.fullmatch(r"(.*):([0-9]{1,5})", text):
            name, port = found[1], int(found[2])
        network = _network(name)
        if network is not None:
            yield _Direct(network=network, port=port)
            continue
        name = name if name == "*" else name.removeprefix("*").strip(".")
        if name:
            yield _Direct(name, port=port)


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """A network or an address; of IPv6 with or without brackets."""
    bracketed = re.fullmatch(r"\[([^\]]*)\](/[0-9]{1,3})?", text)
    plain = f"{bracketed[1]}{bracketed[2] or ''}" if bracketed else text
    try:
        return ipaddress.ip_network(plain, strict=False)
    except ValueError:
        return None


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host.lower() == "localhost" if address is None else address.is_loopback


def _is_host(text: str) -> bool:
    """Whether `text` may be resolved; httpx takes a single bracket for a name."""
    return bool(_address(text) or re.fullmatch(r"[\w.-]+", text))


def _unquoted(value: str) -> str:
    """`value` without white space and quotation marks around it: `set` and .env files keep them."""
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1].strip()
    return value
