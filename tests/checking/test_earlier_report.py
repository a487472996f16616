"""Earlier reports: which are refused, and when a status began."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from msconfig.checking.earlier_report import StatusBegan, read_earlier_report, with_since
from msconfig.checking.report import ModelResult, Probe, Report, Status, TokenResult, TokenStatus
from msconfig.errors import UsageError
from msconfig.modelscope.facts import CallResult
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site

AT = datetime(2026, 10, 7, 10, 15, tzinfo=UTC)
EARLIER, LONG_AGO = AT - timedelta(days=1), AT - timedelta(days=30)
NEVER = "2026-02-30T10:00:00Z"
VALID = TokenResult(TokenStatus.VALID, "A_VARIABLE", "00c0ffee")
CALL = Probe("00c0ffee", 40, AT, CallResult.ANSWERED)


def model(
    model_id: str, status: Status = Status.ENABLED, probe: Probe | None = None
) -> ModelResult:
    return ModelResult(model_id, status, Kind.CHAT, "because", probe=probe, since=AT)


@pytest.mark.parametrize(
    ("place", "path"),
    [
        (("checked_at",), "$.checked_at"),
        (("snapshot_recorded",), "$.snapshot_recorded"),
        (("models", 0, "since"), "$.models[0].since"),
        (("models", 1, "since"), "$.models[1].since"),
        (("models", 1, "probe", "at"), "$.models[1].probe.at"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_time_that_the_calendar_lacks_is_refused_with_its_place(
    tmp_path: Path, place: tuple[str | int, ...], path: str
) -> None:
    models = (model("a/b"), model("c/d", probe=CALL))
    document = json.loads(Report(Site.CN, AT, (VALID,), models, snapshot_recorded=AT).to_json())
    file = tmp_path / "report.json"
    file.write_text(json.dumps(document))
    assert [each["id"] for each in read_earlier_report(file).models] == ["a/b", "c/d"]
    inner = document
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = NEVER
    file.write_text(json.dumps(document))
    with pytest.raises(UsageError) as caught:
        read_earlier_report(file)
    assert str(caught.value).startswith(f"{file}: {path}: ")


def began(**statuses: tuple[Status, datetime]) -> Mapping[str, StatusBegan]:
    return {name: StatusBegan(*each) for name, each in statuses.items()}


@pytest.mark.parametrize(
    ("earlier", "since"),
    [
        pytest.param([], AT, id="no report"),
        pytest.param([began(b=(Status.ENABLED, EARLIER))], AT, id="of another model"),
        pytest.param([began(a=(Status.ENABLED, EARLIER))], EARLIER, id="it lasts"),
        pytest.param([began(a=(Status.RETIRED, EARLIER))], AT, id="another status"),
        pytest.param(
            [began(b=(Status.ENABLED, EARLIER)), began(a=(Status.ENABLED, LONG_AGO))],
            *(LONG_AGO,),
            id="only the second report has the model",
        ),
        pytest.param(
            [began(a=(Status.RETIRED, EARLIER)), began(a=(Status.ENABLED, LONG_AGO))],
            *(AT,),
            id="it was another in between",
        ),
        pytest.param(
            [began(a=(Status.ENABLED, EARLIER)), began(a=(Status.ENABLED, LONG_AGO))],
            *(EARLIER,),
            id="the first report counts",
        ),
    ],
)
def test_a_status_began_when_the_first_report_that_has_the_model_says(
    earlier: list[Mapping[str, StatusBegan]], since: datetime
) -> None:
    found = with_since([model("a"), model("c", Status.RETIRED)], iter(earlier), AT)
    assert [(each.id, each.since, each.status) for each in found] == [
        ("a", since, Status.ENABLED),
        ("c", AT, Status.RETIRED),
    ]
