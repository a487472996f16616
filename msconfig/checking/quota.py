"""What is left of the quota, and for how many calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from msconfig.checking.concurrency import in_parallel
from msconfig.checking.report import Quota, TokenResult, TokenStatus
from msconfig.errors import ExitCode
from msconfig.model_ids import ModelId
from msconfig.modelscope.client import ModelScope
from msconfig.modelscope.facts import Balance, NoAnswer, Providers, TokenRejected
from msconfig.modelscope.sites import Site
from msconfig.tokens import Token

__all__ = ["CallsLeft", "QuotaReport", "ask_quota", "read_quota"]


@dataclass(frozen=True, slots=True)
class CallsLeft:
    """What a call of a model costs, and how many are left by token; None is unknown, never 0."""

    id: str
    magicubes: float | None
    calls: Mapping[str, int | None]
    """By fingerprint."""


@dataclass(frozen=True, slots=True)
class QuotaReport:
    """What is left on the account of each token."""

    site: Site
    tokens: tuple[TokenResult, ...]
    quota: tuple[Quota, ...]
    models: tuple[CallsLeft, ...]

    @property
    def exit_code(self) -> ExitCode:
        """3 for a rejected token, 4 where a balance is unknown, else 0."""
        if any(token.status is TokenStatus.REJECTED for token in self.tokens):
            return ExitCode.TOKEN_REFUSED
        unknown = any(quota.available is None for quota in self.quota)
        return ExitCode.INCONCLUSIVE if unknown else ExitCode.OK


def read_quota(modelscope: ModelScope, tokens: Sequence[Token]) -> tuple[Quota, ...]:
    """What is left on the accounts of `tokens`; an amount that cannot be read is None."""
    balances: dict[Token, Balance | TokenRejected | NoAnswer] = {}

    def ask(token: Token) -> None:
        balances[token] = modelscope.balance(token.secret)

    with closing(in_parallel([partial(ask, token) for token in tokens], len(tokens))) as ticks:
        for _ in ticks:
            pass
    return tuple(_quota(token, balances[token]) for token in tokens)


def ask_quota(
    modelscope: ModelScope,
    site: Site,
    tokens: Sequence[Token],
    ids: Sequence[str],
    *,
    concurrency: int,
) -> QuotaReport:
    """Read the balances, and what a call of each of `ids` costs; spends nothing."""
    costs: dict[str, float | None] = dict.fromkeys(ids)
    balances: dict[Token, Balance | TokenRejected | NoAnswer] = {}

    def ask_for_balance(token: Token) -> None:
        balances[token] = modelscope.balance(token.secret)

    def ask_for_cost(model_id: str) -> None:
        parsed = ModelId.parse(model_id)
        if parsed is not None and parsed.provider is None:
            deadline = modelscope.deadline()
            fact = modelscope.list_model_providers(parsed.path, deadline, retry_server_error=False)
            own = fact.modelscope if isinstance(fact, Providers) else None
            costs[model_id] = own.magicubes if own else None

    work: list[Callable[[], None]] = [
        *(partial(ask_for_balance, token) for token in tokens),
        *(partial(ask_for_cost, model_id) for model_id in ids),
    ]
    with closing(in_parallel(work, concurrency)) as ticks:
        for _ in ticks:
            pass
    quota = tuple(_quota(token, balances[token]) for token in tokens)
    models = tuple(_calls_left(model_id, costs[model_id], quota) for model_id in ids)
    obstacle = next(iter(modelscope.obstacles_online), "")
    results = tuple(_token_result(token, balances[token], obstacle) for token in tokens)
    return QuotaReport(site, results, quota, models)


def _quota(token: Token, fact: Balance | TokenRejected | NoAnswer) -> Quota:
    known = fact if isinstance(fact, Balance) else None
    return Quota(
        token.secret.fingerprint,
        known.total if known else None,
        known.available if known else None,
        known.frozen if known else None,
        fact.source.endpoint,
        fact.source.at,
    )


def _token_result(
    token: Token, fact: Balance | TokenRejected | NoAnswer, obstacle: str
) -> TokenResult:
    fingerprint = token.secret.fingerprint
    match fact:
        case Balance():
            return TokenResult(TokenStatus.VALID, token.source, fingerprint)
        case TokenRejected():
            return TokenResult(TokenStatus.REJECTED, token.source, fingerprint, fact.message)
        case NoAnswer():
            reason = obstacle or fact.message
            return TokenResult(TokenStatus.UNVERIFIED, token.source, fingerprint, reason)


def _calls_left(model_id: str, cost: float | None, quota: Iterable[Quota]) -> CallsLeft:
    return CallsLeft(
        model_id,
        cost,
        {
            each.fingerprint: (
                int(Decimal(str(each.available)) // Decimal(str(cost)))
                if each.available is not None and cost
                else None
            )
            for each in quota
        },
    )
