"""The fallback, Bailian: its key and ids, judged by its model list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias, assert_never

from msconfig.checking.fallback_suggestions import CrossProviderMatcher, with_fallback_suggestion
from msconfig.checking.report import (
    Evidence,
    Fallback,
    ModelResult,
    Proof,
    Report,
    Status,
    Suggestion,
    TokenResult,
    TokenStatus,
)
from msconfig.checking.suggestions.reasons import Reason
from msconfig.checking.verdict import notes_on
from msconfig.model_ids import GivenId
from msconfig.modelscope.facts import Catalogue, NoAnswer, TokenRejected
from msconfig.modelscope.fallback_regions import Region
from msconfig.modelscope.kinds import Kind
from msconfig.tokens import Token

FallbackFact: TypeAlias = Catalogue | TokenRejected | NoAnswer


@dataclass(frozen=True, slots=True)
class FallbackRequest:
    """The key and ids to check at Bailian."""

    region: Region
    ids: Sequence[GivenId]
    key: Token | None
    """None with --no-token, and offline where there is none."""
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    """Kinds from the settings, by id; else that of the same model at ModelScope is taken."""


def with_fallback(report: Report, request: FallbackRequest, fact: FallbackFact | None) -> Report:
    """`report` with the results of the fallback, and with its ids suggested for failing models.

    Args:
        report: what was found at ModelScope.
        request: key and ids.
        fact: Bailian's answer; None where no request was made, offline or without a key. Then its
            ids are unverified, and that alone does not count.
    """
    at_fallback = CrossProviderMatcher(fact.ids if isinstance(fact, Catalogue) else ())
    at_modelscope = CrossProviderMatcher(model.id for model in report.models)
    kinds = {model.id: model.kind for model in report.models}
    matches = {given.text: at_modelscope.of(given.text) for given in request.ids}
    of_matches = {text: kinds[match] for text, match in matches.items() if match is not None}
    known = replace(request, kinds={**of_matches, **request.kinds})
    fallback = Fallback(
        request.region,
        _key_result(request.key, fact),
        tuple(_model_result(each, known, fact, at_fallback) for each in request.ids),
    )
    models = tuple(with_fallback_suggestion(model, at_fallback) for model in report.models)
    notes = (*report.notes, *notes_on(fact, "Bailian's list"))
    return replace(report, models=models, fallback=fallback, notes=notes)


def _key_result(key: Token | None, fact: FallbackFact | None) -> TokenResult:
    if key is None:
        return TokenResult(TokenStatus.ABSENT, "none", counts=False)
    status, reason = TokenStatus.UNVERIFIED, "offline"
    match fact:
        case Catalogue():
            return TokenResult(TokenStatus.VALID, key.source, key.secret.fingerprint)
        case TokenRejected():
            status, reason = TokenStatus.REJECTED, fact.message
        case NoAnswer():
            reason = fact.message
        case None:
            pass
        case _:
            assert_never(fact)
    return TokenResult(status, key.source, key.secret.fingerprint, reason, fact is not None)


def _model_result(
    given: GivenId,
    request: FallbackRequest,
    fact: FallbackFact | None,
    at_fallback: CrossProviderMatcher,
) -> ModelResult:
    suggestions: tuple[Suggestion, ...] = ()
    observed = ""
    match fact:
        case Catalogue() if given.text in fact.ids:
            status, reason = Status.ENABLED, "in Bailian's list"
            observed = f"listed among {len(fact.ids)}"
        case Catalogue():
            status, reason = Status.NOT_FOUND, "not in Bailian's list"
            observed = f"not listed among {len(fact.ids)}"
            near = at_fallback.of(given.text)
            suggestions = (Suggestion(near, Reason.SPELT_AT_FALLBACK),) if near else ()
        case TokenRejected():
            status, reason = Status.UNVERIFIED, "Bailian shows its list only to a good key"
            observed = fact.message
        case NoAnswer():
            status, reason = Status.UNVERIFIED, f"Bailian's list cannot be read: {fact.message}"
            observed = fact.message
        case None:
            status, reason = Status.UNVERIFIED, "Bailian was not queried"
        case _:
            assert_never(fact)
    return ModelResult(
        id=given.text,
        status=status,
        kind=request.kinds.get(given.text, Kind.UNKNOWN),
        proof=Proof.LISTED if status is Status.ENABLED else None,
        reason=reason,
        evidence=(
            (Evidence(fact.source.endpoint, observed, fact.source.at),) if fact is not None else ()
        ),
        suggestions=suggestions,
        location=given.location,
        locations=given.locations or ((given.location,) if given.location else ()),
    )
