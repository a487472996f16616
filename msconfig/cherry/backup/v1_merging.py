"""Merging of patches into the providers of `data.json`, for desktop v1 and the mobile app."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msconfig.cherry.backup.addresses import CHAT, MESSAGES, own_address_warnings
from msconfig.cherry.backup.changes import (
    KeyAction,
    KeyChange,
    ModelAction,
    ModelChange,
    Patch,
    ProviderChange,
    SettingChange,
)
from msconfig.cherry.backup.json_spans import as_javascript_writes
from msconfig.cherry.backup.refusal import UnsupportedBackup, is_encrypted, unreadable_keys
from msconfig.cherry.provider import ApiKey, Model, Provider
from msconfig.parsing import NotJson, loads
from msconfig.tokens import Secret

_AGAIN = "create the backup again"
_ANEW = "start Cherry Studio once, and create the backup again"


@dataclass(frozen=True, slots=True)
class StoredProvider:
    """A provider of the backup: its text, and the values that merging needs."""

    text: Secret
    """JSON, with keys in it."""
    id: str
    name: str
    api_host: str
    keys: tuple[Secret, ...]
    model_ids: tuple[str, ...]
    is_enabled: bool


@dataclass(frozen=True, slots=True)
class MergedProviders:
    """Changes of one merge, and the resulting providers."""

    changes: tuple[ProviderChange, ...]
    warnings: tuple[str, ...]
    providers: Secret
    """The list as JSON; providers that do not change keep their own text."""


def stored_provider(text: str) -> StoredProvider:
    """The provider that `text` spells.

    Raises:
        UnsupportedBackup: Cherry Studio does not write such a provider, or its keys are not plain.
    """
    value = _value(text)
    texts = ("id", "name", "apiKey", "apiHost")
    models = _models(value)
    if not all(isinstance(value.get(key) or "", str) for key in texts) or not value.get("id"):
        raise UnsupportedBackup(
            f"a provider in data.json has no ID, or no text as its name or key; {_ANEW}"
        )
    if is_encrypted(value.get("apiKey") or ""):
        raise unreadable_keys(value["id"])
    return StoredProvider(
        text=Secret(text),
        id=value["id"],
        name=value.get("name") or "",
        api_host=value.get("apiHost") or "",
        keys=tuple(map(Secret, _keys(value))),
        model_ids=tuple(_by_id(models)),
        is_enabled=bool(value.get("enabled")),
    )


def merge_providers(stored: Sequence[StoredProvider], patches: Sequence[Patch]) -> MergedProviders:
    """Merge `patches`, each for another provider, into the list of providers.

    Raises:
        UnsupportedBackup: a provider of another form than the app writes.
    """
    patches = [patch for patch in patches if patch.adds]  # this format has no mark to set
    wanted = [patch.configuration.provider.id for patch in patches]
    by_id = {each.id: each for each in stored}
    for each in wanted:
        if sum(other.id == each for other in stored) > 1:
            raise UnsupportedBackup(
                f"data.json has the provider {each} twice; delete one in the app, and {_AGAIN}"
            )
    # the app puts a provider that is switched on in front of the list, and so do we
    moved = [each for each in wanted if not (each in by_id and by_id[each].is_enabled)]
    if [each.id for each in stored[: len(moved)]] == moved:
        moved = []
    texts: dict[str, str] = {}
    changes: list[ProviderChange] = []
    warnings: list[str] = []
    for patch in patches:
        provider_id = patch.configuration.provider.id
        change, value = _merge(by_id.get(provider_id), patch, is_moved=provider_id in moved)
        changes.append(change)
        warnings += _warnings(value, patch.configuration.provider)
        if not change.changes_nothing:
            texts[provider_id] = as_javascript_writes(value)
    others = (each for each in stored if each.id not in moved)
    listed = [texts[each] for each in moved]
    listed += [texts.get(each.id, each.text.reveal()) for each in others]
    return MergedProviders(tuple(changes), tuple(warnings), Secret(f"[{','.join(listed)}]"))


def _merge(
    stored: StoredProvider | None, patch: Patch, *, is_moved: bool
) -> tuple[ProviderChange, dict[str, Any]]:
    """The change of a provider, and its new value."""
    provider = patch.configuration.provider
    value = _value(stored.text.reveal()) if stored else _new_provider(provider)
    settings = _merge_settings(value, patch) if stored else ()
    keys = _merge_keys(value, patch.configuration.api_keys)
    models = _merge_models(value, patch)
    switched_on = not value.get("enabled")
    value["enabled"] = True
    change = ProviderChange(
        id=provider.id,
        name=str(value.get("name", provider.name)),
        is_new=stored is None,
        switched_on=switched_on,
        moved_to_front=is_moved,
        settings=settings,
        keys=keys,
        models=models,
    )
    return change, value


def _new_provider(provider: Provider) -> dict[str, Any]:
    value: dict[str, Any] = {
        "id": provider.id,
        "type": "openai",
        "name": provider.name,
        "apiKey": "",
        "apiHost": provider.api_host,
        "anthropicApiHost": provider.anthropic_api_host,
        "models": [],
        "isSystem": provider.preset_id is not None,
        "enabled": False,
    }
    if provider.rate_limit_seconds is not None:
        value["rateLimit"] = provider.rate_limit_seconds
    if provider.notes is not None:
        value["notes"] = provider.notes
    return value


def _merge_settings(value: dict[str, Any], patch: Patch) -> tuple[SettingChange, ...]:
    """Put the user's settings of the provider into `value`."""
    choice = patch.choice
    changes = []
    for name, key, new in (
        ("name", "name", choice.name),
        ("rate limit", "rateLimit", choice.rate_limit_seconds),
        ("notes", "notes", choice.notes),
    ):
        old = value.get(key)
        if new is not None and new != old:
            changes.append(SettingChange(name, None if old is None else str(old), str(new)))
            value[key] = new
    return tuple(changes)


def _keys(value: dict[str, Any]) -> list[str]:
    """The keys of a provider; v1 keeps them in one text, joined by commas."""
    return [key.strip() for key in (value.get("apiKey") or "").split(",") if key.strip()]


def _merge_keys(value: dict[str, Any], wanted: Iterable[ApiKey]) -> tuple[KeyChange, ...]:
    changes = []
    for api_key in wanted:
        secret = api_key.key
        action = KeyAction.ALREADY_THERE
        if secret.reveal() not in _keys(value):
            action = KeyAction.ADDED
            # a comma at the end would make v1 read an empty key between the two
            older = (value.get("apiKey") or "").rstrip(", ")
            value["apiKey"] = f"{older},{secret.reveal()}" if older else secret.reveal()
        changes.append(KeyChange(secret.masked, secret.fingerprint, action))
    return tuple(changes)


def _merge_models(value: dict[str, Any], patch: Patch) -> tuple[ModelChange, ...]:
    """Put the models into `value`."""
    models = value["models"] = _models(value)
    present = _by_id(models)
    changes = []
    for model in patch.configuration.models:
        older = present.get(model.id)
        wanted = _model(patch.configuration.provider, model)
        if older is None:
            models.append(wanted)
            changes.append(ModelChange(model.id, ModelAction.ADDED))
            continue
        names = [key for key, new in wanted.items() if older.get(key) != new]
        if names and patch.update_models:
            older.update(wanted)
            changes.append(ModelChange(model.id, ModelAction.UPDATED, ", ".join(names)))
        else:
            changes.append(ModelChange(model.id, ModelAction.ALREADY_THERE))
    alive = {model.id for model in patch.configuration.models}
    detail = "this format has no mark for models that are gone; delete it in the app"
    changes += [
        ModelChange(model_id, ModelAction.REFUSED, detail)
        for model_id in present
        if model_id in patch.dead - alive
    ]
    return tuple(changes)


def _models(value: Mapping[str, Any]) -> list[Any]:
    models = value.get("models")
    if models is None:
        return []
    if not isinstance(models, list):
        raise UnsupportedBackup(f"the models of the provider {value['id']} are not a list; {_ANEW}")
    return models


def _by_id(models: Iterable[Any]) -> dict[str, dict[str, Any]]:
    """The models that have an id; others are kept in the list, and cannot be patched."""
    return {
        model["id"]: model
        for model in models
        if isinstance(model, dict) and isinstance(model.get("id"), str)
    }


def _model(provider: Provider, model: Model) -> dict[str, Any]:
    return {
        "id": model.id,
        "provider": provider.id,
        "name": model.name,
        "group": model.group,
        "capabilities": [{"type": each, "isUserSelected": True} for each in model.v1_capabilities],
    }


def _warnings(value: dict[str, Any], provider: Provider) -> Iterable[str]:
    if not _keys(value):
        yield f"{provider.id} has no key; paste one in the app"
    hosts = {CHAT: value.get("apiHost"), MESSAGES: value.get("anthropicApiHost")}
    urls = {endpoint: url for endpoint, url in hosts.items() if isinstance(url, str)}
    yield from own_address_warnings(provider, urls)


def _value(text: str) -> dict[str, Any]:
    try:
        value = loads(text)
    except NotJson:
        value = None
    if not isinstance(value, dict):
        raise UnsupportedBackup(f"a provider in data.json is not an object; {_ANEW}")
    return value
