"""What a model does, read from the tasks that the hub gives it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

__all__ = ["Kind", "kind_of"]


class Kind(StrEnum):
    """What a model does. It decides how Cherry Studio is told to use it."""

    CHAT = "chat"
    VISION = "vision"
    IMAGE_GENERATION = "image-generation"
    IMAGE_EDIT = "image-edit"
    EMBEDDING = "embedding"
    RERANK = "rerank"
    VIDEO = "video"
    AUDIO = "audio"
    UNKNOWN = "unknown"


def kind_of(tasks: Iterable[str]) -> Kind:
    """The kind of the first task that is known (`kinds.toml`), or `Kind.UNKNOWN`.

    Args:
        tasks: hub tasks such as ``text-generation``, then perhaps ``SupportInference`` of the older
            API such as ``txt2txt``, the more telling one first.
    """
    table = _kinds_by_task()
    for task in tasks:
        head, dash, _ = task.partition("-")
        kind = table.get(task) or table.get(f"{head}{dash}*")
        if kind is not None:
            return kind
    return Kind.UNKNOWN


@cache
def _kinds_by_task() -> Mapping[str, Kind]:
    text = Path(__file__).with_name("kinds.toml").read_text("utf-8")
    return {task: Kind(kind) for kind, row in tomllib.loads(text).items() for task in row["tasks"]}
