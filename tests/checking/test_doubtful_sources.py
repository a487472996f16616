"""`check()` when a source is of another form than it should be, or has gone altogether."""

from __future__ import annotations

import json

import pytest

from msconfig.checking.report import Outcome, Report
from msconfig.mock.messages import Request, Response
from msconfig.model_ids import is_model_id
from msconfig.reports import Format, render
from support import DEAD, Check, Handler, Serve, instead, mock_of

LOOK_UP = "/api/v1/inference/list_model_providers"
PAGE = Response(200, b"<html>sign in</html>", {"Content-Type": "text/html; charset=utf-8"})
IDS = ["Qwen/Alive", "Qwen/Dead", "Qwen/Gone"]


def look_ups(reply: Response) -> Handler:
    """A ModelScope whose look-up answers `reply` to every id."""
    return instead({LOOK_UP: reply}, mock_of({"Qwen/Dead": DEAD}))


def naming_the_id(request: Request) -> Response:
    known = mock_of({"Qwen/Dead": DEAD})
    if request.path != LOOK_UP:
        return known(request)
    return Response.of_json(404, {"message": f"no route for {request.query}"})


@pytest.mark.parametrize(
    "handler",
    [
        pytest.param(look_ups(Response(404, b"404 page not found")), id="404"),
        pytest.param(look_ups(Response.of_json(401, {"Message": "not logged in"})), id="401"),
        pytest.param(
            look_ups(Response(302, b"", {"Location": "https://x.test/"})), id="a redirect"
        ),
        pytest.param(look_ups(PAGE), id="a page"),
        pytest.param(naming_the_id, id="404 with the id in its message"),
    ],
)
def test_a_look_up_that_has_gone_is_one_note_and_no_reason_to_wait(
    handler: Handler, serve: Serve, check_at: Check
) -> None:
    report = check_at(serve(handler).url_for("/"), *IDS)
    assert [model.outcome for model in report.models] == [
        Outcome.PASS,
        Outcome.UNKNOWN,
        Outcome.UNKNOWN,
    ]
    (note,) = report.notes
    assert note == report.look_up_gone
    assert "--probe" in note
    for format_ in Format:
        assert "again later" not in render(report, format_).replace("\n", " ")


@pytest.mark.parametrize(
    ("reply", "ids"),
    [
        pytest.param(Response(404, b"404 page not found"), IDS[:1], id="one id"),
        pytest.param(Response(404, b"404 page not found"), IDS[1:], id="none of them listed"),
        pytest.param(Response.of_json(503, {}), IDS, id="an outage"),
        pytest.param(Response.of_json(429, {}), IDS, id="a throttle"),
        pytest.param(Response.of_json(500, {}), IDS, id="a fault"),
        pytest.param(Response.of_json(200, {}), IDS, id="an answer of another form"),
    ],
)
def test_a_look_up_that_may_come_back_has_not_gone(
    reply: Response, ids: list[str], serve: Serve, check_at: Check
) -> None:
    report = check_at(serve(look_ups(reply)).url_for("/"), *ids)
    assert (report.look_up_gone, report.notes) == ("", ())


HOSTILE = ["Acme/Qwen-7B-v1 ", "Acme/Qwen-7B-v3 --force", "Acme/Qwen-7B\x1b[31m", "Acme/Qwen\u202e"]


def listing(*ids: str) -> Handler:
    """A ModelScope whose catalogue has these ids."""
    rows = [{"id": each} for each in ids]
    catalogue = Response.of_json(200, {"object": "list", "data": rows})
    return instead({"/v1/models": catalogue}, mock_of({"Acme/Qwen-7B-v0": DEAD}))


def suggested(report: Report) -> list[str]:
    return [each.id for model in report.models for each in model.suggestions]


def test_nothing_that_is_no_id_is_suggested_and_what_was_dropped_is_counted(
    serve: Serve, check_at: Check
) -> None:
    handler = listing(*HOSTILE, "Acme/Qwen-7B-v2")
    report = check_at(serve(handler).url_for("/"), "Acme/Qwen-7B-v0")
    assert report.notes == ("left out of the catalogue: 4 entries without the form of a model id",)
    assert suggested(report) == ["Acme/Qwen-7B-v2"]
    assert all(is_model_id(each) for each in report.served)


def test_a_recorded_id_that_is_none_is_not_suggested(serve: Serve, check_at: Check) -> None:
    url = serve(listing("a/b")).url_for("/")
    report = check_at(url, "Acme/Qwen-7B-v0", recorded_served=frozenset(HOSTILE))
    assert suggested(report) == []


@pytest.mark.parametrize(
    "more", [{"has_more": True}, {"success": False}, {"error": {"code": "X"}}, {"object": "error"}]
)
def test_a_clear_no_counts_only_beside_a_catalogue_that_does_not_contradict_itself(
    more: dict[str, object], serve: Serve, check_at: Check
) -> None:
    body = {"object": "list", "data": [{"id": "a/b"}], **more}
    known = mock_of({"Qwen/Dead": DEAD})
    server = serve(instead({"/v1/models": Response.of_json(200, body)}, known))
    (model,) = check_at(server.url_for("/"), "Qwen/Dead").models
    assert (str(model.status), model.outcome) == ("unverified", Outcome.UNKNOWN)


def test_a_report_stays_small_whatever_a_reply_lists(serve: Serve, check_at: Check) -> None:
    rows = [{"Name": f"provider number {number}"} for number in range(100_000)]
    data = {"Providers": rows, "TotalCount": len(rows)}
    answer = Response.of_json(200, {"Code": 200, "Data": data, "Success": True})
    tasks = [f"task-{number}" for number in range(10_000)]
    hub = Response.of_json(200, {"success": True, "data": {"id": "Qwen/Dead", "tasks": tasks}})
    beside = {LOOK_UP: answer, "/openapi/v1/models/": hub}
    server = serve(instead(beside, mock_of()))
    report = check_at(server.url_for("/"), "Qwen/Dead")
    assert str(report.models[0].status) == "third_party_only"
    assert len(json.dumps(render(report, Format.JSON))) < 5_000
