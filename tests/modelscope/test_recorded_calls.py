"""Which of the recorded calls of a model counts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from msconfig.modelscope.facts import CallResult, Origin, RecordedCall, Source, deciding_call

ANSWERED, REFUSED, BUSY = CallResult.ANSWERED, CallResult.REFUSED, CallResult.INCONCLUSIVE


def call(result: CallResult, day: int) -> RecordedCall:
    at = datetime(2026, 10, day, tzinfo=UTC)
    return RecordedCall(Source("POST /v1/chat/completions", at, Origin.RECORDED), result)


@pytest.mark.parametrize(
    ("results", "day"),
    [
        pytest.param([ANSWERED], 1, id="only one"),
        pytest.param([ANSWERED, REFUSED], 2, id="refused since"),
        pytest.param([REFUSED, ANSWERED], 2, id="answers again"),
        pytest.param([ANSWERED, ANSWERED, BUSY], 2, id="busy since the last answer"),
        pytest.param([ANSWERED, REFUSED, BUSY], 2, id="busy since a refusal"),
        pytest.param([BUSY, BUSY], 2, id="never conclusive"),
    ],
)
def test_the_newest_conclusive_call_counts(results: list[CallResult], day: int) -> None:
    calls = [call(result, number) for number, result in enumerate(results, start=1)]
    for order in (calls, calls[::-1]):
        deciding = deciding_call(order)
        assert deciding is not None
        assert (deciding.source.at.day, deciding.result) == (day, results[day - 1])


def test_without_calls_none_counts() -> None:
    assert deciding_call(()) is None


@pytest.mark.parametrize(
    ("result", "status", "error", "observed"),
    [
        (ANSWERED, 200, "", "answered"),
        (REFUSED, 401, "no access", "refused: HTTP 401: no access"),
        (REFUSED, None, "", "refused"),
        (BUSY, 429, "busy", "inconclusive: HTTP 429: busy"),
    ],
)
def test_a_call_is_told_in_one_line(
    result: CallResult, status: int | None, error: str, observed: str
) -> None:
    source = Source("POST /v1/embeddings", datetime(2026, 10, 1, tzinfo=UTC), Origin.RECORDED)
    assert RecordedCall(source, result, status, error).observed == observed
