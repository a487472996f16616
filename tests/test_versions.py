"""The versions that `pyproject.toml` allows: of Python, and of libraries."""

from __future__ import annotations

import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
BUILD = [Requirement(each) for each in PROJECT["build-system"]["requires"]]
DECLARED = [
    Requirement(each)
    for each in chain(
        PROJECT["project"]["dependencies"],
        *PROJECT["project"]["optional-dependencies"].values(),
    )
    if not each.startswith("msconfig[")
]


def pinned(file: str) -> dict[str, Version]:
    """Version by name, of a file with one `name==version` a line."""
    lines = re.findall(
        r"^([\w.-]+)(?:\[[\w,]+\])?==([^\s;\\]+)", (ROOT / file).read_text(), re.MULTILINE
    )
    return {name.lower().replace("_", "-"): Version(version) for name, version in lines}


@pytest.mark.parametrize("requirement", [*BUILD, *DECLARED], ids=str)
def test_each_has_a_lowest_version_which_the_gate_runs(requirement: Requirement) -> None:
    assert [each.operator for each in requirement.specifier].count(">=") == 1


@pytest.mark.parametrize("requirement", [*BUILD, *DECLARED], ids=str)
def test_the_pinned_version_is_allowed(requirement: Requirement) -> None:
    assert pinned(".ci/requirements.txt")[requirement.name] in requirement.specifier


def test_an_upper_bound_has_its_reason_in_contributing() -> None:
    """Any other would refuse a release that works."""
    bounded = {
        each.name: spec.version
        for each in [*BUILD, *DECLARED]
        for spec in each.specifier
        if spec.operator != ">="
    }
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    reasons = re.findall(r"^\| ([\w-]+) [^\n]*\bbelow (\d[\d.]*), because", page, re.MULTILINE)
    assert bounded == dict(reasons)


def test_no_bound_lets_in_the_pre_releases_of_what_it_excludes() -> None:
    """`1.0.dev6` of httpx lacks what msconfig imports."""
    (httpx,) = {each.specifier for each in DECLARED if each.name == "httpx"}
    assert not httpx.contains("1.0.dev6", prereleases=True)


def test_python_has_a_lowest_version_and_no_upper_one() -> None:
    """An upper one makes installers go back to an older release of msconfig."""
    assert PROJECT["project"]["requires-python"] == f">={stated()[0]}"
    assert PROJECT["tool"]["ruff"]["target-version"] == f"py{stated()[0].replace('.', '')}"


def test_the_stated_pythons_are_those_that_a_release_is_tried_on() -> None:
    page = (ROOT / "RELEASING.md").read_text("utf-8")
    commands = re.findall(r"`nox -s versions -- ([^`]+)`", page)
    tried = {each for each in commands[0].split() if each != "lowest"}
    assert (len(commands), tried) == (1, set(stated()))


def stated() -> list[str]:
    """The Pythons of the classifiers, the oldest first."""
    mark = "Programming Language :: Python :: 3."
    minors = sorted(
        int(each.removeprefix(mark))
        for each in PROJECT["project"]["classifiers"]
        if each.startswith(mark)
    )
    return [f"3.{minor}" for minor in minors]
