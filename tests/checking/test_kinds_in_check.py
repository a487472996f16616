"""What a check finds out about what a model does, and what it asks for that."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from msconfig.checking.report import ModelResult, Status
from msconfig.mock.messages import Response
from msconfig.mock.snapshot import RecordedHub, RecordedModel
from msconfig.modelscope.kinds import Kind
from support import Check, Serve, instead, mock_of, served_by

ID = "Qwen/Some"
OPEN_API = f"/openapi/v1/models/{ID}"
OLDER_API = f"/api/v1/models/{ID}"


def with_tasks(*tasks: str, providers: tuple[str, ...] = ("ModelScope",)) -> RecordedModel:
    return RecordedModel(served_by(*providers), RecordedHub(True, tasks))


def older(support: str, *tasks: str) -> Response:
    """The older API knows the model."""
    data = {"Tasks": [{"Name": task} for task in tasks], "SupportInference": support}
    return Response.of_json(200, {"Code": 200, "Data": data, "Success": True})


def told_by_the_hub(model: ModelResult) -> list[tuple[str, str]]:
    return [(each.source, each.observed) for each in model.evidence if "models/" in each.source]


@pytest.mark.parametrize(
    ("support", "kind", "observed"),
    [
        ("txt2txt", Kind.CHAT, "exists, txt2txt"),
        ("txt2img", Kind.IMAGE_GENERATION, "exists, txt2img"),
        ("img2img", Kind.IMAGE_EDIT, "exists, img2img"),
        ("txt2vid", Kind.VIDEO, "exists, txt2vid"),
        ("something-new", Kind.UNKNOWN, "exists, something-new"),
        ("", Kind.UNKNOWN, "exists, no task"),
    ],
)
def test_of_a_served_model_without_a_task_the_older_api_is_asked(
    support: str, kind: Kind, observed: str, serve: Serve, check_at: Check
) -> None:
    server = serve(instead({OLDER_API: older(support)}, mock_of({ID: with_tasks()})))
    (model,) = check_at(server.url_for("/"), ID, needs_kinds=True).models
    assert (model.status, model.kind) == (Status.ENABLED, kind)
    assert told_by_the_hub(model) == [
        (f"GET {OPEN_API}", "exists, no task"),
        (f"GET {OLDER_API}", observed),
    ]


def test_an_older_api_that_is_down_leaves_the_kind_open_and_the_verdict_alone(
    serve: Serve, check_at: Check
) -> None:
    down = Response.of_json(403, {})
    server = serve(instead({OLDER_API: down}, mock_of({ID: with_tasks()})))
    (model,) = check_at(server.url_for("/"), ID, needs_kinds=True).models
    assert (model.status, model.kind) == (Status.ENABLED, Kind.UNKNOWN)
    assert "403" in told_by_the_hub(model)[1][1]


@pytest.mark.parametrize(
    ("facts", "request_fields", "hub_requests", "kind"),
    [
        pytest.param(with_tasks("text-generation"), {}, 1, Kind.CHAT, id="the hub gives a task"),
        pytest.param(with_tasks("fill-mask"), {}, 1, Kind.UNKNOWN, id="one that is of no kind"),
        pytest.param(with_tasks(providers=()), {}, 1, Kind.UNKNOWN, id="not served"),
        pytest.param(
            with_tasks(providers=("DashScope",)), {}, 1, Kind.UNKNOWN, id="served by others"
        ),
        pytest.param(
            with_tasks(), {"needs_kinds": False}, 0, Kind.UNKNOWN, id="the kind is not needed"
        ),
        pytest.param(
            with_tasks(), {"kinds": {ID: Kind.VISION}}, 0, Kind.VISION, id="in the settings"
        ),
        pytest.param(
            with_tasks(), {"recorded_kinds": {ID: Kind.VISION}}, 0, Kind.VISION, id="recorded"
        ),
        pytest.param(
            with_tasks("text-to-speech"),
            {"recorded_kinds": {ID: Kind.AUDIO}},
            1,
            Kind.AUDIO,
            id="audio, of which the task counts too",
        ),
        pytest.param(
            with_tasks("text-generation"),
            {"kinds": {ID: Kind.VISION}, "recorded_kinds": {ID: Kind.EMBEDDING}},
            0,
            Kind.VISION,
            id="the settings take precedence",
        ),
        pytest.param(
            with_tasks(providers=()),
            {"needs_kinds": False, "recorded_kinds": {ID: Kind.VISION}},
            1,
            Kind.VISION,
            id="recorded, of a model about which the hub says nothing",
        ),
        pytest.param(
            with_tasks("text-generation", providers=()),
            {"needs_kinds": False, "recorded_kinds": {ID: Kind.VISION}},
            1,
            Kind.CHAT,
            id="what the hub says today counts more than what is recorded",
        ),
    ],
)
def test_otherwise_the_older_api_gets_no_request(
    facts: RecordedModel,
    request_fields: dict[str, Any],
    hub_requests: int,
    kind: Kind,
    serve: Serve,
    check_at: Check,
) -> None:
    server = serve(mock_of({ID: facts}))
    fields = {"needs_kinds": True, **request_fields}
    (model,) = check_at(server.url_for("/"), ID, **fields).models
    paths = Counter(request.path for request in server.requests)
    assert (paths[OPEN_API], paths[OLDER_API]) == (hub_requests, 0)
    assert sum(paths.values()) == 2 + hub_requests
    assert model.kind is kind


def test_where_the_open_api_is_closed_the_older_one_is_asked_once(
    serve: Serve, check_at: Check
) -> None:
    replies = {OPEN_API: Response.of_json(403, {}), OLDER_API: older("")}
    server = serve(instead(replies, mock_of({ID: with_tasks()})))
    (model,) = check_at(server.url_for("/"), ID, needs_kinds=True).models
    assert [request.path for request in server.requests].count(OLDER_API) == 1
    assert model.kind is Kind.UNKNOWN


@pytest.mark.parametrize(
    ("replies", "tasks", "kind", "observed"),
    [
        pytest.param(
            {},
            ("text-generation", "image-text-to-text"),
            Kind.CHAT,
            "exists, text-generation, image-text-to-text; chat by the first, not vision",
            id="two tasks",
        ),
        pytest.param(
            {},
            ("text-generation", "image-text-to-text", "image-to-image"),
            Kind.CHAT,
            "exists, text-generation, image-text-to-text, image-to-image;"
            " chat by the first, not vision, image-edit",
            id="three tasks",
        ),
        pytest.param(
            {OPEN_API: Response.of_json(403, {}), OLDER_API: older("txt2txt", "image-to-image")},
            (),
            Kind.IMAGE_EDIT,
            "exists, image-to-image, txt2txt; image-edit by the first, not chat",
            id="a task and SupportInference",
        ),
        pytest.param(
            {},
            ("fill-mask", "video-captioning", "image-to-text"),
            Kind.VISION,
            "exists, fill-mask, video-captioning, image-to-text",
            id="no contradiction",
        ),
    ],
)
def test_facts_that_contradict_each_other_stand_in_the_evidence(
    replies: dict[str, Response],
    tasks: tuple[str, ...],
    kind: Kind,
    observed: str,
    serve: Serve,
    check_at: Check,
) -> None:
    server = serve(instead(replies, mock_of({ID: with_tasks(*tasks)})))
    (model,) = check_at(server.url_for("/"), ID, needs_kinds=True).models
    assert model.kind is kind
    assert told_by_the_hub(model)[-1][1] == observed


def test_a_model_that_takes_images_is_not_replaced_by_one_known_to_take_none(
    serve: Serve, check_at: Check
) -> None:
    known = {
        "Qwen/Elm2-VL-8B": with_tasks("image-text-to-text", providers=()),
        "Qwen/Elm3-8B": with_tasks("text-generation"),
        "Qwen/Elm3-30B": with_tasks("image-text-to-text"),
    }
    models = check_at(serve(mock_of(known)).url_for("/"), *known, needs_kinds=True).models
    assert [each.id for each in models[0].suggestions] == ["Qwen/Elm3-30B"]
