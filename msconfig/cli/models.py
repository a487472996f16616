"""`msconfig models`: find models that are served."""

from __future__ import annotations

from typing import Any

import click

from msconfig.cli.options import connection_options

__all__ = ["KINDS", "SORTS", "command"]

KINDS = (
    "chat",
    "vision",
    "image-generation",
    "image-edit",
    "embedding",
    "rerank",
    "video",
    "audio",
    "unknown",
)
SORTS = ("downloads", "likes", "updated", "name")


@click.command("models")
@click.argument("text", required=False, default="", metavar="[TEXT]")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(KINDS),
    metavar="KIND",
    help=f"{', '.join(KINDS)}; repeatable.",
)
@click.option("--owner", metavar="NAME", help="What stands before the / of an ID.")
@click.option(
    "--sort",
    type=click.Choice(SORTS),
    default="downloads",
    help="Most or newest first [downloads].",
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most N models.")
@click.option("--all", "include_unserved", is_flag=True, help="Also what is not served, marked.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), help="[text]")
@click.option("--ids", "ids_only", is_flag=True, help="IDs only, one a line.")
@connection_options
def command(**given: Any) -> int:  # noqa: ANN401 - click's options
    """Find served models whose ID holds the words of TEXT. No token is used.

    Served are those that the catalogue lists. Image, embedding and other kinds are not in it: there
    the hub's list is searched, and each model looked up.
    """
    from msconfig.cli.asking import AskOptions
    from msconfig.cli.discovering import FindOptions, find

    options = FindOptions(**{name: given.pop(name) for name in FindOptions.__slots__})
    return find(options, AskOptions(ids=(), models=(), from_documents=(), **given, no_token=True))
