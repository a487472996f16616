"""What is found, and how it is confirmed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from msconfig.checking.discovery import Discovery, DiscoveryRequest, discover
from msconfig.fake.http import Response
from msconfig.fake.snapshot import RecordedHub, RecordedLookUp, RecordedModel
from msconfig.modelscope.client import ModelScope
from msconfig.modelscope.kinds import Kind
from support import ALIVE, DEAD, Connect, Handler, Serve, fake, instead, served_by

Discover = Callable[..., Discovery]
OURS = served_by("ModelScope")


def recorded(task: str, look_up: RecordedLookUp | None = OURS) -> RecordedModel:
    """A model of one task, served by ModelScope unless told otherwise."""
    return RecordedModel(look_up, RecordedHub(True, (task,)))


MODELS = {
    "Qwen/Sees": recorded("image-text-to-text"),
    "Qwen/Draws": recorded("text-to-image-synthesis"),
    "other/Draws-not": recorded("text-to-image-synthesis", served_by("DashScope")),
    "other/Embeds": recorded("sentence-embedding"),
    "other/Chats-unlisted": ALIVE,
    "other/Dead": DEAD,
}
LISTED = ("Qwen/Alive", "Qwen/Sees")


@pytest.fixture
def find(serve: Serve, connect: Connect) -> Discover:
    """Discover at a handler, without waiting."""

    def find_it(handler: Handler, **request: Any) -> Discovery:  # noqa: ANN401 - as the request takes it
        modelscope = ModelScope(serve(handler).endpoints, connect(retries=0))
        return discover(modelscope, DiscoveryRequest(**request))

    return find_it


def ids(found: Discovery) -> list[str]:
    return [model.id for model in found.models]


def kinds(*each: Kind) -> frozenset[Kind]:
    return frozenset(each)


@pytest.mark.parametrize(
    ("request_", "found"),
    [
        pytest.param({}, ["other/Embeds", "Qwen/Alive", "Qwen/Draws", "Qwen/Sees"], id="all"),
        pytest.param({"kinds": kinds(Kind.VISION)}, ["Qwen/Sees"], id="a listed kind"),
        pytest.param({"kinds": kinds(Kind.IMAGE_GENERATION)}, ["Qwen/Draws"], id="an unlisted one"),
        pytest.param(
            {"kinds": kinds(Kind.CHAT, Kind.EMBEDDING)},
            ["other/Embeds", "Qwen/Alive"],
            id="two kinds",
        ),
        pytest.param({"owner": "QWEN"}, ["Qwen/Alive", "Qwen/Draws", "Qwen/Sees"], id="owner"),
        pytest.param({"text": "DRAW"}, ["Qwen/Draws"], id="text"),
        pytest.param({"text": "draws qwen"}, ["Qwen/Draws"], id="two words"),
        pytest.param({"text": "qwen/dr"}, ["Qwen/Draws"], id="owner and name in the text"),
        pytest.param({"text": "nothing"}, [], id="nothing"),
    ],
)
def test_what_fits_and_is_served_is_found(
    find: Discover, request_: dict[str, Any], found: Iterable[str]
) -> None:
    result = find(fake(MODELS, LISTED), **request_)
    assert (ids(result), result.complete) == (found, True)
    assert all(model.is_served for model in result.models)


def test_what_is_not_served_is_found_when_it_is_asked_for(find: Discover) -> None:
    result = find(fake(MODELS, LISTED), owner="other", include_unserved=True)
    assert {model.id: model.is_served for model in result.models} == {
        "other/Draws-not": False,
        "other/Embeds": True,
        "other/Chats-unlisted": True,
        "other/Dead": False,
    }


def test_a_catalogue_that_cannot_be_read_is_told_and_the_rest_is_found(find: Discover) -> None:
    outage = {"/v1/models": Response(503, b"")}
    result = find(instead(outage, fake(MODELS, LISTED)))
    assert ids(result) == ["other/Embeds", "Qwen/Draws"]
    assert result.missing == ("the catalogue: HTTP 503",)
