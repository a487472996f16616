"""Kinds of models, by the tasks that the hub gives them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path


class Kind(StrEnum):
    """The kind of a model, which decides how Cherry Studio uses it."""

    CHAT = "chat"
    VISION = "vision"
    IMAGE_GENERATION = "image-generation"
    IMAGE_EDIT = "image-edit"
    EMBEDDING = "embedding"
    RERANK = "rerank"
    VIDEO = "video"
    AUDIO = "audio"
    UNKNOWN = "unknown"


SMALL_CALLS = frozenset({Kind.CHAT, Kind.VISION, Kind.EMBEDDING})
"""Kinds that can be called cheaply enough for a check."""

CHAT_KINDS = frozenset({Kind.CHAT, Kind.VISION})
"""The kinds that answer a chat."""
IMAGE_KINDS = frozenset({Kind.IMAGE_GENERATION, Kind.IMAGE_EDIT})
"""The kinds whose call makes an image, which costs most."""


def kind_of(tasks: Iterable[str]) -> Kind:
    """The kind of the first task that is known (`kinds.toml`), or `Kind.UNKNOWN`.

    The hub's own order counts: a model for images and text has ``image-text-to-text`` before
    ``text-generation``.

    Args:
        tasks: hub tasks such as ``text-generation``, then perhaps ``SupportInference`` of the older
            API such as ``txt2txt``, the more telling one first.
    """
    return next(iter(kinds_of(tasks)), Kind.UNKNOWN)


def kinds_of(tasks: Iterable[str]) -> tuple[Kind, ...]:
    """The kinds of all known tasks, each once; two of them contradict each other."""
    table = _kinds_by_task()
    found: dict[Kind, None] = {}
    for task in tasks:
        head, dash, _ = task.partition("-")
        kind = table.get(task) or table.get(f"{head}{dash}*")
        if kind is not None:
            found[kind] = None
    return tuple(found)


@cache
def _kinds_by_task() -> Mapping[str, Kind]:
    text = Path(__file__).with_name("kinds.toml").read_text("utf-8")
    rows = tomllib.loads(text)["row"]
    return {task: Kind(row["kind"]) for row in rows for task in row["tasks"]}
