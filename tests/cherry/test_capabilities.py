"""What Cherry Studio is told that a model can do."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from msconfig.cherry import capabilities as room
from msconfig.cherry.capabilities import abilities_of, for_v1
from msconfig.cherry.provider import ModelChoice, is_taken_for_chat
from msconfig.modelscope.kinds import Kind, kinds_of

OF_A_KIND = {
    Kind.CHAT: ((), ("text",), ("text",)),
    Kind.VISION: (("image-recognition",), (), ("text",)),
    Kind.IMAGE_GENERATION: (("image-generation",), ("text",), ("image",)),
    Kind.IMAGE_EDIT: (
        ("image-recognition", "image-generation", "file-input"),
        ("text", "image"),
        ("image",),
    ),
    Kind.EMBEDDING: (("embedding",), ("text",), ("vector",)),
    Kind.RERANK: (("rerank",), ("text",), ()),
    Kind.AUDIO: ((), (), ()),
    Kind.UNKNOWN: ((), (), ()),
}
TALKING = (Kind.CHAT, Kind.VISION, Kind.UNKNOWN)
OTHERS = sorted(set(Kind) - set(TALKING))

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


@pytest.mark.parametrize("kind", OF_A_KIND)
def test_an_unknown_line_gets_only_the_capabilities_of_its_kind(kind: Kind) -> None:
    abilities = abilities_of(kind, "Alive")
    got = (abilities.capabilities, abilities.input_modalities, abilities.output_modalities)
    assert got == OF_A_KIND[kind]


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_told_in_words_that_the_app_knows(kind: Kind) -> None:
    abilities = abilities_of(kind, "MiniMax-M3-Thinking", ("text-to-speech",))
    assert set(abilities.capabilities) <= CAPABILITIES
    assert set(abilities.input_modalities) <= MODALITIES
    assert set(abilities.output_modalities) <= MODALITIES
    assert set(for_v1(kind, "Alive", abilities.capabilities)) <= WORDS_OF_V1


@pytest.mark.parametrize("kind", Kind)
def test_only_what_answers_in_text_as_it_goes_streams(kind: Kind) -> None:
    assert abilities_of(kind, "Alive").supports_streaming is (kind in TALKING)


@pytest.mark.parametrize(
    ("name", "claims"),
    [
        ("DeepSeek-V4-Pro", {"function-call", "structured-output", "reasoning"}),
        ("deepseek-v4-pro", {"function-call", "structured-output", "reasoning"}),
        ("DeepSeek-V4", {"function-call", "structured-output", "reasoning"}),
        ("DeepSeek-V4_1", {"function-call", "structured-output", "reasoning"}),
        ("DeepSeek-V4.1-Flash", {"function-call", "reasoning"}),
        ("DeepSeek-V41-Flash", set()),
        ("DeepSeek-V4.2", set()),
        ("My-DeepSeek-V4", set()),
        ("DeepSeek", set()),
        ("Intern-S1-mini", {"reasoning"}),
        ("LongCat-Flash-Lite", {"function-call"}),
        ("ERNIE-4.5-0.3B-PT", set()),
        ("", set()),
    ],
)
@pytest.mark.parametrize("kind", TALKING)
def test_a_talking_model_can_what_its_line_can(kind: Kind, name: str, claims: set[str]) -> None:
    of_the_kind = set(OF_A_KIND[kind][0])
    assert set(abilities_of(kind, name).capabilities) - of_the_kind == claims


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
    ],
)
@pytest.mark.parametrize("kind", TALKING)
def test_a_talking_model_reasons_where_a_word_of_its_name_says_so(
    kind: Kind, name: str, reasons: bool
) -> None:
    assert ("reasoning" in abilities_of(kind, name).capabilities) is reasons


@pytest.mark.parametrize("name", ["QwQ-R1-Thinking", "DeepSeek-V4-Pro"])
@pytest.mark.parametrize("kind", OTHERS)
def test_no_other_kind_can_more_whatever_its_name(kind: Kind, name: str) -> None:
    assert abilities_of(kind, name) == abilities_of(kind, "Alive")


@pytest.mark.parametrize(
    ("tasks", "capabilities"),
    [
        (("auto-speech-recognition",), ("audio-transcript",)),
        (("text-to-speech",), ("audio-generation",)),
        (("text-to-speech", "auto-speech-recognition"), ("audio-transcript", "audio-generation")),
        (("text-generation",), ()),
        ((), ()),
    ],
)
def test_an_audio_model_gets_its_capability_by_its_task(
    tasks: tuple[str, ...], capabilities: tuple[str, ...]
) -> None:
    assert abilities_of(Kind.AUDIO, "Alive", tasks).capabilities == capabilities
    assert is_taken_for_chat(ModelChoice("a/B", Kind.AUDIO, tasks=tasks)) is (not capabilities)


def test_every_audio_task_has_one_capability() -> None:
    rows = tomllib.loads(
        Path(room.__file__).parents[1].joinpath("modelscope/kinds.toml").read_text()
    )
    audio = [task for row in rows["row"] for task in row["tasks"] if row["kind"] == "audio"]
    assert audio
    for task in audio:
        assert kinds_of([task]) == (Kind.AUDIO,)
        assert len(abilities_of(Kind.AUDIO, "Alive", (task,)).capabilities) == 1


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        (None, True),
        ((), True),
        (("function-call",), True),
        (("audio-transcript",), False),
        (("audio-generation", "file-input"), False),
    ],
)
def test_an_audio_model_is_taken_for_chat_unless_it_has_an_audio_capability(
    said: tuple[str, ...] | None, taken: bool
) -> None:
    assert is_taken_for_chat(ModelChoice("a/B", Kind.AUDIO, capabilities=said)) is taken
    assert not is_taken_for_chat(ModelChoice("a/B", Kind.CHAT, capabilities=said))


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
def test_v1_gets_only_capabilities_that_it_has_a_word_for(
    capabilities: tuple[str, ...], words: tuple[str, ...]
) -> None:
    assert for_v1(Kind.CHAT, "Alive", capabilities) == words


ALL = ("function-call", "reasoning", "image-recognition")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("MiniMax-M3", {"function_calling", "reasoning", "vision"}),
        ("InternVL3_5-241B-A28B", {"function_calling", "reasoning", "vision"}),
        ("Step-3.7-Flash", {"function_calling", "vision"}),
        ("DeepSeek-V4.1-Flash", {"vision"}),
        ("deepseek-v4-pro", {"vision"}),
        ("Qwen3-8B", {"vision"}),
        ("Qwen3.5-27B", set()),
        ("Qwen3.8-Flash-Next", set()),
        ("Qwen2.5-VL-72B-Instruct", {"function_calling", "reasoning"}),
        ("Alive-Thinking", {"function_calling", "vision"}),
    ],
)
def test_v1_gets_nothing_that_it_infers_from_the_name(name: str, words: set[str]) -> None:
    assert set(for_v1(Kind.VISION, name, ALL)) == words


@pytest.mark.parametrize("kind", [Kind.IMAGE_GENERATION, Kind.IMAGE_EDIT])
def test_v1_gets_nothing_for_an_image_model(kind: Kind) -> None:
    assert for_v1(kind, "Alive", CAPABILITIES) == ()


@pytest.mark.parametrize("file_name", ["model_lines.toml", "v1_names.toml"])
def test_a_line_is_in_a_file_once_with_known_capabilities(file_name: str) -> None:
    table = tomllib.loads(Path(room.__file__).with_name(file_name).read_text())
    names = [name.casefold() for row in table["line"] for name in row["names"]]
    assert len(names) == len(set(names))
    key = "can" if file_name == "model_lines.toml" else "infers"
    known = CAPABILITIES if key == "can" else WORDS_OF_V1
    assert all(set(row[key]) <= known and row[key] for row in (*table["line"], *table["word"]))
    if key == "can":
        assert all(row["source"] for row in (*table["line"], *table["word"]))
