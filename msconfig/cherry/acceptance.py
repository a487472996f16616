"""Would Cherry Studio take a document: its schema, the app's own rules, links by both decoders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, assert_never, cast

from msconfig.cherry import document_rules as rules
from msconfig.cherry.link import (
    LINK_FIELDS,
    Payload,
    decode_base64url,
    decode_v2,
    links_in_lines,
    why_unopenable,
)
from msconfig.parsing import NotJson, loads
from msconfig.problems import Problem
from msconfig.schemas import MAX_BYTES, schema_problems

__all__ = ["Examined", "Form", "examine", "examine_value"]


class Form(StrEnum):
    """A document for Cherry Studio; the value names its schema."""

    PROVIDER_V2 = "provider.v2"
    PROVIDER_V1 = "provider.v1"
    LINKS = "link"


@dataclass(frozen=True, slots=True)
class Examined:
    """What a document holds, and what is wrong with it."""

    value: object = None
    """The parsed document; of links the list of their payloads."""
    errors: tuple[Problem, ...] = ()
    """Best match first."""
    warnings: tuple[Problem, ...] = ()


def examine(raw: bytes, form: Form) -> Examined:
    """Look at the bytes of a document of that form."""
    if len(raw) > MAX_BYTES:
        return _invalid("larger than 8 MiB, which none of msconfig's documents is")
    if form is Form.LINKS:
        return _links(raw)
    try:
        value = loads(raw, unique_keys=True)
    except NotJson as error:
        return _invalid(str(error))
    return examine_value(value, form)


def examine_value(value: object, form: Form) -> Examined:
    """Look at a provider document, or at what one link carries, once it is parsed."""
    problems = schema_problems(value, form)
    if problems:
        return Examined(value, tuple(problems))
    found = _findings(cast("dict[str, Any]", value), form)
    return Examined(value, tuple(found.errors), tuple(found.warnings))


def _links(raw: bytes) -> Examined:
    try:
        links = links_in_lines(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return _invalid(f"not UTF-8 (byte {error.start})")
    if not links:
        return _invalid("empty")
    payloads: list[object] = []
    errors: list[Problem] = []
    warnings: list[Problem] = []
    for index, pasted in enumerate(links):
        place = f"$[{index}]"
        link = pasted.text
        if not pasted.is_whole:
            warnings.append(Problem(place, "the text around the link is left out"))
        reason = why_unopenable(link)
        if reason is not None:
            errors.append(Problem(place, reason))
            continue
        opened = decode_v2(link)
        if fields := _others_in_base64url(link, opened):
            message = "its data has - or _; if that is base64url, Cherry Studio reads another "
            warnings.append(Problem(place, message + " and ".join(fields)))
        payload = examine_value(opened, Form.LINKS)
        payloads.append(payload.value)
        errors += map(_under(place), payload.errors)
        warnings += map(_under(place), payload.warnings)
    return Examined(payloads, tuple(errors), tuple(warnings))


def _others_in_base64url(link: str, opened: Payload) -> list[str]:
    """The fields of a link that opens, which would have another value if read as base64url."""
    other = decode_base64url(link)
    if other is None:
        return []
    return [name for name in LINK_FIELDS if opened.get(name) != other.get(name)]


def _findings(document: dict[str, Any], form: Form) -> rules.Findings:
    match form:
        case Form.PROVIDER_V2:
            return rules.of_provider_v2(document)
        case Form.PROVIDER_V1:
            return rules.of_provider_v1(document)
        case Form.LINKS:
            return rules.of_link(document)
        case _:
            assert_never(form)


def _under(place: str) -> Callable[[Problem], Problem]:
    return lambda problem: Problem(place + problem.path.removeprefix("$"), problem.message)


def _invalid(message: str) -> Examined:
    return Examined(errors=(Problem("$", message),))
