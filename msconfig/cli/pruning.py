"""Models of a backup that are no longer served, for `apply --prune`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from msconfig.checking.report import ModelResult, Outcome, Status
from msconfig.cherry.backup import Backup
from msconfig.cli.job import Job
from msconfig.model_ids import GivenId, ModelId

__all__ = ["Pruning", "find_dead"]

_DEAD = {Status.NOT_FOUND, Status.NOT_ENABLED, Status.THIRD_PARTY_ONLY, Status.RETIRED}
"""Statuses that no other key changes."""


@dataclass(frozen=True, slots=True)
class Pruning:
    """What a check of a provider's models in a backup gave."""

    dead: frozenset[str]
    """Ids to mark as deprecated."""
    left: tuple[ModelResult, ...]
    """Models that do not pass and are not marked: unknown, malformed or without access."""


def find_dead(
    job: Job, backup: Backup, provider_id: str, known: Iterable[ModelResult] = ()
) -> Pruning:
    """Check the provider's models in the backup, in the app's order.

    Args:
        job: how to check.
        backup: models that it marks as deprecated already are not checked.
        provider_id: the one provider whose models are checked.
        known: results of this run; these models are not checked again.

    Raises:
        KeyboardInterrupt: the check was interrupted.
    """
    verdicts = {model.id: model for model in known}
    present = dict.fromkeys(
        model_id
        for provider in backup.providers
        if provider.id == provider_id
        for model_id in provider.model_ids
    )
    rest = tuple(GivenId(each) for each in present if each not in verdicts)
    if rest:
        with job.connect() as modelscope:
            found = replace(job, ids=rest, tokens=()).check(modelscope, strict=False)
        if not found.complete:
            raise KeyboardInterrupt
        verdicts |= {model.id: model for model in found.models}
    results = [verdicts[each] for each in present]
    dead = frozenset(model.id for model in results if _is_dead(job, model))
    return Pruning(
        dead,
        tuple(
            model for model in results if model.outcome is not Outcome.PASS and model.id not in dead
        ),
    )


def _is_dead(job: Job, model: ModelResult) -> bool:
    # an id that the snapshot does not hold may be newer than the snapshot
    never_recorded = job.recorded is not None and model.status is Status.NOT_FOUND
    # with :Provider the user chose and pays a third party, so that is as good as it gets
    parsed = ModelId.parse(model.id)
    chosen = parsed is not None and parsed.provider and model.status is Status.THIRD_PARTY_ONLY
    return model.status in _DEAD and not never_recorded and not chosen
