"""Modules that a command does not load: imports are most of the time of a small command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent
EXAMPLES = ROOT / "examples" / "valid"
HTTP = ("httpx", "httpcore", "anyio", "http.cookiejar", "msconfig.modelscope.http_client")
SCHEMAS = ("jsonschema", "referencing")
SUGGESTIONS = ("msconfig.checking.suggestions.suggest",)
DOCUMENTS = ("msconfig.documents", "msconfig.rendering")
PROBING = ("msconfig.checking.probing",)
BEFORE_ANY = (*HTTP, *SCHEMAS, *DOCUMENTS, "rich", "msconfig.checking", "msconfig.mock")
CONFIGURATION = ("msconfig.cherry", "msconfig.operations.configuration", "hashlib")
MOCK = ("msconfig.mock.handler", "msconfig.mock.server")
SCANNING = ("tree_sitter", "yaml", "dotenv", "msconfig.scanning.scanner", "subprocess")
NEVER = (
    *("jinja2", "prompt_toolkit", "segno", "tomlkit", "babel", "pytest_httpserver", "werkzeug"),
    *SCANNING,
)

SERVED = "Qwen/Qwen3.5-27B"
DEAD = "nowhere/none"
CHECK = ("check", "--offline", "--no-token")


@pytest.mark.parametrize(
    ("arguments", "left_out", "loaded"),
    [
        (
            ("--help",),
            BEFORE_ANY,
            ("click",),
        ),
        (("doctor", "--help"), BEFORE_ANY, ("msconfig.cli.doctor",)),
        (
            ("validate", str(EXAMPLES / "provider.v2" / "built-in.json")),
            (*HTTP, *MOCK, "rich", "msconfig.checking", "msconfig.settings.loading"),
            ("jsonschema", "msconfig.documents"),
        ),
        (
            ("link", "decode", str(EXAMPLES / "link" / "built-in.txt")),
            (*HTTP, *MOCK, "msconfig.settings.loading"),
            ("msconfig.documents",),
        ),
        (
            (*CHECK, SERVED),
            (
                *(*HTTP, *SCHEMAS, *DOCUMENTS, *SUGGESTIONS, *PROBING, *CONFIGURATION),
                "msconfig.mock.server",
            ),
            ("msconfig.mock.handler", "rich"),
        ),
        ((*CHECK, DEAD), (*HTTP, *SCHEMAS, *DOCUMENTS, *PROBING), SUGGESTIONS),
        ((*CHECK, "--format", "json", SERVED), (*HTTP, *SCHEMAS, *DOCUMENTS, "rich"), ()),
    ],
    ids=[
        "--help",
        "doctor --help",
        "validate",
        "link decode",
        "check",
        "check of a dead model",
        "check as JSON",
    ],
)
def test_a_command_loads_nothing_that_it_does_not_use(
    arguments: tuple[str, ...], left_out: tuple[str, ...], loaded: tuple[str, ...], tmp_path: Path
) -> None:
    program = (
        "import sys; from msconfig.cli.app import run; run(sys.argv[1:]);"
        "print(*sys.modules, file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    modules = set(ran.stderr.split())
    assert "msconfig.cli.app" in modules
    assert set(loaded) <= modules
    assert modules.isdisjoint({*left_out, *NEVER}), modules & {*left_out, *NEVER}
