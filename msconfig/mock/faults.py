"""Faults applied to replies, on a real connection."""

from __future__ import annotations

import os
import re
import socket
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from threading import Event
from types import MappingProxyType
from typing import NoReturn

from werkzeug import Response as WsgiResponse

from msconfig.mock.messages import Response
from msconfig.mock.scenario import Fault, FaultKind

__all__ = ["PendingReply", "inject", "wsgi_response"]

_HUGE_BYTES = 9 * 1024 * 1024
_SILENT_SECONDS = 60.0
"""After this an unanswered connection is closed, so that threads do not pile up."""
_EVENT = re.compile(rb".*?\n\n", re.DOTALL)
_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class PendingReply:
    """A reply that is about to be sent: its fault, and how the true reply is made."""

    fault: Fault
    answer: Callable[[], Response]
    """The true reply; what it costs is paid when it is made."""
    connection: socket.socket | None
    stopping: Event
    """Set when the server stops; ends every wait."""


def wsgi_response(response: Response, stopping: Event) -> WsgiResponse:
    """The reply as it is, without a fault; events with a delay are sent one after another."""
    body: bytes | Iterator[bytes] = response.body
    if response.event_delay:
        body = _delayed_events(response, stopping)
    return WsgiResponse(body, response.status, dict(response.headers))


def _delayed_events(response: Response, stopping: Event) -> Iterator[bytes]:
    for number, event in enumerate(_EVENT.findall(response.body)):
        if number and stopping.wait(response.event_delay):
            return
        yield event


def inject(pending: PendingReply) -> WsgiResponse:
    """The reply with its fault.

    Raises:
        ConnectionAbortedError: nothing; the server takes it as a client that went away.
    """
    return INJECTORS[pending.fault.does](pending)


def _status(pending: PendingReply) -> WsgiResponse:
    after = pending.fault.retry_after
    retry = {} if after is None else {"Retry-After": str(after)}
    return WsgiResponse(b"{}", pending.fault.status, {**_JSON, **retry})


def _delay(pending: PendingReply) -> WsgiResponse:
    pending.stopping.wait(pending.fault.seconds)
    return wsgi_response(pending.answer(), pending.stopping)


def _slow_body(pending: PendingReply) -> WsgiResponse:
    true = pending.answer()

    def slowly() -> Iterator[bytes]:
        for byte in true.body:
            if pending.stopping.wait(pending.fault.seconds):
                return
            yield bytes([byte])

    return _with_length(slowly(), true, len(true.body))


def _cut_body(pending: PendingReply) -> WsgiResponse:
    true = pending.answer()
    return _with_length(iter([true.body[: len(true.body) // 2]]), true, len(true.body))


def _wrong_length(pending: PendingReply) -> WsgiResponse:
    true = pending.answer()
    return _with_length(iter([true.body]), true, len(true.body) // 2)


def _garbage(_pending: PendingReply) -> WsgiResponse:
    return WsgiResponse(bytes(range(256)), HTTPStatus.OK, _JSON)


def _html(_pending: PendingReply) -> WsgiResponse:
    page = "<!doctype html><title>Sign in</title>"
    return WsgiResponse(page, HTTPStatus.OK, {"Content-Type": "text/html; charset=utf-8"})


def _huge(pending: PendingReply) -> WsgiResponse:
    return WsgiResponse(iter([b" " * _HUGE_BYTES, pending.answer().body]), HTTPStatus.OK, _JSON)


def _wrong_type(pending: PendingReply) -> WsgiResponse:
    true = pending.answer()
    wrong = {"Content-Type": "application/octet-stream"}
    return WsgiResponse(true.body, true.status, {**true.headers, **wrong})


def _redirect(pending: PendingReply) -> WsgiResponse:
    return WsgiResponse(b"", HTTPStatus.FOUND, {"Location": pending.fault.location})


def _reset(pending: PendingReply) -> NoReturn:
    if pending.connection is not None:
        linger_not = struct.pack("ii", 1, 0)
        pending.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_not)
        # closed here and now, so that RST goes out in place of FIN
        os.close(pending.connection.detach())
    raise ConnectionAbortedError


def _no_answer(pending: PendingReply) -> NoReturn:
    pending.stopping.wait(_SILENT_SECONDS)
    raise ConnectionAbortedError


def _with_length(body: Iterator[bytes], true: Response, length: int) -> WsgiResponse:
    return WsgiResponse(body, true.status, {**true.headers, "Content-Length": str(length)})


INJECTORS: Mapping[FaultKind, Callable[[PendingReply], WsgiResponse]] = MappingProxyType(
    {
        FaultKind.STATUS: _status,
        FaultKind.DELAY: _delay,
        FaultKind.SLOW_BODY: _slow_body,
        FaultKind.CUT_BODY: _cut_body,
        FaultKind.WRONG_LENGTH: _wrong_length,
        FaultKind.GARBAGE: _garbage,
        FaultKind.HTML: _html,
        FaultKind.HUGE: _huge,
        FaultKind.WRONG_TYPE: _wrong_type,
        FaultKind.REDIRECT: _redirect,
        FaultKind.RESET: _reset,
        FaultKind.NO_ANSWER: _no_answer,
    }
)
