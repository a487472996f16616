"""Providers with their models and keys, as the templates of both app versions use them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msconfig.cherry.capabilities import abilities_of, for_v1
from msconfig.cherry.presets import PRESETS
from msconfig.errors import SettingsError
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site, addresses_of
from msconfig.tokens import Secret

_OF_AUDIO = frozenset({"audio-transcript", "audio-generation"})


@dataclass(frozen=True, slots=True)
class ProviderChoice:
    """The user's settings of a provider; None for msconfig's default."""

    id: str | None = None
    name: str | None = None
    rate_limit_seconds: int | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model for the documents, and the user's settings of it; None for msconfig's default."""

    id: str
    kind: Kind
    name: str | None = None
    group: str | None = None
    capabilities: tuple[str, ...] | None = None
    """In the terms of desktop v2."""
    tasks: tuple[str, ...] = ()
    """Tasks of the hub; empty if they are unknown."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of Cherry Studio."""

    id: str
    name: str
    preset_id: str | None
    """The id of the built-in provider; None for a new one."""
    api_host: str
    anthropic_api_host: str
    rate_limit_seconds: int | None
    notes: str | None


@dataclass(frozen=True, slots=True)
class Model:
    """A model of a provider."""

    id: str
    name: str
    group: str
    kind: Kind
    capabilities: tuple[str, ...]
    v1_capabilities: tuple[str, ...]
    """Those of `capabilities` that desktop v1 does not infer from the name, in its terms."""
    input_modalities: tuple[str, ...]
    """Empty if they are left to the app's own registry."""
    output_modalities: tuple[str, ...]
    """Empty if the kind does not determine them."""
    supports_streaming: bool


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of a provider; id and label derive from it, so the same key gives the same bytes."""

    key: Secret
    service: str = "ModelScope"
    """The name of the service, for the label."""

    @property
    def id(self) -> str:
        """Unique among the provider's keys."""
        return f"msconfig-{self.key.fingerprint}"

    @property
    def label(self) -> str:
        """Its name in the app."""
        return f"{self.service} {self.key.fingerprint}"


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything that a document contains."""

    provider: Provider
    models: tuple[Model, ...]
    api_keys: tuple[ApiKey, ...]
    is_fallback: bool = False
    """Whether it is the fallback, not ModelScope."""

    @property
    def joined_key(self) -> Secret:
        """All keys in v1's form: one text, joined by commas; empty without any."""
        return Secret(",".join(api_key.key.reveal() for api_key in self.api_keys))


def configure(
    site: Site, choice: ProviderChoice, models: Iterable[ModelChoice], keys: Sequence[Secret]
) -> Configuration:
    """The configuration for `site`. The same input gives the same configuration.

    Raises:
        SettingsError: a provider id that belongs to another built-in provider.
    """
    return Configuration(
        provider_for(site, choice),
        tuple(_model(model) for model in models),
        tuple(ApiKey(key) for key in keys),
    )


def provider_for(site: Site, choice: ProviderChoice) -> Provider:
    """The provider for `site`: the built-in one of cn, a new one for ai or under another id.

    Raises:
        SettingsError: a provider id that belongs to another built-in provider.
    """
    own = addresses_of(site)
    default_id = "modelscope" if site is Site.CN else "modelscope-ai"
    provider_id = choice.id or default_id
    preset = PRESETS.get(provider_id)
    if preset is not None and preset.api_host != own.inference:
        raise SettingsError(
            f"the provider id {provider_id} is built into Cherry Studio with other addresses than"
            f" those of site {site}; leave provider.id out, or choose another"
        )
    default_name = "ModelScope" if site is Site.CN else "ModelScope (International)"
    return Provider(
        id=provider_id,
        name=choice.name or default_name,
        preset_id=preset.id if preset else None,
        api_host=own.inference,
        anthropic_api_host=own.anthropic,
        rate_limit_seconds=choice.rate_limit_seconds,
        notes=choice.notes,
    )


def is_taken_for_chat(choice: ModelChoice) -> bool:
    """Whether the app treats an audio model as a chat model, for lack of an audio capability."""
    return choice.kind is Kind.AUDIO and _OF_AUDIO.isdisjoint(_model(choice).capabilities)


def model_of(choice: ModelChoice, *, name: str, group: str) -> Model:
    """The model for `choice`; `name` and `group` are its defaults."""
    # by the name in the id, not the user's: that one does not show the line of the model
    abilities = abilities_of(choice.kind, name, choice.tasks)
    capabilities = abilities.capabilities if choice.capabilities is None else choice.capabilities
    return Model(
        id=choice.id,
        name=choice.name or name,
        group=choice.group or group,
        kind=choice.kind,
        capabilities=capabilities,
        v1_capabilities=for_v1(choice.kind, name, capabilities),
        input_modalities=abilities.input_modalities,
        output_modalities=abilities.output_modalities,
        supports_streaming=abilities.supports_streaming,
    )


def _model(choice: ModelChoice) -> Model:
    owner, _, name = choice.id.partition("/")
    return model_of(choice, name=name, group=owner)
