"""Regions of the fallback provider, Bailian, and their addresses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from msconfig.errors import UsageError
from msconfig.modelscope.sites import checked_url

PROVIDER = "dashscope"
"""The provider's id in settings, reports and file names, as in Cherry Studio."""


class Region(StrEnum):
    """A region of Bailian. Keys and model lists are separate."""

    CN = "cn"
    INTL = "intl"
    US = "us"


@dataclass(frozen=True, slots=True)
class RegionAddresses:
    """A region's own addresses."""

    openai: str
    """OpenAI-compatible base, ``/v1/`` included."""
    anthropic: str
    """Anthropic-compatible base, without ``/v1``."""
    key_page: str


def addresses_in(region: Region) -> RegionAddresses:
    """The addresses of `region`. Source: Alibaba Cloud's list of base URLs."""
    suffix = "" if region is Region.CN else f"-{region}"
    host = f"https://dashscope{suffix}.aliyuncs.com"
    console = (
        "https://bailian.console.aliyun.com"
        if region is Region.CN
        else "https://modelstudio.console.alibabacloud.com"
    )
    return RegionAddresses(
        openai=f"{host}/compatible-mode/v1/",
        anthropic=f"{host}/apps/anthropic",
        key_page=f"{console}/?tab=model#/api-key",
    )


def base_url(region: Region, url: str | None = None) -> str:
    """The region's own OpenAI-compatible base, or `url` in its place.

    Raises:
        UsageError: a URL that is not https (or http on loopback), that has credentials, a query or
            a fragment, or that does not end in ``/v1/``.
    """
    if not url:
        return addresses_in(region).openai
    base = checked_url("fallback", url).rstrip("/") + "/"
    if not base.endswith("/v1/"):
        raise UsageError(f"the fallback URL has to end in /v1/: {base}compatible-mode/v1/ perhaps?")
    return base
