"""What README and docs show is what happens.

``python tests/test_docs.py`` writes the real output into them, the reference and the table of
beliefs anew.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import pytest

from backups import make_v7
from msconfig.checking.report import Proof, Status
from msconfig.cli.app import COMMANDS, command_named
from msconfig.errors import ExitCode
from msconfig.modelscope.beliefs import BELIEFS
from msconfig.settings import loading as settings

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").glob("*.md"))]
TRANSLATED = [page for page in PAGES if page.name.endswith(".zh-CN.md")]
REFERENCE = ROOT / "docs" / "reference.md"
DOCTOR = ROOT / "docs" / "doctor.md"
_CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


NOW = "2026-10-20T12:00:00+00:00"
"""A day on which the facts that come with msconfig were fresh."""
_AT_NOW = f"""#!{sys.executable}
from datetime import datetime

from msconfig import clock
from msconfig.__main__ import main

clock.utc_now = lambda: datetime.fromisoformat("{NOW}")
main()
"""


def with_real_output(text: str, folder: Path) -> str:
    """`text` with the output of every command in its console blocks, run one after another.

    Where they run lies a backup of Cherry Studio, `cherry-studio.zip`. The clock of the commands
    stands at `NOW`, so that no example changes with the date.
    """
    make_v7(folder / "cherry-studio.zip", messages=10)
    shim = Path(tempfile.mkdtemp(dir=folder, prefix=".")) / "msconfig"
    shim.write_text(_AT_NOW, "utf-8")
    shim.chmod(0o755)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MODELSCOPE_")},
        "PATH": os.pathsep.join(
            [str(shim.parent), str(Path(sys.executable).parent), os.environ["PATH"]]
        ),
        "COLUMNS": "80",
        "LC_ALL": "C.UTF-8",
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


def reference() -> str:
    """Every command as its help tells it, then every document as its schema does."""
    made = "Made from the commands and the schemas by `python tests/test_docs.py`."
    documents = sorted((ROOT / "schemas").glob("*.schema.json"))
    return "\n".join(
        [
            f"# Reference\n\n{made} A test keeps it current.\n",
            "## Commands\n",
            *(f"### {path}\n\n```text\n{_help(path, each)}\n```\n" for path, each in _commands()),
            "## Documents\n",
            *map(_document, documents),
        ]
    )


def _help(path: str, command: click.Command) -> str:
    names = ["-h", "--help"]
    return command.get_help(
        click.Context(command, info_name=path, terminal_width=80, help_option_names=names)
    )


def _commands() -> Iterator[tuple[str, click.Command]]:
    for name in COMMANDS:
        command = command_named(name)
        yield f"msconfig {name}", command
        if isinstance(command, click.Group):
            for sub_name, sub_command in command.commands.items():
                yield f"msconfig {name} {sub_name}", sub_command


def _document(file: Path) -> str:
    schema = json.loads(file.read_text("utf-8"))
    head = f"### {schema['title']}\n\n{schema['description']}"
    link = f"Schema: [`{file.name}`](../schemas/{file.name})"
    rows = "\n".join(_Rows(schema).below(schema))
    return f"{head} {link}\n\n| key | | holds |\n|---|---|---|\n{rows}\n"


class _Rows:
    """A row for each key of a document; an object with a name (`$defs`) is shown once."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._definitions: Mapping[str, Mapping[str, Any]] = schema.get("$defs", {})
        self._shown: dict[str, str] = {}

    def below(self, schema: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
        for name, told in schema.get("properties", {}).items():
            path = f"{prefix}{name}"
            required = "required" if name in schema.get("required", ()) else ""
            holds = _holds(self._resolved(told))
            items = self._resolved(told).get("items", {})
            below = list(self._once(told, path)) + list(self._once(items, f"{path}[]"))
            shared = [each for each in below if each.startswith("as ")]
            yield f"| `{path}` | {required} | {'; '.join([holds, *shared])} |"
            yield from (each for each in below if each not in shared)

    def _once(self, told: Mapping[str, Any], path: str) -> Iterator[str]:
        resolved = self._resolved(told)
        name = told.get("$ref", path)
        if not resolved.get("properties"):
            return
        if name in self._shown:
            yield f"as `{self._shown[name]}`"
            return
        self._shown[name] = path
        yield from self.below(resolved, f"{path}.")

    def _resolved(self, told: Mapping[str, Any]) -> Mapping[str, Any]:
        name = told.get("$ref", "").removeprefix("#/$defs/")
        return {**self._definitions[name], **told} if name else told


def _holds(told: Mapping[str, Any]) -> str:
    if "const" in told:
        what = f"`{json.dumps(told['const'])}`"
    elif "enum" in told:
        what = ", ".join(f"`{each}`" for each in told["enum"])
    else:
        types = told.get("type", "")
        what = ", ".join([types] if isinstance(types, str) else types)
    more = told.get("description", "")
    return "; ".join(part for part in (what, more) if part).replace("|", "\\|")


_BELIEFS = re.compile(r"(?<=if it moved \|\n\|---\|---\|---\|\n)(?:\| `[A-Z_]+` .*\n)+")


def with_beliefs(text: str) -> str:
    """The page about `msconfig doctor` with the table of its beliefs."""
    rows = (
        f"| `{each.code}` | {each.request}; {each.must_show} | {each.consequence} |\n"
        for each in BELIEFS
    )
    table = "".join(rows)
    return _BELIEFS.sub(lambda _: table, text)


def test_the_page_about_doctor_has_every_belief() -> None:
    text = DOCTOR.read_text("utf-8")
    assert with_beliefs(text) == text
    assert len(_BELIEFS.findall(text)) == 1


@pytest.mark.skipif(os.name != "posix", reason="the examples are for a POSIX shell")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_example_shows_real_output(page: Path, tmp_path: Path) -> None:
    text = page.read_text("utf-8")
    assert with_real_output(text, tmp_path) == text


def test_the_reference_is_that_of_the_commands_and_schemas() -> None:
    assert REFERENCE.read_text("utf-8") == reference()


@pytest.mark.parametrize(
    "page",
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")],
    ids=lambda page: page.name,
)
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    for target in _LINK.findall(page.read_text("utf-8")):
        if "://" not in target:
            file, _, heading = target.partition("#")
            path = page.parent / file if file else page
            assert path.exists(), target
            if heading:
                assert heading in _headings(path), target


def _headings(page: Path) -> set[str]:
    """What a forge makes of the headings, to link to."""
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each).strip().lower().replace(" ", "-") for each in headings}


def test_every_message_that_is_explained_is_one_that_the_code_says() -> None:
    page = (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")
    messages = re.findall(r"^### `(.*)`$", page, re.MULTILINE)
    said = "\n".join(text for path in (ROOT / "msconfig").rglob("*.py") for text in _texts(path))
    assert len(messages) > 20
    assert [message for message in messages if message not in said] == []


def _texts(path: Path) -> Iterator[str]:
    """Every text in the code, with ``…`` for what is put into it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.JoinedStr):
            parts = [each.value if isinstance(each, ast.Constant) else "…" for each in node.values]
            yield "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def example(name: str, folder: Path) -> settings.Settings:
    """The settings that stand below ``<!-- example: NAME -->`` in the README."""
    mark = re.escape(f"<!-- example: {name} -->")
    found = re.search(rf"{mark}\n```toml\n(.*?)```", PAGES[0].read_text("utf-8"), re.DOTALL)
    assert found
    path = folder / "msconfig.toml"
    path.write_text(found[1], "utf-8")
    return settings.load(path, found=True)


def test_the_settings_in_the_readme_are_accepted(tmp_path: Path) -> None:
    models = example("settings", tmp_path).models
    assert [model.id for model in models] == ["Qwen/Qwen3.5-27B", "Qwen/Qwen3.8-27B"]
    fallback = example("fallback", tmp_path).fallback
    assert fallback is not None
    assert [model.id for model in fallback.models] == [
        *("qwen3-32b", "deepseek-v4-pro", "text-embedding-v4")
    ]


def _original(page: Path) -> Path:
    return page.with_name(page.name.replace(".zh-CN", ""))


def _blocks(page: Path) -> list[str]:
    """The code blocks, without the comments of a shell."""
    blocks = re.findall(r"^```\w+\n.*?^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [re.sub(r" +# .*$", "", each, flags=re.MULTILINE) for each in blocks]


def _code(page: Path) -> set[str]:
    """The code within sentences and tables; the guide's name is that of an English one."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return set(
        re.findall(r"`([^`]+)`", re.sub(r"\s+", " ", text).replace("guide.zh-CN", "guide.en"))
    )


@pytest.mark.parametrize("page", TRANSLATED, ids=lambda page: page.name)
def test_a_translated_page_shows_the_commands_of_the_original(page: Path) -> None:
    shown, original = _blocks(page), _blocks(_original(page))
    assert shown
    assert shown == [each for each in original if each in shown]


@pytest.mark.parametrize("page", TRANSLATED, ids=lambda page: page.name)
def test_a_translated_page_names_no_option_that_the_original_does_not(page: Path) -> None:
    own = {"--lang zh-CN"}
    assert sorted(_code(page) - _code(_original(page)) - own) == []


def test_the_translated_start_has_every_command_and_step_of_the_original() -> None:
    page = ROOT / "docs" / "start.zh-CN.md"
    original = _original(page)
    assert _blocks(page) == _blocks(original)
    for pattern in (r"^## (\d+)\.", r"^\| .* \| `(.*)` \|$", r"<(https://[^>]+)>"):
        of_both = [
            re.findall(pattern, each.read_text("utf-8").replace(".zh-CN", ".en"), re.MULTILINE)
            for each in (page, original)
        ]
        assert of_both[0] == of_both[1]


def test_the_translated_readme_has_every_status_proof_and_exit_code() -> None:
    text = (ROOT / "README.zh-CN.md").read_text("utf-8")
    rows = re.findall(r"^\| `?([\w.<>]+)`? \|", text, re.MULTILINE)
    assert set(rows) >= {*Status, *Proof, *map(str, ExitCode)}


@pytest.mark.parametrize("page", TRANSLATED, ids=lambda page: page.name)
def test_a_page_and_its_translation_link_to_each_other(page: Path) -> None:
    for one, other in ((page, _original(page)), (_original(page), page)):
        assert f"]({other.name})" in one.read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_in_code_blocks_use_options_that_exist(page: Path) -> None:
    for block in _blocks(page):
        for name, rest in re.findall(r"msconfig(?:-modelscope)? ([a-z]+)\b([^|&;\n]*)", block):
            if name not in COMMANDS:
                continue
            parameters = _all_parameters(command_named(name))
            taken = {"--help", *(option for each in parameters for option in each.opts)}
            used = set(re.findall(r"(?<!\S)(--?[a-z][a-z-]*)", rest))
            assert used <= taken, (name, used - taken)


def _all_parameters(command: click.Command) -> list[click.Parameter]:
    found = [*command.params]
    if isinstance(command, click.Group):
        found += [each for child in command.commands.values() for each in child.params]
    return found


def test_the_readme_lists_every_command() -> None:
    section = PAGES[0].read_text("utf-8").partition("\n## Commands\n\n")[2]
    assert re.findall(r"`([a-z]+)`", section.partition(".\n")[0]) == list(COMMANDS)


def test_every_claim_about_the_mock_beside_others_names_a_test() -> None:
    page = (ROOT / "docs" / "mock.md").read_text("utf-8")
    table = page.partition("<!-- table: peers -->")[2].partition("\n\n")[0]
    ours = [row.split("|")[2].strip() for row in table.splitlines()[3:]]
    assert len(ours) > 10
    for cell in ours:
        assert cell.startswith(("●", "○", "–")), cell
        named = re.findall(r"`(\w+\.py)::(\w+)`", cell)
        assert named or not cell.startswith(("●", "○")), cell
        for file, test in named:
            assert f"def {test}(" in (ROOT / "tests" / "mock" / file).read_text("utf-8")


def test_the_tasks_of_contributing_exist() -> None:
    named = set(re.findall(r"nox -s (\w+)", (ROOT / "CONTRIBUTING.md").read_text("utf-8")))
    tree = ast.parse((ROOT / "noxfile.py").read_text("utf-8"))
    sessions = {
        each.name for each in tree.body if isinstance(each, ast.FunctionDef) and each.decorator_list
    }
    assert named == sessions


def test_no_install_line_takes_a_package_of_that_name_from_a_registry() -> None:
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]:
        text = page.read_text("utf-8")
        assert not re.search(r"(?:pip|pipx|uv) [^\n`]*install (?:-\w+ )*msconfig", text)


if __name__ == "__main__":
    REFERENCE.write_text(reference(), "utf-8")
    DOCTOR.write_text(with_beliefs(DOCTOR.read_text("utf-8")), "utf-8")
    for written in PAGES:
        with tempfile.TemporaryDirectory() as scratch:
            page_text = with_real_output(written.read_text("utf-8"), Path(scratch))
            written.write_text(page_text, "utf-8")
