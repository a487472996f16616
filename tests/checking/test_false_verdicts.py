"""Replies that once made a model pass or fail that should not, and what they come to."""

from __future__ import annotations

from typing import Any

import pytest

from support import Replay

CALL = "POST /v1/chat/completions"
LOOK_UP = "GET /api/v1/inference/list_model_providers"
HUB = "GET /openapi/v1/models/A/Sb"
NOBODY = {"Providers": None, "TotalCount": 0}
NOTHING = {"/api/v1/inference/list_model_providers": [200, {"Code": 200, "Data": NOBODY}]}
BAD_PARAMETER = {"code": "invalid_parameter_error"}


def error(message: str, **more: object) -> dict[str, Any]:
    return {"error": {"message": message, **more}}


def model(**more: object) -> dict[str, Any]:
    return {"success": True, "data": {"id": "A/Sb", **more}}


CASES: list[Any] = [
    pytest.param(
        CALL,
        400,
        error("upstream error: model A/Sb is offline", **BAD_PARAMETER),
        "unverified",
        id="upstream, taken for a word about streaming",
    ),
    pytest.param(
        CALL,
        400,
        error("Model id : A/Sb , has no provider supported upstream", **BAD_PARAMETER),
        "unverified",
        id="a dead model, taken for one that complains about streaming",
    ),
    pytest.param(
        CALL,
        400,
        {**error("bitstream broken"), "hint": "invalid_parameter_error"},
        "unverified",
        id="a code that stands anywhere",
    ),
    pytest.param(
        CALL,
        400,
        error("Input 'Invalid model id' was flagged"),
        "unverified",
        id="a text that quotes a known one",
    ),
    pytest.param(
        CALL,
        200,
        {"choices": [{"message": {"content": True, "tool_calls": [None]}}]},
        "unverified",
        id="content that is none",
    ),
    *(
        pytest.param(
            LOOK_UP,
            200,
            {"Code": 200, "Data": NOBODY, **more},
            "unverified",
            id=f"nobody serves it, with {more}",
        )
        for more in (
            {"Success": "false"},
            {"Success": 0},
            {"Success": None},
            {"success": False},
            {"error": {"code": "X"}},
            {"Code": 500},
        )
    ),
    pytest.param(LOOK_UP, 200, {"Data": NOBODY}, "unverified", id="without code and success"),
    pytest.param(
        LOOK_UP,
        200,
        {"Code": 200, "Data": {"Providers": [{"Name": "modelscope"}], "TotalCount": 1}},
        "enabled",
        id="ModelScope in lower case",
    ),
    *(
        pytest.param(HUB, 200, model(**flags), "not_enabled", id=f"open, with {flags}")
        for flags in ({"gated": "none"}, {"gated": "0"}, {"gated": " no "}, {"private": "public"})
    ),
    pytest.param(
        HUB, 200, model(id="x/y", private=True), "not_enabled", id="another model is private"
    ),
    pytest.param(
        HUB, 200, model(id="A/\u017fb"), "not_enabled", id="an id with a letter that folds to s"
    ),
]


@pytest.mark.parametrize(("request_", "status", "body", "verdict"), CASES)
def test_a_reply_that_once_misled_no_longer_does(
    request_: str, status: int, body: dict[str, Any], verdict: str, replay: Replay
) -> None:
    report = replay(
        {
            "request": request_,
            "status": status,
            "body": body,
            "model": "A/Sb",
            "listed": request_ == CALL,
            "also": NOTHING if request_ == HUB else {},
        }
    )
    assert str(report.models[0].status) == verdict
    expected = {"enabled": 0, "unverified": 4}.get(verdict, 1)
    assert int(report.exit_code) == expected
