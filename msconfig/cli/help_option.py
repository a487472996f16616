"""`--help` and `--version`, written as every result is: closed and full streams included."""

from __future__ import annotations

from collections.abc import Callable

import click

from msconfig._version import __version__

__all__ = ["version_option", "with_help"]

_Callback = Callable[[click.Context, click.Parameter, bool], None]


def with_help(command: click.Command) -> click.Command:
    """`command` and those below it with an option `--help` of ours in place of click's.

    click writes help past `write_result`: a reader that closes early would make it an error, and a
    full disk a traceback.
    """
    if command.add_help_option:
        command.add_help_option = False
        command.params.append(_eager(("-h", "--help"), _show_help, "Show this message and exit."))
    for each in getattr(command, "commands", {}).values():
        with_help(each)
    return command


def version_option() -> click.Option:
    """The option `--version`."""
    return _eager(("--version",), _show_version, "Show the version and exit.")


def _eager(names: tuple[str, ...], callback: _Callback, words: str) -> click.Option:
    return click.Option(
        names, is_flag=True, is_eager=True, expose_value=False, callback=callback, help=words
    )


def _show_help(ctx: click.Context, _option: click.Parameter, is_given: bool) -> None:
    if is_given and not ctx.resilient_parsing:
        _write(ctx, f"{ctx.get_help()}\n")


def _show_version(ctx: click.Context, _option: click.Parameter, is_given: bool) -> None:
    if is_given and not ctx.resilient_parsing:
        _write(ctx, f"msconfig {__version__}\n")


def _write(ctx: click.Context, text: str) -> None:
    from msconfig.cli.console import write_result

    write_result(text)
    ctx.exit()
