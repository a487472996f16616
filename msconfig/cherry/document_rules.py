"""Cherry Studio's rules for documents that a JSON Schema cannot express.

Every function takes a document that is valid under its schema, and returns its problems: errors,
which the app refuses or breaks on, and warnings, which it accepts although they are probably
mistakes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from msconfig.cherry.link import LINK_FIELDS
from msconfig.cherry.presets import PRESETS
from msconfig.problems import Problem
from msconfig.text import shortened
from msconfig.tokens import is_masked, unlike_a_key

_Document: TypeAlias = Mapping[str, Any]


@dataclass(slots=True)
class Findings:
    """Problems of a document."""

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def of_provider_v2(document: _Document) -> Findings:
    """Problems of `provider.v2.json`."""
    found = Findings()
    provider, models = document["provider"], document["models"]
    provider_id = provider["providerId"]
    found.errors += _doubles(models, "modelId", "$.models", "the model is in the list already")
    found.errors += [
        Problem(f"$.models[{index}].providerId", f"must be {provider_id}, the id of the provider")
        for index, model in enumerate(models)
        if model["providerId"] != provider_id
    ]
    keys = provider.get("apiKeys", [])
    path = "$.provider.apiKeys"
    found.errors += _doubles(keys, "id", path, "another key has this id; the rotation would stall")
    found.errors += _doubles(keys, "key", path, "the key is in the list already")
    for index, key in enumerate(keys):
        found.errors += _key_problems(key["key"], f"{path}[{index}].key")
    found.warnings += [
        Problem(
            f"$.models[{index}].endpointTypes", "overrides the provider's default; leave it out"
        )
        for index, model in enumerate(models)
        if model.get("endpointTypes")
    ]
    configs = provider.get("endpointConfigs", {})
    for endpoint, config in configs.items():
        place = f"$.provider.endpointConfigs['{endpoint}'].baseUrl"
        found.warnings += _endpoint_in(config.get("baseUrl", ""), place)
    preset = PRESETS.get(provider_id)
    if preset is None:
        if not configs:
            found.warnings.append(
                Problem(
                    "$.provider", "a new provider without endpointConfigs has no address to call"
                )
            )
        return found
    if provider.get("presetProviderId") != preset.id:
        found.warnings.append(
            Problem(
                "$.provider",
                f"presetProviderId is not {preset.id}, so nothing of the preset is used",
            )
        )
    for endpoint, config in configs.items():
        own = preset.endpoints.get(endpoint)
        found.warnings += _override(
            config.get("baseUrl", own), own, f"$.provider.endpointConfigs['{endpoint}'].baseUrl"
        )
    return found


def of_provider_v1(provider: _Document) -> Findings:
    """Problems of `provider.v1.json`."""
    found = Findings()
    models = provider["models"]
    found.errors += _doubles(models, "id", "$.models", "the model is in the list already")
    found.errors += [
        Problem(f"$.models[{index}].provider", f"must be {provider['id']}, the id of the provider")
        for index, model in enumerate(models)
        if model["provider"] != provider["id"]
    ]
    if provider["apiKey"]:
        keys = provider["apiKey"].split(",")
        for key in keys:
            found.errors += _key_problems(key, "$.apiKey")
        if len(set(keys)) < len(keys):
            found.errors.append(Problem("$.apiKey", "a key is in the list twice"))
    found.warnings += _endpoint_in(provider["apiHost"], "$.apiHost")
    preset = PRESETS.get(provider["id"])
    if preset is not None:
        found.warnings += _override(provider["apiHost"], preset.api_host, "$.apiHost")
        found.warnings += _override(
            provider.get("anthropicApiHost", preset.anthropic_api_host),
            preset.anthropic_api_host,
            "$.anthropicApiHost",
        )
    return found


def of_link(payload: _Document) -> Findings:
    """Problems of the payload of a deep link; paths begin at the payload."""
    found = Findings()
    found.errors += _key_problems(payload["apiKey"], "$.apiKey")
    further = ", ".join(repr(shortened(name, 40)) for name in payload if name not in LINK_FIELDS)
    if further:
        found.warnings.append(Problem("$", f"no version of Cherry Studio reads {further}"))
    if "," in payload["apiKey"]:
        found.errors.append(
            Problem("$.apiKey", "one link carries one key; v1 reads two here, v2 one with a comma")
        )
    found.warnings += _endpoint_in(payload["baseUrl"], "$.baseUrl")
    preset = PRESETS.get(payload["id"])
    if preset is not None:
        found.warnings += _override(payload["baseUrl"], preset.api_host, "$.baseUrl")
    return found


def _doubles(rows: Sequence[_Document], key: str, path: str, message: str) -> Iterable[Problem]:
    seen: set[str] = set()
    for index, row in enumerate(rows):
        if row[key] in seen:
            yield Problem(f"{path}[{index}].{key}", message)
        seen.add(row[key])


def _key_problems(key: str, path: str) -> Iterable[Problem]:
    if is_masked(key):  # people copy it from the page that lists their tokens
        yield Problem(path, "a masked key, as a page shows it; use the whole key")
    elif not key or key != key.strip():
        yield Problem(path, "a key is empty or has white space around it")
    elif words := unlike_a_key(key):
        yield Problem(path, words)


def _endpoint_in(url: str, path: str) -> Iterable[Problem]:
    """A base URL that ends with what the app appends to it; ``#`` at its end would prevent that."""
    if found := _ENDPOINT.search(url):
        words = f"ends with {found[1]}, which the app appends itself, so that calls go to"
        yield Problem(path, f"{words} …{found[1]}{found[1]}; leave it out")


_ENDPOINT = re.compile(
    r"(/(?:chat/completions|completions|responses|messages|embeddings|images/generations))/?$"
)


def _override(url: str | None, own: str | None, path: str) -> Iterable[Problem]:
    if own is None:
        yield Problem(
            path, "not an endpoint of the built-in provider, so the app keeps it as an override"
        )
    elif url != own:
        yield Problem(path, f"differs from the built-in {own}, so the app keeps it as an override")
