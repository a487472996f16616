"""From checked models to what goes into Cherry Studio; shared by `generate` and `apply`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from msconfig.checking.gathering import Progress, no_progress
from msconfig.checking.report import ModelResult, Outcome, Proof, Report
from msconfig.cherry.fallback_provider import configure_fallback, fallback_provider
from msconfig.cherry.provider import (
    Configuration,
    ModelChoice,
    ProviderChoice,
    configure,
    is_taken_for_chat,
    provider_for,
)
from msconfig.errors import SettingsError
from msconfig.model_ids import GivenId
from msconfig.modelscope.kinds import Kind
from msconfig.operations.check import FallbackInputs, check, kinds_by_id
from msconfig.operations.session import Session
from msconfig.settings.loading import ModelSettings

__all__ = ["ConfigurationInputs", "checked", "configurations_of", "refuse_provider_id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationInputs:
    """What goes into Cherry Studio besides ids and tokens."""

    provider: ProviderChoice = field(default_factory=ProviderChoice)
    models: Sequence[ModelSettings] = ()
    """Names, groups, kinds and capabilities of models, by id; ids not checked are ignored."""
    fallback: FallbackInputs | None = None
    fallback_models: Sequence[ModelSettings] = ()
    """The same for the fallback's models."""

    @property
    def kinds(self) -> dict[str, Kind]:
        """The kinds that the settings give, by id."""
        return kinds_by_id(self.models)


def refuse_provider_id(session: Session, inputs: ConfigurationInputs) -> None:
    """Refuse a provider id that belongs to another provider, before any request.

    Raises:
        SettingsError: it is built into Cherry Studio with other addresses, or the fallback's.
    """
    provider = provider_for(session.site, inputs.provider)
    if inputs.fallback is None:
        return
    if provider.id == fallback_provider(inputs.fallback.request.region).id:
        raise SettingsError(
            f"the provider id {provider.id} is the fallback's; leave provider.id out, or choose"
            " another"
        )


def checked(
    ids: Iterable[str | GivenId],
    session: Session,
    inputs: ConfigurationInputs,
    *,
    only_usable: bool,
    strict: bool,
    require: Proof = Proof.LISTED,
    progress: Progress = no_progress,
) -> Report:
    """The report of a check, with what `only_usable` drops, and notes on models treated as chat.

    Models of a fallback that was not queried are never dropped.
    """
    report = check(
        ids,
        session,
        kinds=inputs.kinds,
        strict=strict,
        needs_kinds=True,
        require=require,
        fallback=inputs.fallback,
        progress=progress,
    )
    fallback = report.fallback
    if only_usable and report.complete:
        report = replace(report, dropped=_dropped(report.models))
        if fallback is not None and fallback.token.counts:
            fallback = replace(fallback, dropped=_dropped(fallback.models))
    if fallback is not None:
        written = {Outcome.PASS} if fallback.token.counts else {Outcome.PASS, Outcome.UNKNOWN}
        models = _with_chat_noted(fallback.models, written, _by_id(inputs.fallback_models))
        fallback = replace(fallback, models=models)
    models = _with_chat_noted(report.models, {Outcome.PASS}, _by_id(inputs.models))
    return replace(report, models=models, fallback=fallback)


def _dropped(models: Iterable[ModelResult]) -> tuple[str, ...]:
    return tuple(model.id for model in models if model.outcome is not Outcome.PASS)


def _with_chat_noted(
    models: Iterable[ModelResult], written: set[Outcome], settings: Mapping[str, ModelSettings]
) -> tuple[ModelResult, ...]:
    """`models`, with a note on each that Cherry Studio will treat as a chat model."""
    return tuple(
        replace(model, notes=(*model.notes, *_as_chat(_choice(model, settings))))
        if model.outcome in written
        else model
        for model in models
    )


def _as_chat(choice: ModelChoice) -> Iterator[str]:
    if choice.kind is Kind.UNKNOWN:
        yield "its kind is unknown, so it is written as chat"
    elif is_taken_for_chat(choice):
        yield (
            "it has no audio capability, so Cherry Studio will treat it as a chat model"
            " (set capabilities in msconfig.toml)"
        )


def configurations_of(
    session: Session, inputs: ConfigurationInputs, report: Report, *, redact: bool
) -> tuple[Configuration, ...]:
    """ModelScope's configuration, followed by the fallback's where there is one.

    Args:
        session: the site and the tokens.
        inputs: the models' names, groups and capabilities, and the fallback's key.
        report: what the check found.
        redact: leave the keys out.
    """
    keys = [] if redact else [token.secret for token in session.tokens]
    choices = _choices(report.models, report.dropped, _by_id(inputs.models))
    own = configure(session.site, inputs.provider, choices, keys)
    fallback = report.fallback
    if fallback is None or inputs.fallback is None:
        return (own,)
    key = inputs.fallback.request.key
    fallback_keys = [] if redact or key is None else [key.secret]
    choices = _choices(fallback.models, fallback.dropped, _by_id(inputs.fallback_models))
    return (own, configure_fallback(fallback.region, choices, fallback_keys))


def _by_id(models: Iterable[ModelSettings]) -> dict[str, ModelSettings]:
    return {each.id: each for each in models}


def _choices(
    models: Iterable[ModelResult], dropped: Iterable[str], settings: Mapping[str, ModelSettings]
) -> list[ModelChoice]:
    left_out = frozenset(dropped)
    return [_choice(model, settings) for model in models if model.id not in left_out]


def _choice(model: ModelResult, settings: Mapping[str, ModelSettings]) -> ModelChoice:
    own = settings.get(model.id, ModelSettings(model.id))
    return ModelChoice(model.id, model.kind, own.name, own.group, own.capabilities, model.tasks)
