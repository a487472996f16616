"""What `msconfig link` reports: links written, read, and opened in the browser."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msconfig.cherry.link import PREFIX
from msconfig.cherry.link_reading import Effect, LinkPayload, Outcome, Reading
from msconfig.cherry.provider import Configuration
from msconfig.command_name import command
from msconfig.documents.links_file import DecodedLink, LinksFile
from msconfig.errors import ExitCode
from msconfig.parsing import dumps
from msconfig.text import counted, shortened, visible, wrapped
from msconfig.tokens import Secret, without_tokens

__all__ = [
    "decoded_as_json",
    "decoded_as_text",
    "encoded_masked",
    "encoded_to_file",
    "opened",
    "payload_in_words",
]


# --- encode


def encoded_masked(configuration: Configuration) -> str:
    """The links as a terminal may see them."""
    return "".join(f"{PREFIX}v=1&data=…\n  {key}\n" for key in _keys(configuration))


def encoded_to_file(configuration: Configuration, path: Path) -> str:
    """What was written, and the next step."""
    count = len(configuration.api_keys)
    name = visible(str(path))
    lines = [f"✓ {counted(count, 'link')} written to {name}:"]
    lines += [f"  {key}" for key in _keys(configuration)]
    lines += ["", f"Next: {command('link open')} {name}", "It holds the key: delete it after use."]
    return "\n".join(lines) + "\n"


def _keys(configuration: Configuration) -> list[str]:
    provider = visible(configuration.provider.id)
    return [
        f"{visible(each.key.masked)} ({each.key.fingerprint}) for {provider}"
        for each in configuration.api_keys
    ]


# --- open


def payload_in_words(payload: LinkPayload) -> str:
    """Which key a link carries to which provider, in one line."""
    key = f"{payload.key.masked} ({payload.key.fingerprint})" if payload.key else "no key"
    provider = payload.without_key(f"{payload.id} at {payload.base_url}")
    return visible(f"{key} → {provider}")


def opened(file: LinksFile, payloads: Sequence[LinkPayload], *, is_file: bool) -> str:
    """That the links were shown, and what to do in the app.

    Args:
        file: the links.
        payloads: what they carry.
        is_file: whether they came from a file, which holds the key until it is deleted.
    """
    count = len(file.links)
    names = ", ".join(dict.fromkeys(visible(each.without_key(each.id or "")) for each in payloads))
    steps = [
        f"switch {names} on in the app: Settings, Model Provider",
        "add the models there, by their ids",
    ]
    if is_file:
        steps.insert(0, f"delete {visible(file.name)}: it holds the key")
    lines = [
        f"✓ {count} link{'s were' if count > 1 else ' was'} shown in the browser.",
        "",
        "Next:",
    ]
    lines += [f"  {number}. {step}." for number, step in enumerate(steps, 1)]
    return "\n".join(lines) + "\n"


# --- decode, without the key


def _shown(text: str, payload: LinkPayload | None) -> str:
    """`text` as anybody may see it, on one line."""
    hidden = payload.without_key(text) if payload else text
    return shortened(visible(without_tokens(hidden)))


def _masked(key: Secret) -> str:
    return f"{visible(key.masked)} (fingerprint {key.fingerprint})"


# --- decode, for a person

_RULES = (
    "The app asks before it stores a key, and its OK stays grey where the key is there already at"
    " the same address. No link carries models, and none switches on a provider that is there"
    " already: that is up to you."
)


def decoded_as_text(file: LinksFile, width: int, *, with_rules: bool) -> str:
    """What each version of the app does with each link; keys are masked."""
    lines = _wrapped("", _verdict(file), width)
    for link in file.links:
        lines += ["", *_link(link, width)]
    if with_rules and any(link.opens for link in file.links):
        lines += ["", *_wrapped("", _RULES, width)]
    return "\n".join(lines) + "\n"


def _verdict(file: LinksFile) -> str:
    total = len(file.links)
    dead = sum(not link.opens for link in file.links)
    halves = sum(link.opens and not _opens_in_both(link) for link in file.links)
    flawed = sum(_opens_in_both(link) and not link.is_good for link in file.links)
    counts = {"in no version": dead, "in one version alone": halves, "but {} not valid": flawed}
    if any(counts.values()):
        parts = [_opening(count, how) for how, count in counts.items() if count]
        if total == 1:
            return f"✗ The link {parts[0].removeprefix('1 ')}."
        return f"✗ Of {counted(total, 'link')}: {', '.join(parts)}."
    warnings = sum(len(link.warnings) for link in file.links)
    words = "The link opens" if total == 1 else f"All {total} links open"
    return f"! {words}, with {counted(warnings, 'warning')}." if warnings else f"✓ {words}."


def _opening(count: int, how: str) -> str:
    is_one = count == 1
    return f"{count} {'opens' if is_one else 'open'} {how.format('is' if is_one else 'are')}"


def _opens_in_both(link: DecodedLink) -> bool:
    return all(reading.outcome is Outcome.OPENS for reading in link.readings)


def _link(link: DecodedLink, width: int) -> list[str]:
    lines = [f"Line {link.line}"]
    payloads = list(dict.fromkeys(each.payload for each in link.readings if each.payload))
    for payload in payloads:
        whose = [each.app for each in link.readings if each.payload == payload]
        if len(whose) < len(link.readings):
            lines.append(f"  as {whose[0]} reads it:")
        lines += _fields(payload)
    if not all(each.outcome is Outcome.NOTHING for each in link.readings):  # the error says it all
        for reading in link.readings:
            lines += _wrapped(f"  {reading.app}  ", _does(reading), width)
    first = payloads[0] if payloads else None
    for mark, problems in (("✗", link.errors), ("!", link.warnings)):
        for words in problems:
            lines += _wrapped(f"  {mark}   ", _shown(words, first), width)
    return lines


def _wrapped(head: str, words: str, width: int) -> list[str]:
    return wrapped(words, min(width, 80), first=head, later=" " * len(head))


def _fields(payload: LinkPayload) -> list[str]:
    fields = {
        "provider": payload.id,
        "name": payload.name,
        "address": payload.base_url,
        "type": payload.type,
    }
    lines = [f"  {name:9} {_shown(text, payload)}" for name, text in fields.items() if text]
    if payload.key is not None and payload.key.reveal():
        lines.append(f"  {'key':9} {_masked(payload.key)}")
    return lines


def _does(reading: Reading) -> str:
    match reading.outcome:
        case Outcome.NOTHING:
            return f"opens nothing: {_shown(reading.reason or '', None)}"
        case Outcome.REFUSES:
            return f"refuses it: {reading.reason}"
        case Outcome.UNKNOWN:
            return f"it is not known what it does: {reading.reason}"
        case Outcome.OPENS:
            return _stores(reading.effect, reading.payload) if reading.effect else ""


def _stores(effect: Effect, payload: LinkPayload | None) -> str:
    many = len(effect.keys) > 1
    words = ["adds " + (f"{len(effect.keys)} keys, split at the commas" if many else "one key")]
    if effect.endpoint is not None:
        words.append(f"calls the address by {effect.endpoint}")
        if effect.is_built_in:
            words.append("drops other overrides of the provider's addresses")
    if effect.overrides is not None:
        words.append(
            f"keeps the address as an override of the built-in {_shown(effect.overrides, payload)}"
        )
    if effect.new_is_on is None:
        words.append("leaves the built-in provider on or off, as it is")
    else:
        on = "on" if effect.new_is_on else "off"
        words.append(f"creates the provider, switched {on}, unless it is there")
    return "; ".join(words)


# --- decode, for a program


def decoded_as_json(file: LinksFile, code: ExitCode) -> str:
    """`schemas/decoded-link.schema.json`."""
    links = [_link_as_json(link) for link in file.links]
    return dumps({"schema_version": 1, "links": links, "exit_code": int(code)}, indent=2) + "\n"


def _link_as_json(link: DecodedLink) -> dict[str, Any]:
    payload = next((each.payload for each in link.readings if each.payload), None)
    return {
        "line": link.line,
        "opens": link.opens,
        "errors": [_shown(words, payload) for words in link.errors],
        "warnings": [_shown(words, payload) for words in link.warnings],
        "versions": [_reading_as_json(reading) for reading in link.readings],
    }


def _reading_as_json(reading: Reading) -> dict[str, Any]:
    return {
        "version": reading.app,
        "outcome": reading.outcome,
        **({"reason": _shown(reading.reason, reading.payload)} if reading.reason else {}),
        **({"payload": _payload_as_json(reading.payload)} if reading.payload else {}),
        **({"effect": _effect_as_json(reading.effect)} if reading.effect else {}),
    }


def _payload_as_json(payload: LinkPayload) -> dict[str, Any]:
    fields = {
        "id": payload.id,
        "baseUrl": payload.base_url,
        "name": payload.name,
        "type": payload.type,
    }
    return {
        **{name: _shown(text, payload) for name, text in fields.items() if text is not None},
        **({"key": _key_as_json(payload.key)} if payload.key is not None else {}),
        "not_read": [_shown(name, payload) for name in payload.further],
    }


def _effect_as_json(effect: Effect) -> dict[str, Any]:
    return {
        "keys": [_key_as_json(key) for key in effect.keys],
        "is_built_in": effect.is_built_in,
        "overrides": effect.overrides,
        "endpoint": effect.endpoint,
        "new_is_on": effect.new_is_on,
    }


def _key_as_json(key: Secret) -> dict[str, str]:
    return {"masked": key.masked, "fingerprint": key.fingerprint}
