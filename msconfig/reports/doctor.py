"""The result of `msconfig doctor`: as text, Markdown and JSON. It can be published as it is."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Iterator

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from msconfig._version import __version__
from msconfig.checking.report import Outcome
from msconfig.modelscope.reply_shape import Shape
from msconfig.modelscope.sites import Site
from msconfig.operations.doctor import BeliefResult, DoctorReport, Reason, Result
from msconfig.parsing import dumps, rfc3339
from msconfig.reports._console import STYLES, open_console
from msconfig.reports.wording import MARKS
from msconfig.text import counted, wrapped

__all__ = ["as_json", "as_markdown", "as_text"]

_WIDE = 72
"""Columns from which on there is a table."""
_MAX_WIDTH = 120
_NOT_CHOSEN = "·"
_OUTCOMES = {Result.HOLDS: Outcome.PASS, Result.MOVED: Outcome.FAIL}
_NOTHING = "no reply"
_PUBLIC = (
    "No token, value or text of a reply is in this output: it can go into a public issue as it is."
)


def as_json(report: DoctorReport) -> str:
    """`report` as JSON (`schemas/doctor.schema.json`)."""
    document = {
        "schema_version": 1,
        "tool": {"name": "msconfig", "version": __version__},
        "site": report.site,
        "asked_at": rfc3339(report.asked_at),
        "beliefs": [_row(each) for each in report.results],
        "exit_code": int(report.exit_code),
    }
    return dumps(document, indent=2) + "\n"


def _row(result: BeliefResult) -> dict[str, object]:
    belief = result.belief
    row: dict[str, object] = {
        "code": belief.code,
        "request": belief.request,
        "must_show": belief.must_show,
        "result": result.result,
        "seen": _seen(result) or None,
    }
    if result.reason is not None:
        row["reason"] = result.reason
    if result.result is Result.MOVED:
        row["consequence"] = belief.consequence
    return row


def as_markdown(report: DoctorReport) -> str:
    """`report` as Markdown, for an issue."""
    lines = [
        f"### {_verdict(report)}",
        "",
        _about(report),
        "",
        "| | code | request | must show | result | seen |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {_mark(each)} | `{each.belief.code}` | {each.belief.request} | {each.belief.must_show}"
        f" | {_outcome(each)} | {f'`{_seen(each)}`' if each.seen else ''} |"
        for each in report.results
    ]
    for each in _moved(report):
        lines += ["", f"**{each.belief.code}**: {each.belief.consequence}"]
    return "\n".join([*lines, "", *_next_steps(report)]) + "\n"


def as_text(report: DoctorReport, *, width: int, color: bool) -> str:
    """`report` as text of at most `width` columns, at least 20; colour codes if `color`."""
    out = io.StringIO()
    width = max(20, min(width, _MAX_WIDTH))
    console = open_console(out, width=width, color=color)
    style = STYLES[_overall(report)]
    console.print(Text(f"{MARKS[_overall(report)]} {_verdict(report)}", style=f"bold {style}"))
    console.print(Padding(Text(_about(report), style="dim"), (0, 0, 0, 2)))
    console.print()
    if width >= _WIDE:
        console.print(_table(report.results))
    else:
        for each in report.results:
            console.print(
                Text.assemble(
                    (f"{_mark(each)} {each.result}", _style(each)), f"  {each.belief.code}"
                )
            )
            for line in (each.belief.request, each.belief.must_show):
                console.print(Padding(Text(line, style="dim"), (0, 0, 0, 2)))
    for each in _to_explain(report):
        console.print()
        title = f"{_mark(each)} {each.belief.code}: {_why(each) or each.result}"
        console.print(Text(title, style=f"bold {_style(each)}"))
        console.print(Padding(Text(f"Seen: {_seen(each)}"), (0, 0, 0, 2)))
        if each.result is Result.MOVED:
            console.print(Padding(Text(each.belief.consequence), (0, 0, 0, 2)))
    console.print()
    body = "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())
    steps = (line for step in _next_steps(report) for line in wrapped(step, width))
    return body + "\n".join(steps) + "\n"


def _table(results: Iterable[BeliefResult]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("  RESULT", no_wrap=True)
    table.add_column("CODE", no_wrap=True)
    table.add_column("REQUEST, AND WHAT IT MUST SHOW")
    for each in results:
        table.add_row(
            Text(f"{_mark(each)} {each.result}", style=_style(each)),
            Text(each.belief.code),
            Group(Text(each.belief.request), Text(each.belief.must_show, style="dim")),
        )
    return table


def _verdict(report: DoctorReport) -> str:
    held = sum(each.result is Result.HOLDS for each in report.results)
    chosen = sum(each.is_chosen for each in report.results)
    moved = len(_moved(report))
    if not report.complete:
        return f"Interrupted: {held} of {chosen} beliefs hold, {moved} moved, the rest is unknown."
    if moved:
        return f"{moved} of {chosen} beliefs moved: msconfig has to follow."
    if held == chosen:
        return f"All {held} beliefs hold: ModelScope behaves as msconfig expects."
    return f"{held} of {chosen} beliefs hold; the others cannot be judged."


def _about(report: DoctorReport) -> str:
    site = "modelscope.cn" if report.site is Site.CN else "modelscope.ai"
    return f"msconfig {__version__}, site {report.site} ({site}), {rfc3339(report.asked_at)}"


def _overall(report: DoctorReport) -> Outcome:
    if _moved(report):
        return Outcome.FAIL
    chosen = (each for each in report.results if each.is_chosen)
    holds = all(each.result is Result.HOLDS for each in chosen)
    return Outcome.PASS if holds and report.complete else Outcome.UNKNOWN


def _moved(report: DoctorReport) -> list[BeliefResult]:
    return [each for each in report.results if each.result is Result.MOVED]


def _to_explain(report: DoctorReport) -> list[BeliefResult]:
    """Those of which there is something to see beyond that they hold."""
    return [each for each in report.results if any(each.seen) and each.result is not Result.HOLDS]


def _mark(result: BeliefResult) -> str:
    if not result.is_chosen:
        return _NOT_CHOSEN
    return MARKS[_OUTCOMES.get(result.result, Outcome.UNKNOWN)]


def _style(result: BeliefResult) -> str:
    if not result.is_chosen:
        return "dim"
    return STYLES[_OUTCOMES.get(result.result, Outcome.UNKNOWN)]


def _outcome(result: BeliefResult) -> str:
    return ": ".join(filter(None, (result.result, _why(result))))


def _why(result: BeliefResult) -> str:
    """Why there is no result; "" where there is one."""
    return _WHY[result.reason] if result.reason is not None else ""


_WHY = {
    Reason.PAID: "it spends quota",
    Reason.NO_TOKEN: "without a token",
    Reason.NO_ID: "no such model is known",
    Reason.NO_ANSWER: "no answer",
    Reason.TOKEN_REJECTED: "your token is rejected",
    Reason.NOT_BOUND: "your account is not bound or not verified",
    Reason.UNKNOWN_HERE: "unknown on this site",
    Reason.INTERRUPTED: "interrupted",
}


def _seen(result: BeliefResult) -> str:
    """The shapes of the replies in one line, equal ones once; "" where nothing was asked."""
    counts = Counter(_in_words(each) for each in result.seen)
    many = len(result.seen) > 1
    return " / ".join(f"{count} × {words}" if many else words for words, count in counts.items())


def _in_words(shape: Shape | None) -> str:
    return _NOTHING if shape is None else "; ".join(_parts(shape))


def _parts(shape: Shape) -> Iterator[str]:
    yield f"{shape.status} {shape.content_type}"
    if shape.errors:
        yield ", ".join(shape.errors)
    if shape.fields:
        yield ", ".join(f"{path} {types.replace('|', ' or ')}" for path, types in shape.fields)
    if shape.others:
        yield counted(shape.others, "other field")


def _next_steps(report: DoctorReport) -> list[str]:
    reasons = Counter(each.reason for each in report.results)
    steps = []
    if not report.complete:
        steps.append("Next: run it again to the end.")
    elif _moved(report):
        steps.append("Next: report it in an issue of msconfig with this output.")
    if reasons[Reason.TOKEN_REJECTED]:
        steps.append("Your token is rejected; with a valid one, more can be judged.")
    if reasons[Reason.NOT_BOUND]:
        steps.append("Your account is not bound to Alibaba Cloud, or not verified by name.")
    if reasons[Reason.NO_ANSWER]:
        codes = (each.belief.code for each in report.results if each.reason is Reason.NO_ANSWER)
        steps.append(f"No answer: {', '.join(codes)}.")
        # the cause names hosts and proxies, which are not for an issue
        mend = "The cause is on stderr (without -q)." if report.obstacles else "Run it again later."
        steps.append(mend)
    if reasons[Reason.NO_TOKEN]:
        steps.append("With a token in MODELSCOPE_API_TOKEN, more is asked about.")
    if reasons[Reason.PAID] and not reasons[Reason.NO_TOKEN]:
        most = sum(each.belief.paid_calls for each in report.results)
        steps.append(
            f"`--paid N` makes up to N real calls besides, which spend quota (all: {most})."
        )
    return [*steps, _PUBLIC]
