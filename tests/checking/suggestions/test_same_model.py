"""Suggestions that are the very model that was meant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from msconfig.checking.report import Suggestion
from msconfig.checking.suggestions.reasons import Reason
from msconfig.checking.suggestions.same_model import is_at_another_provider, is_same_model
from msconfig.checking.suggestions.suggest import suggest

CATALOGUES: dict[str, list[str]] = json.loads(
    Path(__file__).with_name("catalogues.json").read_text("utf-8")
)


@pytest.mark.parametrize(
    ("failing", "suggested", "reason", "is_same"),
    [
        ("a/OAK-1", "a/Oak-1", Reason.CASE, True),
        ("a/OAK-1", "a/Oak-1", Reason.CASE_UNLISTED, True),
        ("b/Oak-1", "a/Oak-1", Reason.OWNER, True),
        ("a/Oak1_5-7b", "a/Oak-1.5-7B", Reason.SPELT, True),
        ("a/Oak15-7B", "a/Oak-1.5-7B", Reason.SPELT, False),
        ("a/Oak33-2B", "a/Oak3-32B", Reason.SPELT, False),
        ("openai/a/Oak3-32B", "a/Oak3-32B", Reason.SPELT, True),
        ("Oak3-32B", "a/Oak3-32B", Reason.SPELT, True),
        ("a/Oak3-32B:free", "a/Oak3-32B", Reason.SPELT, True),
        ("a/Oak3-2507", "a/Oak3-2512", Reason.RERELEASE, True),
        ("a/Oak3-2512", "a/Oak3-2507", Reason.RERELEASE, False),
        ("a/Oak3-0324", "a/Oak3-0528", Reason.RERELEASE, True),
        ("a/Oak3", "a/Oak3-0528", Reason.RERELEASE, True),
        ("a/Oak3-0528", "a/Oak3", Reason.RERELEASE, False),
        ("a/Oak3-1226", "a/Oak3-2025-03", Reason.RERELEASE, False),
        ("qwen3_32b", "qwen3-32b", Reason.SPELT_AT_FALLBACK, True),
        ("qwen2.5-7b", "qwen2.5-7b-instruct", Reason.SPELT_AT_FALLBACK, False),
        *(
            ("a/Oak-1", "a/Oak-2", each, False)
            for each in (Reason.NEWER, Reason.VARIANT, Reason.SIZE, Reason.NEAREST, Reason.FAMILY)
        ),
        ("a/Oak-1", "oak-1", Reason.AT_FALLBACK, False),
        # digits of owner and provider are none of the name's
        ("a1/Oak3-32B", "a2/Oak-3_32B", Reason.SPELT, True),
        ("a/Oak3-32B:v2", "a/Oak3_32B", Reason.SPELT, True),
        ("a/Oak3-32B:Oak9", "a/Oak9", Reason.SPELT, False),
        ("Oak3 32B", "a/Oak3-32B", Reason.SPELT, False),
        ("Oak3-33B or Oak3_32B", "a/Oak3-32B", Reason.SPELT, True),
        ("a/qwen3_32b:x", "qwen3-32b", Reason.SPELT_AT_FALLBACK, True),
        ("a/Oak3", "a/Oak3-Chat", Reason.RERELEASE, False),
        ("a/Oak3-2507", "a/Oak3-Chat-2507", Reason.RERELEASE, False),
    ],
)
def test_case_spelling_owner_and_a_newer_date_are_the_same_model(
    failing: str, suggested: str, reason: Reason, is_same: bool
) -> None:
    assert is_same_model(failing, Suggestion(suggested, reason)) is is_same


@pytest.mark.parametrize("reason", Reason)
def test_an_id_of_the_fallback_is_of_another_provider(reason: Reason) -> None:
    is_other = reason in {Reason.AT_FALLBACK, Reason.AT_FALLBACK_BUT_FOR_SUFFIX}
    assert is_at_another_provider(Suggestion("oak-1", reason)) is is_other


def test_of_what_modelscope_took_away_only_dates_are_replaced_unseen() -> None:
    """Every id that any catalogue had and the last one has not."""
    last = frozenset(CATALOGUES["2026-10-07"])
    vanished = {each for ids in CATALOGUES.values() for each in ids} - last
    same = {}
    for each in sorted(vanished):
        first = next(iter(suggest(each, last)), None)
        if first is not None and is_same_model(each, first):
            same[each] = first.id
    assert len(vanished) > 50
    for older, newer in same.items():
        words = {*older.partition("/")[2].casefold().split("-")}
        more = {*newer.partition("/")[2].casefold().split("-")} - words
        assert all(word.isdigit() for word in more), (older, newer)
