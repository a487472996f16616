"""`msconfig apply`: provider and models into a copy of a Cherry Studio backup."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from msconfig.checking.report import Proof
from msconfig.cli.params import (
    IdsCommand,
    InputOptions,
    OutputFormat,
    format_option,
    input_options,
)
from msconfig.cli.proof_option import require_option
from msconfig.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from msconfig.operations.apply import Change

__all__ = ["command"]


@click.command("apply", cls=IdsCommand)
@click.argument("backup", type=click.Path())
@input_options
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    metavar="NEW",
    help="The patched copy; --plan alone needs none.",
)
@click.option("--plan", "only_plan", is_flag=True, help="Show the change; write nothing.")
@click.option("--yes", is_flag=True, help="Write without a question.")
@click.option("--force", is_flag=True, help="Replace NEW if it exists.")
@click.option("--only-usable", is_flag=True, help="Leave out models that do not pass.")
@click.option("--update-models", is_flag=True, help="Update models that the backup already has.")
@click.option(
    "--prune",
    is_flag=True,
    help="Mark this provider's dead models as deprecated; without an ID, change nothing else.",
)
@click.option("--strict", is_flag=True, default=None, help="Count unknown models as failures.")
@require_option
@format_option("Of the change on stdout [text].")
def command(
    backup: str,
    options: InputOptions,
    *,
    output: str | None,
    only_plan: bool,
    yes: bool,
    force: bool,
    only_usable: bool,
    update_models: bool,
    prune: bool,
    strict: bool | None,
    require: Proof | None,
    output_format: OutputFormat,
) -> int:
    """Put the provider with its keys and models into a copy of BACKUP, called NEW.

    BACKUP is a fresh backup of Cherry Studio (desktop v2, v1, or the mobile app). It is not
    changed. Nothing is written unless every model and token passes.
    With --prune and without an ID, models are only marked, and no token is needed.
    """
    from msconfig.cherry.backup import BackupFormat
    from msconfig.cli.console import can_ask, columns, note, write_result
    from msconfig.cli.inputs import prepare
    from msconfig.operations.apply import apply, open_backup
    from msconfig.reports import apply as texts

    if not output and not only_plan:
        raise UsageError("-o NEW is missing: the name of the patched copy; --plan needs none")
    if only_plan and yes:
        raise UsageError("--plan writes nothing, so --yes has no effect; omit one of them")
    is_pruning_alone = prune and not any(
        (options.ids.ids, options.ids.models, options.ids.from_documents)
    )
    if is_pruning_alone:
        _refuse_additions(
            {
                "--only-usable": only_usable,
                "--update-models": update_models,
                "--strict": strict,
                "--require": require,
                "--token-env": options.tokens.token_env,
                "--token-file": options.tokens.token_file,
            }
        )
        # no key is written, so none is needed
        options = replace(options, tokens=replace(options.tokens, no_token=True))
    opened = open_backup(Path(backup))
    cannot_mark = is_pruning_alone and opened.format is BackupFormat.DATA_JSON
    if not (only_plan or yes or cannot_mark or can_ask()):
        raise UsageError(
            "apply asks before it writes, and there is no terminal to ask on: --yes writes without"
            " a question, --plan shows the change"
        )

    needs = not is_pruning_alone
    inputs = prepare(options, needs_token=needs, needs_ids=needs)
    with inputs.progress() as progress:

        def agree(change: Change) -> bool:
            progress.hide()
            if output_format is OutputFormat.TEXT:
                write_result(texts.as_text(change, width=columns()))
            elif not yes:  # the question is about what is shown here; stdout gets the document
                note(texts.as_text(change, width=columns()).rstrip("\n"))
            try:
                return yes or click.confirm(f"\nWrite {output}?", default=False, err=True)
            except click.Abort:
                raise KeyboardInterrupt from None

        change = apply(
            opened,
            inputs.ids,
            inputs.session,
            inputs=inputs.configuration,
            new=Path(output) if output else None,
            force=force,
            only_plan=only_plan,
            only_usable=only_usable,
            update_models=update_models,
            prune=prune,
            strict=bool(inputs.settings.strict if strict is None else strict),
            require=Proof.LISTED if is_pruning_alone else inputs.required(require),
            agree=agree,
            progress=progress,
        )
    return _show(change, output_format, only_plan=only_plan)


def _refuse_additions(given: dict[str, object]) -> None:
    for name, value in given.items():
        if value:
            raise UsageError(
                f"{name} applies to what is added, and --prune without an ID adds nothing:"
                f" give IDs, or omit {name}"
            )


def _show(change: Change, output_format: OutputFormat, *, only_plan: bool) -> ExitCode:
    """Show what `agree` has not shown yet; the exit code."""
    from msconfig.cli.console import columns, note, stdout_in_color, write_result
    from msconfig.operations.places import find_repository, in_working_folder
    from msconfig.reports import apply as texts
    from msconfig.reports.generate import nothing_written
    from msconfig.reports.plain_text import body

    report = change.report
    for line in report.notes if report.exit_code is ExitCode.OK else ():
        note(line)  # a report that passes is not shown
    is_refused = report.exit_code is not ExitCode.OK
    declined = change.new is None and not (only_plan or is_refused or change.cannot_mark)
    if declined:
        note("Nothing is written.")
        return ExitCode.INTERRUPTED
    if output_format is OutputFormat.JSON:
        write_result(texts.as_json(change))
    elif is_refused:
        placed = in_working_folder(report, find_repository(os.environ))
        text = body(placed, width=columns(), color=stdout_in_color())
        write_result(f"{text}\n{nothing_written(report, width=columns())}")
    elif change.cannot_mark:
        write_result(texts.cannot_mark(change))
    elif change.new is not None:
        write_result(f"\n{texts.after_writing(change, change.new, width=columns())}")
    else:
        write_result(texts.as_text(change, width=columns()))
    return report.exit_code
