"""The command as it is installed: its two names, and completion in a shell."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import entry_points, metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
NAMES = ["msconfig", "msconfig-modelscope"]


def run_as(path: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a script at `path` does; nothing has to be there."""
    code = f"import sys; sys.argv[0] = {path!r}; from msconfig.__main__ import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_both_names_are_installed_and_start_the_same() -> None:
    scripts = entry_points(group="console_scripts")
    assert {scripts[name].value for name in NAMES} == {"msconfig.__main__:main"}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/usr/bin/msconfig", "msconfig"),
        ("/usr/bin/msconfig-modelscope", "msconfig-modelscope"),
        (r"C:\venv\Scripts\msconfig-modelscope.exe", "msconfig-modelscope"),
        (r"C:\venv\Scripts\msconfig-modelscope", "msconfig-modelscope"),
        ("/site-packages/msconfig/__main__.py", "msconfig"),
        ("", "msconfig"),
    ],
)
def test_usage_shows_the_name_that_was_called(path: str, name: str) -> None:
    ran = run_as(path, "check", "--help")
    assert ran.returncode == 0
    assert ran.stdout.startswith(f"Usage: {name} check [OPTIONS] [ID]...\n")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_of_the_docs_gets_its_script(shell: str) -> None:
    page = (ROOT / "docs" / "start.md").read_text("utf-8")
    (variable,) = set(re.findall(rf"(\w+)={shell}_source msconfig\b", page))
    ran = run_as("msconfig", **{variable: f"{shell}_source"})
    assert ran.returncode == 0
    assert f"{variable}={shell}_complete" in ran.stdout


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("ch", ["check"]),
        ("link ", ["decode", "encode", "open"]),
        ("check --forma", ["--format"]),
        ("check --format sar", ["sarif"]),
        ("check Qwen/", []),
    ],
)
def test_a_shell_completes_commands_options_and_choices(
    name: str, line: str, completed: list[str]
) -> None:
    variable = f"_{name.upper().replace('-', '_')}_COMPLETE"
    words = f"{name} {line}"
    ran = run_as(
        name,
        **{variable: "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))},
    )
    assert ran.stdout.split() == [f"plain,{each}" for each in completed]
    assert ran.stderr == ""


def test_what_a_registry_shows_is_there() -> None:
    shown = metadata("msconfig")
    assert shown["Author"] == "The msconfig authors"
    urls = dict(each.split(", ", 1) for each in shown.get_all("Project-URL", []))
    assert set(urls) == {"Homepage", "Documentation", "Source", "Issues", "Changelog"}
    assert all(url.startswith("https://example.invalid/msconfig") for url in urls.values())
