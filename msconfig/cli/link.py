"""`msconfig link`: write, read and open Cherry Studio's deep links."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from msconfig.cli.command_group import CommandGroup
from msconfig.cli.params import (
    CommonOptions,
    ConnectionOptions,
    OutputFormat,
    TokenOptions,
    common_options,
    format_option,
    site_option,
    token_places,
)
from msconfig.errors import ExitCode, TokenError, UsageError
from msconfig.modelscope.sites import Site, addresses_of

if TYPE_CHECKING:
    from msconfig.cherry.provider import Configuration

__all__ = ["command", "links_of_tokens"]


@click.group("link", cls=CommandGroup)
def command() -> None:
    """Write, read and open the links by which Cherry Studio imports a key.

    Nothing is checked and no request is made: use check and generate for that.
    """


@command.command("encode", short_help="Write a link for each token.")
@token_places
@click.option("-o", "--output", metavar="FILE", help="Write them to FILE, readable by you alone.")
@click.option("--force", is_flag=True, help="Replace FILE if it differs.")
@click.option("--reveal", is_flag=True, help="Show them whole on a terminal.")
@site_option
@common_options
def encode_command(
    *,
    tokens: TokenOptions,
    output: str | None,
    force: bool,
    reveal: bool,
    site: Site | None,
    common: CommonOptions,
) -> int:
    """Write a link for each token. The token is not checked and no request is made.

    A link contains the key. A terminal shows it masked; a pipe and FILE get it whole.
    """
    from msconfig.cli.console import is_terminal, note, write_result, write_text
    from msconfig.files import OutputFile, changes_in, write
    from msconfig.reports.link import encoded_masked, encoded_to_file

    if output is None and force:
        raise UsageError("--force needs -o FILE")
    if output is not None:
        if reveal:
            raise UsageError("--reveal is for a terminal; -o FILE gets the links whole anyway")
        if not Path(output).name:
            raise UsageError("-o takes the name of a file")
    text, configuration = links_of_tokens(tokens, site, common)
    if output is not None:
        path = Path(output)
        planned = changes_in(path.parent, [OutputFile(path.name, text.encode())])
        if planned.existing and not force:
            raise UsageError(f"not overwritten: {path}; it differs, and --force replaces it")
        write(planned)
        write_text(encoded_to_file(configuration, path))
    elif reveal or not is_terminal(sys.stdout):
        write_result(text)
    else:
        write_text(encoded_masked(configuration))
        if not common.quiet:
            note("masked on a terminal; --reveal shows them, -o FILE and a pipe get them whole")
    return ExitCode.OK


@command.command("decode", short_help="Show what the app does with links.")
@click.argument("file", metavar="FILE|-")
@format_option()
@common_options
def decode_command(*, file: str, output_format: OutputFormat, common: CommonOptions) -> int:
    """Show what each version of the app does with the links in FILE, one a line.

    Keys are masked. The exit code is 5 if a link opens in no version or in one alone, or if
    validate finds an error in it.
    """
    from msconfig.cli.console import columns, note, write_result, write_text
    from msconfig.documents.links_file import read_links
    from msconfig.reports.link import decoded_as_json, decoded_as_text

    if common.config:
        from msconfig.settings import loading

        loading.find(Path(common.config))
    links = read_links(file)
    if common.verbose:
        note(f"{links.name}: {len(links.links)} links, read as schemas/link.schema.json")
    is_good = all(link.is_good for link in links.links)
    code = ExitCode.OK if is_good else ExitCode.INVALID_DOCUMENT
    if output_format is OutputFormat.JSON:
        write_result(decoded_as_json(links, code))
    else:
        write_text(decoded_as_text(links, columns(), with_rules=not common.quiet))
    return code


@command.command("open", short_help="Open links from a browser page.")
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
def open_command(
    *,
    file: str | None,
    tokens: TokenOptions,
    yes: bool,
    wait: int | None,
    site: Site | None,
    common: CommonOptions,
) -> int:
    """Show the links of FILE, or else of each token, on a browser page, to be clicked.

    Only you can read the page, and it is removed afterwards. A browser from a snap reads nothing in
    /tmp: set TMPDIR to a folder in your home directory then.
    """
    from msconfig.cli.link_open import open_links

    if wait is not None and not yes:
        raise UsageError("--wait needs --yes; without it, Enter removes the page")
    if file is not None and (tokens.token_env or tokens.token_file or site):
        raise UsageError("FILE has its keys already; omit --token-env, --token-file and --site")
    return open_links(
        file,
        lambda: links_of_tokens(tokens, site, common)[0],
        common,
        seconds=None if not yes else wait,
        asks=not yes,
    )


def links_of_tokens(
    tokens: TokenOptions, site: Site | None, common: CommonOptions
) -> tuple[str, Configuration]:
    """One link a line for each token, and the provider and keys that are in them.

    Raises:
        TokenError: there is no token, or a place holds none that can be used.
        UsageError: settings or options that cannot be used.
        DocumentError: a link that a version would not read as intended.
        FileError: a file that cannot be read.
    """
    from msconfig.cherry.provider import configure
    from msconfig.cli.console import note
    from msconfig.cli.inputs import (
        given_tokens,
        hint_at_other_variables,
        open_session,
        provider_choice,
        settings_of,
    )
    from msconfig.rendering.generating import render_documents
    from msconfig.rendering.targets import Target

    settings = settings_of(common)
    found = given_tokens(tokens, settings, offline=False)
    session = open_session(ConnectionOptions(site=site), settings, found)
    if not found:
        raise TokenError(
            "no token, so there is no key for a link: set MODELSCOPE_API_TOKEN (create a token at"
            f" {addresses_of(session.site).token_page}){hint_at_other_variables()}"
        )
    keys = [token.secret for token in found]
    configuration = configure(session.site, provider_choice(settings), (), keys)
    if common.verbose:
        for token in found:
            note(f"{token.source} → a link for the provider {configuration.provider.id}")
    made = render_documents([configuration], [Target.LINK])
    return made.texts[Target.LINK.file_name()], configuration
