"""The report as SARIF: valid under the official schema, and harmless whatever is in it.

The schema is that of the npm package `@microsoft/jest-sarif`; `MSCONFIG_SARIF_SCHEMA` says where
its file is, e.g. after `npm install @microsoft/jest-sarif` in another folder::

    node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from jsonschema import Draft4Validator

from msconfig import __version__
from msconfig.checking.report import (
    Change,
    Ignored,
    Location,
    ModelResult,
    Outcome,
    Report,
    Status,
    Suggestion,
    TokenResult,
    TokenStatus,
)
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site, addresses_of
from msconfig.reports import Format, left_out, render, sarif
from support import HOSTILE_TEXT, MakeModel, MakeReport

# read here: a test's environment holds no variable of ours
SCHEMA_FILE = os.environ.get("MSCONFIG_SARIF_SCHEMA")
SCHEMA_IS_REQUIRED = os.environ.get("MSCONFIG_REQUIRE_SARIF") == "1"

AT = datetime(2026, 10, 7, 10, 15, tzinfo=UTC)
FAIL, OPEN = Status.NOT_ENABLED, Status.UNVERIFIED
IGNORED = Ignored("waiting", date(2026, 12, 31))
BAD = [status for status in Status if status.outcome is not Outcome.PASS]


PLACE = Location("models.txt", 1, 1)


@pytest.fixture
def model(model: MakeModel) -> MakeModel:
    """A model's result whose id is in a file unless another place, or None, is given."""

    def make(*model_id: str, **more: Any) -> ModelResult:  # noqa: ANN401
        return model(*model_id, **{"location": PLACE, **more})

    return make


@pytest.fixture(scope="session")
def problems() -> Callable[[Any], list[str]]:
    """What the official schema has against a document."""
    if not SCHEMA_FILE:
        missing = "MSCONFIG_SARIF_SCHEMA names no schema file (see tests/reports/test_sarif.py)"
        if SCHEMA_IS_REQUIRED:
            pytest.fail(missing)
        pytest.skip(missing)
    schema = json.loads(Path(SCHEMA_FILE).read_text("utf-8"))
    assert schema["$schema"] == "http://json-schema.org/draft-04/schema#"
    validator = Draft4Validator(schema)
    return lambda document: [
        f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)
    ]


def run_of(report: Report) -> Any:  # noqa: ANN401 - JSON
    """The one run there is."""
    document = json.loads(render(report, Format.SARIF))
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    return run


def results_of(report: Report) -> list[Any]:
    results: list[Any] = run_of(report)["results"]
    return results


def everything(model: MakeModel, report: MakeReport) -> Report:
    """One of each."""
    statuses = [model(f"a/{status}", status=status) for status in Status]
    return report(
        *statuses,
        model("a/i", status=FAIL, ignored=IGNORED),
        model("a/k", status=FAIL, change=Change.SAME),
        model("a/l", status=FAIL, location=Location("ids/models.txt", 3, 5)),
        model("a/n", status=FAIL, location=None),
        model("a/s", status=FAIL, suggestions=(Suggestion("a/b", "the closest"),)),
        tokens=(
            TokenResult(TokenStatus.REJECTED, "FROM", "00c0ffee", "a reason"),
            TokenResult(TokenStatus.UNVERIFIED, "FROM", "deadbeef"),
            TokenResult(TokenStatus.VALID, "FROM", "cafecafe"),
        ),
        notes=("an entry has expired",),
        snapshot_recorded=AT,
        complete=False,
    )


def test_everything_that_is_written_is_sarif(
    model: MakeModel, report: MakeReport, problems: Callable[[Any], list[str]]
) -> None:
    for each in (everything(model, report), report(), report(model())):
        assert problems(json.loads(render(each, Format.SARIF))) == []


def test_the_schema_would_see_a_mistake(
    model: MakeModel, report: MakeReport, problems: Callable[[Any], list[str]]
) -> None:
    document = json.loads(render(report(model()), Format.SARIF))
    document["runs"][0]["results"] = [{"ruleId": "no message"}]
    assert problems(document) == ["$.runs[0].results[0]: 'message' is a required property"]


def test_what_passes_is_no_result(model: MakeModel, report: MakeReport) -> None:
    assert results_of(report(model())) == []


@pytest.mark.parametrize("status", BAD)
@pytest.mark.parametrize("strict", [False, True])
def test_every_other_status_is_a_rule(
    status: Status, strict: bool, model: MakeModel, report: MakeReport
) -> None:
    run = run_of(report(model(status=status), strict=strict))
    (result,) = run["results"]
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    usual = "error" if status.outcome is Outcome.FAIL else "warning"
    assert (result["ruleId"], rule["id"]) == (status, status)
    assert (rule["defaultConfiguration"]["level"], result["kind"]) == (usual, "fail")
    assert result["level"] == ("error" if strict else usual)
    for words in ("shortDescription", "fullDescription", "help"):
        assert rule[words]["text"].endswith(".")


def test_no_rule_is_one_too_many(report: MakeReport) -> None:
    driver = run_of(report())["tool"]["driver"]
    assert sorted(rule["id"] for rule in driver["rules"]) == sorted(BAD)
    assert (driver["name"], driver["version"]) == ("msconfig", __version__)


def test_a_message_says_what_is_wrong_and_what_may_have_been_meant(
    model: MakeModel, report: MakeReport
) -> None:
    wrong = model(
        "qwen/alive",
        status=Status.NOT_FOUND,
        reason="the letter case differs",
        suggestions=(Suggestion("Qwen/Alive", "same letters"),),
    )
    (result,) = results_of(report(wrong))
    assert result["message"]["text"] == (
        "qwen/alive: the letter case differs. Did you mean (available): Qwen/Alive (same letters)."
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[pay](http://e.com)", r"\[pay\](http://e.com)"),
        ("a\\", r"a\\"),
        ("a\nb", r"a\\nb"),
        ("\x1b[31m", r"\\x1b\[31m"),
        ("]]>%::", r"\]\]>%::"),
        ("", '""'),
    ],
)
def test_no_link_comes_from_an_id(
    text: str, shown: str, model: MakeModel, report: MakeReport
) -> None:
    (result,) = results_of(report(model(text, status=Status.MALFORMED, reason="r")))
    assert result["message"]["text"] == f"{shown}: r"


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("models.txt", "models.txt"),
        ("./ids/models.txt", "ids/models.txt"),
        ("../models.txt", "../models.txt"),
        ("a b/100%.txt", "a%20b/100%25.txt"),
        ("a:b?c#d", "a%3Ab%3Fc%23d"),
        ("模型.txt", "%E6%A8%A1%E5%9E%8B.txt"),
        ("/srv/a b.txt", "file:///srv/a%20b.txt"),
        ("C:/ids/models.txt", "file:///C:/ids/models.txt"),
    ],
)
def test_a_place_is_a_uri_with_line_and_column(
    file: str, uri: str, model: MakeModel, report: MakeReport
) -> None:
    (result,) = results_of(report(model(status=FAIL, location=Location(file, 3, 5))))
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": uri},
                "region": {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 15},
            }
        }
    ]


@pytest.mark.parametrize("location", [None, Location("-", 3, 5)])
def test_an_id_that_is_in_no_file_is_a_notification_so_that_github_takes_the_log(
    location: Location | None, model: MakeModel, report: MakeReport
) -> None:
    placed, unplaced = model("a/placed", status=FAIL), model("a/b", status=FAIL, location=location)
    run = run_of(report(placed, replace(unplaced, reason="because")))
    assert [each["locations"] != [] for each in run["results"]] == [True]
    (invocation,) = run["invocations"]
    (told,) = invocation["toolExecutionNotifications"]
    assert (told["level"], told["message"]["text"]) == ("error", "a/b: because")
    rules = run["tool"]["driver"]["rules"]
    assert rules[told["associatedRule"]["index"]]["id"] == told["associatedRule"]["id"] == FAIL


@pytest.mark.parametrize(
    ("more", "strict", "level"),
    [
        ({"status": Status.ENABLED}, False, None),
        ({"status": OPEN}, False, "warning"),
        ({"status": OPEN}, True, "error"),
        ({"status": FAIL}, False, "error"),
    ],
)
def test_its_notification_has_the_level_that_the_result_would_have(
    more: dict[str, Any], strict: bool, level: str | None, model: MakeModel, report: MakeReport
) -> None:
    it = report(model(location=None, **more), strict=strict)
    (invocation,) = run_of(it)["invocations"]
    levels = [each["level"] for each in invocation["toolExecutionNotifications"]]
    assert levels == ([level] if level else [])
    assert len(left_out(it, {Format.SARIF, Format.TEXT})) == len(levels)
    assert left_out(it, {Format.TEXT}) == ()


def test_one_line_says_how_many_results_have_no_place(model: MakeModel, report: MakeReport) -> None:
    it = report(*(model(f"a/{n}", status=FAIL, location=None) for n in range(3)))
    (line,) = left_out(it, {Format.SARIF})
    assert line == (
        "sarif: 3 models are notifications, not results: their ids are in no file of the repository"
        " (use --models FILE or msconfig.toml)"
    )
    assert left_out(report(model(status=FAIL)), {Format.SARIF}) == ()


def test_the_message_of_a_result_ends_with_the_notes(model: MakeModel, report: MakeReport) -> None:
    it = report(model("a/b", status=OPEN, reason="no answer", notes=("not probed: the budget",)))
    (result,) = results_of(it)
    assert result["message"]["text"] == "a/b: no answer. Note: not probed: the budget"


def test_an_ignored_model_is_left_out_as_github_reads_no_suppressions(
    model: MakeModel, report: MakeReport
) -> None:
    it = report(
        model(status=FAIL, ignored=IGNORED), model(status=FAIL, ignored=IGNORED, location=None)
    )
    assert results_of(it) == []
    assert run_of(it)["invocations"][0]["toolExecutionNotifications"] == []
    assert left_out(it, {Format.SARIF}) == ()


def test_sites_are_analyses_of_their_own(model: MakeModel, report: MakeReport) -> None:
    for site in Site:
        run = run_of(report(model(status=FAIL), site=site))
        assert run["automationDetails"] == {"id": f"msconfig/{site}/"}
        addresses = {rule["helpUri"] for rule in run["tool"]["driver"]["rules"]}
        assert addresses == {addresses_of(site).models_page}


def test_what_github_would_refuse_to_count_is_left_out_the_worst_first(
    monkeypatch: pytest.MonkeyPatch, model: MakeModel, report: MakeReport
) -> None:
    monkeypatch.setattr(sarif, "_MOST_RESULTS", 2)
    models = [model(f"a/{n}", status=each) for n, each in enumerate((OPEN, FAIL, OPEN, FAIL))]
    it = report(*models)
    assert [each["message"]["text"][:3] for each in results_of(it)] == ["a/1", "a/3"]
    (note,) = run_of(it)["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"] == "2 results more: a run holds at most 2"


@pytest.mark.parametrize(
    ("change", "ending"),
    [
        (None, "because"),
        (Change.NEW, "because"),
        (Change.WORSE, "because"),
        (Change.SAME, "because (known since the baseline)"),
    ],
)
def test_what_the_baseline_knows_stays_a_finding_that_says_so(
    change: Change | None, ending: str, model: MakeModel, report: MakeReport
) -> None:
    (result,) = results_of(report(model(status=FAIL, reason="because", change=change)))
    assert result["message"]["text"].endswith(f": {ending}")
    assert result["level"] == "error"


def test_a_finding_is_known_by_its_id_and_file(model: MakeModel, report: MakeReport) -> None:
    places = (Location("a.txt", 1, 1), Location("a.txt", 9, 1), Location("b.txt", 1, 1))
    here, there, other, elsewhere = results_of(
        report(
            model("a/b", status=FAIL, location=places[0]),
            model("a/b", status=FAIL, location=places[1], reason="another"),
            model("a/c", status=FAIL, location=places[0]),
            model("a/b", status=FAIL, location=places[2]),
        )
    )
    assert here["partialFingerprints"] == there["partialFingerprints"]
    others = [each["partialFingerprints"] for each in (here, other, elsewhere)]
    assert len({json.dumps(each) for each in others}) == 3


def test_every_place_is_a_result_because_github_shows_the_first_location_alone(
    model: MakeModel, report: MakeReport
) -> None:
    places = (
        *(Location("a.txt", 1, 1), Location("-", 1, 1)),
        *(Location("a.txt", 9, 3, '"a/b",'), Location("b.txt", 1, 1)),
    )
    results = results_of(report(model("a/b", status=FAIL, location=places[0], locations=places)))
    found = [each["physicalLocation"] for result in results for each in result["locations"]]
    assert [(each["artifactLocation"]["uri"], *each["region"].values()) for each in found] == [
        *(("a.txt", 1, 1, 1, 4), ("a.txt", 9, 3, 9, 9), ("b.txt", 1, 1, 1, 4)),
    ]
    assert len({each["partialFingerprints"]["modelInFile/v1"] for each in results}) == 3


@pytest.mark.parametrize(("status", "exit_code"), [(Status.ENABLED, 0), (FAIL, 1), (OPEN, 4)])
def test_the_run_tells_how_it_ended(
    status: Status, exit_code: int, model: MakeModel, report: MakeReport
) -> None:
    (invocation,) = run_of(report(model(status=status)))["invocations"]
    assert invocation["executionSuccessful"] is True
    assert invocation["exitCode"] == exit_code
    assert invocation["endTimeUtc"] == "2026-10-07T10:15:00Z"


def test_an_interrupted_run_was_not_successful(model: MakeModel, report: MakeReport) -> None:
    (invocation,) = run_of(everything(model, report))["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 130)
    told = [
        (each["level"], each["message"]["text"])
        for each in invocation["toolExecutionNotifications"]
    ]
    assert told == [
        ("error", "Token 00c0ffee (FROM) rejected: a reason"),
        ("warning", "Token deadbeef (FROM) unverified"),
        ("error", "a/n: served by ModelScope"),
        ("note", "an entry has expired"),
    ]


@given(HOSTILE_TEXT, HOSTILE_TEXT, HOSTILE_TEXT)
def test_any_text_gives_sarif(
    problems: Callable[[Any], list[str]], one: str, two: str, six: str
) -> None:
    wrong = ModelResult(
        one,
        Status.MALFORMED,
        Kind.UNKNOWN,
        two,
        suggestions=(Suggestion(six, two),),
        location=Location(six, 1, 1),
    )
    tokens = (TokenResult(TokenStatus.REJECTED, one, "00c0ffee", two),)
    ignored = replace(wrong, ignored=Ignored(six, date(2026, 1, 1)))
    text = render(Report(Site.CN, AT, tokens, (wrong, ignored), notes=(six,)), Format.SARIF)
    text.encode()
    assert problems(json.loads(text)) == []


@given(HOSTILE_TEXT)
def test_any_file_name_gives_a_uri_of_it(name: str) -> None:
    place = Location(f"ids/{name}", 1, 1)
    wrong = ModelResult("a", Status.MALFORMED, Kind.UNKNOWN, "r", location=place)
    ((found,),) = (each["locations"] for each in results_of(Report(Site.CN, AT, (), (wrong,))))
    uri = found["physicalLocation"]["artifactLocation"]["uri"]
    parts = urlsplit(uri)
    assert uri.isascii()
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")
    assert unquote(parts.path).startswith("ids")
