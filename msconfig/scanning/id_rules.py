"""Which texts are ids of models at ModelScope.

(a) Exactly an id that is known, with or without a prefix of another tool. (b) A text of the form of
an id, in a file that names API-Inference's host or has a ``modelscope/`` prefix, as the value of
something whose name holds ``model``.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection
from dataclasses import dataclass, replace
from operator import itemgetter

from msconfig.model_ids import ModelId
from msconfig.scanning.services import Service, is_another_service, services_in
from msconfig.tokens import looks_like_token

__all__ = ["FoundId", "IdRules", "maps_to_models", "names_a_model", "shown_name_behind"]

_PART = r"[A-Za-z0-9_.-]{1,128}"
_ID = re.compile(rf"{_PART}/{_PART}(?::{_PART})?", re.ASCII)
_PREFIX = re.compile(
    r"[A-Za-z][A-Za-z0-9_-]{0,40}(?:[/:,|][A-Za-z][A-Za-z0-9_-]{0,40}){0,3}[/:,|] ?", re.ASCII
)
_SEPARATOR = re.compile(r"[/:,|]")
_MODELSCOPE_PREFIX = re.compile(rf"(?<![\w./:@-])modelscope[/,]{_PART}/{_PART}(?![\w/])", re.ASCII)

_ANY_MODELSCOPE = re.compile(r"modelscope", re.IGNORECASE)
_NEAR = 1000
"""Characters between an id and the address that it is for, in a file about several services."""
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
_OTHER_SERVICE = re.compile(
    r"[\"'`\s](?:anthropic|azure|bedrock|cerebras|deepseek|fireworks_ai|gemini|groq|mistral"
    r"|moonshot|nvidia|ollama|openai|openrouter|siliconflow|together_ai|vertex_ai|volcengine|xai)"
    r"/[A-Za-z0-9][A-Za-z0-9_.:-]*[\"'`\s,]"
)
"""A model in a tool's own naming, which shows that the file is about several services."""
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
    is_for_other_site: bool = False
    """Whether it is for API-Inference of the site that is not checked."""


def names_a_model(name: str) -> bool:
    """Whether the value of `name` is a model; ``MODELSCOPE_…`` alone does not say so.

    ``OPENROUTER_MODEL`` is one of another service.
    """
    if "_" in name and is_another_service(name.partition("_")[0]):
        return False
    plain = name.lower().replace("modelscope", "").replace("model_scope", "")
    return "model" in plain and _NOT_OF_A_MODEL.search(plain) is None


_OF_MODELS = re.compile(r"(?:models|model_?(?:map|mapping|alias|aliase)s?)$", re.IGNORECASE)
_NO_ALIAS = frozenset(
    {
        *("id", "name", "label", "title", "kind", "owner", "owned_by", "vendor"),
        # of a form in another language
        *("error", "example", "help", "hint", "message", "placeholder", "text", "tooltip"),
    }
)


def maps_to_models(name: str, key: str, value: str) -> bool:
    """Whether a mapping of this name has a model at `key`, which is a name of the user's own.

    The name of nearly every model has a digit; texts of an interface (``n/a``, ``input/output``)
    have none.
    """
    return (
        _OF_MODELS.search(name) is not None
        and names_a_model(name)
        and key.lower() not in _NO_ALIAS
        and _NOT_OF_A_MODEL.search(key) is None
        and any(map(str.isdigit, value.partition("/")[2]))
    )


class IdRules:
    """The rules for one file."""

    def __init__(self, known: Collection[str], text: str, site: str) -> None:
        """Rules for a file.

        Args:
            known: ids, ``owner/name``, that exist or existed.
            text: all of the file.
            site: the site that is checked, ``cn`` or ``ai``.
        """
        self._known = known
        self._established: set[str] = set()
        services = services_in(text) if _ANY_MODELSCOPE.search(text) else []
        named = {each for *_, each in services}
        sites = named - {Service.ANOTHER}
        self._text = text
        self._site = Service(site)
        self._other_sites = sites - {self._site}
        self._names_site = self._site in sites
        self.is_about_modelscope = bool(sites) or _MODELSCOPE_PREFIX.search(text) is not None
        """Whether the file names API-Inference's host or has a ``modelscope/`` prefix."""
        is_mixed = self.is_about_modelscope and (
            Service.ANOTHER in named or len(named) > 1 or _OTHER_SERVICE.search(text) is not None
        )
        self._services = services if is_mixed else None
        """In a file about several services, where their addresses are; else None."""

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
        start = _start(value)
        if start < 0 or not self.knows(value[start:]):
            return None
        if start and not _is_prefix(value[:start], any_name=anywhere):
            return None
        text = _without_shown_name(value[start:])
        return FoundId(text, start, start + len(text))

    def with_site(self, found: FoundId, beside: Service | None) -> FoundId:
        """An id of the file with whether it is for the site that is not checked.

        Args:
            found: the id.
            beside: the service whose address is beside it; None if there is none.
        """
        if not self._other_sites:
            return found
        is_other = True  # in a file that names that site alone
        if self._names_site:
            is_other = (beside or self._nearest(found.start)) in self._other_sites
            if is_other and beside is None:
                is_other = not self._is_near_both_sites(found.start)
        return replace(found, is_for_other_site=is_other)

    def of_the_form(self, value: str, at: int, *, service: Service | None = None) -> FoundId | None:
        """The id that `value` has the form of, for rule (b); the caller knows that its name fits.

        Args:
            value: the text.
            at: where it is in the file.
            service: the one whose address is beside it; None if there is none.
        """
        start = _start(value)
        text = value[start:]
        if start < 0 or not (_ID.fullmatch(text) and ModelId.parse(text) and _may_be_id(text)):
            return None
        is_beside = service is not None and service.is_api_inference
        if start and not _is_prefix(value[:start], any_name=is_beside):
            return None
        if service is None:
            is_beside = "modelscope" in value[:start].lower() or self._is_near_api_inference(at)
        text = _without_shown_name(text)
        return FoundId(text, start, start + len(text)) if is_beside else None

    def _is_near_api_inference(self, at: int) -> bool:
        """Whether the nearest address is API-Inference's; true in a file about it alone."""
        if self._services is None:
            return self.is_about_modelscope
        nearest = self._nearest(at)
        return nearest is not None and nearest.is_api_inference

    def _nearest(self, at: int) -> Service | None:
        """The service whose address is nearest, in a file about several."""
        index = self._index_of_nearest(at)
        return self._services[index][2] if self._services and index >= 0 else None

    def _index_of_nearest(self, at: int) -> int:
        """Which of `_services` is nearest; -1 if none is near."""
        services = self._services or []
        behind = bisect_left(services, at, key=itemgetter(0))
        around = enumerate(services[max(0, behind - 1) : behind + 1], max(0, behind - 1))
        distances = [(max(begin - at, at - end), index) for index, (begin, end, _) in around]
        near = [index for distance, index in sorted(distances) if distance <= _NEAR]
        if len(near) > 1 and self._is_in_other_brackets(at, *(services[each][0] for each in near)):
            return near[1]
        return near[0] if near else -1

    def _is_in_other_brackets(self, at: int, nearer: int, farther: int) -> bool:
        """Whether the nearer of two addresses is in brackets of its own, and the farther in none.

        As in ``{"a": {"url": …, "model": …}, "b": {"url": …}}``, where the address behind a model
        may be nearer than its own.
        """
        out, into = self._brackets(at, nearer)
        out_to_farther, into_farther = self._brackets(at, farther)
        return bool(into) and not into_farther and out > out_to_farther

    def _brackets(self, start: int, end: int) -> tuple[int, int]:
        """How many brackets are left, and then entered, from one place of the text to another."""
        first, last = sorted((start, end))
        closed = opened = 0
        for sign in _BRACKET.findall(self._text, first, last):
            if sign in "([{":
                opened += 1
            elif opened:
                opened -= 1
            else:
                closed += 1
        return (closed, opened) if start < end else (opened, closed)

    def _is_near_both_sites(self, at: int) -> bool:
        """Whether the address of the site that is checked is beside the nearest one.

        As in `HOSTS = {"cn": "…", "ai": "…"}`: an ID behind it may be for either.
        """
        services = self._services or []
        index = self._index_of_nearest(at)
        if index < 0:
            return False
        step = 1 if services[index][0] > at else -1
        while 0 <= index + step < len(services):
            first, second = sorted((index, index + step))
            between = self._text[services[first][1] : services[second][0]]
            # a slash is that of an id
            if between.count("\n") > 1 or "/" in between.replace("//", ""):
                return False
            index += step
            begin, end, service = services[index]
            if max(begin - at, at - end) > _NEAR:
                return False
            if service is self._site:
                return True
        return False


def _start(value: str) -> int:
    """Where an id at the end of `value` begins, which holds one slash; -1 if there is none."""
    slash = value.rfind("/")
    if slash < 0:
        return -1
    start = 1 + max(value.rfind(each, 0, slash) for each in "/:,|")
    return start + (value[start : start + 1] == " ")


def _is_prefix(text: str, *, any_name: bool) -> bool:
    """Whether `text` is what tools put in front of an id, with its separator.

    Args:
        text: such as ``openai/``, ``openai:chat:``, ``litellm_proxy/modelscope/``.
        any_name: whether one name may be that of the user for a service.
    """
    if _PREFIX.fullmatch(text) is None:
        return False
    names = [each for each in _SEPARATOR.split(text.rstrip()) if each]
    others = [
        name
        for name in names
        if name.lower() not in _ANY_SERVICE and "modelscope" not in name.lower()
    ]
    if not others:
        return True
    # a capital is that of an owner, or of a tier of SiliconFlow (`Pro/`)
    is_name = len(others) == 1 and others[0].islower()
    return any_name and is_name and others[0] not in _OTHER_SERVICES | _FOLDERS


_BRACKET = re.compile(r"[()\[\]{}]")
_DATE = re.compile(r"-\d{4,8}$", re.ASCII)


_SHOWN_BEHIND = re.compile(rf":({_PART})", re.ASCII)


def shown_name_behind(text: str, behind: str) -> str:
    """The name of the model `text` that is shown for it, where `behind` begins with it; or ""."""
    shown = _SHOWN_BEHIND.match(behind)
    if shown is None or ":" in text:
        return ""
    name = shown[1].rstrip(".")
    return name if _without_shown_name(f"{text}:{name}") == text else ""


def _without_shown_name(text: str) -> str:
    """An id without the model's own name behind it, which is shown for it and is no provider."""
    path, _, behind = text.partition(":")
    name = path.rpartition("/")[2].lower()
    return path if behind.lower() in {name, _DATE.sub("", name)} else text


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
