"""Tokens: a type that does not show itself, where they come from, and what is none."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, NoReturn

from msconfig.errors import FileError, TokenError
from msconfig.text import decoded

__all__ = [
    "DEFAULT_VARIABLES",
    "WORD_BEGIN",
    "Secret",
    "Token",
    "find_tokens",
    "forget_secrets",
    "is_masked",
    "is_variable_name",
    "keep_secrets",
    "looks_like_token",
    "other_variables",
    "unlike_a_key",
    "usable_token",
    "without_kept_secrets",
    "without_token_variables",
    "without_tokens",
]

_log = logging.getLogger(__name__)

_SHORTEST = 16
"""Characters; nothing shorter has the form of a token."""

_SHORTEST_MASKED = 6
"""Characters; masking something shorter would garble ordinary words, and so reveal it."""

_LINK = (
    (r"cherrystudio(?::|%3A)", r"data=|data%3D|api-keys"),
    (r"api-keys(?:\?|%3F)", r"data"),
)
"""Begin and later part of a link that may hold a key: whole, percent-encoded, or without its
scheme. Searched for one after the other: a pattern of both takes quadratic time."""

WORD_BEGIN = r"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrt])|(?<=\\u[0-9A-Fa-f]{4}))"
"""Where a word begins; also behind a sign as addresses (``%20``) and JSON (``\\n``) spell it."""


@cache
def _token_shape() -> re.Pattern[str]:
    # each alternative takes all characters that it can: a look-ahead takes quadratic time
    return re.compile(
        rf"(?=[ms]){WORD_BEGIN}(?:"  # first what the whole text can be searched for fast
        r"ms-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]*"  # also if the end is cut off
        r"|ms_oauth[A-Za-z0-9._~+/=-]{16,}"
        r"|(?P<key>sk-[A-Za-z0-9_-]{16,}))",
        re.IGNORECASE,
    )


def _is_token(match: re.Match[str]) -> bool:
    """Whether a match of `_token_shape` is a token: Bailian's keys hold a digit, words none."""
    return match["key"] is None or any(map(str.isdigit, match["key"]))


def _holds_link(text: str) -> bool:
    for begin, later in _LINK:
        first = re.search(begin, text, re.IGNORECASE)
        if first and re.compile(later, re.IGNORECASE).search(text, first.end()):
            return True
    return False


class Secret:
    """A token or key that no repr, format, pickle or ordering reveals."""

    __slots__ = ("_escaped", "_spellings", "_value")
    _kept: ClassVar[dict[str, Secret] | None] = None

    def __init__(self, value: str, *, keep: bool = True) -> None:
        """Hold `value`; it is one of those of `without_kept_secrets` unless `keep` is false."""
        self._value = value
        self._spellings: tuple[str, ...] | None = None
        self._escaped: re.Pattern[str] | None = None
        if keep and Secret._kept is not None:
            Secret._kept[value] = self

    def reveal(self) -> str:
        """The value itself, for the one place that sends or writes it."""
        return self._value

    @property
    def fingerprint(self) -> str:
        """The first 8 hexadecimal digits of the SHA-256: distinguishes tokens, reveals none."""
        import hashlib  # noqa: PLC0415 - --help needs none

        # a key from a link may hold half a character, which has no UTF-8 of its own
        return hashlib.sha256(self._value.encode("utf-8", "surrogatepass")).hexdigest()[:8]

    @property
    def masked(self) -> str:
        """The form for a terminal: ``ms-…`` and the last four characters of a long token."""
        prefix = "ms-" if self._value.startswith("ms-") else ""
        tail = self._value[-4:] if len(self._value) >= 16 else ""  # noqa: PLR2004 - half stays hidden
        return f"{prefix}…{tail}"

    @property
    def is_of_modelscope(self) -> bool:
        """Whether it has a form that only ModelScope tokens have."""
        return self._value.startswith(("ms-", "ms_oauth"))

    def hidden_in(self, text: str) -> str:
        """`text` with every occurrence of the value masked, escaped and encoded ones too.

        It takes linear time. What is broken up (by white space, or over several texts) stays.
        """
        for spelling in self.spellings:
            text = text.replace(spelling, self.masked)
        if self._value and any(mark in text for mark in _ESCAPE_MARKS):
            if self._escaped is None:
                self._escaped = _pattern_of_escapes(self._value)
            text = self._escaped.sub(lambda _: self.masked, text)
        return text

    @property
    def spellings(self) -> tuple[str, ...]:
        """The value and encodings of it, the longest first; `hidden_in` knows escapes besides.

        A value that is long enough not to match other words also in other letter case, backwards,
        in hex and in base64.
        """
        if self._spellings is None:
            found = {self._value}
            if len(self._value) >= _SHORTEST:
                found.update(_encoded(self._value))
            ordered = sorted(filter(None, found), key=lambda each: (-len(each), each))
            self._spellings = tuple(ordered)
        return self._spellings

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return f"<Secret {self.fingerprint}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")


def _encoded(value: str) -> Iterable[str]:
    """`value` in other letter case, backwards, in hex and in base64."""
    raw = value.encode("utf-8", "surrogatepass")
    yield from (value.upper(), value.lower(), value[::-1], raw.hex(), raw.hex().upper())
    yield from _base64(raw)


_ESCAPE_MARKS = ("\\", "%", "&")
"""Each begins an escape: of JSON and Python, of a URL, of HTML."""
_HTML_NAMES = {
    "-": "hyphen",
    "+": "plus",
    "/": "sol",
    "=": "equals",
    "_": "lowbar",
    ".": "period",
    '"': "quot",
    "'": "apos",
    "&": "amp",
    "<": "lt",
    ">": "gt",
    "\\": "bsol",
    "%": "percnt",
}


def _pattern_of_escapes(value: str) -> re.Pattern[str]:
    """Finds `value` with any of its characters escaped, several times over too.

    Groups are atomic and repetitions limited, so that a search takes linear time.
    """
    return re.compile("".join(f"(?>{'|'.join(_escapes(each))})" for each in value))


def _escapes(character: str) -> Iterable[str]:
    code, backslashes = ord(character), r"\\{1,8}"
    if not character.isascii():
        utf_16 = character.encode("utf-16-be", "surrogatepass")
        units = [utf_16[place : place + 2].hex() for place in range(0, len(utf_16), 2)]
        yield "".join(rf"(?i:{backslashes}u{unit})" for unit in units)
        utf_8 = character.encode("utf-8", "surrogatepass")
        yield "".join(f"(?i:%(?:25){{0,3}}{byte:02x})" for byte in utf_8)
    else:
        yield f"(?i:%(?:25){{0,3}}{code:02x})"
        yield rf"(?i:{backslashes}(?:u00|x){code:02x})"
        if character in "\"'/\\":
            yield backslashes + re.escape(character)
    html = [f"#0{{0,7}}{code}", f"#x0{{0,7}}{code:x}", _HTML_NAMES.get(character)]
    yield f"(?i:&(?:amp;){{0,3}}(?:{'|'.join(filter(None, html))});)"
    yield re.escape(character)


def _base64(raw: bytes) -> Iterable[str]:
    """The characters of base64 that depend on `raw` alone, for each place it may begin at."""
    import base64  # noqa: PLC0415 - as above

    # three bytes are four characters, so the same text has three forms, by the bytes before it
    for before in range(3):
        whole = 8 * (before + len(raw)) // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(bytes(before) + raw).decode("ascii")
            yield text[-(-8 * before // 6) : whole]


@dataclass(frozen=True, slots=True)
class Token:
    """A token and where it came from, e.g. ``MODELSCOPE_API_TOKEN`` or ``file token.txt``."""

    secret: Secret
    source: str


def looks_like_token(text: str) -> bool:
    """Whether a command-line argument or id contains a token, or a link with one, by mistake.

    ``ms-`` and a UUID (ModelScope), ``ms_oauth…``, ``sk-…`` (Bailian), or a bare UUID (older
    ModelScope tokens); the last only where it is the whole argument or an option's value.
    """
    if len(text) < _SHORTEST:
        return False
    value = text.partition("=")[2] if text.startswith("-") else text
    glued = text[2:] if text.startswith("-") and not text.startswith("--") else ""
    uuid = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    return bool(
        any(map(_is_token, _token_shape().finditer(text)))
        or ((match := _token_shape().match(glued)) and _is_token(match))
        or re.fullmatch(uuid, value.strip(), re.IGNORECASE)
        or _holds_link(text)
    )


def without_tokens(text: str) -> str:
    """`text` without secrets that were kept, and ``<token>`` for what has the form of a token.

    Before `text` is shortened: what is left of a secret that was cut would be shown.
    """
    text = without_kept_secrets(text)
    return _token_shape().sub(lambda match: "<token>" if _is_token(match) else match[0], text)


def without_token_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` for a program that we start: without variables that hold a token or key.

    Those are the ones read by default and the fallback's, whatever holds a secret of this run, and
    whatever has the form of one.
    """
    kept = set(Secret._kept or ())  # noqa: SLF001 - the same module
    return {
        name: value
        for name, value in environment.items()
        if not (
            name.upper() in _TOKEN_VARIABLES
            or value.strip() in kept
            or without_tokens(value) != value
            or looks_like_token(value)
        )
    }


def keep_secrets(environment: Mapping[str, str] = MappingProxyType({})) -> None:
    """Keep every secret that is created from now on, for `without_kept_secrets`.

    Those in the usual variables of `environment` are kept as well: a run that does not use them may
    come across them, for example in the words of an error.
    """
    if Secret._kept is None:  # noqa: SLF001 - the same module
        Secret._kept = {}  # noqa: SLF001
    for name in _TOKEN_VARIABLES & environment.keys():
        Secret(environment[name].strip())


def forget_secrets() -> None:
    """Undo `keep_secrets`."""
    Secret._kept = None  # noqa: SLF001


def without_kept_secrets(text: str) -> str:
    """`text` with every secret that was kept (`keep_secrets`) masked, the longest first."""
    kept = dict(Secret._kept or {})  # noqa: SLF001 - a copy: other threads may add to it
    for value in sorted(kept, key=len, reverse=True):
        if len(value) >= _SHORTEST_MASKED:
            text = kept[value].hidden_in(text)
    return text


def is_masked(value: str) -> bool:
    """Whether `value` is a token as a page shows it: its middle is ``****``, ``…``, dots or x."""
    return _MASK.search(value) is not None


_MASK = re.compile(r"\*{3}|…|\.{3}|[•●∙⋅·▪■█]{2}|x{4}|X{4}")


# --- where they come from

DEFAULT_VARIABLES = ("MODELSCOPE_API_TOKEN", "MODELSCOPE_API_KEY")
"""Variables that are read by default: the SDK's name, then that of most tools."""

_TOKEN_VARIABLES = frozenset({*DEFAULT_VARIABLES, "DASHSCOPE_API_KEY", "CHERRY_STUDIO_API_KEY"})

_MIN_LENGTH = 8
"""Characters; nothing shorter is a token, and masking it would garble ordinary text."""
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
    """Whether `name` is a usable name of an environment variable."""
    return _VARIABLE_NAME.fullmatch(name) is not None


def other_variables(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Variables that are set and may hold a token for ModelScope, but are not read by default.

    They are the names of other tools and misspellings, at most three.
    """
    found = [
        name
        for name, value in environment.items()
        if value.strip() and name not in DEFAULT_VARIABLES and _may_be_meant(name)
    ]
    return tuple(sorted(found)[:_MOST_OTHERS])


_MOST_OTHERS = 3
_LIKE = 0.8
"""Ratio of `difflib` from which a name is taken for a misspelling."""


def _may_be_meant(name: str) -> bool:
    if not is_variable_name(name) or name.upper().startswith("DASHSCOPE_"):
        return False
    import difflib  # noqa: PLC0415 - needed only where no token is found

    upper = name.upper()
    last = upper.rpartition("_")[2]
    if not difflib.get_close_matches(last, ("TOKEN", "KEY", "APIKEY"), 1, _LIKE):
        return False
    if "MODELSCOPE" in upper or "MODEL_SCOPE" in upper:
        return True
    return bool(difflib.get_close_matches(upper, DEFAULT_VARIABLES, 1, _LIKE))


# --- what is none


def usable_token(value: str, source: str) -> Token:
    """The token in `value`, the white space around it left out.

    Raises:
        TokenError: it is none. The message names `source`, what the value looks like and what to
            do, and never holds the value.
    """
    token = value.strip()
    why = _why_none(token)
    if why:
        raise TokenError(f"{source} {why}")
    return Token(Secret(token), source)


_QUOTES = "\"'`“”„‘’«»「」"
_NOT_FILLED_IN = "instead of its value; nothing has filled it in"
_LOOKS_LIKE = (
    (
        r"\{\s*(?:env|file):|\{\{",
        "holds a reference of a configuration ({env:NAME} or {{ name }}) " + _NOT_FILLED_IN,
    ),
    (r"[{\[]", "holds JSON; copy the token alone out of it"),
    (
        r"\$\{\{",
        "holds an expression of GitHub Actions (${{ … }}) " + _NOT_FILLED_IN,
    ),
    (r"\$\(", "holds a command of a shell ($(…)), whose output would be the token"),
    (
        r"\$(?:env:)?[A-Za-z_]\w*$|\$\{[^}]*\}$",
        "holds the name of a variable ($NAME or ${NAME}) " + _NOT_FILLED_IN,
    ),
    (
        r"%[A-Za-z_]\w*%$",
        "holds the name of a Windows variable (%NAME%) " + _NOT_FILLED_IN,
    ),
    (
        r"os\.environ\b|os\.getenv\b|process\.env\b|env[.:/]",
        "holds a reference to a variable (such as os.environ/NAME) " + _NOT_FILLED_IN,
    ),
    (r"bearer\b", "begins with Bearer; leave that word out"),
    (
        r"[A-Za-z-]*authorization\s*:|x-api-key\s*:",
        "holds a whole HTTP header; give the token alone, without Authorization and Bearer",
    ),
    (
        r"(?:export\s+|set\s+|\$env:)?[A-Za-z_]\w*\s*=(?!=*$)",
        "holds a line of a .env file or a shell (NAME=value); give the value alone",
    ),
    (
        r"[A-Za-z_][\w-]*\s*:\s",
        "holds a setting (name: value); give the value alone",
    ),
    (
        r"<[^>]*>?$|(?:(?:ms|sk)-)?(?:your|insert|paste|enter|replace)[-_ ]|change[-_]?me$",
        "holds a placeholder (<…> or your-…); put your own token in its place",
    ),
    (
        r"(?:(?:sk|ms)-)?(?:undefined|null|none)$",
        "holds a word for no value; a program has written it in place of a token",
    ),
    (r"cherrystudio:", "holds a link of Cherry Studio; give the token alone"),
    (r"https?://", "holds an address; give the token that its page shows"),
    (
        r"[a-z][a-z0-9+.-]*://",
        "holds a reference to a secret store or a file (such as op://…) " + _NOT_FILLED_IN,
    ),
    (
        r"/|(?:~|\.\.?)[/\\]|[a-z]:[/\\]",
        "holds the path of a file; give the token that is in that file",
    ),
)
"""How a value begins that is plainly no token, and a sentence about it. Not compiled here: a run
with a good token needs few of them, and `--help` none."""


def unlike_a_key(value: str) -> str:
    """What `value` looks like that is no key of any provider, and what to do; "" for a key."""
    if _is_quoted(value):
        return "holds quotation marks around the value; leave them out"
    patterns = (words for pattern, words in _LOOKS_LIKE if re.match(pattern, value, re.IGNORECASE))
    return next(patterns, "")


def _is_quoted(value: str) -> bool:
    return value[0] in _QUOTES or value[-1] in _QUOTES


def _why_none(token: str) -> str:
    """What `token` looks like and what to do; "" for what may be one."""
    if not token:
        return "is empty; it must hold the token"
    lines = token.splitlines()
    if len(lines) > 1 and token[0] not in "{[" and not _is_quoted(token):
        return "has several lines; it must hold one token alone"
    if words := unlike_a_key(token):
        return words
    if is_masked(token):
        return "holds a masked token, as a page shows it; copy the whole token instead"
    if token.endswith((",", ";")):
        return "ends with a comma or semicolon; leave that out"
    if "," in token or ";" in token:
        return (
            "holds several tokens joined by commas; one place holds one: give --token-env or"
            " --token-file once for each"
        )
    if not (token.isascii() and token.isprintable()) or " " in token:
        return (
            "holds characters that no token has (spaces, control or non-ASCII characters); copy the"
            " token again"
        )
    if len(token) < _MIN_LENGTH:
        return f"holds only {len(token)} characters, too few for a token"
    return ""
