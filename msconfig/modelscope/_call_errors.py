"""Meaning of the errors that calls are answered with, by the table in `call_errors.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from msconfig.modelscope._reading import ErrorBody
from msconfig.modelscope.facts import CallOutcome

_NAME = r"\S{1,300}"
"""For `{name}` in a text: any name of a model, which upstreams spell in their own way."""
_FURTHER_SENTENCES = r"(?:\. .*)?"
"""For `…` at the end of a text."""
_PLACES = re.compile(r"(\{id\}|\{name\})")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an error says of the model or the token."""

    outcome: CallOutcome
    remark: str
    """What its words leave out, for a reader who would take them otherwise; "" for none."""

    def explain(self, words: str) -> str:
        """`words` of the error, with the remark."""
        return f"{words.removesuffix('.')} ({self.remark})" if self.remark else words


def meaning(status: int, error: ErrorBody, model_id: str) -> Meaning | None:
    """The meaning of `error` for the model `model_id` or the token; None where it is unknown.

    A row of the table has to match the whole message: a search for some words once took "upstream
    error" for a complaint about streaming.
    """
    folded = _folded(error.message)
    fitting = (row.meaning for row in _rows() if row.fits(status, error, folded, model_id))
    return next(fitting, None)


@dataclass(frozen=True, slots=True)
class _Row:
    status: int
    codes: frozenset[str]
    text: str | None
    untyped: bool
    meaning: Meaning

    def fits(self, status: int, error: ErrorBody, folded: str, model_id: str) -> bool:
        if status != self.status or (self.untyped and error.codes):
            return False
        if self.codes and not self.codes & error.codes:
            return False
        return self.text is None or _is_text(self.text, folded, model_id)


def _is_text(text: str, folded: str, model_id: str) -> bool:
    """Whether a message is `text` from its first character to its last."""
    open_end = text.endswith("…")
    values = {"{id}": re.escape(model_id), "{name}": _NAME}
    parts = _PLACES.split(_folded(text.removesuffix("…")))
    pattern = "".join(values.get(part, re.escape(part)) for part in parts)
    pattern += _FURTHER_SENTENCES if open_end else ""
    return re.fullmatch(pattern, folded, re.IGNORECASE | re.ASCII) is not None


def _folded(text: str) -> str:
    return " ".join(text.split()).rstrip(" .")


@cache
def _rows() -> tuple[_Row, ...]:
    text = Path(__file__).with_name("call_errors.toml").read_text("utf-8")
    return tuple(
        _Row(
            row["status"],
            frozenset(row.get("codes", ())),
            row.get("text"),
            row.get("untyped", False),
            Meaning(CallOutcome[row["means"].upper()], row.get("remark", "")),
        )
        for row in tomllib.loads(text)["row"]
    )
