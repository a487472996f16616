"""Capabilities of models, in Cherry Studio's terms.

The facts are in three files: `capabilities.toml` by kind, `model_lines.toml` by the model's line,
and `v1_names.toml` for what desktop v1 infers from a name.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from msconfig.modelscope.kinds import CHAT_KINDS, IMAGE_KINDS, Kind

# unknown too: most such models are chat models, and the app treats them as such
_TALKS = CHAT_KINDS | {Kind.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Abilities:
    """Capabilities and modalities of a model, in the terms of desktop v2."""

    capabilities: tuple[str, ...]
    input_modalities: tuple[str, ...]
    """Empty if they are left to the app's own registry."""
    output_modalities: tuple[str, ...]
    """Empty if the kind does not determine them."""
    supports_streaming: bool


def abilities_of(kind: Kind, name: str, tasks: Iterable[str] = ()) -> Abilities:
    """The abilities of a model of `kind` with the name `name`.

    Args:
        kind: the kind of the model.
        name: its id without the owner.
        tasks: tasks of the hub, which distinguish speech to text from text to speech.
    """
    row = _table("capabilities.toml")[kind]
    found = [*row["capabilities"]]
    found += [each for task, each in row.get("tasks", {}).items() if task in set(tasks)]
    if kind in _TALKS:
        found += _of_name("model_lines.toml", "can", name)
    return Abilities(
        capabilities=tuple(dict.fromkeys(found)),
        input_modalities=tuple(row["input"]),
        output_modalities=tuple(row["output"]),
        supports_streaming=row["streaming"],
    )


def for_v1(kind: Kind, name: str, capabilities: Iterable[str]) -> tuple[str, ...]:
    """The part of `capabilities` that desktop v1 does not infer from the name, in its terms.

    Empty for image models: v1 has no term for what they do, and any other capability makes them
    chat models once v2 imports the data.
    """
    if kind in IMAGE_KINDS:
        return ()
    words = _table("capabilities.toml")["v1"]
    inferred = frozenset(_of_name("v1_names.toml", "infers", name))
    in_words = (words[each] for each in capabilities if each in words)
    return tuple(word for word in in_words if word not in inferred)


def _of_name(file_name: str, key: str, name: str) -> Iterator[str]:
    """Capabilities in the rows of a file whose lines or words match `name`."""
    table = _table(file_name)
    for row in table["line"]:
        if any(_is_of_line(name, line) for line in row["names"]):
            yield from row[key]
    words = set(re.split(r"[-_.]", name.casefold()))
    for row in table["word"]:
        if words.intersection(row["words"]):
            yield from row[key]


def _is_of_line(name: str, line: str) -> bool:
    name, line = name.casefold(), line.casefold()
    return name == line or name.startswith((f"{line}-", f"{line}_"))


@cache
def _table(file_name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(file_name).read_text("utf-8"))
