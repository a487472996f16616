"""Parsing of ModelScope's replies into facts; every form that was seen is known only here.

An answer counts only if it is clear: what is missing, of another type or contradicts itself is
unreadable, never a "no".
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import cast

from msconfig.model_ids import is_model_id
from msconfig.modelscope._reading import (
    Unreadable,
    clean,
    message_in,
    no_answer,
    object_or_empty,
    ok_object,
    success,
)
from msconfig.modelscope.facts import (
    MODELSCOPE,
    Account,
    Balance,
    Catalogue,
    NoAnswer,
    Provider,
    Providers,
    Source,
    TokenRejected,
    same_but_for_case,
)
from msconfig.modelscope.http_interface import Failure, Reply

_BAD_TOKEN = "Authentication failed, please make sure that a valid ModelScope token is supplied."  # noqa: S105 - a message
_MAX_IDS = 100_000
"""A catalogue of 2026 has some hundreds."""
_MAX_MAGICUBES = 1_000_000_000
"""No real cost or amount is larger."""


def account(reply: Reply | Failure, source: Source) -> Account | TokenRejected | NoAnswer:
    """`users/me`: 200 with a name, or 401 with code InvalidAuthentication."""
    if isinstance(reply, Failure):
        return NoAnswer(source, reply.message)
    if reply.status == HTTPStatus.UNAUTHORIZED:
        body = object_or_empty(reply)
        message = message_in(reply.body)
        # any other 401 may be that of a proxy, and says nothing about the token
        if body.get("code") == "InvalidAuthentication" or message == _BAD_TOKEN:
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
        return NoAnswer(source, reply.message)
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


def spend_rates(reply: Reply) -> dict[str, float]:
    """`magicubes/spend/rates`: Magicubes of a call by tier; empty where it is not readable."""
    try:
        data = success(reply).get("data")
    except Unreadable:
        return {}
    rows = data.get("rates") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        return {}
    found: dict[str, float] = {}
    for row in rows:
        if not isinstance(row, dict) or row.get("scene") != "api_inference":
            continue
        tier, price = row.get("model_tier"), _magicubes(row.get("unit_price"))
        if not _is_text(tier) or price is None:
            return {}
        found[str(tier)] = price
    return found


_AMOUNTS = ("total_balance", "available_balance", "frozen_amount")


def catalogue(
    reply: Reply | Failure, source: Source, is_id: Callable[[str], bool] = is_model_id
) -> Catalogue | NoAnswer:
    """The inference list: 200 with rows that all have an id, and at least one row.

    A text without the form of an id is dropped and counted, as ids get into documents.

    Args:
        reply: the reply.
        source: its source.
        is_id: whether a text has the form of an id.
    """
    if isinstance(reply, Failure):
        return NoAnswer(source, reply.message)
    try:
        body = ok_object(reply)
        rows = body.get("data")
        if not isinstance(rows, list):
            raise Unreadable("the reply holds no list of models")
        if body.get("object") not in (None, "", "list"):
            raise Unreadable("the reply says that it is no list")
        if body.get("has_more"):
            raise Unreadable("the list has further pages, which are not known")
        ids = [row.get("id") if isinstance(row, dict) else None for row in rows]
        if not ids:
            # an empty list would make every model look unserved
            raise Unreadable("the list is empty, which the real one never is")
        if len(ids) > _MAX_IDS or not all(isinstance(each, str) and each for each in ids):
            raise Unreadable("the list holds rows without an id")
        found = [each for each in cast("list[str]", ids) if is_id(each)]
        if not found:
            raise Unreadable("nothing in the list has the form of an id")
    except Unreadable as error:
        return no_answer(reply, source, str(error))
    return Catalogue(source, tuple(dict.fromkeys(found)), len(ids) - len(found))


def invalid_api_key(reply: Reply) -> str | None:
    """Bailian's message about a bad key: 401 with `error.code` invalid_api_key; None for others."""
    error = object_or_empty(reply).get("error")
    if not isinstance(error, dict) or error.get("code") != "invalid_api_key":
        return None
    return message_in(reply.body) or "invalid_api_key"


def providers(reply: Reply | Failure, source: Source) -> Providers | NoAnswer:
    """`list_model_providers`: a model's providers; none if `Providers` is null and the count 0."""
    if isinstance(reply, Failure):
        return NoAnswer(source, reply.message)
    try:
        body = ok_object(reply)
        data = body.get("Data")
        if "Code" not in body and "Success" not in body:
            raise Unreadable("the reply does not say whether it succeeded")
        if not isinstance(data, dict) or "Providers" not in data:
            raise Unreadable("the reply holds no list of providers")
        rows = data["Providers"] if data["Providers"] is not None else []
        if not isinstance(rows, list):
            raise Unreadable("the reply holds no list of providers")
        named = [_provider(row) for row in rows if isinstance(row, dict)]
        found = tuple(row for row in named if row is not None)
        count = data.get("TotalCount", len(rows) or None)
        # a list that is not whole can still show that ModelScope serves, but never that it does not
        whole = type(count) is int and count == len(rows) == len(found)
        if not whole and not any(row.name == MODELSCOPE for row in found):
            raise Unreadable(clean(f"the list of providers contradicts its count ({count!r})"))
    except Unreadable as error:
        return no_answer(reply, source, str(error))
    return Providers(source, found)


def _provider(row: dict[str, object]) -> Provider | None:
    """A row of the look-up; None for one without a name."""
    raw, tier = row.get("Name"), row.get("CostTier")
    if _is_modelscope(raw, row.get("ChineseName")):
        name = MODELSCOPE
    elif isinstance(raw, str) and raw:
        # with invisible characters around it, it is another provider that only looks the same
        name = repr(raw) if same_but_for_case(clean(raw), MODELSCOPE) else clean(raw)
    else:
        return None
    return Provider(
        name,
        clean(tier) if isinstance(tier, str) else None,
        _magicubes(row.get("EstimatedMagicGrainCost")),
    )


def _is_modelscope(name: object, chinese_name: object) -> bool:
    """Whether a provider of these names is ModelScope, in any letter case or in Chinese."""
    by_name = isinstance(name, str) and same_but_for_case(name, MODELSCOPE)
    return by_name or (isinstance(chinese_name, str) and chinese_name.startswith("魔搭"))


def _magicubes(cost: object) -> float | None:
    if isinstance(cost, bool) or not isinstance(cost, int | float):
        return None
    return float(cost) if 0 <= cost <= _MAX_MAGICUBES else None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)
