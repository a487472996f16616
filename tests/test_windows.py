"""What Windows has otherwise, as far as it can be tested elsewhere: names, letter case, calls."""

from __future__ import annotations

import ast
import ntpath
import os
import re
from datetime import UTC, datetime
from pathlib import Path, PureWindowsPath

import pytest

from backups import make_v7
from msconfig import clock, command_name
from msconfig import files as files_module
from msconfig.files import is_same_file
from msconfig.windows_names import why_unusable
from support import TOKEN, Run

PACKAGE = Path(__file__).resolve().parents[1] / "msconfig"

# --- the name of the command

COMMAND = re.compile(
    r"\bmsconfig (check|generate|validate|models|quota|link|apply|snapshot|mock|doctor|init|help)\b"
)


@pytest.mark.parametrize(
    "arguments",
    [
        "check --offline --no-token Qwen/Qwen3.5-27B",
        "check --offline --no-token --format html Qwen/Qwen3.5-27B",
        "models --offline qwen3",
        "link encode -o links.txt",
        "link open --yes broken.txt",
        "init --offline --yes Qwen/Qwen3.5-27B",
        "check --help",
    ],
)
def test_messages_on_windows_name_the_command_that_starts_there(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: str
) -> None:
    monkeypatch.setattr(command_name, "_IS_WINDOWS", True)
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(clock, "utc_now", lambda: datetime(2099, 1, 1, tzinfo=UTC))
    Path("broken.txt").write_text("cherrystudio://providers/api-keys?v=1&data=x\n")
    ran = run(*arguments.split())
    assert "msconfig-modelscope " in ran.out + ran.err
    assert not COMMAND.search(ran.out + ran.err)


def test_a_page_names_the_command_that_starts_everywhere(run: Run) -> None:
    ran = run("check", "--offline", "--no-token", "--format", "html", "Qwen/Qwen3.5-27B")
    assert "msconfig-modelscope generate -o DIR" in ran.out


def test_no_message_spells_the_name_of_the_command_itself() -> None:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        docstrings = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
        found += [
            (path.name, each.value)
            for each in ast.walk(tree)
            if isinstance(each, ast.Constant) and id(each) not in docstrings
            if isinstance(each.value, str) and COMMAND.search(each.value)
        ]
    # kinds of documents, named by the command that writes them
    assert {name for name, _ in found} == {"recognise.py"}


# --- names

RESERVED = [
    *("CON", "con.json", "Aux.tar.gz", "nul", "PRN .txt", "COM1", "lpt9.md", "com¹", "CONIN$"),
    *("report.json.", "report.json ", "report:b", "what?.json", "a*", "a|b", 'a"b', "a<b", "a\tb"),
]
FREE = [
    *(
        "report.json",
        "console.json",
        "com10.txt",
        "com.json",
        ".aux",
        "my.con",
        "nul-1",
        "auxiliary",
    ),
    *("模型.json", "a b.txt", ".", ".."),
]


@pytest.mark.parametrize(
    ("name", "is_free"), [*((n, False) for n in RESERVED), *((n, True) for n in FREE)]
)
def test_a_name_is_judged_as_python_judges_it_for_windows(name: str, is_free: bool) -> None:
    assert (why_unusable(name) is None) is is_free
    if hasattr(ntpath, "isreserved"):  # Python 3.13
        assert ntpath.isreserved(name) is not is_free
    elif not name.endswith((".", " ")) and not set(name) & set(':*?"<>|\t'):
        assert PureWindowsPath(name).is_reserved() is not is_free


@pytest.mark.parametrize(
    "command",
    [
        "check --report json=sub/aux.json Qwen/Qwen3.5-27B",
        "check --report json=report.json. Qwen/Qwen3.5-27B",
        "snapshot -o CON",
        "generate --template nul.json.j2 -o out Qwen/Qwen3.5-27B",
        "apply backup.zip -o com1.zip --yes Qwen/Qwen3.5-27B",
    ],
)
def test_on_windows_no_output_goes_to_a_device(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr(files_module, "_IS_WINDOWS", True)
    make_v7(Path("backup.zip"), messages=1)
    Path("nul.json.j2").write_text("{}")
    if "nul.json.j2" in command and not Path("nul.json.j2").exists():
        pytest.skip("a template cannot have that name where it is reserved")
    before = set(Path().rglob("*"))
    token = () if command.startswith("snapshot") else ("--no-token",)
    ran = run(*command.split(), "--offline", *token)
    assert ran.code == 2, ran
    assert "Windows" in ran.err
    assert "give the file another name" in ran.err
    assert len(ran.err.splitlines()) == 1
    assert set(Path().rglob("*")) == before


@pytest.mark.parametrize("name", ["REPORT.json.j2", "Provider.V2.json.j2", "links.TXT.j2"])
def test_a_template_never_takes_a_name_of_ours_in_other_letters(run: Run, name: str) -> None:
    Path(name).write_text("{}")
    ran = run(
        "generate", "--offline", "--no-token", "--template", name, "-o", "out", "Qwen/Qwen3.5-27B"
    )
    assert (ran.code, Path("out").exists()) == (2, False)
    assert "rename it" in ran.err


# --- letter case


@pytest.fixture
def _ignoring_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that finds names in any letter case and keeps them as they were given."""
    stat = os.stat

    def found(path: str | Path, *, follow_symlinks: bool = True) -> os.stat_result:
        place = Path("/")
        for part in Path(path).absolute().parts[1:]:
            is_there = os.path.lexists(place / part)
            near = [] if is_there else [each for each in _names(place) if _is_near(each, part)]
            place /= near[0] if near else part
        return stat(place, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(os, "stat", found)


def _names(folder: Path) -> list[str]:
    return [entry.name for entry in os.scandir(folder)] if os.path.lexists(folder) else []


def _is_near(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


PAIRS = [("r.json", "R.json"), ("out/r.json", "Out/R.json"), ("new/deep/r.json", "new/Deep/R.JSON")]


@pytest.mark.usefixtures("_ignoring_case")
@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_new_files_are_one_where_the_file_system_ignores_case(one: str, other: str) -> None:
    Path("out").mkdir()
    assert is_same_file(Path(one), Path(other))
    assert not is_same_file(Path(one), Path(f"{other}l"))


@pytest.mark.skipif(Path(__file__.swapcase()).exists(), reason="a file system that ignores case")
@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_new_files_are_two_where_it_does_not(one: str, other: str) -> None:
    Path("out").mkdir()
    assert not is_same_file(Path(one), Path(other))
    Path("a.txt").touch()
    Path("A.TXT").touch()
    assert not is_same_file(Path(one), Path(other))


@pytest.mark.usefixtures("_ignoring_case")
def test_a_report_named_twice_in_other_letters_is_refused(run: Run) -> None:
    reports = ("--report", "json=Report.json", "--report", "html=report.JSON")
    ran = run("check", "--offline", "--no-token", *reports, "Qwen/Qwen3.5-27B")
    assert (ran.code, list(Path().iterdir())) == (2, [])
    assert "are one file" in ran.err


# --- calls that Windows lacks

_MODULES = {"fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty"}
_OS = {
    *("chown", "chroot", "fchdir", "fchmod", "fchown", "fork", "forkpty", "getegid", "geteuid"),
    *("getgid", "getgroups", "getpgid", "getuid", "initgroups", "killpg", "lchown", "mkfifo"),
    *("mknod", "nice", "openpty", "pathconf", "posix_fallocate", "posix_spawn", "pread", "pwrite"),
    *("sched_getaffinity", "sendfile", "setegid", "seteuid", "setgid", "setpgid", "setsid"),
    *("setuid", "setxattr", "getxattr", "statvfs", "sync", "sysconf", "uname", "wait3", "wait4"),
    *("O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_SYNC"),
    *("WNOHANG", "EX_OK"),
}
_SIGNALS = {
    *("SIGALRM", "SIGCHLD", "SIGCONT", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGSTOP"),
    *(
        "SIGTSTP",
        "SIGUSR1",
        "SIGUSR2",
        "SIGWINCH",
        "alarm",
        "pause",
        "pthread_sigmask",
        "setitimer",
    ),
    *("sigwait", "siginterrupt"),
}
_LACKING = {"os": _OS, "signal": _SIGNALS, "time": {"tzset"}, "socket": {"AF_UNIX"}}
_GUARDS = ("os.name", "sys.platform", "hasattr(", "platform.system", "_IS_WINDOWS")


def lacking(tree: ast.AST) -> list[tuple[int, str]]:
    """Line and name of each use of what Windows lacks that no guard keeps from it."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    uses: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names if each.name in _MODULES]
        elif isinstance(node, ast.ImportFrom):
            missing = _LACKING.get(node.module or "", set())
            names = [node.module or ""] if node.module in _MODULES else []
            names += [each.name for each in node.names if each.name in missing]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            missing = _LACKING.get(node.value.id, set())
            names = [f"{node.value.id}.{node.attr}"] if node.attr in missing else []
        if names and not _is_guarded(node, parents):
            uses += [(getattr(node, "lineno", 0), name) for name in names]
    return uses


def _is_guarded(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether a condition around it, or before it in its function, is about the platform.

    An import may also be in a `try` that goes on without it.
    """
    child = node
    while (parent := parents.get(child)) is not None:
        conditions: list[ast.expr] = []
        if isinstance(parent, ast.If | ast.IfExp):
            conditions = [parent.test]
        elif isinstance(parent, ast.BoolOp):
            conditions = parent.values[: [*map(id, parent.values)].index(id(child))]
        body = getattr(parent, "body", None)
        if isinstance(body, list) and child in body:  # `if os.name != "posix": return` before it
            conditions += [
                each.test
                for each in body[: body.index(child)]
                if isinstance(each, ast.If) and isinstance(each.body[-1], ast.Return | ast.Raise)
            ]
        if isinstance(parent, ast.Try) and "ImportError" in map(_caught, parent.handlers):
            return True
        if any(guard in ast.unparse(each) for each in conditions for guard in _GUARDS):
            return True
        child = parent
    return False


def _caught(handler: ast.ExceptHandler) -> str:
    return ast.unparse(handler.type) if handler.type else ""


def test_what_windows_lacks_is_behind_a_guard() -> None:
    found = {
        f"{path.relative_to(PACKAGE)}:{line}: {name}"
        for path in PACKAGE.rglob("*.py")
        for line, name in lacking(ast.parse(path.read_text("utf-8")))
    }
    assert found == set()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import os\nos.getuid()", ["os.getuid"]),
        ("import fcntl", ["fcntl"]),
        ("from signal import SIGHUP", ["SIGHUP"]),
        ("import signal\nsignal.SIGKILL", ["signal.SIGKILL"]),
        ("if sys.platform != 'win32':\n    import fcntl", []),
        ("x = os.name != 'posix' or os.geteuid() == 1", []),
        ("x = os.geteuid() == 1 or os.name != 'posix'", ["os.geteuid"]),
        ("def f():\n    if os.name != 'posix':\n        return\n    os.fork()", []),
        ("def f():\n    if x:\n        return\n    os.fork()", ["os.fork"]),
        ("flags = getattr(os, 'O_NOFOLLOW', 0)", []),
    ],
)
def test_the_check_finds_what_is_not_guarded(source: str, found: list[str]) -> None:
    assert [name for _, name in lacking(ast.parse(source))] == found
