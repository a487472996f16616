"""Search for served models: each confirmed, with details from the hub."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeGuard

from msconfig.checking.concurrency import in_parallel
from msconfig.checking.discovery.hub_listing import MOST_ROWS, FilterWatch, HubRows, search
from msconfig.checking.discovery.request import DiscoveryRequest
from msconfig.checking.discovery.results import Discovery, FoundModel, Sort, in_order
from msconfig.checking.gathering import Progress, no_progress
from msconfig.checking.report import Outcome
from msconfig.checking.verdict import (
    CatalogueFact,
    HubFact,
    LookUpFact,
    ModelFacts,
    judge,
    kind_told,
    leaves_kind_open,
    notes_on,
)
from msconfig.model_ids import ModelId
from msconfig.modelscope.client import HubQuery, ModelScope
from msconfig.modelscope.facts import Catalogue, HubModel, NoAnswer, Origin, Providers
from msconfig.modelscope.kinds import Kind

__all__ = ["Discovery", "DiscoveryRequest", "FoundModel", "Sort", "discover", "in_order"]

_GLANCE_ROWS = 100
"""Rows of each task that are read where nothing narrows the search."""
_LOOK_UPS_UNTIL_SILENT = 20
"""If none of so many look-ups is answered, the others are not made: the look-up is down."""
_EXAMPLES = 2
"""Ids that a line about many of them names."""


def discover(
    modelscope: ModelScope, request: DiscoveryRequest, progress: Progress = no_progress
) -> Discovery:
    """Find models, and judge each as a check would.

    Candidates come from the catalogue; for kinds that it does not list, from the hub's list by
    task. No token is sent and no quota is spent. Requests: one for the catalogue; one for each
    listed id that matches text and owner, and a second if its kind matches; for the other kinds a
    page for every 50 rows of each of their 10 tasks, at most 60 pages, and a look-up for each row
    that matches. A request without text, owner and kinds reads only the 100 most downloaded rows
    of each of these tasks. With `include_unserved` 6 more tasks are read, those of the kinds that
    the catalogue lists.
    """
    progress(0, 0)
    finding = _Finding(modelscope, request, modelscope.catalogue())
    _run(finding.searches(), request.concurrency, lambda _done: progress(0, 0))
    work = finding.confirmations()
    progress(0, len(work))
    _run(work, request.concurrency, lambda done: progress(done, len(work)))
    return finding.outcome()


def _run(
    work: list[Callable[[], None]],
    concurrency: int,
    tick: Callable[[int], None] = lambda _: None,
) -> None:
    with closing(in_parallel(work, concurrency)) as ticks:
        for done, _ in enumerate(ticks, start=1):
            tick(done)


@dataclass(slots=True)
class _Finding:
    """The state of a search, shared by its threads."""

    modelscope: ModelScope
    request: DiscoveryRequest
    catalogue: CatalogueFact
    watch: FilterWatch = field(default_factory=FilterWatch)
    lists: dict[HubQuery, HubRows] = field(default_factory=dict)
    facts: dict[ModelId, ModelFacts] = field(default_factory=dict)
    """Of the models that match."""
    look_ups: list[LookUpFact] = field(default_factory=list)
    """In the order of their arrival."""
    kindless: dict[ModelId, HubFact] = field(default_factory=dict)
    """The hub's replies about listed models that match but for their kind, which is unknown."""

    @property
    def listed(self) -> tuple[str, ...]:
        return self.catalogue.ids if isinstance(self.catalogue, Catalogue) else ()

    def searches(self) -> list[Callable[[], None]]:
        """Tasks that read the hub's lists."""
        # the hub's filter may mind letter case, and the catalogue spells owners as the hub does
        owner = self.request.owner or ""
        owners = {each.partition("/")[0] for each in self.listed}
        spelt = next(
            (each for each in sorted(owners) if each.casefold() == owner.casefold()), owner
        )
        self.lists = {query: HubRows() for query in self.request.queries(spelt)}
        return [partial(self._read_list, query) for query in self.lists]

    def _read_list(self, query: HubQuery) -> None:
        self.lists[query] = search(
            self.modelscope,
            query,
            watch=self.watch,
            is_wanted=lambda model: (
                self.request.matches_id(_parsed(model)) and self.request.matches_kind(model.kind)
            ),
            most_rows=_GLANCE_ROWS if self.request.is_open else MOST_ROWS,
        )

    def confirmations(self) -> list[Callable[[], None]]:
        """Tasks that confirm each model that may match, as far as that is known yet."""
        known = {id_: model for rows in self.lists.values() for id_, model in rows.models.items()}
        listed = [ModelId.parse(text) for text in self.listed if text not in known]
        return [
            *(
                partial(self._confirm, each, None)
                for each in listed
                if each and self._matches(each)
            ),
            *(partial(self._confirm, _parsed(model), model) for model in known.values()),
        ]

    def _matches(self, model_id: ModelId) -> bool:
        return model_id.provider is None and self.request.matches_id(model_id)

    def _confirm(self, model_id: ModelId, hub: HubModel | None) -> None:
        deadline = self.modelscope.deadline()
        fact = hub or self.modelscope.hub_model(model_id.path, deadline)
        older = None
        if leaves_kind_open(fact):
            older = self.modelscope.older_hub_model(model_id.path, deadline)
        kind = kind_told(fact, older)
        if self.request.matches_kind(kind):
            look_up = self._silence() or self.modelscope.list_model_providers(
                model_id.path, deadline, retry_server_error=isinstance(fact, HubModel)
            )
            self.look_ups.append(look_up)
            self.facts[model_id] = ModelFacts(
                look_up, fact, older, self.modelscope.recorded_call(model_id.path)
            )
        elif kind is Kind.UNKNOWN:
            self.kindless[model_id] = fact

    def _silence(self) -> NoAnswer | None:
        """The look-up's failure, to be used for further models once many failed; else None.

        The first ones alone decide, so that one slow start does not hide an outage, nor the other
        way round. A model that the snapshot lacks is no failure, as another may be recorded.
        """
        if len(self.look_ups) < _LOOK_UPS_UNTIL_SILENT:
            return None
        silent = [each for each in self.look_ups[:_LOOK_UPS_UNTIL_SILENT] if _is_silent(each)]
        return silent[-1] if len(silent) == _LOOK_UPS_UNTIL_SILENT else None

    def outcome(self) -> Discovery:
        """The result, from everything that was read."""
        gaps = _Gaps()
        gaps.notes += notes_on(self.catalogue)
        if isinstance(self.catalogue, NoAnswer):
            gaps.missing.append(f"the catalogue: {self.catalogue.message}")
        self._add_gaps_of_lists(gaps)
        found = []
        for model_id, facts in sorted(self.facts.items(), key=lambda item: item[0].path):
            verdict = judge(model_id, self.catalogue, facts)
            is_served = _IS_SERVED[verdict.status.outcome]
            if is_served or self.request.include_unserved:
                found.append(_found(model_id, facts, is_served=is_served))
            if is_served is None and not self._lacks_only_catalogue(facts):
                # a call that was recorded as refused is an answer, not a gap
                gaps.add(model_id, verdict.reason, is_failure=facts.call is None)
            elif is_served and isinstance(facts.hub, NoAnswer):
                gaps.add(
                    model_id,
                    f"no details from the hub: {facts.hub.message}",
                    is_failure=not facts.hub.is_unrecorded,
                )
        for model_id, fact in sorted(self.kindless.items(), key=lambda item: item[0].path):
            why = fact.message if isinstance(fact, NoAnswer) else "the hub has no known task for it"
            is_failure = isinstance(fact, NoAnswer) and not fact.is_unrecorded
            gaps.add(model_id, f"listed, of unknown kind: {why}", is_failure=is_failure)
        obstacles = self.modelscope.obstacles
        gaps.notes += obstacles
        is_read = isinstance(self.catalogue, Catalogue) or any(
            rows.is_read for rows in self.lists.values()
        )
        discovery = gaps.discovery(in_order(found, Sort.DOWNLOADS))
        return replace(discovery, obstacles=obstacles, is_unread=not is_read)

    def _lacks_only_catalogue(self, facts: ModelFacts) -> bool:
        """Whether only the catalogue is missing, about which there is one line for all models."""
        return isinstance(self.catalogue, NoAnswer) and isinstance(facts.look_up, Providers)

    def _add_gaps_of_lists(self, gaps: _Gaps) -> None:
        ignored = self.watch.is_ignored
        if ignored:
            gaps.notes.append("the hub ignores the filter by task, so all kinds were read")
        glance = self.request.is_open and not ignored
        for query, rows in self.lists.items():
            name = "the hub's list" if ignored else query.task
            gaps.missing += [f"{name}: {line}" for line in rows.missing]
            if rows.beyond and not glance:
                gaps.missing.append(
                    f"{name}: only {rows.beyond} models were read;"
                    " a text or an owner narrows the search"
                )
        if glance and any(rows.beyond for rows in self.lists.values()):
            gaps.notes.append(
                f"of each task in the hub's list only the {_GLANCE_ROWS} most downloaded models"
                " were read; search by text, owner or kind to read all"
            )


@dataclass(slots=True)
class _Gaps:
    """Gaps of a search, and notes; models with the same message share a line."""

    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    failures: dict[str, list[str]] = field(default_factory=dict)
    remarks: dict[str, list[str]] = field(default_factory=dict)

    def add(self, model_id: ModelId, words: str, *, is_failure: bool) -> None:
        """Add the message `words` about one model."""
        (self.failures if is_failure else self.remarks).setdefault(words, []).append(model_id.path)

    def discovery(self, models: tuple[FoundModel, ...]) -> Discovery:
        """The result: `models`, and all messages that were added."""
        return Discovery(
            models,
            (*self.missing, *_lines(self.failures)),
            (*self.notes, *_lines(self.remarks)),
        )


def _lines(ids_by_words: Mapping[str, list[str]]) -> list[str]:
    lines = []
    for words, ids in ids_by_words.items():
        more = f" and {len(ids) - _EXAMPLES} more" if len(ids) > _EXAMPLES else ""
        lines.append(f"{', '.join(ids[:_EXAMPLES])}{more}: {words}")
    return lines


_IS_SERVED = {Outcome.PASS: True, Outcome.FAIL: False, Outcome.UNKNOWN: None}


def _found(model_id: ModelId, facts: ModelFacts, *, is_served: bool | None) -> FoundModel:
    hub = facts.hub if isinstance(facts.hub, HubModel) else None
    look_up = facts.look_up
    own = look_up.modelscope if isinstance(look_up, Providers) else None
    is_read = look_up.source.origin is not Origin.DERIVED
    return FoundModel(
        model_id.path,
        facts.kind,
        is_served,
        downloads=hub.downloads if hub else None,
        likes=hub.likes if hub else None,
        last_modified=hub.last_modified if hub else None,
        license=hub.license if hub else None,
        magicubes=own.magicubes if own and is_read else None,
    )


def _is_silent(fact: LookUpFact) -> TypeGuard[NoAnswer]:
    return isinstance(fact, NoAnswer) and not fact.is_unrecorded


def _parsed(model: HubModel) -> ModelId:
    """The id of a row, which is well-formed: `hub_page` drops other rows."""
    owner, _, name = model.id.partition("/")
    return ModelId(owner, name)
