"""What is told of a backup, and the ids in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app_database import ODD, OLD_MODEL, OWN_PROVIDER, REGISTRY_MODEL, script
from backups import make_data_json, make_v7, v1_providers
from msconfig.documents.backups import ids_in_backup, summary_of
from msconfig.documents.recognise import ids_in_document, read_document
from support import KEY

pytestmark = pytest.mark.usefixtures("both_headers")


def ids(path: Path) -> list[str]:
    return [given.text for given in ids_in_backup(path)]


def test_a_backup_of_desktop_v2_is_told_in_full(tmp_path: Path) -> None:
    first, who, *providers = summary_of(make_v7(tmp_path / "a.zip", messages=1))
    assert first == (
        "Cherry Studio backup, format 7 (without files), of version 2.1.4,"
        " made 2026-09-21 14:13 UTC"
    )
    assert who == "restored by desktop v2; not by desktop v1, and not by a phone"
    assert providers[0].startswith(f"{OWN_PROVIDER} (Proxy ")
    assert providers[0].endswith("): on, 1 key, 1 model")
    assert providers[1:] == [
        "modelscope (ModelScope): off, 2 keys, 2 models",
        "ollama (Ollama): off, 0 keys, 1 model",
        "22 other providers, off, without keys and models",
    ]


@pytest.mark.parametrize(
    ("full", "old_layout", "said"),
    [(True, False, "format 7 (full)"), (False, True, "format 7 (full, in the older layout)")],
)
def test_the_layout_of_a_backup_is_told(
    full: bool, old_layout: bool, said: str, tmp_path: Path
) -> None:
    path = make_v7(tmp_path / "a.zip", messages=1, full=full, old_layout=old_layout)
    assert said in summary_of(path)[0]


@pytest.mark.parametrize("timestamp", [None, "yesterday", 1e300, -1e300, 10**30])
def test_a_time_that_no_calendar_has_is_not_told(timestamp: object, tmp_path: Path) -> None:
    path = make_v7(tmp_path / "a.zip", messages=1, metadata={"timestamp": timestamp})
    assert "made" not in summary_of(path)[0]


@pytest.mark.parametrize(
    ("name", "whole", "said"),
    [
        ("cherry-studio.zip", True, "restored by desktop v1 and by a phone; not by desktop v2"),
        ("b.zip", True, "by a phone once its name contains cherry-studio"),
        ("cherry-studio.zip", False, "not by a phone (a part is missing)"),
    ],
)
def test_whether_a_phone_restores_it_is_told(
    name: str, whole: bool, said: str, tmp_path: Path
) -> None:
    path = make_data_json(
        tmp_path / name, text=lambda text: text if whole else text.replace("websearch", "research")
    )
    first, who, *_ = summary_of(path)
    assert first == "Cherry Studio backup, format 5 (data.json), made 2026-09-21 14:13 UTC"
    assert said in who


def test_nothing_that_a_terminal_obeys_stands_in_it(tmp_path: Path) -> None:
    path = make_v7(tmp_path / "a.zip", messages=1, metadata={"appVersion": f"{ODD}\x1b[31m"})
    assert all(line.isprintable() for line in summary_of(path))


def test_the_ids_are_those_of_modelscope_alone(tmp_path: Path) -> None:
    assert ids(make_v7(tmp_path / "a.zip", messages=1)) == [OLD_MODEL, REGISTRY_MODEL]
    assert ids(make_data_json(tmp_path / "b.zip")) == [OLD_MODEL]


@pytest.mark.parametrize(
    ("url", "is_ours"),
    [
        ("https://api-inference.modelscope.cn/v1", True),
        ("https://API-inference.modelscope.ai/v1/", True),
        ("https://api-inference.modelscope.cn.example/v1", False),
        ("https://example/?api-inference.modelscope.cn", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_a_provider_that_calls_modelscope_is_modelscopes(
    url: str, is_ours: bool, tmp_path: Path
) -> None:
    configs = f'{{"openai-chat-completions": {{"baseUrl": "{url}"}}}}'
    sql = f"UPDATE user_provider SET endpoint_configs = '{configs}' WHERE provider_id = 'ollama'"
    path = make_v7(tmp_path / "a.zip", messages=1, prepare=script(sql))
    assert ("embed" in ids(path)) is is_ours
    providers = v1_providers()
    providers[2] = {**providers[2], "apiHost": url}
    assert (len(ids(make_data_json(tmp_path / "b.zip", providers=providers))) == 2) is is_ours


@pytest.mark.parametrize("configs", ["[]", "null", "{", '{"a": 1}', '{"a": {"baseUrl": 2}}'])
def test_addresses_that_cannot_be_read_are_nobodys(configs: str, tmp_path: Path) -> None:
    sql = f"UPDATE user_provider SET endpoint_configs = '{configs}' WHERE provider_id = 'ollama'"
    path = make_v7(tmp_path / "a.zip", messages=1, prepare=script(sql))
    assert ids(path) == [OLD_MODEL, REGISTRY_MODEL]


@pytest.mark.parametrize("field", ["id", "name"])
def test_a_key_that_is_a_providers_id_or_name_is_not_shown(field: str, tmp_path: Path) -> None:
    providers = v1_providers()
    providers[2] = {**providers[2], field: KEY}
    lines = "\n".join(summary_of(make_data_json(tmp_path / "b.zip", providers=providers)))
    assert KEY not in lines
    assert "<token>" in lines


def test_a_model_that_is_marked_as_deprecated_is_not_among_them(tmp_path: Path) -> None:
    sql = f"UPDATE user_model SET is_deprecated = 1 WHERE model_id = '{OLD_MODEL}'"
    assert ids(make_v7(tmp_path / "a.zip", messages=1, prepare=script(sql))) == [REGISTRY_MODEL]


def test_a_document_that_begins_as_a_zip_is_looked_at_as_a_backup(tmp_path: Path) -> None:
    path = make_v7(tmp_path / "a.toml", messages=1)
    assert read_document(path).facts == summary_of(path)
    assert ids_in_document(path) == ids_in_backup(path)
    path.write_bytes(b"PK\x03\x04")
    ((error),) = read_document(path).errors
    assert error.message == "the zip is cut off; copy or download the backup again"
