"""The content of an answer to a chat call: words, reasoning, tool calls."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Answer", "answer_of"]

_TEXT = "Hello from the mock ModelScope ."
_REASONING = "A greeting asks for one in return ."
_TOKEN = re.compile(r"\s*\S+|\s+$")
"""A token of the mock: a word with the white space before it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, in tokens."""

    content: tuple[str, ...]
    reasoning: tuple[str, ...] = ()
    finish_reason: str = "stop"

    @property
    def text(self) -> str | None:
        """The content; None where reasoning took all tokens."""
        return "".join(self.content) or None

    @property
    def tokens(self) -> int:
        """Completion tokens, those of the reasoning included."""
        return len(self.content) + len(self.reasoning)


def answer_of(body: Mapping[str, Any], *, thinks: bool) -> Answer:
    """The answer to a call with `body`.

    `max_tokens` counts the reasoning too: with few of them, a thinking model answers without
    content. ``enable_thinking: false`` switches the reasoning off.
    """
    thinks = thinks and body.get("enable_thinking") is not False
    return _limited(_tokens(_TEXT), _tokens(_REASONING) if thinks else (), _limit(body))


def _tokens(text: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(text))


def _limit(body: Mapping[str, Any]) -> int | None:
    for name in ("max_completion_tokens", "max_tokens"):
        limit = body.get(name)
        if isinstance(limit, int) and not isinstance(limit, bool) and limit > 0:
            return limit
    return None


def _limited(content: tuple[str, ...], reasoning: tuple[str, ...], limit: int | None) -> Answer:
    if limit is None or limit >= len(content) + len(reasoning):
        return Answer(content, reasoning)
    reasoning = reasoning[:limit]
    return Answer(content[: limit - len(reasoning)], reasoning, "length")
