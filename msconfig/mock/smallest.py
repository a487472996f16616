"""The smallest value that a JSON Schema allows, for answers that nothing else decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from msconfig.parsing import dumps
from msconfig.schemas import is_valid

__all__ = ["NoValue", "smallest_value"]

_MAX_STEPS = 10_000
_Schema: TypeAlias = Mapping[str, Any]
_EXAMPLES = {
    "date": "1970-01-01",
    "date-time": "1970-01-01T00:00:00Z",
    "time": "00:00:00Z",
    "duration": "P0D",
    "email": "a@b.c",
    "hostname": "a",
    "ipv4": "0.0.0.0",  # noqa: S104 - a value, nothing listens there
    "ipv6": "::",
    "uri": "a:",
    "uuid": "00000000-0000-0000-0000-000000000000",
}
"""Strings of a `format`."""
_KEYWORDS = {
    "object": {"properties", "required", "minProperties", "additionalProperties"},
    "array": {"items", "prefixItems", "minItems"},
    "string": {"minLength", "maxLength", "pattern", "format"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
}
"""The type that a schema without `type` is about, by its keywords."""


class NoValue(ValueError):
    """No value was found; a schema with a `pattern`, for example, may allow one all the same."""


def smallest_value(schema: object) -> object:
    """A valid value with no more in it than `schema` requires.

    Raises:
        NoValue: none was found.
    """
    try:
        value = _Search(schema).value(schema, frozenset())
    except NoValue:
        raise
    except (ArithmeticError, AttributeError, RecursionError, TypeError, ValueError):
        raise NoValue("not a JSON Schema that can be used") from None
    if not is_valid(value, schema):
        raise NoValue("no value was found that the schema allows")
    return value


class _Search:
    def __init__(self, root: object) -> None:
        self._root = root
        self._steps = 0

    def value(self, schema: object, open_references: frozenset[str]) -> object:
        self._steps += 1
        if schema is False or self._steps > _MAX_STEPS:
            raise NoValue("the schema allows nothing, or is too large")
        if not isinstance(schema, Mapping):
            return None
        if "const" in schema:
            return schema["const"]
        if isinstance(values := schema.get("enum"), list):
            return _shortest(value for value in values if is_valid(value, self._whole(schema)))
        if isinstance(schema.get("$ref"), str):
            return self._of_reference(schema, open_references)
        if isinstance(parts := schema.get("allOf"), list):
            return self.value(_merged([_without(schema, "allOf"), *parts]), open_references)
        for keyword in ("anyOf", "oneOf"):
            if isinstance(choices := schema.get(keyword), list):
                rest = _without(schema, keyword)
                merged = [_merged([rest, choice]) for choice in choices]
                return self._first(merged, open_references)
        return self._of_type(schema, open_references)

    def _of_reference(self, schema: _Schema, open_references: frozenset[str]) -> object:
        reference = schema["$ref"]
        # a value of a type never needs another of the same type in it to be the smallest
        if reference in open_references:
            raise NoValue("the schema requires itself")
        merged = _merged([self._resolved(reference), _without(schema, "$ref")])
        return self.value(merged, open_references | {reference})

    def _first(self, schemas: Iterable[object], open_references: frozenset[str]) -> object:
        """The shortest of the values of `schemas`."""
        return _shortest(self._possible(schemas, open_references))

    def _possible(
        self, schemas: Iterable[object], open_references: frozenset[str]
    ) -> Iterator[object]:
        for schema in schemas:
            try:
                yield self.value(schema, open_references)
            except NoValue:
                continue

    def _of_type(self, schema: _Schema, open_references: frozenset[str]) -> object:
        kind = schema.get("type", _implied_type(schema))
        if isinstance(kind, list):
            return self._first([{**schema, "type": each} for each in kind], open_references)
        match kind:
            case "object":
                return self._object(schema, open_references)
            case "array":
                return self._array(schema, open_references)
            case "string":
                return _string(schema)
            case "integer" | "number":
                return _number(schema, whole=kind == "integer")
            case "boolean":
                return False
            case _:
                return None

    def _object(self, schema: _Schema, open_references: frozenset[str]) -> dict[str, object]:
        properties = _mapping(schema.get("properties"))
        others = schema.get("additionalProperties", True)
        names = dict.fromkeys(_list(schema.get("required")))
        for name in (*properties, *(f"key{number}" for number in range(100))):
            if len(names) >= schema.get("minProperties", 0):
                break
            names.setdefault(name)
        return {name: self.value(properties.get(name, others), open_references) for name in names}

    def _array(self, schema: _Schema, open_references: frozenset[str]) -> list[object]:
        first = _list(schema.get("prefixItems"))
        least = min(int(schema.get("minItems", 0)), _MAX_STEPS)
        schemas = [*first[:least], *[schema.get("items", True)] * (least - len(first))]
        return [self.value(each, open_references) for each in schemas]

    def _whole(self, schema: _Schema) -> object:
        """`schema` with the definitions that its references may need."""
        root = self._root if isinstance(self._root, Mapping) else {}
        return {**{key: root[key] for key in ("$defs", "definitions") if key in root}, **schema}

    def _resolved(self, reference: str) -> object:
        found: object = self._root
        head, _, path = reference.partition("#")
        if head:
            raise NoValue(f"the reference {reference} leads out of the schema")
        for part in filter(None, path.split("/")):
            key = part.replace("~1", "/").replace("~0", "~")
            if isinstance(found, list) and key.isdigit() and int(key) < len(found):
                found = found[int(key)]
            elif isinstance(found, Mapping) and key in found:
                found = found[key]
            else:
                raise NoValue(f"the reference {reference} leads nowhere")
        return found


def _merged(schemas: list[object]) -> object:
    """One schema that requires what all of `schemas` require, in the common cases."""
    merged: dict[str, Any] = {}
    for schema in schemas:
        if schema is False:
            return False
        for key, value in _mapping(schema).items():
            merged[key] = _both(key, merged[key], value) if key in merged else value
    return merged


def _without(schema: _Schema, keyword: str) -> _Schema:
    return {key: value for key, value in schema.items() if key != keyword}


def _both(key: str, one: Any, other: Any) -> Any:  # noqa: ANN401
    match key:
        case "properties":
            shared = {name: _merged([one[name], other[name]]) for name in one.keys() & other.keys()}
            return {**one, **other, **shared}
        case "required" | "allOf":
            return [*one, *other]
        case "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties":
            return max(one, other)
        case "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties":
            return min(one, other)
        case "type":
            return _common_type(one, other)
        case _:
            return other


def _common_type(one: Any, other: Any) -> Any:  # noqa: ANN401
    firsts, others = (each if isinstance(each, list) else [each] for each in (one, other))
    return [each for each in firsts if each in others] or other


def _shortest(values: Iterable[object]) -> object:
    found = sorted(values, key=lambda value: len(dumps(value)))
    if not found:
        raise NoValue("no value was found that the schema allows")
    return found[0]


def _implied_type(schema: _Schema) -> str:
    return next((kind for kind, keywords in _KEYWORDS.items() if keywords & schema.keys()), "null")


def _string(schema: _Schema) -> str:
    example = _EXAMPLES.get(str(schema.get("format")), "")
    return example.ljust(min(int(schema.get("minLength", 0)), _MAX_STEPS), "a")


def _number(schema: _Schema, *, whole: bool) -> float:
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    step = schema.get("multipleOf", 1 if whole else None)
    limits = [each for each in (low, high, above, below) if each is not None]
    near = [limit + away for limit in limits for away in (-1, 0, 1)]
    if step:
        near += [(limit // step + away) * step for limit in limits for away in (-1, 0, 1)]
    elif limits:
        near.append((min(limits) + max(limits)) / 2)
    bounds: dict[str, Any] = {key: schema[key] for key in _KEYWORDS["number"] if key in schema}
    bounds["type"] = "integer" if whole else "number"
    found = [each for each in (0, *near) if is_valid(each, bounds)]
    if not found:
        raise NoValue("no number was found that the schema allows")
    smallest: float = min(found, key=abs)
    return int(smallest) if whole else smallest


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
