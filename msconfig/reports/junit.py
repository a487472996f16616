"""The report as JUnit XML, for the pages on which GitLab and Jenkins show tests.

There is no one standard. What is written here is what both read: ``testsuites``, ``testsuite`` and
``testcase``; GitLab shows ``classname`` as the suite and the text within ``failure``, Jenkins shows
``message`` and the text. Jenkins' xUnit plugin refuses a file with an attribute that it does not
know, ``file`` and ``line`` of a test case among them, so places are in the texts.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from msconfig.checking.report import Finding, ModelResult, Outcome, Report, TokenResult, TokenStatus
from msconfig.model_ids import ModelId
from msconfig.modelscope.fallback_regions import PROVIDER
from msconfig.parsing import rfc3339
from msconfig.reports.verdicts import overall, queried_tokens, tally
from msconfig.reports.wording import (
    MARKS,
    TOKEN_IN_FILE,
    excuse,
    finding_place,
    meant,
    next_step_in_ci,
    places_of,
    proofs_line,
    quota_line,
    shown_id,
    token_line,
    verdict_line,
)
from msconfig.text import no_log_command, visible

__all__ = ["render"]

_NOT_XML = str.maketrans({"\ufffe": r"\ufffe", "\uffff": r"\uffff"})
"""Characters that XML 1.0 excludes (section 2.2) and `visible` lets pass."""

_TOKENS_SHOWN = frozenset({TokenStatus.REJECTED, TokenStatus.NOT_BOUND, TokenStatus.UNVERIFIED})
_TIME = "0"
"""Seconds of every case: they are not measured, and some readers require the attribute."""


def render(report: Report) -> str:
    """`report` as XML: one test suite with one test case a model, in their order.

    A token that is rejected or not bound is a failure before them, and one that could not be
    verified is skipped. Models of the fallback come last. A model that fails is a failure. One that
    is unknown is skipped, and a failure where the report is strict. One whose outcome has no effect
    is skipped.
    The output of a case that passes holds its proof, its reason and its notes.
    """
    suite = ET.Element("testsuite", name="msconfig")
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(report):
        ET.SubElement(properties, "property", name=name, value=_shown(value))
    suite.extend(
        _token_case(what, token)
        for what, token in queried_tokens(report)
        if token.counts and token.status in _TOKENS_SHOWN
    )
    for model in report.models:
        suite.append(_case(model, strict=report.strict))
    fallback = report.fallback
    if fallback is not None:
        strict = report.strict and fallback.token.counts
        suite.extend(_case(model, strict=strict, suite=PROVIDER) for model in fallback.models)
    suite.extend(_finding(each, strict=report.strict) for each in report.findings)
    ET.SubElement(suite, "system-out").text = "\n".join(
        [
            f"{MARKS[overall(report)]} {verdict_line(report)}",
            *(f"Note: {_shown(note)}" for note in report.notes),
            *filter(None, [next_step_in_ci(report)]),
        ]
    )
    counts = {
        "tests": len(suite.findall("testcase")),
        "failures": len(suite.findall("testcase/failure")),
        "errors": 0,
        "skipped": len(suite.findall("testcase/skipped")),
    }
    suites = ET.Element("testsuites", name="msconfig")
    for element in (suites, suite):
        element.attrib.update({name: str(count) for name, count in counts.items()})
        element.set("time", _TIME)
    del suites.attrib["skipped"]  # an attribute of a suite alone
    suite.set("timestamp", rfc3339(report.checked_at))
    suites.append(suite)
    ET.indent(suites)
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'
    return no_log_command(text, "&#91;")


def _properties(report: Report) -> list[tuple[str, str]]:
    """Site, tokens and so on; no name comes twice, because Jenkins keeps one of each."""
    recorded, fallback = report.snapshot_recorded, report.fallback
    proofs = proofs_line(tally(report))
    return [
        ("site", report.site),
        ("mode", "offline" if report.offline else "online"),
        *([("snapshot", f"{recorded:%Y-%m-%d}")] if recorded else []),
        ("complete", "yes" if report.complete else "no"),
        ("token", ", ".join(map(_token, report.tokens))),
        *([("fallback key", _token(fallback.token))] if fallback is not None else []),
        *((f"quota {each.fingerprint}", quota_line(each)) for each in report.quota),
        *([("proof", proofs)] if proofs else []),
        ("exit_code", str(int(report.exit_code))),
    ]


def _token(token: TokenResult) -> str:
    return f"{token.status} {token.fingerprint}" if token.fingerprint else token.status


def _token_case(what: str, token: TokenResult) -> ET.Element:
    """A test case for a token that does not pass; the exit code of the run is because of it."""
    case = ET.Element("testcase", classname=what, name=_shown(token.source), time=_TIME)
    message = _shown(token_line(token, what=what))
    if token.status is TokenStatus.UNVERIFIED:
        ET.SubElement(case, "skipped", message=message)
    else:
        ET.SubElement(case, "failure", type=token.status, message=message).text = message
    return case


def _case(model: ModelResult, *, strict: bool, suite: str | None = None) -> ET.Element:
    """A test case, in the suite of its owner unless another is named."""
    model_id = ModelId.parse(model.id)
    case = ET.Element(
        "testcase",
        classname=suite or (model_id.owner if model_id else "malformed"),
        name=_shown(shown_id(model.id)),
        time=_TIME,
    )
    why = excuse(model)
    output = [
        *(f"{each.file}:{each.line}:{each.column}" for each in places_of(model)),
        *model.notes,
        *filter(None, [meant(model)]),
    ]
    if why is not None:
        message = _shown(f"{why} ({model.status}: {model.reason})")
        ET.SubElement(case, "skipped", message=message)
    elif model.outcome is Outcome.FAIL or (strict and model.outcome is Outcome.UNKNOWN):
        failure = ET.SubElement(case, "failure", type=model.status, message=_shown(model.reason))
        failure.text = _lines(model.reason, *output)
        output = []
    elif model.outcome is Outcome.UNKNOWN:
        ET.SubElement(case, "skipped", message=_shown(model.reason))
    else:
        proof = [f"Proof: {model.proof}"] if model.proof else []
        output = [*proof, model.reason, *output]
    if output:
        ET.SubElement(case, "system-out").text = _lines(*output)
    return case


def _finding(finding: Finding, *, strict: bool) -> ET.Element:
    """A test case for a place: a failure where the report is strict, else skipped."""
    case = ET.Element(
        "testcase",
        classname=str(finding.code),
        name=_shown(finding_place(finding)),
        time=_TIME,
    )
    if strict:
        failure = ET.SubElement(case, "failure", type=finding.code, message=TOKEN_IN_FILE)
        failure.text = _shown(f"{finding_place(finding)} {TOKEN_IN_FILE}")
    else:
        ET.SubElement(case, "skipped", message=TOKEN_IN_FILE)
    return case


def _lines(*texts: str) -> str:
    return "\n".join(map(_shown, texts))


def _shown(text: str) -> str:
    return visible(text).translate(_NOT_XML)
