"""Bailian's model list, beside the mock ModelScope."""

from __future__ import annotations

from http import HTTPStatus

from msconfig.mock.messages import Request, Response
from msconfig.mock.state import CREATED, REQUEST_ID, MockState

__all__ = ["models"]


def models(state: MockState, request: Request) -> Response:
    """``GET /compatible-mode/v1/models``: the list, to a known key; 401 to any other and without.

    The 401 is a recorded one; the rows have the form that OpenAI's interface gives them.
    """
    bailian = state.scenario.bailian
    if request.token not in bailian.keys:
        error = {
            "message": "Incorrect API key provided. ",
            "type": "invalid_request_error",
            "param": None,
            "code": "invalid_api_key",
        }
        body = {"error": error, "request_id": REQUEST_ID}
        return Response.of_json(HTTPStatus.UNAUTHORIZED, body)
    rows = [
        {"id": each, "object": "model", "owned_by": "system", "created": CREATED}
        for each in bailian.models
    ]
    return Response.of_json(HTTPStatus.OK, {"object": "list", "data": rows})
