"""Which texts are ids of models at ModelScope.

(a) Exactly an id that is known, with or without a prefix of another tool. (b) A text of the form of
an id, in a file that names API-Inference's host or has a ``modelscope/`` prefix, as the value of
something whose name holds ``model``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from msconfig.model_ids import ModelId
from msconfig.scanning.services import API_INFERENCE
from msconfig.tokens import looks_like_token

__all__ = ["FoundId", "IdRules", "names_a_model"]

_PART = r"[A-Za-z0-9_.-]{1,128}"
_ID = re.compile(rf"{_PART}/{_PART}(?::{_PART})?", re.ASCII)
_PREFIX = re.compile(
    r"((?:[A-Za-z][A-Za-z0-9_-]{0,40}:){0,3}[A-Za-z][A-Za-z0-9_-]{0,40})[/:,|] ?", re.ASCII
)
_MODELSCOPE_PREFIX = re.compile(rf"(?<![\w./:@-])modelscope[/,]{_PART}/{_PART}(?![\w/])", re.ASCII)

_ANY_SERVICE = frozenset(
    {
        *("openai", "custom", "custom_openai", "openai_like", "openai-compatible", "openai-compat"),
        *("openai_compatible", "text-completion-openai", "litellm", "litellm_proxy", "generic"),
        *("chat", "responses", "completion", "completions", "embedding", "embeddings", "oai"),
    }
)
"""Prefixes by which tools choose a protocol, and no service of their own."""
_OTHER_SERVICES = frozenset(
    {
        *("ai21", "aihubmix", "aiml", "alibaba", "anthropic", "anyscale", "azure", "azure_ai"),
        *("azure_openai", "baichuan", "baidu", "baseten", "bedrock", "bytez", "cerebras"),
        *("chutes", "clarifai", "cloudflare", "codestral", "cohere", "cohere_chat", "dashscope"),
        *("databricks", "deepgram", "deepinfra", "deepseek", "doubao", "elevenlabs", "fal_ai"),
        *("featherless_ai", "fireworks", "fireworks_ai", "friendliai", "galadriel", "gemini"),
        *("gigachat", "gitee", "giteeai", "github", "github_copilot", "google", "groq", "heroku"),
        *("hf", "huggingface", "hunyuan", "hyperbolic", "infinity", "jina", "jina_ai", "lambda"),
        *("lambda_ai", "lemonade", "lm_studio", "lmstudio", "maritalk", "meta_llama", "minimax"),
        *("mistral", "moonshot", "morph", "nebius", "nlp_cloud", "novita", "nscale", "nvidia"),
        *("nvidia_nim", "oci", "ollama", "ollama_chat", "oobabooga", "opencode", "openrouter"),
        *("ovhcloud", "palm", "parasail", "perplexity", "petals", "ppio", "predibase", "qianfan"),
        *("recraft", "replicate", "sagemaker", "sambanova", "siliconcloud", "siliconflow"),
        *("snowflake", "spark", "stepfun", "tencent", "together", "together_ai", "togetherai"),
        *("topaz", "triton", "v0", "vercel", "vercel_ai_gateway", "vertex", "vertex_ai"),
        *("volcengine", "voyage", "wandb", "watsonx", "wenxin", "xai", "x-ai", "xinference"),
        *("xunfei", "yi", "z-ai", "zai", "zeroone", "zhipu", "zhipuai", "vllm", "hosted_vllm"),
        *("llamafile", "local", "sglang", "transformers", "mlx", "deepseek-free", "qwen-free"),
    }
)
"""Names of other services: in front of an id the model is meant there, and as its owner there is no
id but such a tool's own name for a model (``gemini/…``)."""
_FOLDERS = frozenset(
    {
        *("app", "apps", "assets", "bin", "cache", "checkpoint", "checkpoints", "ckpt", "ckpts"),
        *("config", "configs", "data", "dataset", "datasets", "docs", "dist", "etc", "examples"),
        *("file", "files", "home", "hub", "lib", "llm", "media", "mnt", "model", "models", "opt"),
        *("out", "output", "outputs", "packages", "path", "pretrained", "public", "repo", "repos"),
        *("root", "save", "saved", "saves", "scripts", "spaces", "src", "static", "test", "tests"),
        *("tmp", "tree", "usr", "utils", "var", "weights", "work", "workspace", "www"),
    }
)
_MEDIA_TYPES = frozenset({"application", "audio", "font", "image", "multipart", "text", "video"})
_FILE_NAME = re.compile(
    r"\.(?:[cm]?[jt]sx?|py|json[lc5]?|ya?ml|toml|md|mdx|txt|html?|css|scss|svg|png|jpe?g|gif|webp"
    r"|ico|gguf|bin|pth?|onnx|safetensors|tar|gz|zip|sh|go|rs|java|kt|vue|lock|xml|csv|pkl|proto)$",
    re.IGNORECASE,
)
_NOT_OF_A_MODEL = re.compile(
    r"(?:path|dir|directory|file|folder|root|url|uri|link|endpoint|route|icon|image|logo|avatar"
    r"|type|class|module|import|schema|docs?|prefix|ratio|provider|author|license|repo|repository"
    r"|homepage|dataset|tokenizer|lora|adapter|revision|version|desc|description)s?$",
    re.IGNORECASE,
)
"""Ends of names that hold ``model`` and whose value is something else of it."""


@dataclass(frozen=True, slots=True)
class FoundId:
    """An id in a text."""

    text: str
    start: int
    end: int


def names_a_model(name: str) -> bool:
    """Whether the value of `name` is a model; ``MODELSCOPE_…`` alone does not say so."""
    plain = name.lower().replace("modelscope", "").replace("model_scope", "")
    return "model" in plain and _NOT_OF_A_MODEL.search(plain) is None


class IdRules:
    """The rules for one file."""

    def __init__(self, known: Collection[str], text: str) -> None:
        """Rules for a file.

        Args:
            known: ids, ``owner/name``, that exist or existed.
            text: all of the file.
        """
        self._known = known
        self._established: set[str] = set()
        self.is_about_modelscope = bool(
            API_INFERENCE.search(text) or _MODELSCOPE_PREFIX.search(text)
        )
        """Whether the file names API-Inference's host or has a ``modelscope/`` prefix."""

    def knows(self, text: str) -> bool:
        """Whether `text` is a known id, perhaps with ``:Provider``."""
        if text in self._known:
            return True
        path, colon, _ = text.partition(":")
        if path in self._established or (colon and path in self._known):
            return ModelId.parse(text) is not None
        return False

    def establish(self, text: str) -> None:
        """Take `text`, which rule (b) found, for a known id in all of the file."""
        self._established.add(text.partition(":")[0])

    def exactly(self, value: str, *, anywhere: bool = False) -> FoundId | None:
        """The known id that `value` is (a); `anywhere`: behind a prefix that is not known too."""
        if "/" not in value:
            return None
        if self.knows(value):
            return FoundId(value, 0, len(value))
        prefix = _PREFIX.match(value)
        while prefix is not None:
            rest = value[prefix.end() :]
            if self.knows(rest) and _may_stand_before(prefix[1], anywhere=anywhere):
                return FoundId(rest, prefix.end(), len(value))
            longer = _PREFIX.match(value, prefix.end())
            # two prefixes at most: `litellm_proxy/modelscope/owner/name`
            prefix = longer if longer and prefix.start() == 0 and _is_neutral(prefix[1]) else None
        return None

    def of_the_form(self, value: str, *, is_api_inference: bool = False) -> FoundId | None:
        """The id that `value` has the form of, for rule (b); the caller knows that its name fits.

        Args:
            value: the text.
            is_api_inference: whether the address beside it is API-Inference's; then any prefix is
                that of the user's own name for it.
        """
        for start in _starts(value, any_prefix=is_api_inference):
            text = value[start:]
            if _ID.fullmatch(text) and ModelId.parse(text) and _may_be_id(text):
                return FoundId(text, start, len(value))
        return None


def _starts(value: str, *, any_prefix: bool) -> Iterator[int]:
    """Where an id in `value` can begin: behind a prefix, else at the beginning."""
    prefix = _PREFIX.match(value)
    if prefix is not None and value.find("/", prefix.end()) >= 0:
        if _is_neutral(prefix[1]) or any_prefix:
            yield prefix.end()
        return
    yield 0


def _is_neutral(prefix: str) -> bool:
    """Whether `prefix` names a protocol or ModelScope itself."""
    parts = prefix.lower().split(":")
    return all(part in _ANY_SERVICE or "modelscope" in part for part in parts)


def _may_stand_before(prefix: str, *, anywhere: bool) -> bool:
    if _is_neutral(prefix):
        return True
    parts = set(prefix.lower().split(":"))
    return anywhere and not parts & (_OTHER_SERVICES | _FOLDERS)


def _may_be_id(text: str) -> bool:
    owner, _, name = text.partition("/")
    if owner in _OTHER_SERVICES or owner in _ANY_SERVICE or owner == "modelscope":
        return False
    if owner.lower() in _FOLDERS or owner in _MEDIA_TYPES or owner.startswith("."):
        return False
    return (
        _FILE_NAME.search(name) is None
        and any(map(str.isalpha, owner))
        and any(map(str.isalnum, name))
        and not looks_like_token(text)
    )
