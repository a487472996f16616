"""What `msconfig init` does: ask, check, and write the settings at the very end."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

from msconfig import clock
from msconfig.checking.report import ModelResult, Outcome, TokenStatus
from msconfig.checking.staleness import note_on_age
from msconfig.cli.console import can_ask, can_draw, note, write_result
from msconfig.cli.init.command import Unserved
from msconfig.cli.init.ids import IdQuestions
from msconfig.cli.init.models import FirstModels, confirm_kinds, in_words, settle_unserved
from msconfig.cli.init.next_steps import next_steps
from msconfig.cli.init.prompts import choose, say, terminal
from msconfig.cli.init.token import FirstToken, ask_token, verified
from msconfig.cli.inputs import (
    given_ids,
    given_tokens,
    hint_at_other_variables,
    note_on_pasted,
    open_session,
)
from msconfig.cli.params import InputOptions
from msconfig.errors import ExitCode, TokenError, UsageError
from msconfig.model_ids import GivenId
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site, addresses_of
from msconfig.operations.session import Session
from msconfig.settings.editing import Wanted
from msconfig.settings.file import SettingsPlace
from msconfig.settings.loading import ModelSettings, Settings
from msconfig.text import counted, decoded, visible
from msconfig.tokens import DEFAULT_VARIABLES, Token

__all__ = ["InitOptions", "start"]

_MOST_LINES = 20
"""Of what is to be written, lines that are shown before it is agreed to."""


@dataclass(frozen=True, slots=True)
class InitOptions:
    """Options of `init` besides its inputs; None means not given."""

    kinds: tuple[tuple[str, Kind], ...]
    unserved: Unserved | None
    force: bool
    yes: bool


@dataclass(frozen=True, slots=True)
class _Draft:
    """What is to be written, and what is to be said then; without content nothing is written."""

    content: bytes | None
    words: str
    exit_code: ExitCode


def start(options: InitOptions, given: InputOptions) -> ExitCode:
    """Ask for what no option tells, check it and write it; the exit code."""
    place = SettingsPlace.at(given.common.config)
    asks = can_ask() and can_draw(sys.stderr) and not options.yes
    starting = _Wizard(options, given, place, asks)
    if asks:
        try:
            with terminal():
                draft = starting.draft()
        except KeyboardInterrupt:
            note("Interrupted; nothing is written.")
            raise
    else:
        draft = starting.draft()
    if draft.content is not None:
        place.write(draft.content)
    write_result(draft.words)
    return draft.exit_code


@dataclass(frozen=True, slots=True)
class _Wizard:
    """The questions in their order; an option answers one."""

    options: InitOptions
    given: InputOptions
    place: SettingsPlace
    asks: bool

    @property
    def offline(self) -> bool:
        return self.given.connection.is_offline

    @property
    def settings(self) -> Settings:
        return self.place.settings

    def draft(self) -> _Draft:
        """What all answers come to."""
        ids = given_ids(self.given.ids, self.given.tokens, Settings())
        if not (ids or self.asks):
            raise UsageError("no model id: give some as arguments, with --models or with --from")
        for line in note_on_pasted(ids):
            self._tell(line)
        if self.settings.path is not None:
            self._tell(f"settings: {self.settings.path}, which is extended")
        site = self._site()
        if site is None or not self._may_replace("site", self.settings.site, site):
            return _nothing()
        token, names = self._token(site)
        if token.status is TokenStatus.REJECTED:
            words = f"{visible(token.words)}\n\nNothing is written.\n"
            return _Draft(None, words, ExitCode.TOKEN_REFUSED)
        if names and not self._may_replace("token_env", self.settings.token_env, names):
            return _nothing()
        return self._with_models(site, token, names, ids)

    def _site(self) -> Site | None:
        default = Site(self.settings.site or "cn")
        site = self.given.connection.site
        if site or not self.asks:
            return site or default
        return choose(
            "Which ModelScope?",
            [(each, f"{each}: {addresses_of(each).hub.removeprefix('https://')}") for each in Site],
            default,
        )

    def _may_replace(self, key: str, older: str | tuple[str, ...] | None, new: object) -> bool:
        """Whether a value may go into the file in which another may stand."""
        if not older or older == new:
            return True
        if self.options.force:
            return True
        if not self.asks:
            raise UsageError(
                f"{self.place.path} has another {key} already; --force replaces it, and without"
                f" it the file and the options have to agree"
            )
        return choose(
            f"{self.place.path} has another {key} already.",
            [(False, "stop here, and change nothing"), (True, "replace it")],
        )

    def _session(self, site: Site, tokens: tuple[Token, ...] = ()) -> Session:
        connection = replace(self.given.connection, site=site)
        return open_session(connection, self.settings, tokens)

    def _token(self, site: Site) -> tuple[FirstToken, tuple[str, ...]]:
        """What is known of the token, and the variables that the settings have to name for it."""
        tokens = self._given_tokens()
        if self.given.tokens.no_token:
            return FirstToken(TokenStatus.ABSENT, "– no token"), ()
        names = self.given.tokens.token_env
        if self.offline:
            return FirstToken(TokenStatus.ABSENT, "– offline no token is checked"), names
        found = [verified(token, self._session(site, (token,))) for token in tokens]
        for each in found:
            self._tell(each.words)
        if found:
            worst = min(found, key=lambda each: _WORST_FIRST.index(each.status))
            if worst.status is not TokenStatus.REJECTED or not self.asks:
                return worst, names
        if not self.asks:
            raise TokenError(
                "no token: set MODELSCOPE_API_TOKEN (create one at"
                f" {addresses_of(site).token_page}), or give --token-env, --token-file or"
                f" --no-token{hint_at_other_variables()}"
            )
        kept = self.settings.token_env or DEFAULT_VARIABLES[:1]
        token = ask_token(
            site,
            lambda token: self._session(site, (token,)),
            variable=kept[0],
            is_found=self.place.is_found,
        )
        if token.variable is None or token.variable in kept:
            return token, ()
        return token, (token.variable,)

    def _given_tokens(self) -> tuple[Token, ...]:
        """The tokens there are; one that nobody asked for and that is of no use is asked for."""
        try:
            return given_tokens(self.given.tokens, self.settings, offline=self.offline)
        except TokenError as error:
            if self.given.tokens.token_env or self.given.tokens.token_file or not self.asks:
                raise
            say(f"– {error}")
            return ()

    def _with_models(
        self, site: Site, token: FirstToken, names: tuple[str, ...], ids: tuple[GivenId, ...]
    ) -> _Draft:
        session = self._session(site)
        if session.recorded is not None:
            for line in note_on_age(session.recorded, clock.utc_now()):
                self._tell(line)
        if not ids:
            ids = IdQuestions(
                self.given.tokens, session, may_be_none=bool(self.settings.models)
            ).ids()
        there = self.settings.by_id()
        told = self._told_kinds(ids, there)
        first = FirstModels(session, told, quiet=self.given.common.quiet)
        checked = first.results([given for given in ids if given.text not in there])
        if checked:
            self._tell(in_words(checked))
        for line in first.obstacles:
            self._tell(visible(line))
        kept = settle_unserved(first, checked, self.options.unserved, asks=self.asks)
        failing = any(model.outcome is Outcome.FAIL for model in kept)
        if failing and self.options.unserved is None and not self.asks:
            words = (
                f"{in_words([each for each in kept if each.outcome is Outcome.FAIL])}\n\n"
                "Nothing is written: say with --unserved what becomes of models that fail.\n"
            )
            return _Draft(None, words, ExitCode.MODEL_FAILED)
        if kept != checked:
            self._tell("\nThat leaves\n" + in_words(kept))
        kinds = {model.id: model.kind for model in kept}
        if self.asks and any(model.id not in told for model in kept):
            kinds = confirm_kinds(kept)
        models = tuple(
            ModelSettings(text, kind=None if kind is Kind.UNKNOWN else kind)
            for text, kind in kinds.items()
            if text not in there
        )
        return self._drafted(Wanted(site, names, models), token, kept)

    def _told_kinds(
        self, ids: Sequence[GivenId], there: dict[str, ModelSettings]
    ) -> dict[str, Kind]:
        told = dict(self.options.kinds)
        given = {each.text for each in ids}
        for text in told:
            if text in there:
                raise UsageError(
                    f"--kind: {text} stands in {self.place.path} already; change it there"
                )
            if text not in given:
                raise UsageError(f"--kind: {text} is none of the ids")
        return told

    def _drafted(self, wanted: Wanted, token: FirstToken, models: Sequence[ModelResult]) -> _Draft:
        path = self.place.path
        is_default_site = self.settings.site is None and wanted.site == Site.CN
        if self.place.older is not None and is_default_site:
            wanted = Wanted(None, wanted.token_env, wanted.models)
        content: bytes | None = self.place.extended(wanted)
        if content == self.place.older:
            content = None
        elif self.asks and not self._agreed(content or b""):
            return _nothing()
        total = len(self.settings.models) + len(wanted.models)
        count = counted(total, "model")
        if content is None:
            head = f"– {path} says all of that already: {count}."
        elif self.place.older is None:
            head = f"✓ {path} is written: {count}."
        else:
            head = f"✓ {path} is extended: {count}, {len(wanted.models)} of them new."
        lines = [visible(head), "", "Next:", *next_steps(self.given, self.place, token)]
        return _Draft(content, "\n".join(lines) + "\n", _exit_code(token, models))

    def _agreed(self, content: bytes) -> bool:
        older = decoded(self.place.older or b"").splitlines()
        newer = decoded(content).splitlines()
        changes = [
            line
            for line in difflib.ndiff(older, newer)
            if line.startswith(("+ ", "- ")) and line.strip() != "+"
        ]
        lines = changes[:_MOST_LINES]
        if len(changes) > _MOST_LINES:
            lines.append(f"… {len(changes) - _MOST_LINES} lines more")
        say("\n" + "\n".join(lines))
        return choose(f"Write that to {self.place.path}?", [(True, "yes"), (False, "no")])

    def _tell(self, text: str) -> None:
        if self.asks:
            say(text)
        elif not self.given.common.quiet:
            note(text)


_WORST_FIRST = (
    TokenStatus.REJECTED,
    TokenStatus.NOT_BOUND,
    TokenStatus.UNVERIFIED,
    TokenStatus.ABSENT,
    TokenStatus.VALID,
)


def _exit_code(token: FirstToken, models: Sequence[ModelResult]) -> ExitCode:
    """What a check of it would end with."""
    outcomes = {model.outcome for model in models}
    if Outcome.FAIL in outcomes:
        return ExitCode.MODEL_FAILED
    if Outcome.UNKNOWN in outcomes or token.status is TokenStatus.UNVERIFIED:
        return ExitCode.INCONCLUSIVE
    return ExitCode.OK


def _nothing() -> _Draft:
    return _Draft(None, "Nothing is written.\n", ExitCode.OK)
