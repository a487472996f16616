"""Ids as people paste them: read as meant where that is clear, else explained.

Everything that takes ids from people (arguments, lists, `init`, `msconfig.toml`, the Python API)
reads them here.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import unquote

from msconfig.errors import UsageError
from msconfig.model_ids import GivenId, Location, ModelId
from msconfig.text import shortened, visible
from msconfig.tokens import without_tokens

__all__ = [
    "WHITE_SPACE",
    "Malformed",
    "as_given",
    "explain",
    "pasted",
    "refuse_other_site",
    "refuse_too_many",
]

MOST_IDS = 25_000
"""Of one run: as many results as GitHub takes of one SARIF file."""

WHITE_SPACE = (
    " \t\r\n\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000\u200b\u2060\ufeff"
)
WHITE_SPACE += "".join(map(chr, range(0x2000, 0x200B)))
"""White space of Unicode, and the characters without width that pages put between words."""
_PAIRS = frozenset({'""', "''", "``", "“”", "„“", "‘’", "«»", "「」"})
_QUOTES = frozenset("".join(_PAIRS))
_BULLET = re.compile(r"-[ \t\xa0]+")
_BETWEEN = re.compile(rf"[,{WHITE_SPACE}]+")
_HOSTS = {"modelscope.cn": "cn", "modelscope.ai": "ai"}
_ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.)?(modelscope\.(?:cn|ai))/models/"
    r"([A-Za-z0-9_.-]{1,128}/[A-Za-z0-9_.-]{1,128})(?:[/?#].*)?",
    re.IGNORECASE | re.DOTALL | re.ASCII,
)
_LONGEST_GIVEN = 200
"""Characters of a text of several ids up to which each id keeps the whole text as `given`."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a text that is one id."""

    id: str
    start: int
    """Where the id begins in the text."""
    site: str | None
    """The site of a page address."""


def pasted(given: GivenId) -> list[GivenId]:
    """The ids that `given` was meant to be: one, several, or itself where that is not clear.

    Around an id, white space, a trailing comma, one pair of quotation marks or backticks and a
    leading ``- `` are left out; the address of a model's page stands for its id. Several ids with
    commas or white space between are read if every piece is an id or an address.
    """
    if ModelId.parse(given.text) is not None:
        return [given]
    found = []
    for each, start in _read(given.text):
        if each.text == given.text and each.given is None:  # nothing is left out
            found.append(given)
        else:
            found.append(replace(each, location=_moved(given.location, start)))
    return found


@lru_cache(maxsize=1024)  # a list may have the same line many times
def _read(text: str) -> tuple[tuple[GivenId, int], ...]:
    """The ids in a text that is no id itself, each with where it begins."""
    whole = _one(text)
    pieces = [whole] if whole is not None else _several(text)
    if not pieces:
        start, end = _stripped(text, 0, len(text))
        return ((GivenId(_without_uuids(text[start:end])), start),)
    given = None
    if whole is not None or len(text) <= _LONGEST_GIVEN:
        given = _without_tokens(text) or None
    return tuple(
        (
            GivenId(
                piece.id,
                given=given,
                sites=frozenset({piece.site}) if piece.site else frozenset(),
            ),
            piece.start,
        )
        for piece in pieces
    )


def _without_tokens(text: str) -> str:
    return _without_uuids(without_tokens(text))


def _without_uuids(text: str) -> str:
    """`text` without UUIDs behind = or :, as which older tokens are in the query of an address."""
    return _UUID_VALUE.sub("<token>", text)


_UUID_VALUE = re.compile(
    r"(?:(?<=[=:])|(?<=%3[AD]))(?:%2[027]|[ \t\"'])*"
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    re.IGNORECASE,
)


def as_given(ids: Iterable[str | GivenId]) -> list[GivenId]:
    """Ids from a caller: strings are read as `pasted` says, others are taken as they are."""
    found: list[GivenId] = []
    for each in ids:
        found += [each] if isinstance(each, GivenId) else pasted(GivenId(each))
    return found


def refuse_too_many(ids: Sized) -> None:
    """Refuse more distinct ids than one run takes.

    Raises:
        UsageError: there are more than `MOST_IDS`.
    """
    if len(ids) > MOST_IDS:
        raise UsageError(f"{len(ids)} model ids, more than {MOST_IDS}; check them in parts")


def refuse_other_site(ids: Iterable[GivenId], site: str) -> None:
    """Refuse page addresses of a site other than `site`.

    Raises:
        UsageError: the message names the address and the site.
    """
    for given in ids:
        for other in given.sites - {site}:
            shown = visible(shortened(given.given or given.text))
            why = f"{shown} is a page of site {other}, but site {site} is checked; give"
            raise UsageError(
                f"{why} a session of site {other}, or the id alone",
                with_options=f"{why} --site {other}, or the id alone",
            )


def _moved(place: Location | None, columns: int) -> Location | None:
    if place is None or not columns:
        return place
    return replace(place, column=place.column + columns)


def _several(text: str) -> list[_Piece]:
    found = []
    for start, end in _parts(text):
        piece = _one(text[start:end])
        if piece is None:
            return []
        found.append(replace(piece, start=start + piece.start))
    return found if len(found) > 1 else []


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """The parts of `text` between commas and white space; a leading ``- `` is none."""
    start, end = _stripped(text, 0, len(text))
    bullet = _BULLET.match(text, start, end)
    start = bullet.end() if bullet else start
    for gap in _BETWEEN.finditer(text, start, end):
        if gap.start() > start:
            yield start, gap.start()
        start = gap.end()
    if start < end:
        yield start, end


def _one(text: str) -> _Piece | None:
    """The one id that `text` is, decorations left out; None if it is none, or several."""
    start, end = _stripped(text, 0, len(text))
    bullet = _BULLET.match(text, start, end)
    start, end = _stripped(text, bullet.end() if bullet else start, end)
    if text[start:end].endswith(","):
        start, end = _stripped(text, start, end - 1)
    if end - start > 1 and text[start] + text[end - 1] in _PAIRS:
        start, end = _stripped(text, start + 1, end - 1)
        if text[start:end].endswith(","):
            start, end = _stripped(text, start, end - 1)
    model_id = text[start:end]
    if ModelId.parse(model_id) is not None:
        return _Piece(model_id, start, None)
    address = _ADDRESS.fullmatch(text, start, end)
    if address is None or ModelId.parse(address[2]) is None:
        return None
    if _BETWEEN.search(text, start, end):  # two addresses
        return None
    return _Piece(address[2], address.start(2), _HOSTS[address[1].lower()])


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    """`text[start:end]` without white space around it, as start and end."""
    while start < end and text[start] in WHITE_SPACE:
        start += 1
    while end > start and text[end - 1] in WHITE_SPACE:
        end -= 1
    return start, end


# --- what is none


@dataclass(frozen=True, slots=True)
class Malformed:
    """Why a text is no id, and the ids that may be in it."""

    reason: str
    """One sentence about this text."""
    hidden: tuple[str, ...] = ()
    """Texts of the form of an id, the likeliest first."""
    names: tuple[str, ...] = ()
    """Names without an owner."""


_LOOKED_AT = 2000
"""Characters of a text in which ids are looked for."""
_MOST_HIDDEN = 20
_RUN = re.compile(r"[A-Za-z0-9_.-]+(?:/+[A-Za-z0-9_.-]+)*")
_HOST = re.compile(r"(?:(?:https?|git|ssh):|^)//([^/?#\s]{1,100})", re.IGNORECASE)
_ERROR = re.compile(r"[A-Za-z_.]{0,60}(?:error|exception|warning)(?: code)?:", re.IGNORECASE)
_SETTING = re.compile(r"""["'`]?([A-Za-z_][A-Za-z0-9_.-]{0,60})["'`]?[ \t]{0,9}(=|:)(?!//)""")
_CACHE_FOLDER = re.compile(r"models--([A-Za-z0-9_.-]{1,128}?)--([A-Za-z0-9_.-]{1,128})")
_PREFIX = re.compile(r"([A-Za-z][A-Za-z0-9_-]{0,40})(?:://|::?|,|\|)[ \t]?(?=[^\s/:,|]+/)")
_MARKUP = (("<>", "angle brackets"), ("()[]", "brackets"), ("{}", "braces"), ("*", "asterisks"))
_FRONT = frozenset(
    {
        *("openai", "modelscope", "model", "models", "openrouter", "litellm", "custom", "vllm"),
        *("hosted_vllm", "openai_like", "huggingface", "hf", "ollama", "together_ai", "deepinfra"),
        *("azure", "siliconflow", "dashscope", "openai-compatible", "lm_studio", "nvidia_nim"),
    }
)
"""What other tools put in front of an id."""
_BEHIND = frozenset(
    {
        *("summary", "files", "file", "tree", "blob", "resolve", "raw", "main", "master"),
        *("feedback", "quickstart", "discussions", "v1", "chat", "latest"),
    }
)
"""What pages and tools put behind an id."""


@dataclass(frozen=True, slots=True)
class _Text:
    """A text that is no id, and what is in it."""

    text: str
    narrow: str
    """The text with plain signs in place of full-width ones."""
    ids: tuple[str, ...]
    names: tuple[str, ...]
    is_clear: bool
    """Whether the first of `ids` is the one that was meant, as far as the text shows it."""

    @property
    def likely(self) -> str | None:
        """The id that was meant."""
        return self.ids[0] if self.ids and self.is_clear else None


@lru_cache(maxsize=1024)
def explain(text: str) -> Malformed:
    """Why `text`, which is no id, is none, and which ids are in it."""
    looked_at = text[:_LOOKED_AT]
    seen = _looked_into(looked_at, unicodedata.normalize("NFKC", looked_at))
    around = (_why_row, _why_error, _why_wide, _why_page, _why_around)
    checks = (_why_unseen, *around, _why_prefix, _why_signs, _why_parts)
    words = next((words for check in checks if (words := check(seen))), _FORM_WORDS)
    if seen.likely is not None and seen.likely not in words:
        words = f"{words}; an id in it is {seen.likely}"
    return Malformed(words, seen.ids, seen.names)


_FORM_WORDS = "an id has the form owner/name, each part 1 to 128 letters, digits and _.-"


def _why_unseen(seen: _Text) -> str:
    if not seen.text:
        return "the id is empty"
    unseen = (each for each in seen.text if not (each.isprintable() or each.isspace()))
    character = next(unseen, None)
    return f"it holds an invisible character (U+{ord(character):04X})" if character else ""


def _why_error(seen: _Text) -> str:
    return "it is a line of an error message; give the id alone" if _ERROR.match(seen.text) else ""


def _why_wide(seen: _Text) -> str:
    if seen.narrow == seen.text or not seen.narrow.isascii():
        return ""
    wide = next(each for each in seen.text if not each.isascii())
    return "" if wide.isspace() else f"it is written with full-width signs ({wide}); use plain ones"


def _why_page(seen: _Text) -> str:
    return _why_address("modelscope.cn") if _NO_MODEL.match(seen.text) else ""


def _why_around(seen: _Text) -> str:
    """Something is around an id, or behind it."""
    text = seen.text
    if text[0] in "{[" and ('"' in text or "'" in text):
        return "it is JSON or a list in brackets; give one id a line"
    if "modelscope." in text and _PAGE.search(text):
        return "there is something in front of or around the address of a model's page"
    if host := _HOST.search(text):
        return _why_address(host[1].lower())
    if (behind := re.match(r"([^\s#]+)#", text)) and ModelId.parse(behind[1]):
        return "a comment needs white space in front of its #"
    if text.startswith(("$", "%")):
        return f"it holds {text[0]}, the sign of a variable that was not filled in"
    mark = next((each for each in text if each in _QUOTES), None)
    if (setting := _SETTING.match(text)) and (mark or setting[2] == "=" or _is_spaced(setting)):
        return f"it is a setting ({shortened(setting[1], 40)}{setting[2]}); give its value alone"
    if mark is not None:
        return f"it holds a quotation mark ({mark}) that is not one of a pair around an id"
    for signs, name in _MARKUP:
        if any(sign in text for sign in signs):
            return f"it holds {name}; give the id without them"
    return ""


_LIST_MARK = re.compile(r"([*+•·–—]|[0-9]{1,4}[.)])[ \t\xa0]")
_OTHER_COMMAS = re.compile(r"[ \t]*[，、；;|][ \t]*")


def _why_row(seen: _Text) -> str:
    """It is a row of a list or table in a form that is not read."""
    text = seen.text
    if mark := _LIST_MARK.match(text):
        return f"it begins with {mark[1]}, the mark of a list; leave that out"
    if re.fullmatch(r"\|.*\|", text):
        return "it is a row of a table; give the id alone"
    pieces = _OTHER_COMMAS.split(text)
    if len(pieces) > 1 and all(map(ModelId.parse, pieces)):
        sign = _OTHER_COMMAS.findall(text)[0].strip()
        return f"it holds several ids with {sign} between; put plain commas there, or one id a line"
    return ""


_PAGE = re.compile(r"modelscope\.(?:cn|ai)/models/[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]", re.IGNORECASE)


def _is_spaced(setting: re.Match[str]) -> bool:
    return setting.string[setting.end() : setting.end() + 1].isspace()


def _why_address(host: str) -> str:
    bare = host.removeprefix("www.")
    if bare in _HOSTS:
        return "it is an address of ModelScope, but not of a model's page (…/models/owner/name)"
    if "api-inference" in host or bare.startswith("api."):
        return "it is the address of an API, not an id"
    return f"it is an address of {shortened(host, 60)}, not an id of ModelScope"


def _why_prefix(seen: _Text) -> str:
    """Another tool's prefix is in front of it."""
    if (prefix := _PREFIX.match(seen.text)) and seen.likely:
        return f"it begins with {prefix[1]}, a prefix of another tool"
    if _CACHE_FOLDER.fullmatch(seen.text):
        return "it is the name of a cache folder"
    front, _, rest = seen.text.partition("/")
    if seen.likely is not None and rest.startswith(seen.likely):
        return f"it begins with {shortened(front, 60)}/, a prefix of another tool"
    return ""


def _why_signs(seen: _Text) -> str:
    """It holds a sign that no id has."""
    text = seen.text
    if re.search(r"\s", text):
        return "it contains white space"
    if seen.likely is not None and (slash := re.search(r"%2[Ff]", text)):
        return f"it is written as in an address ({slash[0]}); use plain signs"
    if "\\" in text:
        return "it holds a backslash; owner and name are separated by /"
    if "," in text or ";" in text:
        return "it holds several texts with a comma or semicolon between, and not all are ids"
    sign = next((each for each in text if not re.match(r"[A-Za-z0-9_./:-]", each)), None)
    if sign is None:
        return ""
    if ModelId.parse(text.partition(sign)[0]) and sign.isascii():
        behind = "a revision, or a provider as NextChat writes it," if sign == "@" else "something"
        return f"it has {behind} behind the id, from the {sign} on; leave that out"
    code = f" (U+{ord(sign):04X})" if not sign.isascii() else ""
    return f"it holds {sign}{code}, which no id has"


def _why_parts(seen: _Text) -> str:
    """Its parts are not those of an id."""
    text = seen.text
    parts = text.split("/")
    if len(parts) == 1:
        return f"the owner is missing: an id has the form owner/{shortened(text, 60)}"
    if not all(parts):
        return "it has a / too many, or nothing in front of or behind one"
    if len(parts) > 2:  # noqa: PLR2004 - owner and name
        if seen.likely is not None and text.startswith(seen.likely):
            return "it has something behind owner/name; leave that out"
        return f"it has {len(parts)} parts; an id has two, owner/name"
    if ":" in text:
        if ModelId.parse(text.partition(":")[0]):
            return "an id takes one suffix, :Provider, of letters, digits and _.-"
        return "a colon is in the wrong place: a suffix (:Provider) is behind owner/name"
    longest = max(map(len, parts))
    if longest > 128:  # noqa: PLR2004
        return f"a part of it has {longest} characters; at most 128 are possible"
    return "a part of it is . or .., which is no owner and no name" if "." in parts[0] else ""


_HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212"), "-")
"""What word processors and PDF put in place of a hyphen."""
_NO_MODEL = re.compile(
    r"(?:https?://)?(?:www\.)?\bmodelscope\.(?:cn|ai)/(?:collections|datasets|docs|learn|mcp|my|organization|papers|profile"
    r"|skills|studios)\b[^\s\"'`<>()]*",
    re.IGNORECASE,
)
"""Pages of ModelScope that are about something else than one model."""


def _readings(text: str) -> Iterator[str]:
    """`text` as it may have been before something changed it, and as it is."""
    text = unquote(text) if _ENCODED.search(text) else text
    plain = "".join(each for each in text if each.isprintable() or each.isspace())
    plain = plain.translate(_HYPHENS)
    yield plain
    if plain != text:
        yield text


_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")


def _looked_into(text: str, narrow: str) -> _Text:
    ids: dict[str, None] = {}
    names: dict[str, None] = {}
    is_clear = True
    for reading in _readings(_NO_MODEL.sub("", narrow)):
        is_clear &= _look_into(reading, ids, names)
    return _Text(text, narrow, tuple(ids)[:_MOST_HIDDEN], tuple(names)[:_MOST_HIDDEN], is_clear)


def _look_into(text: str, ids: dict[str, None], names: dict[str, None]) -> bool:
    """Add the ids and names in a text; whether the first id is clearly the one that was meant."""
    is_clear = True
    clean = re.sub(r"[ \t]{0,3}/[ \t]{0,3}", "/", text.replace("\\", "/"))
    for folder in _CACHE_FOLDER.finditer(clean):
        ids.setdefault(f"{folder[1]}/{folder[2]}")
    for run in _RUN.finditer(clean):
        is_host = re.search(r"(?:(?:https?|git|ssh):|^)//$|@$", clean[: run.start()][-10:])
        parts = _core([part for part in run[0].split("/") if part], has_host=bool(is_host))
        if len(parts) == 1:
            names.setdefault(parts[0])
        if not ids and len(parts) > 2:  # noqa: PLR2004
            is_clear = False
        # what is in front is a prefix more often than what is behind is a path
        for owner, name in reversed(list(itertools.pairwise(parts))):
            parsed = ModelId.parse(f"{owner}/{name}".removesuffix(".git").rstrip("._-"))
            for each in (parsed, ModelId.parse(f"{owner}/{name}")):
                if each is not None:
                    ids.setdefault(each.path)
        if len(ids) + len(names) > 2 * _MOST_HIDDEN:
            break
    return is_clear


def _core(parts: list[str], *, has_host: bool) -> list[str]:
    """`parts` without a host and what other tools and pages put around an id."""
    if has_host or (len(parts) > 2 and "." in parts[0] and parts[0].islower()):  # noqa: PLR2004
        parts = parts[1:]
    while len(parts) > 2 and parts[0].lower() in _FRONT:  # noqa: PLR2004
        parts = parts[1:]
    while len(parts) > 2 and any(part.lower() in _BEHIND for part in parts[2:]):  # noqa: PLR2004
        parts = parts[:-1]
    return parts
