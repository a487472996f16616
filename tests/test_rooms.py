"""Which room may import what."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "msconfig"
COMMON = {
    *("errors", "files", "parsing", "model_ids", "resources", "tokens", "text", "token_sources"),
    "toml_text",
}

ROOMS = {
    "modelscope": COMMON,
    "checking": COMMON | {"modelscope"},
    "cherry": COMMON | {"modelscope"},
    "languages": COMMON,
    "rendering": COMMON | {"modelscope", "checking", "cherry", "languages"},
    "reports": COMMON | {"modelscope", "checking", "cherry", "languages", "rendering"},
    "fake": COMMON | {"modelscope", "checking", "rendering"},
    "settings": COMMON | {"checking", "rendering"},
    "settings_text": COMMON | {"settings"},
    "cli": COMMON
    | {"modelscope", "checking", "cherry", "languages", "rendering", "reports", "fake"}
    | {"settings", "settings_text"},
    "__main__": {"cli"},
    **dict.fromkeys(COMMON, COMMON),
}
"""Room (or module beside the rooms): the rooms that it may know."""

LIBRARIES = {
    "click": {"cli"},
    "fractional_indexing": {"cherry"},
    "prompt_toolkit": {"cli"},
    "rich": {"cli", "reports"},
    "tomlkit": {"settings_text"},
    "httpx": {"modelscope", "fake"},
    "httpcore": {"modelscope"},
    "tenacity": {"modelscope"},
    "rapidfuzz": {"checking"},
    "babel": {"languages"},
    "jinja2": {"rendering"},
    "segno": {"rendering"},
    "markupsafe": {"rendering"},
    "jsonschema": {"rendering"},
    "jsonschema_specifications": {"rendering"},
    "referencing": {"rendering"},
    "pytest_httpserver": {"fake"},
    "werkzeug": {"fake"},
    "pytest": {"fake"},
}
"""Library: the rooms that may import it. Every other import is the standard library."""

FILES = sorted(PACKAGE.rglob("*.py"))


def _room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    """Full names of all modules that `path` imports, late ones too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module
            found.add(node.module)
            if node.module.count(".") < 2 and node.module.startswith("msconfig"):
                found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_knows_only_the_rooms_that_it_may(path: Path) -> None:
    room = _room(path)
    for name in _imports(path):
        parts = name.split(".")
        if parts[0] != "msconfig" or len(parts) == 1:
            continue
        target = parts[1]
        if target in {"__version__", room}:
            continue
        assert target in ROOMS[room], f"{room} imports {name}"
        assert not any(part.startswith("_") for part in parts[2:]), f"{name} is private"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_library_is_imported_only_where_it_belongs(path: Path) -> None:
    for name in _imports(path):
        library = name.split(".")[0]
        if library in LIBRARIES:
            assert _room(path) in LIBRARIES[library], f"{path.name} imports {library}"


def test_httpx_in_the_fake_is_the_offline_transport_alone() -> None:
    users = {path.name for path in FILES if _room(path) == "fake" and "httpx" in _imports(path)}
    assert users == {"offline.py"}
