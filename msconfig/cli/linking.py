"""What `msconfig link encode` does: a link for each token, proved and never shown by chance."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from msconfig.cherry.link import PREFIX
from msconfig.cherry.provider import Configuration, configure
from msconfig.cli.asking import AskOptions
from msconfig.cli.configuring import provider_choice
from msconfig.cli.console import is_terminal, note, write_result
from msconfig.cli.job import prepare
from msconfig.errors import ExitCode, TokenError, UsageError
from msconfig.files import OutputFile, plan, write
from msconfig.modelscope.sites import addresses_of
from msconfig.rendering.generating import Target, make
from msconfig.text import visible

__all__ = ["EncodeOptions", "TokenOptions", "encode", "links_of_tokens"]


@dataclass(frozen=True, slots=True)
class EncodeOptions:
    """What `link encode` was told besides where tokens come from."""

    output: str | None
    force: bool
    reveal: bool


@dataclass(frozen=True, slots=True)
class TokenOptions:
    """Where tokens come from and whose they are; None where nothing was said."""

    token_env: tuple[str, ...]
    token_file: tuple[str, ...]
    site: str | None
    config: str | None
    verbose: bool
    quiet: bool


def encode(options: EncodeOptions, told: TokenOptions) -> ExitCode:
    """Write the links; the exit code."""
    if options.output is None and options.force:
        raise UsageError("--force is about -o FILE, which was not given")
    if options.output is not None:
        if options.reveal:
            raise UsageError("--reveal is about a terminal; -o FILE gets the links whole anyway")
        if not Path(options.output).name:
            raise UsageError("-o takes the name of a file")
    text, configuration = links_of_tokens(told)
    if options.output is not None:
        _write(Path(options.output), text, configuration, force=options.force)
    elif options.reveal or not is_terminal(sys.stdout):
        write_result(text)
    else:
        rows = [f"{PREFIX}v=1&data=…\n  {key}\n" for key in _keys(configuration)]
        write_result("".join(rows))
        if not told.quiet:
            note("masked on a terminal; --reveal shows them, -o FILE and a pipe get them whole")
    return ExitCode.OK


def links_of_tokens(told: TokenOptions) -> tuple[str, Configuration]:
    """One link a line for each token, and the provider and keys that are in them.

    Raises:
        TokenError: there is no token, or a place holds none that can be used.
        UsageError: settings or options that cannot be used.
        DocumentError: a link that a version would not read as it was meant.
        FileError: a file that cannot be read.
    """
    asked = AskOptions(
        ids=(),
        models=(),
        from_documents=(),
        site=told.site,
        hub_url=None,
        inference_url=None,
        offline=False,
        snapshot=None,
        timeout=None,
        retries=None,
        concurrency=None,
        config=told.config,
        verbose=told.verbose,
        quiet=told.quiet,
        token_env=told.token_env,
        token_file=told.token_file,
    )
    job = prepare(asked, needs_token=False, needs_ids=False)
    if not job.tokens:
        raise TokenError(
            "no token, so there is no key for a link: set MODELSCOPE_API_TOKEN (you make one at"
            f" {addresses_of(job.site).token_page})"
        )
    keys = [token.secret for token in job.tokens]
    configuration = configure(job.site, provider_choice(job), (), keys)
    if told.verbose:
        for token in job.tokens:
            note(f"{token.source} → a link for the provider {configuration.provider.id}")
    made = make([configuration], [Target.LINK])
    return made.texts[Target.LINK.file_name()], configuration


def _write(path: Path, text: str, configuration: Configuration, *, force: bool) -> None:
    planned = plan(path.parent, [OutputFile(path.name, text.encode())])
    if planned.in_the_way and not force:
        raise UsageError(f"not overwritten: {path}; it differs, and --force replaces it")
    write(planned)
    count = len(configuration.api_keys)
    name = visible(str(path))
    lines = [f"✓ {count} link{'s' if count > 1 else ''} written to {name}:"]
    lines += [f"  {key}" for key in _keys(configuration)]
    lines += ["", f"Next: msconfig link open {name}", "It holds the key: delete it after use."]
    write_result("\n".join(lines) + "\n")


def _keys(configuration: Configuration) -> list[str]:
    provider = visible(configuration.provider.id)
    return [
        f"{visible(each.key.masked)} ({each.key.fingerprint}) for {provider}"
        for each in configuration.api_keys
    ]
