"""What is found, and how it is confirmed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from msconfig.checking.discovery.discover import Discovery, DiscoveryRequest, discover
from msconfig.checking.discovery.results import FoundModel, Sort, in_order
from msconfig.mock.messages import Request, Response
from msconfig.mock.offline import OfflineClient
from msconfig.mock.snapshot import RecordedHub, RecordedLookUp, RecordedModel
from msconfig.modelscope.client import ModelScope
from msconfig.modelscope.kinds import Kind, kind_of
from msconfig.modelscope.sites import Endpoints, Site
from support import ALIVE, DEAD, Connect, Handler, Serve, instead, mock_of, served_by

Discover = Callable[..., Discovery]
OURS = served_by("ModelScope")


def recorded(task: str, look_up: RecordedLookUp | None = OURS) -> RecordedModel:
    """A model of one task, served by ModelScope unless told otherwise."""
    return RecordedModel(look_up, RecordedHub(True, (task,)))


MODELS = {
    "Qwen/Sees": recorded("image-text-to-text"),
    "Qwen/Draws": recorded("text-to-image-synthesis"),
    "other/Draws-not": recorded("text-to-image-synthesis", served_by("DashScope")),
    "other/Embeds": recorded("sentence-embedding"),
    "other/Chats-unlisted": ALIVE,
    "other/Dead": DEAD,
}
LISTED = ("Qwen/Alive", "Qwen/Sees")


@pytest.fixture
def find(serve: Serve, connect: Connect) -> Discover:
    """Discover at a handler, without waiting."""

    def find_it(
        handler: Handler,
        **request: Any,  # noqa: ANN401 - as the request takes it
    ) -> Discovery:
        modelscope = ModelScope(serve(handler).endpoints, connect(retries=0))
        return discover(modelscope, DiscoveryRequest(**request))

    return find_it


def ids(found: Discovery) -> list[str]:
    return [model.id for model in found.models]


def kinds(*each: Kind) -> frozenset[Kind]:
    return frozenset(each)


@pytest.mark.parametrize(
    ("request_", "found"),
    [
        pytest.param({}, ["other/Embeds", "Qwen/Alive", "Qwen/Draws", "Qwen/Sees"], id="all"),
        pytest.param({"kinds": kinds(Kind.VISION)}, ["Qwen/Sees"], id="a listed kind"),
        pytest.param({"kinds": kinds(Kind.IMAGE_GENERATION)}, ["Qwen/Draws"], id="an unlisted one"),
        pytest.param(
            {"kinds": kinds(Kind.CHAT, Kind.EMBEDDING)},
            ["other/Embeds", "Qwen/Alive"],
            id="two kinds",
        ),
        pytest.param({"owner": "QWEN"}, ["Qwen/Alive", "Qwen/Draws", "Qwen/Sees"], id="owner"),
        pytest.param({"text": "DRAW"}, ["Qwen/Draws"], id="text"),
        pytest.param({"text": "draws qwen"}, ["Qwen/Draws"], id="two words"),
        pytest.param({"text": "qwen/dr"}, ["Qwen/Draws"], id="owner and name in the text"),
        pytest.param({"text": "nothing"}, [], id="nothing"),
    ],
)
def test_what_fits_and_is_served_is_found(
    find: Discover, request_: dict[str, Any], found: Iterable[str]
) -> None:
    result = find(mock_of(MODELS, LISTED), **request_)
    assert (ids(result), result.complete) == (found, True)
    assert all(model.is_served for model in result.models)


def test_what_is_not_served_is_found_when_it_is_asked_for(find: Discover) -> None:
    result = find(mock_of(MODELS, LISTED), owner="other", include_unserved=True)
    assert {model.id: model.is_served for model in result.models} == {
        "other/Draws-not": False,
        "other/Embeds": True,
        "other/Chats-unlisted": True,
        "other/Dead": False,
    }


def test_a_catalogue_that_cannot_be_read_is_told_and_the_rest_is_found(find: Discover) -> None:
    outage = {"/v1/models": Response(503, b"")}
    result = find(instead(outage, mock_of(MODELS, LISTED)))
    assert ids(result) == ["other/Embeds", "Qwen/Draws"]
    assert result.missing == ("the catalogue: HTTP 503",)


class Counting:
    """Counts the requests to each path, and answers as `handler`."""

    def __init__(self, handler: Handler) -> None:
        self.counts: Counter[str] = Counter()
        self._handler = handler

    def __call__(self, request: Request) -> Response:
        route = "hub" if request.path.startswith("/openapi/v1/models/") else request.path
        self.counts[route] += 1
        return self._handler(request)


@pytest.mark.parametrize(
    ("request_", "lists", "hub", "look_ups"),
    [
        pytest.param({"kinds": kinds(Kind.CHAT)}, 0, 2, 1, id="a listed kind: no list"),
        pytest.param({"kinds": kinds(Kind.IMAGE_EDIT), "text": "draws"}, 1, 0, 0, id="text"),
        pytest.param({"kinds": kinds(Kind.RERANK)}, 1, 2, 0, id="no look-up of other kinds"),
        pytest.param({}, 10, 2, 5, id="everything"),
    ],
)
def test_no_more_is_asked_than_it_takes(
    find: Discover, request_: dict[str, Any], lists: int, hub: int, look_ups: int
) -> None:
    counting = Counting(mock_of(MODELS, LISTED))
    find(counting, **request_)
    assert counting.counts == Counter(
        {
            "/v1/models": 1,
            "/openapi/v1/models": lists,
            "hub": hub,
            "/api/v1/inference/list_model_providers": look_ups,
        }
    )


def test_a_listed_model_without_a_task_has_the_kind_that_the_older_api_tells(
    find: Discover,
) -> None:
    data = {"Tasks": [], "SupportInference": "txt2img"}
    older = Response.of_json(200, {"Code": 200, "Data": data, "Success": True})
    models = {**MODELS, "Qwen/Untold": RecordedModel(OURS, RecordedHub(True, ()))}
    handler = instead(
        {"/api/v1/models/Qwen/Untold": older}, mock_of(models, (*LISTED, "Qwen/Untold"))
    )
    found = find(handler, kinds=frozenset({Kind.IMAGE_GENERATION}))
    assert {model.id: model.kind for model in found.models} == {
        "Qwen/Draws": Kind.IMAGE_GENERATION,
        "Qwen/Untold": Kind.IMAGE_GENERATION,
    }
    assert not found.missing


def test_look_ups_that_nobody_answers_are_not_made_for_thousands(find: Discover) -> None:
    many = {f"owner/m{number}": recorded("text-ranking") for number in range(50)}
    outage = {"/api/v1/inference/": Response(500, b"{}")}
    counting = Counting(instead(outage, mock_of(many, LISTED)))
    result = find(counting, kinds=kinds(Kind.RERANK), include_unserved=True, concurrency=1)
    assert counting.counts["/api/v1/inference/list_model_providers"] == 20
    assert {model.is_served for model in result.models} == {None}
    assert result.missing == (
        "owner/m0, owner/m1 and 48 more: no answer from the look-up: HTTP 500",
    )


def test_the_look_up_is_down_with_the_latest_of_its_failures(find: Discover) -> None:
    many = {f"owner/m{number}": recorded("text-ranking") for number in range(30)}
    statuses = iter([500] * 19 + [503] * 99)
    answer = mock_of(many, LISTED)

    def handler(request: Request) -> Response:
        if request.path.endswith("list_model_providers"):
            return Response(next(statuses), b"{}")
        return answer(request)

    result = find(handler, kinds=kinds(Kind.RERANK), concurrency=1)
    counts = {line.rpartition(": ")[2]: line for line in result.missing}
    assert set(counts) == {"HTTP 500", "HTTP 503"}
    assert "and 17 more" in counts["HTTP 500"]
    assert "and 9 more" in counts["HTTP 503"]


def test_look_ups_that_were_not_recorded_hide_none_that_was() -> None:
    unrecorded = {f"owner/m{number}": recorded("text-ranking", None) for number in range(50)}
    handler = mock_of({**unrecorded, "owner/served": recorded("text-ranking")}, LISTED)
    offline = ModelScope(Endpoints.of(Site.CN), OfflineClient(handler))
    result = discover(offline, DiscoveryRequest(kinds=kinds(Kind.RERANK), concurrency=1))
    assert ids(result) == ["owner/served"]


def test_the_owner_is_asked_for_as_the_catalogue_spells_it(find: Discover) -> None:
    asked: list[str] = []
    answer = mock_of(MODELS, LISTED)

    def handler(request: Request) -> Response:
        if request.path == "/openapi/v1/models":
            asked.append(request.parameter("owner"))
        return answer(request)

    assert ids(find(handler, owner="qwen", kinds=kinds(Kind.IMAGE_GENERATION))) == ["Qwen/Draws"]
    assert set(asked) == {"Qwen"}


def test_an_id_of_the_catalogue_that_is_none_is_passed_over(find: Discover) -> None:
    listed = ("Qwen/Alive", "no-owner", "a/b:DashScope", "\x1b/x")
    assert ids(find(mock_of(MODELS, listed), kinds=kinds(Kind.CHAT))) == ["Qwen/Alive"]


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.UNKNOWN])
def test_each_task_that_is_searched_for_is_of_its_kind(kind: Kind) -> None:
    queries = DiscoveryRequest(kinds=kinds(kind), include_unserved=True).queries("")
    assert queries
    assert {kind_of([query.task]) for query in queries} == {kind}


def test_no_search_can_find_an_unknown_kind() -> None:
    request = DiscoveryRequest(kinds=kinds(Kind.UNKNOWN), include_unserved=True)
    assert request.queries("") == ()


@given(
    st.lists(
        st.builds(
            FoundModel,
            st.sampled_from(["a/x", "a/X", "b/y", "B/z"]),
            st.sampled_from(Kind),
            st.none() | st.booleans(),
            downloads=st.none() | st.integers(0, 9),
            likes=st.none() | st.integers(0, 9),
            last_modified=st.none() | st.datetimes(timezones=st.just(UTC)),
        )
    ),
    st.sampled_from(Sort),
)
@example(
    [
        FoundModel("a/none", Kind.CHAT, True, downloads=0),
        FoundModel("b/one", Kind.CHAT, True, downloads=1),
    ],
    Sort.DOWNLOADS,
)
def test_an_order_loses_nothing_and_puts_the_unknown_last(
    models: list[FoundModel], sort: Sort
) -> None:
    ordered = in_order(models, sort)
    assert Counter(ordered) == Counter(models)
    by_sort: dict[Sort, list[Any]] = {
        Sort.DOWNLOADS: [model.downloads for model in ordered],
        Sort.LIKES: [model.likes for model in ordered],
        Sort.UPDATED: [model.last_modified for model in ordered],
        Sort.NAME: [None for _ in ordered],
    }
    values = by_sort[sort]
    known = [value for value in values if value is not None]
    assert values == [*sorted(known, reverse=True), *([None] * (len(values) - len(known)))]
    if sort is Sort.NAME:
        assert [m.id.casefold() for m in ordered] == sorted(m.id.casefold() for m in models)


def test_entries_of_the_catalogue_that_are_no_ids_are_not_found_but_counted(find: Discover) -> None:
    rows = [{"id": each} for each in ("Qwen/Alive", "Qwen/Alive --force", "Qwen/A\x1b[31m")]
    listed = Response.of_json(200, {"object": "list", "data": rows})
    found = find(instead({"/v1/models": listed}, mock_of()), kinds=kinds(Kind.CHAT))
    assert ids(found) == ["Qwen/Alive"]
    assert found.notes[0] == "left out of the catalogue: 2 entries without the form of a model id"


def test_progress_has_no_total_until_the_models_to_confirm_are_known(
    serve: Serve, connect: Connect
) -> None:
    models = {f"owner/m{number}": recorded("text-ranking") for number in range(3)}
    modelscope = ModelScope(serve(mock_of(models, LISTED)).endpoints, connect())
    reported: list[tuple[int, int]] = []
    request = DiscoveryRequest(kinds=kinds(Kind.RERANK), text="owner")
    discover(modelscope, request, lambda done, total: reported.append((done, total)))
    # the catalogue, the one list, and the models
    assert reported == [(0, 0), (0, 0), (0, 3), (1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("", ""),
        ("  ", ""),
        ("embed", "embed"),
        ("zz longest yyy", "longest"),
        ("ow/longest yyy", "longest"),
        ("longowner/nm", "longowner"),
    ],
)
def test_only_the_longest_word_of_the_text_is_sent(text: str, sent: str) -> None:
    queries = DiscoveryRequest(text=text).queries("Qwen")
    assert {(query.search, query.owner) for query in queries} == {(sent, "Qwen")}


UNREAD_HUB = {
    "/openapi/v1/models/Qwen/": Response(503, b""),
    "/api/v1/models/Qwen/": Response(503, b""),
}
NO_LIST = {"/openapi/v1/models?": Response(503, b"")}
NO_CATALOGUE = {"/v1/models": Response(503, b"")}


@pytest.mark.parametrize(
    ("listed", "missing"),
    [
        (("Qwen/A",), "Qwen/A: listed, of unknown kind: HTTP 503"),
        (("Qwen/A", "Qwen/B"), "Qwen/A, Qwen/B: listed, of unknown kind: HTTP 503"),
        (("Qwen/B", "Qwen/C", "Qwen/A"), "Qwen/A, Qwen/B and 1 more: listed, of unknown kind: "),
    ],
)
def test_listed_models_whose_kind_cannot_be_read_are_named(
    find: Discover, listed: tuple[str, ...], missing: str
) -> None:
    models = dict.fromkeys(listed, ALIVE)
    result = find(instead(UNREAD_HUB, mock_of(models, listed)), kinds=kinds(Kind.CHAT))
    (line,) = result.missing
    assert line.startswith(missing)
    assert ids(result) == []


def test_a_listed_model_without_a_task_is_named_and_no_failure(find: Discover) -> None:
    models = {"Qwen/A": RecordedModel(OURS, RecordedHub(True, ()))}
    result = find(mock_of(models, ("Qwen/A",)), kinds=kinds(Kind.CHAT))
    assert result.notes == ("Qwen/A: listed, of unknown kind: the hub has no known task for it",)
    assert result.complete


def test_what_is_served_without_details_of_the_hub_is_a_failure_only_online(
    find: Discover,
) -> None:
    online = find(instead(UNREAD_HUB, mock_of(MODELS, ("Qwen/Alive",))), text="alive")
    assert (ids(online), online.complete) == (["Qwen/Alive"], False)
    assert online.missing == ("Qwen/Alive: no details from the hub: HTTP 503",)
    unrecorded = {"Qwen/Alive": RecordedModel(OURS)}
    client = OfflineClient(mock_of(unrecorded, ("Qwen/Alive",)))
    offline = discover(ModelScope(Endpoints.of(Site.CN), client), DiscoveryRequest(text="alive"))
    assert (ids(offline), offline.complete) == (["Qwen/Alive"], True)
    (note,) = offline.notes
    assert note.startswith("Qwen/Alive: no details from the hub: ")


@pytest.mark.parametrize(
    ("outage", "is_unread"),
    [
        ({}, False),
        (NO_CATALOGUE, False),
        (NO_LIST, False),
        ({**NO_CATALOGUE, **NO_LIST}, True),
    ],
)
def test_unread_is_a_search_that_neither_catalogue_nor_list_answered(
    find: Discover, outage: dict[str, Response], is_unread: bool
) -> None:
    result = find(instead(outage, mock_of(MODELS, LISTED)), kinds=kinds(Kind.RERANK))
    assert result.is_unread is is_unread


def test_a_look_up_that_fails_beside_the_catalogue_is_named_for_its_models(find: Discover) -> None:
    outage = {**NO_CATALOGUE, "/api/v1/inference/": Response(500, b"{}")}
    result = find(instead(outage, mock_of(MODELS, LISTED)), text="embeds")
    assert result.missing == (
        "the catalogue: HTTP 503",
        "other/Embeds: no answer from the look-up: HTTP 500",
    )


def test_a_search_that_nothing_cuts_short_has_no_note(find: Discover) -> None:
    assert find(mock_of(MODELS, LISTED)).notes == ()
