"""Backups of Cherry Studio on the command line: what they hold, and the ids in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app_database import OFF_KEY, OLD_KEY, OLD_MODEL, REGISTRY_MODEL, script
from backups import make_data_json, make_v7
from patching import NEW_KEY, NEW_MODELS, apply
from raw_zip import STORED, Member
from support import Run

pytestmark = pytest.mark.usefixtures("both_headers")

CHECK = ("check", "--offline", "--no-token", "--format", "json", "--from")


def v7(path: Path) -> Path:
    return make_v7(path, messages=10)


def full(path: Path) -> Path:
    return make_v7(path, messages=10, full=True)


def old_layout(path: Path) -> Path:
    return make_v7(path, messages=10, old_layout=True)


def phone(path: Path) -> Path:
    return make_data_json(path, phone=True)


MAKERS = [v7, full, old_layout, make_data_json, phone]
Make = Callable[[Path], Path]


def ids(out: str) -> list[str]:
    return [model["id"] for model in json.loads(out)["models"]]


@pytest.mark.parametrize("make", MAKERS)
def test_the_ids_in_a_patched_backup_can_be_checked(make: Make, run: Run, tmp_path: Path) -> None:
    new = apply(make(tmp_path / "cherry-studio.zip"), to="cherry-studio.new.zip")
    found = ids(run(*CHECK, new).out)
    assert OLD_MODEL in found
    assert found[-2:] == list(NEW_MODELS)
    assert "embed" not in " ".join(found), "models of others are not ModelScope's"


def test_a_large_backup_gives_its_ids_too(run: Run, tmp_path: Path) -> None:
    """Other documents are read up to 8 MiB."""
    much = Member("Data/Files/much", bytes(9 * 2**20), method=STORED)
    new = make_v7(
        tmp_path / "a.zip", full=True, messages=10, members=lambda members: [*members, much]
    )
    assert ids(run(*CHECK, new).out) == [OLD_MODEL, REGISTRY_MODEL]


def test_a_backup_without_models_of_modelscope_holds_no_id(run: Run, tmp_path: Path) -> None:
    gone = script("DELETE FROM user_model WHERE provider_id = 'modelscope'")
    ran = run(*CHECK, make_v7(tmp_path / "a.zip", messages=1, prepare=gone))
    assert ran.code == 2
    assert "no model id" in ran.err


@pytest.mark.parametrize("make", MAKERS)
def test_validate_tells_what_a_backup_holds_and_never_a_key(
    make: Make, run: Run, tmp_path: Path
) -> None:
    new = apply(make(tmp_path / "cherry-studio.zip"), to="cherry-studio.new.zip")
    ran = run("validate", new)
    assert ran.code == 0
    assert "modelscope" in ran.out
    assert all(key not in ran.out + ran.err for key in (OLD_KEY, OFF_KEY, NEW_KEY))
    assert all(ord(each) >= 32 or each == "\n" for each in ran.out), "a name may hold anything"
    assert "\u202e" not in ran.out


def test_validate_refuses_what_apply_would(run: Run, tmp_path: Path) -> None:
    bad = make_v7(tmp_path / "a.zip", messages=1, metadata={"version": 8})
    for command in (("validate",), CHECK):
        ran = run(*command, bad)
        assert ran.code == 5
        assert "8" in ran.out + ran.err


def test_nothing_of_a_backup_reaches_the_terminal_as_it_is(run: Run, tmp_path: Path) -> None:
    escape = "\x1b[31m\u202e\n::error::"
    told = {"appVersion": escape, "platform": escape}
    name = script(f"UPDATE user_provider SET name = '{escape}', provider_id = '{escape}'"
                  " WHERE provider_id = 'openai'")  # fmt: skip
    odd = make_v7(tmp_path / "odd.zip", messages=1, prepare=name, metadata=told)
    twice = make_v7(
        tmp_path / "twice.zip",
        messages=1,
        members=lambda members: [*members, Member(f"Data/{escape}"), Member(f"Data/{escape}")],
    )
    for backup, code in ((odd, 0), (twice, 5)):
        ran = run("validate", backup)
        assert ran.code == code
        assert all(each.isprintable() or each == "\n" for each in ran.out + ran.err)
        assert not any(line.startswith("::") for line in (ran.out + ran.err).splitlines())
