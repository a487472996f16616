"""From a job to what goes into Cherry Studio: checked first, then put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from msconfig.checking.report import ModelResult, Outcome, Report
from msconfig.cherry.fallback_provider import configure_fallback, fallback_provider
from msconfig.cherry.provider import (
    Configuration,
    ModelChoice,
    ProviderChoice,
    configure,
    provider_for,
)
from msconfig.cli.console import note
from msconfig.cli.job import Job
from msconfig.errors import SettingsError
from msconfig.modelscope.kinds import Kind
from msconfig.settings.loading import ModelSettings

__all__ = [
    "check_provider_ids",
    "checked",
    "configuration_of",
    "configurations_of",
    "provider_choice",
]


def checked(job: Job, *, only_usable: bool, strict: bool | None) -> Report:
    """The report, with what `--only-usable` drops and what unknown kinds become said in it.

    Bailian is asked too, where the settings name it as the way out.

    Args:
        job: what to check.
        only_usable: whether models that do not pass are dropped, and named on stderr. Those of a
            fallback that was not asked stay.
        strict: what `--strict` says; None leaves it to the settings.
    """
    with job.connect() as modelscope:
        report = job.check(
            modelscope, strict=bool(job.settings.strict if strict is None else strict)
        )
    report = job.check_fallback(report)
    fallback = report.fallback
    if only_usable and report.complete:
        report = replace(report, dropped=_dropped(report.models))
        if fallback is not None and fallback.token.counts:
            fallback = replace(fallback, dropped=_dropped(fallback.models))
    if fallback is not None:
        written = {Outcome.PASS} if fallback.token.counts else {Outcome.PASS, Outcome.UNKNOWN}
        fallback = replace(fallback, models=_as_chat(fallback.models, written))
    return replace(report, models=_as_chat(report.models, {Outcome.PASS}), fallback=fallback)


def _dropped(models: Iterable[ModelResult]) -> tuple[str, ...]:
    dropped = tuple(model.id for model in models if model.outcome is not Outcome.PASS)
    if dropped:
        note("\n".join(f"left out: {model_id}" for model_id in dropped))
    return dropped


def _as_chat(models: Iterable[ModelResult], written: set[Outcome]) -> tuple[ModelResult, ...]:
    as_chat = "; its kind is unknown, so it is written as chat"
    return tuple(
        replace(model, reason=model.reason + as_chat)
        if model.kind is Kind.UNKNOWN and model.outcome in written
        else model
        for model in models
    )


def check_provider_ids(job: Job) -> None:
    """Refuse a provider id that belongs to something else, before any request.

    Raises:
        SettingsError: it is built into Cherry Studio with other addresses, or the fallback's.
    """
    provider = provider_for(job.site, provider_choice(job))
    if job.fallback is None:
        return
    if provider.id == fallback_provider(job.fallback.request.region).id:
        raise SettingsError(
            f"the provider id {provider.id} is the fallback's; leave provider.id out, or choose"
            " another"
        )


def configurations_of(job: Job, report: Report, *, redacted: bool) -> tuple[Configuration, ...]:
    """ModelScope's configuration, and behind it the fallback's where one is set.

    Args:
        job: the ids' names, groups and capabilities, and the keys.
        report: what the check found.
        redacted: whether the keys stay out.
    """
    own = configuration_of(job, report, redacted=redacted)
    fallback, told = report.fallback, job.settings.fallback
    if fallback is None or told is None or job.fallback is None:
        return (own,)
    key = job.fallback.request.key
    keys = [] if redacted or key is None else [key.secret]
    choices = _choices(fallback.models, fallback.dropped, told.by_id())
    return (own, configure_fallback(fallback.region, choices, keys))


def configuration_of(job: Job, report: Report, *, redacted: bool) -> Configuration:
    """ModelScope with the models that the report does not drop, and with the job's tokens."""
    keys = [] if redacted else [token.secret for token in job.tokens]
    choices = _choices(report.models, report.dropped, job.settings.by_id())
    return configure(job.site, provider_choice(job), choices, keys)


def provider_choice(job: Job) -> ProviderChoice:
    """What the settings say about ModelScope's provider."""
    said = job.settings
    return ProviderChoice(said.provider_id, said.provider_name, said.rate_limit_seconds, said.notes)


def _choices(
    models: Iterable[ModelResult], dropped: Iterable[str], told: Mapping[str, ModelSettings]
) -> list[ModelChoice]:
    left_out = frozenset(dropped)
    choices = []
    for model in models:
        if model.id not in left_out:
            said = told.get(model.id, ModelSettings(model.id))
            choices.append(
                ModelChoice(model.id, model.kind, said.name, said.group, said.capabilities)
            )
    return choices
