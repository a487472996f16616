"""The shape of a reply: its parts without any of their content, so that it can be published.

Nothing that a server can choose gets into a shape, except the names of fields, and of those only
names that msconfig knows or that are plain words and occur nowhere as a value.
"""

from __future__ import annotations

import base64
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path

from msconfig.modelscope._call_errors import meaning
from msconfig.modelscope._event_stream import EventStream
from msconfig.modelscope._reading import error_beside_answer, error_in, is_page
from msconfig.modelscope._redaction import is_part_of
from msconfig.modelscope.http_interface import Reply
from msconfig.parsing import NotJson, loads
from msconfig.tokens import Secret

__all__ = ["FieldNames", "Shape", "is_data", "shape_of"]

_UNKNOWN_NAME = re.compile(r"[A-Za-z][A-Za-z_]{0,39}", re.ASCII)
_MOST_UNKNOWN = 20
"""Unknown names that are shown of a reply."""
_MOST_FIELDS = 60
_DEEPEST = 6
_MOST_ITEMS = 200
"""Items of a list, and events of a stream, that are looked at."""
_SHORTEST_IN_ACCOUNT = 3
"""Characters of a field's name that is looked for inside the values of an account."""

_MEDIA_TYPES = frozenset(
    {
        *("application/json", "application/problem+json", "application/xml", "text/xml"),
        *("application/octet-stream", "application/xhtml+xml"),
        *("text/event-stream", "text/html", "text/plain"),
    }
)


@cache
def _known(group: str) -> frozenset[str]:
    """The names of ``fields`` or ``codes`` in `known_names.toml`."""
    text = Path(__file__).with_name("known_names.toml").read_text("utf-8")
    return frozenset(name for names in tomllib.loads(text)[group].values() for name in names)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a reply consists of."""

    status: int
    content_type: str
    """A media type that msconfig knows; "another type", "no type"."""
    fields: tuple[tuple[str, str], ...] = ()
    """Path and JSON types of each field, as in ``data[].id`` and ``string``."""
    others: int = 0
    """Fields whose names are not shown."""
    errors: tuple[str, ...] = ()
    """Names of known codes and texts of errors; "another error" for any that is not known."""


class FieldNames:
    """Decides which names of fields may be shown. It remembers the values of all replies so far.

    Args:
        secrets: of which no part may be shown, in no encoding.
    """

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._secrets = tuple(secrets)
        self._values: set[str] = set()
        self._of_account: set[str] = set()

    def remember(self, reply: Reply, *, of_account: bool = False) -> None:
        """Show no field whose name is a value in `reply`, nor, of an account, a part of one."""
        for text in (each for value in _values(reply) for each in _texts(value)):
            self._values.add(text.casefold())
            if of_account:
                self._of_account |= {each.casefold() for each in _spellings(text)}

    def may_show(self, name: str) -> bool:
        """Whether a field of that name may be shown by it."""
        if name in _known("fields"):
            return True
        if not _UNKNOWN_NAME.fullmatch(name):
            return False
        folded = name.casefold()
        if folded in self._values or is_part_of(folded, self._secrets):
            return False
        is_long = len(folded) >= _SHORTEST_IN_ACCOUNT
        return not (is_long and any(folded in text for text in self._of_account))


def shape_of(reply: Reply, names: FieldNames, model_id: str) -> Shape:
    """The shape of `reply`.

    Args:
        reply: of any status and content.
        names: decides which names of fields are shown.
        model_id: the model that it is about, which error texts name.
    """
    values = _values(reply)
    fields = _Fields(names.may_show)
    errors: dict[str, None] = {}
    for value in values:
        fields.take("", value, 0)
        errors |= dict.fromkeys(_errors(value, reply.status, model_id))
    return Shape(
        reply.status,
        _media_type(reply.content_type),
        tuple((path, "|".join(sorted(types))) for path, types in fields.types.items()),
        fields.others,
        tuple(errors),
    )


def is_data(reply: Reply) -> bool:
    """Whether a reply is one of a service: JSON, or a refusal without a page.

    A page and a redirect are what a sign-in or a firewall gives in place of every reply.
    """
    is_redirect = HTTPStatus.MULTIPLE_CHOICES <= reply.status < HTTPStatus.BAD_REQUEST
    return not (is_page(reply) or is_redirect)


def _media_type(content_type: str) -> str:
    media_type = content_type.partition(";")[0].strip().lower()
    if not media_type:
        return "no type"
    return media_type if media_type in _MEDIA_TYPES else "another type"


def _values(reply: Reply) -> list[object]:
    """The JSON of a reply, or of the events of a stream; none if there is none."""
    try:
        return [loads(reply.body)]
    except NotJson:
        pass
    found: list[object] = []
    for event in EventStream().feed(reply.body):
        try:
            found.append(loads(event.data))
        except NotJson:
            continue
        if len(found) == _MOST_ITEMS:
            break
    return found


def _texts(value: object) -> Iterator[str]:
    """All texts and numbers in a JSON value, without the names of fields."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _spellings(text: str) -> Iterator[str]:
    """`text`, and what it is backwards and in base64."""
    yield text
    yield text[::-1]
    yield base64.b64encode(text.encode("utf-8", "surrogatepass")).decode("ascii")


def _errors(value: object, status: int, model_id: str) -> Iterator[str]:
    error = error_beside_answer(value)
    if error is None and isinstance(value, dict) and value.get("success") is False:
        error = error_in({**value, "message": "none"})  # a code alone
    if error is None:
        return
    known = sorted(error.codes & _known("codes"))
    yield from known
    meant = meaning(status, error, model_id)
    if meant is not None:
        yield meant.outcome.value
    elif not known:
        yield "another error"


class _Fields:
    """The fields of a reply, the same ones of a list's items together."""

    def __init__(self, may_show: Callable[[str], bool]) -> None:
        self.types: dict[str, set[str]] = {}
        self.others = 0
        self._may_show = may_show
        self._unknown: set[str] = set()

    def take(self, path: str, value: object, depth: int) -> None:
        if depth > _DEEPEST:
            return
        if isinstance(value, list):
            for each in value[:_MOST_ITEMS]:
                self.take(f"{path}[]", each, depth + 1)
        elif isinstance(value, dict):
            for name, each in value.items():
                if self._is_shown(name):
                    self._add(f"{path}.{name}" if path else name, each, depth)
                else:
                    self.others += 1

    def _is_shown(self, name: str) -> bool:
        if not self._may_show(name):
            return False
        if name in _known("fields") or name in self._unknown:
            return True
        if len(self._unknown) >= _MOST_UNKNOWN:
            return False
        self._unknown.add(name)
        return True

    def _add(self, path: str, value: object, depth: int) -> None:
        if path not in self.types and len(self.types) >= _MOST_FIELDS:
            self.others += 1
            return
        self.types.setdefault(path, set()).add(_type(value))
        self.take(path, value, depth + 1)


def _type(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"
