"""What Cherry Studio is told that a model can do."""

from __future__ import annotations

import pytest

from msconfig.cherry.capabilities import abilities_of, in_words_of_v1
from msconfig.modelscope.kinds import Kind

TALKS = ("function-call", "structured-output")

AS_THE_APP_SETS_THEM = {
    Kind.CHAT: (TALKS, ("text",), ("text",)),
    Kind.VISION: ((*TALKS, "image-recognition"), ("text", "image"), ("text",)),
    Kind.IMAGE_GENERATION: (("image-generation",), ("text",), ("image",)),
    Kind.IMAGE_EDIT: (
        ("image-recognition", "image-generation", "file-input"),
        ("text", "image"),
        ("image",),
    ),
    Kind.EMBEDDING: (("embedding",), ("text",), ("vector",)),
    Kind.RERANK: (("rerank",), ("text",), ()),
    Kind.UNKNOWN: (TALKS, ("text",), ("text",)),
}

CAPABILITIES = {
    *("function-call", "structured-output", "reasoning", "embedding", "rerank"),
    *("image-recognition", "image-generation", "video-recognition", "video-generation"),
    *("audio-recognition", "audio-generation", "audio-transcript"),
    *("file-input", "file-search", "code-execution", "computer-use"),
}
MODALITIES = {"text", "image", "audio", "video", "vector"}
WORDS_OF_V1 = {
    "text",
    "vision",
    "embedding",
    "reasoning",
    "function_calling",
    "web_search",
    "rerank",
}


@pytest.mark.parametrize("kind", AS_THE_APP_SETS_THEM)
def test_a_kind_gets_what_the_app_itself_sets(kind: Kind) -> None:
    abilities = abilities_of(kind, "Alive")
    got = (abilities.capabilities, abilities.input_modalities, abilities.output_modalities)
    assert got == AS_THE_APP_SETS_THEM[kind]


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_told_in_words_that_the_app_knows(kind: Kind) -> None:
    abilities = abilities_of(kind, "Alive-Thinking")
    assert set(abilities.capabilities) <= CAPABILITIES
    assert set(abilities.input_modalities) <= MODALITIES
    assert set(abilities.output_modalities) <= MODALITIES
    assert set(in_words_of_v1(abilities.capabilities)) <= WORDS_OF_V1


@pytest.mark.parametrize("kind", Kind)
def test_only_what_answers_in_text_as_it_goes_streams(kind: Kind) -> None:
    talks = {Kind.CHAT, Kind.VISION, Kind.UNKNOWN}
    assert abilities_of(kind, "Alive").supports_streaming is (kind in talks)


@pytest.mark.parametrize(
    ("name", "reasons"),
    [
        ("DeepSeek-R1-0528", True),
        ("DeepSeek-R1", True),
        ("Qwen3-235B-A22B-Thinking-2507", True),
        ("QwQ-32B", True),
        ("QVQ-72B-Preview", True),
        ("glm_4.1v.thinking", True),
        ("THINKING-model", True),
        ("Qwen3-235B-A22B-Instruct-2507", False),
        ("DeepSeek-V3", False),
        ("Rethinking-7B", False),
        ("R10-7B", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("kind", [Kind.CHAT, Kind.VISION, Kind.UNKNOWN])
def test_a_talking_model_reasons_where_a_word_of_its_name_says_so(
    kind: Kind, name: str, reasons: bool
) -> None:
    assert ("reasoning" in abilities_of(kind, name).capabilities) is reasons


@pytest.mark.parametrize("kind", sorted(set(Kind) - {Kind.CHAT, Kind.VISION, Kind.UNKNOWN}))
def test_no_other_kind_reasons_whatever_its_name(kind: Kind) -> None:
    assert "reasoning" not in abilities_of(kind, "QwQ-R1-Thinking").capabilities


@pytest.mark.parametrize(
    ("capabilities", "words"),
    [
        ((), ()),
        (("function-call", "structured-output"), ("function_calling",)),
        (("reasoning", "image-recognition"), ("reasoning", "vision")),
        (("rerank",), ("rerank",)),
        (("embedding",), ("embedding",)),
        (("image-generation", "file-input", "computer-use"), ()),
    ],
)
def test_v1_is_told_what_it_has_a_word_for(
    capabilities: tuple[str, ...], words: tuple[str, ...]
) -> None:
    assert in_words_of_v1(capabilities) == words
