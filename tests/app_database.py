"""A database as desktop v2.1 has it, made from the facts, and full of what nobody may touch.

The two tables of providers and models have all their columns and rules. Around them stand tables of
our own invention that point at models as the app's do: some rows are emptied, others go, when a
model row is deleted, if only for a moment.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

MADE_AT = 1_790_000_000_000
"""Milliseconds since 1970: when everything in here was made."""
MIGRATIONS = 28
"""As many as desktop v2.1.4 has."""
OLD_KEY = "ms-00000000-0000-4000-8000-0000000001d0"
OFF_KEY = "ms-00000000-0000-4000-8000-0000000001ff"
"""Made-up keys that the provider modelscope has already, the second switched off."""
OLD_MODEL = "Qwen/Old-Chat"
"""A model that modelscope has already, named by its user; everything points at it."""
REGISTRY_MODEL = "deepseek-ai/Known"
"""A model that the app took from its own registry."""
OWN_PROVIDER = "my-proxy"
"""A provider of the user's own: switched on, and in front of all presets."""
ODD = "e\u0301 \u202ertl\u202c \U0001f469\u200d\U0001f467 \u5b57\u2028\u0000\ufeff'\"\\%</script>"
"""Text that has to come through every copy as it is."""

Prepare = Callable[[sqlite3.Connection], None]
"""Changes a database that was just made."""

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_WHOLE = "|".join(
    sign + "[0-9A-Za-z]" * (position + 1)
    for signs in ("abcdefghijklmnopqrstuvwxyz", "ZYXWVUTSRQPONMLKJIHGFEDCBA")
    for position, sign in enumerate(signs)
)
ORDER_KEY = re.compile(rf"(?!A0{{26}}\Z)(?:{_WHOLE})(?:[0-9A-Za-z]*[1-9A-Za-z])?")
"""An order key that the app takes: the whole number and the fraction, which ends in no zero."""
_PRESETS = (
    *("cherryin", "silicon", "aihubmix", "openai", "anthropic", "gemini", "modelscope", "deepseek"),
    *("dashscope", "ollama", "lmstudio", "moonshot", "zhipu", "doubao", "minimax", "openrouter"),
    *("groq", "together", "mistral", "nvidia", "grok", "perplexity", "github", "hunyuan"),
)

_TABLES = """
CREATE TABLE __drizzle_migrations (
  id INTEGER PRIMARY KEY AUTOINCREMENT, hash TEXT NOT NULL, created_at NUMERIC
);
CREATE TABLE user_provider (
  provider_id TEXT PRIMARY KEY NOT NULL,
  preset_provider_id TEXT,
  name TEXT NOT NULL,
  logo_key TEXT,
  endpoint_configs TEXT,
  default_chat_endpoint TEXT,
  api_keys TEXT DEFAULT '[]',
  auth_config TEXT,
  provider_settings TEXT,
  is_enabled INTEGER NOT NULL DEFAULT 0,
  order_key TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
);
CREATE INDEX provider_order ON user_provider (order_key);
CREATE TABLE user_model (
  id TEXT PRIMARY KEY NOT NULL,
  provider_id TEXT NOT NULL REFERENCES user_provider (provider_id) ON DELETE CASCADE,
  model_id TEXT NOT NULL,
  preset_model_id TEXT,
  name TEXT,
  description TEXT,
  "group" TEXT,
  capabilities TEXT,
  input_modalities TEXT,
  output_modalities TEXT,
  endpoint_types TEXT,
  context_window INTEGER,
  max_input_tokens INTEGER,
  max_output_tokens INTEGER,
  supports_streaming INTEGER,
  reasoning TEXT,
  parameters TEXT,
  pricing TEXT,
  is_enabled INTEGER NOT NULL DEFAULT 1,
  is_hidden INTEGER NOT NULL DEFAULT 0,
  is_deprecated INTEGER NOT NULL DEFAULT 0,
  order_key TEXT NOT NULL,
  notes TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  input_modalities_explicit INTEGER NOT NULL DEFAULT 0,
  UNIQUE (provider_id, model_id),
  CHECK (
    preset_model_id IS NOT NULL
    OR (name IS NOT NULL AND capabilities IS NOT NULL AND supports_streaming IS NOT NULL)
  )
);
CREATE INDEX model_order ON user_model (provider_id, order_key);
CREATE TABLE preference (
  scope TEXT NOT NULL, key TEXT NOT NULL, value TEXT, PRIMARY KEY (scope, key)
) WITHOUT ROWID;
CREATE TABLE assistant (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  model_id TEXT REFERENCES user_model (id) ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE TABLE assistant_model (
  assistant_id TEXT NOT NULL REFERENCES assistant (id) ON DELETE CASCADE,
  model_id TEXT NOT NULL REFERENCES user_model (id) ON DELETE CASCADE,
  PRIMARY KEY (assistant_id, model_id)
);
CREATE TABLE knowledge_base (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  embedding_model_id TEXT NOT NULL REFERENCES user_model (id) ON DELETE CASCADE
);
CREATE TABLE knowledge_item (
  id INTEGER PRIMARY KEY,
  base_id TEXT NOT NULL REFERENCES knowledge_base (id) ON DELETE CASCADE,
  vector BLOB
);
CREATE TABLE agent (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  model TEXT REFERENCES user_model (id) ON DELETE SET NULL,
  plan_model TEXT REFERENCES user_model (id) ON DELETE SET NULL,
  small_model TEXT REFERENCES user_model (id) ON DELETE SET NULL
);
CREATE TABLE provider_note (
  provider_id TEXT REFERENCES user_provider (provider_id) ON DELETE CASCADE, text TEXT
);
CREATE TABLE message (
  id INTEGER PRIMARY KEY,
  parent_id INTEGER REFERENCES message (id) ON DELETE CASCADE,
  role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
  content TEXT NOT NULL,
  length INTEGER GENERATED ALWAYS AS (length(content)) STORED,
  model_id TEXT REFERENCES user_model (id) ON DELETE SET NULL,
  created_at INTEGER NOT NULL
);
CREATE VIRTUAL TABLE message_text USING fts5(content, content='message', content_rowid='id');
CREATE TRIGGER message_added AFTER INSERT ON message BEGIN
  INSERT INTO message_text (rowid, content) VALUES (new.id, new.content);
END;
CREATE VIEW asked AS SELECT id, content FROM message WHERE role = 'user';
CREATE TABLE oddity (value);
"""


def model_row(provider_id: str, model_id: str, **columns: Any) -> dict[str, Any]:  # noqa: ANN401 - a value of SQLite
    """The columns of a custom chat model, as the app itself would fill them, and `columns`."""
    return {
        "id": f"{provider_id}::{model_id}",
        "provider_id": provider_id,
        "model_id": model_id,
        "name": model_id.rpartition("/")[2],
        "group": model_id.partition("/")[0],
        "capabilities": '["function-call"]',
        "supports_streaming": 1,
        "order_key": "a0",
        "created_at": MADE_AT,
        "updated_at": MADE_AT,
        **columns,
    }


def provider_row(provider_id: str, **columns: Any) -> dict[str, Any]:  # noqa: ANN401 - a value of SQLite
    """The columns of a provider that is off and has no key, and `columns`."""
    return {
        "provider_id": provider_id,
        "preset_provider_id": provider_id,
        "name": provider_id.capitalize(),
        "api_keys": "[]",
        "is_enabled": 0,
        "order_key": "a0",
        "created_at": MADE_AT,
        "updated_at": MADE_AT,
        **columns,
    }


def api_keys(*entries: tuple[str, bool]) -> str:
    """The column `api_keys`: for each entry a key and whether it is on."""
    return json.dumps(
        [
            {"id": f"key-{number}", "key": key, "label": f"Key {number}", "isEnabled": is_on}
            for number, (key, is_on) in enumerate(entries)
        ]
    )


def insert(database: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    """Insert a row, named column by column."""
    columns = ", ".join(f'"{name}"' for name in row)
    database.execute(
        f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(row))})",
        list(row.values()),
    )


def make_database(
    path: Path,
    *,
    messages: int = 10_000,
    encoding: str = "UTF-8",
    in_wal_mode: bool = True,
    prepare: Prepare | None = None,
) -> None:
    """Make the database at `path`, and no sidecars; `prepare` comes last.

    In WAL mode it is made as the app makes the one in its backups: the log is truncated, and the
    file copied while the database is open. In rollback mode it is as msconfig leaves it.
    """
    live = path.with_name(f"{path.name}.live")
    with closing(sqlite3.connect(live)) as database:
        database.execute("PRAGMA synchronous = OFF")  # a test need not wait for the disk
        database.execute(f"PRAGMA encoding = '{encoding}'")
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript(_TABLES)
        _providers(database)
        _models(database)
        _neighbours(database, messages)
        if prepare:
            prepare(database)
        database.commit()
        if in_wal_mode:
            (checkpoint,) = database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            assert checkpoint == (0, 0, 0)
        else:
            database.execute("PRAGMA journal_mode = DELETE")
        shutil.copyfile(live, path)
    live.unlink()


def script(sql: str) -> Prepare:
    """What runs `sql` on a database, its schema open to every change."""

    def run(database: sqlite3.Connection) -> None:
        database.execute("PRAGMA writable_schema = ON")
        database.executescript(sql)

    return run


def _providers(database: sqlite3.Connection) -> None:
    for number, name in enumerate(_PRESETS):
        insert(database, "user_provider", provider_row(name, order_key=f"a{_DIGITS[number]}"))
    keys = api_keys((OLD_KEY, True), (OFF_KEY, False))
    settings = json.dumps({"rateLimit": 3, "notes": f"mine {ODD}", "extraHeaders": {"X-A": "b"}})
    database.execute(
        "UPDATE user_provider SET name = 'ModelScope', api_keys = ?, provider_settings = ?"
        " WHERE provider_id = 'modelscope'",
        (keys, settings),
    )
    own = provider_row(
        OWN_PROVIDER,
        preset_provider_id=None,
        name=f"Proxy {ODD}",
        endpoint_configs='{"openai-chat-completions": {"baseUrl": "https://proxy.example/v1"}}',
        default_chat_endpoint="openai-chat-completions",
        api_keys=api_keys(("a-made-up-key-of-the-proxy", True)),
        is_enabled=1,
        order_key="Zz",
    )
    insert(database, "user_provider", own)


def _models(database: sqlite3.Connection) -> None:
    for row in (
        model_row(
            "modelscope",
            OLD_MODEL,
            name=f"My favourite {ODD}",
            group="Mine",
            capabilities='["reasoning"]',
            context_window=32_768,
            notes=ODD,
            pricing='{"input": {"perMillionTokens": 0.10}}',
        ),
        model_row(
            "modelscope",
            REGISTRY_MODEL,
            preset_model_id="known",
            name=None,
            capabilities=None,
            supports_streaming=None,
            order_key="a1",
        ),
        model_row(OWN_PROVIDER, OLD_MODEL, name=f"Same id elsewhere {ODD}"),
        model_row("ollama", "embed", capabilities='["embedding"]', is_hidden=1),
        model_row("ollama", "gone", is_deprecated=1, is_enabled=0, order_key="a0V"),
    ):
        insert(database, "user_model", row)


def _neighbours(database: sqlite3.Connection, messages: int) -> None:
    old, known = f"modelscope::{OLD_MODEL}", f"modelscope::{REGISTRY_MODEL}"
    proxy, embed = f"{OWN_PROVIDER}::{OLD_MODEL}", "ollama::embed"
    many = database.executemany
    chain = [(f"{number:064x}", MADE_AT - number) for number in reversed(range(MIGRATIONS))]
    many("INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)", chain)
    many(
        "INSERT INTO preference VALUES ('default', ?, ?)",
        [("chat.default_model_id", f'"{proxy}"'), ("ui.language", '"zh-CN"'), (ODD, ODD)],
    )
    many(
        "INSERT INTO assistant VALUES (?, ?, ?)",
        [("a", "Default", old), ("b", ODD, known), ("c", "None", None), ("d", "Proxy", proxy)],
    )
    many("INSERT INTO assistant_model VALUES (?, ?)", [("a", old), ("a", known), ("d", proxy)])
    many("INSERT INTO knowledge_base VALUES (?, ?, ?)", [("k", ODD, old), ("l", "Papers", embed)])
    vector = bytes(range(256))
    many(
        "INSERT INTO knowledge_item (base_id, vector) VALUES (?, ?)",
        [(base, vector) for base in ("k", "l") for _ in range(20)],
    )
    many("INSERT INTO agent VALUES (?, ?, ?, ?, ?)", [("g", ODD, old, known, proxy)])
    many("INSERT INTO provider_note VALUES (?, ?)", [("modelscope", ODD), (OWN_PROVIDER, "x")])
    models = (old, known, proxy, None)
    many(
        "INSERT INTO message (id, parent_id, role, content, model_id, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            (
                *(number, number - 1 if number > 1 else None, ("assistant", "user")[number % 2]),
                *(f"Message {number} {ODD}", models[number % 4], MADE_AT + number),
            )
            for number in range(1, messages + 1)
        ),
    )
    many("INSERT INTO oddity VALUES (?)", [(2**63 - 1,), (-(2**63),), (1.0,), (1e300,), (b"\0",)])
    database.execute("INSERT INTO oddity VALUES (CAST(x'ff41' AS TEXT))")  # no text in UTF-8
