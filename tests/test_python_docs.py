"""docs/python.md: its examples run, offline and against the mock, and it names the whole API."""

from __future__ import annotations

import doctest
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

import msconfig
from backups import make_v7
from msconfig import clock, testing
from msconfig.errors import MsconfigError

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "python.md").read_text("utf-8")
NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)
"""A day on which the bundled facts were fresh."""
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_every_example_gives_what_the_page_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """One after another, in an empty folder with a backup of Cherry Studio."""
    monkeypatch.setattr(clock, "utc_now", lambda: NOW)
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", "ms-unused-by-every-example-0001")
    make_v7(Path("cherry-studio.zip"), messages=10)
    names: dict[str, object] = {}
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS, verbose=False)
    parser = doctest.DocTestParser()
    output: list[str] = []
    for number, example in enumerate(EXAMPLES, start=1):
        test = parser.get_doctest(example, names, f"example {number}", "docs/python.md", 0)
        assert test.examples
        runner.run(test, out=output.append, clear_globs=False)
        names = test.globs
    assert len(EXAMPLES) > 8
    assert runner.failures == 0, "".join(output)


def test_the_page_names_everything_that_is_public() -> None:
    words = set(re.findall(r"`(\w+)`", PAGE.partition("## All names")[2]))
    assert words >= {*msconfig.__all__, *testing.__all__}
    assert words - {*msconfig.__all__, *testing.__all__} <= {"msconfig", "testing"}


def test_the_table_of_errors_is_the_tree_of_the_code() -> None:
    rows = re.findall(r"^\| `(\w+Error)` \| (\d+) \|", PAGE, re.MULTILINE)
    found = {}
    waiting = list(MsconfigError.__subclasses__())
    for error in waiting:
        waiting += error.__subclasses__()
        if error.__module__ == "msconfig.errors":
            found[error.__name__] = str(int(error.exit_code))
    assert dict(rows) == found
