"""What msconfig was not asked to change is the same afterwards, to the byte where bytes count."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app_database import (
    MIGRATIONS,
    ODD,
    OLD_MODEL,
    REGISTRY_MODEL,
    insert,
    model_row,
    provider_row,
)
from backups import (
    DATABASE,
    HEADERS,
    OLD_DATABASE,
    SIDECARS,
    Row,
    contents,
    database_of,
    document_of,
    make_data_json,
    make_v7,
    query,
    rows,
    v1_providers,
)
from patching import NEW_KEY, NEW_MODELS, apply, patch
from raw_zip import DEFLATED, STORED, Member, Record, comment, records

pytestmark = pytest.mark.usefixtures("both_headers")

OURS = ("user_provider", "user_model")
SHAPES = [(False, False), (True, False), (False, True), (True, True)]


def others(path: Path) -> list[Record]:
    """All members but the one that is patched."""
    patched = {DATABASE, OLD_DATABASE, "data.json"}
    return [each for each in records(path) if each.name not in patched]


def names(path: Path) -> list[str]:
    return [each.name for each in records(path)]


def not_of_modelscope(path: Path) -> tuple[list[Row], list[Row]]:
    """Providers and models of everybody else."""
    return (
        [each for each in rows(path, "user_provider") if each["provider_id"] != "modelscope"],
        [each for each in rows(path, "user_model") if each["provider_id"] != "modelscope"],
    )


def assert_only_modelscope_changed(old: Path, new: Path) -> None:
    assert contents(new, without=OURS) == contents(old, without=OURS)
    assert not_of_modelscope(new) == not_of_modelscope(old)
    assert query(new, "PRAGMA integrity_check") == [("ok",)]
    assert query(new, "PRAGMA foreign_key_check") == []
    assert others(new) == others(old)
    assert names(new) == names(old)
    assert comment(new) == comment(old)


@pytest.mark.parametrize(("full", "old_layout"), SHAPES)
def test_of_a_v7_backup_only_the_provider_and_its_models_change(
    full: bool, old_layout: bool, tmp_path: Path
) -> None:
    old = make_v7(
        tmp_path / "old.zip", full=full, old_layout=old_layout, comment=b"a comment at the end"
    )
    before = hashlib.sha256(old.read_bytes()).digest()
    new = apply(old)
    assert_only_modelscope_changed(old, new)
    assert hashlib.sha256(old.read_bytes()).digest() == before
    assert {path.name for path in tmp_path.iterdir()} == {"old.zip", "new.zip", "work"}


def test_a_zip_of_64_bits_stays_one(tmp_path: Path) -> None:
    old = make_v7(tmp_path / "old.zip", full=True, zip64=True, messages=10)
    assert_only_modelscope_changed(old, apply(old))


@pytest.mark.parametrize("method", [STORED, DEFLATED])
@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("zip64", [False, True])
@pytest.mark.parametrize("place", [0, -1])
def test_the_database_may_be_packed_in_any_way_and_stand_anywhere(
    method: int, streamed: bool, zip64: bool, place: int, tmp_path: Path
) -> None:
    def moved(members: list[Member]) -> list[Member]:
        found = next(each for each in members if each.name == DATABASE)
        members.remove(found)
        changed = replace(found, method=method, streamed=streamed, zip64=zip64)
        members.insert(place if place == 0 else len(members), changed)
        return members

    old = make_v7(tmp_path / "old.zip", full=True, messages=50, members=moved)
    assert_only_modelscope_changed(old, apply(old))


def test_what_the_file_says_about_itself_stays(tmp_path: Path) -> None:
    def mark(database: sqlite3.Connection) -> None:
        database.commit()
        for told in ("user_version = 77", "application_id = 1234", "auto_vacuum = 2"):
            database.execute(f"PRAGMA {told}")
        (journal,) = database.execute("PRAGMA journal_mode").fetchone()
        database.execute("PRAGMA journal_mode = DELETE")  # a page keeps its size in WAL mode
        database.execute("PRAGMA page_size = 8192")
        database.execute("VACUUM")
        database.execute(f"PRAGMA journal_mode = {journal}")

    old = make_v7(tmp_path / "old.zip", messages=10, prepare=mark)
    new = apply(old)
    for name in ("user_version", "application_id", "auto_vacuum", "page_size", "encoding"):
        assert query(new, f"PRAGMA {name}") == query(old, f"PRAGMA {name}")
    assert query(new, "PRAGMA page_size") == [(8192,)]
    assert database_of(new)[18:20] == HEADERS["rollback"]


@pytest.mark.parametrize("encoding", ["UTF-16le", "UTF-16be"])
def test_a_database_in_another_encoding_stays_in_it(encoding: str, tmp_path: Path) -> None:
    old = make_v7(tmp_path / "old.zip", messages=10, encoding=encoding)
    new = apply(old)
    assert query(new, "PRAGMA encoding") == [(encoding,)]
    assert_only_modelscope_changed(old, new)


def test_all_that_points_at_a_model_still_does_when_it_is_updated_and_pruned(
    tmp_path: Path,
) -> None:
    old = make_v7(tmp_path / "old.zip")
    asked = patch(OLD_MODEL, *NEW_MODELS, update_models=True, dead=[REGISTRY_MODEL])
    new = apply(old, asked)
    assert_only_modelscope_changed(old, new)
    pointers = [
        ("assistant", "model_id"),
        ("knowledge_base", "embedding_model_id"),
        ("agent", "model"),
    ]
    for table, column in pointers:
        assert f"modelscope::{OLD_MODEL}" in {each[column] for each in rows(new, table)}


@pytest.mark.parametrize("zip64", [False, True])
@pytest.mark.parametrize("old_layout", [False, True])
@pytest.mark.parametrize("place", [0, 3, 99])
def test_sidecars_in_which_nothing_is_are_left_out(
    place: int, old_layout: bool, zip64: bool, tmp_path: Path
) -> None:
    """As a folder has them that was zipped by hand; the app's own backups have none."""
    name = OLD_DATABASE if old_layout else DATABASE
    sidecars = [
        Member(f"{name}-wal"),
        Member(f"{name}-shm", bytes(32768)),
        Member(f"{name}-journal"),
    ]

    def add(members: list[Member]) -> list[Member]:
        return [*members[:place], *sidecars, *members[place:]]

    made = [
        make_v7(tmp_path / file, old_layout=old_layout, messages=10, zip64=zip64, members=members)
        for file, members in (("old.zip", add), ("without.zip", None))
    ]
    new = apply(made[0])
    assert_only_modelscope_changed(made[1], new)
    assert zipfile.ZipFile(new).testzip() is None
    again = apply(new, to="again.zip")
    assert again.read_bytes() == new.read_bytes()


def test_sidecars_are_left_out_of_a_backup_that_has_everything_already(tmp_path: Path) -> None:
    new = apply(make_v7(tmp_path / "old.zip", messages=10))
    with zipfile.ZipFile(new, "a") as archive:
        archive.writestr(f"{DATABASE}-wal", b"")
    again = apply(new, to="again.zip")
    assert f"{DATABASE}-wal" not in names(again)
    assert contents(again) == contents(new)


@pytest.mark.parametrize("full", [False, True])
def test_a_backup_made_as_the_app_makes_one_goes_through_and_back(
    full: bool, tmp_path: Path
) -> None:
    """Opened again as the app opens what it restores: the log empty, the file sound."""
    old = make_v7(tmp_path / "old.zip", full=full, journal="WAL")
    assert database_of(old)[18:20] == HEADERS["WAL"]
    new = apply(old)
    assert_only_modelscope_changed(old, new)
    assert len(rows(new, "__drizzle_migrations")) == MIGRATIONS
    assert [name for name in names(new) if name.endswith(SIDECARS) and DATABASE in name] == []
    restored = tmp_path / "work" / "restored.sqlite"
    restored.write_bytes(database_of(new))
    with closing(sqlite3.connect(restored)) as database:
        busy, log, checkpointed = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        assert (busy, log) == (0, checkpointed)
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    assert [path.name for path in restored.parent.iterdir()] == ["restored.sqlite"]
    assert contents(apply(new, to="again.zip")) == contents(new)


@pytest.mark.parametrize("phone", [False, True])
@pytest.mark.parametrize("version", [2, 3, 4, 5])
def test_of_a_data_json_backup_only_the_provider_changes(
    version: int, phone: bool, tmp_path: Path
) -> None:
    old = make_data_json(tmp_path / "cherry-studio.old.zip", version=version, phone=phone)
    new = apply(old, to="cherry-studio.new.zip")
    assert_all_but_modelscope_is_equal(old, new)


def assert_all_but_modelscope_is_equal(old: Path, new: Path) -> None:
    assert others(new) == others(old)
    assert names(new) == names(old)
    assert without_modelscope(new) == without_modelscope(old)
    assert key_order(new) == key_order(old)


def without_modelscope(path: Path) -> Row:
    document: Row = document_of(path)
    llm = document["localStorage"]["persist:cherry-studio"]["llm"]
    llm["providers"] = [each for each in llm["providers"] if each["id"] != "modelscope"]
    return document


def key_order(path: Path) -> list[list[str]]:
    document = document_of(path)
    slices = document["localStorage"]["persist:cherry-studio"]
    return [list(each) for each in (document, document["localStorage"], slices, slices["llm"])]


def test_numbers_and_texts_that_are_hard_to_carry_come_through(tmp_path: Path) -> None:
    """Halves of surrogate pairs, 70 bits, -0, an empty key, and two ways to write one number."""

    def rewrite(text: str) -> str:
        hard = r'"hard":[1.0,1,1e2,1E+2,-0,-0.0,1e400,12345678901234567890123,"\ud83d","\u0000"]'
        return "{" + hard + "," + text[1:]

    old = make_data_json(tmp_path / "cherry-studio.zip", text=rewrite)
    new = apply(old)
    assert_all_but_modelscope_is_equal(old, new)
    assert ("number", "1e400") in document_of(new)["hard"]


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUE = st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | TEXT
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)  # fmt: skip
PART = st.text("ABab01_.-", min_size=1, max_size=6).filter(lambda part: part.strip("."))
MODEL_IDS = st.lists(st.builds("{}/{}".format, PART, PART), min_size=1, max_size=4, unique=True)
PROVIDER_IDS = st.lists(
    TEXT.filter(lambda text: text and "::" not in text and text != "modelscope"),
    max_size=3,
    unique=True,
)
KEYS = st.lists(st.sampled_from([NEW_KEY, "a", "b-b", "sk-0"]), max_size=3, unique=True)
ODD_FILE = f"Data/{ODD}".replace("\0", "").replace("\\", "")
NAMES = st.lists(st.text(min_size=1, max_size=6), max_size=3, unique=True)


@settings(max_examples=25)
@given(
    provider_ids=PROVIDER_IDS,
    neighbour_ids=MODEL_IDS,
    ids=MODEL_IDS,
    keys=KEYS,
    odd=st.lists(VALUE | st.binary(max_size=20), max_size=4),
    content=st.binary(max_size=200),
    update=st.booleans(),
    method=st.sampled_from([STORED, DEFLATED]),
    streamed=st.booleans(),
)
def test_whatever_stands_in_a_v7_backup_is_left_alone(
    provider_ids: list[str],
    neighbour_ids: list[str],
    ids: list[str],
    keys: list[str],
    odd: list[object],
    content: bytes,
    update: bool,
    method: int,
    streamed: bool,
) -> None:
    def fill(database: sqlite3.Connection) -> None:
        new = [each for each in provider_ids if not _exists(database, each)]
        for number, provider_id in enumerate(new):
            row = provider_row(provider_id, name=ODD, is_enabled=1, order_key=f"b{number:02}")
            insert(database, "user_provider", row)
        for provider_id in [*new, "modelscope"]:
            for number, model_id in enumerate(neighbour_ids):
                row = model_row(provider_id, model_id, name=model_id, order_key=f"b{number:02}")
                insert(database, "user_model", row)
        for value in odd:
            insert(database, "oddity", {"value": value})
        for model_id in neighbour_ids:
            pointer = f"modelscope::{model_id}"
            insert(database, "assistant", {"id": model_id, "name": ODD, "model_id": pointer})

    def add(members: list[Member]) -> list[Member]:
        return [*members, Member(ODD_FILE, content, method=method, streamed=streamed)]

    with tempfile.TemporaryDirectory() as folder:
        old = make_v7(Path(folder, "old.zip"), messages=3, prepare=fill, members=add)
        new = apply(old, patch(*ids, keys=tuple(keys), update_models=update))
        assert_only_modelscope_changed(old, new)
        found = {each["model_id"] for each in _of_modelscope(new)}
        assert found == {OLD_MODEL, REGISTRY_MODEL, *neighbour_ids, *ids}
        if not update:
            kept = {each["id"]: each for each in _of_modelscope(new)}
            assert all(kept[each["id"]] == each for each in _of_modelscope(old))
        apply(new, patch(*ids, keys=tuple(keys)), to="again.zip")
        assert contents(Path(folder, "again.zip")) == contents(new)


def _exists(database: sqlite3.Connection, provider_id: str) -> bool:
    found = database.execute("SELECT 1 FROM user_provider WHERE provider_id = ?", (provider_id,))
    return found.fetchone() is not None


def _of_modelscope(path: Path) -> list[Row]:
    return [each for each in rows(path, "user_model") if each["provider_id"] == "modelscope"]


@settings(max_examples=40)
@given(
    outer=JSON,
    inner=JSON,
    names=NAMES,
    ids=MODEL_IDS,
)
def test_whatever_stands_in_a_data_json_is_left_alone(
    outer: object, inner: object, names: list[str], ids: list[str]
) -> None:
    def edit(document: Row) -> None:
        for name in names:
            document.setdefault(name, outer)
            document["indexedDB"].setdefault(name, outer)

    def edit_llm(llm: Row) -> None:
        for name in names:
            llm.setdefault(name, inner)

    more = [{**v1_providers()[0], "id": f"other-{name}", "unknown": inner} for name in names]
    providers = [*more, *v1_providers()]
    with tempfile.TemporaryDirectory() as folder:
        old = make_data_json(
            Path(folder, "cherry-studio.zip"), providers=providers, edit=edit, edit_llm=edit_llm
        )
        new = apply(old, patch(*ids), to="cherry-studio.new.zip")
        assert_all_but_modelscope_is_equal(old, new)
        again = apply(new, patch(*ids), to="cherry-studio.again.zip")
        assert document_of(again) == document_of(new)


def test_times_are_those_of_the_change_and_only_where_something_changed(tmp_path: Path) -> None:
    old = make_v7(tmp_path / "old.zip", messages=1)
    new = apply(old)
    later = [
        each["id"] for each in rows(new, "user_model") if each["updated_at"] > 1_790_000_000_000
    ]
    assert later == [f"modelscope::{each}" for each in sorted(NEW_MODELS)]
    (at,) = query(new, "SELECT updated_at FROM user_provider WHERE provider_id = 'modelscope'")
    assert re.fullmatch(r"\d{13}", str(at[0]))
