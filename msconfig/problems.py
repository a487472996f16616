"""Problems of documents, and the lines that show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msconfig.text import shortened, visible
from msconfig.tokens import without_tokens

_SHOWN = 20
"""Problems of one document that are shown; further ones often follow from the first."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem at one place of a document."""

    path: str
    """JSON path, e.g. ``$.models[0].modelId``."""
    message: str


def format_problems(name: str, problems: Sequence[Problem]) -> str:
    """One line a problem, ``name: path: message``, the best match first."""
    lines = [
        f"{visible(name)}: {_brief(problem.path)}: {_brief(problem.message)}"
        for problem in problems[:_SHOWN]
    ]
    if len(problems) > _SHOWN:
        lines.append(f"{visible(name)}: and {len(problems) - _SHOWN} more")
    return "\n".join(lines)


def _brief(text: str) -> str:
    return shortened(visible(without_tokens(text)), 400)
