"""Inputs of a run, from options, settings and the environment, settled before any request."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from msconfig.checking.fallback import FallbackRequest
from msconfig.checking.report import Proof
from msconfig.checking.requirement import stricter
from msconfig.cli.console import ProbeProgressDisplay, ProgressDisplay, note
from msconfig.cli.params import (
    CommonOptions,
    ConnectionOptions,
    IdOptions,
    InputOptions,
    TokenOptions,
)
from msconfig.errors import FileError, TokenError, UsageError
from msconfig.files import read_at_most, read_stdin
from msconfig.files_read import FilesRead
from msconfig.model_ids import GivenId, ModelId, distinct, texts_in_lines
from msconfig.modelscope.fallback_regions import Region, addresses_in, base_url
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site, addresses_of
from msconfig.operations.check import FallbackInputs, kinds_by_id, refuse_unmeetable
from msconfig.operations.places import Repository, find_repository
from msconfig.operations.session import Session
from msconfig.pasted_ids import WHITE_SPACE, as_given, pasted, refuse_too_many
from msconfig.settings import loading
from msconfig.settings.loading import FallbackSettings, Settings
from msconfig.text import counted, decoded, shortened, visible
from msconfig.tokens import Secret, Token, find_tokens, looks_like_token, other_variables

if TYPE_CHECKING:  # `check` needs nothing of Cherry Studio
    from msconfig.cherry.provider import ProviderChoice
    from msconfig.operations.configuration import ConfigurationInputs

__all__ = [
    "Inputs",
    "fallback_inputs",
    "given_ids",
    "given_tokens",
    "hint_at_other_variables",
    "note_on_pasted",
    "open_session",
    "prepare",
    "settings_of",
]

_log = logging.getLogger(__name__)

_MOST_NAMED = 5
"""Ids of one text that a note names."""
_MAX_LIST_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Inputs:
    """Settings, session and ids of one run."""

    settings: Settings
    session: Session
    ids: tuple[GivenId, ...]
    fallback: FallbackInputs | None
    quiet: bool

    @property
    def kinds(self) -> dict[str, Kind]:
        """The kinds that the settings give, by id."""
        return kinds_by_id(self.settings.models)

    @property
    def configuration(self) -> ConfigurationInputs:
        """Inputs of the Cherry Studio configuration besides ids and tokens."""
        from msconfig.operations.configuration import ConfigurationInputs

        fallback = self.settings.fallback
        return ConfigurationInputs(
            provider=provider_choice(self.settings),
            models=self.settings.models,
            fallback=self.fallback,
            fallback_models=fallback.models if fallback is not None else (),
        )

    @property
    def repository(self) -> Repository:
        """The repository around the working folder, for the places in reports."""
        return find_repository(os.environ)

    def progress(self) -> ProgressDisplay:
        """Progress on stderr, unless -q was given."""
        return ProgressDisplay(quiet=self.quiet)

    def probe_progress(self) -> ProbeProgressDisplay:
        """Progress of real calls on stderr, unless -q was given."""
        return ProbeProgressDisplay(quiet=self.quiet)

    def required(self, proof: Proof | None, *, has_calls: bool = False) -> Proof:
        """The required proof: the stricter of the option and the settings.

        Args:
            proof: the option; None where it was not given.
            has_calls: whether the run makes or reuses calls.

        Raises:
            UsageError: no model can have it.
        """
        own = self.settings.require
        required = stricter(proof, Proof(own) if own else None)
        refuse_unmeetable(required, self.session, has_calls=has_calls)
        return required

    def note(self, text: str) -> None:
        """A note on stderr, unless -q was given."""
        if not self.quiet:
            note(text)


def provider_choice(settings: Settings) -> ProviderChoice:
    """ModelScope's provider as the settings configure it."""
    from msconfig.cherry.provider import ProviderChoice

    return ProviderChoice(
        settings.provider_id,
        settings.provider_name,
        settings.rate_limit_seconds,
        settings.notes,
    )


def settings_of(common: CommonOptions, files_read: FilesRead | None = None) -> Settings:
    """The settings file that is named or found; named on stderr when used.

    Args:
        common: the command line.
        files_read: takes the file as it was read.

    Raises:
        FileError: it cannot be read.
        SettingsError: it is not a valid settings file.
    """
    settings = loading.find(Path(common.config) if common.config else None, files_read)
    if settings.path is not None and not common.quiet:
        note(f"settings: {settings.path}")
    return settings


def prepare(
    options: InputOptions,
    *,
    needs_token: bool,
    needs_ids: bool = True,
    is_scanning: bool = False,
    files_read: FilesRead | None = None,
) -> Inputs:
    """Settle ids, tokens and connection before any request.

    Args:
        options: the command line.
        needs_token: whether there must be a token, online and without --no-token.
        needs_ids: whether there must be ids; otherwise none are taken from the settings.
        is_scanning: whether ids come from a scan; then none are taken from the settings, either,
            and there may be none at all.
        files_read: takes the settings and lists as they were read.

    Raises:
        UsageError: options, settings, ids or tokens that cannot be used.
        FileError: a file that cannot be read.
    """
    settings = settings_of(options.common, files_read)
    offline = options.connection.is_offline
    own = settings if needs_ids and not is_scanning else Settings()
    ids = given_ids(options.ids, options.tokens, own, files_read)
    if needs_ids and not ids and not is_scanning:
        raise UsageError(
            "no model id: give some as arguments, with --models FILE, or in msconfig.toml"
        )
    if not options.common.quiet:
        for line in (*_note_on_files(options.ids.ids), *note_on_pasted(ids)):
            note(line)
    tokens = given_tokens(options.tokens, settings, offline=offline)
    site = options.connection.site or Site(settings.site or "cn")
    if needs_token and not (tokens or options.tokens.no_token or offline):
        without = ", or use --no-token to check models only" if needs_ids else ""
        raise TokenError(
            "no token: set MODELSCOPE_API_TOKEN (create a token at"
            f" {addresses_of(site).token_page}){without}{hint_at_other_variables()}"
        )
    _log.debug("site %s, %d ids, %d tokens", site, len(ids), len(tokens))
    session = open_session(options.connection, settings, tokens)
    fallback = None
    if settings.fallback is not None and needs_token and needs_ids:
        fallback = fallback_inputs(settings.fallback, session, no_token=options.tokens.no_token)
    return Inputs(settings, session, ids, fallback, options.common.quiet)


def open_session(
    options: ConnectionOptions,
    settings: Settings,
    tokens: Sequence[Token] = (),
) -> Session:
    """The session for connection options, settings and the environment.

    Raises:
        UsageError: addresses or facts that cannot be used.
        FileError: facts that cannot be read.
    """
    site = options.site or Site(settings.site or "cn")
    if options.is_offline:
        if options.hub_url or options.inference_url:
            raise UsageError("--hub-url and --inference-url cannot be combined with --offline")
        session = Session.offline(options.snapshot, site=site)
        if session.site is not site:
            raise UsageError(
                f"{options.snapshot}: facts of site {session.site}, but site {site} is checked;"
                f" give --site {session.site}"
            )
        concurrency = options.concurrency or settings.concurrency or 8
        _log.debug("offline: facts of site %s, recorded %s", site, session.recorded)
        return replace(session, tokens=tuple(tokens), concurrency=concurrency)
    if "" in {options.hub_url, options.inference_url}:
        raise UsageError("an empty --hub-url or --inference-url; omit it to use ModelScope")
    retries = options.retries if options.retries is not None else settings.retries
    session = Session(
        site=site,
        tokens=tokens,
        hub_url=options.hub_url or os.environ.get("MSCONFIG_HUB_URL"),
        inference_url=options.inference_url or os.environ.get("MSCONFIG_INFERENCE_URL"),
        timeout=options.timeout or settings.timeout or 10.0,
        retries=2 if retries is None else retries,
        concurrency=options.concurrency or settings.concurrency or 8,
        trust_environment=True,
    )
    proxies = [name for name in os.environ if name.upper().endswith("_PROXY")]
    _log.debug("online: %s; proxy variables: %s", session.endpoints, ", ".join(proxies) or "none")
    return session


def given_ids(
    options: IdOptions,
    tokens: TokenOptions,
    settings: Settings,
    files_read: FilesRead | None = None,
) -> tuple[GivenId, ...]:
    """The ids of the command line, each once; else those of the settings; else none.

    Args:
        options: where the ids come from.
        tokens: where tokens come from; both cannot be standard input.
        settings: for their ids.
        files_read: takes the lists as they were read.

    Raises:
        UsageError: a source without ids, or an id that looks like a token.
        FileError: a file that cannot be read.
        DocumentError: a document that holds no ids.
    """
    if options.models.count("-") + tokens.token_file.count("-") > 1:
        raise UsageError("standard input (-) can be read only once")
    ids = as_given(options.ids)
    for source in options.models:
        ids += _some(_ids_in_list(_read_list(source, files_read), source), source)
    for source in options.from_documents:
        from msconfig.documents.recognise import ids_in_document

        ids += _some(ids_in_document(Path(source)), source)
    found = distinct(ids or settings.located_ids)
    for given in found:
        if looks_like_token(given.text):
            where = (
                f"{given.location.file}: line {given.location.line}" if given.location else "an id"
            )
            raise UsageError(f"{where} looks like a token; tokens do not belong in a list of ids")
    refuse_too_many(found)
    return found


def _note_on_files(arguments: Iterable[str]) -> tuple[str, ...]:
    """One note where an argument is a file, or standard input, and no id; else none."""
    files = [each for each in arguments if each == "-" or os.path.isfile(each)]  # noqa: PTH113 - any text
    if not files:
        return ()
    first = visible(files[0])
    more = f"; {counted(len(files) - 1, 'more argument')} likewise" if len(files) > 1 else ""
    if first == "-":
        return (f"- is read as an id; --models - reads standard input{more}",)
    return (f"{first} is a file, but read as an id; --models {first} reads the ids in it{more}",)


def note_on_pasted(ids: Iterable[GivenId]) -> tuple[str, ...]:
    """One note where a text was taken for an id that it does not spell exactly; else none."""
    texts: dict[str, list[str]] = {}
    for given in ids:
        if given.given is not None:
            texts.setdefault(given.given, []).append(given.text)
    if not texts:
        return ()
    (text, first), *others = texts.items()
    more = f"; {counted(len(others), 'more text')} likewise" if others else ""
    read = visible(" and ".join(first[:_MOST_NAMED]))
    if text.strip(WHITE_SPACE) == read:
        return (f"white space around {read} is left out{more}",)
    return (f"read {_quoted(visible(shortened(text, 60)))} as {read}{more}",)


def _quoted(text: str) -> str:
    """`text` in quotation marks that it does not hold itself."""
    marks = next((each for each in ('""', "''", "‹›") if not {*each} & {*text}), "‹›")
    return f"{marks[0]}{text}{marks[1]}"


def _ids_in_list(text: str, source: str) -> list[GivenId]:
    texts = texts_in_lines(text, source)
    ids = [given for each in texts for given in pasted(each)]
    if not any(map(ModelId.parse, {given.text for given in ids})):
        _refuse_another_kind([each.text for each in texts], _name(source))
    return ids


def _refuse_another_kind(lines: Sequence[str], name: str) -> None:
    """Refuse a file that is visibly no list; none of its lines is an id.

    Raises:
        UsageError: it names the kind and what reads it.
    """
    if any(line.endswith(":") or ": " in line or " = " in line for line in lines):
        raise UsageError(f"{name}: looks like YAML, TOML or code, not a list of ids; {_ONE_A_LINE}")


_ONE_A_LINE = (
    "--models takes one id a line; --scan finds the ids in other files, and --from reads those of a"
    " Cherry Studio document or backup, or of a saved reply of GET /v1/models"
)


def _name(source: str) -> str:
    return "standard input" if source == "-" else source


def _some(ids: list[GivenId], source: str) -> list[GivenId]:
    if not ids:
        raise UsageError(f"{_name(source)}: holds no model id")
    return ids


def _read_list(source: str, files_read: FilesRead | None) -> str:
    name = _name(source)
    if source == "-":
        raw = read_stdin(_MAX_LIST_BYTES)
    else:
        try:
            raw = read_at_most(Path(source), _MAX_LIST_BYTES)
        except FileError as error:
            if ModelId.parse(source) is None or Path(source).exists():
                raise
            raise FileError(f"{error}; it is a model id: give it without --models") from None
        if files_read is not None:
            files_read.add(source, raw)
    if len(raw) > _MAX_LIST_BYTES:
        raise UsageError(f"{name}: larger than 8 MiB, too large for a list of ids")
    try:
        text = decoded(raw)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UsageError(f"{name}: line {line} is not UTF-8 text") from None
    if "\0" in text:
        raise UsageError(
            f"{name}: holds NUL bytes, so it is no text (or UTF-16 without a byte order mark: save"
            f" it as UTF-8); {_ONE_A_LINE}"
        )
    if text.lstrip()[:1] in {"{", "["}:
        raise UsageError(f"{name}: looks like {_form(text)}, not a list of ids; {_ONE_A_LINE}")
    return text


def _form(text: str) -> str:
    """The form of a text that begins with a bracket."""
    first = text.lstrip().partition("\n")[0]
    if re.match(r"\[[^\]]*\](?:\(|\[)", first):
        return "Markdown with links"
    return "TOML or INI" if re.match(r"\[\[?[A-Za-z_][\w .-]*\]", first) else "JSON"


def given_tokens(options: TokenOptions, settings: Settings, *, offline: bool) -> tuple[Token, ...]:
    """The tokens from the places named by options or settings, else from the default variables.

    Raises:
        UsageError: options that exclude each other.
        TokenError: a place that holds no usable token.
        FileError: a file that cannot be read.
    """
    if options.no_token:
        if options.token_env or options.token_file:
            raise UsageError("--no-token excludes --token-env and --token-file")
        return ()
    variables = options.token_env
    if not variables and not options.token_file:
        variables = settings.token_env
        if offline:  # it is not checked, so a missing one does no harm
            variables = tuple(name for name in variables if os.environ.get(name, "").strip())
            if settings.token_env and not variables:
                return ()
    return find_tokens(
        variables=variables,
        files=options.token_file,
        environment=os.environ,
        read_stdin=lambda: read_stdin(_MAX_LIST_BYTES),
    )


def hint_at_other_variables() -> str:
    """Which variables may be meant where no token is found; "" if none is set."""
    names = other_variables(os.environ)
    if not names:
        return ""
    verb = "is set, but is" if len(names) == 1 else "are set, but are"
    return f"; {', '.join(names)} {verb} not read by default: give --token-env {names[0]}"


def fallback_inputs(
    settings: FallbackSettings, session: Session, *, no_token: bool
) -> FallbackInputs:
    """The fallback's key, ids and address.

    Raises:
        TokenError: there is no key, or it cannot be a key of Bailian.
        UsageError: `MSCONFIG_FALLBACK_URL` cannot be used.
    """
    region = Region(settings.region)
    own = {token.secret for token in session.tokens}
    key = None if no_token else _fallback_key(settings.token_env, own)
    if key is None and not session.is_offline and not no_token:
        raise TokenError(
            f"no key for the fallback: set {settings.token_env} (create one at"
            f" {addresses_in(region).key_page}), or remove [fallback] from the settings, or use"
            " --no-token to check models only"
        )
    kinds = {each.id: Kind(each.kind) for each in settings.models if each.kind}
    url = None if session.is_offline else os.environ.get("MSCONFIG_FALLBACK_URL")
    return FallbackInputs(
        FallbackRequest(region, settings.located_ids, key, kinds), base_url(region, url)
    )


def _fallback_key(variable: str, of_modelscope: set[Secret]) -> Token | None:
    if not os.environ.get(variable, "").strip():
        return None
    (key,) = find_tokens(
        variables=(variable,), files=(), environment=os.environ, read_stdin=lambda: b""
    )
    if key.secret in of_modelscope or key.secret.is_of_modelscope:
        raise TokenError(
            f"{variable} holds a ModelScope token, which is not sent to Bailian; set it to"
            " Bailian's key (sk-…)"
        )
    return key
