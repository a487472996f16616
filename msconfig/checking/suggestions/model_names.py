"""Names of models, parsed: ``Qwen3-30B-A3B-Thinking-2507`` is brand, version, sizes, date.

No family is named here. The words below are habits of naming that makers share; any other word is
part of the brand before the first number, and a variant word behind it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from math import log

Version = tuple[int, ...]
Date = tuple[int, int, int]
"""Year, month, day; 0 for a part that the name does not have."""


class Tier(IntEnum):
    """A model's rank among those of one release."""

    LIGHT = -1
    MIDDLE = 0
    HEAVY = 1


_IMAGES = "vl"
"""The skill of taking images; makers write VL, V or Vision."""
_SKILLS = {
    **dict.fromkeys(("vl", "v", "vision"), _IMAGES),
    **dict.fromkeys(("coder", "code"), "code"),
    "math": "math",
}
"""Special training of a chat model; a general one may have it without the word."""
_JOBS = frozenset(
    {
        *(
            "image",
            "edit",
            "layered",
            "inpaint",
            "inpainting",
            "t2i",
            "i2i",
            "lora",
            "controlnet",
            "vae",
        ),
        *("video", "animate", "t2v", "i2v", "s2v", "ti2v"),
        *("audio", "music", "voice", "speech", "tts", "asr", "omni", "captioner"),
        *("embedding", "embeddings", "embed", "reranker", "rerank"),
        *("reward", "rm", "prm", "orm", "guard"),
        *("ocr", "mt", "translate"),
    }
)
"""Tasks that a general chat model cannot do instead."""
_TIERS = {
    **dict.fromkeys(("nano", "tiny", "mini", "small", "lite", "air", "flash", "turbo"), Tier.LIGHT),
    **dict.fromkeys(("medium", "next"), Tier.MIDDLE),
    **dict.fromkeys(("large", "plus", "pro", "max", "ultra"), Tier.HEAVY),
}
_THINKING = frozenset({"thinking", "think", "reasoning", "reasoner"})
_TUNED = frozenset({"instruct", "chat", "it"})
_PLAIN = frozenset(
    {
        *("text", "lm", "llm", "preview", "exp", "experimental", "latest", "new"),
        *("hf", "pt", "paddle", "sft", "dpo", "rl", "gguf", "awq", "gptq", "mlx"),
    }
)
"""Words about weights, packaging or novelty, which do not set a model apart."""
_LIGHT_UP_TO = 40.0
"""Billions of parameters: up to here a name without a word of tier counts as light."""
_NOMINAL = {Tier.LIGHT: 20.0, Tier.MIDDLE: 200.0, Tier.HEAVY: 600.0}
"""Billions of parameters to assume where a name has no size."""

_NUMBER = r"\d{1,4}(?:\.\d{1,4}){0,3}"
_BILLIONS = r"\d{1,4}(?:\.\d{1,4})?"
_SIZE = re.compile(rf"(?:(\d{{1,3}})x)?({_BILLIONS})([bt])")
_ACTIVE = re.compile(rf"a({_BILLIONS})b")
_QUANTIZATION = re.compile(r"(?:int|fp|bf|nf|w|q)\d\w*|\d+bits?|\d+e|\d+k|\d+m")
"""Quantization, number of experts, length of context."""
_UNIT_LEFT_OUT = re.compile(r"[1-9]\d{1,2}")
"""A size whose B was forgotten: a second number, for the first is the version."""
_SERIES = re.compile(rf"([a-z])({_NUMBER})")
_GLUED = re.compile(rf"([a-z]+)({_NUMBER})([a-z]*)")
_VERSION = re.compile(rf"({_NUMBER})([a-z]?)")
_PREFIXED = re.compile(r"(chat|code)([a-z]{3,})")
_DATES = (
    re.compile(
        r"(?<!\d)(?P<y>20\d\d)-?(?P<m>0[1-9]|1[0-2])(?:-?(?P<d>0[1-9]|[12]\d|3[01]))?(?!\d)"
    ),
    re.compile(r"(?<!\d)(?P<m>0[1-9]|1[0-2])-(?P<y>20\d\d)(?!\d)"),
    re.compile(r"(?<![\d.])(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?![\d.a-z])"),
    re.compile(r"(?<![\d.])(?P<y>2\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])?(?![\d.a-z])"),
)


@dataclass(frozen=True, slots=True)
class ModelName:
    """A name, taken apart; letters in lower case."""

    brand: tuple[str, ...]
    """The words before the first number, e.g. ``("gui", "owl")``."""
    series: str = ""
    """The letter before the version, e.g. ``m`` of ``M2.5``; empty for ``v``."""
    version: Version = ()
    size: float | None = None
    """Billions of parameters."""
    active: float | None = None
    """Of them in use at once, in a mixture of experts."""
    tier_words: frozenset[str] = frozenset()
    """Words that name the tier, e.g. ``flash``."""
    skills: frozenset[str] = frozenset()
    jobs: frozenset[str] = frozenset()
    variant_words: frozenset[str] = frozenset()
    """Other words behind the first number, e.g. ``scout``."""
    instruct_or_thinking: int = 0
    """1 for a thinking model, -1 for one that only follows instructions, 0 where the name has
    neither word."""
    is_base: bool = False
    quantization: frozenset[str] = frozenset()
    """E.g. ``int4``, ``80k``, ``preview``."""
    date: Date | None = None

    tier: Tier = Tier.MIDDLE
    """By a word, else by the size: up to 40 billion parameters are light."""
    log_size: float = 0
    """Natural logarithm of the billions of parameters; by the tier if the name has no size."""
    log_active: float | None = None
    """The same of those in use at once; None if the name does not give them."""

    @property
    def takes_images(self) -> bool:
        """Whether the name says so."""
        return _IMAGES in self.skills


@lru_cache(maxsize=16_384)
def name_of(text: str) -> ModelName:
    """The parsed name of a model, without its owner; unknown words are no error."""
    # 2_5 is 2.5 to some makers; an underscore before a longer number or a size (2_30B) is a dash
    rest = re.sub(r"(?<=\d)_(?=\d(?![\da-z]))", ".", text.casefold())
    # before the split into words, which would take a date with dashes apart
    date, rest = _date(rest)
    rest = re.sub(r"(?<=[a-z])\.(?=\d)", "-", rest)
    reading = _Reading()
    for word in re.split(r"[-_.\s]*[-_\s]+[-_.\s]*", rest.strip("-_. ")):
        reading.take(word)
    words = reading.words
    tier_words = words & frozenset(_TIERS)
    tier = _tier(tier_words, reading.size)
    in_use = reading.active or reading.size
    return ModelName(
        tuple(reading.brand),
        reading.series,
        reading.version,
        reading.size,
        reading.active,
        tier_words=tier_words,
        skills=frozenset(reading.skills),
        jobs=words & _JOBS,
        variant_words=frozenset(reading.variant_words),
        instruct_or_thinking=bool(words & _THINKING) - bool(words & _TUNED),
        is_base="base" in words,
        quantization=frozenset(reading.quantization),
        date=date,
        tier=tier,
        log_size=log(reading.size or _NOMINAL[tier]),
        log_active=log(in_use) if in_use else None,
    )


def _tier(tier_words: frozenset[str], size: float | None) -> Tier:
    if tier_words:
        return min(_TIERS[tier] for tier in tier_words)
    return Tier.LIGHT if size is not None and size <= _LIGHT_UP_TO else Tier.MIDDLE


def _date(text: str) -> tuple[Date | None, str]:
    """The date in `text`, and what is left of it."""
    for form in _DATES:
        match = form.search(text)
        if match is not None:
            given = match.groupdict()
            year = int(given.get("y") or 0)
            year += 2000 if 0 < year < 100 else 0  # noqa: PLR2004 - a year of two digits
            left = text[: match.start()] + text[match.end() :]
            return (year, int(given["m"]), int(given.get("d") or 0)), left
    return None, text


class _Reading:
    """A name as far as it has been read, word by word."""

    def __init__(self) -> None:
        self.brand: list[str] = []
        self.series = ""
        self.version: Version = ()
        self.size: float | None = None
        self.active: float | None = None
        self.words: frozenset[str] = frozenset()
        self.skills: set[str] = set()
        self.variant_words: set[str] = set()
        self.quantization: set[str] = set()

    def take(self, word: str) -> None:
        """Read one word; the order of the branches decides where a word could be two things."""
        if match := _SIZE.fullmatch(word):
            billions = float(match[2]) * (1000 if match[3] == "t" else 1)
            self.size = self.size or billions * int(match[1] or 1) or None
        elif match := _ACTIVE.fullmatch(word):
            self.active = float(match[1]) or None
        # `and self.brand`: the first word is the brand, even where it is "Code" or "Next"
        elif word in _SKILLS and self.brand:
            self.skills.add(_SKILLS[word])
        elif word in _VOCABULARY and self.brand:
            self.words |= {word}
        elif self.brand and (_QUANTIZATION.fullmatch(word) or word in _PLAIN):
            self.quantization.add(word)
        # before the version is read a number is the version, however large it is
        elif self.version and self.size is None and _UNIT_LEFT_OUT.fullmatch(word):
            self.size = float(word)
        elif self.version or not self._takes_version(word):
            self._take_unknown(word)

    def _takes_version(self, word: str) -> bool:
        """Whether `word` holds the version; then it is taken."""
        if self.brand and (match := _SERIES.fullmatch(word)):
            # V3 is version 3, but M2 is another series than V2
            self.series, number, behind = match[1].replace("v", ""), match[2], ""
        elif (match := _GLUED.fullmatch(word)) and _says_something(match[3]):
            number, behind = match[2], match[3]
            self._take_unknown(match[1])
        elif self.brand and (match := _VERSION.fullmatch(word)):
            number, behind = match[1], match[2]
        else:
            return False
        self.version = tuple(int(part) for part in number.split("."))
        if behind:
            self.take(behind)
        return True

    def _take_unknown(self, word: str) -> None:
        if not word:
            return
        if self.version or self.size is not None:
            self.variant_words.add(word)
        elif self.brand and word in _SKILLS:
            self.skills.add(_SKILLS[word])
        elif match := _PREFIXED.fullmatch(word):
            self.brand.append(match[2])
            self.skills |= {_SKILLS[match[1]]} if match[1] in _SKILLS else set()
        else:
            self.brand.append(word)


def _says_something(behind: str) -> bool:
    """Whether letters right behind a number are a word, or one letter that sets a model apart."""
    return len(behind) <= 1 or behind in _VOCABULARY or behind in _SKILLS


_VOCABULARY = frozenset(_TIERS) | _JOBS | _THINKING | _TUNED | {"base"}
