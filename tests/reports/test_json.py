"""The report as JSON: valid under its schema, complete, and harmless whatever is in it."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msconfig import __version__
from msconfig.checking.report import (
    Change,
    Cost,
    Evidence,
    Fallback,
    Finding,
    FindingCode,
    Ignored,
    Location,
    ModelResult,
    Probe,
    Proof,
    Quota,
    Report,
    Status,
    Suggestion,
    TokenResult,
    TokenStatus,
)
from msconfig.modelscope.facts import CallResult, Origin
from msconfig.modelscope.fallback_regions import Region
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from msconfig.reports import Format, render
from msconfig.schemas import schema_problems
from support import MakeModel, MakeReport

AT = datetime(2026, 10, 7, 10, 15, tzinfo=UTC)


def written(report: Report) -> Any:  # noqa: ANN401 - JSON
    text = render(report, Format.JSON)
    assert text.startswith('{\n  "schema_version": 1,\n')
    assert text.endswith("\n}\n")
    document = json.loads(text)
    assert schema_problems(document, "report") == []
    return document


def test_a_report_says_all_that_was_found(model: MakeModel, report: MakeReport) -> None:
    models = [
        model(cost=Cost(0.5), proof=Proof.CONFIRMED),
        model(
            "qwen/alive",
            status=Status.NOT_FOUND,
            kind=Kind.UNKNOWN,
            reason="the letter case differs",
            suggestions=(Suggestion("Qwen/Alive", "same letters"),),
        ),
        model("a/b", status=Status.UNVERIFIED, reason="no answer", evidence=()),
    ]
    assert written(report(*models)) == {
        "schema_version": 1,
        "tool": {"name": "msconfig", "version": __version__},
        "site": "cn",
        "mode": "online",
        "checked_at": "2026-10-07T10:15:00Z",
        "complete": True,
        "token": [{"status": "valid", "source": "MODELSCOPE_API_TOKEN", "fingerprint": "00c0ffee"}],
        "models": [
            {
                "id": "Qwen/Alive",
                "status": "enabled",
                "outcome": "pass",
                "proof": "confirmed",
                "kind": "chat",
                "reason": "served by ModelScope",
                "evidence": [
                    {
                        "source": "GET /v1/models",
                        "observed": "listed among 35",
                        "at": "2026-10-07T10:15:00Z",
                        "origin": "live",
                    }
                ],
                "suggestions": [],
                "cost": {"magicubes": 0.5, "known": True},
            },
            {
                "id": "qwen/alive",
                "status": "not_found",
                "outcome": "fail",
                "kind": "unknown",
                "reason": "the letter case differs",
                "evidence": [
                    {
                        "source": "GET /v1/models",
                        "observed": "listed among 35",
                        "at": "2026-10-07T10:15:00Z",
                        "origin": "live",
                    }
                ],
                "suggestions": [{"id": "Qwen/Alive", "reason": "same letters"}],
            },
            {
                "id": "a/b",
                "status": "unverified",
                "outcome": "unknown",
                "kind": "chat",
                "reason": "no answer",
                "evidence": [],
                "suggestions": [],
            },
        ],
        "summary": {
            "pass": 1,
            "fail": 1,
            "unknown": 1,
            "called": 0,
            "confirmed": 1,
            "listed": 0,
        },
        "exit_code": 1,
    }


@pytest.mark.parametrize("status", list(Status))
def test_every_status_is_known_to_the_schema(
    status: Status, model: MakeModel, report: MakeReport
) -> None:
    (told,) = written(report(model(status=status)))["models"]
    assert (told["status"], told["outcome"]) == (status.value, status.outcome.value)


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_is_known_to_the_schema(
    kind: Kind, model: MakeModel, report: MakeReport
) -> None:
    assert written(report(model(kind=kind)))["models"][0]["kind"] == kind.value


@pytest.mark.parametrize("status", list(TokenStatus))
def test_every_status_of_a_token_is_known_to_the_schema(
    status: TokenStatus, model: MakeModel, report: MakeReport
) -> None:
    token = TokenResult(status, "file token.txt", "00c0ffee", "a reason")
    (told,) = written(report(model(), tokens=(token,)))["token"]
    assert (told["status"], told["reason"]) == (status.value, "a reason")


def test_without_a_token_there_is_one_entry_that_says_so(
    model: MakeModel, report: MakeReport
) -> None:
    absent = TokenResult(TokenStatus.ABSENT, "none")
    assert [each["status"] for each in written(report(model(), tokens=(absent,)))["token"]] == [
        "absent"
    ]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        pytest.param(
            {"snapshot_recorded": AT},
            {"mode": "offline", "snapshot_recorded": "2026-10-07T10:15:00Z"},
            id="offline",
        ),
        pytest.param({"complete": False}, {"complete": False, "exit_code": 130}, id="interrupted"),
        pytest.param({"site": Site.AI}, {"site": "ai"}, id="the international site"),
        pytest.param({"dropped": ("Qwen/Alive",)}, {"dropped": ["Qwen/Alive"]}, id="dropped ids"),
        pytest.param({"notes": ("one", "two")}, {"notes": ["one", "two"]}, id="notes"),
    ],
)
def test_what_a_report_is_about_stands_at_its_top(
    more: dict[str, Any], told: dict[str, Any], model: MakeModel, report: MakeReport
) -> None:
    document = written(report(model(), **more))
    assert {key: document.get(key) for key in told} == told


@pytest.mark.parametrize(
    ("origin", "basis", "told"),
    [
        pytest.param(Origin.LIVE, "", {"origin": "live"}, id="live"),
        pytest.param(Origin.RECORDED, "", {"origin": "recorded"}, id="recorded"),
        pytest.param(
            Origin.DERIVED, "a list", {"origin": "derived", "basis": "a list"}, id="derived"
        ),
    ],
)
def test_evidence_has_its_origin(
    origin: Origin, basis: str, told: dict[str, str], model: MakeModel, report: MakeReport
) -> None:
    evidence = Evidence("GET /v1/models", "listed", AT, origin, basis)
    (written_model,) = written(report(model(evidence=(evidence,))))["models"]
    (one,) = written_model["evidence"]
    assert {key: one.get(key) for key in told} == told
    assert ("basis" in one) == bool(basis)


def test_a_cost_that_was_inferred_is_not_known(model: MakeModel, report: MakeReport) -> None:
    (told,) = written(report(model(cost=Cost(1, is_derived=True))))["models"]
    assert told["cost"] == {"magicubes": 1, "known": False}


def test_a_cost_that_nobody_told_is_null(model: MakeModel, report: MakeReport) -> None:
    (told,) = written(report(model(cost=Cost(None))))["models"]
    assert told["cost"] == {"magicubes": None, "known": False}


@pytest.mark.parametrize(
    ("more", "told"),
    [
        pytest.param(
            {"location": Location("models.txt", 3, 5)},
            {"location": {"file": "models.txt", "line": 3, "column": 5}},
            id="where it stands",
        ),
        pytest.param({"notes": ("one", "two")}, {"notes": ["one", "two"]}, id="notes"),
        pytest.param({"given": '"a/b",'}, {"given": '"a/b",'}, id="what was given"),
        pytest.param(
            {"locations": (Location("a", 1, 2), Location("b", 3, 4, "`a/b`"))},
            {
                "locations": [
                    {"file": "a", "line": 1, "column": 2},
                    {"file": "b", "line": 3, "column": 4, "given": "`a/b`"},
                ]
            },
            id="all places",
        ),
        pytest.param(
            {"probe": Probe("00c0ffee", 850, AT, CallResult.ANSWERED)},
            {
                "probe": {
                    "fingerprint": "00c0ffee",
                    "latency_ms": 850,
                    "at": "2026-10-07T10:15:00Z",
                    "result": "answered",
                }
            },
            id="a probe",
        ),
        pytest.param(
            {"probe": Probe("00c0ffee", None, AT, CallResult.REFUSED)},
            {
                "probe": {
                    "fingerprint": "00c0ffee",
                    "latency_ms": None,
                    "at": "2026-10-07T10:15:00Z",
                    "result": "refused",
                }
            },
            id="a probe without an answer",
        ),
        pytest.param(
            {"ignored": Ignored("known", date(2026, 12, 31))},
            {"ignored": {"reason": "known", "until": "2026-12-31"}},
            id="ignored",
        ),
        pytest.param({"change": Change.WORSE}, {"baseline": "worse"}, id="against a baseline"),
        pytest.param({"since": AT}, {"since": "2026-10-07T10:15:00Z"}, id="since when"),
        pytest.param(
            {},
            dict.fromkeys(("location", "probe", "ignored", "baseline", "cost")),
            id="nothing of that",
        ),
    ],
)
def test_what_else_there_is_about_a_model_stands_with_it(
    more: dict[str, Any], told: dict[str, Any], model: MakeModel, report: MakeReport
) -> None:
    (document,) = written(report(model(**more)))["models"]
    assert {key: document.get(key) for key in told} == told


def test_a_quota_keeps_what_is_unknown_unknown(model: MakeModel, report: MakeReport) -> None:
    quota = Quota("00c0ffee", None, 0.0, 0.5, "GET /balance", AT)
    assert written(report(model(), quota=(quota,)))["quota"] == [
        {
            "fingerprint": "00c0ffee",
            "total": None,
            "available": 0.0,
            "frozen": 0.5,
            "source": "GET /balance",
            "at": "2026-10-07T10:15:00Z",
        }
    ]


@pytest.mark.parametrize(
    "dropped", [pytest.param((), id="all kept"), pytest.param(("qwen3-32b",), id="one dropped")]
)
def test_the_fallback_stands_beside_the_models(
    dropped: tuple[str, ...], model: MakeModel, report: MakeReport
) -> None:
    key = TokenResult(TokenStatus.VALID, "DASHSCOPE_API_KEY", "0a1b2c3d")
    row = model("qwen3-32b", evidence=(), reason="in Bailian's list")
    fallback = Fallback(Region.INTL, key, (row,), dropped)
    assert written(report(model(), fallback=fallback))["fallback"] == {
        "provider": "dashscope",
        "region": "intl",
        "token": {"status": "valid", "source": "DASHSCOPE_API_KEY", "fingerprint": "0a1b2c3d"},
        "models": [
            {
                "id": "qwen3-32b",
                "status": "enabled",
                "outcome": "pass",
                "kind": "chat",
                "reason": "in Bailian's list",
                "evidence": [],
                "suggestions": [],
            }
        ],
        **({"dropped": list(dropped)} if dropped else {}),
    }


def test_a_finding_has_its_code_and_place(model: MakeModel, report: MakeReport) -> None:
    finding = Finding(FindingCode.TOKEN_IN_FILE, Location("src/chat.py", 3, 5))
    assert written(report(model(), findings=(finding,)))["findings"] == [
        {"code": "token_in_file", "file": "src/chat.py", "line": 3, "column": 5}
    ]


HOSTILE = st.text(
    st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Lo", "So"])
    | st.sampled_from('"\\/<>&\n\r\t\x1b\u202e\u2028\x7f\x9b\ufeff\U000e0001\ud800字'),
    max_size=30,
)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_any_text_arrives_whole_and_nothing_unseen_stands_raw(one: str, two: str, six: str) -> None:
    model = ModelResult(
        one,
        Status.NOT_FOUND,
        Kind.UNKNOWN,
        two,
        (Evidence(six, one, AT),),
        (Suggestion(f"x{two}", six),),
    )
    token = TokenResult(TokenStatus.REJECTED, two, "00c0ffee", six)
    report = Report(Site.CN, AT, (token,), (model,), dropped=(one,))
    text = render(report, Format.JSON)
    unseen = {each for each in text if unicodedata.category(each) in {"Cc", "Cf", "Cs"}} - {"\n"}
    document = json.loads(text)
    assert unseen == set()
    assert schema_problems(document, "report") == []
    (told,) = document["models"]
    assert (told["id"], told["reason"], told["evidence"][0]["source"]) == (one, two, six)
    assert told["suggestions"] == [{"id": f"x{two}", "reason": six}]
    assert (document["token"][0]["source"], document["token"][0]["reason"]) == (two, six)
