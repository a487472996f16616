"""What `msconfig check` does: check, probe, compare, report."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from msconfig.checking.baseline import Baseline, with_baseline, with_ignored
from msconfig.checking.probing import ProbePlan, plan_probes, probe
from msconfig.checking.quota import read_quota
from msconfig.checking.report import Outcome, Report
from msconfig.cli.check import CheckOptions
from msconfig.cli.job import Job, prepare
from msconfig.cli.options import AskOptions
from msconfig.cli.output import columns, note, stdout_in_color, write_result
from msconfig.cli.progress import ProgressDisplay
from msconfig.errors import ExitCode, FileError, UsageError
from msconfig.modelscope.sites import Site
from msconfig.rendering.documents import DocumentKind, read_document
from msconfig.rendering.schemas import format_problems
from msconfig.rendering.writing import OutputFile, plan, write
from msconfig.reports import Format, render

__all__ = ["check"]


def check(options: CheckOptions, asked: AskOptions) -> ExitCode:
    """Check, and report in every form that was asked for; the exit code."""
    probing = options.probe or options.probe_all_tokens
    if probing and (asked.offline or asked.snapshot or asked.no_token):
        raise UsageError("--probe makes real calls: it needs the network and a token")
    job = prepare(asked, needs_token=True)
    strict = bool(job.settings.strict if options.strict is None else options.strict)
    baseline = _baseline(options.baseline, job)
    report = job.check(strict=strict)
    if probing and report.complete:
        report = _probed(options, job, report)
    report = with_ignored(report, job.settings.ignore, datetime.now(UTC).date())
    if baseline is not None:
        report = with_baseline(report, baseline)
    _write_reports(options, report)
    write_result(_rendered(report, Format(options.form)))
    return report.exit_code


def _rendered(report: Report, form: Format) -> str:
    if form is Format.GITHUB:
        _append_step_summary(report)
    return render(report, form, width=columns(), color=stdout_in_color())


def _append_step_summary(report: Report) -> None:
    """What GitHub shows on the page of a run."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        try:
            with Path(path).open("a", encoding="utf-8") as stream:
                stream.write(render(report, Format.MARKDOWN))
        except OSError as error:
            raise FileError.from_os("write", path, error) from None


def _write_reports(options: CheckOptions, report: Report) -> None:
    """The files of --report; none is replaced by a report that is not complete."""
    if not report.complete:
        if options.reports:
            note("interrupted: no report file is written")
        return
    for form, file in options.reports:
        path = Path(file)
        content = render(report, Format(form)).encode("utf-8", "backslashreplace")
        write(plan(path.parent, [OutputFile(path.name, content, replaceable=True)]))


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
    outcomes = {model["id"]: Outcome(model["outcome"]) for model in document.value["models"]}
    return Baseline(site, outcomes)


def _probed(options: CheckOptions, job: Job, report: Report) -> Report:
    """The report after real calls, or with the reason why there were none."""
    probes = plan_probes(
        report, job.tokens, max_cost=options.max_cost, all_tokens=options.probe_all_tokens
    )
    with job.connect() as modelscope:
        report = replace(report, quota=read_quota(modelscope, probes.tokens))
        line = _in_one_line(probes, report)
        job.note(line)
        if probes.ids and not _agreed(options):
            ids = dict.fromkeys(probes.ids, "not agreed to")
            probes = replace(probes, ids=(), not_probed={**probes.not_probed, **ids})
        with ProgressDisplay(quiet=job.options.quiet) as progress:
            return probe(modelscope, report, probes, concurrency=job.concurrency, progress=progress)


def _in_one_line(probes: ProbePlan, report: Report) -> str:
    known = [quota.available for quota in report.quota]
    left = ", ".join("unknown" if each is None else f"{each:g}" for each in known) or "unknown"
    return (
        f"probing {len(probes.ids)} of {len(report.models)} models with"
        f" {len(probes.tokens)} token{'s' if len(probes.tokens) != 1 else ''},"
        f" for at most {probes.cost:g} Magicubes; available: {left}"
    )


def _agreed(options: CheckOptions) -> bool:
    """Ask on a terminal; elsewhere --probe is enough."""
    if options.yes or not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        return True
    return click.confirm("Spend them?", default=False, err=True)
