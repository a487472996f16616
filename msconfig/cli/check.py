"""`msconfig check`: verdicts on tokens and model ids."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from msconfig.checking.report import Proof
from msconfig.cli.language_option import LanguageChoice, languages_of
from msconfig.cli.params import (
    EnumChoice,
    FixOptions,
    InputOptions,
    ScanningCommand,
    ScanOptions,
    fix_options,
    input_options,
    scan_options,
)
from msconfig.cli.proof_option import require_option
from msconfig.errors import ExitCode, UsageError
from msconfig.languages import Tag
from msconfig.reports import Format
from msconfig.text import counted

if TYPE_CHECKING:
    from msconfig.checking.baseline import Baseline
    from msconfig.checking.probe_plan import ProbePlan
    from msconfig.checking.report import Quota, Report
    from msconfig.checking.reuse import Reuse
    from msconfig.cli.console import ProgressDisplay
    from msconfig.cli.inputs import Inputs
    from msconfig.cli.report_files import UsedFile
    from msconfig.files_read import FilesRead
    from msconfig.scanning.scan_request import ScanRequest
    from msconfig.settings.loading import Settings

__all__ = ["command"]

ReportFile = tuple[Format, str]


def _reports(
    _ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]
) -> tuple[ReportFile, ...]:
    files: list[ReportFile] = []
    for value in values:
        name, equals, file = value.partition("=")
        if name not in list(Format) or not equals or file in {"", "-"}:
            raise click.BadParameter(f"FORMAT=FILE, with FORMAT one of {', '.join(Format)}")
        files.append((Format(name), file))
    return tuple(files)


def _magicubes(_ctx: click.Context, _param: click.Parameter, value: float | None) -> float | None:
    if value is not None and not (math.isfinite(value) and value >= 0):
        raise click.BadParameter("Magicubes, 0 or more")
    return value


def _age(_ctx: click.Context, _param: click.Parameter, value: str | None) -> timedelta | None:
    from msconfig.checking.reuse import parse_age

    try:
        return None if value is None else parse_age(value)
    except UsageError as error:
        raise click.BadParameter(str(error)) from None


@click.command("check", cls=ScanningCommand)
@input_options
@scan_options
@fix_options
@click.option("--strict", is_flag=True, default=None, help="Count unknown models as failures.")
@click.option("--warn-only", is_flag=True, help="Show verdicts; exit with 0 instead of 1 and 4.")
@click.option(
    "--format",
    "output_format",
    type=EnumChoice(Format),
    default=Format.TEXT,
    metavar="FORMAT",
    help=f"{', '.join(Format)} [text].",
)
@click.option(
    "--report",
    "reports",
    multiple=True,
    callback=_reports,
    metavar="FORMAT=FILE",
    help="Also write a report to FILE; repeatable.",
)
@click.option(
    "--lang",
    "language",
    type=LanguageChoice(),
    metavar="TAG",
    help=f"Language of an html report: {', '.join(Tag)} [of the system].",
)
@require_option
@click.option(
    "--baseline",
    type=click.Path(),
    metavar="REPORT",
    help="Do not count failures that REPORT has.",
)
@click.option(
    "--reuse",
    type=click.Path(),
    metavar="REPORT",
    help="Calls in REPORT that answered are proof.",
)
@click.option(
    "--max-age",
    callback=_age,
    metavar="DURATION",
    help="Age of a call that --reuse takes, e.g. 36h [7d].",
)
@click.option("--probe", is_flag=True, help="Call each model once. Spends Magicubes.")
@click.option(
    "--probe-images", is_flag=True, help="Like --probe, with image models; they cost most."
)
@click.option(
    "--probe-concurrency",
    type=click.IntRange(1, 64),
    metavar="N",
    help="Calls at a time, without pauses [1].",
)
@click.option(
    "--max-cost",
    type=float,
    callback=_magicubes,
    metavar="N",
    help="Magicubes that --probe may spend [20].",
)
@click.option("--probe-all-tokens", is_flag=True, help="Like --probe, with each valid token.")
@click.option("--yes", is_flag=True, help="Do not ask before spending.")
def command(
    options: InputOptions,
    scanning: ScanOptions,
    fixing: FixOptions,
    *,
    strict: bool | None,
    warn_only: bool,
    output_format: Format,
    reports: tuple[ReportFile, ...],
    language: Tag | None,
    require: Proof | None,
    baseline: str | None,
    reuse: str | None,
    max_age: timedelta | None,
    probe: bool,
    probe_images: bool,
    probe_concurrency: int | None,
    max_cost: float | None,
    probe_all_tokens: bool,
    yes: bool,
) -> int:
    """Check a token and model IDs. Without --probe no quota is spent."""
    from msconfig.checking.probe_pace import ProbePace
    from msconfig.cli.check_output import CheckOutput
    from msconfig.cli.console import can_ask
    from msconfig.cli.fixing import Fixing
    from msconfig.cli.inputs import prepare
    from msconfig.cli.report_files import refuse_clashes
    from msconfig.operations.check import DEFAULT_MAX_COST, ProbeOptions, check
    from msconfig.reports import left_out

    probing = probe or probe_all_tokens or probe_images
    if probing and (options.connection.is_offline or options.tokens.no_token):
        raise UsageError("--probe makes real calls: it needs the network and a token")
    # --fix asks nothing, but scripts that change files give --yes
    yes_alone = yes and not fixing.is_fixing
    _refuse_without(
        "--probe",
        unless=probing,
        max_cost=max_cost,
        probe_concurrency=probe_concurrency,
        yes=yes_alone,
    )
    _refuse_without("--reuse", unless=reuse is not None, max_age=max_age)
    _refuse_without("--fix", unless=fixing.is_fixing, dry_run=fixing.dry_run)
    fixes = Fixing(fixing)
    older = {"--baseline": baseline, "--reuse": reuse}
    files_of_run = (*(file for _, file in reports), *older.values(), options.connection.snapshot)
    scan = _scan(scanning, files_of_run, fixes.files_read)
    formats = {output_format, *(each for each, _ in reports)}
    if language and Format.HTML not in formats:
        raise UsageError("--lang is the language of the html report; add --report html=FILE")
    inputs = prepare(
        options,
        needs_token=True,
        is_scanning=scan is not None,
        files_read=fixes.files_read,
    )
    refuse_clashes(reports, _used_files(options, scanning, inputs, older, output_format))
    settings = inputs.settings
    required = inputs.required(require, has_calls=probing or reuse is not None)
    session = inputs.session
    if probe_concurrency is not None:
        session = replace(session, probe_pace=ProbePace.parallel(probe_concurrency))
    tag = languages_of([language] if language else [], settings)[0]
    age = _max_age(max_age, settings)
    earlier = _baseline(baseline, inputs)
    reused = _reused(reuse, inputs)
    # before the check, as Ctrl-C after it must not lose the report
    output = CheckOutput(output_format, reports, tag, inputs.repository, baseline)
    asks = can_ask() and not yes  # before a display hides the terminal
    report: Report | None = None
    try:
        with inputs.progress() as progress, inputs.probe_progress() as probe_progress:
            report = check(
                inputs.ids,
                session,
                kinds=inputs.kinds,
                strict=bool(settings.strict if strict is None else strict),
                require=required,
                probe=(
                    ProbeOptions(
                        max_cost=DEFAULT_MAX_COST if max_cost is None else max_cost,
                        all_tokens=probe_all_tokens,
                        images=probe_images,
                        agree=_agree(inputs, progress, asks=asks),
                        progress=probe_progress,
                    )
                    if probing
                    else None
                ),
                reuse=reused,
                max_age=age,
                fallback=inputs.fallback,
                ignore=settings.ignore,
                baseline=earlier,
                scan=scan,
                progress=progress,
            )
        report = fixes.plan(report, inputs, require=required, reuse=reused, max_age=age)
        output.write(report)
    except KeyboardInterrupt:  # during the check, it ends that early with a report
        if report is None:
            raise
        report = output.keep(report)
    with fixes.named_at_interrupt():
        for line in (*_without_ids(report), *left_out(report, formats, output.repository)):
            inputs.note(line)
        code = fixes.finish(report, inputs, output_format)
    tolerated = {ExitCode.MODEL_FAILED, ExitCode.INCONCLUSIVE} if warn_only else ()
    return ExitCode.OK if code in tolerated else code


def _scan(
    scanning: ScanOptions, reports: Iterable[str | None], files_read: FilesRead | None
) -> ScanRequest | None:
    """The scan that the options ask for; in folders it leaves out reports and facts of the run."""
    from msconfig.model_ids import ModelId
    from msconfig.scanning.scan_request import ScanRequest

    for option, values in (("--scan", scanning.scan), ("--diff", [scanning.diff])):
        if "" in values:
            raise UsageError(f"{option}: is empty; leave it out")
    if not scanning.scan:
        _refuse_without("--scan", unless=False, diff=scanning.diff)
        return None
    for path in scanning.scan:  # a habit: ids come last everywhere else
        if ModelId.parse(path) is not None and not os.path.lexists(path):
            raise UsageError(
                f"--scan takes all words up to the next option, and {path} is no file; put IDs in"
                " front of --scan, or behind --"
            )
    left_out = [Path(file) for file in reports if file]
    return ScanRequest(
        paths=scanning.scan, diff=scanning.diff, left_out=left_out, files_read=files_read
    )


def _without_ids(report: Report) -> tuple[str, ...]:
    """A line about a scan that found no id; none otherwise."""
    if report.models or report.files_scanned is None:
        return ()
    return (
        f"no model id for site {report.site} found; {counted(report.files_scanned, 'file')} read",
    )


def _max_age(given: timedelta | None, settings: Settings) -> timedelta:
    from msconfig.checking.reuse import DEFAULT_MAX_AGE, parse_age

    if given is not None:
        return given
    return parse_age(settings.max_age) if settings.max_age else DEFAULT_MAX_AGE


def _refuse_without(needed: str, *, unless: bool, **given: object) -> None:
    """Refuse options that have no effect without another one.

    Args:
        needed: the other one.
        unless: whether it was given.
        given: values of the options by name; None and False where one was not given.

    Raises:
        UsageError: one of `given` was given without it.
    """
    for name, value in () if unless else given.items():
        if value is not None and value is not False:
            option = f"--{name.replace('_', '-')}"
            raise UsageError(f"{option} has no effect without {needed}")


def _used_files(
    options: InputOptions,
    scanning: ScanOptions,
    inputs: Inputs,
    older: Mapping[str, str | None],
    output_format: Format,
) -> list[UsedFile]:
    """The files of the run that no report may replace; older reports become the next ones."""
    from msconfig.cli.report_files import UsedFile

    named = [
        *(("--models", file) for file in options.ids.models),
        *(("--from", file) for file in options.ids.from_documents),
        *(("--scan", path) for path in scanning.scan if Path(path).is_file()),
        *(("--token-file", file) for file in options.tokens.token_file),
        ("--snapshot", options.connection.snapshot),
        ("the settings", inputs.settings.path),
        # GitHub keeps the summaries of all steps in files; a report is allowed to be one of them
        # unless --format github appends to it
        ("GITHUB_STEP_SUMMARY", os.environ.get("GITHUB_STEP_SUMMARY"))
        if output_format is Format.GITHUB
        else ("", None),
    ]
    files = [UsedFile(name, Path(file)) for name, file in named if file and file != "-"]
    files += [
        UsedFile(name, Path(file), replaceable_by=Format.JSON)
        for name, file in older.items()
        if file
    ]
    return files


def _baseline(file: str | None, inputs: Inputs) -> Baseline | None:
    from msconfig.checking.baseline import Baseline, read_baseline
    from msconfig.files import is_missing

    if file is None:
        return None
    if is_missing(Path(file)):
        inputs.note(f"{file}: no baseline yet; everything counts")
        return Baseline(inputs.session.site, {})
    return read_baseline(Path(file), inputs.session.site)


def _reused(file: str | None, inputs: Inputs) -> Reuse | None:
    from msconfig.checking.reuse import read_reuse

    if file is None:
        return None
    reused = read_reuse(file, inputs.session.site)
    for line in reused.notes:
        inputs.note(line)
    return reused


def _agree(
    inputs: Inputs, progress: ProgressDisplay, *, asks: bool
) -> Callable[[Report, ProbePlan, tuple[Quota, ...]], bool]:
    """A question on a terminal, a note elsewhere: how many calls, what they cost, how long."""

    def agree(report: Report, plan: ProbePlan, quota: tuple[Quota, ...]) -> bool:
        from msconfig.reports.probe import plan_in_words

        progress.hide()
        line = plan_in_words(report, plan, quota)
        if not asks:  # elsewhere --probe is consent enough
            inputs.note(line)
            return True
        try:
            return click.confirm(f"{line}. Spend them?", default=False, err=True)
        except click.Abort:
            raise KeyboardInterrupt from None

    return agree
