"""Options that commands share: their declarations, and the values that they amount to.

Each group is one decorator and one dataclass. The decorator adds the options and passes their
values as a single argument, so that a command's signature names and types all that it takes.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, TypeVar

import click

from msconfig.cli.log import Log
from msconfig.modelscope.sites import Site

__all__ = [
    "CommonOptions",
    "ConnectionOptions",
    "EnumChoice",
    "FixOptions",
    "IdOptions",
    "IdsCommand",
    "InputOptions",
    "OutputFormat",
    "ScanOptions",
    "ScanningCommand",
    "TokenOptions",
    "common_options",
    "connection_options",
    "fix_options",
    "format_option",
    "id_options",
    "input_options",
    "online_options",
    "scan_options",
    "site_option",
    "token_options",
    "token_places",
]

_Command = TypeVar("_Command", bound=Callable[..., Any])
_Enum = TypeVar("_Enum", bound=StrEnum)


class EnumChoice(click.Choice[_Enum]):
    """The values of an enum as choices; a command gets the member.

    click's own way shows the names of the members, which are upper case here.
    """

    def normalize_choice(self, choice: object, ctx: click.Context | None) -> str:
        """The value of a member, as it is typed."""
        return super().normalize_choice(str(choice), ctx)


class OutputFormat(StrEnum):
    """The choices of `--format` of a command whose result is a text or a JSON document."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonOptions:
    """Options of every command; None means not given."""

    config: str | None = None
    verbose: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionOptions:
    """Where requests go, and how; None means not given."""

    site: Site | None = None
    hub_url: str | None = None
    inference_url: str | None = None
    offline: bool = False
    snapshot: str | None = None
    timeout: float | None = None
    retries: int | None = None
    concurrency: int | None = None

    @property
    def is_offline(self) -> bool:
        """Whether recorded facts answer."""
        return self.offline or self.snapshot is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdOptions:
    """Where model ids come from."""

    ids: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    from_documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanOptions:
    """Files of any program that hold ids."""

    scan: tuple[str, ...] = ()
    """Files and folders."""
    diff: str | None = None
    """A revision of git; only places that were added since then count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenOptions:
    """Where tokens come from."""

    token_env: tuple[str, ...] = ()
    token_file: tuple[str, ...] = ()
    no_token: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FixOptions:
    """Whether and how failing ids are replaced in their files."""

    fix: bool = False
    fix_any: bool = False
    dry_run: bool = False

    @property
    def is_fixing(self) -> bool:
        """Whether ids are replaced, or with `dry_run` would be."""
        return self.fix or self.fix_any


@dataclass(frozen=True, slots=True, kw_only=True)
class InputOptions:
    """Options of a command that checks ids and tokens."""

    ids: IdOptions = field(default_factory=IdOptions)
    tokens: TokenOptions = field(default_factory=TokenOptions)
    connection: ConnectionOptions = field(default_factory=ConnectionOptions)
    common: CommonOptions = field(default_factory=CommonOptions)


def common_options(command: _Command) -> Callable[..., Any]:
    """Add -v, -q and --config; passed as `common`."""
    options = [
        click.option(
            "-v",
            "--verbose",
            count=True,
            callback=_verbose,
            help="Log each request to stderr; -vv logs more.",
        ),
        click.option("-q", "--quiet", is_flag=True, help="No progress and no notes on stderr."),
        click.option(
            "--config",
            type=click.Path(),
            metavar="FILE",
            help="Settings, instead of msconfig.toml.",
        ),
    ]
    return _grouped("common", CommonOptions, options, command)


def id_options(command: _Command) -> Callable[..., Any]:
    """Add the ids; passed as `ids`."""
    options = [
        click.argument("ids", nargs=-1, metavar="[ID]...", callback=_without_blank),
        click.option(
            "--models", multiple=True, metavar="FILE", help="IDs from a file, one a line (- stdin)."
        ),
        click.option(
            "--from",
            "from_documents",
            multiple=True,
            metavar="FILE",
            help="IDs from a Cherry Studio document or backup, or a saved /v1/models reply.",
        ),
    ]
    return _grouped("ids", IdOptions, options, command)


class IdsCommand(click.Command):
    """A command that takes ids, also as an entry of a Markdown or YAML list (``- owner/name``)."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse `args`, where a dash with a blank behind it begins no option."""
        with_value = {
            name
            for param in self.params
            if isinstance(param, click.Option) and not param.is_flag and not param.count
            for name in param.opts
        }
        return super().parse_args(ctx, list(_entries_as_ids(args, with_value)))


def _entries_as_ids(arguments: Sequence[str], with_value: Collection[str]) -> Iterator[str]:
    before = ""
    for position, argument in enumerate(arguments):
        if argument == "--":
            yield from arguments[position:]
            return
        is_entry = argument.startswith(_ENTRY) and before not in with_value
        yield f" {argument}" if is_entry else argument  # `_without_blank` takes the blank back
        before = argument


_ENTRY = ("- ", "-\t", "-\N{NO-BREAK SPACE}")


def _without_blank(
    _ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    return tuple(each.removeprefix(" ") if each[1:].startswith(_ENTRY) else each for each in values)


class ScanningCommand(IdsCommand):
    """A command whose --scan takes all paths up to the next option, as a shell expands them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse `args`, with an option for each path of --scan."""
        return super().parse_args(ctx, list(_scan_for_each(args)))


def _scan_for_each(arguments: Sequence[str]) -> Iterator[str]:
    paths: int | None = None  # behind the last --scan; None elsewhere
    for position, argument in enumerate(arguments):
        if argument == "--":  # what follows are ids
            yield from arguments[position:]
            return
        if argument == "--scan":
            paths = 0
        elif paths == 0:
            paths = 1
        elif argument.startswith("-"):
            paths = None
        elif paths:
            yield "--scan"
        yield argument


def scan_options(command: _Command) -> Callable[..., Any]:
    """Add --scan and --diff; passed as `scanning`."""
    options = [
        click.option(
            "--scan",
            multiple=True,
            metavar="PATH...",
            help="IDs in files, or in the files of folders, of any program.",
        ),
        click.option(
            "--diff",
            metavar="REV",
            help="With --scan: only what was added since a git revision.",
        ),
    ]
    return _grouped("scanning", ScanOptions, options, command)


def token_options(command: _Command) -> Callable[..., Any]:
    """Add where tokens come from, and --no-token; passed as `tokens`."""
    no_token = click.option(
        "--no-token", is_flag=True, help="Do not use a token; check models only."
    )
    return _grouped("tokens", TokenOptions, [*_TOKEN_PLACES, no_token], command)


def token_places(command: _Command) -> Callable[..., Any]:
    """Add where tokens come from, for a command that needs one; passed as `tokens`."""
    return _grouped("tokens", TokenOptions, _TOKEN_PLACES, command)


_TOKEN_PLACES = (
    click.option(
        "--token-env",
        multiple=True,
        metavar="NAME",
        help="Environment variable that holds a token.",
    ),
    click.option(
        "--token-file", multiple=True, metavar="FILE", help="File that holds a token (- stdin)."
    ),
)


def site_option(command: _Command) -> _Command:
    """Add the site, as `site`."""
    return click.option("--site", type=EnumChoice(Site), help="ModelScope site [cn].")(command)


def connection_options(command: _Command) -> Callable[..., Any]:
    """Add where requests go and how, passed as `connection`; then the common options."""
    options = [site_option, *_OFFLINE, *_REQUESTS]
    return _grouped("connection", ConnectionOptions, options, common_options(command))


def online_options(command: _Command) -> Callable[..., Any]:
    """Like `connection_options`, for a command whose answer no snapshot has."""
    options = [site_option, *_REQUESTS]
    return _grouped("connection", ConnectionOptions, options, common_options(command))


_OFFLINE = (
    click.option("--offline", is_flag=True, help="No network: answer from recorded facts."),
    click.option(
        "--snapshot", type=click.Path(), metavar="FILE", help="Offline, with the facts in FILE."
    ),
)
_REQUESTS = (
    click.option("--hub-url", metavar="URL", help="Hub to use [MSCONFIG_HUB_URL]."),
    click.option(
        "--inference-url", metavar="URL", help="API-Inference to use [MSCONFIG_INFERENCE_URL]."
    ),
    click.option(
        "--timeout",
        type=float,
        callback=lambda _ctx, _param, value: _seconds(value),
        metavar="SECONDS",
        help="Timeout per attempt, in seconds [10].",
    ),
    click.option("--retries", type=click.IntRange(0, 10), help="Retries per request [2]."),
    click.option("--concurrency", type=click.IntRange(1, 64), help="Parallel requests [8]."),
)


def input_options(command: _Command) -> Callable[..., Any]:
    """Add ids, tokens, where requests go and the common options; passed as `options`."""

    @functools.wraps(command)
    def collected(
        ids: IdOptions,
        tokens: TokenOptions,
        connection: ConnectionOptions,
        common: CommonOptions,
        **own: object,
    ) -> object:
        options = InputOptions(ids=ids, tokens=tokens, connection=connection, common=common)
        return command(options=options, **own)

    return id_options(token_options(connection_options(collected)))


def fix_options(command: _Command) -> Callable[..., Any]:
    """Add --fix, --fix-any and --dry-run; passed as `fixing`."""
    options = [
        click.option(
            "--fix",
            is_flag=True,
            help="Replace failing IDs in their files by the same model as it is served.",
        ),
        click.option(
            "--fix-any",
            is_flag=True,
            help="Like --fix, also by another model, if it is suggested first.",
        ),
        click.option(
            "--dry-run", is_flag=True, help="With --fix, show the changed lines; write nothing."
        ),
    ]
    return _grouped("fixing", FixOptions, options, command)


def format_option(help_text: str = "[text]") -> Callable[[_Command], _Command]:
    """Add --format with text and JSON, as `output_format`."""
    return click.option(
        "--format",
        "output_format",
        type=EnumChoice(OutputFormat),
        default=OutputFormat.TEXT,
        help=help_text,
    )


def _grouped(
    name: str,
    group: type,
    options: Sequence[Callable[[Callable[..., Any]], Callable[..., Any]]],
    command: Callable[..., Any],
) -> Callable[..., Any]:
    """`command` with `options`, whose values it gets as one `group` in the parameter `name`."""
    names = [each.name for each in fields(group)]

    @functools.wraps(command)
    def collected(**given: Any) -> object:  # noqa: ANN401 - what click parsed
        values = {each: given.pop(each) for each in names if each in given}
        return command(**{name: group(**values)}, **given)

    for option in reversed(options):
        collected = option(collected)
    return collected


def _verbose(ctx: click.Context, _param: click.Parameter, value: int) -> bool:
    log = ctx.find_object(Log)
    if log is not None and value:
        log.show(debug=value > 1)
    return value > 0


def _seconds(value: float | None) -> float | None:
    if value is not None and not (math.isfinite(value) and 0 < value <= 600):  # noqa: PLR2004
        raise click.BadParameter("seconds, more than 0 and at most 600")
    return value
