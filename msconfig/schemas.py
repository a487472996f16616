"""Documents and their schemas: reading and validating.

`jsonschema` is loaded when the first document is validated: most runs validate none, and it takes
as long to import as all of msconfig.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msconfig.files import read_at_most
from msconfig.files_read import FilesRead
from msconfig.parsing import loads, parse_time
from msconfig.problems import Problem
from msconfig.text import as_utf8

MAX_BYTES = 8 * 1024 * 1024
"""The largest document that msconfig reads."""


@dataclass(frozen=True, slots=True)
class Validated:
    """A file, parsed and validated."""

    value: dict[str, Any]
    """Empty where it is not even an object."""
    problems: tuple[Problem, ...]
    """Best match first."""
    text: str
    """The file as it was read, without a byte order mark."""


def read_validated(
    path: Path,
    schema: str,
    parse: Callable[[bytes], object] | None = None,
    files_read: FilesRead | None = None,
) -> Validated:
    """Read a file of at most 8 MiB and validate it.

    Args:
        path: the file.
        schema: ``schemas/<schema>.schema.json``.
        parse: from its bytes to a value, or a `ValueError`; None reads JSON.
        files_read: takes the file as it was read.

    Raises:
        FileError: it cannot be read.
    """
    raw = read_at_most(path, MAX_BYTES)
    if files_read is not None:
        files_read.add(str(path), raw)
    if len(raw) <= MAX_BYTES:
        raw = as_utf8(raw)
    text = raw.decode("utf-8-sig", "replace")
    if len(raw) > MAX_BYTES:
        return Validated({}, (Problem("$", "larger than 8 MiB"),), "")
    try:
        value = parse(raw) if parse else loads(raw, unique_keys=True)
    except ValueError as error:
        return Validated({}, (Problem("$", str(error)),), text)
    problems = tuple(schema_problems(value, schema))
    return Validated(value if isinstance(value, dict) else {}, problems, text)


def time_problems(document: Mapping[str, Any], *keys: str) -> list[Problem]:
    """Times that the schema's pattern accepts and that no calendar has, such as February 30."""
    problems = []
    for key in keys:
        try:
            parse_time(document.get(key, "2026-01-01"))
        except ValueError:
            problems.append(Problem(f"$.{key}", "is a time that the calendar does not have"))
    return problems


def schema_problems(value: object, schema: str) -> list[Problem]:
    """Problems of `value` under `schemas/<schema>.schema.json`, the best match first."""
    from msconfig import json_schema  # noqa: PLC0415 - loads jsonschema

    return json_schema.schema_problems(value, schema)


def is_valid(value: object, schema: object) -> bool:
    """Whether a caller's `schema` allows `value`; False if it is no usable JSON Schema.

    References are not fetched.
    """
    from msconfig import json_schema  # noqa: PLC0415 - loads jsonschema

    return json_schema.is_valid(value, schema)
