"""Tokens: a type that does not show itself, and the places that tokens come from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from msconfig.errors import FileError, TokenError

__all__ = [
    "DEFAULT_VARIABLES",
    "Secret",
    "Token",
    "find_tokens",
    "is_masked",
    "looks_like_token",
    "without_tokens",
]

DEFAULT_VARIABLES = ("MODELSCOPE_API_TOKEN", "MODELSCOPE_API_KEY")
"""The variables that are read when no place is named: the SDK's name, then that of most tools."""

_MIN_LENGTH = 8
"""Characters; nothing shorter is a token, and masking it in a text would garble the text."""
_MAX_FILE_BYTES = 64 * 1024
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_TOKEN_SHAPE = re.compile(
    rf"(?<![A-Za-z0-9])(?:ms-{_UUID}|ms_oauth[A-Za-z0-9._~+/=-]{{16,}}|sk-[A-Za-z0-9_-]{{16,}})",
    re.IGNORECASE,
)
_BARE_UUID = re.compile(_UUID, re.IGNORECASE)
_LINK_SHAPE = re.compile(r"cherrystudio:.*data=", re.IGNORECASE | re.DOTALL)
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")


class Secret:
    """A token or key that no repr, format, pickle or comparison by order gives away."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the one place that sends or writes it."""
        return self._value

    @property
    def fingerprint(self) -> str:
        """The first 8 hexadecimal digits of the SHA-256: tells tokens apart, gives none away."""
        return hashlib.sha256(self._value.encode()).hexdigest()[:8]

    @property
    def masked(self) -> str:
        """What a terminal may see: ``ms-…`` and the last four characters of a long token."""
        prefix = "ms-" if self._value.startswith("ms-") else ""
        tail = self._value[-4:] if len(self._value) >= 16 else ""  # noqa: PLR2004 - half stays hidden
        return f"{prefix}…{tail}"

    def hidden_in(self, text: str) -> str:
        """`text` with every occurrence of the value masked."""
        return text.replace(self._value, self.masked)

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
    value = text.partition("=")[2] if text.startswith("-") else text
    return bool(
        _TOKEN_SHAPE.search(text) or _BARE_UUID.fullmatch(value.strip()) or _LINK_SHAPE.search(text)
    )


def without_tokens(text: str) -> str:
    """`text` with everything that has the form of a token replaced by ``<token>``."""
    return _TOKEN_SHAPE.sub("<token>", text)


def is_masked(value: str) -> bool:
    """Whether `value` is a token as a page shows it, its middle hidden by ``****`` or ``…``."""
    return "***" in value or "…" in value or "..." in value


def find_tokens(
    *,
    variables: Sequence[str],
    files: Sequence[str],
    environment: Mapping[str, str],
    read_stdin: Callable[[], bytes],
) -> tuple[Token, ...]:
    """The tokens from the places named, or else from the first of `DEFAULT_VARIABLES` that is set.

    Args:
        variables: names of environment variables that must hold a token.
        files: paths of files that must hold one token each; ``-`` is standard input.
        environment: the environment to read.
        read_stdin: gives the whole of standard input.

    Raises:
        TokenError: a place that holds no usable token.
        FileError: a file that cannot be read.
    """
    found = [
        *(_from_variable(name, environment) for name in variables),
        *(_from_file(path, read_stdin) for path in files),
    ]
    if not variables and not files:
        found = [
            _usable(environment[name], name)
            for name in DEFAULT_VARIABLES
            if environment.get(name, "").strip()
        ][:1]
    return tuple(_first_of_each(found))


def _first_of_each(tokens: Iterable[Token]) -> list[Token]:
    first: dict[Secret, Token] = {}
    for token in tokens:
        first.setdefault(token.secret, token)
    return list(first.values())


def _from_variable(name: str, environment: Mapping[str, str]) -> Token:
    if not _VARIABLE_NAME.fullmatch(name):
        raise TokenError(
            "--token-env takes the name of an environment variable, such as MODELSCOPE_API_TOKEN"
        )
    value = environment.get(name, "")
    if not value.strip():
        raise TokenError(f"the environment variable {name} is not set; set it to your token")
    return _usable(value, name)


def _from_file(path: str, read_stdin: Callable[[], bytes]) -> Token:
    source = "standard input" if path == "-" else f"file {path}"
    if path == "-":
        raw = read_stdin()[: _MAX_FILE_BYTES + 1]
    else:
        try:
            with Path(path).open("rb") as stream:
                raw = stream.read(_MAX_FILE_BYTES + 1)
        except OSError as error:
            raise FileError.from_os("read the token file", path, error) from None
    if len(raw) > _MAX_FILE_BYTES:
        raise TokenError(f"{source} is far too large for a token; it must hold the token alone")
    try:
        return _usable(raw.decode("utf-8-sig"), source)
    except UnicodeDecodeError:
        raise TokenError(f"{source} is not UTF-8 text; it must hold the token alone") from None


def _usable(value: str, source: str) -> Token:
    token = value.strip()
    if not token:
        raise TokenError(f"{source} is empty; it must hold the token")
    if len(token.splitlines()) > 1:
        raise TokenError(f"{source} has several lines; it must hold one token alone")
    if is_masked(token):
        raise TokenError(
            f"{source} holds a masked token, as a page shows it; copy the whole token instead"
        )
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise TokenError(
            f"{source} holds characters that no token has (spaces, control or non-ASCII"
            " characters); copy the token again"
        )
    if len(token) < _MIN_LENGTH:
        raise TokenError(f"{source} holds only {len(token)} characters, too few for a token")
    return Token(Secret(token), source)
