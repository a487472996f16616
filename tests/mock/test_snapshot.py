"""The facts that come with msconfig."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime

import pytest

from msconfig.documents.recognise import DocumentKind, read_document
from msconfig.errors import UsageError
from msconfig.mock.handler import MockModelScope
from msconfig.mock.messages import Request
from msconfig.mock.snapshot import RecordedLookUp, bundled, load
from msconfig.model_ids import ModelId
from msconfig.modelscope.facts import CallResult, Origin, Provenance
from msconfig.modelscope.kinds import Kind, kind_of
from msconfig.modelscope.sites import Site

FACTS = load(bundled(Site.CN))


def test_it_is_a_valid_document_without_a_token() -> None:
    document = read_document(bundled(Site.CN))
    assert (document.kind, document.errors) == (DocumentKind.SNAPSHOT, ())
    assert "ms-" not in bundled(Site.CN).read_text()


def test_it_holds_the_complete_catalogue_and_what_had_vanished() -> None:
    assert FACTS.catalogue is not None
    vanished = [
        model_id
        for model_id, model in FACTS.models.items()
        if model.look_up is not None and not model.look_up.providers
    ]
    refused = {"ZhipuAI/GLM-4.6V", "ZhipuAI/GLM-4.6V-Flash"}
    assert (len(FACTS.catalogue), len(set(vanished) - refused)) == (35, 55 - 27)
    assert not set(vanished) & set(FACTS.catalogue)
    assert "moonshotai/Kimi-K2.5" in vanished
    assert f"{FACTS.recorded:%Y-%m-%d}" == "2026-10-07"


def test_every_listed_id_has_the_reply_of_the_hub_of_that_day() -> None:
    hubs = {each: FACTS.models[each].hub for each in FACTS.catalogue or ()}
    assert {hub.provenance for hub in hubs.values() if hub} == {Provenance(at=day(10, 4))}
    tasks = Counter(hub.tasks for hub in hubs.values() if hub and hub.exists)
    assert tasks == {
        ("text-generation",): 17,
        ("image-text-to-text",): 14,
        ("image-to-image",): 2,
        (): 1,
    }
    assert FACTS.kinds()["Qwen/Qwen3.8-27B"] is Kind.VISION
    assert [each for each, hub in hubs.items() if hub and not hub.exists] == [
        "early-access/EA-29B-A4B"
    ]


def test_a_look_up_was_read_on_a_day_or_has_what_it_was_inferred_from() -> None:
    look_ups = {each: model.look_up for each, model in FACTS.models.items() if model.look_up}
    read = {
        each: look_up
        for each, look_up in look_ups.items()
        if look_up.provenance.origin is Origin.RECORDED
    }
    assert len(read) == 9
    assert all(look_up.provenance.at for look_up in read.values())
    assert all(look_ups[each].provenance.basis for each in look_ups.keys() - read.keys())
    costs = {each: row_of(look_up) for each, look_up in read.items()}
    assert costs["ZhipuAI/GLM-5.2"] == ("ModelScope", "ultra", 2)
    assert costs["Tongyi-MAI/Z-Image-Turbo"] == ("ModelScope", "standard", 1)
    assert costs["ZhipuAI/GLM-4.7"] == ("DashScope", None, None)


def row_of(look_up: RecordedLookUp) -> tuple[object, ...]:
    row = (look_up.providers or ())[0]
    return row.get("Name"), row.get("CostTier"), row.get("EstimatedMagicGrainCost")


def test_a_model_that_left_the_catalogue_is_not_served_by_an_older_look_up() -> None:
    look_up = FACTS.models["Qwen/Qwen3-Coder-30B-A3B-Instruct"].look_up
    assert look_up is not None
    assert (look_up.providers, look_up.provenance.origin) == ((), Origin.DERIVED)


@pytest.mark.parametrize(
    ("model_id", "result", "status", "at"),
    [
        ("PaddlePaddle/ERNIE-4.5-0.3B-PT", CallResult.REFUSED, 401, (10, 10)),
        ("PaddlePaddle/ERNIE-4.5-21B-A3B-PT", CallResult.REFUSED, 401, (10, 10)),
        ("PaddlePaddle/ERNIE-4.5-300B-A47B-PT", CallResult.REFUSED, 401, (10, 10)),
        ("meituan-longcat/LongCat-Flash-Lite", CallResult.REFUSED, 400, (10, 10)),
        ("ZhipuAI/GLM-5.1", CallResult.REFUSED, 400, (10, 8)),
        ("ZhipuAI/GLM-4.7-Flash", CallResult.INCONCLUSIVE, 429, (10, 10)),
        ("ZhipuAI/GLM-5.3-Flash", CallResult.ANSWERED, 200, (10, 6)),
        ("deepseek-ai/DeepSeek-V4-Flash-Vision-Exp", CallResult.ANSWERED, 200, (10, 10)),
        ("Qwen/Qwen-Image-2.1", CallResult.ANSWERED, None, (9, 25)),
        ("Qwen/Qwen3.5-35B-A3B", CallResult.ANSWERED, 200, (10, 4)),
    ],
)
def test_it_holds_the_calls_that_were_made(
    model_id: str, result: CallResult, status: int | None, at: tuple[int, int]
) -> None:
    (call,) = FACTS.models[model_id].calls
    assert (call.result, call.status, call.source.at) == (result, status, day(*at))
    assert call.source.origin is Origin.RECORDED


def test_the_mock_names_modelscope_and_a_cost_for_every_listed_id() -> None:
    mock = MockModelScope(FACTS)
    costs = {}
    for model_id in FACTS.catalogue or ():
        request = Request("GET", "/api/v1/inference/list_model_providers", f"ModelId={model_id}")
        (row,) = json.loads(mock(request).body)["Data"]["Providers"]
        assert row["Name"] == "ModelScope"
        costs[model_id] = row["EstimatedMagicGrainCost"]
    assert Counter(costs.values()) == {1: 31, 2: 4}


def test_what_was_refused_is_not_served_and_what_answered_is() -> None:
    assert "PaddlePaddle/ERNIE-4.5-0.3B-PT" not in FACTS.served()
    assert {"ZhipuAI/GLM-5.3-Flash", "ZhipuAI/GLM-5.2", "Qwen/Qwen-Image-2.1"} <= FACTS.served()


def day(month: int, number: int) -> datetime:
    return datetime(2026, month, number, tzinfo=UTC)


def test_every_id_is_well_formed_and_every_task_known() -> None:
    for model_id, model in FACTS.models.items():
        assert ModelId.parse(model_id)
        for task in model.hub.tasks if model.hub else ():
            assert kind_of([task]) is not Kind.UNKNOWN


def test_there_is_none_of_the_other_site() -> None:
    with pytest.raises(UsageError, match="--snapshot"):
        bundled(Site.AI)
