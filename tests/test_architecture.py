"""docs/architecture.md: the files that it names exist, and its picture has every room."""

from __future__ import annotations

import re
from pathlib import Path

from test_rooms import COMMON, PACKAGE, ROOMS

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
_FILE = re.compile(r"[\w/.-]*\w\.(?:py|toml|json|md|po|j2)(?![\w.])")


def test_every_file_that_the_page_names_exists() -> None:
    named = set(_FILE.findall(PAGE)) - {"msconfig.toml"}
    assert len(named) > 40
    folders = (ROOT, ROOT / "msconfig", ROOT / "docs")
    missing = {each for each in named if not any((folder / each).is_file() for folder in folders)}
    assert missing == set()


def test_the_picture_shows_which_room_may_import_which() -> None:
    picture = PAGE.partition("```text\n")[2].partition("```")[0]
    rows = re.findall(r"^ (\w+) +─► *(.*)$", picture, re.MULTILINE)
    shown = {room: set(others.split()) for room, others in rows}
    packages = {name: ROOMS[name] - COMMON for name in ROOMS if (PACKAGE / name).is_dir()}
    assert shown == packages
    order = list(shown)
    assert all(order.index(room) < order.index(each) for room in shown for each in shown[room])


def test_the_picture_names_every_shared_module() -> None:
    picture = PAGE.partition("```text\n")[2].partition("```")[0]
    shown = picture.partition("shared modules:")[2].split()
    assert shown == sorted(COMMON - {"_version"})


def test_contributing_names_every_room() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = set(re.findall(r"^\| `msconfig/(\w+)/`", page, re.MULTILINE))
    assert named == {name for name in ROOMS if (PACKAGE / name).is_dir()}


def test_the_index_of_decisions_has_each_with_its_title() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) \| \[(.+)\]\((.+)\) \|$", index, re.MULTILINE)
    files = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    heads = [path.read_text("utf-8").splitlines()[0] for path in files]
    assert [f"# {number}. {title}" for number, title, _ in rows] == heads
    assert [name for *_, name in rows] == [path.name for path in files]
