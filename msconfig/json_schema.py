"""Validation by `jsonschema`, with messages for people.

`msconfig.schemas` and `msconfig.user_schemas` are its only users.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError, relevance
from jsonschema.protocols import Validator
from jsonschema.validators import extend, validator_for
from jsonschema_specifications import REGISTRY
from referencing.exceptions import Unresolvable

from msconfig import resources
from msconfig.parsing import dumps
from msconfig.problems import Problem
from msconfig.text import shortened
from msconfig.tokens import without_tokens

__all__ = ["UnusableSchema", "is_valid", "problems_by", "schema_problems"]


def schema_problems(value: object, schema: str) -> list[Problem]:
    """Problems of `value` under `schemas/<schema>.schema.json`, the best match first."""
    return _problems(_validator(schema), value)


class UnusableSchema(Exception):
    """A user's schema that is no JSON Schema; the message says why."""


def problems_by(schema: dict[str, Any], value: object) -> list[Problem]:
    """Problems of `value` under a user's schema. References are not fetched.

    Raises:
        UnusableSchema: it is not a JSON Schema.
    """
    try:
        dialect = validator_for(schema, default=Draft202012Validator)
        dialect.check_schema(schema)
        return _problems(dialect(schema, registry=REGISTRY), value)
    except SchemaError as error:
        why = f"not a JSON Schema: {error.json_path}: {shortened(error.message)}"
        raise UnusableSchema(why) from None
    except Unresolvable as error:
        raise UnusableSchema(f"cannot resolve the reference {error.ref or error}") from None
    except RecursionError:
        raise UnusableSchema("its references go round in a circle") from None
    except OverflowError:  # `multipleOf` divides, and a large integer does not fit a float
        return [Problem("$", "holds a number that is too large to be checked")]
    except Exception as error:  # noqa: BLE001 - a faulty keyword makes the library raise anything
        words = shortened(f"{type(error).__name__}: {error}")
        raise UnusableSchema(f"not a JSON Schema that can be used: {words}") from None


def is_valid(value: object, schema: object) -> bool:
    """Whether `schema` allows `value`; see `msconfig.schemas.is_valid`."""
    if not isinstance(schema, dict | bool):
        return False
    try:
        return Draft202012Validator(schema, registry=REGISTRY).is_valid(value)
    except Exception:  # noqa: BLE001 - a faulty keyword makes the library raise anything
        return False


@cache
def _validator(name: str) -> Validator:
    text = (resources.folder("schemas") / f"{name}.schema.json").read_text("utf-8")
    dialect = _Toml if name == "settings" else Draft202012Validator
    return dialect(json.loads(text), registry=REGISTRY)


def _is_whole(_checker: object, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_Toml: type[Validator] = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_whole),
)
"""2.0 is no integer in TOML; in JSON, and so in JSON Schema, it is."""


def _problems(validator: Validator, value: Any) -> list[Problem]:  # noqa: ANN401
    errors = sorted(validator.iter_errors(value), key=relevance, reverse=True)
    return list(dict.fromkeys(Problem(error.json_path, _in_words(error)) for error in errors))


def _in_words(error: ValidationError) -> str:
    phrase = _WORDS.get(str(error.validator))
    try:
        words = phrase(error) if phrase is not None else error.message
    except (TypeError, KeyError):  # a keyword of an older draft takes other values
        words = error.message
    if "propertyNames" in error.absolute_schema_path:
        words = f"the key {shortened(without_tokens(str(error.instance)), 60)!r} {words}"
    return words


def _required(error: ValidationError) -> str:
    missing = [key for key in _list(error.validator_value) if key not in _dict(error.instance)]
    if not missing:
        return error.message
    return f"missing key{'s' if len(missing) > 1 else ''} {_quoted(missing)}"


def _additional(error: ValidationError) -> str:
    schema = _dict(error.schema)
    known = list(_dict(schema.get("properties")))
    patterns = list(_dict(schema.get("patternProperties")))
    unknown = [
        key
        for key in _dict(error.instance)
        if key not in known and not any(re.search(pattern, key) for pattern in patterns)
    ]
    if not unknown:
        return error.message
    near = [difflib.get_close_matches(key[:100], known, 1) for key in unknown]
    if len(unknown) == 1:
        hint = f"; did you mean {near[0][0]!r}?" if near[0] else ""
        return f"unknown key {_quoted(unknown)}{hint}"
    hints = (f" (did you mean {each[0]!r}?)" if each else "" for each in near)
    phrases = (f"{_quoted([key])}{hint}" for key, hint in zip(unknown, hints, strict=True))
    return f"unknown keys {', '.join(phrases)}"


def _type(error: ValidationError) -> str:
    wanted = error.validator_value
    each_wanted = [wanted] if isinstance(wanted, str) else _list(wanted)
    names = " or ".join(_TYPES[each] for each in each_wanted)
    return f"must be {names}, not {_type_of(error.instance)}"


def _enum(error: ValidationError) -> str:
    choices = ", ".join(_spelt(each) for each in _list(error.validator_value))
    near = difflib.get_close_matches(
        str(error.instance)[:100], [str(each) for each in _list(error.validator_value)], 1
    )
    hint = f"did you mean {near[0]}? " if near else ""
    return f"{hint}must be one of {choices}"


def _pattern(error: ValidationError) -> str:
    # our own schemas describe every pattern in words that follow "must be"
    description = _dict(error.schema).get("description")
    return f"must be {description}" if description else f"must match {error.validator_value}"


def _one_of(error: ValidationError) -> str:
    required = [_list(_dict(each).get("required")) for each in _list(error.validator_value)]
    if not all(len(keys) == 1 for keys in required):
        return error.message
    return f"must have exactly one of the keys {_quoted(key for (key,) in required)}"


_WORDS: dict[str, Callable[[ValidationError], str]] = {
    "oneOf": _one_of,
    "required": _required,
    "additionalProperties": _additional,
    "type": _type,
    "enum": _enum,
    "pattern": _pattern,
    "const": lambda error: (
        f"must be {error.validator_value!r}"
        if isinstance(error.validator_value, str)
        else f"must be {dumps(error.validator_value)}"
    ),
    "minLength": lambda error: _at_least(error, "characters"),
    "maxLength": lambda error: f"is longer than {error.validator_value} characters",
    "minItems": lambda error: _at_least(error, "entries"),
    "maxItems": lambda error: (
        f"has {len(_list(error.instance))} entries; at most {error.validator_value} are accepted"
    ),
    "uniqueItems": lambda _: "has an entry twice",
    "minimum": lambda error: f"must be at least {error.validator_value}",
    "maximum": lambda error: f"must be at most {error.validator_value}",
    "exclusiveMinimum": lambda error: f"must be more than {error.validator_value}",
}


def _at_least(error: ValidationError, what: str) -> str:
    least = error.validator_value
    return "must not be empty" if least == 1 else f"must have at least {least} {what}"


def _spelt(value: object) -> str:
    return value if isinstance(value, str) else dumps(value)


_TYPES = {
    "object": "an object",
    "array": "an array",
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


def _type_of(value: object) -> str:
    names: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "true or false"),
        (str, "a string"),
        ((int, float), "a number"),
        (dict, "an object"),
        (list, "an array"),
    )
    return next((name for kind, name in names if isinstance(value, kind)), "null")


def _quoted(keys: Iterable[object]) -> str:
    return ", ".join(repr(shortened(without_tokens(str(key)), 60)) for key in keys)


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
