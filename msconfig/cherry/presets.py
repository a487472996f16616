"""Providers built into Cherry Studio. Source: desktop v1.9.12 and v2.0.8."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Preset:
    """A built-in provider. For the app, a base URL that differs by one character is an override."""

    id: str
    name: str
    api_host: str
    """Base URL of openai-chat-completions, and `apiHost` in v1."""
    anthropic_api_host: str
    """Base URL of anthropic-messages, and `anthropicApiHost` in v1."""
    endpoints: Mapping[str, str]
    """Base URL of each endpoint that v2 presets."""


def _preset(
    preset_id: str, name: str, api_host: str, anthropic_api_host: str, **more: str
) -> Preset:
    endpoints = {
        "openai-chat-completions": api_host,
        "anthropic-messages": anthropic_api_host,
        **more,
    }
    return Preset(preset_id, name, api_host, anthropic_api_host, MappingProxyType(endpoints))


_DASHSCOPE_URL = "https://dashscope.aliyuncs.com/compatible-mode/v1/"

PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        preset.id: preset
        for preset in (
            _preset(
                "modelscope",
                "ModelScope",
                "https://api-inference.modelscope.cn/v1/",
                "https://api-inference.modelscope.cn",
            ),
            _preset(
                "dashscope",
                "Bailian",
                _DASHSCOPE_URL,
                "https://dashscope.aliyuncs.com/apps/anthropic",
                **{"openai-responses": _DASHSCOPE_URL},
            ),
        )
    }
)
"""By provider id."""
