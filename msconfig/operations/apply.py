"""Check, then put provider, keys and models into a copy of a Cherry Studio backup."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from msconfig import clock
from msconfig.checking.gathering import Progress, no_progress
from msconfig.checking.report import ModelResult, Outcome, Proof, Report, Status
from msconfig.cherry.backup import (
    Backup,
    BackupFormat,
    ChangePlan,
    Patch,
    open_backup,
    plan_changes,
    refuse_target,
    write_copy,
)
from msconfig.cherry.provider import ProviderChoice, configure
from msconfig.errors import ExitCode, UsageError
from msconfig.model_ids import GivenId, ModelId
from msconfig.operations.check import check
from msconfig.operations.configuration import (
    ConfigurationInputs,
    checked,
    configurations_of,
    refuse_provider_id,
)
from msconfig.operations.session import Session
from msconfig.pasted_ids import as_given

__all__ = ["Change", "apply", "open_backup"]

_DEAD = {Status.NOT_FOUND, Status.NOT_ENABLED, Status.THIRD_PARTY_ONLY, Status.RETIRED}
"""Statuses that no other key changes."""
NOTHING = ChangePlan(())
CANNOT_MARK = "data.json cannot mark models as deprecated; delete them in the app"


@dataclass(frozen=True, slots=True)
class Change:
    """A backup, what the check found, and what is changed in the copy."""

    backup: Backup
    report: Report
    plan: ChangePlan = NOTHING
    """`NOTHING` where the check failed."""
    new: Path | None = None
    """The copy; None where it is not written."""
    left: tuple[ModelResult, ...] = ()
    """Models of the backup that do not pass and that `prune` does not mark."""
    only_prunes: bool = False
    """Whether models are marked and nothing is added."""

    @property
    def cannot_mark(self) -> bool:
        """Whether models were to be marked alone, in a format that has no mark."""
        return self.only_prunes and self.backup.format is BackupFormat.DATA_JSON

    @property
    def refused(self) -> tuple[ModelResult, ...]:
        """Models that are not put in: all that fail, and those that `only_usable` leaves out."""
        fallback = self.report.fallback
        dropped = {*self.report.dropped, *(fallback.dropped if fallback else ())}
        failed = self.report.exit_code is not ExitCode.OK
        models = (*self.report.models, *(fallback.models if fallback else ()))
        return tuple(
            model
            for model in models
            if model.id in dropped or (failed and model.outcome is not Outcome.PASS)
        )


def _always(_change: Change) -> bool:
    return True


def apply(
    backup: Backup | Path | str,
    ids: Iterable[str | GivenId],
    session: Session,
    *,
    inputs: ConfigurationInputs | None = None,
    new: Path | str | None = None,
    force: bool = False,
    only_plan: bool = False,
    only_usable: bool = False,
    update_models: bool = False,
    prune: bool = False,
    strict: bool = False,
    require: Proof | str = Proof.LISTED,
    agree: Callable[[Change], bool] = _always,
    progress: Progress = no_progress,
) -> Change:
    """Check the ids, plan the change of a backup, and write the copy; what `msconfig apply` does.

    The backup itself is never changed. Nothing is written unless every model and token passes.

    Args:
        backup: a backup of Cherry Studio, or its path.
        ids: model ids to put in; none, with `prune`, only marks the dead ones of the backup.
        session: how requests are made; its tokens become the keys.
        inputs: provider, names and capabilities of the models, the fallback.
        new: the copy; None only plans.
        force: whether an older file at `new` may be replaced.
        only_plan: write nothing, although `new` is given; it is still refused if it cannot be
            written.
        only_usable: leave out models that do not pass, instead of writing nothing.
        update_models: give models that the backup has the values of the configuration.
        prune: check the provider's other models in the backup, and mark dead ones as deprecated.
        strict: whether an unknown model counts as a failure.
        require: the proof that a model to put in must have; with less it is `unverified`.
        agree: called with the change before it is written; False writes nothing.
        progress: called with how many of the models have their facts.

    Raises:
        UsageError: inputs that cannot be used, or `new` exists or is the backup.
        SettingsError: a provider id that belongs to another provider.
        DocumentError: the backup cannot be patched.
        FileError: a file cannot be read or written.
        KeyboardInterrupt: the check of the backup's own models was interrupted.
    """
    opened = backup if isinstance(backup, Backup) else open_backup(Path(backup))
    given = as_given(ids)
    if not given and not prune:
        raise UsageError("no model id to put in")
    target = None if new is None else Path(new)
    inputs = inputs or ConfigurationInputs()
    if not given and opened.format is BackupFormat.DATA_JSON:
        report = _without_models(session)
        return Change(opened, report, ChangePlan((), (CANNOT_MARK,)), only_prunes=True)
    if target is not None:
        refuse_target(opened.path, target, force=force)
    if given:
        change, patches = _checked(
            opened,
            given,
            session,
            inputs,
            only_usable=only_usable,
            update_models=update_models,
            prune=prune,
            strict=strict,
            require=Proof(require),
            progress=progress,
        )
    else:
        change, patches = _pruned(opened, session, inputs, progress)
    if change.report.exit_code is not ExitCode.OK:
        return change
    change = replace(change, plan=plan_changes(opened, patches))
    if target is None or only_plan or not agree(change):
        return change
    write_copy(opened, patches, target, force=force)
    return replace(change, new=target)


def _checked(
    backup: Backup,
    ids: Sequence[GivenId],
    session: Session,
    inputs: ConfigurationInputs,
    *,
    only_usable: bool,
    update_models: bool,
    prune: bool,
    strict: bool,
    require: Proof,
    progress: Progress,
) -> tuple[Change, Sequence[Patch]]:
    """What a check of the ids gave, and the patches; none where the check failed."""
    refuse_provider_id(session, inputs)
    report = checked(
        ids,
        session,
        inputs,
        only_usable=only_usable,
        strict=strict,
        require=require,
        progress=progress,
    )
    change = Change(backup, report)
    if report.exit_code is not ExitCode.OK:
        return change, ()
    own, *others = configurations_of(session, inputs, report, redact=False)
    dead: frozenset[str] = frozenset()
    if prune:
        pruning = _find_dead(backup, own.provider.id, session, inputs, known=report.models)
        dead, change = pruning.dead, replace(change, left=pruning.left)
    return change, [
        Patch(own, inputs.provider, update_models, dead),
        *(Patch(each, ProviderChoice(), update_models) for each in others),
    ]


def _pruned(
    backup: Backup, session: Session, inputs: ConfigurationInputs, progress: Progress
) -> tuple[Change, Sequence[Patch]]:
    """What a check of the backup's own models gave, and the patch that marks the dead ones."""
    provider = configure(session.site, inputs.provider, (), ())
    pruning = _find_dead(backup, provider.provider.id, session, inputs, progress=progress)
    change = Change(backup, _without_models(session), left=pruning.left, only_prunes=True)
    return change, [Patch(provider, dead=pruning.dead, adds=False)]


def _without_models(session: Session) -> Report:
    """A report in which nothing fails, as nothing was to be added."""
    return Report(session.site, clock.utc_now(), (), (), snapshot_recorded=session.recorded)


@dataclass(frozen=True, slots=True)
class _Pruning:
    """What a check of a provider's models in a backup gave."""

    dead: frozenset[str]
    """Ids to mark as deprecated."""
    left: tuple[ModelResult, ...]
    """Models that do not pass and are not marked: unknown, malformed or without access."""


def _find_dead(
    backup: Backup,
    provider_id: str,
    session: Session,
    inputs: ConfigurationInputs,
    *,
    known: Iterable[ModelResult] = (),
    progress: Progress = no_progress,
) -> _Pruning:
    """Check the provider's models in the backup, in the app's order; `known` ones only once.

    Models that are marked as deprecated already are not checked.
    """
    verdicts = {model.id: model for model in known}
    present = dict.fromkeys(
        model_id
        for provider in backup.providers
        if provider.id == provider_id
        for model_id in provider.model_ids
    )
    rest = [each for each in present if each not in verdicts]
    if rest:
        without_tokens = replace(session, tokens=())
        found = check(rest, without_tokens, kinds=inputs.kinds, progress=progress)
        if not found.complete:
            raise KeyboardInterrupt
        verdicts |= {model.id: model for model in found.models}
    results = [verdicts[each] for each in present]
    dead = frozenset(model.id for model in results if _is_dead(model))
    return _Pruning(
        dead,
        tuple(
            model for model in results if model.outcome is not Outcome.PASS and model.id not in dead
        ),
    )


def _is_dead(model: ModelResult) -> bool:
    # with :Provider the user chose and pays a third party, which is as intended
    parsed = ModelId.parse(model.id)
    chosen = parsed is not None and parsed.provider and model.status is Status.THIRD_PARTY_ONLY
    return model.status in _DEAD and not chosen
