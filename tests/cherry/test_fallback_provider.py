"""Bailian as a provider: the built-in one where it is, one of its own where it is not."""

from __future__ import annotations

import pytest

from msconfig.cherry.fallback_provider import configure_fallback, fallback_provider
from msconfig.cherry.presets import PRESETS
from msconfig.cherry.provider import ModelChoice, Provider
from msconfig.modelscope.fallback_regions import Region
from msconfig.modelscope.kinds import Kind
from msconfig.tokens import Secret
from support import KEY


@pytest.mark.parametrize(
    ("region", "provider_id", "name", "preset", "host"),
    [
        (Region.CN, "dashscope", "Bailian", "dashscope", "dashscope.aliyuncs.com"),
        (
            *(Region.INTL, "dashscope-intl", "Bailian (International)", None),
            "dashscope-intl.aliyuncs.com",
        ),
        (Region.US, "dashscope-us", "Bailian (US)", None, "dashscope-us.aliyuncs.com"),
    ],
)
def test_the_provider_follows_from_the_region(
    region: Region, provider_id: str, name: str, preset: str | None, host: str
) -> None:
    assert fallback_provider(region) == Provider(
        provider_id,
        name,
        preset,
        f"https://{host}/compatible-mode/v1/",
        f"https://{host}/apps/anthropic",
        None,
        None,
    )


def test_the_built_in_region_has_the_addresses_of_the_preset_and_no_other_has() -> None:
    preset = PRESETS["dashscope"]
    own = (preset.api_host, preset.anthropic_api_host)
    hosts = {
        region: (fallback_provider(region).api_host, fallback_provider(region).anthropic_api_host)
        for region in Region
    }
    assert [region for region, each in hosts.items() if each == own] == [Region.CN]


def test_a_bare_id_is_its_own_name_in_the_group_of_the_service() -> None:
    choices = [
        ModelChoice("qwen3-32b", Kind.CHAT),
        ModelChoice("text-embedding-v4", Kind.EMBEDDING, "Embedding", "Search", ("embedding",)),
    ]
    configuration = configure_fallback(Region.CN, choices, [Secret(KEY)])
    assert configuration.is_fallback
    assert [(model.id, model.name, model.group) for model in configuration.models] == [
        ("qwen3-32b", "qwen3-32b", "Bailian"),
        ("text-embedding-v4", "Embedding", "Search"),
    ]


def test_the_label_of_a_key_says_whose_it_is() -> None:
    (key,) = configure_fallback(Region.CN, [], [Secret(KEY)]).api_keys
    assert key.label == f"Bailian {Secret(KEY).fingerprint}"
