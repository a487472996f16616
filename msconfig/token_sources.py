"""The places that tokens come from."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from msconfig.errors import FileError, TokenError
from msconfig.text import decoded
from msconfig.tokens import Secret, Token, is_masked

__all__ = ["DEFAULT_VARIABLES", "find_tokens", "is_variable_name", "usable_token"]

_log = logging.getLogger(__name__)

DEFAULT_VARIABLES = ("MODELSCOPE_API_TOKEN", "MODELSCOPE_API_KEY")
"""The variables that are read when no place is named: the SDK's name, then that of most tools."""

_MIN_LENGTH = 8
"""Characters; nothing shorter is a token, and masking it in a text would garble the text."""
_MAX_FILE_BYTES = 64 * 1024
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")


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
            usable_token(environment[name], name)
            for name in DEFAULT_VARIABLES
            if environment.get(name, "").strip()
        ][:1]
    distinct = tuple(_first_of_each(found))
    for token in distinct:
        _log.debug("token from %s: fingerprint %s", token.source, token.secret.fingerprint)
    return distinct


def _first_of_each(tokens: Iterable[Token]) -> list[Token]:
    first: dict[Secret, Token] = {}
    for token in tokens:
        first.setdefault(token.secret, token)
    return list(first.values())


def _from_variable(name: str, environment: Mapping[str, str]) -> Token:
    if not is_variable_name(name):
        raise TokenError(
            "--token-env takes the name of an environment variable, such as MODELSCOPE_API_TOKEN"
        )
    value = environment.get(name, "")
    if not value.strip():
        raise TokenError(f"the environment variable {name} is not set; set it to your token")
    return usable_token(value, name)


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
        return usable_token(decoded(raw), source)
    except UnicodeDecodeError:
        raise TokenError(
            f"{source} is not UTF-8 or UTF-16 text; it must hold the token alone"
        ) from None


def is_variable_name(name: str) -> bool:
    """Whether an environment variable may be called so."""
    return _VARIABLE_NAME.fullmatch(name) is not None


def usable_token(value: str, source: str) -> Token:
    """The token in `value`, the white space around it left out.

    Raises:
        TokenError: it is none: empty, masked, of several lines, too short, or with characters that
            no token has. The message names `source` and never holds the value.
    """
    token = value.strip()
    if not token:
        raise TokenError(f"{source} is empty; it must hold the token")
    if len(token.splitlines()) > 1:
        raise TokenError(f"{source} has several lines; it must hold one token alone")
    if is_masked(token):
        raise TokenError(
            f"{source} holds a masked token, as a page shows it; copy the whole token instead"
        )
    if not (token.isascii() and token.isprintable()) or " " in token or "," in token:
        raise TokenError(
            f"{source} holds characters that no token has (spaces, commas, control or non-ASCII"
            " characters); copy one token again"
        )
    if len(token) < _MIN_LENGTH:
        raise TokenError(f"{source} holds only {len(token)} characters, too few for a token")
    return Token(Secret(token), source)
