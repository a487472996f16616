"""Hostile files of a megabyte, and the commands that read them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

UNITS = (
    *("sk-", "sk-a", "ms-00000000-", "ms_oauth!", "00000000-0000-", "cherrystudio:"),
    *("cherrystudio:data=", "api-keys?data=", "a/", "a/b ", "a/b,", "- ", "-", "`", '"', "'"),
    *(
        "https://modelscope.cn/models/",
        "models--a--",
        "openai/",
        "/",
        ":",
        "#",
        " #",
        "\\",
        "&#45;",
    ),
    *("%2D", "\u3000", "／", "{", "[", "(", "<", ".", "=", "a=", "a: ", "::", "##[", "Bearer "),
    *("data=", "eyJ", "0", "\u202e", "字", "a.b.", "[[a", "'''", '"""', "\\u0041", "|", "*", "</"),
)
"""What a line repeats: begins of tokens, links, ids, quotations and markup."""
LINE = 100_000
"""Characters of a line."""


def lines() -> list[str]:
    return [unit * (LINE // len(unit)) for unit in UNITS]


def as_lines(texts: Iterable[str]) -> str:
    return "".join(f"{text}\n" for text in texts)


def as_keys(texts: Iterable[str]) -> str:
    return json.dumps(dict.fromkeys(texts, 1))


def as_texts(texts: Iterable[str]) -> str:
    return json.dumps({"data": [{"id": text, "apiKey": text} for text in texts]})


def as_toml(texts: Iterable[str]) -> str:
    return "".join(f"{json.dumps(text)} = 1\n" for text in texts)


def as_many_ids(count: int) -> str:
    return "".join(f"owner/name-of-model-{number}\n" for number in range(count))


def as_one_id(count: int) -> str:
    return "owner/name-of-a-model\n" * count


WITH = ("check", "--offline", "--no-token")
COMMANDS: dict[str, Callable[[str], tuple[str, ...]]] = {
    "check --models": lambda file: (*WITH, "--models", file),
    "check --from": lambda file: (*WITH, "--from", file),
    "check --scan": lambda file: (*WITH, "--scan", file),
    "check --config": lambda file: (*WITH, "--config", file),
    "check --baseline": lambda file: (*WITH, "--baseline", file, "a/b"),
    "check --reuse": lambda file: (*WITH, "--reuse", file, "a/b"),
    "check --snapshot": lambda file: ("check", "--no-token", "--snapshot", file, "a/b"),
    "check --token-file": lambda file: ("check", "--offline", "--token-file", file, "a/b"),
    "generate --template": lambda file: (
        *("generate", "--offline", "--no-token", "Qwen/Qwen3.5-27B", "-o", "out"),
        *("--target", "guide", "--template", file),
    ),
    "validate": lambda file: ("validate", file),
    "apply": lambda file: ("apply", file, "--plan", "--offline", "--no-token", "Qwen/Qwen3.5-27B"),
    "link decode": lambda file: ("link", "decode", file),
    "link open": lambda file: ("link", "open", "--yes", file),
    "mock --scenario": lambda file: ("mock", "--scenario", file),
}
"""The arguments for a file."""
