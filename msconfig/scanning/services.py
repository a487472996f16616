"""Addresses beside a model's id: which service the ids around them are for."""

from __future__ import annotations

import re

from msconfig.scanning.strings import Scope

__all__ = ["API_INFERENCE", "note_address", "services_in"]

API_INFERENCE = re.compile(r"api-inference\.modelscope\.(?:cn|ai)", re.IGNORECASE)
_SERVICE = re.compile(
    r"https?://(?:api[.-]|[^\s/\"'`<>()]{0,200}(?:inference|openai|:\d{2,5}\b)"
    r"|[^\s\"'`<>()]{1,300}?/(?:v\d|api|openai|compatible-mode|chat/completions)\b)",
    re.IGNORECASE,
)
"""The address of a service that programs call, in any text."""
_OF_A_SERVICE = re.compile(r"base|url|host|endpoint|api", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)


def note_address(scope: Scope, name: str, value: str, *, around: bool) -> None:
    """Note in `scope` the address that the key `name` gives there, if it is that of a service.

    Programs write it beside the models or in a mapping of its own (``options``, ``config``), so
    with `around` it also holds for the mapping around, where that has none yet.
    """
    if _ADDRESS.match(value) is None:
        return
    is_api_inference = API_INFERENCE.search(value) is not None
    if not is_api_inference and _OF_A_SERVICE.search(name) is None:
        return
    if scope.is_api_inference is None or is_api_inference:
        scope.is_api_inference = is_api_inference
    outer = scope.parent if around else None
    if outer is not None and outer.parent is not None and outer.is_api_inference is None:
        outer.is_api_inference = is_api_inference


def services_in(text: str) -> list[tuple[int, bool]]:
    """The addresses of services in any text: offset, and whether it is API-Inference's."""
    here = {match.start(): True for match in API_INFERENCE.finditer(text)}
    others = {
        match.start(): False
        for match in _SERVICE.finditer(text)
        if API_INFERENCE.match(text, text.index("//", match.start()) + 2) is None
    }
    return sorted((here | others).items())
