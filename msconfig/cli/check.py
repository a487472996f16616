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
    from msconfig.cli.console import ProgressDisplay
    from msconfig.cli.inputs import Inputs
    from msconfig.cli.report_files import UsedFile
    from msconfig.files import FileChanges
    from msconfig.files_read import FilesRead
    from msconfig.operations.places import Repository
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
    from msconfig.checking.reuse import read_reuse
    from msconfig.cli.console import can_ask
    from msconfig.cli.fixing import Fixing
    from msconfig.cli.inputs import prepare
    from msconfig.cli.report_files import refuse_clashes
    from msconfig.operations.check import DEFAULT_MAX_COST, ProbeOptions, check
    from msconfig.reports import left_out

    probing = probe or probe_all_tokens or probe_images
    if probing and (options.connection.is_offline or options.tokens.no_token):
        raise UsageError("--probe makes real calls: it needs the network and a token")
    if not probing:
        _refuse_without("--probe", max_cost=max_cost, probe_concurrency=probe_concurrency)
        if not fixing.is_fixing:  # which asks nothing, but scripts that change files give --yes
            _refuse_without("--probe", yes=yes)
    if reuse is None:
        _refuse_without("--reuse", max_age=max_age)
    if not fixing.is_fixing:
        _refuse_without("--fix", dry_run=fixing.dry_run)
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
    reused = None if reuse is None else read_reuse(reuse, session.site)
    for line in reused.notes if reused is not None else ():
        inputs.note(line)
    asks = can_ask() and not yes  # before a display hides the terminal
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
    repository = inputs.repository
    report = _write_reports(
        report, output_format, reports, tag=tag, repository=repository, baseline=baseline
    )
    for line in (*_without_ids(report), *left_out(report, formats, repository)):
        inputs.note(line)
    code = fixes.finish(report, inputs, output_format)
    tolerated = {ExitCode.MODEL_FAILED, ExitCode.INCONCLUSIVE} if warn_only else ()
    return ExitCode.OK if code in tolerated else code


def _write_reports(
    report: Report,
    output_format: Format,
    reports: tuple[ReportFile, ...],
    *,
    tag: Tag,
    repository: Repository,
    baseline: str | None,
) -> Report:
    """Write the report to stdout, to the files of --report, and to GitHub's summary.

    An interrupt keeps it, as an incomplete one; that is the one that is returned then.
    """
    from msconfig.cli.console import columns, stdout_in_color, write_result
    from msconfig.files import write
    from msconfig.reports import render

    def rendered(report: Report) -> str:
        return render(
            report,
            output_format,
            width=columns(),
            color=stdout_in_color(),
            tag=tag,
            repository=repository,
        )

    shown = False
    try:
        kept = reports if report.complete else _without_baseline(reports, baseline)
        result = rendered(report)
        files = _report_files(kept, report, tag, repository)
        shown = True
        write_result(result)
        if output_format is Format.GITHUB:
            _append_step_summary(render(report, Format.MARKDOWN, repository=repository))
        for planned in files:
            write(planned)
    except KeyboardInterrupt:
        report = replace(report, complete=False)
        kept = _without_baseline(reports, baseline)
        for planned in _report_files(kept, report, tag, repository):
            write(planned)
        result = "" if shown else rendered(report)
    else:
        return report
    write_result(result)  # not above: a reader that has stopped could not be interrupted there
    return report


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
        _refuse_without("--scan", diff=scanning.diff)
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


def _refuse_without(needed: str, **given: object) -> None:
    """Refuse options that have no effect without another one.

    Raises:
        UsageError: one of `given` was given.
    """
    for name, value in given.items():
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


def _without_baseline(
    reports: tuple[ReportFile, ...], baseline: str | None
) -> tuple[ReportFile, ...]:
    """The reports of an interrupted run, but for the one that would replace the baseline.

    An incomplete report cannot be a baseline, and the next run would refuse it.
    """
    from msconfig.cli.console import note
    from msconfig.files import is_same_file

    kept = tuple(
        (form, file)
        for form, file in reports
        if not (baseline and is_same_file(Path(file), Path(baseline)))
    )
    if len(kept) < len(reports):
        note(f"interrupted: the baseline {baseline} stays as it is")
    return kept


def _baseline(file: str | None, inputs: Inputs) -> Baseline | None:
    from msconfig.checking.baseline import Baseline, read_baseline
    from msconfig.files import is_missing

    if file is None:
        return None
    if is_missing(Path(file)):
        inputs.note(f"{file}: no baseline yet; everything counts")
        return Baseline(inputs.session.site, {})
    return read_baseline(Path(file), inputs.session.site)


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


def _report_files(
    reports: Iterable[ReportFile], report: Report, tag: Tag, repository: Repository
) -> list[FileChanges]:
    """The files of --report, folder by folder; those of one folder are written all or none."""
    from msconfig.files import OutputFile, changes_in
    from msconfig.reports import render

    by_folder: dict[Path, list[OutputFile]] = {}
    for report_format, file in reports:
        path = Path(file)
        text = render(report, report_format, tag=tag, repository=repository)
        content = text.encode("utf-8", "backslashreplace")
        files = by_folder.setdefault(path.parent, [])
        files.append(OutputFile(path.name, content, replaceable=True))
    return [changes_in(folder, files) for folder, files in by_folder.items()]


def _append_step_summary(text: str) -> None:
    """Show the report on GitHub's page of the run; it is on stdout in any case."""
    from msconfig.cli.console import note

    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        try:
            with Path(path).open("a", encoding="utf-8") as stream:
                stream.write(text)
        except OSError as error:
            note(f"cannot write the summary {path}: {error.strerror or error}")
