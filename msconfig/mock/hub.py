"""The hub of the mock ModelScope: accounts, provider look-up, models."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from msconfig.mock.derived import TIERS
from msconfig.mock.messages import Request, Response
from msconfig.mock.scenario import Account
from msconfig.mock.snapshot import RecordedHub
from msconfig.mock.state import REQUEST_ID, MockState
from msconfig.modelscope.facts import READ, Provenance

__all__ = [
    "balance",
    "list_model_providers",
    "older_model",
    "openapi_model",
    "openapi_models",
    "spend_rates",
    "users_me",
]

_MAX_PAGE_SIZE = 50
_MAX_ROWS = 3000
"""`page_number` times `page_size` may not be more."""
_SORTS = ("default", "downloads", "likes", "last_modified")


def users_me(state: MockState, request: Request) -> Response:
    """``GET /openapi/v1/users/me``: whether the hub knows the token; not whether it is bound."""
    account = state.accounts.find(request.token)
    if account is None:
        return _unknown_token()
    return _success(
        {
            "username": account.username,
            "nickname": account.username,
            "description": "",
            "email": f"{account.username}@example.test",
            "avatar_url": "",
        }
    )


def balance(state: MockState, request: Request) -> Response:
    """``GET /openapi/v1/magicubes/balance``; whole numbers stay whole."""
    account = state.accounts.find(request.token)
    if account is None:
        return _unknown_token()
    return _success(_amounts(state, account))


def spend_rates(state: MockState, request: Request) -> Response:
    """``GET /openapi/v1/magicubes/spend/rates``: the Magicubes of a call, by tier."""
    if state.accounts.find(request.token) is None:
        return _unknown_token()
    rates = [
        {
            "scene": "api_inference",
            "model_tier": tier,
            "unit": "request",
            "unit_price": _whole(price),
            "min_charge": _whole(price),
        }
        for price, tier in TIERS.items()
    ]
    return _success({"rates": rates})


def list_model_providers(state: MockState, request: Request) -> Response:
    """``GET /api/v1/inference/list_model_providers``: open to everybody.

    500 for an id that does not exist. The content of that reply is not known; ours is an empty
    object.
    """
    look_up = state.look_up(request.parameter("ModelId"))
    known = look_up.provenance
    if look_up.providers is None:
        return Response.of_json(HTTPStatus.INTERNAL_SERVER_ERROR, {}, provenance=known)
    rows = [dict(row) for row in look_up.providers]
    data = {"Providers": rows or None, "TotalCount": len(rows)}
    body = {"Code": 200, "Data": data, "Success": True}
    return Response.of_json(HTTPStatus.OK, body, provenance=known)


def openapi_model(state: MockState, request: Request) -> Response:
    """``GET /openapi/v1/models/{owner}/{name}``."""
    model_id = request.path.removeprefix("/openapi/v1/models/")
    hub = state.hub(model_id)
    if not hub.exists:
        message = f"Resource not found: model {model_id}"
        return _failure(HTTPStatus.NOT_FOUND, "ResourceNotFound", message, hub.provenance)
    return _success(_row(model_id, hub), hub.provenance)


def openapi_models(state: MockState, request: Request) -> Response:
    """``GET /openapi/v1/models``: search, filters, pages.

    It lists the models whose hub facts were recorded; sorted it gives the most or newest first, and
    what was not recorded last. Which error the limits of paging give is not known; ours are 400 for
    a page size or a sort that there is not, and 403 for a page too far.
    """
    try:
        number = int(request.parameter("page_number", "1"))
        size = int(request.parameter("page_size", "10"))
    except ValueError:
        number = size = 0
    if number < 1 or not 1 <= size <= _MAX_PAGE_SIZE:
        return _failure(HTTPStatus.BAD_REQUEST, "InputParameterError", "page_number or page_size")
    sort = request.parameter("sort", "default")
    if sort not in _SORTS:
        return _failure(HTTPStatus.BAD_REQUEST, "InputParameterError", "sort")
    if number * size > _MAX_ROWS:
        return _failure(HTTPStatus.FORBIDDEN, "QuotaLimitExceed", f"more than {_MAX_ROWS} rows")
    search = request.parameter("search").casefold()
    owner = request.parameter("owner")
    task = request.parameter("filter.task")
    found = [
        (model_id, model.hub)
        for model_id, model in sorted(state.facts.models.items())
        if model.hub is not None
        and model.hub.exists
        and search in model_id.casefold()
        and (not owner or model_id.startswith(f"{owner}/"))
        and (not task or task in model.hub.tasks)
    ]
    found.sort(key=lambda model: _place(model[1], sort), reverse=True)
    shown = found[(number - 1) * size : number * size]
    return _success(
        {
            "models": [_row(model_id, hub) for model_id, hub in shown],
            "total_count": len(found),
            "page_number": number,
            "page_size": size,
        }
    )


def older_model(state: MockState, request: Request) -> Response:
    """``GET /api/v1/models/{owner}/{name}``, the older interface."""
    model_id = request.path.removeprefix("/api/v1/models/")
    hub = state.hub(model_id)
    if not hub.exists:
        message = "获取模型信息失败，信息：record not found"
        return _older_failure(10010205001, message, hub.provenance)
    if hub.private:
        return _older_failure(10010200001, "no access", hub.provenance)
    data = {"Tasks": [{"Name": task} for task in hub.tasks], "SupportInference": ""}
    body = {"Code": 200, "Data": data, "Success": True}
    return Response.of_json(HTTPStatus.OK, body, provenance=hub.provenance)


def _place(hub: RecordedHub, sort: str) -> tuple[bool, int | str]:
    match sort:
        case "downloads":
            value: int | str | None = hub.downloads
        case "likes":
            value = hub.likes
        case "last_modified":
            value = hub.last_modified
        case _:
            value = None
    return (value is not None, 0 if value is None else value)


def _row(model_id: str, hub: RecordedHub) -> dict[str, Any]:
    """A model as the open API shows it; details that the snapshot does not hold are left out."""
    details = {
        "downloads": hub.downloads,
        "likes": hub.likes,
        "license": hub.license,
        "last_modified": hub.last_modified,
    }
    return {
        "id": model_id,
        "display_name": model_id.partition("/")[2],
        "description": "",
        **{name: value for name, value in details.items() if value is not None},
        "tasks": list(hub.tasks),
        "tags": [f"task:{task}" for task in hub.tasks],
        "private": hub.private,
        "gated": hub.gated,
    }


def _amounts(state: MockState, account: Account) -> dict[str, float]:
    amounts = {
        "total_balance": state.accounts.total(account),
        "available_balance": state.accounts.available(account),
        "frozen_amount": account.frozen,
    }
    return {name: _whole(amount) for name, amount in amounts.items()}


def _whole(amount: float) -> float:
    return int(amount) if amount == int(amount) else amount


def _success(data: object, known: Provenance = READ) -> Response:
    body = {"success": True, "request_id": REQUEST_ID, "data": data}
    return Response.of_json(HTTPStatus.OK, body, provenance=known)


def _failure(status: int, code: str, message: str, known: Provenance = READ) -> Response:
    body = {"success": False, "code": code, "message": message, "request_id": REQUEST_ID}
    return Response.of_json(status, body, provenance=known)


def _older_failure(code: int, message: str, known: Provenance) -> Response:
    """The older interface answers 404 where a model is missing, and as well where it is private."""
    body = {"Code": code, "Message": message, "RequestId": REQUEST_ID, "Success": False}
    return Response.of_json(HTTPStatus.NOT_FOUND, body, provenance=known)


def _unknown_token() -> Response:
    return _failure(
        HTTPStatus.UNAUTHORIZED,
        "InvalidAuthentication",
        "Invalid authentication, please check your Authorization header",
    )
