"""What may stand in for an id that fails.

The rules, in this order; the first that gives something ends it, but for a spelling that no
catalogue lists:

1. The same letters in another case; the same id with something around it (an address, a provider)
   or with other signs between its letters and digits.
2. The same name under another owner. For a model of which no kind is known, and with a word that is
   not known either, an id that differs by one letter: it may not even exist.
3. What may stand in for it among the models of the same brand (`kinship` has the rules), of the
   same owner; of other owners only where that one serves none.
4. The nearest name, where at most about one letter in seven differs and no digit, and no word that
   says what a model does.
5. What may stand in for it among the other models of the same owner, by the same rules.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import TypeAlias, TypeVar

from rapidfuzz import process
from rapidfuzz.distance import OSA

from msconfig.checking.report import Suggestion
from msconfig.checking.suggestions.model_names import Version, name_of
from msconfig.checking.suggestions.reasons import Reason
from msconfig.checking.suggestions.similarity import (
    Named,
    Rank,
    is_older,
    may_be_meant,
    may_stand_in,
    rank,
    rank_of_release,
    reason,
)
from msconfig.modelscope.kinds import Kind

__all__ = ["Reason", "suggest"]

_MOST = 3
_NEAR = 0.85
"""Share of letters that stay, counted with insertions, deletions and swaps of neighbours."""
_LONGEST = 300
"""Characters of an id that are looked at."""

_Brand: TypeAlias = tuple[str, ...]
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


def suggest(
    asked: str,
    served: Collection[str],
    right_id: str | None = None,
    *,
    kinds: Mapping[str, Kind] = MappingProxyType({}),
) -> tuple[Suggestion, ...]:
    """At most three ids for `asked`, the best first; none where nothing of its family is served.

    Args:
        asked: the id that fails, well-formed or not.
        served: the ids that are known to be served; nothing else is suggested but `right_id`. Give
            the same frozenset again when you ask again: what was read out of it is kept.
        right_id: the id whose letters differ only in case, where there is one.
        kinds: the kinds that are known, by id; that of `asked` among them.
    """
    index = _index(frozenset(served))
    if right_id in index.ids:
        return (Suggestion(right_id, Reason.CASE),)
    found = [Suggestion(right_id, Reason.CASE_UNLISTED)] if right_id else []
    path = _path(asked)
    more = (
        _same(asked, path, index)
        or _slips(asked, path, index, kinds)
        or _releases(asked, path, index, kinds)
        or _nearest(asked, path, index, kinds)
        or _others_of_the_owner(asked, path, index, kinds)
    )
    return tuple([*found, *(each for each in more if each.id != right_id)][:_MOST])


@dataclass(frozen=True, slots=True)
class _Alike:
    """Served models that differ by version and date only."""

    model: Named
    """Any of them, without version and date."""
    served: tuple[tuple[str, Named], ...]
    """Their ids, and what those say."""


@dataclass(frozen=True, slots=True)
class _Index:
    """The served ids, ready to be looked through."""

    ids: frozenset[str]
    by_path: Mapping[str, tuple[str, ...]]
    """Ids by themselves in lower case."""
    by_name: Mapping[str, tuple[str, ...]]
    """Ids by their names without owner, in lower case."""
    by_letters: Mapping[str, tuple[str, ...]]
    """Ids by their letters, digits and slash, in lower case."""
    by_brand: Mapping[_Brand, tuple[_Alike, ...]]
    by_owner: Mapping[str, tuple[_Alike, ...]]
    with_images: Mapping[_Brand, frozenset[Version]]
    """The versions that have ``VL`` in the name, by brand."""

    def with_images_like(self, model: Named) -> frozenset[Version]:
        """The versions of the model's brand that have ``VL`` in the name."""
        return self.with_images.get(model.name.brand, frozenset())


@lru_cache(maxsize=4)
def _index(served: frozenset[str]) -> _Index:
    by_path: defaultdict[str, list[str]] = defaultdict(list)
    by_name: defaultdict[str, list[str]] = defaultdict(list)
    by_letters: defaultdict[str, list[str]] = defaultdict(list)
    alike: defaultdict[Named, list[tuple[str, Named]]] = defaultdict(list)
    with_images: defaultdict[_Brand, set[Version]] = defaultdict(set)
    for each in sorted(served):
        model = _named(each)
        by_path[each.casefold()].append(each)
        by_name[_name(each).casefold()].append(each)
        by_letters[_letters(each)].append(each)
        alike[replace(model, name=replace(model.name, version=(), date=None))].append((each, model))
        if model.name.takes_images:
            with_images[model.name.brand].add(model.name.version)
    by_brand: defaultdict[_Brand, list[_Alike]] = defaultdict(list)
    by_owner: defaultdict[str, list[_Alike]] = defaultdict(list)
    for but_for_release, those in alike.items():
        by_brand[but_for_release.name.brand].append(_Alike(but_for_release, tuple(those)))
        by_owner[but_for_release.owner].append(_Alike(but_for_release, tuple(those)))
    return _Index(
        served,
        _frozen(by_path),
        _frozen(by_name),
        _frozen(by_letters),
        _frozen(by_brand),
        _frozen(by_owner),
        {brand: frozenset(versions) for brand, versions in with_images.items()},
    )


def _frozen(found: Mapping[_Key, list[_Value]]) -> dict[_Key, tuple[_Value, ...]]:
    return {key: tuple(values) for key, values in found.items()}


def _path(asked: str) -> str:
    """The last ``owner/name`` of an address, or a name alone; without ``:Provider``."""
    parts = asked[-_LONGEST:].strip().rstrip("/").split("/")[-2:]
    return "/".join([*parts[:-1], parts[-1].partition(":")[0]]).strip()


def _same(asked: str, path: str, index: _Index) -> list[Suggestion]:
    """The same model, spelt in another way or of another owner."""
    folded = path.casefold()
    exact = [each for each in index.by_path.get(folded, ()) if each != asked]
    if exact:
        why = Reason.CASE if asked.casefold() == folded else Reason.SPELT
        return [Suggestion(each, why) for each in exact]
    spelt = [each for each in index.by_letters.get(_letters(path), ()) if each != asked]
    if spelt:
        return [Suggestion(each, Reason.SPELT) for each in spelt]
    others = index.by_name.get(_name(folded), ())
    return [Suggestion(each, Reason.OWNER) for each in others if each != asked]


def _releases(asked: str, path: str, index: _Index, kinds: Mapping[str, Kind]) -> list[Suggestion]:
    """What may stand in, of the same brand."""
    model = _named(path, kinds.get(asked, Kind.UNKNOWN))
    served = index.by_brand.get(model.name.brand, ()) if model.name.brand else ()
    own = [each for each in served if each.model.owner == model.owner]
    return _best(asked, model, own, index, kinds) or _best(asked, model, served, index, kinds)


def _others_of_the_owner(
    asked: str, path: str, index: _Index, kinds: Mapping[str, Kind]
) -> list[Suggestion]:
    """What may stand in, of another brand."""
    model = _named(path, kinds.get(asked, Kind.UNKNOWN))
    return _best(asked, model, index.by_owner.get(model.owner, ()), index, kinds)


def _best(
    asked: str, model: Named, served: Iterable[_Alike], index: _Index, kinds: Mapping[str, Kind]
) -> list[Suggestion]:
    """The nearest that may stand in for `model`; older ones only where all are.

    Of general models in place of one for images, those known to take images come first.

    The releases of a rank are looked at only while those that are nearer are too few.
    """
    by_rank: defaultdict[Rank, list[tuple[str, Named]]] = defaultdict(list)
    for each in served:
        by_rank[rank(model, each.model)] += each.served
    newer: list[tuple[str, Named]] = []
    older: list[tuple[str, Named]] = []
    for _, those in sorted(by_rank.items()):
        found = []
        for text, unasked in those:
            other = replace(unasked, kind=kinds[text]) if text in kinds else unasked
            if text != asked and may_stand_in(model, other, index.with_images_like(other)):
                found.append((text, other))
        found.sort(key=lambda pair: (rank_of_release(model, pair[1]), pair[0]))
        for pair in found:
            (older if is_older(model, pair[1]) else newer).append(pair)
        if len(newer) >= _MOST:
            break
    told = [Suggestion(text, reason(model, other)) for text, other in newer or older]
    told.sort(key=lambda suggestion: suggestion.reason == Reason.GENERAL_PERHAPS_IMAGES)
    return told[:_MOST]


def _named(path: str, kind: Kind = Kind.UNKNOWN) -> Named:
    return Named(path.rpartition("/")[0].casefold(), name_of(_name(path)), kind)


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _slips(asked: str, path: str, index: _Index, kinds: Mapping[str, Kind]) -> list[Suggestion]:
    """Ids that one slip of the fingers in an unknown word made `asked` of."""
    model = _named(path, kinds.get(asked, Kind.UNKNOWN))
    if model.kind is not Kind.UNKNOWN or not model.name.by_names:
        return []
    near = process.extract(
        path.casefold(), index.by_path.keys(), scorer=OSA.distance, score_cutoff=1, limit=None
    )
    ids = (each for written, _, _ in near for each in index.by_path[written])
    return _meant(asked, path, ids, index, kinds)


def _nearest(asked: str, path: str, index: _Index, kinds: Mapping[str, Kind]) -> list[Suggestion]:
    """Ids that are a few slips of the fingers away."""
    folded = path.casefold()
    spelt = index.by_path if "/" in path else index.by_name
    near = process.extract(
        folded, spelt.keys(), scorer=OSA.normalized_similarity, score_cutoff=_NEAR, limit=None
    )
    ids = (each for written, _, _ in near for each in spelt[written])
    return _meant(asked, path, ids, index, kinds)


def _meant(
    asked: str, path: str, near: Iterable[str], index: _Index, kinds: Mapping[str, Kind]
) -> list[Suggestion]:
    """Those of `near` that may have been meant: no digit differs, and nothing that is known."""
    model = _named(path, kinds.get(asked, Kind.UNKNOWN))
    digits = _digits(path)
    found = []
    for each in near:
        other = _named(each, kinds.get(each, Kind.UNKNOWN))
        same_digits = _digits(each if "/" in path else _name(each)) == digits
        if (
            each != asked
            and same_digits
            and may_be_meant(model, other, index.with_images_like(other))
        ):
            found.append(Suggestion(each, Reason.NEAREST))
    return found


def _letters(text: str) -> str:
    return re.sub(r"[-_.\s]", "", text.casefold())


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
