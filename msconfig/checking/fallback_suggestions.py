"""Models that Bailian and ModelScope both serve, matched by name, and suggested for failing ids.

Both serve many of the same open models under other ids: `Qwen/Qwen3-32B` is `qwen3-32b` there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from msconfig.checking.report import ModelResult, Outcome, Suggestion
from msconfig.checking.suggestions.reasons import Reason

MOST = 3
"""Suggestions for an id, those of ModelScope included."""

NON_DISTINCTIVE_WORDS = frozenset(
    {
        *("instruct", "chat", "it"),  # trained to converse; what is hosted is, whatever it is named
        *("awq", "gptq", "gguf", "mlx", "fp8", "int4", "int8", "bf16"),  # how the weights are kept
    }
)
"""Words of a name by which the two services often differ for one model."""


class CrossProviderMatcher:
    """Finds in a list of ids, of either service, the one that is the same model as another.

    Names are compared without owner and provider, by their words in order, whatever their case and
    the signs between them. Where none is equal, non-distinctive words (`-Instruct`, `-FP8`) are
    left out; a size, a version or a date never is.
    """

    def __init__(self, ids: Iterable[str]) -> None:
        self._equal: dict[tuple[str, ...], str] = {}
        self._similar: dict[tuple[str, ...], str] = {}
        for each in sorted(ids):
            words = _words(each)
            self._equal.setdefault(words, each)
            self._similar.setdefault(_distinctive(words), each)

    def of(self, model_id: str) -> str | None:
        """The id that is the same model as `model_id`; None where there is none."""
        words = _words(model_id)
        return self._equal.get(words) or self._similar.get(_distinctive(words)) if words else None


def with_fallback_suggestion(model: ModelResult, matcher: CrossProviderMatcher) -> ModelResult:
    """`model`, if it fails, with the same model at Bailian as its last suggestion."""
    match = matcher.of(model.id) if model.outcome is Outcome.FAIL else None
    if match is None:
        return model
    is_equal = _words(match) == _words(model.id)
    why = Reason.AT_FALLBACK if is_equal else Reason.AT_FALLBACK_BUT_FOR_SUFFIX
    # ModelScope's own suggestions come first, as they need no other key, but leave room for this
    return replace(model, suggestions=(*model.suggestions[: MOST - 1], Suggestion(match, why)))


def _words(model_id: str) -> tuple[str, ...]:
    name = model_id.rpartition("/")[2].partition(":")[0]
    return tuple(word for word in re.split(r"[-_]+", name.casefold()) if word)


def _distinctive(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words without the non-distinctive ones; all of them where nothing else is left."""
    return tuple(word for word in words if word not in NON_DISTINCTIVE_WORDS) or words
