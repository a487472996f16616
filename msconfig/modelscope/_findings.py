"""What a reply shows about a belief: pure functions of the reply and what it is compared with.

A reply that shows nothing (an outage, a rate limit, a refused token) neither confirms nor
contradicts a belief.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from http import HTTPStatus
from types import MappingProxyType

from msconfig.modelscope import _calls, _hub_replies, _replies
from msconfig.modelscope.facts import (
    Account,
    Balance,
    Called,
    CallOutcome,
    Catalogue,
    HubAbsent,
    HubModel,
    HubPage,
    Providers,
    Source,
    TokenRejected,
)
from msconfig.modelscope.http_interface import Failure, Reply
from msconfig.modelscope.kinds import Kind

TIERS = MappingProxyType({"discount": 0.2, "lite": 0.5, "standard": 1.0, "ultra": 2.0})
"""Magicubes a call, by tier."""
_SOURCE = Source("", datetime.min.replace(tzinfo=UTC))
"""Of facts that are only looked at here."""
_ANY_SIZE = 50
"""Rows of a page; no finding depends on it."""


class Finding(StrEnum):
    """What a reply shows about a belief."""

    HOLDS = "holds"
    MOVED = "moved"
    NO_ANSWER = "no answer"
    """Nothing: there is no reply, or an outage, a rate limit, a spent quota."""
    TOKEN_REJECTED = "token rejected"  # noqa: S105 - no password
    """Nothing: the user's own token is refused."""
    NOT_BOUND = "not bound"
    """Nothing: the account of the token is not bound or not verified."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a reply is compared with."""

    model_id: str = ""
    catalogue: Catalogue | None = None
    """The catalogue as it was read without a token; None if it could not be read."""


Look = Callable[[Reply, Context], Finding]


def _if(shown: bool) -> Finding:  # noqa: FBT001 - the one thing that it is about
    return Finding.HOLDS if shown else Finding.MOVED


def catalogue_of(reply: Reply | Failure) -> Catalogue | None:
    """The catalogue in `reply`, if it is one."""
    fact = _replies.catalogue(reply, _SOURCE)
    return fact if isinstance(fact, Catalogue) else None


def list_of_ids(reply: Reply, _context: Context) -> Finding:
    return _if(catalogue_of(reply) is not None)


def same_ids(reply: Reply, context: Context) -> Finding:
    found = catalogue_of(reply)
    if found is None:
        return Finding.MOVED
    return _if(context.catalogue is None or set(found.ids) == set(context.catalogue.ids))


def rejection(reply: Reply, _context: Context) -> Finding:
    return _if(isinstance(_replies.account(reply, _SOURCE), TokenRejected))


def account(reply: Reply, _context: Context) -> Finding:
    fact = _replies.account(reply, _SOURCE)
    if isinstance(fact, TokenRejected):
        return Finding.TOKEN_REJECTED
    return _if(isinstance(fact, Account))


def balance(reply: Reply, _context: Context) -> Finding:
    fact = _replies.balance(reply, _SOURCE)
    if isinstance(fact, TokenRejected):
        return Finding.TOKEN_REJECTED
    return _if(isinstance(fact, Balance) and fact.available is not None)


def known_rates(reply: Reply, _context: Context) -> Finding:
    if isinstance(_replies.account(reply, _SOURCE), TokenRejected):
        return Finding.TOKEN_REJECTED
    rates = _replies.spend_rates(reply)
    return _if(bool(rates) and all(TIERS.get(tier) == price for tier, price in rates.items()))


def served(reply: Reply, _context: Context) -> Finding:
    fact = _replies.providers(reply, _SOURCE)
    own = fact.modelscope if isinstance(fact, Providers) else None
    if own is None or own.magicubes not in TIERS.values():
        return Finding.MOVED
    return _if(own.cost_tier is None or TIERS.get(own.cost_tier) == own.magicubes)


def not_served(reply: Reply, _context: Context) -> Finding:
    fact = _replies.providers(reply, _SOURCE)
    return _if(isinstance(fact, Providers) and not fact.by_modelscope)


def server_error(reply: Reply, _context: Context) -> Finding:
    return _if(reply.status == HTTPStatus.INTERNAL_SERVER_ERROR)


def unknown_or_not_served(reply: Reply, context: Context) -> Finding:
    is_500 = reply.status == HTTPStatus.INTERNAL_SERVER_ERROR
    return Finding.HOLDS if is_500 else not_served(reply, context)


def described(reply: Reply, context: Context) -> Finding:
    fact = _hub_replies.hub_model(reply, _SOURCE, context.model_id)
    return _if(isinstance(fact, HubModel) and fact.kind is not Kind.UNKNOWN)


def absent(reply: Reply, context: Context) -> Finding:
    fact = _hub_replies.hub_model(reply, _SOURCE, context.model_id)
    return _if(isinstance(fact, HubAbsent))


def rows_of(task: str) -> Look:
    """Some rows, and all of `task`."""

    def look(reply: Reply, _context: Context) -> Finding:
        page = _hub_replies.hub_page(reply, _SOURCE, _ANY_SIZE)
        rows = page.models if isinstance(page, HubPage) else ()
        return _if(bool(rows) and all(task in model.tasks for model in rows))

    return look


def no_rows(reply: Reply, _context: Context) -> Finding:
    page = _hub_replies.hub_page(reply, _SOURCE, _ANY_SIZE)
    return _if(isinstance(page, HubPage) and not page.models and not page.unreadable)


def call(*outcomes: CallOutcome) -> Callable[[Reply, Context], Finding]:
    """The call ends in one of `outcomes`."""

    def look(reply: Reply, context: Context) -> Finding:
        called = _calls.chat_call(reply, _SOURCE, context.model_id)
        if called.outcome in outcomes:
            return Finding.HOLDS
        return _without_result(called, reply)

    return look


def _without_result(called: Called, reply: Reply) -> Finding:
    """The finding of a call that ended otherwise."""
    match called.outcome:
        case CallOutcome.TOKEN_REJECTED:
            return Finding.TOKEN_REJECTED
        case CallOutcome.NOT_BOUND:
            return Finding.NOT_BOUND
        case CallOutcome.QUOTA_EXCEEDED | CallOutcome.THROTTLED:
            return Finding.NO_ANSWER
        case CallOutcome.UNCLEAR if _says_nothing(reply):
            return Finding.NO_ANSWER
        case _:
            return Finding.MOVED


def _says_nothing(reply: Reply) -> bool:
    """Whether it is what a fault of the platform looks like: an empty 200, a 402, a 429."""
    return _calls.is_empty_answer(reply) or reply.status in {
        HTTPStatus.PAYMENT_REQUIRED,
        HTTPStatus.TOO_MANY_REQUESTS,
    }


def refused_token(reply: Reply, context: Context) -> Finding:
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
        return Finding.NO_ANSWER
    called = _calls.chat_call(reply, _SOURCE, context.model_id)
    return _if(called.outcome is CallOutcome.TOKEN_REJECTED)
