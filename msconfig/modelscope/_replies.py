"""Replies of ModelScope, read into facts. Every shape that was seen is known here, and only here.

An answer counts only when it is clear: what is missing, of another type or contradicts itself is
unreadable, never a no.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import cast

from msconfig.json_text import NotJson, loads
from msconfig.model_ids import ModelId
from msconfig.modelscope._http import Failure, Reply
from msconfig.modelscope.facts import (
    Account,
    Balance,
    Catalogue,
    HubAbsent,
    HubModel,
    HubNoAccess,
    HubPage,
    NoAnswer,
    Provider,
    Providers,
    Source,
    TokenRejected,
)
from msconfig.text import shortened, visible

__all__ = [
    "account",
    "balance",
    "catalogue",
    "hub_model",
    "hub_page",
    "invalid_api_key",
    "older_hub_model",
    "providers",
    "said",
]

_MAX_IDS = 100_000
_MAX_COUNT = 10**12
_MAX_MAGICUBES = 1_000_000_000
_OLD_API_MISSING = 10010205001
_OLD_API_NO_ACCESS = 10010200001
_REFUSALS = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})


class _Unreadable(Exception):
    """A reply that does not say what it was asked."""


def said(body: bytes) -> str:
    """What an error body says, in any of the envelopes that ModelScope uses; "" if nothing.

    `error` (since about May 2026) or `errors` (before, and still for images, tasks and
    embeddings), an Anthropic error, `message` beside `code` (open API), `Message` beside `Code`
    (older API), or an upstream's own `error` text.
    """
    try:
        outer = loads(body)
    except NotJson:
        return ""
    if not isinstance(outer, dict):
        return ""
    for envelope in (outer.get("error"), outer.get("errors"), outer):
        if isinstance(envelope, str):
            return _clean(envelope)
        if isinstance(envelope, dict):
            message = envelope.get("message") or envelope.get("Message")
            if isinstance(message, str):
                return _clean(message)
    return ""


def account(reply: Reply | Failure, source: Source) -> Account | TokenRejected | NoAnswer:
    """`users/me`: 200 with a name, or 401 with code InvalidAuthentication."""
    if isinstance(reply, Failure):
        return NoAnswer(source, reply.said)
    if reply.status == HTTPStatus.UNAUTHORIZED:
        body = _object_or_empty(reply)
        message = said(reply.body)
        if body.get("code") == "InvalidAuthentication" or message.startswith(
            "Authentication failed, please make sure"
        ):
            return TokenRejected(source, message or "InvalidAuthentication")
        return _no_answer(reply, source)
    try:
        body = _success(reply)
        data = body.get("data")
        names = ("username", "preferred_username", "name")
        if not isinstance(data, dict) or not any(_is_text(data.get(n)) for n in names):
            raise _Unreadable("the reply names no account")
    except _Unreadable as error:
        return _no_answer(reply, source, str(error))
    return Account(source)


def balance(reply: Reply | Failure, source: Source) -> Balance | TokenRejected | NoAnswer:
    """`magicubes/balance`: amounts may be fractions; one that is missing is unknown, never 0."""
    if isinstance(reply, Failure):
        return NoAnswer(source, reply.said)
    if reply.status == HTTPStatus.UNAUTHORIZED:
        known = account(reply, source)
        return known if isinstance(known, TokenRejected) else _no_answer(reply, source)
    try:
        data = _success(reply).get("data")
        if not isinstance(data, dict):
            raise _Unreadable("the reply holds no amounts")
    except _Unreadable as error:
        return _no_answer(reply, source, str(error))
    amounts = [_magicubes(data.get(name)) for name in _AMOUNTS]
    if not any(amount is not None for amount in amounts):
        return _no_answer(reply, source, "the reply holds no amounts")
    return Balance(source, *amounts)


_AMOUNTS = ("total_balance", "available_balance", "frozen_amount")


def catalogue(reply: Reply | Failure, source: Source) -> Catalogue | NoAnswer:
    """The inference list: 200 with rows that all have an id, and at least one row."""
    if isinstance(reply, Failure):
        return NoAnswer(source, reply.said)
    try:
        rows = _ok_object(reply).get("data")
        if not isinstance(rows, list):
            raise _Unreadable("the reply holds no list of models")
        ids = [row.get("id") if isinstance(row, dict) else None for row in rows]
        if not ids:
            raise _Unreadable("the list is empty, which the real one never is")
        if len(ids) > _MAX_IDS or not all(isinstance(each, str) and each for each in ids):
            raise _Unreadable("the list holds rows without an id")
    except _Unreadable as error:
        return _no_answer(reply, source, str(error))
    return Catalogue(source, tuple(dict.fromkeys(cast("list[str]", ids))))


def invalid_api_key(reply: Reply) -> str | None:
    """What Bailian says to a bad key: 401 with `error.code` invalid_api_key; None for others."""
    error = _object_or_empty(reply).get("error")
    if not isinstance(error, dict) or error.get("code") != "invalid_api_key":
        return None
    return said(reply.body) or "invalid_api_key"


def providers(reply: Reply | Failure, source: Source) -> Providers | NoAnswer:
    """`list_model_providers`: who serves a model. `Providers: null` with a count of 0 is nobody."""
    if isinstance(reply, Failure):
        return NoAnswer(source, reply.said)
    try:
        body = _ok_object(reply)
        data = body.get("Data")
        if body.get("Success") is False or body.get("Code", 200) != HTTPStatus.OK:
            raise _Unreadable("the reply says that it failed")
        if not isinstance(data, dict) or "Providers" not in data:
            raise _Unreadable("the reply holds no list of providers")
        rows = data["Providers"] if data["Providers"] is not None else []
        if not isinstance(rows, list):
            raise _Unreadable("the reply holds no list of providers")
        names = [row.get("Name") if isinstance(row, dict) else None for row in rows]
        count = data.get("TotalCount", len(rows) or None)
        whole = type(count) is int and count == len(rows)
        if "ModelScope" not in names and not (whole and all(_is_text(name) for name in names)):
            raise _Unreadable(f"the list of providers contradicts its count ({count!r})"[:200])
    except _Unreadable as error:
        return _no_answer(reply, source, str(error))
    named = [row for row in rows if isinstance(row, dict) and _is_text(row.get("Name"))]
    return Providers(source, tuple(_provider(row) for row in named))


def _provider(row: dict[str, object]) -> Provider:
    tier = row.get("CostTier")
    raw = str(row["Name"])
    name = _clean(raw)
    return Provider(
        name if raw == "ModelScope" or name != "ModelScope" else repr(raw),
        _clean(tier) if isinstance(tier, str) else None,
        _magicubes(row.get("EstimatedMagicGrainCost")),
    )


def hub_model(
    reply: Reply | Failure, source: Source
) -> HubModel | HubAbsent | HubNoAccess | NoAnswer:
    """`openapi/v1/models/{id}`: 200 with data, or 404 with code ResourceNotFound."""
    if isinstance(reply, Failure):
        return NoAnswer(source, reply.said)
    if reply.status == HTTPStatus.NOT_FOUND:
        if _object_or_empty(reply).get("code") == "ResourceNotFound":
            return HubAbsent(source)
        return _no_answer(reply, source)
    try:
        data = _success(reply).get("data")
        if not isinstance(data, dict) or not isinstance(data.get("id"), str) or not data["id"]:
            raise _Unreadable("the reply holds no model")
    except _Unreadable as error:
        return _no_answer(reply, source, str(error))
    return _hub_row(data, source)


def hub_page(reply: Reply | Failure, source: Source, size: int) -> HubPage | NoAnswer:
    """`openapi/v1/models`: 200 with rows; one without a well-formed id is unreadable.

    Args:
        reply: what came.
        source: where it came from.
        size: the page size that was asked for; what the reply says goes before it.
    """
    if isinstance(reply, Failure):
        return NoAnswer(source, reply.said)
    try:
        data = _success(reply).get("data")
        rows = data.get("models") if isinstance(data, dict) else None
        if not isinstance(data, dict) or not isinstance(rows, list):
            raise _Unreadable("the reply holds no list of models")
    except _Unreadable as error:
        return _no_answer(reply, source, str(error))
    readable = [
        _hub_row(row, source)
        for row in rows
        if isinstance(row, dict) and isinstance(row.get("id"), str) and _is_hub_id(row["id"])
    ]
    told = _count(data.get("page_size")) or size
    total = _count(data.get("total_count"))
    return HubPage(source, tuple(readable), len(rows) - len(readable), total, min(told, size))


def _is_hub_id(text: str) -> bool:
    model_id = ModelId.parse(text)
    return model_id is not None and model_id.provider is None


def _hub_row(row: Mapping[str, object], source: Source) -> HubModel:
    """A model as the open API shows it, alone or in a list; `row` has an id."""
    terms = row.get("license")
    return HubModel(
        source,
        _clean(str(row["id"])),
        _strings(row.get("tasks")),
        private=_says_yes(row.get("private")),
        gated=_says_yes(row.get("gated")),
        downloads=_count(row.get("downloads")),
        likes=_count(row.get("likes")),
        license=(_clean(terms) or None) if isinstance(terms, str) else None,
        last_modified=_moment(row.get("last_modified")),
    )


def older_hub_model(
    reply: Reply | Failure, source: Source, asked: str
) -> HubModel | HubAbsent | HubNoAccess | NoAnswer:
    """`api/v1/models/{id}`: absent only where the message ends in ``record not found``.

    The same code with another message is a passing database fault.
    """
    if isinstance(reply, Failure):
        return NoAnswer(source, reply.said)
    body = _object_or_empty(reply)
    message = said(reply.body)
    code = body.get("Code")
    if code == _OLD_API_NO_ACCESS and reply.status in _REFUSALS:
        return HubNoAccess(source, message or "no access")
    words = body.get("Message")
    if (
        reply.status == HTTPStatus.NOT_FOUND
        and code == _OLD_API_MISSING
        and isinstance(words, str)
        and words.rstrip(" .").endswith("record not found")
    ):
        return HubAbsent(source)
    try:
        body = _ok_object(reply)
        data = body.get("Data")
        if body.get("Success") is False or code != HTTPStatus.OK or not isinstance(data, dict):
            raise _Unreadable("the reply holds no model")
    except _Unreadable as error:
        return _no_answer(reply, source, str(error))
    rows = data.get("Tasks")
    named = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    tasks = _strings([row.get("Name") for row in named])
    # this reply is not seen to spell the id, so the spelling of the question stands
    tasks += _strings([data.get("SupportInference")])
    return HubModel(source, asked, tasks, from_older_api=True)


def _ok_object(reply: Reply) -> dict[str, object]:
    if reply.status != HTTPStatus.OK:
        raise _Unreadable("")
    try:
        body = loads(reply.body)
    except NotJson as error:
        kind = shortened(visible(reply.content_type), 40)
        raise _Unreadable(f"{error}{f' ({kind})' if kind else ''}") from None
    if not isinstance(body, dict):
        raise _Unreadable("the reply is not a JSON object")
    return body


def _success(reply: Reply) -> dict[str, object]:
    body = _ok_object(reply)
    if body.get("success") is not True:
        raise _Unreadable("the reply says that it failed")
    return body


def _object_or_empty(reply: Reply) -> dict[str, object]:
    try:
        body = loads(reply.body)
    except NotJson:
        return {}
    return body if isinstance(body, dict) else {}


def _no_answer(reply: Reply, source: Source, why: str = "") -> NoAnswer:
    if source.note:
        return NoAnswer(source, source.note, reply.status)
    words = said(reply.body) or why
    if HTTPStatus.MULTIPLE_CHOICES <= reply.status < HTTPStatus.BAD_REQUEST:
        words = "a redirect, which is not followed"
    status = f"HTTP {reply.status}"
    return NoAnswer(source, f"{status}: {words}" if words else status, reply.status)


def _strings(values: object) -> tuple[str, ...]:
    if not isinstance(values, list):
        return ()
    return tuple(_clean(value) for value in values if isinstance(value, str) and value)


def _magicubes(cost: object) -> float | None:
    if isinstance(cost, bool) or not isinstance(cost, int | float):
        return None
    return float(cost) if 0 <= cost <= _MAX_MAGICUBES else None


def _count(value: object) -> int | None:
    return value if type(value) is int and 0 <= value <= _MAX_COUNT else None


def _moment(value: object) -> datetime | None:
    """A time such as ``2025-12-16T03:34:26Z``; one without a zone is taken for UTC."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _says_yes(value: object) -> bool:
    """Whether a flag is set; `gated` may be a word in place of a boolean."""
    return value is True or (isinstance(value, str) and value.lower() not in {"", "false", "no"})


def _clean(text: str) -> str:
    return shortened(visible(text))
