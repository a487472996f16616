"""One HTTP client: bounded in time, size and concurrency, polite when told to wait."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx
from tenacity import RetryCallState, Retrying

from msconfig import __version__
from msconfig.errors import UsageError
from msconfig.modelscope._bounded import bind, time_limit
from msconfig.secrets import Secret
from msconfig.text import shortened, visible

__all__ = ["Deadline", "Failure", "HttpClient", "Pacing", "Reply"]

MAX_REPLY_BYTES = 8 * 1024 * 1024
MAX_RETRY_AFTER = 60.0
"""Seconds; a server that asks for more is not asked again."""
FAILURES_UNTIL_GIVEN_UP = 10
"""Requests in a row that failed with all their tries, after which a host is not asked again."""

_PASSING = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


@dataclass(frozen=True, slots=True)
class Pacing:
    """Clock and back-off, to be set in tests."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random

    def back_off(self, attempt: int) -> float:
        """Seconds to wait after the `attempt`-th try: 0.25 to 0.5, then double, at most 4."""
        return float(min(4.0, 0.5 * 2 ** (attempt - 1)) * (0.5 + self.jitter() / 2))


class Deadline:
    """Seconds that are left for a piece of work; waiting that a server asked for does not count."""

    def __init__(self, seconds: float, pacing: Pacing) -> None:
        self._clock = pacing.clock
        self._ends: float | None = None
        self._seconds = seconds

    @property
    def remaining(self) -> float:
        """Seconds left; the first look starts the clock."""
        now = self._clock()
        if self._ends is None:
            self._ends = now + self._seconds
        return self._ends - now

    def extend(self, seconds: float) -> None:
        """Leave waiting out of account."""
        if self._ends is not None:
            self._ends += seconds


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply, of any status."""

    status: int
    body: bytes
    content_type: str = ""
    note: str = ""
    """What a recording says about the fact behind it; ModelScope itself sends none."""
    retry_after: float | None = None
    seconds: float = 0.0
    """From asking until there was enough of it."""


@dataclass(frozen=True, slots=True)
class Failure:
    """No whole reply; `said` tells why."""

    said: str
    passing: bool = True
    """Whether another try might help."""
    asked: bool = True
    """Whether anybody was asked; where not, it says nothing about the host."""


@dataclass(slots=True)
class _Host:
    """What this run has seen of a host."""

    name: str
    lock: threading.Lock = field(default_factory=threading.Lock)
    answered: bool = False
    failures_in_a_row: int = 0
    given_up: str = ""
    """Why it is not asked again; "" while it is."""
    closed_until: float = 0.0
    """Nobody asks before this moment (`Pacing.clock`)."""
    told_to_wait: bool = False
    """Whether it closed the door itself, by Retry-After."""


NOTE_HEADER = "msconfig-note"
"""Header by which recorded facts say what they are (e.g. derived)."""


class HttpClient:
    """GET with time-outs, a size cap, retries and no redirects. Safe to share between threads.

    Args:
        timeout: seconds a try may take.
        retries: further tries after one that failed in a way that can pass.
        concurrency: connections at a time.
        transport: an httpx transport in place of the network.
        patient: whether to ask a host that keeps failing again and again (offline it costs
            nothing).
        pacing: clock and back-off.
        log: is told of every try: method and URL, what came of it, seconds.

    Raises:
        UsageError: proxy or certificate variables in the environment that cannot be used.
    """

    def __init__(
        self,
        *,
        timeout: float = 10.0,
        retries: int = 2,
        concurrency: int = 8,
        transport: httpx.BaseTransport | None = None,
        patient: bool = False,
        pacing: Pacing | None = None,
        log: Callable[[str, str, float], None] | None = None,
    ) -> None:
        self.pacing = pacing or Pacing()
        self._timeout = timeout
        self._retries = retries
        self._patient = patient
        self._log = log
        self._secrets: tuple[Secret, ...] = ()
        self._hosts: dict[str, _Host] = {}
        self._hosts_lock = threading.Lock()
        folder = os.environ.get("SSL_CERT_DIR")
        if folder and not os.path.isdir(folder):  # noqa: PTH112 - nothing else here is a path
            raise UsageError("SSL_CERT_DIR names no folder")
        try:
            self._client = httpx.Client(
                transport=transport,
                # http is for loopback alone, and no proxy has business there
                mounts={"http://": None} if transport is None else None,
                headers={
                    "User-Agent": f"msconfig/{__version__}",
                    "Accept": "application/json",
                    "Accept-Encoding": "identity",
                },
                follow_redirects=False,
                # a redirect is not even looked at, and a cookie of one question says nothing to
                # the next
                event_hooks={"response": [_forget_location]},
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
                limits=httpx.Limits(
                    max_connections=concurrency, max_keepalive_connections=concurrency
                ),
                timeout=timeout,
            )
        except (OSError, ValueError, ImportError, httpx.InvalidURL) as error:
            raise UsageError(
                "cannot use the proxy or certificate settings of the environment (HTTPS_PROXY,"
                f" ALL_PROXY, NO_PROXY, SSL_CERT_FILE, SSL_CERT_DIR): {type(error).__name__}"
            ) from None
        bind(self._client)

    def hide(self, secrets: Iterable[Secret]) -> None:
        """Let nothing that is said or logged show one of `secrets`, whoever echoes it."""
        self._secrets = tuple(secrets)

    def hidden(self, text: str) -> str:
        """`text` without the secrets."""
        for secret in self._secrets:
            text = secret.hidden_in(text)
        return text

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(
        self,
        url: str,
        *,
        deadline: Deadline,
        params: dict[str, str] | None = None,
        token: Secret | None = None,
        retry_server_error: bool = False,
    ) -> Reply | Failure:
        """The reply to a GET, after as many tries as it takes and `deadline` allows.

        Args:
            url: where to ask.
            deadline: shared by all requests of one piece of work.
            params: the query.
            token: sent as Bearer.
            retry_server_error: whether a 500 is worth another try.
        """
        host = self._host(url)
        headers = {"Authorization": f"Bearer {token.reveal()}"} if token else None
        request = self._client.build_request("GET", url, params=params, headers=headers)
        result: Reply | Failure = Failure("not asked", passing=False, asked=False)

        def may_pass(_: RetryCallState) -> bool:
            if isinstance(result, Failure):
                return result.passing
            if result.retry_after is not None and result.retry_after > MAX_RETRY_AFTER:
                return False
            return result.status in _PASSING or (
                retry_server_error and result.status == HTTPStatus.INTERNAL_SERVER_ERROR
            )

        def stop(state: RetryCallState) -> bool:
            return state.attempt_number > self._retries or deadline.remaining <= 0

        def wait(state: RetryCallState) -> float:
            # behind a closed door everybody waits together, this request among them
            closed = host.closed_until > self.pacing.clock()
            return 0.0 if closed else self.pacing.back_off(state.attempt_number)

        for attempt in Retrying(
            retry=may_pass,
            stop=stop,
            wait=wait,
            sleep=lambda seconds: self.pacing.sleep(min(seconds, max(0.0, deadline.remaining))),
            retry_error_callback=lambda _: None,
        ):
            # not `with attempt`: it would keep exceptions, an interrupt among them, to itself
            result = self._try(request, host, deadline, attempt.retry_state.attempt_number)
            attempt.retry_state.set_result(result)
        self._remember(host, result)
        return result

    def post_once(
        self,
        url: str,
        body: dict[str, object],
        *,
        token: Secret,
        enough: Callable[[bytes], bool] = lambda _: False,
    ) -> Reply | Failure:
        """The reply to a POST that is made once and never again: it may cost something.

        Args:
            url: where to ask.
            body: sent as JSON.
            token: sent as Bearer.
            enough: is shown the reply so far, and ends the reading when it has what it wants.
        """
        host = self._host(url)
        headers = {"Authorization": f"Bearer {token.reveal()}"}
        request = self._client.build_request("POST", url, json=body, headers=headers)
        result = self._try(request, host, Deadline(self._timeout, self.pacing), 1, enough)
        self._remember(host, result)
        return result

    def _host(self, url: str) -> _Host:
        name = httpx.URL(url).netloc.decode("ascii")
        with self._hosts_lock:
            return self._hosts.setdefault(name, _Host(name))

    def _remember(self, host: _Host, result: Reply | Failure) -> None:
        if isinstance(result, Failure) and not result.asked:
            return
        failed = result.status in _PASSING if isinstance(result, Reply) else result.passing
        with host.lock:
            host.failures_in_a_row = host.failures_in_a_row + 1 if failed else 0
            if not self._patient and (
                host.failures_in_a_row >= FAILURES_UNTIL_GIVEN_UP or (failed and not host.answered)
            ):
                said = result.said if isinstance(result, Failure) else f"HTTP {result.status}"
                host.given_up = host.given_up or said

    def _try(
        self,
        request: httpx.Request,
        host: _Host,
        deadline: Deadline,
        attempt: int,
        enough: Callable[[bytes], bool] = lambda _: False,
    ) -> Reply | Failure:
        self._wait_at_the_door(host, deadline)
        if host.given_up:
            said = f"not asked again, {host.name} failed before: {host.given_up}"
            return Failure(said, passing=False, asked=False)
        seconds = min(self._timeout, deadline.remaining)
        if seconds <= 0:
            return Failure("out of time", passing=False, asked=False)
        began = self.pacing.clock()
        result = self._ask(request, host, seconds, enough)
        if isinstance(result, Reply):
            self._close_the_door(host, result, attempt)
        else:
            result = replace(result, said=self.hidden(result.said))
        if self._log is not None:
            said = str(result.status) if isinstance(result, Reply) else result.said
            self._log(f"{request.method} {request.url}", said, self.pacing.clock() - began)
        return result

    def _ask(
        self, request: httpx.Request, host: _Host, seconds: float, enough: Callable[[bytes], bool]
    ) -> Reply | Failure:
        began = self.pacing.clock()
        too_slow = Failure(f"no whole answer within {seconds:g} s")
        timeout = httpx.Timeout(seconds, pool=None)
        request.extensions = {"timeout": timeout.as_dict()}
        try:
            with time_limit(seconds), closing(self._client.send(request, stream=True)) as response:
                host.answered = True
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > MAX_REPLY_BYTES:
                        return Failure("the reply is larger than 8 MiB", passing=False)
                    if enough(bytes(body)):
                        break
                    if self.pacing.clock() - began > seconds:
                        return too_slow
                return Reply(
                    response.status_code,
                    bytes(body),
                    response.headers.get("Content-Type", ""),
                    self._note(response),
                    _seconds(response.headers.get("Retry-After")),
                    self.pacing.clock() - began,
                )
        except httpx.TimeoutException:
            return too_slow
        except httpx.DecodingError:
            return Failure("the reply cannot be decompressed", passing=False)
        except httpx.HTTPError as error:
            return Failure(_in_words(error))

    def _note(self, response: httpx.Response) -> str:
        """What recorded facts say of themselves; a host on the network has no say in it."""
        if not self._patient and response.url.scheme != "http":  # http is loopback: the mock
            return ""
        return shortened(visible(response.headers.get(NOTE_HEADER, "")))

    def _wait_at_the_door(self, host: _Host, deadline: Deadline) -> None:
        while not host.given_up and (seconds := host.closed_until - self.pacing.clock()) > 0:
            if host.told_to_wait:
                deadline.extend(seconds)
            else:
                seconds = min(seconds, deadline.remaining)
                if seconds <= 0:
                    return
            self.pacing.sleep(seconds)

    def _close_the_door(self, host: _Host, reply: Reply, attempt: int) -> None:
        seconds = reply.retry_after
        asks_to_wait = reply.status == HTTPStatus.INTERNAL_SERVER_ERROR and seconds is not None
        if self._patient or not (reply.status in _PASSING or asks_to_wait):
            return
        if seconds is None and reply.status == HTTPStatus.TOO_MANY_REQUESTS:
            seconds = self.pacing.back_off(attempt)
        if seconds is None or seconds > MAX_RETRY_AFTER:
            return
        with host.lock:
            until = self.pacing.clock() + seconds
            if until >= host.closed_until:
                host.closed_until = until
                host.told_to_wait = reply.retry_after is not None


def _forget_location(response: httpx.Response) -> None:
    response.headers.pop("Location", None)


def _in_words(error: httpx.HTTPError) -> str:
    names = {
        httpx.ConnectError: "cannot connect",
        httpx.ProxyError: "the proxy refused",
        httpx.ReadError: "the connection broke",
        httpx.RemoteProtocolError: "the reply is broken off or not HTTP",
    }
    what = next((words for kind, words in names.items() if isinstance(error, kind)), "no answer")
    detail = shortened(visible(str(error)))
    return f"{what}: {detail}" if detail else what


def _seconds(retry_after: str | None) -> float | None:
    """Seconds from a Retry-After header: a number or an HTTP date; None where it is neither."""
    if not retry_after:
        return None
    digits = retry_after.strip()
    if digits.isascii() and digits.isdigit():
        return float(digits[:10])
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError, OSError):
        return None
