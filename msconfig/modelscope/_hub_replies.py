"""Parsing of the hub's replies about models."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

from msconfig.model_ids import is_model_id
from msconfig.modelscope._reading import (
    Unreadable,
    clean,
    message_in,
    no_answer,
    object_or_empty,
    ok_object,
    strings,
    success,
)
from msconfig.modelscope.facts import (
    HubAbsent,
    HubModel,
    HubNoAccess,
    HubPage,
    NoAnswer,
    Source,
    same_but_for_case,
)
from msconfig.modelscope.http_interface import Failure, Reply
from msconfig.parsing import parse_time

_MAX_COUNT = 10**12
"""No real count is larger, and a larger one would break tables."""
_OLD_API_MISSING = 10010205001
_OLD_API_NO_ACCESS = 10010200001
_REFUSALS = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})


def hub_model(
    reply: Reply | Failure, source: Source, model_id: str
) -> HubModel | HubAbsent | HubNoAccess | NoAnswer:
    """`openapi/v1/models/{id}`: 200 with data of that id, or 404 with code ResourceNotFound."""
    if isinstance(reply, Failure):
        return NoAnswer(source, reply.message)
    if reply.status == HTTPStatus.NOT_FOUND:
        if _says_absent(object_or_empty(reply), model_id):
            return HubAbsent(source)
        return no_answer(reply, source)
    try:
        data = success(reply).get("data")
        if not isinstance(data, dict) or not isinstance(data.get("id"), str) or not data["id"]:
            raise Unreadable("the reply holds no model")
        if not same_but_for_case(data["id"], model_id):
            raise Unreadable("the reply is about another model")
    except Unreadable as error:
        return no_answer(reply, source, str(error))
    return _hub_row(data, source)


def _says_absent(body: Mapping[str, object], model_id: str) -> bool:
    """Whether a 404 of the open API is about the model; internal faults have the same code."""
    message = body.get("message") or ""
    known = {"", "resource not found", f"resource not found: model {model_id}".lower()}
    words = message.strip(" .").lower() if isinstance(message, str) else "no text"
    return body.get("code") == "ResourceNotFound" and words in known


def hub_page(reply: Reply | Failure, source: Source, size: int) -> HubPage | NoAnswer:
    """`openapi/v1/models`: 200 with rows; one without a well-formed id is unreadable.

    Args:
        reply: the reply.
        source: its source.
        size: the requested page size; a smaller one in the reply takes precedence.
    """
    if isinstance(reply, Failure):
        return NoAnswer(source, reply.message)
    try:
        data = success(reply).get("data")
        rows = data.get("models") if isinstance(data, dict) else None
        if not isinstance(data, dict) or not isinstance(rows, list):
            raise Unreadable("the reply holds no list of models")
    except Unreadable as error:
        return no_answer(reply, source, str(error))
    readable = [
        _hub_row(row, source)
        for row in rows
        if isinstance(row, dict) and isinstance(row.get("id"), str) and is_model_id(row["id"])
    ]
    given = _count(data.get("page_size")) or size
    total = _count(data.get("total_count"))
    return HubPage(source, tuple(readable), len(rows) - len(readable), total, min(given, size))


def _hub_row(row: Mapping[str, object], source: Source) -> HubModel:
    """A model as the open API shows it, alone or in a list; `row` has an id."""
    terms = row.get("license")
    return HubModel(
        source,
        clean(str(row["id"])),
        strings(row.get("tasks")),
        private=_says_yes(row.get("private")),
        gated=_says_yes(row.get("gated")),
        downloads=_count(row.get("downloads")),
        likes=_count(row.get("likes")),
        license=(clean(terms) or None) if isinstance(terms, str) else None,
        last_modified=_moment(row.get("last_modified")),
    )


def older_hub_model(
    reply: Reply | Failure, source: Source, model_id: str
) -> HubModel | HubAbsent | HubNoAccess | NoAnswer:
    """`api/v1/models/{id}`: absent only if the message ends in ``record not found``.

    The same code with another message is a transient database fault.
    """
    if isinstance(reply, Failure):
        return NoAnswer(source, reply.message)
    body = object_or_empty(reply)
    message = message_in(reply.body)
    code = body.get("Code")
    if code == _OLD_API_NO_ACCESS and reply.status in _REFUSALS:
        return HubNoAccess(source, message or "no access")
    # from the body as it came: `message_in` shortens, and might cut the end off
    words = body.get("Message")
    if (
        reply.status == HTTPStatus.NOT_FOUND
        and code == _OLD_API_MISSING
        and isinstance(words, str)
        and words.rstrip(" .").endswith("record not found")
    ):
        return HubAbsent(source)
    try:
        body = ok_object(reply)
        data = body.get("Data")
        if code is None or not isinstance(data, dict):
            raise Unreadable("the reply holds no model")
        owner, _, name = model_id.partition("/")
        if _is_another(data.get("Path"), owner) or _is_another(data.get("Name"), name):
            raise Unreadable("the reply is about another model")
    except Unreadable as error:
        return no_answer(reply, source, str(error))
    rows = data.get("Tasks")
    named = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    tasks = strings([row.get("Name") for row in named])
    # no such reply was seen to spell the id, so the spelling of the request is kept
    tasks += strings([data.get("SupportInference")])
    return HubModel(source, model_id, tasks, from_older_api=True)


def _is_another(part: object, model_id: str) -> bool:
    """Whether a part of an id is given, and is not the requested one."""
    return isinstance(part, str) and bool(part) and not same_but_for_case(part, model_id)


def _count(value: object) -> int | None:
    return value if type(value) is int and 0 <= value <= _MAX_COUNT else None


def _moment(value: object) -> datetime | None:
    """A time such as ``2025-12-16T03:34:26Z``; UTC is assumed where it has no zone."""
    if not isinstance(value, str):
        return None
    try:
        return parse_time(value)
    except ValueError:
        return None


_YES = frozenset({"true", "yes", "1", "auto", "manual"})
"""Words in place of a boolean; `gated` may name how access is granted: ``auto``, ``manual``."""


def _says_yes(value: object) -> bool:
    """Whether a flag is clearly set."""
    return value is True or (isinstance(value, str) and value.strip().lower() in _YES)
