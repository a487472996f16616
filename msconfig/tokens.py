"""Tokens: a type that does not show itself, and the shapes by which one is known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, NoReturn

__all__ = [
    "Secret",
    "Token",
    "forget_secrets",
    "is_masked",
    "keep_secrets",
    "looks_like_token",
    "without_kept_secrets",
    "without_tokens",
]

_SHORTEST = 16
"""Characters; nothing shorter has the form of a token."""

_SHORTEST_MASKED = 6
"""Characters; to mask something shorter everywhere would garble words, and tell it by that."""

_LINK = r"cherrystudio(?::|%3A).*(?:data=|data%3D|api-keys)|api-keys(?:\?|%3F).*data"
"""A link that may hold a key: whole, percent-encoded, or without its scheme."""


@cache
def _token_shape() -> re.Pattern[str]:
    return re.compile(
        r"(?<![A-Za-z0-9])(?:"
        r"ms-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]*"  # cut short it is a token still
        r"|ms_oauth[A-Za-z0-9._~+/=-]{16,}"
        r"|sk-(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{16,})",
        re.IGNORECASE,
    )


class Secret:
    """A token or key that no repr, format, pickle or comparison by order gives away."""

    __slots__ = ("_value",)
    _kept: ClassVar[dict[str, Secret] | None] = None

    def __init__(self, value: str) -> None:
        self._value = value
        if Secret._kept is not None:
            Secret._kept[value] = self

    def reveal(self) -> str:
        """The value itself, for the one place that sends or writes it."""
        return self._value

    @property
    def fingerprint(self) -> str:
        """The first 8 hexadecimal digits of the SHA-256: tells tokens apart, gives none away."""
        import hashlib  # noqa: PLC0415 - --help needs none

        # a key from a link may hold half a character, which has no UTF-8 of its own
        return hashlib.sha256(self._value.encode("utf-8", "surrogatepass")).hexdigest()[:8]

    @property
    def masked(self) -> str:
        """What a terminal may see: ``ms-…`` and the last four characters of a long token."""
        prefix = "ms-" if self._value.startswith("ms-") else ""
        tail = self._value[-4:] if len(self._value) >= 16 else ""  # noqa: PLR2004 - half stays hidden
        return f"{prefix}…{tail}"

    @property
    def is_of_modelscope(self) -> bool:
        """Whether it has one of the forms that only ModelScope's tokens have."""
        return self._value.startswith(("ms-", "ms_oauth"))

    def hidden_in(self, text: str) -> str:
        """`text` with every occurrence of the value masked."""
        return text.replace(self._value, self.masked) if self._value else text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return f"<Secret {self.fingerprint}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")


@dataclass(frozen=True, slots=True)
class Token:
    """A token and where it came from, e.g. ``MODELSCOPE_API_TOKEN`` or ``file token.txt``."""

    secret: Secret
    source: str


def looks_like_token(text: str) -> bool:
    """Whether a command-line argument is a token, or a link that holds one, put there by mistake.

    ``ms-`` and a UUID (ModelScope), ``ms_oauth…``, ``sk-…`` (Bailian), or a bare UUID (older
    ModelScope tokens); the last only where it is the whole argument or an option's value.
    """
    if len(text) < _SHORTEST:
        return False
    value = text.partition("=")[2] if text.startswith("-") else text
    glued = text[2:] if text.startswith("-") and not text.startswith("--") else ""
    uuid = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    return bool(
        _token_shape().search(text)
        or _token_shape().match(glued)
        or re.fullmatch(uuid, value.strip(), re.IGNORECASE)
        or re.search(_LINK, text, re.IGNORECASE | re.DOTALL)
    )


def without_tokens(text: str) -> str:
    """`text` with everything that has the form of a token replaced by ``<token>``."""
    return _token_shape().sub("<token>", text)


def keep_secrets() -> None:
    """Keep every secret that is created from now on, for `without_kept_secrets`."""
    if Secret._kept is None:  # noqa: SLF001 - the same module
        Secret._kept = {}  # noqa: SLF001


def forget_secrets() -> None:
    """End what `keep_secrets` began."""
    Secret._kept = None  # noqa: SLF001


def without_kept_secrets(text: str) -> str:
    """`text` with every secret that was kept (`keep_secrets`) masked, the longest first."""
    kept = dict(Secret._kept or {})  # noqa: SLF001 - a copy: other threads may add to it
    for value in sorted(kept, key=len, reverse=True):
        if len(value) >= _SHORTEST_MASKED:
            text = kept[value].hidden_in(text)
    return text


def is_masked(value: str) -> bool:
    """Whether `value` is a token as a page shows it, its middle hidden by ``****`` or ``…``."""
    return "***" in value or "…" in value or "..." in value
