"""From a job to what goes into Cherry Studio: checked first, then put together."""

from __future__ import annotations

from dataclasses import replace

from msconfig.checking.report import Outcome, Report
from msconfig.cherry.configuration import Configuration, ModelChoice, ProviderChoice, configure
from msconfig.cli.job import Job
from msconfig.cli.output import note
from msconfig.modelscope.kinds import Kind
from msconfig.settings import ModelSettings

__all__ = ["checked", "configuration_of", "provider_choice"]


def checked(job: Job, *, only_usable: bool, strict: bool | None) -> Report:
    """The report, with what `--only-usable` drops and what unknown kinds become said in it.

    Args:
        job: what to check.
        only_usable: whether models that do not pass are dropped, and named on stderr.
        strict: what `--strict` says; None leaves it to the settings.
    """
    with job.connect() as modelscope:
        report = job.check(
            modelscope, strict=bool(job.settings.strict if strict is None else strict)
        )
    if only_usable:
        dropped = tuple(m.id for m in report.models if m.outcome is not Outcome.PASS)
        if dropped and report.complete:
            note("\n".join(f"left out: {model_id}" for model_id in dropped))
            report = replace(report, dropped=dropped)
    as_chat = "; its kind is unknown, so it is written as chat"
    return replace(
        report,
        models=tuple(
            replace(model, reason=model.reason + as_chat)
            if model.kind is Kind.UNKNOWN and model.outcome is Outcome.PASS
            else model
            for model in report.models
        ),
    )


def provider_choice(job: Job) -> ProviderChoice:
    """What the settings say about the provider."""
    said = job.settings
    return ProviderChoice(said.provider_id, said.provider_name, said.rate_limit_seconds, said.notes)


def configuration_of(job: Job, report: Report, *, redacted: bool) -> Configuration:
    """The provider with the models that the report does not drop, and with the job's keys.

    Args:
        job: the ids' names, groups and capabilities, and the keys.
        report: what the check found.
        redacted: whether the keys stay out.
    """
    keys = [] if redacted else [token.secret for token in job.tokens]
    told = job.settings.by_id()
    choices = []
    for model in report.models:
        if model.id not in report.dropped:
            said = told.get(model.id, ModelSettings(model.id))
            choices.append(
                ModelChoice(model.id, model.kind, said.name, said.group, said.capabilities)
            )
    return configure(job.site, provider_choice(job), choices, keys)
