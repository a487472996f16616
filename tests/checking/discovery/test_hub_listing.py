"""A hub that does not keep to its own rules: nothing twice, an end, and what is missing is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from msconfig.checking.discovery.discover import Discovery, DiscoveryRequest, discover
from msconfig.mock.messages import Request, Response
from msconfig.modelscope.client import ModelScope
from msconfig.modelscope.kinds import Kind
from support import Connect, Serve, mock_of

RERANK = "text-ranking"
"""The one task of its kind, so one list is read."""
SIZE = 50
Row = object


def rows(count: int, task: str = RERANK, first: int = 0) -> list[dict[str, Any]]:
    return [
        {"id": f"owner/m{number:04}", "tasks": [task]} for number in range(first, first + count)
    ]


def ids(count: int, first: int = 0) -> list[str]:
    return [row["id"] for row in rows(count, first=first)]


@dataclass
class Hub:
    """Lists `rows`; every model is served. What it was asked for stands in `pages`."""

    rows: Sequence[Row]
    total: object = None
    """None: the true count."""
    pages: list[int] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)

    def __call__(self, request: Request) -> Response:
        if request.path == "/openapi/v1/models":
            number = int(request.parameter("page_number"))
            self.pages.append(number)
            self.tasks.append(request.parameter("filter.task"))
            return self.page(number)
        if request.path.endswith("list_model_providers"):
            data = {"Providers": [{"Name": "ModelScope"}], "TotalCount": 1}
            return Response.of_json(200, {"Code": 200, "Data": data, "Success": True})
        return mock_of(catalogue=("Qwen/Alive",))(request)

    def page(self, number: int) -> Response:
        """A page as it should be."""
        return self.listing(self.rows[(number - 1) * SIZE : number * SIZE])

    def listing(self, shown: Sequence[Row]) -> Response:
        total = len(self.rows) if self.total is None else self.total
        data = {"models": list(shown), "total_count": total, "page_size": SIZE}
        return Response.of_json(200, {"success": True, "data": data})


class Repeating(Hub):
    """Gives its first page for every page."""

    def page(self, number: int) -> Response:
        return super().page(min(number, 1))


class Endless(Hub):
    """Has another full page, always."""

    def page(self, number: int) -> Response:
        return self.listing(rows(SIZE, first=number * SIZE))


class Shifting(Hub):
    """Rows move down a place while they are read, so that each page begins with a known row."""

    def page(self, number: int) -> Response:
        start = (number - 1) * (SIZE - 1)
        return self.listing(self.rows[start : start + SIZE])


@dataclass
class Refusing(Hub):
    """Answers some pages with an error."""

    refused: frozenset[int] = frozenset()
    status: int = 503

    def page(self, number: int) -> Response:
        return Response(self.status, b"{}") if number in self.refused else super().page(number)


class Thrifty(Hub):
    """Gives ten rows a page, and says so."""

    def page(self, number: int) -> Response:
        shown = self.rows[(number - 1) * 10 : number * 10]
        data = {"models": shown, "total_count": len(self.rows), "page_size": 10}
        return Response.of_json(200, {"success": True, "data": data})


class CountingOnce(Hub):
    """Counts its rows on the first page only."""

    def page(self, number: int) -> Response:
        self.total = None if number == 1 else "not again"
        return super().page(number)


class Filtering(Hub):
    """Lists rerank models, and nothing where another task is asked for."""

    def __call__(self, request: Request) -> Response:
        others = request.path == "/openapi/v1/models" and RERANK not in request.query
        return self.listing([]) if others else super().__call__(request)

    def listing(self, shown: Sequence[Row]) -> Response:
        return super().listing(shown) if shown else Hub([]).page(1)


Find = Callable[..., Discovery]


@pytest.fixture
def find(serve: Serve, connect: Connect) -> Find:
    """Discover rerank models, or what else is asked for, without waiting."""

    def find_it(hub: Hub, **request: Any) -> Discovery:  # noqa: ANN401 - as the request takes it
        hub.pages.clear()  # a parameter is the same object when a test is run again
        hub.tasks.clear()
        # a minute: without another try, a machine that is busy for ten seconds would be a gap
        modelscope = ModelScope(serve(hub).endpoints, connect(retries=0, timeout=60))
        asked: dict[str, Any] = {"kinds": frozenset({Kind.RERANK}), **request}
        return discover(modelscope, DiscoveryRequest(**asked))

    return find_it


MIXED = [*rows(3), None, 5, "owner/x", {"id": 7}, {"id": "no-owner"}, {"id": "a/b", "tasks": 5}]


@pytest.mark.parametrize(
    ("hub", "found", "pages", "missing"),
    [
        pytest.param(Hub([]), 0, 1, (), id="nothing there"),
        pytest.param(Hub(rows(20)), 20, 1, (), id="one short page"),
        pytest.param(Hub(rows(100)), 100, 2, (), id="full pages that end at the count"),
        pytest.param(Hub(rows(120)), 120, 3, (), id="a short last page"),
        pytest.param(Hub(rows(120), "many"), 120, 3, (), id="a count that is none"),
        pytest.param(Hub(rows(100), "many"), 100, 3, (), id="no count, and full pages"),
        pytest.param(Hub(rows(120), 60), 120, 3, (), id="a count below what is given"),
        pytest.param(CountingOnce(rows(100)), 100, 2, (), id="a count on the first page only"),
        pytest.param(
            Hub(rows(120), 900),
            120,
            4,
            (f"{RERANK}: the hub counts 900 models and gave 120",),
            id="a count beyond the last page",
        ),
        pytest.param(Thrifty(rows(35)), 35, 4, (), id="smaller pages than asked for"),
        pytest.param(
            Repeating(rows(120)),
            50,
            2,
            (f"{RERANK}: the hub counts 120 models and gave 50",),
            id="the same page again and again",
        ),
        pytest.param(
            Shifting(rows(120)),
            120,
            3,
            (),
            id="rows that move",
        ),
        pytest.param(
            Hub([*rows(40), *rows(40)]),
            40,
            2,
            (f"{RERANK}: the hub counts 80 models and gave 40",),
            id="doubled rows",
        ),
        pytest.param(
            Refusing(rows(140), refused=frozenset({2})),
            90,
            3,
            (f"{RERANK}: page 2: HTTP 503",),
            id="a page is missing",
        ),
        pytest.param(
            Refusing(rows(140), refused=frozenset({3})),
            100,
            3,
            (f"{RERANK}: page 3: HTTP 503",),
            id="the last page is missing",
        ),
        pytest.param(
            Refusing(rows(500), refused=frozenset(range(4, 99))),
            150,
            5,
            (f"{RERANK}: from page 4 on: HTTP 503",),
            id="an outage on the way",
        ),
        pytest.param(
            Refusing(rows(500), refused=frozenset(range(3, 99)), status=403),
            100,
            3,
            (f"{RERANK}: from page 3 on: HTTP 403",),
            id="a limit before the known one",
        ),
        pytest.param(
            Refusing(rows(500), refused=frozenset(range(99)), status=400),
            0,
            2,
            (f"{RERANK}: from page 1 on: HTTP 400",),
            id="no list at all",
        ),
        pytest.param(
            Hub(MIXED), 3, 1, (f"{RERANK}: 5 rows cannot be read",), id="rows of wrong types"
        ),
        pytest.param(
            Hub([*rows(49), None, *rows(10, first=49)], "many"),
            59,
            2,
            (f"{RERANK}: a row cannot be read",),
            id="a full page with a row of a wrong type",
        ),
        pytest.param(
            Hub([*rows(49), None, *rows(10, first=49), None]),
            59,
            2,
            (f"{RERANK}: 2 rows cannot be read",),
            id="rows of wrong types on two pages",
        ),
        pytest.param(
            Hub([None] * 60),
            0,
            1,
            (
                f"{RERANK}: 50 rows cannot be read",
                f"{RERANK}: the hub counts 60 models and gave 50",
            ),
            id="nothing but rows of wrong types",
        ),
    ],
)
def test_a_list_has_an_end_and_what_is_missing_is_told(
    find: Find, hub: Hub, found: int, pages: int, missing: tuple[str, ...]
) -> None:
    result = find(hub)
    seen = [model.id for model in result.models]
    assert result.missing == missing
    assert len(seen) == len(set(seen)) == found
    assert hub.pages == list(range(1, pages + 1))
    assert result.complete is (not missing)


@pytest.mark.parametrize(
    ("hub", "told"),
    [
        pytest.param(Endless([], 43127), "3,000 of 43,127", id="more than can be paged"),
        pytest.param(Endless([], "many"), "3,000", id="nobody counts"),
    ],
)
def test_no_page_beyond_the_hubs_limit_is_asked_for(
    find: Find, hub: Hub, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # to look 3,000 models up takes long, and is not what this is about
    monkeypatch.setattr(
        DiscoveryRequest, "matches_id", lambda _self, model_id: model_id.name == "m0050"
    )
    result = find(hub)
    assert [model.id for model in result.models] == ["owner/m0050"]
    assert hub.pages == list(range(1, 61))
    (line,) = result.missing
    assert line.startswith(f"{RERANK}: only {told} models were read")


def test_a_list_of_exactly_the_limit_is_complete(
    find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        DiscoveryRequest, "matches_id", lambda _self, model_id: model_id.name == "m2999"
    )
    hub = Hub(rows(3000))
    result = find(hub)
    assert ([model.id for model in result.models], result.missing) == (["owner/m2999"], ())
    assert len(hub.pages) == 60


MANY_KINDS = [*rows(60, "text-generation"), *rows(60, first=60), *rows(5, "text-to-speech", 200)]


def test_a_hub_that_ignores_the_task_is_read_once_and_its_rows_are_sorted_out(find: Find) -> None:
    hub = Hub(MANY_KINDS)
    result = find(hub, kinds=frozenset({Kind.RERANK, Kind.AUDIO, Kind.VIDEO}))
    assert sorted(model.id for model in result.models) == [*ids(60, 60), *ids(5, 200)]
    assert {model.kind for model in result.models} == {Kind.RERANK, Kind.AUDIO}
    assert result.complete
    assert "ignores the filter by task" in result.notes[0]
    # each list is begun, and one is read to its end
    assert sorted(hub.pages) == [*([1] * len(set(hub.tasks))), 2, 3]


def test_text_and_owner_are_applied_to_what_the_hub_gives(find: Find) -> None:
    result = find(Hub(rows(60)), text="M0007", owner="OWNER")
    assert [model.id for model in result.models] == ["owner/m0007"]
    assert find(Hub(rows(60)), owner="other").models == ()


def test_with_nothing_asked_for_only_the_top_of_each_list_is_looked_at(find: Find) -> None:
    hub = Filtering(rows(5000))
    result = find(hub, kinds=frozenset())
    assert hub.pages == [1, 2]
    assert len(result.models) == 101
    assert result.complete
    assert any("only the 100 most downloaded" in note for note in result.notes)


def test_when_the_glance_falls_on_a_hub_that_ignores_the_task_that_counts_as_missing(
    find: Find,
) -> None:
    result = find(Hub(rows(5000, "text-generation")), kinds=frozenset())
    assert not result.complete
    assert "100 of 5,000" in result.missing[0]
    assert result.missing[0].startswith("the hub's list: ")


@pytest.mark.parametrize(
    ("own", "others", "task", "is_ignored"),
    [
        (2, 3, "text-generation", True),
        (2, 2, "text-generation", False),
        (3, 2, "text-generation", False),
        (1, 3, "text-to-image", False),
    ],
    ids=["most of another kind", "half", "less than half", "most of another task of the kind"],
)
def test_the_hub_ignores_the_task_if_most_rows_are_of_other_kinds(
    find: Find, own: int, others: int, task: str, is_ignored: bool
) -> None:
    searched = "text-to-image-synthesis"
    listed = [*rows(own, searched), *rows(others, task, own)]
    result = find(Hub(listed), kinds=frozenset({Kind.IMAGE_GENERATION}))
    assert any("ignores the filter" in note for note in result.notes) is is_ignored


def test_a_row_with_several_tasks_is_none_of_another_kind(find: Find) -> None:
    both: list[Row] = [{"id": f"a/m{n}", "tasks": [RERANK, "text-generation"]} for n in range(3)]
    result = find(Hub(both))
    assert len(result.models) == 3
    assert result.notes == ()


def test_hostile_words_of_the_hub_are_told_on_one_line(find: Find) -> None:
    class Hostile(Hub):
        def page(self, number: int) -> Response:
            body = {"code": "X", "message": f"\x1b[31m\n::error::{number}" + "x" * 500}
            return Response(403, json.dumps(body).encode())

    (line,) = find(Hostile([])).missing
    assert line.isprintable()
    assert len(line) < 300
