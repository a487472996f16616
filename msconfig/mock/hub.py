"""The hub of a pretend ModelScope: accounts, provider look-up, models."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from msconfig.mock.messages import DERIVED, Request, Response
from msconfig.mock.scenario import Account
from msconfig.mock.snapshot import RecordedHub
from msconfig.mock.state import REQUEST_ID, World, outage

__all__ = [
    "balance",
    "list_model_providers",
    "older_model",
    "openapi_model",
    "openapi_models",
    "users_me",
]

_MAX_PAGE_SIZE = 50
_MAX_ROWS = 3000
"""`page_number` times `page_size` may not be more."""
_SORTS = ("default", "downloads", "likes", "last_modified")


def users_me(world: World, request: Request) -> Response:
    """``GET /openapi/v1/users/me``: whether the hub knows the token; not whether it is bound."""
    account = world.ledger.account(request.token)
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


def balance(world: World, request: Request) -> Response:
    """``GET /openapi/v1/magicubes/balance``; whole numbers stay whole."""
    account = world.ledger.account(request.token)
    if account is None:
        return _unknown_token()
    return _success(_amounts(world, account))


def list_model_providers(world: World, request: Request) -> Response:
    """``GET /api/v1/inference/list_model_providers``: open to everybody.

    500 for an id that does not exist. What stands in that reply is not known; ours is an empty
    object.
    """
    model_id = request.parameter("ModelId")
    recorded = world.recorded(model_id)
    if recorded.look_up is None:
        if not world.facts.holds(model_id):
            return Response.of_json(HTTPStatus.INTERNAL_SERVER_ERROR, {}, world.not_held)
        if recorded.hub is not None and not recorded.hub.exists:
            return Response.of_json(HTTPStatus.INTERNAL_SERVER_ERROR, {})
        return outage()
    rows = [dict(row) for row in recorded.look_up.providers]
    data = {"Providers": rows or None, "TotalCount": len(rows)}
    return Response.of_json(
        HTTPStatus.OK,
        {"Code": 200, "Data": data, "Success": True},
        _derived(recorded.look_up.derived),
    )


def openapi_model(world: World, request: Request) -> Response:
    """``GET /openapi/v1/models/{owner}/{name}``."""
    model_id = request.path.removeprefix("/openapi/v1/models/")
    hub = world.recorded(model_id).hub
    if hub is None and world.facts.holds(model_id):
        return outage()
    if hub is None or not hub.exists:
        message = f"Resource not found: model {model_id}"
        note = world.not_held if hub is None else ""
        return _failure(HTTPStatus.NOT_FOUND, "ResourceNotFound", message, note)
    return _success(_row(model_id, hub), _derived(hub.derived))


def openapi_models(world: World, request: Request) -> Response:
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
        for model_id, model in sorted(world.facts.models.items())
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


def older_model(world: World, request: Request) -> Response:
    """``GET /api/v1/models/{owner}/{name}``, the older interface."""
    model_id = request.path.removeprefix("/api/v1/models/")
    hub = world.recorded(model_id).hub
    if hub is None and world.facts.holds(model_id):
        return outage()
    if hub is None or not hub.exists:
        return _older_failure(
            10010205001,
            "获取模型信息失败，信息：record not found",
            world.not_held if hub is None else "",
        )
    if hub.private:
        return _older_failure(10010200001, "no access")
    data = {"Tasks": [{"Name": task} for task in hub.tasks], "SupportInference": ""}
    return Response.of_json(
        HTTPStatus.OK, {"Code": 200, "Data": data, "Success": True}, _derived(hub.derived)
    )


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


def _amounts(world: World, account: Account) -> dict[str, float]:
    amounts = {
        "total_balance": world.ledger.total(account),
        "available_balance": world.ledger.available(account),
        "frozen_amount": account.frozen,
    }
    return {
        name: int(amount) if amount == int(amount) else amount for name, amount in amounts.items()
    }


def _success(data: object, note: str = "") -> Response:
    return Response.of_json(
        HTTPStatus.OK, {"success": True, "request_id": REQUEST_ID, "data": data}, note
    )


def _failure(status: int, code: str, message: str, note: str = "") -> Response:
    body = {"success": False, "code": code, "message": message, "request_id": REQUEST_ID}
    return Response.of_json(status, body, note)


def _older_failure(code: int, message: str, note: str = "") -> Response:
    """The older interface answers 404 where a model is missing, and as well where it is private."""
    body = {"Code": code, "Message": message, "RequestId": REQUEST_ID, "Success": False}
    return Response.of_json(HTTPStatus.NOT_FOUND, body, note)


def _unknown_token() -> Response:
    return _failure(
        HTTPStatus.UNAUTHORIZED,
        "InvalidAuthentication",
        "Invalid authentication, please check your Authorization header",
    )


def _derived(how: str) -> str:
    return f"{DERIVED}{how}" if how else ""
