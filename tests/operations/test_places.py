"""Places relative to the repository: by variables, by ``.git``, through symbolic links."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from msconfig.checking.report import ModelResult, Report, Status
from msconfig.model_ids import Location
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from msconfig.operations.places import find_repository, in_repository, in_working_folder

AT = datetime(2026, 10, 7, tzinfo=UTC)


def report_on(*files: str, given: str | None = None) -> Report:
    """A report on one failing id with a place in each of `files`."""
    places = tuple(Location(file, 3, 5, given) for file in files)
    first = Location(files[0], 3, 5)
    failing = ModelResult(
        *("a/b", Status.NOT_ENABLED, Kind.CHAT, "reason"), location=first, locations=places
    )
    return Report(Site.CN, AT, (), (failing,))


def files_in(report: Report) -> list[str]:
    (model,) = report.models
    files = [each.file for each in model.locations]
    assert (model.location.file if model.location else None) == next(iter(files), None)
    return files


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "work" / "repository"
    (root / "sub" / "deep").mkdir(parents=True)
    (root / ".git").mkdir()
    return root


@pytest.mark.parametrize(
    ("folder", "file", "expected"),
    [
        (".", "models.txt", "models.txt"),
        (".", "./a/models.txt", "a/models.txt"),
        ("sub", "models.txt", "sub/models.txt"),
        ("sub/deep", "../../models.txt", "models.txt"),
        ("sub", "{root}/a/b.txt", "a/b.txt"),
        ("sub", "with blank,:%.txt", "sub/with blank,:%.txt"),
        ("sub", "../../outside.txt", None),
        (".", "/outside.txt", None),
        ("sub", "-", "-"),
    ],
)
def test_a_place_is_relative_to_the_folder_with_git(
    repository: Path, folder: str, file: str, expected: str | None
) -> None:
    found = find_repository({}, repository / folder)
    assert found.root == repository.resolve()
    placed = in_repository(report_on(file.format(root=repository)), found)
    assert files_in(placed) == ([expected] if expected else [])


def test_a_worktree_has_git_as_a_file(repository: Path) -> None:
    tree = repository.parent / "tree"
    (tree / "sub").mkdir(parents=True)
    (tree / ".git").write_text("gitdir: elsewhere")
    assert find_repository({}, tree / "sub").root == tree.resolve()


@pytest.mark.parametrize("name", ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"])
def test_the_ci_systems_variable_names_it(repository: Path, name: str) -> None:
    above = repository.parent
    placed = in_repository(
        report_on("models.txt"), find_repository({name: str(above)}, repository / "sub")
    )
    assert files_in(placed) == ["repository/sub/models.txt"]


@pytest.mark.parametrize("value", ["", "/no/such/folder"])
def test_a_variable_that_names_no_folder_is_not_used(repository: Path, value: str) -> None:
    found = find_repository({"GITHUB_WORKSPACE": value}, repository / "sub")
    assert found.root == repository.resolve()


def test_without_a_repository_it_is_the_working_folder(tmp_path: Path) -> None:
    found = find_repository({"GITHUB_WORKSPACE": str(tmp_path)}, tmp_path)
    assert files_in(in_repository(report_on("a/models.txt"), found)) == ["a/models.txt"]


def test_places_outside_are_left_out_and_the_first_inside_becomes_the_first(
    repository: Path,
) -> None:
    found = find_repository({}, repository)
    placed = in_repository(report_on("/x.txt", "b.txt", "/y.txt", "c.txt", given="'a/b'"), found)
    assert files_in(placed) == ["b.txt", "c.txt"]
    (model,) = placed.models
    assert model.location == Location("b.txt", 3, 5)
    assert {each.given for each in model.locations} == {"'a/b'"}


@pytest.mark.skipif(os.name != "posix", reason="symbolic links")
def test_links_in_the_folder_are_followed_as_git_does(repository: Path) -> None:
    (repository / "linked").symlink_to("sub")
    (repository / "away").symlink_to(repository.parent)
    (repository / "file.txt").symlink_to("/outside.txt")
    (repository / "same.txt").symlink_to("sub/a.txt")
    through = repository.parent / "through"
    through.symlink_to(repository)
    found = find_repository({"GITHUB_WORKSPACE": str(through)}, through)
    names = ("linked/a.txt", "away/a.txt", "file.txt", "same.txt", f"{through}/b.txt")
    assert files_in(in_repository(report_on(*names), found)) == [
        *("sub/a.txt", "file.txt", "sub/a.txt", "b.txt"),
    ]


def test_in_text_they_are_relative_to_the_working_folder(repository: Path) -> None:
    folder = (repository / "sub").resolve()
    found = find_repository({}, folder)
    names = ("a.txt", "../b.txt", f"{folder}/c.txt", f"{folder.parent}/d.txt")
    assert files_in(in_working_folder(report_on(*names), found)) == [
        *("a.txt", "../b.txt", "c.txt", f"{folder.parent}/d.txt"),
    ]
