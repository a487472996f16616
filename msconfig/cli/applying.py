"""What `msconfig apply` does: check, plan, ask, and write the patched copy of a backup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import click

from msconfig.checking.report import Report
from msconfig.cherry.backup import (
    Backup,
    BackupFormat,
    ChangePlan,
    Patch,
    open_backup,
    plan,
    refuse_target,
    write,
)
from msconfig.cherry.provider import ProviderChoice, configure
from msconfig.cli.asking import AskOptions
from msconfig.cli.configuring import (
    check_provider_ids,
    checked,
    configurations_of,
    provider_choice,
)
from msconfig.cli.console import can_ask, columns, note, stdout_in_color, write_result
from msconfig.cli.job import prepare
from msconfig.cli.pruning import find_dead
from msconfig.errors import ExitCode, UsageError
from msconfig.modelscope.sites import Site
from msconfig.reports import apply as changes
from msconfig.reports.apply import Change
from msconfig.reports.plain_text import body, next_step

__all__ = ["ApplyOptions", "apply"]


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """What `apply` was told besides what to ask; None where nothing was said."""

    backup: str
    output: str | None
    only_plan: bool
    yes: bool
    force: bool
    only_usable: bool
    update_models: bool
    prune: bool
    strict: bool | None
    form: str


def apply(options: ApplyOptions, asked: AskOptions) -> ExitCode:
    """Check, plan, ask and write; the exit code.

    Whatever can be refused without a request is refused first: a backup that cannot be patched, a
    question without a terminal, a NEW that exists.
    """
    only_prunes = _only_prunes(options, asked)
    new = _new_file(options)
    backup = open_backup(Path(options.backup))
    if only_prunes and backup.format is BackupFormat.DATA_JSON:
        _tell_unmarkable(options, asked, backup)
        return ExitCode.OK
    if not (options.only_plan or options.yes or can_ask()):
        raise UsageError(
            "apply asks before it writes, and here is no terminal to ask on: --yes writes without a"
            " question, --plan shows the change"
        )
    if new is not None:
        refuse_target(backup.path, new, force=options.force)
    change, patches = (_pruned if only_prunes else _checked)(options, asked, backup)
    if change.report.exit_code is not ExitCode.OK:
        _tell_why_not(options, change)
        return change.report.exit_code
    change = replace(change, plan=plan(backup, patches))
    if new is None or options.only_plan:
        _tell(options, change)
        return ExitCode.OK
    if options.form == "text":
        _tell(options, change)
    elif not options.yes:  # nobody agrees to what was not seen, and stdout gets the document
        note(changes.as_text(change, width=columns()).rstrip("\n"))
    if not (options.yes or _agreed(new)):
        note("Nothing is written.")
        return ExitCode.INTERRUPTED
    write(backup, patches, new, force=options.force)
    change = replace(change, new=new)
    if options.form == "text":
        write_result(f"\n{changes.after_writing(change, new, width=columns())}")
    else:
        _tell(options, change)
    return ExitCode.OK


def _new_file(options: ApplyOptions) -> Path | None:
    """Where the copy goes; None where only the plan is asked for and no place is named.

    Raises:
        UsageError: a place is missing, or there is nothing to agree to.
    """
    if not options.output and not options.only_plan:
        raise UsageError("-o NEW is missing: the name of the patched copy; --plan needs none")
    if options.only_plan and options.yes:
        raise UsageError("--plan writes nothing, so there is nothing for --yes to agree to")
    return Path(options.output) if options.output else None


def _only_prunes(options: ApplyOptions, asked: AskOptions) -> bool:
    """Whether models are only marked: `--prune` without an id on the command line.

    Raises:
        UsageError: an option is about models or keys to add.
    """
    if not options.prune or asked.ids or asked.models or asked.from_documents:
        return False
    given = {
        "--only-usable": options.only_usable,
        "--update-models": options.update_models,
        "--strict": options.strict,
        "--token-env": asked.token_env,
        "--token-file": asked.token_file,
    }
    for name, value in given.items():
        if value:
            raise UsageError(
                f"{name} is about what is added, and --prune without an id adds nothing: give ids,"
                f" or omit {name}"
            )
    return True


def _checked(
    options: ApplyOptions, asked: AskOptions, backup: Backup
) -> tuple[Change, Sequence[Patch]]:
    """What a check of the ids gave, and the patches; none where the check failed."""
    job = prepare(asked, needs_token=True)
    check_provider_ids(job)
    report = checked(job, only_usable=options.only_usable, strict=options.strict)
    change = Change(backup, report)
    if report.exit_code is not ExitCode.OK:
        return change, ()
    own, *others = configurations_of(job, report, redacted=False)
    dead: frozenset[str] = frozenset()
    if options.prune:
        pruning = find_dead(job, backup, own.provider.id, report.models)
        dead, change = pruning.dead, replace(change, left=pruning.left)
    return change, [
        Patch(own, provider_choice(job), options.update_models, dead),
        *(Patch(each, ProviderChoice(), options.update_models) for each in others),
    ]


def _pruned(
    _options: ApplyOptions, asked: AskOptions, backup: Backup
) -> tuple[Change, Sequence[Patch]]:
    """What a check of the backup's own models gave, and the patch that marks the dead ones."""
    # no key is written, so none is needed; [[models]] of the settings is not read
    job = prepare(replace(asked, no_token=True), needs_token=False, needs_ids=False)
    provider = configure(job.site, provider_choice(job), (), ())
    pruning = find_dead(job, backup, provider.provider.id)
    change = Change(
        backup, _without_models(job.site, job.recorded), left=pruning.left, only_prunes=True
    )
    return change, [Patch(provider, dead=pruning.dead, adds=False)]


def _without_models(site: Site, recorded: datetime | None = None) -> Report:
    """A report in which nothing fails, as nothing was to be added."""
    return Report(site, datetime.now(UTC), (), (), snapshot_recorded=recorded)


def _tell_unmarkable(options: ApplyOptions, asked: AskOptions, backup: Backup) -> None:
    why = "data.json cannot mark models as deprecated; delete them in the app"
    if options.form == "json":
        report = _without_models(Site(asked.site or Site.CN))
        write_result(changes.as_json(Change(backup, report, ChangePlan((), (why,)))))
    else:
        write_result(f"Nothing is written: {why}.\n")


def _agreed(new: Path) -> bool:
    return click.confirm(f"\nWrite {new}?", default=False, err=True)


def _tell(options: ApplyOptions, change: Change) -> None:
    if options.form == "json":
        write_result(changes.as_json(change))
    else:
        write_result(changes.as_text(change, width=columns()))


def _tell_why_not(options: ApplyOptions, change: Change) -> None:
    if options.form == "json":
        write_result(changes.as_json(change))
        return
    report = change.report
    why = "" if report.exit_code is ExitCode.INTERRUPTED else changes.WHY_NOTHING
    text = body(report, width=columns(), color=stdout_in_color())
    write_result(f"{text}\nNothing is written.{why}\n\n{next_step(report, width=columns())}\n")
