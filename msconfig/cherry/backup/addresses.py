"""Hosts that the providers in a backup call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from msconfig.cherry.presets import PRESETS
from msconfig.cherry.provider import Provider
from msconfig.modelscope.sites import Site, addresses_of

CHAT = "openai-chat-completions"
"""The endpoint that `apiHost` of v1 is."""
MESSAGES = "anthropic-messages"
"""The endpoint that `anthropicApiHost` of v1 is."""
_OURS = frozenset({"modelscope", "modelscope-ai"})


def is_modelscope(provider_id: str, urls: Iterable[str]) -> bool:
    """Whether a provider has one of our ids, or calls an inference host of ModelScope's."""
    hosts = {_host(addresses_of(site).inference) for site in Site}
    return provider_id in _OURS or any(_host(url) in hosts for url in urls)


def own_address_warnings(provider: Provider, urls: Mapping[str, str]) -> Iterator[str]:
    """Warnings about a provider in the backup whose keys would go elsewhere, or nowhere.

    Only the host is shown: the rest of an address may hold a secret.

    Args:
        provider: as msconfig would create it.
        urls: addresses in the backup, by endpoint; a built-in provider can do without.
    """
    preset = PRESETS.get(provider.preset_id or "")
    meant = (
        preset.endpoints
        if preset
        else {CHAT: provider.api_host, MESSAGES: provider.anthropic_api_host}
    )
    for endpoint, url in urls.items():
        own = meant.get(endpoint)
        if own is not None and url and url.rstrip("/") != own.rstrip("/"):
            yield (
                f"{provider.id} has an address of its own in this backup, on {_host(url) or '?'},"
                " and keeps it; its keys go there"
            )
    if preset is None and not urls.get(CHAT):
        yield (
            f"{provider.id} has no address to call in this backup; in the app, make it"
            f" {provider.api_host}"
        )


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
