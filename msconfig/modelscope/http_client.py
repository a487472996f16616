"""One HTTP client: bounded in time, size and concurrency, with back-off and Retry-After."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from msconfig._version import __version__
from msconfig.modelscope._deadline_transport import time_limit
from msconfig.modelscope._hosts import (
    MAX_RETRY_AFTER,
    PASSING,
    Deadline,
    Failure,
    Host,
    Pacing,
    Postponed,
    Reply,
)
from msconfig.modelscope._http_environment import HttpEnvironment, Routes
from msconfig.modelscope._obstacles import Obstacles
from msconfig.modelscope._redaction import hidden_in
from msconfig.text import shortened, visible
from msconfig.tokens import Secret

__all__ = ["HttpClient"]

_log = logging.getLogger(__name__)

MAX_REPLY_BYTES = 8 * 1024 * 1024


class HttpClient:
    """GET with time-outs, a size cap, retries and no redirects. Safe to share between threads.

    Args:
        timeout: seconds a try may take.
        retries: further tries after one that failed in a way that can pass.
        concurrency: connections at a time.
        transport: an httpx transport in place of the network.
        pacing: clock and back-off.
        trust_environment: whether proxy and certificate variables count.
        urls: bases of what will be asked.

    Raises:
        UsageError: a proxy or certificate variable that concerns one of `urls` cannot be used. For
            other hosts `get` raises it.
    """

    def __init__(
        self,
        *,
        timeout: float = 10.0,
        retries: int = 2,
        concurrency: int = 8,
        transport: httpx.BaseTransport | None = None,
        pacing: Pacing | None = None,
        trust_environment: bool = True,
        urls: Iterable[str] = (),
    ) -> None:
        self.pacing = pacing or Pacing()
        self._timeout = timeout
        self._retries = retries
        self._secrets: tuple[Secret, ...] = ()
        self._hosts: dict[str, Host] = {}
        self._hosts_lock = threading.Lock()
        limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
        environment = HttpEnvironment.of_process() if trust_environment else HttpEnvironment({})
        self._obstacles = Obstacles(environment)
        if transport is None:
            transport = Routes(environment, limits)
            transport.prepare(urls)
        self._client = httpx.Client(
            transport=transport,
            trust_env=False,  # `Routes` does that; httpx would read ~/.netrc too
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
            timeout=timeout,
        )

    @property
    def obstacles(self) -> tuple[str, ...]:
        """What kept hosts from being reached in this run and will not pass, with what to do."""
        return self._obstacles.notes(has_offline=True)

    @property
    def obstacles_online(self) -> tuple[str, ...]:
        """`obstacles` for a command that has no --offline."""
        return self._obstacles.notes(has_offline=False)

    def hide(self, secrets: Iterable[Secret]) -> None:
        """Let nothing that is said or logged show one of `secrets`, whoever sends it back."""
        self._secrets = tuple(secrets)

    def _hidden(self, text: str) -> str:
        """`text` without the secrets."""
        return hidden_in(text, self._secrets)

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
        headers: Mapping[str, str] | None = None,
        retry_server_error: bool | Callable[[], bool] = False,
    ) -> Reply | Failure:
        """The reply to a GET, after as many tries as it takes and `deadline` allows.

        Args:
            url: where to ask.
            deadline: shared by all requests of one piece of work.
            params: the query.
            token: sent as Bearer.
            headers: sent as well.
            retry_server_error: whether a 500 is worth another try; a function is called only where
                that matters.

        Raises:
            Postponed: a 429, and `deadline` postpones.
        """
        host = self._host(url)
        bearer = {"Authorization": f"Bearer {token.reveal()}"} if token else {}
        request = self._client.build_request(
            "GET", url, params=params, headers={**(headers or {}), **bearer}
        )
        key = str(request.url)
        attempt = 1 + deadline.tries.get(key, 0)
        while True:
            deadline.tries[key] = attempt - 1  # in case that something is postponed
            result = self._try(request, host, deadline, attempt)
            if attempt > self._retries or deadline.remaining <= 0:
                break
            if not _is_transient(result, retry_server_error=retry_server_error):
                break
            self._plan_next_try(result, host, deadline, attempt)
            _log.debug("try %d of %s", attempt + 1, url)
            if deadline.postpones and _is_throttle(result):
                deadline.tries[key] = attempt
                deadline.suspend()
                raise Postponed
            attempt += 1
        del deadline.tries[key]
        host.remember(result)
        return result

    def _plan_next_try(
        self, result: Reply | Failure, host: Host, deadline: Deadline, attempt: int
    ) -> None:
        """Set when the next try may be made; `_try` waits until then."""
        now = self.pacing.clock()
        given = result.retry_after if isinstance(result, Reply) else None
        if host.paused_until > now and not _is_throttle(result) and not given:
            return  # it waits with all requests to the host
        deadline.retry_after_given = bool(given)
        deadline.not_before = now + (given or self.pacing.back_off(attempt))

    def post_once(
        self,
        url: str,
        body: dict[str, object],
        *,
        token: Secret,
        headers: Mapping[str, str] | None = None,
        enough: Callable[[bytes], bool] = lambda _: False,
    ) -> Reply | Failure:
        """The reply to a POST that is made once and never again: it may cost something.

        A 429 says nothing about the host: real calls have a pace of their own, and who makes them
        waits.

        Args:
            url: where to ask.
            body: sent as JSON.
            token: sent as Bearer.
            headers: sent as well.
            enough: is given each piece of the reply as it comes, and ends the reading when it has
                what it wants.
        """
        host = self._host(url)
        bearer = {"Authorization": f"Bearer {token.reveal()}"}
        request = self._client.build_request(
            "POST", url, json=body, headers={**(headers or {}), **bearer}
        )
        result = self._try(request, host, Deadline(self._timeout, self.pacing), 1, enough)
        if not _is_throttle(result):
            host.remember(result)
        return result

    def _host(self, url: str) -> Host:
        name = httpx.URL(url).netloc.decode("ascii")
        with self._hosts_lock:
            return self._hosts.setdefault(name, Host(name, self.pacing))

    def _try(
        self,
        request: httpx.Request,
        host: Host,
        deadline: Deadline,
        attempt: int,
        enough: Callable[[bytes], bool] = lambda _: False,
    ) -> Reply | Failure:
        host.wait_until_allowed(deadline)
        if host.given_up:
            said = f"not asked again, {host.name} failed before: {host.given_up}"
            return Failure(said, passing=False, asked=False)
        seconds = min(self._timeout, deadline.remaining)
        if seconds <= 0:
            return Failure("out of time", passing=False, asked=False)
        began = self.pacing.clock()
        result = self._ask(request, host, seconds, enough)
        if isinstance(result, Reply):
            if not (request.method == "POST" and _is_throttle(result)):
                host.take(result, attempt)
            self._obstacles.look_at(result, host.name)
        said = str(result.status) if isinstance(result, Reply) else result.message
        seconds = self.pacing.clock() - began
        _log.info("%s %s → %s (%.2f s)", request.method, request.url, said, seconds)
        return result

    def _ask(
        self, request: httpx.Request, host: Host, seconds: float, enough: Callable[[bytes], bool]
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
                        return Failure(
                            "the reply is larger than 8 MiB", passing=False, is_answered=True
                        )
                    if enough(chunk):
                        break
                    if self.pacing.clock() - began > seconds:
                        return too_slow
                content_type = response.headers.get("Content-Type", "")
                _log.debug("reply: %d bytes of %s", len(body), visible(content_type) or "no type")
                return Reply(
                    response.status_code,
                    bytes(body),
                    content_type,
                    retry_after=_seconds(response.headers.get("Retry-After")),
                    seconds=self.pacing.clock() - began,
                )
        except httpx.TimeoutException:
            return Failure(f"{too_slow.message}{self._obstacles.on_the_way(host.name)}")
        except httpx.DecodingError:
            return Failure("the reply cannot be decompressed", passing=False, is_answered=True)
        except httpx.HTTPError as error:
            if obstacle := self._obstacles.of_error(error, host.name):
                host.given_up = host.given_up or obstacle
                return Failure(obstacle, passing=False)
            is_answered = isinstance(error, httpx.RemoteProtocolError)
            return Failure(_in_words(error, self._hidden), is_answered=is_answered)


def _forget_location(response: httpx.Response) -> None:
    response.headers.pop("Location", None)


def _is_transient(
    result: Reply | Failure, *, retry_server_error: bool | Callable[[], bool]
) -> bool:
    """Whether another try may give a better result."""
    if isinstance(result, Failure):
        return result.passing
    if result.retry_after is not None and result.retry_after > MAX_RETRY_AFTER:
        return False
    if result.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return retry_server_error() if callable(retry_server_error) else retry_server_error
    return result.status in PASSING


def _is_throttle(result: Reply | Failure) -> bool:
    return isinstance(result, Reply) and result.status == HTTPStatus.TOO_MANY_REQUESTS


def _in_words(error: httpx.HTTPError, hidden: Callable[[str], str]) -> str:
    """What went wrong, without secrets that the server repeated in a line that is no HTTP."""
    names = {
        httpx.ConnectError: "cannot connect",
        httpx.ProxyError: "the proxy refused",
        httpx.ReadError: "the connection broke",
        httpx.RemoteProtocolError: "the reply is broken off or not HTTP",
    }
    what = next((words for kind, words in names.items() if isinstance(error, kind)), "no answer")
    detail = shortened(visible(hidden(str(error))))
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
