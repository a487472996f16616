"""Reports under the rules of those that read them; the rules are in `tests/consumers/`."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from msconfig.checking.report import (
    Change,
    Finding,
    FindingCode,
    Ignored,
    Location,
    ModelResult,
    Proof,
    Report,
    Status,
    Suggestion,
    TokenResult,
    TokenStatus,
)
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from msconfig.operations.places import Repository
from msconfig.reports import Format, render
from support import HOSTILE_TEXT

RULES = Path(__file__).resolve().parent.parent / "consumers"
AT = datetime(2026, 10, 7, 10, 15, tzinfo=UTC)
REPOSITORY = Repository(Path("/home/me/repository"), Path("/home/me/repository/sub"))
_TIME = re.compile(r"[0-9]*(\.[0-9]*)?")
"""A time of a suite as the plugin takes it, but for thousands with commas."""


@cache
def schema_of(form: Format) -> Draft202012Validator:
    name = {Format.SARIF: "github-code-scanning", Format.GITLAB: "gitlab-code-quality"}[form]
    schema = json.loads((RULES / f"{name}.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def schema_problems(form: Format, text: str) -> list[str]:
    errors = schema_of(form).iter_errors(json.loads(text))
    return [f"{each.json_path}: {each.message}" for each in errors]


@cache
def junit_rules() -> dict[str, Any]:
    return tomllib.loads((RULES / "jenkins-xunit.toml").read_text("utf-8"))


def junit_problems(text: str) -> list[str]:
    rules = junit_rules()
    root = ET.fromstring(text)  # noqa: S314 - our own
    found = [] if root.tag in {"testsuites", "testsuite"} else [f"root {root.tag}"]
    for element in root.iter():
        rule = rules.get(element.tag)
        if rule is None:
            found.append(f"element {element.tag}")
            continue
        required = set(rule.get("required", ()))
        given = element.attrib.keys()
        found += [f"{element.tag} without {name}" for name in required - given]
        allowed = required | set(rule.get("optional", ()))
        found += [f"{element.tag} with {name}" for name in given - allowed]
        children = {each.tag for each in element} - set(rule.get("children", ()))
        found += [f"{name} in {element.tag}" for name in children]
        texts = [element.text or "", *(each.tail or "" for each in element)]
        if not rule.get("has_text") and "".join(texts).strip():
            found.append(f"text in {element.tag}")
        if element.tag != "testcase" and not _TIME.fullmatch(element.get("time", "")):
            found.append(f"time {element.get('time')}")
    return found


def problems_of(report: Report, form: Format, repository: Repository | None = None) -> list[str]:
    text = render(report, form, repository=repository)
    return junit_problems(text) if form is Format.JUNIT else schema_problems(form, text)


def everything(text: str = "x", file: str = "ids/models.txt") -> Report:
    """A report with one model of each sort, and `text` wherever a text from outside may be."""
    places = (
        *(Location(file, 3, 5), Location(file, 9, 1, text), Location("-", 1, 1)),
        *(Location("/elsewhere/x.txt", 1, 1), Location("../b.txt", 2, 1)),
    )
    ignored = Ignored(text, date(2026, 12, 31))
    sorts: list[dict[str, Any]] = [
        *({"status": status} for status in Status if status is not Status.ENABLED),
        *({"status": Status.ENABLED, "proof": proof} for proof in Proof),
        *({"status": Status.NOT_ENABLED, "change": change} for change in Change),
        {"status": Status.NOT_ENABLED, "ignored": ignored},
    ]
    models = tuple(
        ModelResult(
            text if sort["status"] is Status.MALFORMED else f"a/{number}",
            kind=Kind.CHAT,
            reason=text,
            suggestions=(Suggestion(text, text),),
            notes=(text,),
            location=places[0] if has_place else None,
            locations=places if has_place else (),
            **sort,
        )
        for number, sort in enumerate(sorts)
        for has_place in (True, False)
    )
    token = TokenResult(TokenStatus.REJECTED, text, "00c0ffee", text)
    findings = tuple(Finding(FindingCode.TOKEN_IN_FILE, each) for each in places[:2])
    return Report(Site.CN, AT, (token,), models, notes=(text,), findings=findings)


FORMS = [Format.SARIF, Format.GITLAB, Format.JUNIT]


@pytest.mark.parametrize("form", FORMS)
def test_a_report_with_everything_is_taken(form: Format) -> None:
    it = everything()
    assert problems_of(it, form, REPOSITORY) == []
    assert "sub/ids/models.txt" in render(it, form, repository=REPOSITORY)
    assert problems_of(Report(Site.AI, AT, (), ()), form, REPOSITORY) == []


@pytest.mark.parametrize("form", FORMS)
@given(HOSTILE_TEXT)
def test_a_report_with_any_text_is_taken(form: Format, text: str) -> None:
    name = re.sub("[\0/\ud800]", "", text) or "x"  # what no file can be called
    assert problems_of(everything(text, f"ids/{name}"), form, REPOSITORY) == []


@pytest.mark.parametrize("form", FORMS)
def test_what_a_consumer_refuses_is_seen(form: Format) -> None:
    """The rules can fail: places outside of a repository, and what earlier versions wrote."""
    if form is Format.JUNIT:
        text = render(everything(), form).replace("<testcase ", '<testcase file="a" line="1" ')
        assert {"testcase with file", "testcase with line"} <= set(junit_problems(text))
    else:
        assert any("/elsewhere/x.txt" in each for each in problems_of(everything(), form))
        text = render(everything(), form, repository=REPOSITORY)
        broken = text.replace('"locations"', '"places"').replace('"location"', '"place"')
        assert schema_problems(form, broken) != []


def test_fingerprints_are_those_of_one_finding() -> None:
    found = json.loads(render(everything(), Format.GITLAB, repository=REPOSITORY))
    assert len({each["fingerprint"] for each in found}) == len(found) > 1
