"""Which room may import what."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from msconfig.cli.app import COMMANDS

PACKAGE = Path(__file__).resolve().parent.parent / "msconfig"
COMMON = {
    *("_version", "clock", "command_name", "errors", "files", "files_read", "json_schema"),
    *("model_ids", "parsing", "pasted_ids", "problems", "resources", "schemas", "text"),
    *("tokens", "user_schemas", "windows_names"),
}

ROOMS = {
    "modelscope": COMMON,
    "checking": COMMON | {"modelscope"},
    "cherry": COMMON | {"modelscope"},
    "languages": COMMON,
    "scanning": COMMON,
    "settings": COMMON | {"checking"},
    "documents": COMMON | {"cherry", "settings"},
    "rendering": COMMON | {"modelscope", "checking", "cherry", "languages"},
    "mock": COMMON | {"modelscope", "checking"},
    "testing": {"mock"},
    "operations": COMMON
    | {"modelscope", "checking", "cherry", "languages", "rendering", "settings", "mock"}
    | {"scanning"},
    "reports": COMMON
    | {"modelscope", "checking", "cherry", "languages", "rendering", "documents", "mock"}
    | {"operations"},
    "cli": COMMON
    | {"modelscope", "checking", "cherry", "languages", "settings", "documents", "rendering"}
    | {"mock", "operations", "reports", "scanning"},
    "__init__": COMMON
    | {"modelscope", "checking", "cherry", "settings", "rendering", "operations"},
    "__main__": {"cli"},
    **dict.fromkeys(COMMON, COMMON),
}
"""Room (or module beside the rooms): the rooms that it may know."""

LIBRARIES = {
    "click": {"cli"},
    "prompt_toolkit": {"cli"},
    "rich": {"cli", "reports"},
    "tomlkit": {"settings"},
    "dotenv": {"scanning"},
    "tree_sitter": {"scanning"},
    "tree_sitter_json": {"scanning"},
    "tree_sitter_toml": {"scanning"},
    "yaml": {"scanning"},
    "httpx": {"modelscope"},
    "httpcore": {"modelscope"},
    "babel": set(),
    "polib": set(),
    "jinja2": {"rendering"},
    "segno": {"rendering"},
    "markupsafe": {"rendering"},
    "jsonschema": {"json_schema"},
    "jsonschema_specifications": {"json_schema"},
    "referencing": {"json_schema"},
    "pytest_httpserver": {"mock"},
    "werkzeug": {"mock"},
    "pytest": {"mock"},
}
"""Library: the rooms that may import it. Every other import is the standard library."""

FILES = sorted(PACKAGE.rglob("*.py"))


def _room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


@cache
def _imports(path: Path) -> frozenset[str]:
    """Full names of all modules that `path` imports, in functions and for types too."""
    found: set[str] = set()
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module
            found.add(node.module)
            if node.module.split(".")[0] == "msconfig":
                found.update(f"{node.module}.{alias.name}" for alias in node.names)
                if all(_is_module(f"{node.module}.{alias.name}") for alias in node.names):
                    found.remove(node.module)  # a package that is only the way to its modules
    return frozenset(found)


def _is_module(name: str) -> bool:
    path = PACKAGE.parent.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_knows_only_the_rooms_that_it_may(path: Path) -> None:
    room = _room(path)
    for name in _imports(path):
        parts = name.split(".")
        if parts[0] != "msconfig" or len(parts) == 1:
            continue
        target = parts[1]
        is_module = (PACKAGE / target).is_dir() or (PACKAGE / f"{target}.py").is_file()
        if target == room or not is_module:
            continue
        assert target in ROOMS[room], f"{room} imports {name}"
        assert not any(re.match("_(?!_)", part) for part in parts[2:]), f"{name} is private"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_library_is_imported_only_where_it_belongs(path: Path) -> None:
    for name in _imports(path):
        library = name.split(".")[0]
        if library in LIBRARIES:
            assert _room(path) in LIBRARIES[library], f"{path.name} imports {library}"


def test_no_module_imports_itself_through_others() -> None:
    """Circles, late imports and those for types included."""
    modules = {_name(path): path for path in FILES}
    arrows = {name: _imports(path) & modules.keys() for name, path in modules.items()}
    for start, first in arrows.items():
        reached: set[str] = set()
        waiting = [*first]
        while waiting:
            name = waiting.pop()
            assert name != start, f"{start} imports itself"
            if name not in reached:
                reached.add(name)
                waiting += arrows[name]


def test_a_file_name_stands_for_one_thing() -> None:
    """A base name is in several rooms only for a command, which each layer has a file for."""
    rooms: dict[str, set[str]] = {}
    for path in FILES:
        if not path.name.startswith("__"):
            rooms.setdefault(path.stem, set()).add(_room(path))
    shared = {name for name, found in rooms.items() if len(found) > 1}
    assert shared <= {*COMMANDS, "init"}, shared - {*COMMANDS}
