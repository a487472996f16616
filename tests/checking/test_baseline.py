"""Baselines and ignored models, of ModelScope and of the fallback."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from msconfig.checking.baseline import (
    Baseline,
    IgnoreEntry,
    read_baseline,
    with_baseline,
    with_ignored,
)
from msconfig.checking.earlier_report import StatusBegan
from msconfig.checking.report import (
    Change,
    Fallback,
    Ignored,
    ModelResult,
    Outcome,
    Report,
    Status,
    TokenResult,
    TokenStatus,
)
from msconfig.errors import UsageError
from msconfig.modelscope.fallback_regions import Region
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site

AT = datetime(2026, 10, 7, 10, 15, tzinfo=UTC)
TODAY = date(2026, 10, 7)
BEFORE = TODAY - timedelta(days=1)
VALID = TokenResult(TokenStatus.VALID, "A_VARIABLE", "00c0ffee")


def model(model_id: str, status: Status = Status.ENABLED) -> ModelResult:
    return ModelResult(model_id, status, Kind.CHAT, "because")


def report(*models: ModelResult, fallback: tuple[ModelResult, ...] | None = None) -> Report:
    """A report with a note, of the fallback too where there are models of it."""
    checked = None if fallback is None else Fallback(Region.CN, VALID, fallback)
    return Report(Site.CN, AT, (VALID,), models, notes=("a note",), fallback=checked)


def changes(models: tuple[ModelResult, ...]) -> dict[str, Change | None]:
    return {each.id: each.change for each in models}


@pytest.mark.parametrize(
    ("before", "now", "change"),
    [
        (Outcome.PASS, Status.ENABLED, Change.SAME),
        (Outcome.PASS, Status.UNVERIFIED, Change.WORSE),
        (Outcome.PASS, Status.RETIRED, Change.WORSE),
        (Outcome.UNKNOWN, Status.ENABLED, Change.HEALED),
        (Outcome.UNKNOWN, Status.DISPUTED, Change.SAME),
        (Outcome.UNKNOWN, Status.NOT_FOUND, Change.WORSE),
        (Outcome.FAIL, Status.ENABLED, Change.HEALED),
        (Outcome.FAIL, Status.UNVERIFIED, Change.SAME),
        (Outcome.FAIL, Status.MALFORMED, Change.SAME),
        (None, Status.ENABLED, Change.NEW),
    ],
)
def test_a_model_of_either_provider_is_compared_with_its_own_outcome(
    before: Outcome | None, now: Status, change: Change
) -> None:
    held = {} if before is None else {"a/b": before}
    own = with_baseline(report(model("a/b", now)), Baseline(Site.CN, held))
    assert (changes(own.models), own.fallback) == ({"a/b": change}, None)
    both = report(model("c/d"), fallback=(model("a/b", now),))
    both = with_baseline(both, Baseline(Site.CN, {"a/b": Outcome.FAIL}, fallback=held))
    assert both.fallback is not None
    assert (changes(both.models), changes(both.fallback.models)) == (
        {"c/d": Change.NEW},
        {"a/b": change},
    )


@pytest.mark.parametrize("is_fallback", [False, True])
@pytest.mark.parametrize(
    ("until", "status", "note"),
    [
        (TODAY, Status.RETIRED, None),
        (TODAY, Status.UNVERIFIED, None),
        (BEFORE, Status.RETIRED, "ignore entry expired on 2026-10-06: a/b"),
        (BEFORE, Status.ENABLED, "ignore entry expired on 2026-10-06: a/b"),
        (TODAY, Status.ENABLED, "ignore entry is needless, the model passes: a/b"),
    ],
    ids=["last day", "unknown", "day after", "day after, passes", "passes"],
)
def test_an_entry_holds_through_its_last_day_for_a_model_that_does_not_pass(
    until: date, status: Status, note: str | None, *, is_fallback: bool
) -> None:
    others, checked = (model("c/d", Status.RETIRED),), (model("a/b", status),)
    own, fallback = (others, checked) if is_fallback else (checked, others)
    before = report(*own, fallback=fallback)
    after = with_ignored(before, [IgnoreEntry("a/b", "known", until)], TODAY)
    assert after.fallback is not None
    ignored = {each.id: each.ignored for each in (*after.models, *after.fallback.models)}
    assert ignored == {"a/b": None if note else Ignored("known", until), "c/d": None}
    assert after.notes == (("a note", note) if note else ("a note",))


def test_without_a_fallback_there_is_none_after_the_entries_either() -> None:
    entries = [IgnoreEntry("a/b", "known", TODAY), IgnoreEntry("e/f", "elsewhere", TODAY)]
    after = with_ignored(report(model("a/b", Status.RETIRED), model("c/d")), entries, TODAY)
    expected = (replace(model("a/b", Status.RETIRED), ignored=Ignored("known", TODAY)),)
    assert after == report(*expected, model("c/d"))


@pytest.mark.parametrize(
    ("own", "fallback"),
    [(Status.ENABLED, Status.NOT_FOUND), (Status.NOT_FOUND, Status.ENABLED)],
    ids=["the fallback lacks it", "only the fallback has it"],
)
def test_an_id_that_passes_at_one_provider_alone_is_ignored_at_the_other(
    own: Status, fallback: Status
) -> None:
    checked = report(model("a/b", own), fallback=(model("a/b", fallback),))
    after = with_ignored(checked, [IgnoreEntry("a/b", "known", TODAY)], TODAY)
    assert after.fallback is not None
    assert after.notes == ("a note",)
    for (each,) in (after.models, after.fallback.models):
        assert (each.ignored is None) is (each.outcome is Outcome.PASS)


# --- from a file


def written(path: Path, before: Report) -> Path:
    path.write_text(before.to_json(), encoding="utf-8")
    return path


def test_a_report_that_was_written_is_read_as_a_baseline(tmp_path: Path) -> None:
    long_ago = AT - timedelta(days=30)
    ignored = replace(model("e/f", Status.RETIRED), ignored=Ignored("known", TODAY))
    before = report(
        *(replace(model("a/b"), since=long_ago), model("c/d", Status.RETIRED), ignored),
        fallback=(model("qwen-x", Status.UNVERIFIED), replace(model("qwen-y"), since=long_ago)),
    )
    assert read_baseline(written(tmp_path / "report.json", before), Site.CN) == Baseline(
        Site.CN,
        {"a/b": Outcome.PASS, "c/d": Outcome.FAIL},
        fallback={"qwen-x": Outcome.UNKNOWN, "qwen-y": Outcome.PASS},
        statuses={
            "a/b": StatusBegan(Status.ENABLED, long_ago),
            "c/d": StatusBegan(Status.RETIRED, AT),
            "e/f": StatusBegan(Status.RETIRED, AT),
        },
        checked_at=AT,
    )


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"site": Site.AI}, "site ai"), ({"complete": False}, "interrupted")],
)
def test_a_report_of_another_site_or_of_an_interrupted_run_is_none(
    tmp_path: Path, changed: dict[str, object], words: str
) -> None:
    path = written(tmp_path / "report.json", replace(report(model("a/b")), **changed))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=words) as caught:
        read_baseline(path, Site.CN)
    assert str(caught.value).startswith(f"{path}: ")
