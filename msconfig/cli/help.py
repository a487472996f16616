"""`msconfig help`: the help of the program or of a command."""

from __future__ import annotations

import click

from msconfig.errors import ExitCode, UsageError

__all__ = ["command"]


@click.command("help")
@click.argument("names", nargs=-1, metavar="[COMMAND]...")
def command(*, names: tuple[str, ...]) -> int:
    """Show the help of msconfig or of COMMAND, the same as --help."""
    from msconfig.cli.console import write_result

    shown = click.get_current_context().find_root()
    for name in names:
        if not isinstance(shown.command, click.Group):
            raise UsageError(f"{shown.command_path} has no commands, so no {name!r}")
        _, found, _ = shown.command.resolve_command(shown, [name])
        if found is None:
            raise UsageError(f"no command {name!r}")
        shown = click.Context(found, info_name=name, parent=shown)
    write_result(f"{shown.command.get_help(shown)}\n")
    return ExitCode.OK
