"""The result of `msconfig doctor --app`: as text, Markdown and JSON."""

from __future__ import annotations

import io

from rich.padding import Padding
from rich.text import Text

from msconfig._version import __version__
from msconfig.checking.report import Outcome
from msconfig.cherry.gateway import Instead, KeyRefused, NoGateway
from msconfig.command_name import command
from msconfig.errors import ExitCode
from msconfig.modelscope.facts import CallResult
from msconfig.operations.app_models import AppReport, AppResult
from msconfig.parsing import dumps, rfc3339
from msconfig.rendering.markdown_text import code
from msconfig.reports._console import STYLES, open_console
from msconfig.reports.wording import MARKS, shown_id
from msconfig.text import counted, no_command, wrapped

__all__ = ["as_json", "as_markdown", "as_text"]

_MAX_ID = 400
_OUTCOMES = {AppResult.THERE: Outcome.PASS}
_IN_WORDS = {
    AppResult.THERE: "there",
    AppResult.MISSING: "missing",
    AppResult.PROVIDER_OFF: "provider off, or without models",
}
_CALLS = {
    CallResult.ANSWERED: "answered",
    CallResult.REFUSED: "was refused for good",
    CallResult.INCONCLUSIVE: "gave no clear answer",
}
_INSTEAD = {
    Instead.NOTHING: "Cherry Studio's API Gateway cannot be reached: nothing answers there",
    Instead.ANOTHER_SERVICE: "Something other than Cherry Studio's API Gateway answers there",
    Instead.NO_LIST: "Cherry Studio's API Gateway gives no list of models",
}
_SETTINGS = "Next: in Cherry Studio, open Settings, API Gateway (version 1: API Server)"
_NEXT = {
    Instead.NOTHING: f"{_SETTINGS}, and switch it on; if it shows another port than 23333, give"
    " --app-url.",
    Instead.ANOTHER_SERVICE: f"{_SETTINGS}, switch it on, and give --app-url with the port that it"
    " shows.",
    Instead.NO_LIST: "Next: restart Cherry Studio, and run it again.",
}


def as_json(report: AppReport) -> str:
    """`report` as JSON (`schemas/doctor.schema.json`)."""
    document: dict[str, object] = {
        "schema_version": 1,
        "tool": {"name": "msconfig", "version": __version__},
        "site": report.site,
        "asked_at": rfc3339(report.asked_at),
        "models": [{"id": each, "result": result} for each, result in report.models],
    }
    if report.call is not None:
        called, end = report.call
        document["call"] = {"id": called, "result": end}
    document["exit_code"] = int(report.exit_code)
    return dumps(document, indent=2) + "\n"


def as_markdown(report: AppReport) -> str:
    """`report` as Markdown."""
    lines = [f"### {_mark(_overall(report))} {_verdict(report)}"]
    if report.models:
        lines += ["", "| | model | Cherry Studio |", "|---|---|---|"]
    lines += [
        f"| {_mark(_OUTCOMES.get(result, Outcome.FAIL))} | {code(shown_id(each), _MAX_ID)}"
        f" | {_IN_WORDS[result]} |"
        for each, result in report.models
    ]
    if report.call is not None:
        called, end = report.call
        lines += ["", f"The call of {code(shown_id(called), _MAX_ID)} {_CALLS[end]}."]
    return "\n".join([*lines, "", _next_step(report)]) + "\n"


def as_text(report: AppReport, *, width: int, color: bool) -> str:
    """`report` as text of `width` columns, at least 20; ids are not cut; codes if `color`."""
    out = io.StringIO()
    console = open_console(out, width=max(20, width), color=color)
    overall = _overall(report)
    console.print(Text(f"{_mark(overall)} {_verdict(report)}", style=f"bold {STYLES[overall]}"))
    if report.models:
        console.print()
    ids = [no_command(shown_id(each)) for each, _ in report.models]
    room = max(map(len, ids), default=0)
    for shown, (_, result) in zip(ids, report.models, strict=True):
        outcome = _OUTCOMES.get(result, Outcome.FAIL)
        line = Text.assemble((f"{_mark(outcome)} ", STYLES[outcome]), shown)
        words = Text(_IN_WORDS[result], style=STYLES[outcome])
        if room + len("✗   ") + len(words) <= width:
            line.pad_right(room - len(shown) + 2)
            console.print(line + words, soft_wrap=True)
        else:
            console.print(line, soft_wrap=True)
            console.print(Padding(words, (0, 0, 0, 2)))
    if report.call is not None:
        called, end = report.call
        console.print()
        console.print(Text(f"The call of {no_command(shown_id(called))} {_CALLS[end]}."))
    console.print()
    body = "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())
    return body + "\n".join(wrapped(_next_step(report), width)) + "\n"


def _mark(outcome: Outcome) -> str:
    return MARKS[outcome]


def _overall(report: AppReport) -> Outcome:
    if report.exit_code is ExitCode.OK:
        return Outcome.PASS
    return Outcome.UNKNOWN if report.exit_code is ExitCode.INCONCLUSIVE else Outcome.FAIL


def _verdict(report: AppReport) -> str:
    match report.failure:
        case KeyRefused():
            return "Cherry Studio refuses the key."
        case NoGateway(instead, status):
            return f"{_INSTEAD[instead]}{f': HTTP {status}' if status else ''}."
    results = [result for _, result in report.models]
    there = results.count(AppResult.THERE)
    if AppResult.PROVIDER_OFF in results:
        return f"Cherry Studio lists no model of the provider {report.provider}."
    if there == len(results):
        return f"Cherry Studio has {'the model' if there == 1 else f'all {there} models'}."
    return f"Cherry Studio has {there} of {counted(len(results), 'model')}."


def _next_step(report: AppReport) -> str:
    results = {result for _, result in report.models}
    match report.failure:
        case KeyRefused():
            return (
                "Next: copy the key anew from Settings, API Gateway (version 1: API Server), into"
                " CHERRY_STUDIO_API_KEY or the file of --app-key-file."
            )
        case NoGateway(instead):
            return _NEXT[instead]
    if AppResult.PROVIDER_OFF in results:
        return (
            f"Next: in Cherry Studio, open Settings, Model Provider, and switch {report.provider}"
            " on; if it is on, it has no models yet: add them."
        )
    if AppResult.MISSING in results:
        generate = command("generate")
        return f"Next: add what is missing in Cherry Studio, or run {generate} or apply again."
    if report.call is not None and report.call[1] is not CallResult.ANSWERED:
        return f"Next: check the model and the token with {command('check --probe')}."
    return "Nothing is left to do."
