"""Documents that are valid and documents that are not: every file in `tests/examples/`.

`valid/<schema>/NAME.ext` has no error, and exactly the warnings in `NAME.warnings` if there is one.
`invalid/<schema>/NAME.ext` has exactly the problems in `NAME.expected`, the best match first.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from msconfig import resources
from msconfig.documents.recognise import Document, DocumentKind, read_document
from msconfig.parsing import loads
from msconfig.problems import Problem
from msconfig.schemas import schema_problems

KINDS = frozenset(DocumentKind)
EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
SCHEMAS = sorted(
    path.name.removesuffix(".schema.json") for path in resources.folder("schemas").iterdir()
)


def examples(which: str) -> list[Path]:
    beside = {".expected", ".warnings"}
    files = (path for path in (EXAMPLES / which).rglob("*") if path.is_file())
    return sorted(path for path in files if path.suffix not in beside)


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def read(path: Path) -> Document:
    """What `msconfig validate` sees; of a document that it does not read, what its schema says."""
    schema = path.parent.name
    if schema in KINDS:
        return read_document(path)
    value = loads(path.read_bytes())
    return Document(None, value, tuple(schema_problems(value, schema)))


def told(problems: Sequence[Problem]) -> list[str]:
    return [f"{problem.path}: {problem.message}" for problem in problems]


def lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines() if path.exists() else []


@pytest.mark.parametrize("path", examples("valid"), ids=name_of)
def test_a_valid_example_is_recognised_without_an_error(path: Path) -> None:
    document = read(path)
    assert told(document.errors) == []
    assert document.kind == (path.parent.name if path.parent.name in KINDS else None)
    assert told(document.warnings) == lines(path.with_suffix(".warnings"))


@pytest.mark.parametrize("path", examples("invalid"), ids=name_of)
def test_an_invalid_example_has_exactly_its_expected_problems(path: Path) -> None:
    document = read(path)
    assert told(document.errors) == lines(path.with_suffix(".expected")) != []
    assert document.kind in {None, path.parent.name}


def test_every_document_that_is_recognised_has_a_schema() -> None:
    assert set(SCHEMAS) >= KINDS


@pytest.mark.parametrize("schema", SCHEMAS)
@pytest.mark.parametrize(("which", "least"), [("valid", 1), ("invalid", 3)])
def test_every_schema_has_examples(schema: str, which: str, least: int) -> None:
    assert sum(path.parent.name == schema for path in examples(which)) >= least


def test_nothing_that_stands_beside_an_example_is_left_without_it() -> None:
    named = {path.with_suffix("") for which in ("valid", "invalid") for path in examples(which)}
    beside = [*EXAMPLES.rglob("*.expected"), *EXAMPLES.rglob("*.warnings")]
    assert [path for path in beside if path.with_suffix("") not in named] == []
