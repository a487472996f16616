"""What a fault makes of a reply, on a real connection."""

from __future__ import annotations

import os
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

__all__ = ["Delivery", "as_it_is", "deliver"]

_HUGE_BYTES = 9 * 1024 * 1024
_SILENT_SECONDS = 60.0
"""After this an unanswered connection is closed, so that threads do not pile up."""
_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Delivery:
    """A reply on its way: the fault that it meets, and how the true one is made."""

    fault: Fault
    answer: Callable[[], Response]
    """The true reply; what it costs is paid when it is made."""
    connection: socket.socket | None
    stopping: Event
    """Set when the server stops: nobody waits then."""


def as_it_is(response: Response) -> WsgiResponse:
    """The reply that no fault meets."""
    return WsgiResponse(response.body, response.status, dict(response.headers))


def deliver(delivery: Delivery) -> WsgiResponse:
    """What the fault leaves of the reply.

    Raises:
        ConnectionAbortedError: nothing; the server takes it as a client that went away.
    """
    return _DELIVERIES[delivery.fault.does](delivery)


def _status(delivery: Delivery) -> WsgiResponse:
    after = delivery.fault.retry_after
    retry = {} if after is None else {"Retry-After": str(after)}
    return WsgiResponse(b"{}", delivery.fault.status, {**_JSON, **retry})


def _delay(delivery: Delivery) -> WsgiResponse:
    delivery.stopping.wait(delivery.fault.seconds)
    return as_it_is(delivery.answer())


def _slow_body(delivery: Delivery) -> WsgiResponse:
    true = delivery.answer()

    def slowly() -> Iterator[bytes]:
        for byte in true.body:
            if delivery.stopping.wait(delivery.fault.seconds):
                return
            yield bytes([byte])

    return _with_length(slowly(), true, len(true.body))


def _cut_body(delivery: Delivery) -> WsgiResponse:
    true = delivery.answer()
    return _with_length(iter([true.body[: len(true.body) // 2]]), true, len(true.body))


def _wrong_length(delivery: Delivery) -> WsgiResponse:
    true = delivery.answer()
    return _with_length(iter([true.body]), true, len(true.body) // 2)


def _garbage(_delivery: Delivery) -> WsgiResponse:
    return WsgiResponse(bytes(range(256)), HTTPStatus.OK, _JSON)


def _html(_delivery: Delivery) -> WsgiResponse:
    page = "<!doctype html><title>Sign in</title>"
    return WsgiResponse(page, HTTPStatus.OK, {"Content-Type": "text/html; charset=utf-8"})


def _huge(delivery: Delivery) -> WsgiResponse:
    return WsgiResponse(iter([b" " * _HUGE_BYTES, delivery.answer().body]), HTTPStatus.OK, _JSON)


def _wrong_type(delivery: Delivery) -> WsgiResponse:
    true = delivery.answer()
    wrong = {"Content-Type": "application/octet-stream"}
    return WsgiResponse(true.body, true.status, {**true.headers, **wrong})


def _redirect(delivery: Delivery) -> WsgiResponse:
    return WsgiResponse(b"", HTTPStatus.FOUND, {"Location": delivery.fault.location})


def _reset(delivery: Delivery) -> NoReturn:
    if delivery.connection is not None:
        linger_not = struct.pack("ii", 1, 0)
        delivery.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_not)
        # closed here and now, so that RST goes out in place of FIN
        os.close(delivery.connection.detach())
    raise ConnectionAbortedError


def _no_answer(delivery: Delivery) -> NoReturn:
    delivery.stopping.wait(_SILENT_SECONDS)
    raise ConnectionAbortedError


def _with_length(body: Iterator[bytes], true: Response, length: int) -> WsgiResponse:
    return WsgiResponse(body, true.status, {**true.headers, "Content-Length": str(length)})


_DELIVERIES: Mapping[FaultKind, Callable[[Delivery], WsgiResponse]] = MappingProxyType(
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
