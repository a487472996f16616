"""Deep links that import a key into Cherry Studio, written so that both versions read them.

Source: running the decoders of desktop v1.9.12 and v2.0.8. In the query both turn ``+`` into ``_``
and ``/`` into ``-``, then parse it as URL search parameters; in `data` they turn ``_`` back into
``+`` and ``-`` into ``/``, and decode base64 to UTF-8 text. RFC 4648 base64url does not survive
that. v2 parses the text as JSON. v1 first turns every ``'`` into ``"`` and deletes every ``(`` and
``)``, and then puts the JSON between single quotes into a script, which opens nothing if a value
has a ``'``.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import parse_qs, quote

from msconfig.errors import DocumentError
from msconfig.parsing import NotJson, loads
from msconfig.tokens import Secret

if TYPE_CHECKING:
    from msconfig.cherry.provider import Provider

PREFIX = "cherrystudio://providers/api-keys?"

Payload: TypeAlias = dict[str, object]
"""The JSON object in a link."""


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


def why_unopenable(link: str) -> str | None:
    """The reason why the two versions read `link` differently; None if they agree."""
    data = _data(link)
    if data is None:
        return f"not a link that imports a key; those begin with {PREFIX}v=1&data="
    if set(_first_data(link[len(PREFIX) :]) or "") & {"-", "_"}:
        return "written in base64url, which Cherry Studio decodes to other bytes; use base64"
    try:
        newer = decode_v2(link)
    except Unopenable as error:
        return f"Cherry Studio opens nothing: {error}"
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


def _text(link: str) -> str:
    data = _data(link)
    if data is None:
        raise Unopenable("it carries no data")
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
