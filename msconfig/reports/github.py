"""The report as workflow commands of GitHub Actions: annotations at the lines of ids.

GitHub's runner takes a line whose first characters that are no white space are ``::`` for a
command, and, where that gives none, anything behind ``##[`` in a line (`ActionCommand` in
actions/runner). Values are escaped as `@actions/core` does it. Of each level GitHub shows ten
annotations a step; the rest is in the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import itemgetter

from msconfig.checking.report import (
    Finding,
    Location,
    ModelResult,
    Outcome,
    Report,
    TokenResult,
    TokenStatus,
)
from msconfig.reports.verdicts import counting_models, overall, queried_tokens
from msconfig.reports.wording import (
    MARKS,
    TOKEN_IN_FILE,
    finding_place,
    meant,
    next_step_in_ci,
    places_of,
    sentences,
    shown_file,
    shown_id,
    token_line,
    verdict_line,
)
from msconfig.text import no_log_command, shortened, visible

__all__ = ["render"]

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})
_LEVELS = {
    TokenStatus.REJECTED: "error",
    TokenStatus.NOT_BOUND: "error",
    TokenStatus.UNVERIFIED: "warning",
}


def render(report: Report) -> str:
    """`report` as one line for each model and each token that does not pass and counts.

    Followed by the notes, a summary as a notice, and the verdict as plain text.
    """
    lines = [
        _about_token(what, token)
        for what, token in queried_tokens(report)
        if token.counts and token.status in _LEVELS
    ]
    lines += [
        _about_model(model, place, strict=report.strict)
        for _, model, place in sorted(_with_places(counting_models(report)), key=itemgetter(0))
    ]
    lines += [_about_finding(finding, strict=report.strict) for finding in report.findings]
    lines += [_command("notice", note, title="msconfig") for note in report.notes]
    verdict = verdict_line(report)
    summary = sentences(verdict, next_step_in_ci(report))
    lines.append(_command("notice", summary, title="msconfig"))
    lines.append(f"{MARKS[overall(report)]} {verdict}")
    return "".join(f"{line}\n" for line in lines)


def _with_places(
    models: Iterable[ModelResult],
) -> Iterator[tuple[int, ModelResult, Location | None]]:
    """Each model at each of its places, and the number of the place; None without any.

    Sorted by it, all models come before a second place of one: GitHub shows ten annotations.
    """
    for model in models:
        for number, place in enumerate(places_of(model) or (None,)):
            yield number, model, place


def _about_token(what: str, token: TokenResult) -> str:
    message = token_line(token, what=what)
    return _command(_LEVELS[token.status], message, title=f"{what} {token.status}")


def _about_model(model: ModelResult, place: Location | None, *, strict: bool) -> str:
    level = "error" if strict or model.outcome is Outcome.FAIL else "warning"
    where = {"file": place.file, "line": str(place.line), "col": str(place.column)} if place else {}
    notes = (f"Note: {note}" for note in model.notes)
    message = sentences(f"{shown_id(model.id)}: {model.reason}", *notes, meant(model))
    return _command(level, message, **where, title=_title(model))


def _about_finding(finding: Finding, *, strict: bool) -> str:
    place = finding.location
    where = {"file": shown_file(place), "line": str(place.line), "col": str(place.column)}
    message = f"{finding_place(finding)}: {TOKEN_IN_FILE}"
    return _command("error" if strict else "warning", message, **where, title=finding.code)


def _title(model: ModelResult) -> str:
    return f"{model.status}: {shortened(shown_id(model.id))}"


def _command(name: str, message: str, **properties: str) -> str:
    """One line; the log shows only `message`, so the title is not needed to understand it."""
    given = ",".join(
        f"{key}={_shown(value).translate(_PROPERTY)}" for key, value in properties.items()
    )
    return f"::{name} {given}::{_shown(message).translate(_DATA)}"


def _shown(text: str) -> str:
    """`text` on one line, without a command of the older form, or of Azure."""
    return no_log_command(visible(text))
