"""What Cherry Studio demands of a document and a schema cannot say."""

from __future__ import annotations

from typing import Any

import pytest

from msconfig.cherry.document_rules import Findings, of_link, of_provider_v1, of_provider_v2
from msconfig.problems import Problem
from support import TOKEN

SECOND = "ms-00000000-0000-4000-8000-00000000beef"
CN = "https://api-inference.modelscope.cn/v1/"
ANTHROPIC = "https://api-inference.modelscope.cn"
BAILIAN = "https://dashscope.aliyuncs.com/compatible-mode/v1/"

Places = tuple[list[str], list[str]]
"""Paths of the errors and of the warnings."""
NOTHING: Places = ([], [])


def places(found: Findings) -> Places:
    return [each.path for each in found.errors], [each.path for each in found.warnings]


def v2(provider: dict[str, Any] | None = None, *models: dict[str, Any]) -> dict[str, Any]:
    whole = {"providerId": "modelscope", "presetProviderId": "modelscope", "name": "M"}
    whole |= provider or {}
    rows = models or ({"modelId": "Qwen/Alive"},)
    return {
        "provider": whole,
        "models": [{"providerId": whole["providerId"], **row} for row in rows],
    }


def key(value: str, key_id: str = "first") -> dict[str, Any]:
    return {"id": key_id, "key": value, "isEnabled": True}


def address(endpoint: str, url: str) -> dict[str, Any]:
    return {"endpointConfigs": {endpoint: {"baseUrl": url}}}


CHAT = "openai-chat-completions"
NEW = {"providerId": "mine", "presetProviderId": ""}
DASH = {"providerId": "dashscope", "presetProviderId": "dashscope"}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (v2(), NOTHING),
        (v2({"apiKeys": [key(TOKEN), key(SECOND, "second")]}), NOTHING),
        (v2(None, {"modelId": "a"}, {"modelId": "A"}), NOTHING),
        (
            v2(None, {"modelId": "a"}, {"modelId": "b"}, {"modelId": "a"}),
            (["$.models[2].modelId"], []),
        ),
        (v2(None, {"modelId": "a", "providerId": "other"}), (["$.models[0].providerId"], [])),
        (v2({"apiKeys": [key(TOKEN), key(SECOND)]}), (["$.provider.apiKeys[1].id"], [])),
        (v2({"apiKeys": [key(TOKEN), key(TOKEN, "b")]}), (["$.provider.apiKeys[1].key"], [])),
        (v2(None, {"modelId": "a", "endpointTypes": []}), NOTHING),
        (
            v2(None, {"modelId": "a"}, {"modelId": "b", "endpointTypes": [CHAT]}),
            ([], ["$.models[1].endpointTypes"]),
        ),
        (v2({"presetProviderId": "dashscope"}), ([], ["$.provider"])),
        (v2(address(CHAT, CN)), NOTHING),
        (v2({"endpointConfigs": {CHAT: {}}}), NOTHING),
        (v2(address("anthropic-messages", ANTHROPIC)), NOTHING),
        (v2({**DASH, **address("openai-responses", BAILIAN)}), NOTHING),
        (v2({**NEW, **address(CHAT, "https://models.example")}), NOTHING),
        (v2({**NEW, "endpointConfigs": {}}), ([], ["$.provider"])),
        (v2(NEW), ([], ["$.provider"])),
    ],
)
def test_a_v2_document_is_found_fault_with_where_the_app_would_stumble(
    document: dict[str, Any], expected: Places
) -> None:
    assert places(of_provider_v2(document)) == expected


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        (CHAT, CN.removesuffix("/")),
        (CHAT, CN + "/"),
        (CHAT, CN.replace("https", "http")),
        (CHAT, CN.replace("modelscope.cn", "modelscope.ai")),
        ("anthropic-messages", ANTHROPIC + "/"),
        ("openai-responses", CN),
    ],
)
def test_an_address_that_is_not_the_presets_own_is_warned_about(endpoint: str, url: str) -> None:
    found = of_provider_v2(v2(address(endpoint, url)))
    assert not found.errors
    (problem,) = found.warnings
    assert endpoint in problem.path
    assert "override" in problem.message


def test_the_warning_for_an_endpoint_that_has_no_preset_names_no_address() -> None:
    (problem,) = of_provider_v2(v2(address("openai-responses", CN))).warnings
    assert "None" not in problem.message


BAD_KEYS = [
    *("ms-****cafe", "ms-****-****", "ms-0000…cafe", " ms-whole", "ms-whole\n", "   "),
    *(
        "sk-undefined",
        "null",
        "<your key>",
        "your-api-key",
        "${MS_KEY}",
        "{env:MS_KEY}",
        "Bearer x",
    ),
    *("'quoted-key'", "MS_KEY=x", "https://modelscope.cn/my/myaccesstoken"),
]


@pytest.mark.parametrize("bad", BAD_KEYS)
def test_a_key_that_is_plainly_none_is_an_error_everywhere(bad: str) -> None:
    assert places(of_provider_v2(v2({"apiKeys": [key(bad)]})))[0] == ["$.provider.apiKeys[0].key"]
    assert places(of_provider_v1(v1({"apiKey": f"{TOKEN},{bad}"})))[0] == ["$.apiKey"]
    assert places(of_link(link({"apiKey": bad})))[0] == ["$.apiKey"]


def v1(changes: dict[str, Any] | None = None, *models: str) -> dict[str, Any]:
    whole = {"id": "modelscope", "type": "openai", "name": "M", "apiKey": TOKEN, "apiHost": CN}
    whole |= changes or {}
    rows = [{"id": model, "provider": whole["id"], "name": model, "group": "g"} for model in models]
    return {"models": rows, **whole}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (v1(), NOTHING),
        (v1({"apiKey": ""}), NOTHING),
        (v1({"apiKey": f"{TOKEN},{SECOND}"}, "a", "b"), NOTHING),
        (v1({"apiKey": f"{TOKEN},,{SECOND}"}), (["$.apiKey"], [])),
        (v1({"apiKey": f"{TOKEN},{SECOND},{TOKEN}"}), (["$.apiKey"], [])),
        (v1(None, "a", "b", "a"), (["$.models[2].id"], [])),
        (v1({"models": [{"id": "a", "provider": "other"}]}), (["$.models[0].provider"], [])),
        (v1({"apiHost": CN[:-1]}), ([], ["$.apiHost"])),
        (v1({"anthropicApiHost": ANTHROPIC}), NOTHING),
        (v1({"anthropicApiHost": CN}), ([], ["$.anthropicApiHost"])),
        (v1({"id": "mine", "apiHost": "https://models.example"}), NOTHING),
        (v1({"id": "dashscope", "apiHost": BAILIAN}), NOTHING),
    ],
)
def test_a_v1_document_is_found_fault_with_where_the_app_would_stumble(
    document: dict[str, Any], expected: Places
) -> None:
    assert places(of_provider_v1(document)) == expected


def link(changes: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"id": "modelscope", "apiKey": TOKEN, "baseUrl": CN, **(changes or {})}


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (link(), NOTHING),
        (link({"id": "mine", "baseUrl": "https://models.example"}), NOTHING),
        (link({"apiKey": f"{TOKEN},{SECOND}"}), (["$.apiKey"], [])),
        (link({"baseUrl": CN[:-1]}), ([], ["$.baseUrl"])),
        (link({"id": "dashscope"}), ([], ["$.baseUrl"])),
    ],
)
def test_a_link_is_found_fault_with_where_the_app_would_stumble(
    payload: dict[str, Any], expected: Places
) -> None:
    assert places(of_link(payload)) == expected


@pytest.mark.parametrize(
    ("url", "appended"),
    [
        (f"{CN}chat/completions", "/chat/completions"),
        ("https://models.example/v1/messages/", "/messages"),
        ("https://models.example/v1/embeddings", "/embeddings"),
        ("https://models.example/v1/chat/completions#", None),
        ("https://models.example/v1/chat", None),
        ("https://completions.example", None),
    ],
)
def test_an_address_with_what_the_app_appends_is_warned_about(
    url: str, appended: str | None
) -> None:
    mine = {"id": "mine"}
    found = (
        of_link(link({**mine, "baseUrl": url})),
        of_provider_v1(v1({**mine, "apiHost": url})),
        of_provider_v2(v2({**NEW, **address(CHAT, url)})),
    )
    for each in found:
        assert not each.errors
        words = [problem.message for problem in each.warnings]
        assert len(words) == (appended is not None)
        assert all(f"go to …{appended}{appended};" in message for message in words)


def test_fields_of_a_link_that_no_version_reads_are_a_warning() -> None:
    (problem,) = of_link(link({"autoSyncModels": True, "a\x1b": 1})).warnings
    words = r"no version of Cherry Studio reads 'autoSyncModels', 'a\x1b'"
    assert problem == Problem("$", words)


def test_no_finding_repeats_a_key() -> None:
    found = of_provider_v2(v2({"apiKeys": [key(TOKEN), key(TOKEN), key(f" {SECOND}", "c")]}))
    assert len(found.errors) == 3
    assert not any(each in str(found) for each in (TOKEN, SECOND))
