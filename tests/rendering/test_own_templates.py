"""The templates that come with msconfig, put through everything that may go into them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msconfig.cherry.provider import ModelChoice, ProviderChoice
from msconfig.documents.recognise import examine
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from msconfig.rendering.generating import render_documents
from msconfig.rendering.targets import Target
from msconfig.rendering.templates import render_own
from support import TOKEN, configuration

NAMES = st.text(min_size=1).filter(str.strip)
NOTES = st.none() | st.text()
RATES = st.none() | st.integers(0, 86_400)


def made(
    provider: ProviderChoice, models: tuple[ModelChoice, ...], *keys: str, site: Site = Site.CN
) -> tuple[bytes, bytes]:
    whole = configuration(*keys, site=site, provider=provider, models=models)
    texts = render_documents([whole], [Target.V2, Target.V1]).texts
    return texts["provider.v2.json"].encode(), texts["provider.v1.json"].encode()


@given(
    name=st.text(st.characters(exclude_categories=()), min_size=1),
    notes=st.none() | st.text(st.characters(exclude_categories=())),
    model=NAMES,
    group=NAMES,
    rate=RATES,
)
def test_any_text_comes_back_from_a_document_as_it_went_in(
    name: str, notes: str | None, model: str, group: str, rate: int | None
) -> None:
    provider = ProviderChoice("own", name, rate, notes)
    models = (ModelChoice("Qwen/Alive", Kind.CHAT, model, group),)
    v2, v1 = (json.loads(raw) for raw in made(provider, models, TOKEN))
    settings = v2["provider"].get("providerSettings", {})
    for whole, told in ((v2["provider"], settings), (v1, v1)):
        assert whole["name"] == name
        assert told.get("notes") == notes
        assert told.get("rateLimit") == rate
    assert (v2["models"][0]["name"], v2["models"][0]["group"]) == (model, group)
    assert (v1["models"][0]["name"], v1["models"][0]["group"]) == (model, group)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    ("site", "provider"),
    [
        (Site.CN, ProviderChoice()),
        (Site.AI, ProviderChoice()),
        (Site.CN, ProviderChoice("own", "Own", 0, "")),
        (Site.AI, ProviderChoice("own", "Own", 5)),
        (Site.CN, ProviderChoice(notes="Ours.")),
    ],
)
@pytest.mark.parametrize("keys", [(), (TOKEN,), (TOKEN, "ms-made-up-second")])
def test_every_kind_and_provider_gives_documents_without_a_fault(
    kind: Kind, site: Site, provider: ProviderChoice, keys: tuple[str, ...]
) -> None:
    models = (ModelChoice("Qwen/Alive", kind), ModelChoice("Qwen/QwQ", kind, "Own", "Own"))
    v2, v1 = made(provider, models, *keys, site=site)
    for raw in (v2, v1):
        document = examine(raw)
        assert (document.errors, document.warnings) == ((), ())
    assert [row["key"] for row in json.loads(v2)["provider"]["apiKeys"]] == list(keys)
    assert json.loads(v1)["apiKey"] == ",".join(keys)
    assert (v2, v1) == made(provider, models, *keys, site=site)


def test_the_document_of_the_built_in_provider_repeats_nothing_of_the_preset() -> None:
    v2, v1 = (json.loads(raw) for raw in made(ProviderChoice(), (ModelChoice("Q/A", Kind.CHAT),)))
    assert set(v2["provider"]) == {"providerId", "presetProviderId", "name", "apiKeys"}
    assert "endpointTypes" not in v2["models"][0]
    assert v1["isSystem"] is True
    assert v1["apiHost"] == "https://api-inference.modelscope.cn/v1/"


def test_the_document_of_a_new_provider_carries_its_addresses() -> None:
    models = (ModelChoice("Q/A", Kind.CHAT),)
    v2, v1 = (json.loads(raw) for raw in made(ProviderChoice(), models, site=Site.AI))
    assert "presetProviderId" not in v2["provider"]
    assert v2["provider"]["defaultChatEndpoint"] == "openai-chat-completions"
    assert v2["provider"]["endpointConfigs"] == {
        "openai-chat-completions": {"baseUrl": "https://api-inference.modelscope.ai/v1/"},
        "anthropic-messages": {"baseUrl": "https://api-inference.modelscope.ai"},
    }
    assert v1["isSystem"] is False


def test_links_stand_one_a_line() -> None:
    assert render_own("links.txt", {"links": ["a", "b"]}) == "a\nb\n"
