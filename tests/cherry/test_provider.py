"""Which provider, models and keys go into the documents."""

from __future__ import annotations

import pytest

from msconfig.cherry.provider import ModelChoice, Provider, ProviderChoice
from msconfig.errors import ExitCode, SettingsError
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from support import TOKEN, configuration

SECOND = "ms-00000000-0000-4000-8000-00000000beef"
CN = ("https://api-inference.modelscope.cn/v1/", "https://api-inference.modelscope.cn")
AI = ("https://api-inference.modelscope.ai/v1/", "https://api-inference.modelscope.ai")


@pytest.mark.parametrize(
    ("site", "choice", "provider"),
    [
        (
            Site.CN,
            ProviderChoice(),
            Provider("modelscope", "ModelScope", "modelscope", *CN, None, None),
        ),
        (
            Site.CN,
            ProviderChoice(id="modelscope", name="Ours", rate_limit_seconds=0, notes=""),
            Provider("modelscope", "Ours", "modelscope", *CN, 0, ""),
        ),
        (
            Site.CN,
            ProviderChoice(id="team", rate_limit_seconds=5, notes="Ask first."),
            Provider("team", "ModelScope", None, *CN, 5, "Ask first."),
        ),
        (
            Site.AI,
            ProviderChoice(),
            Provider("modelscope-ai", "ModelScope (International)", None, *AI, None, None),
        ),
        (
            Site.AI,
            ProviderChoice(id="team", name="Team"),
            Provider("team", "Team", None, *AI, None, None),
        ),
        (
            Site.CN,
            ProviderChoice(id="modelscope-ai"),
            Provider("modelscope-ai", "ModelScope", None, *CN, None, None),
        ),
    ],
)
def test_the_provider_follows_from_the_site_and_what_the_user_said(
    site: Site, choice: ProviderChoice, provider: Provider
) -> None:
    assert configuration(site=site, provider=choice).provider == provider


@pytest.mark.parametrize(
    ("site", "provider_id"),
    [(Site.AI, "modelscope"), (Site.AI, "dashscope"), (Site.CN, "dashscope")],
)
def test_a_built_in_id_with_other_addresses_is_refused(site: Site, provider_id: str) -> None:
    with pytest.raises(SettingsError, match=f"{provider_id} is built into") as caught:
        configuration(site=site, provider=ProviderChoice(id=provider_id))
    assert caught.value.exit_code is ExitCode.USAGE


def test_a_model_is_named_and_grouped_by_its_id_unless_the_user_said_otherwise() -> None:
    models = configuration(
        models=(
            ModelChoice("deepseek-ai/DeepSeek-V3", Kind.CHAT),
            ModelChoice("Qwen/Alive", Kind.CHAT, name="Ours", group="Chat"),
        )
    ).models
    assert [(model.id, model.name, model.group) for model in models] == [
        ("deepseek-ai/DeepSeek-V3", "DeepSeek-V3", "deepseek-ai"),
        ("Qwen/Alive", "Ours", "Chat"),
    ]


@pytest.mark.parametrize(
    ("said", "v2", "v1"),
    [
        (None, ("function-call", "structured-output", "reasoning"), ("function_calling",)),
        ((), (), ()),
        (("reasoning", "rerank"), ("reasoning", "rerank"), ("rerank",)),
        (("image-recognition",), ("image-recognition",), ("vision",)),
    ],
)
def test_the_capabilities_that_the_user_said_go_before_those_of_the_kind(
    said: tuple[str, ...] | None, v2: tuple[str, ...], v1: tuple[str, ...]
) -> None:
    chosen = ModelChoice("stepfun-ai/Step-3.7-Flash", Kind.CHAT, capabilities=said)
    (model,) = configuration(models=(chosen,)).models
    assert (model.capabilities, model.v1_capabilities) == (v2, v1)


def test_an_owner_that_sounds_like_reasoning_makes_no_model_reason() -> None:
    (model,) = configuration(models=(ModelChoice("R1/Alive", Kind.CHAT),)).models
    assert "reasoning" not in model.capabilities


def test_keys_are_told_apart_by_ids_and_labels_that_give_none_away() -> None:
    api_keys = configuration(TOKEN, SECOND).api_keys
    assert [api_key.key.reveal() for api_key in api_keys] == [TOKEN, SECOND]
    shown = [text for api_key in api_keys for text in (api_key.id, api_key.label)]
    assert len(set(shown)) == 4
    for key in (TOKEN, SECOND):
        assert not any(part in text for text in shown for part in (key, key[-12:], key[:8]))


def test_v1_gets_all_keys_in_one_text_and_none_without_a_key() -> None:
    assert configuration(TOKEN, SECOND).joined_key.reveal() == f"{TOKEN},{SECOND}"
    assert configuration().joined_key.reveal() == ""


def test_the_same_input_gives_the_same_configuration() -> None:
    first, second = (configuration(TOKEN, SECOND) for _ in range(2))
    assert first == second
    assert [key.id for key in first.api_keys] == [key.id for key in second.api_keys]


def test_a_configuration_that_is_printed_shows_no_key() -> None:
    whole = configuration(TOKEN, SECOND)
    for shown in (repr(whole), str(whole.joined_key), f"{whole.api_keys}"):
        assert TOKEN not in shown
        assert SECOND not in shown
