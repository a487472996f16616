"""Effects of a deep link in each version of Cherry Studio.

Source: running desktop v1.9.12 and v2.0.8: the fields that they require, what they store, and which
provider is switched on afterwards. Both ask the user before they store anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from msconfig.cherry.link import LINK_FIELDS, Payload, Unopenable, decode_v1, decode_v2
from msconfig.cherry.presets import PRESETS
from msconfig.tokens import Secret

_REQUIRED = LINK_FIELDS[:3]
_SHORTEST_HIDDEN = 8
_NOTHING_THERE = (None, "", 0)
"""Values that JavaScript's `!value` is true for; `False` equals 0 in Python."""
_CHAT = "openai-chat-completions"
_ENDPOINTS: Mapping[object, str] = {
    "anthropic": "anthropic-messages",
    "vertex-anthropic": "anthropic-messages",
    "openai-response": "openai-responses",
    "gemini": "google-generate-content",
    "vertexai": "google-generate-content",
    "ollama": "ollama-chat",
}
"""The endpoint that v2 derives from `type`. Everything else is chat completions."""


class App(StrEnum):
    """A version of the desktop app that takes links."""

    V1 = "v1"
    V2 = "v2"


class Outcome(StrEnum):
    """Reaction of a version to a link."""

    OPENS = "opens"
    """It asks the user, then stores the key."""
    REFUSES = "refuses"
    """It shows an error, and stores nothing."""
    NOTHING = "nothing"
    """It shows nothing at all."""
    UNKNOWN = "unknown"
    """Not observed."""


@dataclass(frozen=True, slots=True)
class LinkPayload:
    """The payload of a link; None if a field is missing or not a text."""

    id: str | None
    base_url: str | None
    name: str | None
    type: str | None
    key: Secret | None
    further: tuple[str, ...]
    """Names of fields that no version reads."""

    def without_key(self, text: str) -> str:
        """`text` with the key masked, and each of the keys into which v1 splits it.

        Fewer than 8 characters are not a key, and to mask them would garble the text.
        """
        whole = self.key.reveal() if self.key else ""
        for key in (whole, *whole.split(",")):
            if len(key) >= _SHORTEST_HIDDEN:
                text = Secret(key).hidden_in(text)
        return text


@dataclass(frozen=True, slots=True)
class Effect:
    """The state after the user has agreed."""

    keys: tuple[Secret, ...]
    """The keys that the provider gets; v1 splits at commas, v2 does not."""
    is_built_in: bool
    """Whether the provider is built in; such a provider is not switched on or off."""
    overrides: str | None
    """The built-in address that the link's address overrides; None if it does not."""
    endpoint: str | None
    """The endpoint for which v2 stores the address, even in an existing provider; None in v1."""
    new_is_on: bool | None
    """Whether a new provider is created switched on; None if it is built in."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A link as one version reads it."""

    app: App
    outcome: Outcome
    reason: str | None = None
    """Why it does not open; None if it opens."""
    payload: LinkPayload | None = None
    """None if it cannot be decoded."""
    effect: Effect | None = None
    """None if it does not open."""


def read_link(link: str) -> tuple[Reading, ...]:
    """`link` as each version reads it, in the order of `App`."""
    return _reading(link, App.V1), _reading(link, App.V2)


def _reading(link: str, app: App) -> Reading:
    try:
        found = decode_v1(link) if app is App.V1 else decode_v2(link)
    except Unopenable as error:
        return Reading(app, Outcome.NOTHING, str(error))
    payload = LinkPayload(
        id=_text(found, "id"),
        base_url=_text(found, "baseUrl"),
        name=_text(found, "name"),
        type=_text(found, "type"),
        key=Secret(key) if (key := _text(found, "apiKey")) else None,
        further=tuple(name for name in found if name not in LINK_FIELDS),
    )
    if missing := [name for name in _REQUIRED if found.get(name) in _NOTHING_THERE]:
        reason = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing or empty"
        return Reading(app, Outcome.REFUSES, reason, payload)
    if payload.id is None or payload.base_url is None or payload.key is None:
        odd = next(name for name in _REQUIRED if not isinstance(found[name], str))
        return Reading(app, Outcome.UNKNOWN, f"{odd} is not a text", payload)
    is_web = payload.base_url.lower().startswith(("http://", "https://"))
    if app is App.V2 and not is_web:
        reason = "baseUrl is not an http(s) address; the error appears after the dialog"
        return Reading(app, Outcome.REFUSES, reason, payload)
    preset = PRESETS.get(payload.id)
    key = payload.key.reveal()
    effect = Effect(
        # an empty piece between two commas is not a key
        keys=tuple(map(Secret, filter(None, key.split(",")))) if app is App.V1 else (payload.key,),
        is_built_in=preset is not None,
        overrides=preset.api_host if preset and preset.api_host != payload.base_url else None,
        endpoint=_ENDPOINTS.get(payload.type, _CHAT) if app is App.V2 else None,
        new_is_on=app is App.V1 if preset is None else None,
    )
    return Reading(app, Outcome.OPENS, None, payload, effect)


def _text(payload: Payload, name: str) -> str | None:
    value = payload.get(name)
    return value if isinstance(value, str) else None
