"""`msconfig init`: the options of the guided setup."""

from __future__ import annotations

import click

from msconfig.cli.init.unserved import Unserved
from msconfig.cli.language_option import LanguageChoice
from msconfig.cli.params import EnumChoice, IdsCommand, InputOptions, input_options
from msconfig.errors import UsageError
from msconfig.languages import Tag
from msconfig.modelscope.kinds import Kind


def _kinds(
    _ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, Kind], ...]:
    kinds: dict[str, Kind] = {}
    choices = [kind for kind in Kind if kind is not Kind.UNKNOWN]
    for value in values:
        model_id, _, kind = value.rpartition("=")
        if not model_id or kind not in choices:
            raise click.BadParameter(f"ID=KIND, with KIND one of {', '.join(choices)}")
        if kinds.setdefault(model_id, Kind(kind)) != kind:
            raise click.BadParameter(f"{model_id} has two kinds")
    return tuple(kinds.items())


@click.command("init", cls=IdsCommand)
@input_options
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    callback=_kinds,
    metavar="ID=KIND",
    help="Kind of a model, overriding the hub; repeatable.",
)
@click.option(
    "--unserved",
    type=EnumChoice(Unserved),
    help="What happens to models that fail; replace: by the first suggestion.",
)
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(),
    metavar="DIR",
    help="Also write the guide and documents to DIR, as generate does.",
)
@click.option(
    "--lang",
    "languages",
    multiple=True,
    type=LanguageChoice(),
    metavar="TAG",
    help=f"Language of the guide: {', '.join(Tag)}; repeatable [of the system].",
)
@click.option(
    "--force",
    is_flag=True,
    help="Replace a different site or token_env in the file, and files in DIR that differ.",
)
@click.option("--yes", is_flag=True, help="Do not prompt; missing values are errors.")
def command(
    options: InputOptions,
    *,
    kinds: tuple[tuple[str, Kind], ...],
    unserved: Unserved | None,
    folder: str | None,
    languages: tuple[Tag, ...],
    force: bool,
    yes: bool,
) -> int:
    """Set up msconfig.toml (or --config FILE) step by step, then write the guide.

    An existing file is extended; its comments and order are kept. The token is verified and never
    written to it. Every answer can be given as an option; without a terminal, all must be.
    """
    from msconfig.cli.init.wizard import InitOptions, start

    if folder == "":
        raise UsageError("-o is empty; it takes a folder")
    return start(
        InitOptions(
            kinds=kinds,
            unserved=unserved,
            force=force,
            yes=yes,
            folder=folder,
            languages=languages,
        ),
        options,
    )
