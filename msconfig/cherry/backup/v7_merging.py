"""Merging of patches into the rows of desktop v2: the changes for people, and the writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msconfig.cherry.backup.addresses import CHAT, MESSAGES, own_address_warnings
from msconfig.cherry.backup.changes import (
    KeyAction,
    KeyChange,
    Patch,
    ProviderChange,
    SettingChange,
)
from msconfig.cherry.backup.json_spans import as_javascript_writes
from msconfig.cherry.backup.order_keys import keys_before
from msconfig.cherry.backup.refusal import UnsupportedBackup, is_encrypted, unreadable_keys
from msconfig.cherry.backup.v7_models import merge_models
from msconfig.cherry.backup.v7_rows import ProviderRow, RowWrite, Table
from msconfig.cherry.provider import ApiKey, Provider
from msconfig.parsing import NotJson, loads

_IN_THE_APP = "save that provider anew in Cherry Studio, and create the backup again"


@dataclass(frozen=True, slots=True)
class MergedRows:
    """Changes of one merge, and the writes that make them."""

    changes: tuple[ProviderChange, ...]
    warnings: tuple[str, ...]
    writes: tuple[RowWrite, ...]


def merge_rows(providers: Sequence[ProviderRow], patches: Sequence[Patch], now: int) -> MergedRows:
    """Merge `patches`, each for another provider, into `providers`.

    Args:
        providers: all of the backup, in the app's order.
        patches: providers, keys and models to merge.
        now: milliseconds since 1970, for the rows that change.

    Raises:
        UnsupportedBackup: a provider whose row is of another form than the app writes.
    """
    rows = {row.id: row for row in providers}
    # a patch that only marks models moves no provider
    added = [patch.configuration.provider.id for patch in patches if patch.adds]
    front = _front(providers, added)
    changes: list[ProviderChange] = []
    patches, warnings = _applicable(rows, patches)
    writes: list[RowWrite] = []
    for patch in patches:
        provider = patch.configuration.provider
        row = rows.get(provider.id)
        if "::" in provider.id:  # between provider and model in the app's unique ids
            raise UnsupportedBackup(
                f"Cherry Studio refuses :: in a provider ID ({provider.id}); choose another ID"
            )
        entries = key_entries(row) if row else []
        keys = _merge_keys(entries, patch.configuration.api_keys)
        settings = _settings(row, patch)
        values: dict[str, str | int | None] = {}
        if row is None:
            values = _new_provider(provider, now)
        elif settings:
            values = _changed_settings(row, settings)
        if any(key.action is not KeyAction.ALREADY_THERE for key in keys):
            values["api_keys"] = as_javascript_writes(entries)
        switched_on = patch.adds and (row is None or not row.is_enabled)
        if switched_on:
            values["is_enabled"] = 1
        if provider.id in front:
            values["order_key"] = front[provider.id]
        if values:
            pairs = (*values.items(), ("updated_at", now))
            writes.append(RowWrite(Table.PROVIDER, provider.id, pairs, is_new=row is None))
        models, model_writes = merge_models(row.models if row else (), patch, providers, now)
        writes += model_writes
        changes.append(
            ProviderChange(
                id=provider.id,
                name=str(values.get("name", row.name if row else provider.name)),
                is_new=row is None,
                switched_on=switched_on,
                moved_to_front=provider.id in front,
                settings=() if row is None else settings,
                keys=keys,
                models=models,
            )
        )
        warnings += _warnings(row, patch, entries)
    return MergedRows(tuple(changes), tuple(warnings), tuple(writes))


def _applicable(
    rows: Mapping[str, ProviderRow], patches: Sequence[Patch]
) -> tuple[list[Patch], list[str]]:
    """The patches without those that only mark models of a missing provider, and a warning each."""
    applicable: list[Patch] = []
    warnings: list[str] = []
    for patch in patches:
        provider_id = patch.configuration.provider.id
        if patch.adds or provider_id in rows:
            applicable.append(patch)
        else:
            warnings.append(f"the backup has no provider {provider_id}")
    return applicable, warnings


def key_entries(row: ProviderRow) -> list[dict[str, Any]]:
    """The keys of a provider as the app keeps them, each with id, key and isEnabled.

    Raises:
        UnsupportedBackup: they are not plain, and cannot be read.
    """
    entries = _parsed(row.api_keys.reveal(), f"the keys of {row.id}")
    if not isinstance(entries, list) or not all(map(_is_plain, entries)):
        raise unreadable_keys(row.id)
    return entries


def _is_plain(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("id"), str)
        and isinstance(entry.get("key"), str)
        and isinstance(entry.get("isEnabled"), bool)
        and not is_encrypted(entry["key"])
    )


def base_urls(row: ProviderRow) -> Mapping[str, str]:
    """The provider's own addresses, by endpoint; what cannot be read is left out."""
    try:
        configs = _parsed(row.endpoint_configs or "{}", row.id)
    except UnsupportedBackup:
        return {}
    pairs = configs.items() if isinstance(configs, dict) else ()
    return {
        endpoint: config["baseUrl"]
        for endpoint, config in pairs
        if isinstance(config, dict) and isinstance(config.get("baseUrl"), str)
    }


def _front(providers: Sequence[ProviderRow], wanted: Sequence[str]) -> dict[str, str]:
    """New order keys of the providers that are switched on; none where they are first already.

    The app puts a provider that is switched on in front of all others, and so does a patch.
    """
    on = {row.id for row in providers if row.is_enabled}
    moved = [each for each in wanted if each not in on]
    if not moved:
        return {}
    now = {row.id: row.order_key for row in providers if row.id in moved}
    others = [row.order_key for row in providers if row.id not in now]
    # equal order keys sort by id, by chance in the wanted order; the app breaks at such keys
    in_order = [row.id for row in providers[: len(moved)]] == moved
    distinct = len(set(now.values())) == len(moved)
    if in_order and distinct and not (others and min(others) <= max(now.values(), default="")):
        return {}
    return dict(zip(moved, keys_before(others, len(moved)), strict=True))


def _merge_keys(entries: list[dict[str, Any]], wanted: Iterable[ApiKey]) -> tuple[KeyChange, ...]:
    """Put the keys into `entries`."""
    changes = []
    for api_key in wanted:
        secret = api_key.key
        # with blanks around it, it is the same key
        equal = [each for each in entries if each["key"].strip() == secret.reveal()]
        if any(each["isEnabled"] for each in equal):
            action = KeyAction.ALREADY_THERE
        elif equal:
            equal[0]["isEnabled"] = True
            action = KeyAction.SWITCHED_ON
        else:
            entries.append(_new_entry(api_key, {each["id"] for each in entries}))
            action = KeyAction.ADDED
        changes.append(KeyChange(secret.masked, secret.fingerprint, action))
    return tuple(changes)


def _new_entry(api_key: ApiKey, taken: set[str]) -> dict[str, Any]:
    # the id that derives from this key may belong to another one by now
    entry_id, number = api_key.id, 1
    while entry_id in taken:
        number += 1
        entry_id = f"{api_key.id}-{number}"
    return {
        "id": entry_id,
        "key": api_key.key.reveal(),
        "label": api_key.label,
        "isEnabled": True,
    }


_SETTING_KEYS = {"rate limit": "rateLimit", "notes": "notes"}
"""Names of the settings in the column `provider_settings`."""


def _settings(row: ProviderRow | None, patch: Patch) -> tuple[SettingChange, ...]:
    """The user's settings of the provider that differ from the backup."""
    choice = patch.choice
    older = _provider_settings(row) if row else {}
    wanted = (
        ("name", row.name if row else None, choice.name),
        ("rate limit", older.get("rateLimit"), choice.rate_limit_seconds),
        ("notes", older.get("notes"), choice.notes),
    )
    return tuple(
        SettingChange(name, None if old is None else str(old), str(new))
        for name, old, new in wanted
        if new is not None and new != old
    )


def _changed_settings(
    row: ProviderRow, changes: Iterable[SettingChange]
) -> dict[str, str | int | None]:
    values: dict[str, str | int | None] = {}
    settings = _provider_settings(row)
    for change in changes:
        if change.name == "name":
            values["name"] = change.new
        else:
            is_number = change.name == "rate limit"
            settings[_SETTING_KEYS[change.name]] = int(change.new) if is_number else change.new
            values["provider_settings"] = as_javascript_writes(settings)
    return values


def _provider_settings(row: ProviderRow) -> dict[str, Any]:
    settings = _parsed(row.provider_settings or "{}", f"the settings of {row.id}")
    if not isinstance(settings, dict):
        raise UnsupportedBackup(f"the settings of {row.id} are not an object; {_IN_THE_APP}")
    return settings


def _new_provider(provider: Provider, now: int) -> dict[str, str | int | None]:
    """The columns of a new provider; a built-in one keeps the app's own addresses."""
    values: dict[str, str | int | None] = {
        "preset_provider_id": provider.preset_id,
        "name": provider.name,
        "api_keys": "[]",
        "created_at": now,
    }
    if provider.preset_id is None:
        values["endpoint_configs"] = as_javascript_writes(
            {
                CHAT: {"baseUrl": provider.api_host},
                MESSAGES: {"baseUrl": provider.anthropic_api_host},
            }
        )
        values["default_chat_endpoint"] = CHAT
    settings: dict[str, object] = {}
    if provider.rate_limit_seconds is not None:
        settings["rateLimit"] = provider.rate_limit_seconds
    if provider.notes is not None:
        settings["notes"] = provider.notes
    if settings:
        values["provider_settings"] = as_javascript_writes(settings)
    return values


def _warnings(
    row: ProviderRow | None, patch: Patch, entries: Sequence[dict[str, Any]]
) -> Iterable[str]:
    if not patch.adds:
        return
    provider = patch.configuration.provider
    if not any(each["isEnabled"] for each in entries):
        yield f"{provider.id} has no key that is on; paste one in the app"
    if row is not None:
        yield from own_address_warnings(provider, base_urls(row))


def _parsed(text: str, what: str) -> object:
    try:
        text.encode()  # the database's text may hold half characters, which JSON does not
        return loads(text)
    except (NotJson, UnicodeEncodeError):
        raise UnsupportedBackup(f"{what} are not JSON; {_IN_THE_APP}") from None
