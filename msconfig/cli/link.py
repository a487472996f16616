"""`msconfig link`: the options of writing, reading and opening Cherry Studio's deep links."""

from __future__ import annotations

from typing import Any

import click

from msconfig.cli.options import common_options, site_option, token_places

__all__ = ["command"]


@click.group("link")
def command() -> None:
    """Write, read and open the links by which Cherry Studio takes a key.

    No check is made and nobody is asked: that is for check and generate.
    """


@command.command("encode", short_help="Write a link for each token.")
@token_places
@click.option("-o", "--output", metavar="FILE", help="Write them to FILE, for you alone.")
@click.option("--force", is_flag=True, help="Replace FILE if it differs.")
@click.option("--reveal", is_flag=True, help="Show them whole on a terminal.")
@site_option
@common_options
def encode_command(**given: Any) -> int:  # noqa: ANN401 - click's options
    """Write a link for each token; the token is not checked, and nobody is asked.

    A link holds the key. A terminal shows it masked; a pipe and FILE get it whole.
    """
    from msconfig.cli.linking import EncodeOptions, TokenOptions, encode

    options = EncodeOptions(**{name: given.pop(name) for name in EncodeOptions.__slots__})
    return encode(options, TokenOptions(**given))


@command.command("decode", short_help="Tell what the app makes of links.")
@click.argument("file", metavar="FILE|-")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="[text]"
)
@common_options
def decode_command(**given: Any) -> int:  # noqa: ANN401 - click's options
    """Tell what each version of the app makes of the links in FILE, one a line.

    Keys are masked. It ends with 5 if there is a link that no version opens.
    """
    from msconfig.cli.decoding import DecodeOptions, decode

    return decode(DecodeOptions(**given))


@command.command("open", short_help="Hand links to the app.")
@click.argument("file", required=False, metavar="[FILE|-]")
@token_places
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--wait",
    type=click.IntRange(0, 600),
    metavar="SECONDS",
    help="With --yes: how long the page stays [30].",
)
@site_option
@common_options
def open_command(**given: Any) -> int:  # noqa: ANN401 - click's options
    """Show the links of FILE, or else of each token, in the browser, to be clicked.

    They stand on a page that only you can read, and that is removed afterwards. A browser from a
    snap reads nothing in /tmp: set TMPDIR to a folder of yours then.
    """
    from msconfig.cli.linking import TokenOptions
    from msconfig.cli.opening import OpenOptions, open_links

    options = OpenOptions(**{name: given.pop(name) for name in OpenOptions.__slots__})
    return open_links(options, TokenOptions(**given))
