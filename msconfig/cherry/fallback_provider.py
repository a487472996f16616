"""Configuration of the fallback provider, Bailian, in Cherry Studio."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

from msconfig.cherry.presets import PRESETS
from msconfig.cherry.provider import (
    ApiKey,
    Configuration,
    ModelChoice,
    Provider,
    model_of,
)
from msconfig.modelscope.fallback_regions import PROVIDER, Region, addresses_in
from msconfig.tokens import Secret

_SERVICE = "Bailian"


def configure_fallback(
    region: Region, models: Iterable[ModelChoice], keys: Sequence[Secret]
) -> Configuration:
    """The configuration for Bailian in `region`. The same input gives the same configuration.

    Its ids have no owner, so a model without a group of its own is put into the group Bailian.
    """
    return Configuration(
        fallback_provider(region),
        tuple(model_of(model, name=model.id, group=_SERVICE) for model in models),
        tuple(ApiKey(key, _SERVICE) for key in keys),
        is_fallback=True,
    )


def fallback_provider(region: Region) -> Provider:
    """The provider for `region`: the built-in one for cn, a new one for another.

    Other regions have other addresses than the built-in provider, and the app would keep an
    override on a built-in provider for good, so they get a provider of their own.
    """
    match region:
        case Region.CN:
            provider_id, name = PROVIDER, PRESETS[PROVIDER].name
        case Region.INTL:
            provider_id, name = f"{PROVIDER}-intl", f"{_SERVICE} (International)"
        case Region.US:
            provider_id, name = f"{PROVIDER}-us", f"{_SERVICE} (US)"
        case _:
            assert_never(region)
    own = addresses_in(region)
    preset = PRESETS.get(provider_id)
    return Provider(
        id=provider_id,
        name=name,
        preset_id=preset.id if preset else None,
        api_host=own.openai,
        anthropic_api_host=own.anthropic,
        rate_limit_seconds=None,
        notes=None,
    )
