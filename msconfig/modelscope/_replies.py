"""Replies of ModelScope, read into facts. Every shape that was seen is known here, and only here.

An answer counts only when it is clear: what is missing, of another type or contradicts itself is
unreadable, never a no.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import cast

from msconfig.modelscope._http import Failure, Reply
from msconfig.modelscope._reading import (
    Unreadable,
    clean,
    no_answer,
    object_or_empty,
    ok_object,
    said,
    success,
)
from msconfig.modelscope.facts import (
    Account,
    Balance,
    Catalogue,
    NoAnswer,
    Provider,
    Providers,
    Source,
    TokenRejected,
)

__all__ = [
    "account",
    "balance",
    "catalogue",
    "invalid_api_key",
    "providers",
]

_MAX_IDS = 100_000
_MAX_MAGICUBES = 1_000_000_000


def account(reply: Reply | Failure, source: Source) -> Account | TokenRejected | NoAnswer:
    """`users/me`: 200 with a name, or 401 with code InvalidAuthentication."""
    if isinstance(reply, Failure):
        return NoAnswer(source, reply.said)
    if reply.status == HTTPStatus.UNAUTHORIZED:
        body = object_or_empty(reply)
        message = said(reply.body)
        if body.get("code") == "InvalidAuthentication" or message.startswith(
            "Authentication failed, please make sure"
        ):
            return TokenRejected(source, message or "InvalidAuthentication")
        return no_answer(reply, source)
    try:
        body = success(reply)
        data = body.get("data")
        names = ("username", "preferred_username", "name")
        if not isinstance(data, dict) or not any(_is_text(data.get(n)) for n in names):
            raise Unreadable("the reply names no account")
    except Unreadable as error:
        return no_answer(reply, source, str(error))
    return Account(source)


def balance(reply: Reply | Failure, source: Source) -> Balance | TokenRejected | NoAnswer:
    """`magicubes/balance`: amounts may be fractions; one that is missing is unknown, never 0."""
    if isinstance(reply, Failure):
        return NoAnswer(source, reply.said)
    if reply.status == HTTPStatus.UNAUTHORIZED:
        known = account(reply, source)
        return known if isinstance(known, TokenRejected) else no_answer(reply, source)
    try:
        data = success(reply).get("data")
        if not isinstance(data, dict):
            raise Unreadable("the reply holds no amounts")
    except Unreadable as error:
        return no_answer(reply, source, str(error))
    amounts = [_magicubes(data.get(name)) for name in _AMOUNTS]
    if not any(amount is not None for amount in amounts):
        return no_answer(reply, source, "the reply holds no amounts")
    return Balance(source, *amounts)


_AMOUNTS = ("total_balance", "available_balance", "frozen_amount")


def catalogue(reply: Reply | Failure, source: Source) -> Catalogue | NoAnswer:
    """The inference list: 200 with rows that all have an id, and at least one row."""
    if isinstance(reply, Failure):
        return NoAnswer(source, reply.said)
    try:
        rows = ok_object(reply).get("data")
        if not isinstance(rows, list):
            raise Unreadable("the reply holds no list of models")
        ids = [row.get("id") if isinstance(row, dict) else None for row in rows]
        if not ids:
            raise Unreadable("the list is empty, which the real one never is")
        if len(ids) > _MAX_IDS or not all(isinstance(each, str) and each for each in ids):
            raise Unreadable("the list holds rows without an id")
    except Unreadable as error:
        return no_answer(reply, source, str(error))
    return Catalogue(source, tuple(dict.fromkeys(cast("list[str]", ids))))


def invalid_api_key(reply: Reply) -> str | None:
    """What Bailian says to a bad key: 401 with `error.code` invalid_api_key; None for others."""
    error = object_or_empty(reply).get("error")
    if not isinstance(error, dict) or error.get("code") != "invalid_api_key":
        return None
    return said(reply.body) or "invalid_api_key"


def providers(reply: Reply | Failure, source: Source) -> Providers | NoAnswer:
    """`list_model_providers`: who serves a model. `Providers: null` with a count of 0 is nobody."""
    if isinstance(reply, Failure):
        return NoAnswer(source, reply.said)
    try:
        body = ok_object(reply)
        data = body.get("Data")
        if body.get("Success") is False or body.get("Code", 200) != HTTPStatus.OK:
            raise Unreadable("the reply says that it failed")
        if not isinstance(data, dict) or "Providers" not in data:
            raise Unreadable("the reply holds no list of providers")
        rows = data["Providers"] if data["Providers"] is not None else []
        if not isinstance(rows, list):
            raise Unreadable("the reply holds no list of providers")
        names = [row.get("Name") if isinstance(row, dict) else None for row in rows]
        count = data.get("TotalCount", len(rows) or None)
        whole = type(count) is int and count == len(rows)
        if "ModelScope" not in names and not (whole and all(_is_text(name) for name in names)):
            raise Unreadable(f"the list of providers contradicts its count ({count!r})"[:200])
    except Unreadable as error:
        return no_answer(reply, source, str(error))
    named = [row for row in rows if isinstance(row, dict) and _is_text(row.get("Name"))]
    return Providers(source, tuple(_provider(row) for row in named))


def _provider(row: dict[str, object]) -> Provider:
    tier = row.get("CostTier")
    raw = str(row["Name"])
    name = clean(raw)
    return Provider(
        name if raw == "ModelScope" or name != "ModelScope" else repr(raw),
        clean(tier) if isinstance(tier, str) else None,
        _magicubes(row.get("EstimatedMagicGrainCost")),
    )


def _magicubes(cost: object) -> float | None:
    if isinstance(cost, bool) or not isinstance(cost, int | float):
        return None
    return float(cost) if 0 <= cost <= _MAX_MAGICUBES else None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)
