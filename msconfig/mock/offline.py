"""The mock ModelScope in place of a network: what `--offline` asks. No HTTP library is loaded."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import unquote, urlencode, urlsplit

from msconfig.mock.messages import Request, Response
from msconfig.modelscope.http_interface import Deadline, Failure, Pacing, Reply
from msconfig.tokens import Secret

__all__ = ["OfflineClient"]

_log = logging.getLogger(__name__)


def _to_the_end(_: bytes) -> bool:
    return False


class OfflineClient:
    """Every question is answered by `handler`, whatever its host; an `Http` without a network.

    There is nothing to retry and nothing to wait for. Secrets never leave the process, so none
    comes back in a reply.
    """

    def __init__(self, handler: Callable[[Request], Response]) -> None:
        self.pacing = Pacing()
        self._handler = handler

    @property
    def obstacles(self) -> tuple[str, ...]:
        """None: no host is asked."""
        return ()

    @property
    def obstacles_online(self) -> tuple[str, ...]:
        """None: no host is asked."""
        return ()

    def hide(self, secrets: Iterable[Secret]) -> None:
        """Nothing: no server is there that could echo one."""

    def close(self) -> None:
        """Nothing: no connection is open."""

    def get(
        self,
        url: str,
        *,
        deadline: Deadline,  # noqa: ARG002 - `Http`'s signature; nothing here takes time
        params: dict[str, str] | None = None,
        token: Secret | None = None,
        headers: Mapping[str, str] | None = None,  # noqa: ARG002 - `Http`'s signature
        retry_server_error: bool | Callable[[], bool] = False,  # noqa: ARG002 - `Http`'s signature
    ) -> Reply | Failure:
        """The handler's reply to a GET, or what the facts say that hold none."""
        return self._ask("GET", url, token, query=urlencode(params or {}))

    def post_once(
        self,
        url: str,
        body: dict[str, object],
        *,
        token: Secret,
        headers: Mapping[str, str] | None = None,  # noqa: ARG002 - `Http`'s signature
        enough: Callable[[bytes], bool] = _to_the_end,
    ) -> Reply | Failure:
        """The handler's reply to a POST; it is there at once and whole."""
        result = self._ask("POST", url, token, body=json.dumps(body).encode())
        if isinstance(result, Reply):
            enough(result.body)
        return result

    def _ask(
        self, method: str, url: str, token: Secret | None, *, query: str = "", body: bytes = b""
    ) -> Reply | Failure:
        headers = {"authorization": f"Bearer {token.reveal()}"} if token else {}
        response = self._handler(Request(method, unquote(urlsplit(url).path), query, headers, body))
        provenance = response.provenance
        said = provenance.missing or str(response.status)
        _log.info("%s %s → %s (offline)", method, f"{url}?{query}" if query else url, said)
        if provenance.missing:
            return Failure(provenance.missing, passing=False, asked=False, provenance=provenance)
        content_type = response.headers.get("Content-Type", "")
        return Reply(response.status, response.body, content_type, provenance)
