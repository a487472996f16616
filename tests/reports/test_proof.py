"""The proof of models that pass, and the origin of each fact, in every format."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import junitparser
import pytest

from msconfig.checking.report import Evidence, Proof, Report, Status
from msconfig.modelscope.facts import Origin
from msconfig.reports import Format, render
from support import MakeModel, MakeReport

AT = datetime(2026, 10, 7, 10, 15, tzinfo=UTC)
SENTENCES = [Format.TEXT, Format.JUNIT, Format.GITHUB, Format.MARKDOWN]
"""Formats with the verdict in English sentences."""
CALLED, CONFIRMED, LISTED = Proof.CALLED, Proof.CONFIRMED, Proof.LISTED


@pytest.fixture
def mixed(model: MakeModel, report: MakeReport) -> Report:
    """Two models that were called, one that is listed only, and one that fails."""
    return report(
        model("a/called", proof=CALLED),
        model("b/called", proof=CALLED),
        model("c/listed", proof=LISTED),
        model("d/dead", status=Status.NOT_ENABLED),
    )


@pytest.mark.parametrize("form", SENTENCES)
@pytest.mark.parametrize(
    ("proofs", "verdict"),
    [
        ([CALLED], "The model is served (it answered a call)."),
        ([CONFIRMED], "The model is served (confirmed by the provider look-up; not called)."),
        ([LISTED], "The model is served (listed in the catalogue; not called)."),
        ([CALLED] * 2, "Both models are served (each answered a call)."),
        ([LISTED] * 2, "Both models are served (listed in the catalogue; not called)."),
        (
            [LISTED, CALLED, LISTED],
            "All 3 models are served (1 answered a call, 2 listed in the catalogue).",
        ),
        (
            [LISTED, CONFIRMED],
            "Both models are served (1 confirmed by the provider look-up, 1 listed in the",
        ),
        ([None], "The model is served."),
    ],
)
def test_the_verdict_says_how_it_is_known(
    form: Format,
    proofs: list[Proof | None],
    verdict: str,
    model: MakeModel,
    report: MakeReport,
) -> None:
    it = report(*(model(f"a/{n}", proof=proof) for n, proof in enumerate(proofs)))
    assert verdict in render(it, form, width=160).replace("\\", "")


@pytest.mark.parametrize("form", SENTENCES)
def test_beside_a_failure_the_verdict_counts_the_models_that_pass(
    mixed: Report, form: Format
) -> None:
    text = render(mixed, form, width=160)
    assert (
        "1 of 4 models is not served. 3 are served (2 answered a call, 1 listed in the catalogue)."
        in text
    )


def test_the_counts_are_in_json_sarif_and_junit(mixed: Report) -> None:
    counts = {"called": 2, "confirmed": 0, "listed": 1}
    summary = json.loads(render(mixed, Format.JSON))["summary"]
    assert {proof: summary[proof] for proof in counts} == counts
    (run,) = json.loads(render(mixed, Format.SARIF))["runs"]
    assert run["properties"]["proof"] == counts
    assert '<property name="proof" value="2 called, 1 listed" />' in render(mixed, Format.JUNIT)


def test_the_page_counts_them_too(mixed: Report) -> None:
    page = " ".join(render(mixed, Format.HTML).split())
    assert "How it is known that models are served: 2 called, 1 listed only" in page


def test_the_page_says_that_no_model_was_called(model: MakeModel, report: MakeReport) -> None:
    told = "None was called; --probe makes a real call of each."
    for proofs in ((CONFIRMED,), (CONFIRMED, LISTED), (CALLED, LISTED)):
        it = report(*(model(f"a/{n}", proof=proof) for n, proof in enumerate(proofs)))
        assert (told in " ".join(render(it, Format.HTML).split())) is (CALLED not in proofs)


@pytest.mark.parametrize("proof", Proof)
def test_every_format_that_shows_passing_models_shows_the_proof_of_each(
    proof: Proof, model: MakeModel, report: MakeReport
) -> None:
    it = report(model(proof=proof))
    assert f"enabled · {proof}" in render(it, Format.TEXT)
    assert f"enabled · {proof}" in render(it, Format.MARKDOWN)
    assert json.loads(render(it, Format.JSON))["models"][0]["proof"] == proof
    (suite,) = junitparser.JUnitXml.fromstring(render(it, Format.JUNIT).encode())
    (case,) = suite
    assert case.system_out == f"Proof: {proof}\nserved by ModelScope"
    words = {CALLED: "called", CONFIRMED: "confirmed", LISTED: "listed only"}[proof]
    assert f'<span class="proof soft">{words}</span>' in render(it, Format.HTML)


@pytest.mark.parametrize("form", [*SENTENCES, Format.HTML])
def test_where_nothing_passes_there_is_no_proof(
    form: Format, model: MakeModel, report: MakeReport
) -> None:
    text = render(report(model("d/dead", status=Status.NOT_ENABLED)), form, width=120)
    assert not any(each in text for each in ("Proof", "are served (", "How it is known"))


@pytest.mark.parametrize("origin", Origin)
def test_the_page_shows_the_origin_of_a_fact(
    origin: Origin, model: MakeModel, report: MakeReport
) -> None:
    evidence = Evidence("GET /x", "served", AT, origin, "a list")
    page = render(report(model(evidence=(evidence,))), Format.HTML)
    assert f"{origin}: a list" in page


@pytest.mark.parametrize("form", [*SENTENCES, Format.HTML])
def test_offline_the_next_step_is_to_go_online_and_not_to_wait(
    form: Format, model: MakeModel, report: MakeReport
) -> None:
    unheard = model("a/new", status=Status.UNVERIFIED, reason="not in the snapshot")
    text = render(report(unheard, snapshot_recorded=AT), form, width=120)
    assert "run it again online" in text
    assert "later" not in text
