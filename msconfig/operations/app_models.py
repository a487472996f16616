"""Whether Cherry Studio has the models: its API Gateway is asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from msconfig import clock
from msconfig.cherry.gateway import Gateway, KeyRefused, NoGateway, ids_of
from msconfig.errors import ExitCode, UsageError
from msconfig.modelscope.facts import Called, CallOutcome, CallResult
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Endpoints, Site
from msconfig.operations.session import Session
from msconfig.tokens import Secret

__all__ = ["AppReport", "AppResult", "compare_with_app"]


class AppResult(StrEnum):
    """Whether the app has a model."""

    THERE = "there"
    MISSING = "missing"
    PROVIDER_OFF = "provider_off"
    """The app lists no model of the provider at all: it is off, or has no models."""


@dataclass(frozen=True, slots=True)
class AppReport:
    """The models, and what the app has of them."""

    site: Site
    provider: str
    """Its id in the app."""
    asked_at: datetime
    models: tuple[tuple[str, AppResult], ...] = ()
    """Each id with its result; none where the app did not give its list."""
    call: tuple[str, CallResult] | None = None
    """The model that was called and how that ended."""
    failure: KeyRefused | NoGateway | None = None

    @property
    def exit_code(self) -> ExitCode:
        """What the results amount to."""
        if isinstance(self.failure, KeyRefused):
            return ExitCode.TOKEN_REFUSED
        if self.failure is not None:
            return ExitCode.INCONCLUSIVE
        end = self.call[1] if self.call is not None else None
        is_there = all(result is AppResult.THERE for _, result in self.models)
        if not is_there or end is CallResult.REFUSED:
            return ExitCode.MODEL_FAILED
        return ExitCode.INCONCLUSIVE if end is CallResult.INCONCLUSIVE else ExitCode.OK


def compare_with_app(
    session: Session,
    ids: Iterable[str],
    *,
    provider: str,
    url: str,
    key: Secret,
    call: bool = False,
) -> AppReport:
    """Compare `ids` with the models that the app has; what `msconfig doctor --app` does.

    Args:
        session: site, time-outs and retries; neither its token nor a proxy is used.
        ids: of models, each once.
        provider: the provider's id in the app.
        url: where the gateway listens, on loopback, without a slash at the end.
        key: the gateway's own.
        call: whether to call the first model that is there, which spends quota.

    Raises:
        UsageError: the session is offline.
    """
    if session.is_offline:
        raise UsageError("doctor asks the app; it cannot be offline")
    report = AppReport(session.site, provider, clock.utc_now())
    session = replace(session, trust_environment=False)  # a proxy has no business on loopback
    with session.http(url) as http:
        listed = Gateway(url, http, key).models()
        if not isinstance(listed, tuple):
            return replace(report, failure=listed)
        own = set(ids_of(provider, listed))
        absent = AppResult.MISSING if own else AppResult.PROVIDER_OFF
        models = tuple((each, AppResult.THERE if each in own else absent) for each in ids)
        first = next((each for each, result in models if result is AppResult.THERE), None)
        report = replace(report, models=models)
        if not call or first is None:
            return report
        from msconfig.modelscope.client import ModelScope  # noqa: PLC0415 - only with `call`

        # the app answers as API-Inference does, and names the model by the provider too
        app = ModelScope(Endpoints(hub=url, inference=f"{url}/v1/"), http, secrets=[key])
        called = app.call(first, Kind.CHAT, key, called_as=f"{provider}:{first}")
        return replace(report, call=(first, _end(called)))


_FOR_GOOD = frozenset(
    {
        *(CallOutcome.NO_PROVIDER, CallOutcome.INVALID_ID, CallOutcome.NO_ACCESS),
        *(CallOutcome.TOKEN_REJECTED, CallOutcome.NOT_BOUND, CallOutcome.IMAGE_MODEL),
    }
)


def _end(called: Called) -> CallResult:
    if called.outcome is CallOutcome.ANSWERED:
        return CallResult.ANSWERED
    for_good = called.outcome in _FOR_GOOD
    return CallResult.REFUSED if for_good else CallResult.INCONCLUSIVE
