"""The deep link by which Cherry Studio takes a key, written so that both versions read it.

How they read it was learnt by running the decoding of desktop v1.9.12 and v2.0.8. In the query both
turn ``+`` into ``_`` and ``/`` into ``-``, then read it as URL search parameters; in `data` they
turn ``_`` back into ``+`` and ``-`` into ``/``, and decode base64 to UTF-8 text. RFC 4648 base64url
does not survive that. v2 reads the text as JSON. v1 first turns every ``'`` into ``"`` and deletes
every ``(`` and ``)``, and afterwards puts the JSON between single quotes into a script, which opens
nothing where a value holds ``'``.
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

__all__ = [
    "PREFIX",
    "LinkRefused",
    "Payload",
    "Unopenable",
    "decode_v1",
    "decode_v2",
    "encode",
    "key_link",
    "why_unopenable",
]

PREFIX = "cherrystudio://providers/api-keys?"

Payload: TypeAlias = dict[str, object]
"""What a link carries, as JSON has it."""


class LinkRefused(DocumentError):
    """A link that one of the two versions would read as something else is not written."""


class Unopenable(ValueError):
    """Why a version of Cherry Studio opens nothing."""


def key_link(provider: Provider, key: Secret) -> str:
    """The link that puts `key` into `provider`. It carries no models and switches nothing on.

    Raises:
        LinkRefused: one of the versions would not read it as it was meant.
    """
    payload = {"id": provider.id, "baseUrl": provider.api_host, "apiKey": key.reveal()}
    if provider.preset_id is None:
        payload["name"] = provider.name
    return encode({**payload, "type": "openai"})


def encode(payload: Mapping[str, str]) -> str:
    """`payload` as a link that comes out equal under both decoders.

    Raises:
        LinkRefused: there is none.
    """
    if "," in payload.get("apiKey", ""):
        raise LinkRefused("no link written: the key holds a comma, which v1 takes for two keys")
    text = json.dumps(payload).replace("(", "\\u0028").replace(")", "\\u0029")
    link = f"{PREFIX}v=1&data={quote(base64.b64encode(text.encode()), safe='')}"
    reason = why_unopenable(link)
    if reason is not None:
        raise LinkRefused(f"no link written: {reason}")
    if not decode_v1(link) == decode_v2(link) == payload:
        raise LinkRefused("no link written: Cherry Studio would read something else")
    return link


def decode_v1(link: str) -> Payload:
    """What desktop v1 makes of `link`, the step through a script included.

    Raises:
        Unopenable: nothing.
    """
    text = _text(link)
    payload = _object(text.replace("'", '"').replace("(", "").replace(")", ""))
    again = json.dumps(payload, ensure_ascii=False)
    if "'" in again:
        raise Unopenable("a value holds ', and v1 opens nothing then; write ’ in its place")
    try:
        again.encode()
    except UnicodeEncodeError:
        raise Unopenable("a value holds half a character (a lone surrogate)") from None
    return payload


def decode_v2(link: str) -> Payload:
    """What desktop v2 makes of `link`.

    Raises:
        Unopenable: nothing.
    """
    text = _text(link)
    try:
        return _object(text)
    except Unopenable:
        return _object(text.replace("'", '"').replace("(", "").replace(")", ""))


def why_unopenable(link: str) -> str | None:
    """Why `link` does not come out equal under both versions; None when it does."""
    data = _data(link)
    if data is None:
        return f"not a link that imports a key; those begin with {PREFIX}v=1&data="
    if set(_first_data(link[len(PREFIX) :]) or "") & {"-", "_"}:
        return "written in base64url, which Cherry Studio reads as other bytes; use base64"
    try:
        newer = decode_v2(link)
    except Unopenable as error:
        return f"Cherry Studio opens nothing: {error}"
    if any("'" in value for value in newer.values() if isinstance(value, str)):
        return "a value holds ', and Cherry Studio v1 opens nothing then; write ’ in its place"
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
