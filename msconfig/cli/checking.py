"""What `msconfig check` does: check, probe, compare, report."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from msconfig.checking.baseline import Baseline, with_baseline, with_ignored
from msconfig.checking.probing import ProbePlan, plan_probes, probe
from msconfig.checking.quota import read_quota
from msconfig.checking.report import Outcome, Quota, Report
from msconfig.cli.asking import AskOptions
from msconfig.cli.check import DEFAULT_MAX_COST
from msconfig.cli.console import (
    ProgressDisplay,
    can_ask,
    columns,
    note,
    stdout_in_color,
    write_result,
)
from msconfig.cli.job import Job, prepare
from msconfig.cli.report_files import UsedFile, refuse_clashes
from msconfig.documents.recognise import DocumentKind, read_document
from msconfig.errors import ExitCode, UsageError
from msconfig.files import OutputFile, Plan, plan, write
from msconfig.languages import Tag
from msconfig.modelscope.client import ModelScope
from msconfig.modelscope.sites import Site
from msconfig.reports import Format, render
from msconfig.schemas import format_problems

__all__ = ["CheckOptions", "check"]


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What `check` was told besides what to ask; None where nothing was said."""

    form: str
    reports: tuple[tuple[str, str], ...]
    """Format and file of each report that goes to a file."""
    lang: str | None
    strict: bool | None
    probe: bool
    probe_all_tokens: bool
    max_cost: float | None
    yes: bool
    baseline: str | None


def check(options: CheckOptions, asked: AskOptions) -> ExitCode:
    """Check, and report in every form that was asked for; the exit code."""
    probing = options.probe or options.probe_all_tokens
    if probing and (asked.offline or asked.snapshot or asked.no_token):
        raise UsageError("--probe makes real calls: it needs the network and a token")
    if not probing and (options.max_cost is not None or options.yes):
        raise UsageError("--max-cost and --yes are about --probe, which was not given")
    if options.lang and Format.HTML not in {options.form, *(form for form, _ in options.reports)}:
        raise UsageError("--lang is about the html report, which was not asked for")
    job = prepare(asked, needs_token=True)
    refuse_clashes(options.reports, _used_files(options, job))
    tag = Tag(options.lang or next(iter(job.settings.languages), Tag.EN))
    strict = bool(job.settings.strict if options.strict is None else options.strict)
    baseline = _baseline(options.baseline, job)
    with job.connect() as modelscope:
        report = job.check(modelscope, strict=strict)
        if probing and report.complete:
            report = _probed(options, job, modelscope, report)
    report = job.check_fallback(report)
    report = with_ignored(report, job.settings.ignore, datetime.now(UTC).date())
    if baseline is not None:
        report = with_baseline(report, baseline)
    form = Format(options.form)
    result = render(report, form, width=columns(), color=stdout_in_color(), tag=tag)
    files = [] if not report.complete else _report_files(options, report, tag)
    write_result(result)
    if options.form == Format.GITHUB:
        _append_step_summary(render(report, Format.MARKDOWN))
    for planned in files:
        write(planned)
    if options.reports and not report.complete:
        note("interrupted: no report file is written")
    return report.exit_code


def _used_files(options: CheckOptions, job: Job) -> list[UsedFile]:
    """The files of the run that no report may replace."""
    asked = job.options
    named = [
        *(("--models", file) for file in asked.models),
        *(("--from", file) for file in asked.from_documents),
        *(("--token-file", file) for file in asked.token_file),
        ("--snapshot", asked.snapshot),
        ("the settings", job.settings.path),
        # GitHub keeps the summaries of all steps in files; a report is allowed to be one of them
        # unless --format github appends to it
        ("GITHUB_STEP_SUMMARY", os.environ.get("GITHUB_STEP_SUMMARY"))
        if options.form == Format.GITHUB
        else ("", None),
    ]
    files = [UsedFile(name, Path(file)) for name, file in named if file and file != "-"]
    if options.baseline:
        files.append(UsedFile("--baseline", Path(options.baseline), replaceable_by=Format.JSON))
    return files


def _append_step_summary(text: str) -> None:
    """What GitHub shows on the page of a run; without it the run is still told on stdout."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        try:
            with Path(path).open("a", encoding="utf-8") as stream:
                stream.write(text)
        except OSError as error:
            note(f"cannot write the summary {path}: {error.strerror or error}")


def _report_files(options: CheckOptions, report: Report, tag: Tag) -> list[Plan]:
    """The files of --report, folder by folder; those of one folder are written all or none."""
    by_folder: dict[Path, list[OutputFile]] = {}
    for form, file in options.reports:
        path = Path(file)
        content = render(report, Format(form), tag=tag).encode("utf-8", "backslashreplace")
        files = by_folder.setdefault(path.parent, [])
        files.append(OutputFile(path.name, content, replaceable=True))
    return [plan(folder, files) for folder, files in by_folder.items()]


def _baseline(file: str | None, job: Job) -> Baseline | None:
    if file is None:
        return None
    path = Path(file)
    if not path.exists():
        job.note(f"{file}: no baseline yet; everything counts")
        return Baseline(job.site, {})
    document = read_document(path, DocumentKind.REPORT)
    if document.errors or not isinstance(document.value, dict):
        raise UsageError(format_problems(file, document.errors))
    site = Site(document.value["site"])
    if site is not job.site:
        raise UsageError(f"{file}: a report of site {site}, but site {job.site} is checked")
    if not document.value["complete"]:
        raise UsageError(f"{file}: a report of an interrupted run is no baseline")
    fallback = document.value.get("fallback", {"models": []})
    return Baseline(site, _outcomes(document.value["models"]), _outcomes(fallback["models"]))


def _outcomes(models: Iterable[Mapping[str, Any]]) -> dict[str, Outcome]:
    return {
        model["id"]: Outcome(model["outcome"])
        for model in models
        if "ignored" not in model  # what was ignored then counts when it is no longer
    }


def _probed(options: CheckOptions, job: Job, modelscope: ModelScope, report: Report) -> Report:
    """The report after real calls, or with the reason why there were none.

    An interrupt, at the question too, keeps what was learnt for free.
    """
    max_cost = DEFAULT_MAX_COST if options.max_cost is None else options.max_cost
    probes = plan_probes(report, job.tokens, max_cost=max_cost, all_tokens=options.probe_all_tokens)
    try:
        line = _in_one_line(probes, report, read_quota(modelscope, probes.tokens))
        if probes.ids and not _agreed(options, line, job):
            ids = dict.fromkeys(probes.ids, "not agreed to")
            probes = replace(probes, ids=(), not_probed={**probes.not_probed, **ids})
        with ProgressDisplay(quiet=job.options.quiet) as progress:
            probed = probe(
                modelscope, report, probes, concurrency=job.concurrency, progress=progress
            )
        left = read_quota(modelscope, probes.tokens) if probed.complete else ()
        return replace(probed, quota=left)
    except (KeyboardInterrupt, click.Abort):
        return replace(report, complete=False)


def _in_one_line(probes: ProbePlan, report: Report, quota: tuple[Quota, ...]) -> str:
    known = [each.available for each in quota]
    left = ", ".join("unknown" if each is None else f"{each:g}" for each in known) or "unknown"
    return (
        f"probing {len(probes.ids)} of {len(report.models)} models with"
        f" {len(probes.tokens)} token{'s' if len(probes.tokens) != 1 else ''},"
        f" for at most {probes.cost:g} Magicubes; available: {left}"
    )


def _agreed(options: CheckOptions, line: str, job: Job) -> bool:
    """Ask on a terminal; elsewhere --probe is enough."""
    if options.yes or not can_ask():
        job.note(line)
        return True
    return click.confirm(f"{line}. Spend them?", default=False, err=True)
