"""Incremental parser of server-sent events, by the WHATWG standard.

https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream."""

    data: str
    """Its `data` lines, joined by line feeds."""
    type: str = "message"


@dataclass(slots=True)
class EventStream:
    """An event stream, parsed in pieces of any length; an event ends with an empty line."""

    _decoder: codecs.IncrementalDecoder = field(
        default_factory=lambda: codecs.getincrementaldecoder("utf-8-sig")("replace")
    )
    _line: list[str] = field(default_factory=list)
    """The pieces of a line that is not whole yet."""
    _data: list[str] = field(default_factory=list)
    _type: str = ""
    _after_cr: bool = False

    def feed(self, piece: bytes) -> Iterator[Event]:
        """The events that `piece` completes; consume all of them before the next piece."""
        text = self._decoder.decode(piece)
        # CR LF is one line end also where a piece ends between the two
        if self._after_cr and text.startswith("\n"):
            text = text[1:]
            self._after_cr = False
        if text:
            self._after_cr = text.endswith("\r")
        yield from self._events(text)

    def _events(self, text: str) -> Iterator[Event]:
        first, *others = _LINE_END.split(text)
        self._line.append(first)
        for begun in others:
            line = "".join(self._line)
            self._line = [begun]
            if line:
                self._take(line)
            else:
                yield from self._dispatched()

    def _take(self, line: str) -> None:
        name, _, value = line.partition(":")  # a comment begins with the colon: its name is ""
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._type = value

    def _dispatched(self) -> Iterable[Event]:
        events = [Event("\n".join(self._data), self._type or "message")] if self._data else []
        self._data, self._type = [], ""
        return events
