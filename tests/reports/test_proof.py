"""What green rests on, and the origin of each fact, in every format."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from msconfig.checking.report import Evidence, Proof, Report, Status
from msconfig.modelscope.facts import Origin
from msconfig.reports import Format, render
from support import MakeModel, MakeReport

AT = datetime(2026, 10, 7, 10, 15, tzinfo=UTC)
IN_WORDS = [Format.TEXT, Format.JUNIT, Format.GITHUB, Format.MARKDOWN, Format.HTML]


@pytest.fixture
def mixed(model: MakeModel, report: MakeReport) -> Report:
    """Two models that were called, one that is listed only, and one that fails."""
    return report(
        model("a/called", proof=Proof.CALLED),
        model("b/called", proof=Proof.CALLED),
        model("c/listed", proof=Proof.LISTED),
        model("d/dead", status=Status.NOT_ENABLED),
    )


@pytest.mark.parametrize("form", IN_WORDS)
def test_the_summary_counts_the_models_by_their_proof(mixed: Report, form: Format) -> None:
    assert "Proof: 2 called, 1 listed." in render(mixed, form, width=120)


def test_the_summary_counts_them_in_json_and_sarif_too(mixed: Report) -> None:
    counts = {"called": 2, "confirmed": 0, "listed": 1}
    summary = json.loads(render(mixed, Format.JSON))["summary"]
    assert {proof: summary[proof] for proof in counts} == counts
    (run,) = json.loads(render(mixed, Format.SARIF))["runs"]
    assert run["properties"]["proof"] == counts


@pytest.mark.parametrize("form", IN_WORDS)
def test_where_nothing_passes_there_is_no_proof(
    form: Format, model: MakeModel, report: MakeReport
) -> None:
    dead = report(model("d/dead", status=Status.NOT_ENABLED))
    assert "Proof" not in render(dead, form, width=120)


@pytest.mark.parametrize("origin", Origin)
def test_the_page_shows_the_origin_of_a_fact(
    origin: Origin, model: MakeModel, report: MakeReport
) -> None:
    evidence = Evidence("GET /x", "served", AT, origin, "a list")
    page = render(report(model(evidence=(evidence,))), Format.HTML)
    assert f"{origin}: a list" in page


@pytest.mark.parametrize("form", IN_WORDS)
def test_offline_nobody_is_sent_to_try_again_later(
    form: Format, model: MakeModel, report: MakeReport
) -> None:
    unheard = model("a/new", status=Status.UNVERIFIED, reason="not in the snapshot")
    text = render(report(unheard, snapshot_recorded=AT), form, width=120)
    assert "run it again online" in text
    assert "later" not in text
