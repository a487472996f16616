"""Words that msconfig does not use: one word for one thing, in names and in prose."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DROPPED = {
    r"fakes?": "mock",
    r"pretend\w*": "mock",
    r"ledgers?": "accounts",
    r"shel(?:f|ves)": "the mechanism's name",
    r"kinship": "similarity",
    r"twins?": "matching model",
    r"echoes": "repeats; redaction",
    r"ways? out": "fallback",
    r"at the door": "the mechanism's name",
    r"nobody(?:'s)?": "no provider, no request, …",
    r"somebody(?:'s)?": "the user, another program, …",
    r"goes before": "takes precedence, overrides",
    r"(?:stands?|stood|standing) in": "is in, replaces",
    r"comes? along": "is included",
    r"(?:make|makes|made|making) a token": "create a token",
}
"""Expression for a word: what to write instead."""

_WORDS = re.compile(rf"(?<!\w)(?:{'|'.join(DROPPED)})(?!\w)", re.IGNORECASE)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
MODULES = sorted(
    [*ROOT.glob("*.py"), *(ROOT / "msconfig").rglob("*.py"), *(ROOT / "docs").rglob("*.py")]
)
PAGES = sorted(
    [
        *(
            ROOT / "README.md",
            ROOT / "CHANGELOG.md",
            ROOT / "CONTRIBUTING.md",
            ROOT / "SECURITY.md",
        ),
        *(ROOT / "RELEASING.md", ROOT / "action.yml", ROOT / ".pre-commit-hooks.yaml"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "schemas").glob("*.json"),
        *(ROOT / "msconfig").rglob("*.toml"),
    ]
)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def dropped_in(text: str) -> tuple[str, ...]:
    """Every dropped word of a prose text, wherever its lines are broken."""
    return tuple(_WORDS.findall(" ".join(text.split())))


@cache
def words_of(identifier: str) -> str:
    """`identifier` as words: ``MockServer_now`` is ``Mock Server now``."""
    return _HUMP.sub(" ", identifier).replace("_", " ").strip()


def dropped_in_code(source: str) -> list[str]:
    """Every dropped word in the names, comments and texts of a module, docstrings included."""
    return [word for text in _texts(source) for word in dropped_in(text)]


def _texts(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):  # a phrase may go on behind a value
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values
            )
    comments: dict[int, str] = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME:
            yield words_of(token.string)
        elif token.type == tokenize.COMMENT:
            comments[token.start[0]] = token.string.lstrip("# ")
    blocks: list[list[str]] = []
    for line, comment in comments.items():
        if blocks and line - 1 in comments:
            blocks[-1].append(comment)
        else:
            blocks.append([comment])
    yield from map(" ".join, blocks)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_uses_no_dropped_word(path: Path) -> None:
    assert dropped_in_code(path.read_text("utf-8")) == []
    assert dropped_in(words_of(path.stem)) == ()


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_page_uses_no_dropped_word(path: Path) -> None:
    assert dropped_in(path.read_text("utf-8")) == ()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        pytest.param("class FakeServer: ...", ["Fake"], id="a name, by case"),
        pytest.param("wait_at_the_door()", ["at the door"], id="a name, by underscores"),
        pytest.param('"it goes "\n"before it"', [], id="two texts"),
        pytest.param('x = "it goes " "before it"', ["goes before"], id="one text in two pieces"),
        pytest.param('"""It stands\n\n    in a file."""', ["stands in"], id="a docstring"),
        pytest.param('f"{x} by nobody"', ["nobody", "nobody"], id="a text with a value"),
        pytest.param("x = 1  # a way\n# out", ["way out"], id="a comment of two lines"),
        pytest.param("def echo(handshake, outstanding): ...", [], id="parts of words"),
    ],
)
def test_words_are_found_in_code(source: str, found: list[str]) -> None:
    assert dropped_in_code(source) == found


def test_every_word_is_found_in_prose() -> None:
    examples = {
        *("fake", "pretends", "ledger", "shelf", "kinship", "twins", "echoes", "way out"),
        *("at the door", "nobody", "somebody's", "goes before", "stands in", "comes along"),
        "make a token",
    }
    assert {word for each in examples for word in dropped_in(f"A\n{each}.")} == examples
    assert len(examples) == len(DROPPED)
