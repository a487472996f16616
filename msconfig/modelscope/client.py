"""ModelScope's endpoints, one method each. `call` and `submit_image` alone spend quota."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from urllib.parse import urlsplit

from msconfig import clock
from msconfig.modelscope import _calls, _hub_replies, _replies
from msconfig.modelscope._redaction import without_secrets
from msconfig.modelscope.facts import (
    Account,
    Balance,
    Called,
    Catalogue,
    HubAbsent,
    HubModel,
    HubNoAccess,
    HubPage,
    ImageTask,
    NoAnswer,
    Origin,
    Providers,
    RecordedCall,
    Source,
    TokenRejected,
    deciding_call,
)
from msconfig.modelscope.http_interface import Deadline, Failure, Http, Pacing, Postponed, Reply
from msconfig.modelscope.kinds import IMAGE_KINDS, SMALL_CALLS, Kind
from msconfig.modelscope.sites import Endpoints
from msconfig.tokens import Secret

__all__ = [
    "PAGE_ROWS",
    "Deadline",
    "Http",
    "HubQuery",
    "ModelScope",
    "Pacing",
    "Postponed",
]

PAGE_ROWS = 50
"""The most rows that the hub gives on a page of its list."""
SECONDS_A_MODEL = 25.0
"""For all requests about one model, retries and waits included."""


@dataclass(frozen=True, slots=True)
class HubQuery:
    """Filters of the hub's list; "" for none. The hub may ignore any of them."""

    task: str = ""
    """A task of the hub, e.g. ``text-ranking``."""
    search: str = ""
    owner: str = ""


def _utc_now() -> datetime:
    return clock.utc_now()


def _to_the_end(_: bytes) -> bool:
    """Never enough, so that a reply is read to its end."""
    return False


def _with_wait(called: Called, reply: Reply | Failure) -> Called:
    """`called`, with the time after which the service wants to be asked again."""
    seconds = reply.retry_after if isinstance(reply, Reply) else None
    return called if seconds is None else replace(called, retry_after=seconds)


class ModelScope:
    """Client of a ModelScope site. Safe to share between threads.

    Args:
        endpoints: the addresses of its services.
        http: the HTTP client.
        secrets: tokens in use, which are masked in replies that echo them.
        now: the time of a fact; for recorded facts, of the recording.
        recorded_calls: calls by model id from a snapshot; none online.
    """

    def __init__(
        self,
        endpoints: Endpoints,
        http: Http,
        *,
        secrets: Iterable[Secret] = (),
        now: Callable[[], datetime] = _utc_now,
        recorded_calls: Mapping[str, Sequence[RecordedCall]] = MappingProxyType({}),
    ) -> None:
        self._endpoints = endpoints
        self._http = http
        self._recorded_calls = recorded_calls
        self._secrets = tuple(secrets)
        http.hide(self._secrets)
        self._now = now

    @property
    def pacing(self) -> Pacing:
        """Clock and sleep of the requests."""
        return self._http.pacing

    @property
    def obstacles(self) -> tuple[str, ...]:
        """What kept hosts from being reached and will not pass, a line each, with what to do."""
        return self._http.obstacles

    @property
    def obstacles_online(self) -> tuple[str, ...]:
        """`obstacles` for a command that has no --offline."""
        return self._http.obstacles_online

    def deadline(self, *, postpones: bool = False) -> Deadline:
        """The time there is for one model, one token or the catalogue.

        Args:
            postpones: whether requests raise `Postponed` instead of waiting after a 429.
        """
        return Deadline(SECONDS_A_MODEL, self._http.pacing, postpones=postpones)

    def recorded_calls(self, model_id: str) -> Sequence[RecordedCall]:
        """The calls of `model_id` in the snapshot in use."""
        return self._recorded_calls.get(model_id, ())

    def recorded_call(self, model_id: str) -> RecordedCall | None:
        """The recorded call of `model_id` that counts (`deciding_call`)."""
        return deciding_call(self.recorded_calls(model_id))

    def users_me(self, token: Secret) -> Account | TokenRejected | NoAnswer:
        """Whether the hub knows `token` (``GET /openapi/v1/users/me``).

        The only free request that distinguishes a valid token from an invalid one: the catalogue
        answers 200 to any. It does not show whether the account is bound or verified.
        """
        url = f"{self._endpoints.hub}/openapi/v1/users/me"
        reply = self._get(url, self.deadline(), token=token)
        return _replies.account(reply, self._source(url, reply))

    def balance(self, token: Secret) -> Balance | TokenRejected | NoAnswer:
        """The remaining Magicubes (``GET /openapi/v1/magicubes/balance``); free."""
        url = f"{self._endpoints.hub}/openapi/v1/magicubes/balance"
        reply = self._get(url, self.deadline(), token=token)
        return _replies.balance(reply, self._source(url, reply))

    def call(
        self, model_id: str, kind: Kind, token: Secret, *, called_as: str | None = None
    ) -> Called:
        """The smallest real call of a model, made once; it spends quota.

        Chat and vision: streaming, one token at most, read until the first content; embedding: one
        short input (``POST {inference}chat/completions`` or ``embeddings``).

        Args:
            model_id: the model.
            kind: one of `SMALL_CALLS`.
            token: sent as Bearer.
            called_as: its name in the request, where that is not the id.

        Raises:
            ValueError: a kind without a small call (`SMALL_CALLS`).
        """
        if kind not in SMALL_CALLS:
            raise ValueError(f"no small call for {kind}")
        enough: Callable[[bytes], bool]
        if kind is Kind.EMBEDDING:
            route, read, enough = "embeddings", _calls.embedding_call, _to_the_end
            body: dict[str, object] = {"input": "hi", "encoding_format": "float"}
        else:
            route, read, enough = "chat/completions", _calls.chat_call, _calls.ChatStream().feed
            messages = [{"role": "user", "content": "hi"}]
            # the usage shows that there was an answer where its one token is not shown
            usage = {"include_usage": True}
            body = {"messages": messages, "stream": True, "stream_options": usage, "max_tokens": 1}
        url = f"{self._endpoints.inference}{route}"
        body = {"model": called_as or model_id, **body}
        reply = self._http.post_once(url, body, token=token, enough=enough)
        reply = without_secrets(reply, self._secrets) if isinstance(reply, Reply) else reply
        return _with_wait(read(reply, self._source(url, reply, "POST"), model_id), reply)

    def submit_image(self, model_id: str, kind: Kind, token: Secret) -> ImageTask | Called:
        """A call of an image model, made once; it spends quota, and gives a task to look at.

        ``POST {inference}images/generations``; `Called` where no task was begun.

        Raises:
            ValueError: a kind that makes no images (`IMAGE_KINDS`).
        """
        if kind not in IMAGE_KINDS:
            raise ValueError(f"no images of {kind}")
        url = f"{self._endpoints.inference}images/generations"
        body: dict[str, object] = {"model": model_id, "prompt": "a red dot"}
        if kind is Kind.IMAGE_EDIT:
            body["image_url"] = _calls.small_image()
        reply = self._http.post_once(
            url, body, token=token, headers={"X-ModelScope-Async-Mode": "true"}
        )
        reply = without_secrets(reply, self._secrets) if isinstance(reply, Reply) else reply
        source = self._source(url, reply, "POST")
        submitted = _calls.image_submission(reply, source, model_id)
        return submitted if isinstance(submitted, ImageTask) else _with_wait(submitted, reply)

    def image_task(self, task: ImageTask, token: Secret) -> Called | None:
        """How `task` ended (``GET {inference}tasks/{id}``); None while it is under way."""
        url = f"{self._endpoints.inference}tasks/{task.id}"
        headers = {"X-ModelScope-Task-Type": "image_generation"}
        reply = self._get(url, self.deadline(), token=token, headers=headers)
        return _calls.image_task(reply, self._source(url, reply))

    def catalogue(self) -> Catalogue | NoAnswer:
        """The ids that API-Inference lists (``GET {inference}models``); sent without a token."""
        url = f"{self._endpoints.inference}models"
        reply = self._get(url, self.deadline())
        return _replies.catalogue(reply, self._source(url, reply))

    def list_model_providers(
        self, model_id: str, deadline: Deadline, *, retry_server_error: bool | Callable[[], bool]
    ) -> Providers | NoAnswer:
        """The providers of `model_id` (``GET /api/v1/inference/list_model_providers``).

        An undocumented interface of the web site. It answers 500 for an id that does not exist, so
        a 500 is worth another try only when the hub knows the id.
        """
        url = f"{self._endpoints.hub}/api/v1/inference/list_model_providers"
        reply = self._get(
            url,
            deadline,
            params={"ModelId": model_id},
            retry_server_error=retry_server_error,
        )
        return _replies.providers(reply, self._source(url, reply))

    def hub_model(
        self, model_id: str, deadline: Deadline
    ) -> HubModel | HubAbsent | HubNoAccess | NoAnswer:
        """The hub's description of `model_id` (``owner/name``).

        ``GET /openapi/v1/models/{id}``; where that gives no clear answer, the older
        ``GET /api/v1/models/{id}``, unless nothing can be asked at all.
        """
        url = f"{self._endpoints.hub}/openapi/v1/models/{model_id}"
        reply = self._get(url, deadline)
        fact = _hub_replies.hub_model(reply, self._source(url, reply), model_id)
        if not isinstance(fact, NoAnswer) or (isinstance(reply, Failure) and not reply.asked):
            return fact
        older = self.older_hub_model(model_id, deadline)
        return fact if isinstance(older, NoAnswer) else older

    def older_hub_model(
        self, model_id: str, deadline: Deadline
    ) -> HubModel | HubAbsent | HubNoAccess | NoAnswer:
        """The description of `model_id` in the hub's older API, `SupportInference` among the tasks.

        ``GET /api/v1/models/{id}``.
        """
        url = f"{self._endpoints.hub}/api/v1/models/{model_id}"
        reply = self._get(url, deadline)
        return _hub_replies.older_hub_model(reply, self._source(url, reply), model_id)

    def hub_models(self, query: HubQuery, page: int, deadline: Deadline) -> HubPage | NoAnswer:
        """A page of the hub's list, most downloaded first (``GET /openapi/v1/models``).

        The hub refuses rows beyond the 3000th, and has no filter for served models.

        Args:
            query: the filters.
            page: from 1; a page has `PAGE_ROWS` rows.
            deadline: for this page.
        """
        url = f"{self._endpoints.hub}/openapi/v1/models"
        filters = {"filter.task": query.task, "search": query.search, "owner": query.owner}
        params = {
            "page_number": str(page),
            "page_size": str(PAGE_ROWS),
            "sort": "downloads",
            **{name: value for name, value in filters.items() if value},
        }
        reply = self._get(url, deadline, params=params, retry_server_error=True)
        return _hub_replies.hub_page(reply, self._source(url, reply), PAGE_ROWS)

    def _get(
        self,
        url: str,
        deadline: Deadline,
        *,
        params: dict[str, str] | None = None,
        token: Secret | None = None,
        headers: Mapping[str, str] | None = None,
        retry_server_error: bool | Callable[[], bool] = False,
    ) -> Reply | Failure:
        reply = self._http.get(
            url,
            deadline=deadline,
            params=params,
            token=token,
            headers=headers,
            retry_server_error=retry_server_error,
        )
        return without_secrets(reply, self._secrets) if isinstance(reply, Reply) else reply

    def _source(self, url: str, reply: Reply | Failure, method: str = "GET") -> Source:
        endpoint, known = f"{method} {urlsplit(url).path}", reply.provenance
        if known is None:
            return Source(endpoint, self._now())
        if known.missing:  # the snapshot lacks it: nothing was observed at any other time
            return Source(endpoint, self._now(), Origin.RECORDED)
        return Source(endpoint, known.at or self._now(), known.origin, known.basis)
