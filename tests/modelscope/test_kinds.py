"""Kinds, from what the hub says a model is for."""

from __future__ import annotations

import pytest

from msconfig.modelscope.kinds import Kind, kind_of

KINDS = {
    Kind.CHAT: ("text-generation", "text2text-generation", "txt2txt"),
    Kind.VISION: (
        *("image-text-to-text", "image-to-text", "image-captioning", "visual-question-answering"),
        *("video-captioning", "video-question-answering", "video-anything-new"),
    ),
    Kind.IMAGE_GENERATION: ("text-to-image-synthesis", "text-to-image", "txt2img"),
    Kind.IMAGE_EDIT: ("image-to-image", "img2img"),
    Kind.EMBEDDING: ("sentence-embedding", "feature-extraction"),
    Kind.RERANK: ("text-ranking",),
    Kind.VIDEO: ("text-to-video-synthesis", "image-to-video", "txt2vid", "img2vid"),
    Kind.AUDIO: ("auto-speech-recognition", "text-to-speech"),
    Kind.UNKNOWN: (
        *("", "-", "*", "video", "videos-to-text", "text", "Text-Generation", "text-generation "),
        *("image-segmentation", "fill-mask"),
    ),
}


@pytest.mark.parametrize(
    ("task", "kind"), [(task, kind) for kind, tasks in KINDS.items() for task in tasks]
)
def test_a_task_has_a_kind(task: str, kind: Kind) -> None:
    assert kind_of([task]) is kind


def test_no_kind_was_forgotten() -> None:
    assert set(KINDS) == set(Kind)


@pytest.mark.parametrize(
    ("tasks", "kind"),
    [
        pytest.param([], Kind.UNKNOWN, id="no task"),
        pytest.param(["fill-mask", "text-generation"], Kind.CHAT, id="the first that is known"),
        pytest.param(["image-text-to-text", "text-generation"], Kind.VISION, id="the first of two"),
        pytest.param(["text-ranking", "txt2txt"], Kind.RERANK, id="a task before the older word"),
        pytest.param(["Qwen3-Embedding", "qwen-vl-chat"], Kind.UNKNOWN, id="no guess from a name"),
    ],
)
def test_the_first_task_that_is_known_decides(tasks: list[str], kind: Kind) -> None:
    assert kind_of(tasks) is kind
