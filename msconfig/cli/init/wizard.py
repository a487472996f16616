"""`msconfig init`: prompt, check, and write the settings at the very end."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from msconfig import clock
from msconfig.checking.report import ModelResult, Outcome, TokenStatus
from msconfig.checking.staleness import note_on_age
from msconfig.cli.console import can_ask, can_draw, columns, note, write_result
from msconfig.cli.init.guide import GUIDE_FOLDER, Guide
from msconfig.cli.init.ids import IdQuestions
from msconfig.cli.init.models import FirstModels, confirm_kinds, settle_unserved
from msconfig.cli.init.next_steps import next_steps
from msconfig.cli.init.prompts import choose, say, terminal
from msconfig.cli.init.token import FirstToken, ask_token, verified
from msconfig.cli.init.unserved import Unserved
from msconfig.cli.inputs import (
    given_ids,
    given_tokens,
    hint_at_other_variables,
    note_on_pasted,
    open_session,
)
from msconfig.cli.params import InputOptions
from msconfig.errors import ExitCode, TokenError, UsageError
from msconfig.languages import Tag
from msconfig.model_ids import GivenId
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site, addresses_of
from msconfig.operations.session import Session
from msconfig.reports import init as texts
from msconfig.settings.editing import Wanted
from msconfig.settings.file import SettingsPlace
from msconfig.settings.loading import ModelSettings, Settings
from msconfig.text import decoded, visible
from msconfig.tokens import DEFAULT_VARIABLES, Token

__all__ = ["InitOptions", "start"]

_MOST_LINES = 20
"""Lines of the change that are shown before it is confirmed."""


@dataclass(frozen=True, slots=True)
class InitOptions:
    """Options of `init` besides its inputs; None means not given."""

    kinds: tuple[tuple[str, Kind], ...]
    unserved: Unserved | None
    force: bool
    yes: bool
    folder: str | None
    """Where the guide and the documents go."""
    languages: tuple[Tag, ...]
    """Of the guide."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """The settings to write, the result and the exit code; content None writes nothing."""

    content: bytes | None
    text: str
    exit_code: ExitCode
    guide: Guide | None = None
    """What is written after the settings."""


def start(options: InitOptions, given: InputOptions) -> ExitCode:
    """Prompt for what no option gives, check it and write it; the exit code."""
    place = SettingsPlace.at(given.common.config)
    asks = can_ask() and can_draw(sys.stderr) and not options.yes
    starting = _Wizard(options, given, place, asks)
    if asks:
        try:
            with terminal():
                draft = starting.draft()
        except KeyboardInterrupt:
            note(f"Interrupted. {texts.NOTHING_WRITTEN.rstrip()}")
            raise
    else:
        draft = starting.draft()
    if draft.content is not None:
        place.write(draft.content)
    write_result(draft.text)
    return draft.exit_code if draft.guide is None else draft.guide.write(place, given)


@dataclass(frozen=True, slots=True)
class _Wizard:
    """The prompts in their order; an option replaces a prompt."""

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
        """The settings that all answers give."""
        ids = given_ids(self.given.ids, self.given.tokens, Settings())
        if not (ids or self.asks):
            raise UsageError("no model id: give some as arguments, with --models or with --from")
        for line in note_on_pasted(ids):
            self._show(line)
        if self.settings.path is not None:
            self._show(f"settings: {self.settings.path}, to be extended")
        site = self._site()
        if site is None or not self._may_replace("site", self.settings.site, site):
            return _nothing()
        token, names = self._token(site)
        if token.status is TokenStatus.REJECTED:
            text = f"{visible(token.text)}\n\n{texts.NOTHING_WRITTEN}"
            return _Draft(None, text, ExitCode.TOKEN_REFUSED)
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
        """Whether a value may replace the one that the file may have."""
        if not older or older == new:
            return True
        if self.options.force:
            return True
        if not self.asks:
            raise UsageError(
                f"{self.place.path} already has a different {key}; use --force to replace it, or"
                " omit the option"
            )
        return choose(
            f"{self.place.path} already has a different {key}.",
            [(False, "stop, change nothing"), (True, "replace it")],
        )

    def _session(self, site: Site, tokens: tuple[Token, ...] = ()) -> Session:
        connection = replace(self.given.connection, site=site)
        return open_session(connection, self.settings, tokens)

    def _token(self, site: Site) -> tuple[FirstToken, tuple[str, ...]]:
        """The token, and the variables that the settings have to name for it."""
        tokens = self._given_tokens()
        if self.given.tokens.no_token:
            return FirstToken(TokenStatus.ABSENT, "– no token"), ()
        names = self.given.tokens.token_env
        if self.offline:
            text = "– offline, tokens cannot be checked"
            return FirstToken(TokenStatus.ABSENT, text, tokens=tokens), names
        found = [verified(token, self._session(site, (token,))) for token in tokens]
        for each in found:
            self._show(each.text)
        if found:
            worst = min(found, key=lambda each: _WORST_FIRST.index(each.status))
            if worst.status is not TokenStatus.REJECTED or not self.asks:
                return replace(worst, tokens=tokens), names
        if not self.asks:
            raise TokenError(
                "no token: set MODELSCOPE_API_TOKEN (create one at"
                f" {addresses_of(site).token_page}), or use --token-env, --token-file or"
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
        """Tokens from options and environment; an unusable default token is left to the prompt."""
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
                self._show(line)
        if not ids:
            ids = IdQuestions(
                self.given.tokens, session, may_be_none=bool(self.settings.models)
            ).ids()
        there = self.settings.by_id()
        given_kinds = self._given_kinds(ids, there)
        first = FirstModels(session, given_kinds, quiet=self.given.common.quiet)
        checked = first.results([given for given in ids if given.text not in there])
        failing = any(model.outcome is Outcome.FAIL for model in checked)
        is_end = failing and self.options.unserved is None and not self.asks
        if checked and not is_end:
            self._show(texts.models_as_text(checked, width=columns()))
        for line in first.obstacles:
            self._show(visible(line))
        if is_end:
            text = texts.kept_failing(checked, width=columns())
            return _Draft(None, text, ExitCode.MODEL_FAILED)
        kept = settle_unserved(first, checked, self.options.unserved, asks=self.asks)
        if kept != checked:
            self._show("\nRemaining models:\n" + texts.models_as_text(kept, width=columns()))
        kinds = {model.id: model.kind for model in kept}
        if self.asks and any(model.id not in given_kinds for model in kept):
            kinds = confirm_kinds(kept)
        models = tuple(
            ModelSettings(text, kind=None if kind is Kind.UNKNOWN else kind)
            for text, kind in kinds.items()
            if text not in there
        )
        return self._drafted(Wanted(site, names, models), token, kept)

    def _given_kinds(
        self, ids: Sequence[GivenId], there: dict[str, ModelSettings]
    ) -> dict[str, Kind]:
        kinds = dict(self.options.kinds)
        given = {each.text for each in ids}
        for text in kinds:
            if text in there:
                raise UsageError(f"--kind: {text} is already in {self.place.path}; change it there")
            if text not in given:
                raise UsageError(f"--kind: {text} is not one of the ids")
        return kinds

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
        head = texts.written(
            path,
            total=total,
            added=len(wanted.models),
            is_new=self.place.older is None,
            is_changed=content is not None,
        )
        exit_code = _exit_code(token, models)
        guide = self._guide(token, models)
        steps = next_steps(
            self.given, self.place, token, self.options.languages, with_guide=guide is not None
        )
        lines = [head, "", *steps]
        return _Draft(content, "\n".join(lines) + "\n", exit_code, guide)

    def _guide(self, token: FirstToken, models: Sequence[ModelResult]) -> Guide | None:
        """The guide to write; None where it is not wanted, or a model or token does not pass."""
        options = self.options
        if options.folder is not None:
            return Guide(options.folder, options.languages, token.tokens, force=options.force)
        if not self.asks or _exit_code(token, models) is not ExitCode.OK:
            return None
        if self.settings.fallback is not None:  # its key may be missing, and is not prompted for
            return None
        replaces = options.force or Path(GUIDE_FOLDER).exists()
        yes = "yes, replace older files" if replaces else "yes"
        question = f"Write the guide for Cherry Studio to {GUIDE_FOLDER}?"
        if not choose(question, [(True, yes), (False, "no")]):
            return None
        return Guide(GUIDE_FOLDER, options.languages, token.tokens, force=replaces)

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
            lines.append(f"… {len(changes) - _MOST_LINES} more lines")
        say("\n" + "\n".join(lines))
        return choose(f"Write this to {self.place.path}?", [(True, "yes"), (False, "no")])

    def _show(self, text: str) -> None:
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
    """The exit code that a check of the settings would have."""
    outcomes = {model.outcome for model in models}
    if Outcome.FAIL in outcomes:
        return ExitCode.MODEL_FAILED
    if Outcome.UNKNOWN in outcomes or token.status is TokenStatus.UNVERIFIED:
        return ExitCode.INCONCLUSIVE
    return ExitCode.OK


def _nothing() -> _Draft:
    return _Draft(None, texts.NOTHING_WRITTEN, ExitCode.OK)
