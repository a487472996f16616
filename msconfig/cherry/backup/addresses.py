"""Whose host a provider in a backup calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from msconfig.cherry.presets import PRESETS
from msconfig.modelscope.sites import Site, addresses_of

__all__ = ["CHAT", "is_modelscope", "own_address_warnings"]

CHAT = "openai-chat-completions"
"""The endpoint that `apiHost` of v1 is."""
_OURS = frozenset({"modelscope", "modelscope-ai"})


def is_modelscope(provider_id: str, urls: Iterable[str]) -> bool:
    """Whether a provider has one of our ids, or calls an inference host of ModelScope's."""
    hosts = {_host(addresses_of(site).inference) for site in Site}
    return provider_id in _OURS or any(_host(url) in hosts for url in urls)


def own_address_warnings(provider_id: str, urls: Mapping[str, str]) -> Iterator[str]:
    """A line for each endpoint of a built-in provider whose address is another in the backup.

    The host alone is told: what else is in an address may be a secret.
    """
    preset = PRESETS.get(provider_id)
    for endpoint, url in urls.items():
        own = preset.endpoints.get(endpoint) if preset else None
        if own is not None and url.rstrip("/") != own.rstrip("/"):
            yield (
                f"{provider_id} has an address of its own in this backup, on {_host(url) or '?'},"
                " and keeps it"
            )


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
