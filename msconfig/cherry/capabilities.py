"""What a model can do, in the words of Cherry Studio (`capabilities.toml`)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from msconfig.modelscope.kinds import Kind

__all__ = ["Abilities", "abilities_of", "in_words_of_v1"]


@dataclass(frozen=True, slots=True)
class Abilities:
    """Capabilities and modalities of a model, in the words of desktop v2."""

    capabilities: tuple[str, ...]
    input_modalities: tuple[str, ...]
    output_modalities: tuple[str, ...]
    supports_streaming: bool


def abilities_of(kind: Kind, name: str) -> Abilities:
    """What a model of `kind` called `name` can do; an unknown kind counts as chat.

    `reasoning` is added to chat and vision models where a word of the name says it.
    """
    table = _table()
    row = table[kind if kind is not Kind.UNKNOWN else Kind.CHAT]
    capabilities = tuple(row["capabilities"])
    words = set(re.split(r"[-_.]", name.casefold()))
    if row["streaming"] and words.intersection(table["reasoning"]["words"]):
        capabilities += ("reasoning",)
    return Abilities(capabilities, tuple(row["input"]), tuple(row["output"]), row["streaming"])


def in_words_of_v1(capabilities: Iterable[str]) -> tuple[str, ...]:
    """The capabilities that desktop v1 has a word for, in that word."""
    words: Mapping[str, str] = _table()["v1"]
    return tuple(words[each] for each in capabilities if each in words)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("capabilities.toml").read_text("utf-8"))
