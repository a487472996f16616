"""Addresses beside a model's id: which service the ids around them are for."""

from __future__ import annotations

import re
from enum import Enum
from operator import itemgetter

__all__ = ["Service", "is_another_service", "service_of", "services_in"]


class Service(Enum):
    """Who serves the models of an address."""

    CN = "cn"
    """API-Inference of ModelScope's site cn."""
    AI = "ai"
    """And of site ai, whose catalogue is another."""
    ANOTHER = ""

    @property
    def is_api_inference(self) -> bool:
        """Whether it is API-Inference, of either site."""
        return self is not Service.ANOTHER


_API_INFERENCE = re.compile(
    # of a domain below it, that of another service
    r"(?<![.-])api-inference\.modelscope\.(?P<site>cn|ai)(?:/[\w./-]{0,80})?",
    re.IGNORECASE,
)
_SERVICE = re.compile(
    r"https?://(?:api[.-]|[^\s/\"'`<>()]{0,200}(?:inference|openai|:\d{2,5}\b)"
    r"|[^\s\"'`<>()]{1,300}?/(?:v\d|api|openai|compatible-mode|chat/completions)\b)",
    re.IGNORECASE,
)
"""The address of a service that programs call, in any text."""
_OF_A_SERVICE = re.compile(r"base|url|host|endpoint|api", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)


_OTHERS = frozenset(
    {
        *("aihubmix", "baseten", "cerebras", "chutes", "cloudflare", "deepinfra", "featherlessai"),
        *("fireworks", "fireworksai", "gitee", "giteeai", "githubcopilot", "groq", "hf"),
        *("huggingface", "hyperbolic", "lmstudio", "nebius", "novita", "nvidia", "nvidianim"),
        *("ollama", "openrouter", "parasail", "ppio", "replicate", "sambanova", "siliconcloud"),
        *("siliconflow", "together", "togetherai", "vllm", "xinference"),
    }
)
"""Services that have models of others, whose ids are those of ModelScope; no name of a family of
models, as which users call a model of their own (``deepseek``)."""
_BETWEEN_WORDS = re.compile(r"[ _-]")


def is_another_service(name: str) -> bool:
    """Whether `name` is that of a service with models of its own, as ``openrouter`` is."""
    return _BETWEEN_WORDS.sub("", name.rpartition("/")[2]).lower() in _OTHERS


def service_of(name: str, value: str) -> Service | None:
    """The service whose address the key `name` gives with `value`; None if it gives none."""
    if _ADDRESS.match(value) is None:
        return None
    found = _API_INFERENCE.search(value)
    if found is not None:
        return Service(found["site"].lower())
    return Service.ANOTHER if _OF_A_SERVICE.search(name) is not None else None


def services_in(text: str) -> list[tuple[int, int, Service]]:
    """The addresses of services in any text: where each begins and ends, in their order."""
    found = [
        (*match.span(), Service(match["site"].lower())) for match in _API_INFERENCE.finditer(text)
    ]
    found += (
        (*match.span(), Service.ANOTHER)
        for match in _SERVICE.finditer(text)
        if _API_INFERENCE.match(text, text.index("//", match.start()) + 2) is None
    )
    return sorted(found, key=itemgetter(0))
