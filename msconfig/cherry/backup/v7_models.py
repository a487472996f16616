"""Merging of patches into the models of a provider of desktop v2.

New ones are custom rows, which the app's own model sync never removes. Source: reading v2.0.8.
"""

from __future__ import annotations

from collections.abc import Sequence

from msconfig.cherry.backup.changes import ModelAction, ModelChange, Patch
from msconfig.cherry.backup.json_spans import as_javascript_writes
from msconfig.cherry.backup.order_keys import keys_after
from msconfig.cherry.backup.v7_rows import ModelRow, ProviderRow, RowWrite, Table, Values
from msconfig.cherry.provider import Model
from msconfig.parsing import NotJson, loads


def merge_models(
    present: Sequence[ModelRow], patch: Patch, providers: Sequence[ProviderRow], now: int
) -> tuple[tuple[ModelChange, ...], list[RowWrite]]:
    """Merge the models of `patch` into those of its provider.

    Args:
        present: the provider's models in the backup.
        patch: models to merge, and ids of dead ones.
        providers: all of the backup, for unique ids that are taken.
        now: milliseconds since 1970, for the rows that change.

    Raises:
        UnsupportedBackup: the order keys in the backup are not the app's, so none can follow.
    """
    provider_id = patch.configuration.provider.id
    rows = {row.model_id: row for row in present}
    taken = {row.id for provider in providers for row in provider.models}
    changes: list[ModelChange] = []
    writes: list[RowWrite] = []
    new: list[Model] = []
    for model in patch.configuration.models:
        row = rows.get(model.id)
        if row is not None:
            change, values = _merge_model(row, model, update=patch.update_models)
            changes.append(change)
            if values:
                values += (("updated_at", now),)
                writes.append(RowWrite(Table.MODEL, row.id, values))
        # an id in the table need not be made of the row's own provider and model
        elif f"{provider_id}::{model.id}" in taken:
            detail = "another model of the backup has its unique id"
            changes.append(ModelChange(model.id, ModelAction.REFUSED, detail))
        else:
            changes.append(ModelChange(model.id, ModelAction.ADDED))
            new.append(model)
    keys = keys_after((row.order_key for row in present), len(new)) if new else ()
    for model, order_key in zip(new, keys, strict=True):
        values = _new_model(provider_id, model, order_key, now)
        unique_id = f"{provider_id}::{model.id}"
        writes.append(RowWrite(Table.MODEL, unique_id, values, is_new=True))
    # a model that is put in passes the check, whatever an older check said of it
    alive = {model.id for model in patch.configuration.models}
    for row in present:
        if row.model_id not in patch.dead - alive:
            continue
        if row.is_deprecated:
            detail = "marked as deprecated"
            changes.append(ModelChange(row.model_id, ModelAction.ALREADY_THERE, detail))
        else:
            changes.append(ModelChange(row.model_id, ModelAction.DEPRECATED))
            values = (("is_deprecated", 1), ("updated_at", now))
            writes.append(RowWrite(Table.MODEL, row.id, values))
    return tuple(changes), writes


def _merge_model(row: ModelRow, model: Model, *, update: bool) -> tuple[ModelChange, Values]:
    """The change of a model that exists, and its new columns."""
    off = _out_of_sight(row)
    if not update:
        detail = "marked as deprecated; --update-models lifts that" if row.is_deprecated else off
        return ModelChange(model.id, ModelAction.ALREADY_THERE, detail), ()
    wanted = _abilities(model)
    older = {
        "name": row.name,
        "group": row.group,
        "capabilities": row.capabilities,
        "input_modalities": row.input_modalities,
        "output_modalities": row.output_modalities,
        "supports_streaming": row.supports_streaming,
        "input_modalities_explicit": row.input_modalities_explicit,
    }
    values: Values = tuple(
        (name, value) for name, value in wanted if not _says_the_same(older[name], value)
    )
    if row.is_deprecated:
        values += (("is_deprecated", 0),)
    if not values:
        return ModelChange(model.id, ModelAction.ALREADY_THERE, off), ()
    names = ", ".join(name.removeprefix("is_").replace("_", " ") for name, _ in values)
    detail = f"{names}; {off}" if off else names
    return ModelChange(model.id, ModelAction.UPDATED, detail), values


def _out_of_sight(row: ModelRow) -> str:
    """Why an existing model does not show in the app; empty if it does."""
    if not row.is_enabled:
        return "switched off in the app, and left so"
    return "hidden in the app, and left so" if row.is_hidden else ""


def _abilities(model: Model) -> Values:
    """The columns that a custom model owns.

    Input modalities are the registry's, unless their second column says that they are meant; where
    none are known, both columns leave them to it. Endpoint types stay out: the first one would
    override the provider's default.
    """
    values: Values = (
        ("name", model.name),
        ("group", model.group),
        ("capabilities", as_javascript_writes(list(model.capabilities))),
        ("supports_streaming", int(model.supports_streaming)),
    )
    known = model.input_modalities
    values += (
        ("input_modalities", as_javascript_writes(list(known)) if known else None),
        ("input_modalities_explicit", int(bool(known))),
    )
    if model.output_modalities:
        values += (("output_modalities", as_javascript_writes(list(model.output_modalities))),)
    return values


def _new_model(provider_id: str, model: Model, order_key: str, now: int) -> Values:
    return (
        ("provider_id", provider_id),
        ("model_id", model.id),
        *_abilities(model),
        ("is_enabled", 1),
        ("is_hidden", 0),
        ("is_deprecated", 0),
        ("order_key", order_key),
        ("created_at", now),
        ("updated_at", now),
    )


def _says_the_same(old: str | int | None, new: str | int | None) -> bool:
    """Whether two values of a column are equal, or spell the same JSON list.

    The app spells lists in its own way, and another spelling alone is no change.
    """
    if old == new or not (isinstance(old, str) and isinstance(new, str) and new.startswith("[")):
        return old == new
    try:
        return bool(loads(old) == loads(new))
    except NotJson:
        return False
