"""What `msconfig apply` does: check, plan, ask, and write the patched copy of a backup."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import click

from msconfig.checking.report import ModelResult, Outcome, Report, Status
from msconfig.cherry.backup import Backup, Patch, open_backup, plan, refuse_target, write
from msconfig.cherry.configuration import ProviderChoice
from msconfig.cli.asking import AskOptions
from msconfig.cli.configuring import (
    check_provider_ids,
    checked,
    configurations_of,
    provider_choice,
)
from msconfig.cli.console import can_ask, columns, note, stdout_in_color, write_result
from msconfig.cli.job import Job, prepare
from msconfig.errors import ExitCode, UsageError
from msconfig.model_ids import GivenId
from msconfig.reports import changes
from msconfig.reports.changes import Change
from msconfig.reports.text import body, next_step

__all__ = ["ApplyOptions", "apply"]

_DEAD = {Status.NOT_FOUND, Status.NOT_ENABLED, Status.THIRD_PARTY_ONLY, Status.RETIRED}
"""What no key of the user's brings back."""


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

    What cannot be is told before any request: the question without a terminal, a backup that is
    refused, a place that is taken.
    """
    new = _new_file(options)
    backup = open_backup(Path(options.backup))
    if new is not None:
        refuse_target(backup.path, new, force=options.force)
    job = prepare(asked, needs_token=True)
    check_provider_ids(job)
    report = checked(job, only_usable=options.only_usable, strict=options.strict)
    change = Change(backup, report)
    if report.exit_code is not ExitCode.OK:
        _tell_why_not(options, change)
        return report.exit_code
    patches = _patches(options, job, report, backup)
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
        UsageError: a place is missing, or nobody is there to agree.
    """
    if not options.output and not options.only_plan:
        raise UsageError("-o NEW is missing: the name of the patched copy; --plan needs none")
    if options.only_plan and options.yes:
        raise UsageError("--plan writes nothing, so there is nothing for --yes to agree to")
    if not (options.only_plan or options.yes or can_ask()):
        raise UsageError(
            "apply asks before it writes, and here is no terminal to ask on: --yes writes without a"
            " question, --plan shows the change"
        )
    return Path(options.output) if options.output else None


def _patches(options: ApplyOptions, job: Job, report: Report, backup: Backup) -> list[Patch]:
    own, *others = configurations_of(job, report, redacted=False)
    dead = _dead(job, report, backup, own.provider.id) if options.prune else frozenset()
    return [
        Patch(own, provider_choice(job), options.update_models, dead),
        *(Patch(each, ProviderChoice(), options.update_models) for each in others),
    ]


def _dead(job: Job, report: Report, backup: Backup, provider_id: str) -> frozenset[str]:
    """Models of this provider in the backup that are not served any more; they are checked too."""
    present = {
        model_id
        for provider in backup.providers
        if provider.id == provider_id
        for model_id in provider.model_ids
    }
    verdicts = {model.id: model for model in report.models}
    rest = tuple(GivenId(each) for each in sorted(present - verdicts.keys()))
    if rest:
        with job.connect() as modelscope:
            found = replace(job, ids=rest, tokens=()).check(modelscope, strict=False)
        if not found.complete:
            raise KeyboardInterrupt
        verdicts |= {model.id: model for model in found.models}
    dead = {each for each in present if _is_dead(job, verdicts[each])}
    unknown = sorted(
        each
        for each in present - dead
        if verdicts[each].outcome is Outcome.UNKNOWN or verdicts[each].status in _DEAD
    )
    if unknown:
        job.note(f"not marked, for nobody could tell: {', '.join(unknown)}")
    return frozenset(dead)


def _is_dead(job: Job, model: ModelResult) -> bool:
    """Whether a model is gone for good; what a snapshot does not hold may be newer than that."""
    never_recorded = job.recorded is not None and model.status is Status.NOT_FOUND
    return model.status in _DEAD and not never_recorded


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
