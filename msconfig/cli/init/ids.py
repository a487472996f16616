"""The first ids: picked in a list, typed, or read from a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from msconfig.checking.discovery.discover import Discovery, DiscoveryRequest, discover
from msconfig.cli.console import ProgressDisplay
from msconfig.cli.init.picker import pick
from msconfig.cli.init.prompts import ask_text, choose, say
from msconfig.cli.inputs import given_ids
from msconfig.cli.params import IdOptions, TokenOptions
from msconfig.errors import MsconfigError, UsageError
from msconfig.model_ids import GivenId, ModelId
from msconfig.modelscope.kinds import CHAT_KINDS, Kind
from msconfig.operations.session import Session
from msconfig.pasted_ids import explain, pasted, refuse_other_site
from msconfig.settings.loading import Settings
from msconfig.text import shortened, visible
from msconfig.tokens import looks_like_token

__all__ = ["IdQuestions"]

_DOCUMENTS = {".json", ".zip"}
_MANY = 3
"""Lines on what could not be read; there may be thousands."""


@dataclass(slots=True)
class IdQuestions:
    """Prompts for ids until the user is done."""

    tokens: TokenOptions
    """They may read standard input, which can be read only once."""
    session: Session
    may_be_none: bool
    """Whether no id is a valid answer, because the file already has some."""
    chosen: dict[str, GivenId] = field(default_factory=dict)
    found: dict[frozenset[Kind], Discovery] = field(default_factory=dict)
    """Results by kinds; incomplete ones are searched for again."""

    def ids(self) -> tuple[GivenId, ...]:
        """The ids, each once."""
        while True:
            ways: list[tuple[Callable[[], None] | None, str]] = [
                (self._pick, "pick from a list of served models"),
                (self._type, "type ids"),
                (self._read, "read them from a file"),
            ]
            if self.chosen or self.may_be_none:
                ways.insert(0, (None, "done"))
            count = f" ({len(self.chosen)} so far)" if self.chosen else ""
            way = choose(f"Which models?{count}", ways)
            if way is None:
                return tuple(self.chosen.values())
            way()

    def _pick(self) -> None:
        kinds: frozenset[Kind] = frozenset()
        if not self.session.is_offline:
            each = [
                (frozenset({kind}), kind)
                for kind in Kind
                if kind not in {*CHAT_KINDS, Kind.UNKNOWN}
            ]
            kinds = choose(
                "Which list?",
                [(CHAT_KINDS, "chat and vision"), *each, (kinds, "all kinds (takes longest)")],
            )
        found = self.found.get(kinds) or self._discovered(kinds)
        if found.complete:
            self.found[kinds] = found
        models = [model for model in found.models if model.is_served]
        if not models:
            say(
                "✗ ModelScope gave no answer, so there is no list to pick from."
                if found.is_unread
                else "✗ No such model was found."
            )
            return
        picked = pick(models, tuple(self.chosen), is_complete=found.complete)
        self.chosen = {text: self.chosen.get(text, GivenId(text)) for text in picked}

    def _discovered(self, kinds: frozenset[Kind]) -> Discovery:
        request = DiscoveryRequest(kinds=kinds, concurrency=self.session.concurrency)
        with self.session.connect() as modelscope, ProgressDisplay(quiet=False) as progress:
            discovery = discover(modelscope, request, progress)
        for line in discovery.missing[:_MANY]:
            say(f"not read: {line}")
        if len(discovery.missing) > _MANY:
            say(f"not read: {len(discovery.missing) - _MANY} more")
        for line in discovery.obstacles:
            say(visible(line))
        return discovery

    def _type(self) -> None:
        def wrong(text: str) -> str | None:
            if looks_like_token(text):
                return "this looks like a token, not a model id"
            ids = pasted(GivenId(text)) if text else []
            for given in ids:
                if ModelId.parse(given.text) is None:
                    reason = explain(given.text).reason
                    return visible(f"{shortened(given.text, 40)}: {reason}")
            try:
                refuse_other_site(ids, self.session.site)
            except UsageError as error:
                return visible(error.with_options)
            return None

        typed = ask_text("IDs: ", wrong)
        self._add(pasted(GivenId(typed)) if typed else ())

    def _read(self) -> None:
        read: list[GivenId] = []

        def wrong(text: str) -> str | None:
            read.clear()
            if not text:
                return None
            path = _without_tilde(text)
            as_document = Path(path).suffix in _DOCUMENTS
            source = IdOptions(
                models=() if as_document else (f"./{path}" if path == "-" else path,),
                from_documents=(path,) if as_document else (),
            )
            try:
                read.extend(given_ids(source, self.tokens, Settings()))
                refuse_other_site(read, self.session.site)
            except MsconfigError as error:
                return visible(error.with_options.split("\n")[0])
            return None

        ask_text("File (one id a line, or of Cherry Studio): ", wrong)
        self._add(read)

    def _add(self, ids: Iterable[GivenId]) -> None:
        for given in ids:
            self.chosen.setdefault(given.text, given)


def _without_tilde(text: str) -> str:
    """`text` with the home folder for a leading ``~``; as it is where there is no such folder."""
    try:
        return str(Path(text).expanduser())
    except RuntimeError:  # another user's, or a user without one
        return text
