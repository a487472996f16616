"""The action: installs msconfig once in a job, checks, and sets the outputs.

Uses the standard library alone. The inputs of action.yml come as ``MSCONFIG_*``, the token as
``MODELSCOPE_API_TOKEN``. `MSCONFIG_COMMAND` names an msconfig that is installed already.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "ci" / "requirements.txt"
SOURCES = ("msconfig", "schemas", "templates", "pyproject.toml", "hatch_build.py", "README.md")
"""What the wheel is built of."""
NOT_FOR_PIP = ("MODELSCOPE_", "DASHSCOPE_", "PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT")
"""Beginnings of variables: tokens, and pins that could contradict ours."""

VALUES = (
    "site",
    "config",
    "snapshot",
    "require",
    "max-cost",
    "reuse",
    "max-age",
    "baseline",
    "diff",
)
LISTS = ("models", "from", "scan", "report")
FLAGS = ("probe", "strict", "no-token", "offline", "fix", "fix-any")
"""Inputs that are options of `msconfig check` of the same name."""
REPORTS = ("json", "sarif")
"""Formats that are always written, because outputs name them."""

USAGE, INCONCLUSIVE = 2, 4
WITHOUT_REPORT = (USAGE, 5, 70)
"""Exit codes whose reason is on stderr alone."""


class Refused(Exception):
    """The action cannot run; the message says why."""


def given(name: str) -> str:
    """The value of an input; "" if it was not given."""
    return os.environ.get(f"MSCONFIG_{name.replace('-', '_').upper()}", "")


def is_true(name: str) -> bool:
    """The value of an input that is true or false, false if it was not given.

    Raises:
        Refused: it is neither: the step would do something else than what is meant.
    """
    value = given(name).strip()
    if value.lower() not in {"true", "false", ""}:
        raise Refused(f"input {name}: {value!r} is neither true nor false")
    return value.lower() == "true"


def words(name: str) -> list[str]:
    """The values of an input with several, separated by white space; one with blanks is quoted.

    Raises:
        Refused: a quotation mark has no end, or a name has a control character.
    """
    # no character escapes another: on Windows it is a part of file names
    lexer = shlex.shlex(given(name), posix=True, punctuation_chars="")
    lexer.whitespace_split, lexer.commenters, lexer.escape = True, "", ""
    try:
        found = list(lexer)
    except ValueError:
        raise Refused(
            f"input {name}: a quotation mark has no end; quote a name that has one with the other"
        ) from None
    if not all(map(str.isprintable, found)):  # a line break would begin another output
        raise Refused(f"input {name}: a control character in a name")
    return found


def arguments(reports: Path) -> tuple[list[str], dict[str, Path]]:
    """The command line of the check, and the files of `REPORTS`.

    Args:
        reports: folder for those that the inputs do not name.

    Raises:
        Refused: an input cannot be used.
    """
    flags = {name: is_true(name) for name in FLAGS}
    values = {name: given(name).strip() for name in VALUES}
    if not flags["probe"]:
        values["max-cost"] = ""  # a limit of nothing; the workflow may probe on some events alone
    lists = {name: words(name) for name in LISTS}
    files = {form: reports / f"report.{form}" for form in REPORTS}
    for report in lists["report"]:
        form, _, file = report.partition("=")
        if form in files:
            files[form] = Path.cwd() / file
    lists["report"] += [f"{form}={file}" for form, file in files.items() if file.parent == reports]
    ids = [line for line in given("ids").splitlines() if line.strip()]
    return [
        *("check", "--format", "github"),
        *(f"--{name}={value}" for name, value in values.items() if value),
        *(f"--{name}={value}" for name, each in lists.items() for value in each),
        *(f"--{name}" for name, is_set in flags.items() if is_set),
        *("--", *ids),
    ], files


def installed() -> list[str]:
    """The command of an msconfig of this version, installed in the job's temporary folder.

    A second step of the job finds it there. Every package is pinned with its hash.

    Raises:
        Refused: it cannot be installed.
    """
    if command := os.environ.get("MSCONFIG_COMMAND"):
        return [command]
    folder = Path(os.environ.get("RUNNER_TEMP") or tempfile.gettempdir()) / f"msconfig-{digest()}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    mark = folder / "complete"
    if not mark.exists():
        pip = (str(python), "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        _run(sys.executable, "-I", "-m", "venv", "--clear", str(folder))
        _run(*pip, "--require-hashes", "-r", str(REQUIREMENTS))
        _run(*pip, "--no-deps", "--no-build-isolation", str(ROOT))
        mark.touch()
    # isolated: a module in the repository that is checked must not take the place of ours
    return [str(python), "-I", "-m", "msconfig"]


def digest() -> str:
    """Identifies this version of msconfig, its dependencies and the interpreter."""
    found = hashlib.sha256(f"{sys.version}\0{sys.executable}\0".encode())
    for path in (REQUIREMENTS, *_sources()):
        found.update(f"{path.relative_to(ROOT).as_posix()}\0".encode())
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


def _sources() -> Iterator[Path]:
    built = {".mo", ".pyc"}
    for name in SOURCES:
        path = ROOT / name
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        yield from (each for each in files if each.is_file() and each.suffix not in built)


def _run(*command: str) -> None:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(NOT_FOR_PIP)}
    ran = subprocess.run(command, env=clean, capture_output=True, text=True, check=False)
    if ran.returncode:
        sys.stderr.write(ran.stdout + ran.stderr)
        lines = (ran.stderr or ran.stdout).strip().splitlines() or ["no output"]
        raise Refused(f"msconfig cannot be installed: {lines[-1]}")


def run(command: list[str]) -> tuple[int, str]:
    """The exit code of a command, and the last line that it wrote to stderr; all is passed on."""
    last = b""
    started: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    def pass_on(number: int, _frame: object) -> None:
        for each in started:
            each.send_signal(number)
        if not started:
            early.append(number)

    if os.name == "posix":  # a job that is cancelled; its report is still written
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, pass_on)
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        started.append(process)
        for number in early:  # came while the program was being started
            process.send_signal(number)
        assert process.stderr is not None  # noqa: S101 - it is a pipe
        for line in process.stderr:
            sys.stderr.buffer.write(line)
            sys.stderr.buffer.flush()
            last = line.strip() or last
    return process.returncode, last.decode("utf-8", "replace")


def counts(report: Path) -> dict[str, str]:
    """How many models fail and are unknown, without those whose outcome has no effect."""
    document = json.loads(report.read_text("utf-8"))
    models: list[dict[str, Any]] = document["models"]
    if document.get("fallback", {}).get("token", {}).get("status") not in {None, "absent"}:
        models += document["fallback"]["models"]
    counting = [each["outcome"] for each in models if not _is_excused(each)]
    return {"failed": str(counting.count("fail")), "unknown": str(counting.count("unknown"))}


def _is_excused(model: dict[str, Any]) -> bool:
    known = model["outcome"] == "fail" and model.get("baseline") in {"same", "healed"}
    return known or "ignored" in model


def set_outputs(outputs: dict[str, str]) -> None:
    """Hand values to later steps."""
    if file := os.environ.get("GITHUB_OUTPUT"):
        with Path(file).open("a", encoding="utf-8") as stream:
            stream.writelines(f"{name}={value}\n" for name, value in outputs.items())


def annotate(level: str, message: str) -> None:
    """Show a message on the page of the run."""
    text = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    sys.stdout.buffer.write(f"::{level} title=msconfig::{text}\n".encode())
    sys.stdout.buffer.flush()


def main() -> int:
    """Check, and give the exit code of the step."""
    try:
        fails_on_unknown = is_true("fail-on-unknown")
        if folder := given("working-directory"):
            try:
                os.chdir(folder)
            except OSError as error:
                raise Refused(f"input working-directory: {folder}: {error.strerror}") from None
        temporary = os.environ.get("RUNNER_TEMP") or None
        reports = Path(tempfile.mkdtemp(prefix="msconfig-report-", dir=temporary))
        options, files = arguments(reports)
        code, last = run([*installed(), *options])
    except Refused as error:
        set_outputs({"exit-code": str(USAGE)})
        annotate("error", str(error))
        return USAGE
    outputs = {"exit-code": str(code)}
    if code in WITHOUT_REPORT:
        annotate("error", last.removeprefix("msconfig: ") or f"exit code {code}")
    elif files["json"].is_file():
        outputs |= counts(files["json"])
        outputs |= {"report": str(files["json"]), "sarif": str(files["sarif"])}
    set_outputs(outputs)
    if code == INCONCLUSIVE and not fails_on_unknown:
        annotate("warning", "Nothing fails, but not all could be verified; this step passes.")
        return 0
    return code


if __name__ == "__main__":
    sys.exit(main())
