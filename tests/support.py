"""Made-up tokens, models and facts that tests share."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from socket import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from hypothesis import strategies as st

from msconfig.checking.report import ModelResult, Report
from msconfig.cherry.provider import (
    Configuration,
    ModelChoice,
    ProviderChoice,
    configure,
)
from msconfig.mock.handler import MockModelScope
from msconfig.mock.messages import Request, Response
from msconfig.mock.scenario import Account, BailianScenario, Scenario
from msconfig.mock.snapshot import RecordedHub, RecordedLookUp, RecordedModel, Snapshot
from msconfig.modelscope.facts import Origin, Provenance
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from msconfig.tokens import Secret

if TYPE_CHECKING:
    from msconfig.mock.server import MockServer
    from msconfig.modelscope.http_client import HttpClient
    from msconfig.modelscope.http_interface import Pacing

TOKEN = "ms-00000000-0000-4000-8000-00000000cafe"
"""A made-up token that the mock knows."""
KEY = "sk-5eed000000004000800000000000cafe"
"""A made-up key that the mock's Bailian knows."""
BAILIAN = ("deepseek-v4-pro", "qwen3-32b", "qwen2.5-7b-instruct")
"""The ids in its list."""
RECORDED = datetime(2026, 10, 7, 11, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]
"""Runs the command line in this process."""
Handler = Callable[[Request], Response]
Serve = Callable[[Handler], "MockServer"]
"""Puts a handler on a real port until the test ends."""
Online = Callable[["MockServer"], "MockServer"]
"""Lets the command line ask a server in place of ModelScope."""
Connect = Callable[..., "HttpClient"]
"""Makes a client on the test's clock, from the arguments of `HttpClient`, until the test ends."""
MakeModel = Callable[..., ModelResult]
MakeReport = Callable[..., Report]
"""Make what a format gets; `tests/reports/conftest.py` says from what."""
Check = Callable[..., Report]
"""Checks ids against what listens at a URL; `tests/checking/conftest.py` says with what."""
Replay = Callable[[dict[str, Any]], Report]
"""Checks a model with one reply replaced, of the form that `tests/recorded/` has."""
RawServe = Callable[[Callable[[socket, bytes], None]], str]
"""Lets a function answer every connection byte by byte; gives the base URL."""


class FakeClock:
    """Seconds that pass only when somebody sleeps, or when a test moves `now`."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []
        """Every wait that was more than none."""
        self._lock = threading.Lock()

    def sleep(self, seconds: float) -> None:
        """Wait without waiting; several threads that sleep at once sleep side by side."""
        wakes = self.now + seconds
        with self._lock:
            self.now = max(self.now, wakes)
            if seconds > 0:
                self.slept.append(seconds)

    @property
    def pacing(self) -> Pacing:
        """This clock, and back-off without chance: half a second, then double."""
        from msconfig.modelscope.http_interface import Pacing  # noqa: PLC0415 - as below

        return Pacing(clock=lambda: self.now, sleep=self.sleep, jitter=lambda: 1.0)


@contextmanager
def log_lines(hear: Callable[[str], object]) -> Iterator[None]:
    """Give every request that is logged to `hear`, as -v shows it."""

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            hear(record.getMessage())

    logger, listener = logging.getLogger("msconfig"), Listener(logging.INFO)
    level = logger.level
    logger.addHandler(listener)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(listener)
        logger.setLevel(level)


def snapshot(
    models: dict[str, RecordedModel] | None = None,
    catalogue: tuple[str, ...] | None = ("Qwen/Alive",),
) -> Snapshot:
    """A small snapshot of site cn; `Qwen/Alive` is in the catalogue."""
    return Snapshot(Site.CN, RECORDED, catalogue, models or {})


def served_by(*names: str) -> RecordedLookUp:
    """A recorded look-up that names these providers."""
    return RecordedLookUp(tuple({"Name": name} for name in names))


def derived(look_up: RecordedLookUp, basis: str) -> RecordedLookUp:
    """`look_up`, inferred from `basis`."""
    return replace(look_up, provenance=Provenance(Origin.DERIVED, basis))


def instead(replies: dict[str, Response], of: Handler) -> Handler:
    """`of`, but for requests whose path and query begin so: `replies`."""

    def handler(request: Request) -> Response:
        target = f"{request.path}?{unquote(request.query)}"
        return next(
            (reply for start, reply in replies.items() if target.startswith(start)), None
        ) or of(request)

    return handler


ALIVE = RecordedModel(served_by("ModelScope"), RecordedHub(True, ("text-generation",)))
"""A chat model that ModelScope serves."""
DEAD = RecordedModel(served_by(), RecordedHub(True, ("text-generation",)))
"""A chat model that nobody serves."""


def mock_of(
    models: dict[str, RecordedModel] | None = None,
    catalogue: tuple[str, ...] | None = ("Qwen/Alive",),
) -> MockModelScope:
    """A mock ModelScope that knows `TOKEN`, and beside it a Bailian that knows `KEY`."""
    return MockModelScope(
        snapshot({"Qwen/Alive": ALIVE, **(models or {})}, catalogue),
        Scenario(accounts=(Account(TOKEN),), bailian=BailianScenario((KEY,), BAILIAN)),
    )


def configuration(
    *keys: str,
    site: Site = Site.CN,
    provider: ProviderChoice | None = None,
    models: tuple[ModelChoice, ...] = (ModelChoice("Qwen/Alive", Kind.CHAT),),
) -> Configuration:
    """What goes into a document: one chat model, unless told otherwise, and `keys`."""
    secrets = [Secret(key) for key in keys]
    return configure(site, provider or ProviderChoice(), models, secrets)


_HOSTILE = (
    *("%", "%0A", "%25", "\n", "\r\n", "\r", "::", "::error::x", "\n::set-output name=a::b"),
    *("##[error]x", "##[stop-commands]x", "##vso[task.x]", "##VSO[", "file=a,line=1", ",", ";"),
    *("]]>", "<!--", "-->", "<script>alert(1)</script>", "<b>", "&amp;", "&#64;", '"', "'"),
    *("\x1b[31m", "\x00", "\x07", "\x7f", "\x9b", "\u202e", "\u200b", "\u2028", "\ufffe", "\uffff"),
    *("\ud800", "\U0001f4a3", "字", "\xa0", "\u3000", " ", "\t"),
    *("|", "\\", "\\|", "`", "``", "```", "*a*", "**a**", "_a_", "~~a~~", "[a](http://e.com)"),
    *("![a](b)", "[a]: b", "[^1]", "http://e.com", "www.e.com", "a@e.com", "@me", "#1", "GH-1"),
    *(
        "$a$",
        ":bomb:",
        "# ",
        "- ",
        "1. ",
        "1) ",
        "> ",
        "+ ",
        "===",
        "---",
        "|---|",
        "- [ ] ",
        "{0}",
    ),
)
HOSTILE_TEXT = st.lists(st.sampled_from(_HOSTILE) | st.text(max_size=3), max_size=8).map("".join)
"""Text in which whatever starts something in a terminal, a log, XML or Markdown is frequent."""
