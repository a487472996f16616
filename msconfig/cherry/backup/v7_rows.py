"""The two tables of desktop v2 with providers and models: read, checked, and written.

Source of every rule: reading v2.0.8 and running it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from msconfig.cherry.backup.refusal import UnsupportedBackup
from msconfig.text import shortened
from msconfig.tokens import Secret

_MOST_PROVIDERS = 5_000
_MOST_MODELS = 200_000
_MOST_CHARACTERS = 32 * 1024 * 1024
"""Of the columns that are read here, all rows together."""
_MIGRATIONS = "__drizzle_migrations"


Values: TypeAlias = tuple[tuple[str, str | int | None], ...]
"""Columns of a row, with their new values."""


class Table(StrEnum):
    """A table that is written to."""

    PROVIDER = "user_provider"
    MODEL = "user_model"

    @property
    def key(self) -> str:
        """The column that names a row."""
        return "provider_id" if self is Table.PROVIDER else "id"

    @property
    def columns(self) -> frozenset[str]:
        """The columns that are read or written; there may be others that a row can do without."""
        return _PROVIDER_COLUMNS if self is Table.PROVIDER else _MODEL_COLUMNS


_PROVIDER_COLUMNS = frozenset(
    (
        *("provider_id", "preset_provider_id", "name", "endpoint_configs", "api_keys"),
        *("default_chat_endpoint", "provider_settings", "is_enabled", "order_key"),
        *("created_at", "updated_at"),
    )
)
_MODEL_COLUMNS = frozenset(
    (
        *("id", "provider_id", "model_id", "name", "group", "capabilities", "input_modalities"),
        *("output_modalities", "supports_streaming", "is_enabled", "is_hidden", "is_deprecated"),
        *("order_key", "created_at", "updated_at", "input_modalities_explicit"),
    )
)


@dataclass(frozen=True, slots=True)
class ModelRow:
    """The columns of a row of `user_model` that merging needs; JSON columns are text."""

    id: str
    provider_id: str
    model_id: str
    name: str | None
    group: str | None
    capabilities: str | None
    input_modalities: str | None
    output_modalities: str | None
    supports_streaming: int | None
    is_enabled: int
    is_hidden: int
    is_deprecated: int
    order_key: str
    input_modalities_explicit: int


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """The columns of a row of `user_provider` that merging needs, and its models in order."""

    id: str
    name: str
    endpoint_configs: str | None
    api_keys: Secret
    """The column's text."""
    provider_settings: str | None = field(repr=False)
    is_enabled: int
    order_key: str
    models: tuple[ModelRow, ...] = ()


@dataclass(frozen=True, slots=True)
class RowWrite:
    """A new row, or changed columns of an existing one."""

    table: Table
    key: str
    values: Values = field(repr=False)
    is_new: bool = False


def refuse_unknown_schema(connection: sqlite3.Connection) -> None:
    """Refuse tables that cannot be written to without knowing more than these facts.

    Raises:
        UnsupportedBackup: tables or columns are missing, a new row would lack a column, or there
            are triggers or views.
        sqlite3.Error: the database is broken.
    """
    # SQLite ignores the case of names; a virtual table is listed as one, and runs code when read
    found: dict[str, str] = dict(
        connection.execute(
            "SELECT lower(name), CASE WHEN sql LIKE 'CREATE VIRTUAL%' THEN 'virtual table'"
            " ELSE type END FROM sqlite_master WHERE type IN ('table', 'view')"
        )
    )
    for table in (*Table, _MIGRATIONS):
        kind = found.get(table)
        if kind != "table":
            what = f"a {kind} in place of the table" if kind else "no table"
            raise UnsupportedBackup(f"the database has {what} {table}; {_OTHER_VERSION}")
    if connection.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'trigger'"
        " AND lower(tbl_name) IN ('user_provider', 'user_model')"
    ).fetchone():
        raise UnsupportedBackup(f"the database has a trigger on its providers; {_OTHER_VERSION}")
    for table in Table:
        _refuse_unknown_columns(connection, table)
    if not connection.execute(f"SELECT 1 FROM {_MIGRATIONS} LIMIT 1").fetchone():  # noqa: S608
        raise UnsupportedBackup(
            f"the table {_MIGRATIONS} is empty, so Cherry Studio would not restore this backup;"
            " create it again"
        )


_OTHER_VERSION = "msconfig does not know this version of Cherry Studio; look for a newer msconfig"


def _refuse_unknown_columns(connection: sqlite3.Connection, table: Table) -> None:
    seen = set()
    for _, name, _, not_null, default, is_key, hidden in connection.execute(
        f"PRAGMA table_xinfo({table})"
    ):
        seen.add(name)
        needs_value = (not_null and default is None) or is_key
        if name not in table.columns and needs_value and not hidden:
            raise UnsupportedBackup(
                f"{table} has a column that is unknown and has to be filled, {name};"
                f" {_OTHER_VERSION}"
            )
        if name in table.columns and hidden:
            raise UnsupportedBackup(f"the column {name} of {table} is computed; {_OTHER_VERSION}")
    missing = sorted(table.columns - seen)
    if missing:
        raise UnsupportedBackup(f"{table} has no column {', '.join(missing)}; {_OTHER_VERSION}")


def refuse_broken(connection: sqlite3.Connection) -> None:
    """Refuse a database that fails SQLite's own `integrity_check`, as the app does.

    Raises:
        UnsupportedBackup: it has a fault.
        sqlite3.Error: the database is broken beyond that.
    """
    (first,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if first != "ok":
        fault = shortened(str(first), 100)
        raise UnsupportedBackup(f"the database is damaged ({fault}); create the backup again")


def _references_to_nothing(connection: sqlite3.Connection) -> int:
    """The number of references to rows that do not exist."""
    found = connection.execute("SELECT count(*) FROM pragma_foreign_key_check").fetchone()
    return int(found[0])


def read_providers(connection: sqlite3.Connection) -> tuple[ProviderRow, ...]:
    """All providers in the app's order, with their models.

    Raises:
        UnsupportedBackup: a value is of a type that the app does not write, or there are too many.
        sqlite3.Error: the database is broken.
    """
    budget = _Budget(_MOST_CHARACTERS)
    models: dict[str, list[ModelRow]] = {}
    for row in _rows(connection, Table.MODEL, _MODEL_FIELDS, _MOST_MODELS, budget):
        model = ModelRow(*row)
        models.setdefault(model.provider_id, []).append(model)
    return tuple(
        ProviderRow(
            id_,
            name,
            configs,
            Secret(keys or "[]"),
            settings,
            enabled,
            order,
            tuple(models.get(id_, ())),
        )
        for id_, name, configs, keys, settings, enabled, order in _rows(
            connection, Table.PROVIDER, _PROVIDER_FIELDS, _MOST_PROVIDERS, budget
        )
    )


_PROVIDER_FIELDS = {
    "provider_id": str,
    "name": str,
    "endpoint_configs": str | None,
    "api_keys": str | None,
    "provider_settings": str | None,
    "is_enabled": int,
    "order_key": str,
}
_MODEL_FIELDS = {
    "id": str,
    "provider_id": str,
    "model_id": str,
    "name": str | None,
    "group": str | None,
    "capabilities": str | None,
    "input_modalities": str | None,
    "output_modalities": str | None,
    "supports_streaming": int | None,
    "is_enabled": int,
    "is_hidden": int,
    "is_deprecated": int,
    "order_key": str,
    "input_modalities_explicit": int,
}


@dataclass(slots=True)
class _Budget:
    characters: int


def _rows(
    connection: sqlite3.Connection,
    table: Table,
    fields: dict[str, Any],
    most: int,
    budget: _Budget,
) -> Iterable[tuple[Any, ...]]:
    names = ", ".join(f'"{name}"' for name in fields)
    query = f"SELECT {names} FROM {table} ORDER BY order_key, {table.key}"  # noqa: S608 - our names
    for number, row in enumerate(connection.execute(query)):
        budget.characters -= sum(len(value) for value in row if isinstance(value, str | bytes))
        if number >= most or budget.characters < 0:
            raise UnsupportedBackup(
                f"{table} has more rows or text than msconfig reads ({most} rows,"
                f" {_MOST_CHARACTERS} characters); {_OTHER_VERSION}"
            )
        for (name, kind), value in zip(fields.items(), row, strict=True):
            if not isinstance(value, kind):
                raise UnsupportedBackup(
                    f"{table} has a value of another type in its column {name}; {_OTHER_VERSION}"
                )
        yield row


def write_rows(connection: sqlite3.Connection, writes: Iterable[RowWrite]) -> None:
    """Write all rows in one transaction, and check that no reference lost its row.

    Rows are inserted where there are none and updated where there is one, never replaced or
    deleted: assistants, messages and knowledge bases point at them.

    Raises:
        UnsupportedBackup: the result has faults that were not there before.
        sqlite3.Error: a rule of the tables is broken, or the disk is full.
    """
    before = _references_to_nothing(connection)
    connection.execute("PRAGMA journal_mode=MEMORY")  # of this connection; the file keeps its own
    connection.execute("BEGIN IMMEDIATE")
    for write in writes:
        names = [f'"{name}"' for name, _ in write.values]
        values = [value for _, value in write.values]
        if write.is_new:
            marks = ", ".join("?" * (len(names) + 1))
            connection.execute(
                f"INSERT OR ABORT INTO {write.table} ({write.table.key}, {', '.join(names)})"  # noqa: S608
                f" VALUES ({marks})",
                [write.key, *values],
            )
        else:
            changes = ", ".join(f"{name} = ?" for name in names)
            connection.execute(
                f"UPDATE OR ABORT {write.table} SET {changes} WHERE {write.table.key} = ?",  # noqa: S608
                [*values, write.key],
            )
    connection.execute("COMMIT")
    if _references_to_nothing(connection) > before:  # a model that was missing makes it fewer
        raise UnsupportedBackup(
            "the patched database would have references that lead nowhere, so nothing is written;"
            " please report it"
        )
