"""Find models that are served."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from msconfig import clock
from msconfig.checking.discovery.discover import DiscoveryRequest, discover
from msconfig.checking.discovery.results import ModelList, Sort, in_order
from msconfig.checking.gathering import Progress, no_progress
from msconfig.checking.staleness import note_on_age
from msconfig.modelscope.kinds import Kind
from msconfig.operations.session import Session

__all__ = ["find_models"]


def find_models(
    session: Session,
    *,
    text: str = "",
    kinds: Iterable[Kind] = (),
    owner: str | None = None,
    sort: Sort = Sort.DOWNLOADS,
    limit: int | None = None,
    include_unserved: bool = False,
    progress: Progress = no_progress,
) -> ModelList:
    """The served models that fit; what `msconfig models` does.

    Args:
        session: how requests are made; no token is used.
        text: words that the id must contain, letter case aside.
        kinds: only these; empty means chat and vision, as the catalogue lists them, and more.
        owner: only ids of this owner.
        sort: order of the result.
        limit: at most so many.
        include_unserved: also models that are not served, marked.
        progress: called with how many of the models have their facts.
    """
    request = DiscoveryRequest(
        text=text,
        kinds=frozenset(kinds),
        owner=owner,
        include_unserved=include_unserved,
        concurrency=session.concurrency,
    )
    with session.connect() as modelscope:
        discovery = discover(modelscope, request, progress)
    now = clock.utc_now()
    if session.recorded is not None:
        notes = (*discovery.notes, *note_on_age(session.recorded, now))
        discovery = replace(discovery, notes=notes)
    return ModelList(
        site=session.site,
        searched_at=now,
        discovery=discovery,
        models=in_order(discovery.models, sort)[:limit],
        includes_unserved=include_unserved,
        snapshot_recorded=session.recorded,
    )
