"""Suggestions for failing ids.

The rules, in this order; the first that finds something is the last one tried, but for a spelling
that no catalogue lists:

1. The same letters in another case; the same id with something around it (an address, a provider)
   or with other signs between its letters and digits.
2. The same name under another owner. For a model of which no kind is known, and with a word that is
   not known either, an id that differs by one letter: it may not even exist.
3. Substitutes of the same brand (`similarity` has the rules) and owner; of other owners only where
   that one serves none.
4. The nearest name, where at most about one letter in seven differs and no digit, and no word that
   says what a model does.
5. Substitutes among the other models of the same owner, by the same rules.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from heapq import nsmallest
from operator import itemgetter
from types import MappingProxyType
from typing import TypeAlias, TypeVar

from msconfig.checking.edit_distance import Distances
from msconfig.checking.report import Suggestion
from msconfig.checking.suggestions.model_names import Version, name_of
from msconfig.checking.suggestions.reasons import Reason
from msconfig.checking.suggestions.similarity import (
    ParsedModel,
    Rank,
    brand_fits,
    is_older,
    is_substitute,
    may_be_typo_of,
    rank,
    rank_of_release,
    reason,
)
from msconfig.modelscope.kinds import Kind

_MOST = 3
_FARTHEST = 0.15
"""Edits per letter of the longer id, up to which two ids are near."""
_MOST_COMPARED = 200
"""Served models of a sort that one id is compared with, the nearest in size, words and version.

No brand has as many; without a bound, thousands of ids that fail beside thousands that are served
would take minutes.
"""
_LONGEST = 300
"""Characters of an id that are compared: two parts of 128, and some room for an address."""

_Brand: TypeAlias = tuple[str, ...]
_Jobs: TypeAlias = frozenset[str]
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_Order = TypeVar("_Order", float, Version)


def suggest(
    failing_id: str,
    served: Collection[str],
    right_id: str | None = None,
    *,
    kinds: Mapping[str, Kind] = MappingProxyType({}),
) -> tuple[Suggestion, ...]:
    """At most three ids for `failing_id`, the best first; none if none of its family is served.

    Args:
        failing_id: the id that fails, well-formed or not.
        served: the ids that are known to be served; nothing else is suggested but `right_id`. Pass
            the same frozenset again for further ids: its index is cached.
        right_id: the id whose letters differ only in case, where there is one.
        kinds: the kinds that are known, by id; that of `failing_id` among them.
    """
    index = _index(frozenset(served))
    if right_id in index.ids:
        return (Suggestion(right_id, Reason.CASE),)
    found = [Suggestion(right_id, Reason.CASE_UNLISTED)] if right_id else []
    path = _path(failing_id)
    more = _same(failing_id, path, index)
    if not more:  # what is below takes long, and only a name that is not the same needs it
        near = _near(path, index.paths, index.by_path)
        more = (
            _typos(failing_id, path, near, index, kinds)
            or _releases(failing_id, path, index, kinds)
            or _nearest(failing_id, path, near, index, kinds)
            or _others_of_the_owner(failing_id, path, index, kinds)
        )
    return tuple([*found, *(each for each in more if each.id != right_id)][:_MOST])


@dataclass(frozen=True, slots=True)
class _Alike:
    """Served models that differ by version and date only, by their versions."""

    model: ParsedModel
    """Any of them, without version and date."""
    served: tuple[tuple[str, ParsedModel], ...]
    """Their ids, and those parsed."""


_ButForVariantWords: TypeAlias = tuple[_Alike, ...]
"""Groups that differ only by their variant words."""


@dataclass(frozen=True, slots=True)
class _Index:
    """The served ids, indexed for every rule."""

    ids: frozenset[str]
    by_path: Mapping[str, tuple[str, ...]]
    """Ids by themselves in lower case."""
    by_name: Mapping[str, tuple[str, ...]]
    """Ids by their names without owner, in lower case."""
    by_letters: Mapping[str, tuple[str, ...]]
    """Ids by their letters, digits and slash, in lower case."""
    by_brand: Mapping[tuple[_Brand, _Jobs], tuple[_ButForVariantWords, ...]]
    by_owner: Mapping[tuple[str, _Jobs], tuple[_ButForVariantWords, ...]]
    paths: Mapping[str, Distances]
    """Ids in lower case by their digits: one with other digits is another model, not a typo."""
    names: Mapping[str, Distances]
    """The same, without owner."""
    with_images: Mapping[_Brand, frozenset[Version]]
    """The versions that have ``VL`` in the name, by brand."""

    def versions_with_images(self, model: ParsedModel) -> frozenset[Version]:
        """The versions of the model's brand that have ``VL`` in the name."""
        return self.with_images.get(model.name.brand, frozenset())


# a check calls this for each failing id with the same set; few sets, as each may be large
@lru_cache(maxsize=4)
def _index(served: frozenset[str]) -> _Index:
    by_path: defaultdict[str, list[str]] = defaultdict(list)
    by_name: defaultdict[str, list[str]] = defaultdict(list)
    by_letters: defaultdict[str, list[str]] = defaultdict(list)
    alike: defaultdict[ParsedModel, list[tuple[str, ParsedModel]]] = defaultdict(list)
    with_images: defaultdict[_Brand, set[Version]] = defaultdict(set)
    for each in sorted(served):
        model = _named(each)
        by_path[each.casefold()].append(each)
        by_name[_name(each).casefold()].append(each)
        by_letters[_letters(each)].append(each)
        alike[replace(model, name=replace(model.name, version=(), date=None))].append((each, model))
        if model.name.takes_images:
            with_images[model.name.brand].add(model.name.version)
    groups: defaultdict[ParsedModel, list[_Alike]] = defaultdict(list)
    for model, those in alike.items():
        but_for_variant_words = replace(model, name=replace(model.name, variant_words=frozenset()))
        groups[but_for_variant_words].append(_Alike(model, tuple(sorted(those, key=_version))))
    by_brand: defaultdict[tuple[_Brand, _Jobs], list[_ButForVariantWords]] = defaultdict(list)
    by_owner: defaultdict[tuple[str, _Jobs], list[_ButForVariantWords]] = defaultdict(list)
    for model, group in groups.items():
        by_brand[model.name.brand, model.name.jobs].append(tuple(group))
        by_owner[model.owner, model.name.jobs].append(tuple(group))
    for those_groups in (*by_brand.values(), *by_owner.values()):
        those_groups.sort(key=_size)
    return _Index(
        served,
        _frozen(by_path),
        _frozen(by_name),
        _frozen(by_letters),
        _frozen(by_brand),
        _frozen(by_owner),
        _by_digits(by_path),
        _by_digits(by_name),
        {brand: frozenset(versions) for brand, versions in with_images.items()},
    )


def _frozen(found: Mapping[_Key, list[_Value]]) -> dict[_Key, tuple[_Value, ...]]:
    return {key: tuple(values) for key, values in found.items()}


def _by_digits(texts: Iterable[str]) -> dict[str, Distances]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for text in texts:
        found[_digits(text)].append(text)
    return {digits: Distances(those) for digits, those in found.items()}


def _path(failing_id: str) -> str:
    """The last ``owner/name`` of an address, or a name alone; without ``:Provider``."""
    parts = failing_id[-_LONGEST:].strip().rstrip("/").split("/")[-2:]
    return "/".join([*parts[:-1], parts[-1].partition(":")[0]]).strip()


def _same(failing_id: str, path: str, index: _Index) -> list[Suggestion]:
    """The same model, spelt in another way or of another owner."""
    folded = path.casefold()
    exact = [each for each in index.by_path.get(folded, ()) if each != failing_id]
    if exact:
        why = Reason.CASE if failing_id.casefold() == folded else Reason.SPELT
        return [Suggestion(each, why) for each in exact]
    spelt = [each for each in index.by_letters.get(_letters(path), ()) if each != failing_id]
    if spelt:
        return [Suggestion(each, Reason.SPELT) for each in spelt]
    others = index.by_name.get(_name(folded), ())
    return [Suggestion(each, Reason.OWNER) for each in others if each != failing_id]


def _releases(
    failing_id: str, path: str, index: _Index, kinds: Mapping[str, Kind]
) -> list[Suggestion]:
    """Substitutes of the same brand."""
    model = _named(path, kinds.get(failing_id, Kind.UNKNOWN))
    brand = model.name.brand
    served = index.by_brand.get((brand, model.name.jobs), ()) if brand else ()
    own = [group for group in served if group[0].model.owner == model.owner]
    return _best(failing_id, model, own, index, kinds) or _best(
        failing_id, model, served, index, kinds
    )


def _others_of_the_owner(
    failing_id: str, path: str, index: _Index, kinds: Mapping[str, Kind]
) -> list[Suggestion]:
    """Substitutes of another brand."""
    model = _named(path, kinds.get(failing_id, Kind.UNKNOWN))
    served = index.by_owner.get((model.owner, model.name.jobs), ())
    return _best(failing_id, model, served, index, kinds)


def _best(
    failing_id: str,
    model: ParsedModel,
    served: Sequence[_ButForVariantWords],
    index: _Index,
    kinds: Mapping[str, Kind],
) -> list[Suggestion]:
    """The nearest substitutes for `model`; older ones only where all are.

    Of general models in place of one for images, those known to take images come first.

    The releases of a rank are looked at only while those that are nearer are too few.
    """
    newer = _Best()
    older = _Best()
    for _, those in sorted(_by_rank(model, served).items()):
        those.sort(key=lambda pair: (rank_of_release(model, pair[1]), pair[0]))
        for text, parsed in those:
            other = replace(parsed, kind=kinds[text]) if text in kinds else parsed
            if text != failing_id and is_substitute(
                model, other, index.versions_with_images(other)
            ):
                found = older if is_older(model, other) else newer
                if not found.is_full:
                    found.take(Suggestion(text, reason(model, other)))
                if newer.is_full:
                    break
        if newer.is_full:
            break
    return (newer.suggestions or older.suggestions)[:_MOST]


class _Best:
    """Suggestions, the best first; those that only perhaps take images come last."""

    def __init__(self) -> None:
        self._sure: list[Suggestion] = []
        self._unsure: list[Suggestion] = []

    @property
    def is_full(self) -> bool:
        """Whether nothing that comes later is better."""
        return len(self._sure) >= _MOST

    @property
    def suggestions(self) -> list[Suggestion]:
        """All suggestions, the best first."""
        return [*self._sure, *self._unsure]

    def take(self, suggestion: Suggestion) -> None:
        """Add one that is no better than those before."""
        is_sure = suggestion.reason != Reason.GENERAL_PERHAPS_IMAGES
        (self._sure if is_sure else self._unsure).append(suggestion)


def _by_rank(
    model: ParsedModel, served: Sequence[_ButForVariantWords]
) -> dict[Rank, list[tuple[str, ParsedModel]]]:
    by_rank: defaultdict[Rank, list[tuple[str, ParsedModel]]] = defaultdict(list)
    for group in _around(served, model.name.log_size, _size):
        if not brand_fits(model, group[0].model):
            continue
        ranks: dict[int, Rank] = {}  # in a group it depends on nothing else, and takes long
        for apart, each in _variant_words_apart(model, group):
            if apart not in ranks:
                ranks[apart] = rank(model, each.model)
            by_rank[ranks[apart]] += _around(each.served, model.name.version, _version)
    return by_rank


def _variant_words_apart(
    model: ParsedModel, group: _ButForVariantWords
) -> list[tuple[int, _Alike]]:
    """The nearest of a group, with how many variant words differ."""
    apart = [
        (len(model.name.variant_words ^ each.model.name.variant_words), each) for each in group
    ]
    return nsmallest(_MOST_COMPARED, apart, key=itemgetter(0))


def _around(
    those: Sequence[_Value], value: _Order, key: Callable[[_Value], _Order]
) -> Sequence[_Value]:
    """Those whose keys are next to `value`, which have to be in the order of the keys."""
    start = bisect_left(those, value, key=key) - _MOST_COMPARED // 2
    start = max(0, min(start, len(those) - _MOST_COMPARED))
    return those[start : start + _MOST_COMPARED]


def _size(group: _ButForVariantWords) -> float:
    return group[0].model.name.log_size


def _version(served: tuple[str, ParsedModel]) -> Version:
    return served[1].name.version


def _named(path: str, kind: Kind = Kind.UNKNOWN) -> ParsedModel:
    return ParsedModel(path.rpartition("/")[0].casefold(), name_of(_name(path)), kind)


def _name(path: str) -> str:
    return path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class _Near:
    """Served ids with the same digits, a few edits away."""

    edits: int
    share: float
    """Of the letters of the longer one."""
    ids: tuple[str, ...]


def _near(
    path: str, by_digits: Mapping[str, Distances], ids: Mapping[str, tuple[str, ...]]
) -> list[_Near]:
    """The nearest first."""
    folded = path.casefold()
    alike = by_digits.get(_digits(folded))
    if alike is None:
        return []
    near = [
        _Near(edits, edits / max(len(folded), len(text), 1), ids[text])
        for text, edits in zip(alike.texts, alike.to(folded), strict=True)
        if edits <= max(1, _FARTHEST * max(len(folded), len(text)))
    ]
    return sorted(near, key=lambda each: each.share)


def _typos(
    failing_id: str, path: str, near: Iterable[_Near], index: _Index, kinds: Mapping[str, Kind]
) -> list[Suggestion]:
    """Served ids that are one typo away from `failing_id`, which has a word that is not known."""
    model = _named(path, kinds.get(failing_id, Kind.UNKNOWN))
    if model.kind is not Kind.UNKNOWN or not model.name.variant_words:
        return []
    ids = (each for those in near if those.edits <= 1 for each in those.ids)
    return _meant(failing_id, path, ids, index, kinds)


def _nearest(
    failing_id: str, path: str, near: Iterable[_Near], index: _Index, kinds: Mapping[str, Kind]
) -> list[Suggestion]:
    """Ids that are a few edits away; for a name without an owner, names are compared."""
    if "/" not in path:
        near = _near(path, index.names, index.by_name)
    ids = (each for those in near if those.share <= _FARTHEST for each in those.ids)
    return _meant(failing_id, path, ids, index, kinds)


def _meant(
    failing_id: str, path: str, near: Iterable[str], index: _Index, kinds: Mapping[str, Kind]
) -> list[Suggestion]:
    """Those of `near` that `failing_id` may be a typo of: nothing that is known differs."""
    model = _named(path, kinds.get(failing_id, Kind.UNKNOWN))
    found = []
    for each in near:
        other = _named(each, kinds.get(each, Kind.UNKNOWN))
        if each != failing_id and may_be_typo_of(model, other, index.versions_with_images(other)):
            found.append(Suggestion(each, Reason.NEAREST))
    return found


def _letters(text: str) -> str:
    return re.sub(r"[-_.\s]", "", text.casefold())


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
