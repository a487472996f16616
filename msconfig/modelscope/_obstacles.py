"""What stands between this machine and a host and does not go away by waiting.

A company's certificate, a proxy that wants a sign-in, a sign-in page, a firewall: each is
recognised by what comes in place of an answer, and comes with what to do.
"""

from __future__ import annotations

import errno
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from http import HTTPStatus

import httpx

from msconfig.modelscope._hosts import Reply
from msconfig.modelscope._http_environment import HttpEnvironment, Proxy
from msconfig.modelscope._reading import is_page
from msconfig.text import shortened, visible

__all__ = ["Obstacles"]

_EXPIRED = 10
_NOT_YET_VALID = 9
_OTHER_HOST = (62, 64)
"""Codes of OpenSSL (X509_V_ERR_…)."""
_NO_CONNECTION = frozenset({errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH})
_SIGN_IN = "sign in to the network in a browser, or set HTTPS_PROXY if it needs a proxy"


class Obstacles:
    """The obstacles of a run, by host. Safe to share between threads."""

    def __init__(self, environment: HttpEnvironment) -> None:
        self._environment = environment
        self._lock = threading.Lock()
        self._lasting: dict[str, str] = {}
        self._pages: dict[str, str] = {}
        self._answering: set[str] = set()

    def notes(self, *, has_offline: bool) -> tuple[str, ...]:
        """One line a kind of obstacle: the hosts, what came in place of an answer, what to do.

        A page or a redirect of a host that gave data too is that host's own matter.

        Args:
            has_offline: whether the command has the option --offline, which helps with all of them.
        """
        with self._lock:
            found = dict(self._lasting)
            for host, words in self._pages.items():
                if host not in self._answering:
                    found.setdefault(host, words)
        hosts: dict[str, list[str]] = {}
        for host, words in found.items():
            hosts.setdefault(words, []).append(host)
        end = "; or use --offline" if has_offline else ""
        return tuple(f"{_note(sorted(names), words)}{end}" for words, names in hosts.items())

    def of_error(self, error: httpx.HTTPError, host: str) -> str:
        """The cause of an error that does not pass, in a few words; "" for any other.

        Args:
            error: what httpx raised.
            host: name or address that was asked, perhaps with a port.
        """
        proxy = self._environment.proxy_for(*_split(host))
        said, mend = "", ""
        if isinstance(error, httpx.ProxyError):
            said, mend = _refused(str(error), proxy)
        elif proxy and (words := _not_connected(error)):
            said = f"the proxy in {proxy.variable} cannot be reached ({words})"
            mend = f"start it, or correct the variable, or {_WITHOUT_PROXY}"
        else:
            broken = next((each for each in _causes(error) if isinstance(each, ssl.SSLError)), None)
            if isinstance(broken, ssl.SSLCertVerificationError):
                said, mend = self._untrusted(broken)
            elif broken is not None and broken.reason in {
                "WRONG_VERSION_NUMBER",
                "RECORD_LAYER_FAILURE",
                "HTTP_REQUEST",
            }:
                said, mend = _without_tls(proxy)
        if said:
            with self._lock:
                self._lasting.setdefault(host, f"{said}; {mend}")
        return said

    def on_the_way(self, host: str) -> str:
        """The proxy through which a host is asked, as the end of a sentence; "" for none."""
        proxy = self._environment.proxy_for(*_split(host))
        return f", through the proxy in {proxy.variable}" if proxy else ""

    def look_at(self, reply: Reply, host: str) -> None:
        """Take a reply into account: an answer, or a page or redirect in place of one."""
        words = ""
        if reply.status == HTTPStatus.NETWORK_AUTHENTICATION_REQUIRED:
            words = f"the network wants a sign-in (HTTP 511); {_SIGN_IN}"
        elif HTTPStatus.MULTIPLE_CHOICES <= reply.status < HTTPStatus.BAD_REQUEST:
            words = f"a redirect in place of an answer, as to a sign-in page; {_SIGN_IN}"
        elif reply.status in {HTTPStatus.OK, HTTPStatus.FORBIDDEN} and is_page(reply):
            words = f"a web page in place of data, as of a sign-in or a firewall; {_SIGN_IN}"
        with self._lock:
            if words:
                self._pages.setdefault(host, words)
            elif reply.status < HTTPStatus.INTERNAL_SERVER_ERROR and not is_page(reply):
                self._answering.add(host)

    def _untrusted(self, error: ssl.SSLCertVerificationError) -> tuple[str, str]:
        why = shortened(visible(error.verify_message), 80)
        said = f"its certificate is not trusted ({why})"
        if error.verify_code in {_EXPIRED, _NOT_YET_VALID}:
            return said, "check the clock of this computer"
        if error.verify_code in _OTHER_HOST:
            return said, f"another server answers in its place: {_SIGN_IN}"
        unread = self._environment.unread_certificates
        if self._environment.has_certificate_file:
            mend = "the CA that signed it is not in SSL_CERT_FILE or SSL_CERT_DIR: add it there"
        elif unread:
            mend = f"{unread} is set, but not read: set SSL_CERT_FILE to the same file"
        else:
            mend = (
                "where a company's proxy or firewall reads TLS traffic, set SSL_CERT_FILE to a PEM"
                " file with its CA certificate"
            )
        return said, mend


def _refused(words: str, proxy: Proxy | None) -> tuple[str, str]:
    status = re.match(r"4\d\d\b", words)
    variable = proxy.variable if proxy else "HTTPS_PROXY"
    if status is None:
        return "", ""
    if status[0] == "407":
        if proxy and proxy.has_password:
            mend = f"the user name or password in {variable} is not accepted"
        else:
            mend = f"put them into {variable}: http://user:password@host:port"
        return "the proxy wants user name and password (407)", mend
    said = f"the proxy refused to connect ({status[0]})"
    return said, f"have {_HOSTS} allowed there, or {_WITHOUT_PROXY}"


_HOSTS = "{hosts}"
"""In place of the hosts that a note is about, so that one note is about all of them."""
_WITHOUT_PROXY = f"set NO_PROXY={_HOSTS} where that can be reached without"


def _note(hosts: list[str], words: str) -> str:
    names = dict.fromkeys(_split(host)[0] for host in hosts)
    return f"{' and '.join(hosts)}: {words.replace(_HOSTS, ','.join(names))}"


def _not_connected(error: httpx.HTTPError) -> str:
    """Why no connection was made; "" where it broke later, or for another error."""
    if isinstance(error, httpx.ConnectError):
        for each in _causes(error):
            if isinstance(each, socket.gaierror):
                return "its name is not known"
            if isinstance(each, OSError) and each.errno in _NO_CONNECTION:
                return shortened(visible(each.strerror or "no connection"), 80)
    return ""


def _without_tls(proxy: Proxy | None) -> tuple[str, str]:
    if proxy and proxy.scheme == "https":
        mend = f"{proxy.variable} begins with https://, and most proxies want http://"
    else:
        mend = "something in between answers in its place: set HTTPS_PROXY if you need a proxy"
    return "an answer without TLS", mend


def _causes(error: BaseException) -> Iterator[BaseException]:
    at: BaseException | None = error
    while at is not None:
        yield at
        at = at.__cause__ or at.__context__


def _split(netloc: str) -> tuple[str, int | None]:
    host, colon, port = netloc.rpartition(":")
    if colon and port.isdecimal():
        return host.strip("[]"), int(port)
    return netloc.strip("[]"), None
