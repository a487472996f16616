"""The facts that come with msconfig."""

from __future__ import annotations

import pytest

from msconfig.documents.recognise import DocumentKind, read_document
from msconfig.errors import UsageError
from msconfig.mock.snapshot import bundled, load
from msconfig.model_ids import ModelId
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
    assert (len(FACTS.catalogue), len(vanished)) == (35, 55 - 27)
    assert not set(vanished) & set(FACTS.catalogue)
    assert "moonshotai/Kimi-K2.5" in vanished
    assert f"{FACTS.recorded:%Y-%m-%d}" == "2026-10-07"


def test_every_look_up_in_it_is_marked_as_derived() -> None:
    look_ups = [model.look_up for model in FACTS.models.values() if model.look_up is not None]
    assert look_ups
    assert all(look_up.derived for look_up in look_ups)


def test_every_id_is_well_formed_and_every_task_known() -> None:
    for model_id, model in FACTS.models.items():
        assert ModelId.parse(model_id)
        assert model.hub is not None
        assert model.hub.exists
        assert kind_of(model.hub.tasks) is not Kind.UNKNOWN


def test_none_of_the_other_site_comes_along() -> None:
    with pytest.raises(UsageError, match="--snapshot"):
        bundled(Site.AI)
