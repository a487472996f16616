"""What the README shows is what happens.

``python tests/test_readme.py`` writes the real output into it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from msconfig import settings

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
_CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)


def with_real_output(text: str, folder: Path) -> str:
    """`text` with the output of every command in its console blocks, run one after another."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MODELSCOPE_")},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "80",
    }

    def block(match: re.Match[str]) -> str:
        shown = []
        for line in match[1].splitlines():
            if line.startswith("$ "):
                ran = subprocess.run(
                    line[2:],
                    shell=True,
                    cwd=folder,
                    env=environment,
                    capture_output=True,
                    text=True,
                    check=False,
                )
                shown.append(f"{line}\n{ran.stdout}{ran.stderr}")
        return f"```console\n{''.join(shown)}```"

    return _CONSOLE.sub(block, text)


@pytest.mark.skipif(os.name != "posix", reason="the examples are for a POSIX shell")
def test_every_example_in_the_readme_shows_real_output(tmp_path: Path) -> None:
    text = README.read_text("utf-8")
    assert _CONSOLE.search(text)
    assert with_real_output(text, tmp_path) == text


def test_the_settings_in_the_readme_are_accepted(tmp_path: Path) -> None:
    example = re.search(
        r"<!-- example: settings -->\n```toml\n(.*?)```", README.read_text("utf-8"), re.DOTALL
    )
    assert example
    path = tmp_path / "msconfig.toml"
    path.write_text(example[1], "utf-8")
    loaded = settings.load(path, found=True)
    assert [model.id for model in loaded.models] == ["Qwen/Qwen3.5-27B", "Qwen/Qwen3.8-27B"]


def test_no_install_line_takes_a_package_of_that_name_from_a_registry() -> None:
    for page in ROOT.glob("*.md"):
        assert not re.search(r"(?:pip|pipx|uv) [^\n`]*install (?:-\w+ )*msconfig", page.read_text())


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        README.write_text(with_real_output(README.read_text("utf-8"), Path(scratch)), "utf-8")
