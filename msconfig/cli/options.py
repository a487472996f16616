"""Options that commands share."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

__all__ = [
    "ask_options",
    "common_options",
    "connection_options",
    "id_options",
    "site_option",
    "token_options",
    "token_places",
]

_Command = TypeVar("_Command", bound=Callable[..., Any])


def common_options(command: _Command) -> _Command:
    """Add -v, -q and --config."""
    options = [
        click.option("-v", "--verbose", is_flag=True, help="Tell every request on stderr."),
        click.option("-q", "--quiet", is_flag=True, help="No progress and no notes on stderr."),
        click.option(
            "--config",
            type=click.Path(),
            metavar="FILE",
            help="Settings in place of msconfig.toml.",
        ),
    ]
    return _with(options, command)


def id_options(command: _Command) -> _Command:
    """Add the ids."""
    options = [
        click.argument("ids", nargs=-1, metavar="[ID]..."),
        click.option(
            "--models", multiple=True, metavar="FILE", help="IDs from a file, one a line (- stdin)."
        ),
        click.option(
            "--from",
            "from_documents",
            multiple=True,
            metavar="FILE",
            help="IDs from a provider document of Cherry Studio.",
        ),
    ]
    return _with(options, command)


def token_options(command: _Command) -> _Command:
    """Add where tokens come from, and that there is none."""
    no_token = click.option("--no-token", is_flag=True, help="Check the models alone.")
    return token_places(no_token(command))


def token_places(command: _Command) -> _Command:
    """Add where tokens come from."""
    options = [
        click.option("--token-env", multiple=True, metavar="NAME", help="Variable with a token."),
        click.option(
            "--token-file", multiple=True, metavar="FILE", help="File with a token (- stdin)."
        ),
    ]
    return _with(options, command)


def site_option(command: _Command) -> _Command:
    """Add the site."""
    return click.option("--site", type=click.Choice(["cn", "ai"]), help="ModelScope site [cn].")(
        command
    )


def connection_options(command: _Command) -> _Command:
    """Add where to ask and how; then the common options."""
    options = [
        click.option("--offline", is_flag=True, help="No network: ask recorded facts."),
        click.option(
            "--snapshot",
            type=click.Path(),
            metavar="FILE",
            help="Offline, with the facts in FILE.",
        ),
        click.option("--hub-url", metavar="URL", help="Ask this hub [MSCONFIG_HUB_URL]."),
        click.option(
            "--inference-url", metavar="URL", help="Ask this API [MSCONFIG_INFERENCE_URL]."
        ),
        click.option(
            "--timeout", type=float, callback=_seconds, metavar="SECONDS", help="For a try [10]."
        ),
        click.option("--retries", type=click.IntRange(0, 10), help="After a failed try [2]."),
        click.option("--concurrency", type=click.IntRange(1, 64), help="Requests at a time [8]."),
    ]
    return site_option(_with(options, common_options(command)))


def ask_options(command: _Command) -> _Command:
    """Add ids, tokens, where to ask and how, and the common options."""
    return id_options(token_options(connection_options(command)))


def _with(options: Sequence[Callable[[_Command], _Command]], command: _Command) -> _Command:
    for option in reversed(options):
        command = option(command)
    return command


def _seconds(_ctx: click.Context, _param: click.Parameter, value: float | None) -> float | None:
    if value is not None and not (math.isfinite(value) and 0 < value <= 600):  # noqa: PLR2004
        raise click.BadParameter("seconds, more than 0 and at most 600")
    return value
