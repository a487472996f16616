"""The command group, and the one place where an error becomes an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

import click

from msconfig.cli.command_group import CommandGroup
from msconfig.cli.console import note, write_result
from msconfig.cli.help_option import version_option, with_help
from msconfig.cli.log import Log
from msconfig.command_name import EVERYWHERE, command_name
from msconfig.errors import ExitCode, MsconfigError, UsageError
from msconfig.tokens import looks_like_token

__all__ = ["COMMANDS", "command_named", "run"]

COMMANDS = {
    "init": "Guided setup: token, models, msconfig.toml.",
    "check": "Check a token and model IDs.",
    "generate": "Check, then write Cherry Studio configuration.",
    "apply": "Put provider and models into a Cherry Studio backup.",
    "validate": "Check documents offline.",
    "models": "Find served models.",
    "quota": "Show the remaining Magicubes.",
    "link": "Write, read and open links that carry a key.",
    "snapshot": "Record the site's facts for offline use.",
    "mock": "Run a mock ModelScope server.",
    "doctor": "Compare the live service with what msconfig expects.",
    "help": "Show the help of a command.",
}
"""Each is `command` of the module or package `msconfig.cli.<name>`, which is imported only when it
is used; the list of commands imports none."""


def command_named(name: str) -> click.Command:
    """The command of `COMMANDS` with that name."""
    module = "init.command" if name == "init" else name
    command: click.Command = import_module(f"msconfig.cli.{module}").command
    return with_help(command)


class _Group(CommandGroup):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        return command_named(cmd_name) if cmd_name in COMMANDS else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:  # click would write a blank line first
            raise click.exceptions.Exit(ExitCode.INTERRUPTED) from None


@click.command(
    cls=_Group,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    help="Check a ModelScope token and model IDs, and write Cherry Studio provider configuration.",
    epilog="Exit codes: 0 all good, 1 a model fails, 2 usage, 3 token refused, 4 inconclusive,"
    " 5 invalid document, 70 bug, 130 interrupted.",
)
def _app() -> None:
    pass


_app.params.append(version_option())
with_help(_app)


def run(arguments: Sequence[str]) -> int:
    """Run the command line and give its exit code. Nothing is raised but `KeyboardInterrupt`."""
    with Log() as log:
        code = _run(arguments, log)
        log.debug("exit code %d", code)
        return code


def _run(arguments: Sequence[str], log: Log) -> int:
    try:
        _refuse_tokens(arguments)
        return _invoke(arguments, log)
    except click.Abort:
        return ExitCode.INTERRUPTED
    except click.ClickException as error:
        return _fail(error.format_message(), ExitCode.USAGE)
    except MsconfigError as error:
        return _fail(error.with_options, error.exit_code)
    except OSError as error:  # a file or folder without permission
        where = error.filename or "a file"
        return _fail(f"cannot access {where}: {error.strerror or error}", ExitCode.USAGE)
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001 - a panic of an extension in Rust is no Exception
        log.debug("a bug", error=error)
        return _fail(f"a bug in msconfig: {type(error).__name__} at {_place(error)}", ExitCode.BUG)


def _invoke(arguments: Sequence[str], log: Log) -> int:
    try:
        code = _app.main(
            list(arguments), prog_name=_called_as(sys.argv[0]), standalone_mode=False, obj=log
        )
    except click.exceptions.NoArgsIsHelpError as error:
        write_result(f"{error.format_message()}\n")
        return ExitCode.USAGE
    return int(code or 0)


def _called_as(path: str) -> str:
    """The name of the command in usage lines: the long one where it was called by that."""
    name = path.replace("\\", "/").rpartition("/")[2].removesuffix(".exe")
    return name if name == EVERYWHERE else command_name()


def _refuse_tokens(arguments: Sequence[str]) -> None:
    for position, argument in enumerate(arguments, start=1):
        if looks_like_token(argument):
            raise UsageError(
                f"argument {position} looks like a token or a link containing one. Command lines"
                " are visible to other users; use MODELSCOPE_API_TOKEN or --token-file for a token,"
                " and a file for a link"
            )


def _fail(message: str, code: ExitCode) -> int:
    first, *more = message.split("\n")
    note("\n".join([f"msconfig: {first}", *more]))
    return code


def _place(error: BaseException) -> str:
    """File and line where it was raised; the message may hold anything, so it is left out."""
    from pathlib import Path

    trace = error.__traceback__
    place = "?"
    while trace is not None:
        place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
