"""Deep links that import a key into Cherry Studio, written so that both versions read them.

Source: running the decoders of desktop v1.9.12 and v2.0.8. In the query both turn ``+`` into ``_``
and ``/`` into ``-``, then parse it as URL search parameters; in `data` they turn ``_`` back into
``+`` and ``-`` into ``/``, and decode base64 to UTF-8 text. RFC 4648 base64url, where ``-`` is
``+``, does not survive that. v2 parses the text as JSON. v1 first turns every ``'`` into ``"`` and
deletes every ``(`` and ``)``, and then puts the JSON between single quotes into a script, which
opens nothing if a value has a ``'``.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import parse_qs, quote, unquote

from msconfig.errors import DocumentError
from msconfig.parsing import NotJson, loads
from msconfig.text import shortened
from msconfig.tokens import Secret

if TYPE_CHECKING:
    from msconfig.cherry.provider import Provider

PREFIX = "cherrystudio://providers/api-keys?"

LINK_FIELDS = ("id", "apiKey", "baseUrl", "name", "type")
"""Fields that the versions read; the first three are required."""

Payload: TypeAlias = dict[str, object]
"""The JSON object in a link."""


_SCHEME = "cherrystudio:"
_IN_TEXT = re.compile(r"cherrystudio:(?:(?<=data=)<[^<>\s]*>|[^\s\"'`<>()\[\]“”„‘’«»「」])+")
"""A link in other text. Its data is base64, so that no quotation mark or bracket belongs to it,
but those of a placeholder in place of the data."""
_BEHIND = "\"'`<>()[]“”‘’»」,;.|*"
_NOT_FILLED_IN = re.compile(
    r"\$?\{+[^\"{}]+\}*|\{\{|<[^>]*>?|\[object.*|[$%][A-Za-z_]\w*%?|undefined|null|none"
    r"|[A-Za-z_-]*(?:your|placeholder)[A-Za-z_-]*",
    re.IGNORECASE,
)
_BASE64URL = "written in base64url, which Cherry Studio decodes to other bytes; use base64"
_SHORTEST_DATA = 56
"""Characters; the base64 of the shortest object with the three required fields has more."""


@dataclass(frozen=True, slots=True)
class PastedLink:
    """A link in a line of a file."""

    line: int
    """From 1."""
    text: str
    is_whole: bool
    """Whether the line holds nothing else."""


def links_in_lines(text: str) -> list[PastedLink]:
    """The links of a text, one a line, each taken out of what people and pages put around it.

    That are quotation marks, angle brackets, Markdown, HTML and a comma behind it. A line without
    a link, or with several, is returned as it is.
    """
    lines = ((number, line.strip()) for number, line in enumerate(text.splitlines(), start=1))
    return [_link_in(number, line) for number, line in lines if line]


def keys_in_links(text: str) -> Iterator[tuple[int, str]]:
    """The line and the API key of every link in a text, e.g. a page, that can be decoded.

    Data in base64url counts too: Cherry Studio reads other bytes in it, a person the key.
    """
    line, seen = 1, 0
    for found in _IN_TEXT.finditer(text):
        line += text.count("\n", seen, found.start())
        seen = found.start()
        link = found[0].rstrip(_BEHIND).replace("&amp;", "&")
        begin, equals, data = link.partition("data=")
        plain = data.replace("-", "%2B").replace("_", "%2F")
        for spelling in (link, f"{begin}{equals}{plain}"):
            try:
                key = decode_v2(spelling).get("apiKey")
            except Unopenable:
                continue
            if isinstance(key, str):
                yield line, key
            break


def _link_in(number: int, line: str) -> PastedLink:
    if line.startswith(_SCHEME) and line.count(_SCHEME) == 1:
        found = line.split(maxsplit=1)[:1]
    else:
        found = _IN_TEXT.findall(line)
    links = {
        each if _placeholder(each) else each.rstrip(_BEHIND).replace("&amp;", "&") for each in found
    }
    if len(links) != 1:  # Markdown may have the same link as text and as target
        return PastedLink(number, line, is_whole=True)
    (link,) = links
    return PastedLink(number, link, is_whole=link == line)


class LinkRefused(DocumentError):
    """A link is not written, because one of the two versions would read it differently."""


class Unopenable(ValueError):
    """A version of Cherry Studio opens nothing; the message says why."""


def key_link(provider: Provider, key: Secret) -> str:
    """The link that imports `key` into `provider`. It has no models and switches nothing on.

    Raises:
        LinkRefused: one of the versions would read it differently.
    """
    payload = {"id": provider.id, "baseUrl": provider.api_host, "apiKey": key.reveal()}
    if provider.preset_id is None:
        payload["name"] = provider.name
    return encode({**payload, "type": "openai"})


def encode(payload: Mapping[str, str]) -> str:
    """`payload` as a link that both decoders read as `payload`.

    Raises:
        LinkRefused: there is no such link.
    """
    if "," in payload.get("apiKey", ""):
        raise LinkRefused("no link written: the key has a comma, and v1 would split it into two")
    # v1 deletes parentheses from the text, but not their escapes
    text = json.dumps(payload).replace("(", "\\u0028").replace(")", "\\u0029")
    link = f"{PREFIX}v=1&data={quote(base64.b64encode(text.encode()), safe='')}"
    reason = why_unopenable(link)
    if reason is not None:
        raise LinkRefused(f"no link written: {reason}")
    if not decode_v1(link) == decode_v2(link) == payload:
        raise LinkRefused("no link written: Cherry Studio would read something else")
    return link


def decode_v1(link: str) -> Payload:
    """The payload of `link` as desktop v1 reads it, including the step through a script.

    Raises:
        Unopenable: v1 opens nothing.
    """
    text = _text(link)
    payload = _object(text.replace("'", '"').replace("(", "").replace(")", ""))
    again = json.dumps(payload, ensure_ascii=False)
    if "'" in again:
        raise Unopenable("a value has a ', and v1 opens nothing then; write ’ in its place")
    try:
        again.encode()
    except UnicodeEncodeError:
        raise Unopenable("a value has half a character (a lone surrogate)") from None
    return payload


def decode_v2(link: str) -> Payload:
    """The payload of `link` as desktop v2 reads it.

    Raises:
        Unopenable: v2 opens nothing.
    """
    text = _text(link)
    try:
        return _object(text)
    except Unopenable:  # v2 then tries the replacements that v1 always makes
        return _object(text.replace("'", '"').replace("(", "").replace(")", ""))


def decode_base64url(link: str) -> Payload | None:
    """The payload of `link` if its data has ``-`` or ``_`` and is RFC 4648 base64url, else None."""
    data = _first_data(link[len(PREFIX) :]) or ""
    if not set(data) & {"-", "_"}:
        return None
    try:
        return _object(_decoded(data.replace("-", "+").replace("_", "/")))
    except Unopenable:
        return None


def why_unopenable(link: str) -> str | None:
    """The reason why the two versions read `link` differently; None if they agree."""
    data = _data(link)
    if link.count(_SCHEME) > 1:
        return "several links in one line; give one a line"
    if data is None:
        return f"not a link that imports a key; those begin with {PREFIX}v=1&data="
    if shown := _placeholder(link):
        return f"its data is a placeholder that was not filled in: {shown}"
    try:
        newer = decode_v2(link)
    except Unopenable as error:
        is_base64url = decode_base64url(link) is not None
        return _BASE64URL if is_base64url else f"Cherry Studio opens nothing: {error}"
    if "\x7f" in _text(link) and decode_base64url(link) is not None:  # the ~ of base64url
        return _BASE64URL
    # before v1 is tried, whose reason would be the quotation marks that it made of this one
    if any("'" in value for value in newer.values() if isinstance(value, str)):
        return "a value has a ', and Cherry Studio v1 opens nothing then; write ’ in its place"
    try:
        older = decode_v1(link)
    except Unopenable as error:
        return f"Cherry Studio v1 opens nothing: {error}"
    if older != newer:
        return "Cherry Studio v1 deletes ( and ) before it reads; write them as \\u0028 and \\u0029"
    return None


def _data(link: str) -> str | None:
    if not link.startswith(PREFIX):
        return None
    query = link[len(PREFIX) :].replace("+", "_").replace("/", "-")
    data = _first_data(query)
    return data.replace("_", "+").replace("-", "/") if data else None


def _first_data(query: str) -> str | None:
    """The first `data` of a query, read as URL search parameters."""
    return parse_qs(query, keep_blank_values=True).get("data", [None])[0]


def _placeholder(link: str) -> str:
    """What is in place of the data where a page or program did not fill it in; else ""."""
    found = re.search(r"[?&]data=([^&]*)", link)
    texts = (found[1], unquote(found[1])) if found and len(found[1]) < _SHORTEST_DATA else ()
    return next((shortened(text) for text in texts if _NOT_FILLED_IN.fullmatch(text)), "")


def _text(link: str) -> str:
    data = _data(link)
    if data is None:
        raise Unopenable("it carries no data")
    return _decoded(data)


def _decoded(data: str) -> str:
    data = data.rstrip("=")
    try:
        return base64.b64decode(data + "=" * (-len(data) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise Unopenable("its data is not base64 of UTF-8 text") from None


def _object(text: str) -> Payload:
    try:
        payload = loads(text)
    except NotJson as error:
        raise Unopenable(f"its data is {error}") from None
    if not isinstance(payload, dict):
        raise Unopenable("its data is not a JSON object")
    return payload
