"""What `msconfig generate` does: check, render, and write all files or none."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from msconfig.checking.report import Report
from msconfig.cherry.provider import Configuration
from msconfig.cli.asking import AskOptions
from msconfig.cli.configuring import check_provider_ids, checked, configurations_of
from msconfig.cli.console import columns, note, stdout_in_color, write_result
from msconfig.cli.generated import REPORT, written
from msconfig.cli.job import Job, prepare
from msconfig.errors import ExitCode, UsageError
from msconfig.files import OutputFile, Plan, plan, write
from msconfig.languages import Tag
from msconfig.rendering.generating import (
    GuideOrder,
    Made,
    Target,
    UserTemplate,
    make,
    refuse_too_many,
    without_keys,
)
from msconfig.rendering.guides import FILE_NAMES as GUIDE_NAMES
from msconfig.reports import Format, render
from msconfig.reports.plain_text import body, next_step
from msconfig.text import visible

__all__ = ["GenerateOptions", "generate"]

_USUAL = (Target.V2, Target.V1, Target.LINK)
"""What is written if nobody says what."""


@dataclass(frozen=True, slots=True)
class GenerateOptions:
    """What `generate` was told besides what to ask; None where nothing was said."""

    folder: str
    targets: tuple[str, ...]
    languages: tuple[str, ...]
    only_usable: bool
    redact: bool
    force: bool
    dry_run: bool
    template: str | None
    schema: str | None
    strict: bool | None


def generate(options: GenerateOptions, asked: AskOptions) -> ExitCode:
    """Check, then write; the exit code."""
    if not options.folder:
        raise UsageError("-o is empty; it takes a folder")
    folder = Path(options.folder)
    job = prepare(asked, needs_token=True)
    targets, template = _wanted(options, job)
    report = checked(job, only_usable=options.only_usable, strict=options.strict)
    text = body(report, width=columns(), color=stdout_in_color())
    if report.exit_code is not ExitCode.OK:
        why = "" if report.exit_code is ExitCode.INTERRUPTED else _WHY_NOTHING
        write_result(f"{text}\nNothing is written.{why}\n\n{next_step(report, width=columns())}\n")
        return report.exit_code
    configurations = configurations_of(job, report, redacted=options.redact)
    order = GuideOrder(report, _languages(options, job))
    made = make(configurations, targets, template, order)
    for warning in made.warnings:
        note(warning)
    planned = plan(folder, _files(made, report))
    if options.dry_run:
        write_result(f"{text}\n{_changes(planned, configurations)}")
        return ExitCode.OK
    if planned.in_the_way and not options.force:
        write_result(text)
        names = ", ".join(str(folder / name) for name in planned.in_the_way)
        raise UsageError(
            f"not overwritten, nothing is written: {names}; --dry-run shows the difference,"
            " --force replaces"
        )
    write(planned)
    write_result(f"{text}\n{written(planned, configurations, targets, job)}")
    return ExitCode.OK


_WHY_NOTHING = (
    " Every model and token has to pass;\n--only-usable leaves out the models that do not."
)


def _wanted(options: GenerateOptions, job: Job) -> tuple[tuple[Target, ...], UserTemplate | None]:
    names = options.targets or job.settings.targets or _USUAL
    targets = tuple(target for target in Target if target in names)
    if options.languages and Target.GUIDE not in targets:
        raise UsageError("--lang is for the guide; add --target guide")
    if options.schema is not None and options.template is None:
        raise UsageError("--schema is for the result of --template; give both")
    schema = Path(options.schema) if options.schema else None
    template = UserTemplate(Path(options.template), schema) if options.template else None
    if template is not None:
        _ = template.file_name  # a name that cannot be used is told before any request
    check_provider_ids(job)
    if not options.only_usable:
        ids = (job.ids, job.fallback.request.ids if job.fallback is not None else ())
        refuse_too_many(max(map(len, ids)), targets)  # before any request
    return targets, template


def _languages(options: GenerateOptions, job: Job) -> tuple[Tag, ...]:
    """The languages of the guide, each once."""
    return tuple(map(Tag, dict.fromkeys(options.languages or job.settings.languages or ("en",))))


def _files(made: Made, report: Report) -> list[OutputFile]:
    files = [
        OutputFile(name, text.encode(), replaceable=name in GUIDE_NAMES)
        for name, text in made.texts.items()
    ]
    json_report = render(report, Format.JSON).encode()
    return [*files, OutputFile(REPORT, json_report, replaceable=True)]


def _changes(planned: Plan, configurations: Sequence[Configuration]) -> str:
    """What writing would change, as a unified diff without keys."""
    lines = [f"Nothing is written (--dry-run). In {visible(str(planned.folder))} it would be:"]
    width = max(len(file.name) for file in planned.files)
    for file in planned.files:
        change = "new" if planned.older[file.name] is None else "replaced"
        change = change if file in planned.changed else "unchanged"
        lines.append(f"  {visible(file.name).ljust(width)}  {change}")
    for file in planned.changed:
        if file.replaceable:
            continue
        older = (planned.older[file.name] or b"").decode("utf-8", "replace")
        diff = difflib.unified_diff(
            without_keys(older, configurations).splitlines(),
            without_keys(file.content.decode(), configurations).splitlines(),
            f"{planned.folder / file.name} (now)",
            f"{planned.folder / file.name} (would be)",
            lineterm="",
        )
        lines += ["", *(visible(line) for line in diff)]
    return "\n".join(lines) + "\n"
