"""Kinds, from what the hub says a model is for."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from msconfig.modelscope import kinds
from msconfig.modelscope.kinds import Kind, kind_of, kinds_of

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


@pytest.mark.parametrize(
    ("tasks", "expected"),
    [
        pytest.param([], (), id="no task"),
        pytest.param(["fill-mask"], (), id="none that is known"),
        pytest.param(["text-generation", "txt2txt"], (Kind.CHAT,), id="of one mind"),
        pytest.param(["text-generation", "txt2img"], (Kind.CHAT, Kind.IMAGE_GENERATION), id="two"),
        pytest.param(
            ["video-captioning", "text-to-speech", "image-to-text"],
            (Kind.VISION, Kind.AUDIO),
            id="in their order, each once",
        ),
    ],
)
def test_all_kinds_that_tasks_say_are_told(tasks: list[str], expected: tuple[Kind, ...]) -> None:
    assert kinds_of(tasks) == expected


def test_every_row_of_the_table_says_where_it_is_from_and_no_task_stands_twice() -> None:
    table = Path(kinds.__file__).with_name("kinds.toml").read_text("utf-8")
    rows = tomllib.loads(table)["row"]
    tasks = [task for row in rows for task in row["tasks"]]
    assert all(row["source"] for row in rows)
    assert len(tasks) == len(set(tasks))
    assert {Kind(row["kind"]) for row in rows} == set(Kind) - {Kind.UNKNOWN}
