"""Scenarios: what the file may say, and what it may not."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from msconfig.documents.recognise import DocumentKind, read_document
from msconfig.errors import UsageError
from msconfig.mock.scenario import TOKEN, FaultKind, Scenario, behaviours
from support import snapshot

PAGE = Path(__file__).resolve().parents[2] / "docs" / "mock.md"


def documented() -> str:
    found = re.search(
        r"<!-- example: scenario -->\n```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL
    )
    assert found
    return found[1]


def test_the_scenario_of_the_docs_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "scenario.toml"
    path.write_text(documented())
    scenario = Scenario.load(path)
    account = scenario.accounts[0]
    assert (account.magicubes, account.frozen, account.day_quota) == (
        *(1.5, 0.5),
        {"Qwen/Qwen3.5-27B": 3},
    )
    assert (scenario.envelope, scenario.request_id, scenario.seed) == ("errors", "beside", 7)
    assert scenario.faults[0].does is FaultKind.STATUS
    facts = scenario.on(snapshot())
    assert facts.catalogue == ("Qwen/Alive", "acme/private")
    hub = facts.models["acme/private"].hub
    assert hub is not None
    assert hub.private
    assert read_document(path).kind is DocumentKind.SCENARIO


def test_a_model_may_be_taken_out_of_the_catalogue() -> None:
    scenario = Scenario.of({"models": {"Qwen/Alive": {"listed": False}}})
    assert scenario.on(snapshot()).catalogue == ()


def test_without_accounts_there_is_one() -> None:
    assert [account.token for account in Scenario.of({}).accounts] == [TOKEN]


def test_every_behaviour_is_a_choice_of_the_schema_and_no_other() -> None:
    for name in ("answers", *behaviours()):
        assert Scenario.of({"models": {"a/b": {"behaviour": name}}}).models["a/b"].behaviour == name
    with pytest.raises(UsageError, match="did you mean empty"):
        Scenario.of({"models": {"a/b": {"behaviour": "emty"}}})


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        pytest.param("s.toml", b"x = ", "$: not TOML", id="not TOML"),
        pytest.param("s.json", b"{", "$: not JSON", id="not JSON"),
        pytest.param("s.json", b"[]", "$: must be an object", id="no object"),
        pytest.param("s.toml", b"\xff", "$: not UTF-8", id="not UTF-8"),
        pytest.param("s.toml", b"sed = 1", "$: unknown key 'sed'; did you mean 'seed'?", id="key"),
        pytest.param(
            "s.toml", b'[[faults]]\ndoes = "explode"', "$.faults[0].does: must be one", id="fault"
        ),
        pytest.param(
            "s.json", b'{"accounts": [{}]}', "$.accounts[0]: missing key 'token'", id="account"
        ),
        pytest.param("s.json", b'{"accounts": []}', "$.accounts: must not be empty", id="none"),
    ],
)
def test_a_scenario_that_is_invalid_is_refused_with_its_json_path(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        Scenario.load(path)
    assert f"{name}: {words}" in str(caught.value)


def test_the_table_of_behaviours_is_whole() -> None:
    rows = tomllib.loads(
        (Path(__file__).parents[2] / "msconfig/mock/behaviours.toml").read_text("utf-8")
    )
    assert set(behaviours()) == set(rows)
    assert {row.status for row in behaviours().values()} == {200, 400, 401, 402, 403, 429, 502}
