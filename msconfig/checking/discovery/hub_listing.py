"""Reading of the hub's list, page by page: it always ends, and reports what is missing.

The hub gives 50 rows a page and nothing beyond row 3000. Its count and its filters are not trusted,
and rows may move from page to page while they are read.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

from msconfig.modelscope.client import PAGE_ROWS, HubQuery, ModelScope
from msconfig.modelscope.facts import HubModel, HubPage, NoAnswer
from msconfig.modelscope.kinds import kind_of

__all__ = ["MOST_ROWS", "FilterWatch", "HubRows", "search"]

MOST_ROWS = 3000
"""The hub's own limit: `page_number` times `page_size` may not be more."""
_FAILURES_UNTIL_ENOUGH = 2
"""Pages in a row without an answer, after which reading stops."""


@dataclass(slots=True)
class HubRows:
    """The result of a search of the hub's list."""

    models: dict[str, HubModel] = field(default_factory=dict)
    """Models that `is_wanted` accepts, by id, in the hub's order."""
    missing: list[str] = field(default_factory=list)
    """What could not be read, a line each."""
    is_read: bool = False
    """Whether a page was answered."""
    beyond: str = ""
    """If the limit of rows cut the list, the rows that were read, e.g. ``3,000 of 43,127``."""


class FilterWatch:
    """Ends all but one of several searches by task if the hub turns out to ignore the task.

    All of them would read the same rows. Safe to share between threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder: HubQuery | None = None

    @property
    def is_ignored(self) -> bool:
        """Whether the task turned out to be ignored."""
        return self._holder is not None

    def goes_on(self, query: HubQuery) -> bool:
        """Whether the search for `query`, which just got rows of other tasks, is to go on."""
        # the first to notice goes on, and only that one
        with self._lock:
            self._holder = self._holder or query
            return self._holder is query


@dataclass(slots=True)
class _Reading:
    """Progress of reading a list."""

    ids: set[str] = field(default_factory=set)
    reached: int = 0
    """Rows so far, duplicates and those of failed pages included."""
    total: int | None = None
    """The hub's count, while the rows do not contradict it."""
    unreadable: int = 0
    failures: int = 0
    """Pages in a row without an answer."""
    has_failed: bool = False

    def take(self, page: HubPage) -> bool:
        """Take a page into account; whether there may be another."""
        self.failures = 0
        self.reached += len(page.models) + page.unreadable
        self.total = page.total if page.total is not None else self.total
        if self.total is not None and self.total < self.reached:
            self.total = None  # fewer than were given, so the count says nothing
        self.unreadable += page.unreadable
        known = len(self.ids)
        self.ids.update(model.id for model in page.models)
        full = len(page.models) + page.unreadable >= page.size
        # a page without a new id ends it: a hub that ignores the page number gives one for ever
        return len(self.ids) > known and (full if self.total is None else not self.is_counted_out)

    def fail(self) -> None:
        """Take a page without an answer into account, like a full one."""
        self.has_failed = True
        self.failures += 1
        self.reached += PAGE_ROWS

    @property
    def is_counted_out(self) -> bool:
        """Whether all rows that the hub counts were given, or failed."""
        return self.total is not None and self.reached >= self.total


def search(
    modelscope: ModelScope,
    query: HubQuery,
    *,
    watch: FilterWatch,
    is_wanted: Callable[[HubModel], bool],
    most_rows: int = MOST_ROWS,
) -> HubRows:
    """Read the list for `query`, as far as the hub gives it and at most `most_rows` rows.

    It ends at the hub's count, at a page that is empty or short (unless the hub counts more), at
    one with only duplicates, where the hub refuses to go on (403), after two pages in a row
    without an answer, and in any case at the last page that the limit allows. A single page
    without an answer is skipped and listed as missing.
    """
    rows = HubRows()
    reading = _Reading()
    for number in range(1, most_rows // PAGE_ROWS + 1):
        page = modelscope.hub_models(query, number, modelscope.deadline())
        if isinstance(page, NoAnswer):
            reading.fail()
            enough = reading.failures == _FAILURES_UNTIL_ENOUGH
            if enough:
                rows.missing.pop()  # the line about the page before, which the next one includes
            if enough or page.status == HTTPStatus.FORBIDDEN:
                first = number - reading.failures + 1
                rows.missing.append(f"from page {first} on: {page.message}")
                break
            rows.missing.append(f"page {number}: {page.message}")
            if reading.is_counted_out:
                break
            continue
        rows.is_read = True
        if _is_of_other_tasks(page, query) and not watch.goes_on(query):
            return rows
        may_go_on = reading.take(page)
        for model in page.models:
            if is_wanted(model):
                rows.models.setdefault(model.id, model)
        if not may_go_on:
            break
    else:
        of = f" of {reading.total:,}" if reading.total is not None else ""
        rows.beyond = f"{reading.reached:,}{of}"
    rows.missing += _gaps(reading, is_cut=bool(rows.beyond))
    return rows


def _gaps(reading: _Reading, *, is_cut: bool) -> list[str]:
    """Missing rows, as far as the rows themselves show it."""
    total = reading.total
    gaps = []
    if reading.unreadable:
        rows = "a row" if reading.unreadable == 1 else f"{reading.unreadable} rows"
        gaps.append(f"{rows} cannot be read")
    given = len(reading.ids) + reading.unreadable
    if total is not None and given < total and not (is_cut or reading.has_failed):
        gaps.append(f"the hub counts {total:,} models and gave {given:,}")
    return gaps


def _is_of_other_tasks(page: HubPage, query: HubQuery) -> bool:
    """Whether most rows are of other tasks and kinds than `query`; a model may have several."""
    kind = kind_of([query.task])
    others = [
        model
        for model in page.models
        if query.task not in model.tasks
        and all(kind_of([each]) is not kind for each in model.tasks)
    ]
    return 2 * len(others) > len(page.models)
