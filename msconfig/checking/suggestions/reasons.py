"""Reasons of suggestions: a closed set of sentences, so that pages can translate them."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Reasons of suggestions: at ModelScope, the surest first, then at the fallback."""

    CASE = "same letters, other case"
    CASE_UNLISTED = "same letters, other case; the catalogue does not list it"
    SPELT = "the same model, spelt as it is served"
    OWNER = "the same model under the owner that serves it"
    RERELEASE = "another dated release of the same model"
    VARIANT = "another variant of the same release"
    SIZE = "the same release in another size or tier"
    NEWER = "newer release of the same line and size class"
    NEWER_SIZE = "newer release of the same line in another size or tier"
    GENERAL = "general model of the same family"
    GENERAL_IMAGES = "general model of the same family, which takes images"
    GENERAL_PERHAPS_IMAGES = "general model of the same family; see whether it takes images"
    FAMILY = "another model of the same family"
    OLDER = "older release of the same line"
    NEAREST = "the nearest name among the served ids"
    AT_FALLBACK = "the same model at Bailian, with its own key"
    AT_FALLBACK_BUT_FOR_SUFFIX = "the same model but for a suffix, at Bailian, with its own key"
    SPELT_AT_FALLBACK = "the same model, as Bailian spells it"
