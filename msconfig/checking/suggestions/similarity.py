"""Similarity of two models, by their names, and by their kinds where those are known.

A model is a substitute for another when all of this holds:

- It is of the same brand. For a model of the same owner it will also do that one brand is the other
  with words before it (``Meta-Llama``, ``Llama``), that it is the beginning of the other
  (``Intern`` of ``InternLM``), or that it is the owner's main line: its brand begins a word of the
  owner's name. The last two are for a model whose name has a size or a word like ``Instruct``.
- Both have the same words of a job other than chat, e.g. ``Image``, ``Embedding``; kinds that are
  known do not contradict. For a model with ``VL``, one without is known to take images or is newer
  than all of its brand with ``VL``, for then it may have taken them over; for one that is known to
  take images without saying so, it is known to or is not older.

Then the nearest comes first, by the first of these that differs: skills (``VL``, ``Coder``),
variant words, the letter of the series, words of tier (``Flash``, ``Pro``; without one, up to 40B
is light), size (a factor of up to 1.5 is the same class), parameters in use, version (the next
newer one first), a base model or not, thinking or not, the very size, the latest date. An older
release is for when there is no other.
"""

from __future__ import annotations

import math
import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache

from msconfig.checking.suggestions.model_names import ModelName, Version
from msconfig.checking.suggestions.reasons import Reason
from msconfig.modelscope.kinds import CHAT_KINDS, Kind

_SAME_CLASS = math.log(1.5) + 1e-9
"""A factor of 1.5, and a hair for rounding: the logarithms of 12 and 8 are more than this apart."""
_SHORTEST_MAIN_LINE = 3
_SHORTEST_BEGINNING = 4
"""Letters of a brand; a shorter one begins too many other words."""
_DEFAULT_TIER_STEP = 2
"""Up to here a model counts as of the same tier."""

Rank = tuple[float | Version, ...]
"""Sorts the nearest first."""


@dataclass(frozen=True, slots=True)
class ParsedModel:
    """A model: its owner, its parsed name, and its kind, `Kind.UNKNOWN` where not known."""

    owner: str
    """In lower case; empty where it was not given."""
    name: ModelName
    kind: Kind = Kind.UNKNOWN

    @property
    def takes_images(self) -> bool:
        """Whether its name or its kind says so."""
        return self.name.takes_images or self.kind is Kind.VISION


def is_substitute(
    failing: ParsedModel, other: ParsedModel, with_images: AbstractSet[Version]
) -> bool:
    """Whether `other` may be used in place of `failing`.

    Args:
        failing: the model that is not served.
        other: one that is, of the same brand or owner.
        with_images: the versions of the other's brand whose served models have ``VL`` in the name.
    """
    return (
        brand_fits(failing, other)
        and failing.name.jobs == other.name.jobs
        and _does_the_same(failing, other, with_images)
    )


def brand_fits(failing: ParsedModel, other: ParsedModel) -> bool:
    """Whether `other`, of the same brand or owner, is of a brand that may replace `failing`."""
    return other.name.brand == failing.name.brand or _same_vendor_line(failing, other)


def may_be_typo_of(
    failing: ParsedModel, other: ParsedModel, with_images: AbstractSet[Version]
) -> bool:
    """Whether `failing` may be `other` misspelt: it names no job and no images that `other` lacks.

    Args:
        failing: what is not served.
        other: a model that is, of nearly the same name.
        with_images: as `is_substitute` takes them.
    """
    return failing.name.jobs <= other.name.jobs and _does_the_same(failing, other, with_images)


def is_older(failing: ParsedModel, other: ParsedModel) -> bool:
    """Whether `other` is known to be an older release of the same line."""
    return _is_comparable(failing.name, other.name) and other.name.version < failing.name.version


def _is_comparable(old: ModelName, new: ModelName) -> bool:
    """Whether their versions count the same thing; one with a date only has no version."""
    if old.brand != new.brand or old.series != new.series:
        return False
    if old.version == new.version or (old.version and new.version):
        return True
    return (new if old.version else old).date is None


def _same_vendor_line(failing: ParsedModel, other: ParsedModel) -> bool:
    """Whether `other`, of the same owner, is its main line, or the same line renamed."""
    old, new = failing.name, other.name
    if old.jobs or failing.kind not in {*CHAT_KINDS, Kind.UNKNOWN} or not new.skills <= old.skills:
        return False
    if old.brand[-len(new.brand) :] == new.brand or new.brand[-len(old.brand) :] == old.brand:
        return True
    brand = "".join(new.brand)
    if old.size is None and not old.instruct_or_thinking:
        return False
    if len(brand) >= _SHORTEST_BEGINNING and "".join(old.brand).startswith(brand):
        return True
    return len(brand) >= _SHORTEST_MAIN_LINE and any(
        word.startswith(brand) for word in _words(failing.owner)
    )


@lru_cache(maxsize=64)
def _words(owner: str) -> list[str]:
    return re.split(r"[-_.]", owner)


def _does_the_same(
    failing: ParsedModel, other: ParsedModel, with_images: AbstractSet[Version]
) -> bool:
    """Whether nothing that is known speaks against it."""
    if Kind.UNKNOWN not in {failing.kind, other.kind} and failing.kind is not other.kind:
        return failing.kind is Kind.CHAT and other.kind is Kind.VISION
    if not failing.takes_images or other.takes_images:
        return True
    if other.kind is Kind.CHAT:
        return False
    if not failing.name.takes_images:
        return not is_older(failing, other)
    # makers drop the VL once all their models take images, which no name then says
    return other.name.version > max((failing.name.version, *with_images))


def rank(failing: ParsedModel, other: ParsedModel) -> Rank:
    """Distance of `other` from `failing`, its release left out; less is nearer."""
    old, new = failing.name, other.name
    apart = abs(new.log_size - old.log_size)
    return (
        len(old.skills ^ new.skills),
        len(old.variant_words ^ new.variant_words),
        old.series != new.series,
        _tier_step(old, new),
        apart if apart > _SAME_CLASS else 0,
        _active_apart(old, new),
    )


def rank_of_release(failing: ParsedModel, other: ParsedModel) -> Rank:
    """Distance of the release of `other` from that of `failing`, among those of one `rank`."""
    old, new = failing.name, other.name
    year, month, day = new.date or (0, 0, 0)
    return (
        _version_order(old, new),
        old.is_base != new.is_base,
        abs(old.instruct_or_thinking - new.instruct_or_thinking),
        abs(new.log_size - old.log_size),
        (-year, -month, -day),
    )


def _tier_step(old: ModelName, new: ModelName) -> int:
    """0 the same words and tier, 1 a word in common, 2 the same tier, more for other tiers."""
    tiers_apart = abs(old.tier - new.tier)
    if old.tier_words == new.tier_words and not tiers_apart:
        return 0
    return 1 if old.tier_words & new.tier_words else _DEFAULT_TIER_STEP + tiers_apart


def _active_apart(old: ModelName, new: ModelName) -> float:
    """Distance of the parameters in use; 0 in one class, or where a name does not give them.

    A name with the very size and without the parameters in use may have left them out.
    """
    if old.log_active is None or new.log_active is None:
        return 0
    if old.active is None and old.size == new.size:
        return 0
    apart = abs(new.log_active - old.log_active)
    return apart if apart > _SAME_CLASS else 0


def _version_order(old: ModelName, new: ModelName) -> Version:
    """Sorts upwards from the failing version; what cannot be compared or is older, downwards."""
    if new.version >= old.version and _is_comparable(old, new):
        return (0, *new.version)
    return (1, *(-part for part in new.version), 1)  # 4.1, then 4


def reason(failing: ParsedModel, other: ParsedModel) -> Reason:
    """The reason for suggesting `other` in place of `failing`."""
    old, new = failing.name, other.name
    comparable = _is_comparable(old, new)
    if failing.takes_images and not new.takes_images and (old.takes_images or not comparable):
        known = other.kind is Kind.VISION
        return Reason.GENERAL_IMAGES if known else Reason.GENERAL_PERHAPS_IMAGES
    if not comparable or not new.skills <= old.skills:
        return Reason.FAMILY
    if new.skills != old.skills:
        return Reason.GENERAL
    if new.version < old.version:
        return Reason.OLDER
    if new.version == old.version:
        return _reason_in_a_release(old, new)
    if not new.variant_words <= old.variant_words:
        return Reason.FAMILY
    return Reason.NEWER if _is_of_a_class(old, new) else Reason.NEWER_SIZE


def _reason_in_a_release(old: ModelName, new: ModelName) -> Reason:
    if old == new:
        return Reason.SPELT
    if (old.tier_words, old.size, old.active) != (new.tier_words, new.size, new.active):
        return Reason.SIZE if old.version or old.date == new.date else Reason.FAMILY
    old_words = (old.variant_words, old.quantization, old.instruct_or_thinking > 0, old.is_base)
    new_words = (new.variant_words, new.quantization, new.instruct_or_thinking > 0, new.is_base)
    is_rerelease = old_words == new_words and old.date != new.date
    return Reason.RERELEASE if is_rerelease else Reason.VARIANT


def _is_of_a_class(old: ModelName, new: ModelName) -> bool:
    if old.size is None or new.size is None:
        return _tier_step(old, new) <= _DEFAULT_TIER_STEP
    return abs(new.log_size - old.log_size) <= _SAME_CLASS
