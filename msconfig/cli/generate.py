"""`msconfig generate`: check, then write all documents or none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from msconfig.checking.report import Proof
from msconfig.cli.language_option import LanguageChoice, languages_of
from msconfig.cli.params import EnumChoice, IdsCommand, InputOptions, input_options
from msconfig.cli.proof_option import require_option
from msconfig.errors import ExitCode, UsageError
from msconfig.languages import Tag
from msconfig.rendering.targets import Target

if TYPE_CHECKING:
    from msconfig.cli.inputs import Inputs

__all__ = ["command", "write_configuration"]


@click.command("generate", cls=IdsCommand)
@input_options
@click.option(
    "-o",
    "--output",
    "folder",
    required=True,
    type=click.Path(),
    metavar="DIR",
    help="Folder for the files; created with mode 0700 if missing.",
)
@click.option(
    "--target",
    "targets",
    multiple=True,
    type=EnumChoice(Target),
    help="What to write; repeatable [all].",
)
@click.option(
    "--lang",
    "languages",
    multiple=True,
    type=LanguageChoice(),
    metavar="TAG",
    help=f"Language of the guide: {', '.join(Tag)}; repeatable [of the system].",
)
@click.option("--only-usable", is_flag=True, help="Leave out models that do not pass.")
@click.option("--redact", is_flag=True, help="Write no key and no link.")
@click.option("--force", is_flag=True, help="Replace files that differ.")
@click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
@click.option(
    "--template",
    type=click.Path(),
    metavar="FILE",
    help="Your own NAME.j2, rendered to NAME as well.",
)
@click.option(
    "--schema",
    type=click.Path(),
    metavar="FILE",
    help="JSON Schema for the result of --template.",
)
@click.option("--strict", is_flag=True, default=None, help="Count unknown models as failures.")
@require_option
def command(
    options: InputOptions,
    *,
    folder: str,
    targets: tuple[Target, ...],
    languages: tuple[Tag, ...],
    only_usable: bool,
    redact: bool,
    force: bool,
    dry_run: bool,
    template: str | None,
    schema: str | None,
    strict: bool | None,
    require: Proof | None,
) -> int:
    """Check, then write Cherry Studio configuration: all files, or none.

    Nothing is written unless every model and token passes.
    """
    from msconfig.cli.inputs import prepare

    if not folder:
        raise UsageError("-o is empty; it takes a folder")
    return write_configuration(
        prepare(options, needs_token=True),
        folder=folder,
        targets=targets,
        languages=languages,
        only_usable=only_usable,
        redact=redact,
        force=force,
        dry_run=dry_run,
        template=template,
        schema=schema,
        strict=strict,
        require=require,
    )


def write_configuration(
    inputs: Inputs,
    *,
    folder: str,
    targets: tuple[Target, ...] = (),
    languages: tuple[Tag, ...] = (),
    only_usable: bool = False,
    redact: bool = False,
    force: bool = False,
    dry_run: bool = False,
    template: str | None = None,
    schema: str | None = None,
    strict: bool | None = None,
    require: Proof | None = None,
) -> ExitCode:
    """Check `inputs`, write the files or none, and report both; the exit code.

    Raises:
        UsageError: options that exclude each other, or documents that exist and differ.
        FileError: the folder or a file cannot be read or written.
    """
    from msconfig.cli.console import columns, note, stdout_in_color, write_text
    from msconfig.operations.generate import DEFAULT_TARGETS, generate
    from msconfig.operations.places import in_working_folder
    from msconfig.reports import generate as texts
    from msconfig.reports.plain_text import body

    settings = inputs.settings
    chosen = targets or tuple(map(Target, settings.targets)) or DEFAULT_TARGETS
    if languages and Target.GUIDE not in chosen:
        raise UsageError("--lang is the language of the guide; add --target guide")
    with inputs.progress() as progress:
        generated = generate(
            inputs.ids,
            inputs.session,
            inputs=inputs.configuration,
            targets=chosen,
            languages=languages_of(languages, settings),
            only_usable=only_usable,
            redact=redact,
            strict=bool(settings.strict if strict is None else strict),
            require=inputs.required(require),
            template=template,
            schema=schema,
            repository=inputs.repository,
            progress=progress,
        )
    for line in texts.left_out(generated.report):
        note(line)
    for warning in generated.warnings:
        note(warning)
    placed = in_working_folder(generated.report, inputs.repository)
    text = body(placed, width=columns(), color=stdout_in_color())
    if generated.report.exit_code is not ExitCode.OK:
        write_text(
            f"{text}\n{texts.nothing_written(generated.report, Path(folder), width=columns())}"
        )
        return generated.report.exit_code
    if dry_run:
        planned = generated.changes_in(Path(folder))
        write_text(f"{text}\n{texts.differences(generated, planned, width=columns())}")
        return ExitCode.OK
    try:
        planned = generated.write(Path(folder), force=force)
    except UsageError:
        write_text(text)  # what was found is shown before the refusal
        raise
    told = texts.written(generated, planned, inputs.session, inputs.fallback, width=columns())
    write_text(f"{text}\n{told}")
    return ExitCode.OK
