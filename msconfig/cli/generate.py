"""`msconfig generate`: check, then write Cherry Studio configuration, all of it or nothing."""

from __future__ import annotations

from typing import Any

import click

from msconfig.cli.options import ask_options

__all__ = ["command"]


@click.command("generate")
@ask_options
@click.option(
    "-o",
    "--output",
    "folder",
    required=True,
    type=click.Path(),
    metavar="DIR",
    help="Folder for the files; made 0700 if missing.",
)
@click.option(
    "--target",
    "targets",
    multiple=True,
    type=click.Choice(["v2", "v1", "link", "guide"]),
    help="What to write; repeatable [v2, v1, link].",
)
@click.option(
    "--lang",
    "languages",
    multiple=True,
    type=click.Choice(["en", "zh-CN", "zh-TW", "es", "fr", "pt", "ru", "ja"]),
    help="Language of the guide; repeatable [en].",
)
@click.option("--only-usable", is_flag=True, help="Leave out models that do not pass.")
@click.option("--redact", is_flag=True, help="Write no key and no link.")
@click.option("--force", is_flag=True, help="Replace files that differ.")
@click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
@click.option(
    "--template",
    type=click.Path(),
    metavar="FILE",
    help="Your own NAME.j2, rendered to NAME beside the rest.",
)
@click.option(
    "--schema",
    type=click.Path(),
    metavar="FILE",
    help="JSON Schema that its result has to keep.",
)
@click.option("--strict", is_flag=True, default=None, help="Count unknown models as failures.")
def command(**given: Any) -> int:  # noqa: ANN401 - click's options
    """Check, then write Cherry Studio configuration: all files, or none.

    Nothing is written unless every model and token passes.
    """
    from msconfig.cli.asking import AskOptions
    from msconfig.cli.generation import GenerateOptions, generate

    options = GenerateOptions(**{name: given.pop(name) for name in GenerateOptions.__slots__})
    return generate(options, AskOptions(**given))
