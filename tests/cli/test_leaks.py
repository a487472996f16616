"""No command shows a token: not on stdout or stderr, in a file, a child or the process list.

Every command has a row in `ROWS`, every format of the reports one of its own. Each row runs with a
service that works, with one that repeats the token in every reply, in every encoding and across
every place where a text is cut, with a bug and with Ctrl-C in the middle.
"""

from __future__ import annotations

import base64
import contextlib
import html
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import quote

import httpx
import pytest

import msconfig
from backups import make_v7
from msconfig.cli.app import COMMANDS
from msconfig.mock.handler import MockModelScope
from msconfig.mock.messages import Request, Response
from msconfig.mock.scenario import Account, Scenario
from msconfig.reports import Format
from processes import PYTHON_SHEBANG, running
from support import ALIVE, DEAD, FakeClock, Online, Ran, Run, Serve, snapshot

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="/proc and xdg-open are Linux"),
    pytest.mark.no_cover,  # both coverage and these tests follow the calls
]

SHAPES = {
    "of ModelScope": "ms-5ec2e7f1-9abc-4def-8123-456789abcdef",
    "of no form": "Tr0ub4dor+and+a/half=Correct-h0rse",
    "as long as OAuth's": "ms_oauth" + "".join(f"-{number:06x}" for number in range(68)),
}
"""Marked tokens; the second is recognised by its value alone."""
SHOWN = 12
"""Characters in a row that are a leak; fewer are in fingerprints and masks."""


def forms(token: str) -> dict[str, str]:
    """A token as it is, and as programs encode it."""
    raw = token.encode()
    return {
        "as it is": token,
        "in upper case": token.upper(),
        "backwards": token[::-1],
        "in hex": raw.hex(),
        **{
            f"in base64 behind {before} bytes": base64.b64encode(
                b"x" * before + raw + b"!"
            ).decode()
            for before in range(3)
        },
        "in base64 for a URL": base64.urlsafe_b64encode(raw).decode(),
        "in a URL": quote(token, safe="").replace("-", "%2D"),
        "in a URL as a whole": "".join(f"%{byte:02X}" for byte in raw),
        "in JSON": "".join(rf"\u{byte:04x}" for byte in raw),
        "in JSON, its dashes": json.dumps(token)[1:-1].replace("-", r"\u002d"),
        "in HTML": html.escape(token).replace("-", "&#45;"),
    }


def leaks(text: str, token: str) -> list[str]:
    """The forms of which `text` has a piece; the last four characters of a token may be seen."""
    found = []
    for name, form in forms(token).items():
        last = len(form) - SHOWN - 4 * max(1, len(form) // len(token))
        pieces = (form[place : place + SHOWN] for place in range(4, last))
        # a row of dashes or of x is in many texts
        if any(piece in text for piece in pieces if len(set(piece)) > 3):
            found.append(name)
    return found


def none_in(text: str, token: str) -> None:
    found = leaks(text, token)
    assert not found, f"{', '.join(found)} in:\n{text}"


# --- the commands


@dataclass(frozen=True, slots=True)
class Row:
    """One way to run a command."""

    arguments: tuple[str, ...]
    prepare: Callable[[str], None] = lambda _token: None
    """Makes the files it needs, in the working folder; gets the token."""
    meant: frozenset[str] = frozenset()
    """Files and folders that hold the token on purpose, ``stdout`` among them."""
    environment: dict[str, str] = field(default_factory=dict)
    is_quoted: bool = False
    """Whether the token is in a place whose text is shown: only its form tells that it is one."""

    @property
    def command(self) -> str:
        return self.arguments[0]

    def token(self, token: str) -> str:
        """The marked token, or another one where this has no form that is recognised."""
        return SHAPES["of ModelScope"] if self.is_quoted else token


IDS = ("Qwen/Alive", "Qwen/Dead", "qwen/alive", "Qwen/Nowhere")
PROBING = ("--probe", "--probe-concurrency", "4", "--yes")


def token_file(token: str) -> None:
    Path("token.txt").write_text(token)


def document(token: str) -> None:
    text = json.dumps({"id": "modelscope", "apiKeys": [{"key": token}], "name": token})
    Path("provider.json").write_text(text)


def link(token: str) -> None:
    payload = {"id": "modelscope", "apiKey": token, "baseUrl": f"https://x.test/{token}"}
    data = base64.b64encode(json.dumps(payload).encode()).decode()
    Path("links.txt").write_text(f"cherrystudio://providers/api-keys?v=1&data={quote(data)}\n")


def backup(_token: str) -> None:
    make_v7(Path("backup.zip"))


def pasted(token: str) -> None:
    address = f"https://modelscope.cn/models/Qwen/Alive?token={token}"
    Path("ids.txt").write_text(f"{address}\n{token}\nQwen/Alive:{token}\n{token}/x\n")


def settings(token: str) -> None:
    Path("msconfig.toml").write_text(f"site = {token!r}\n{json.dumps(token)} = 1\n")


def no_settings(token: str) -> None:
    Path("msconfig.toml").write_text(f"x = [{token}\n")


def desktop(_token: str) -> None:
    """A browser that leaves what it was given in a file, but for the page, which is meant."""
    opener = Path("bin/xdg-open")
    opener.parent.mkdir(exist_ok=True)
    script = "import os, sys\nopen('child.txt', 'w').write(repr((sys.argv, dict(os.environ))))\n"
    opener.write_text(f"{PYTHON_SHEBANG}{script}")
    opener.chmod(0o755)


def repository(token: str) -> None:
    for arguments in (["init", "-q"], ["add", "."]):
        Path("notes.env").write_text(f"MODEL=Qwen/Alive\nTOKEN={token}\n")
        subprocess.run(["git", *arguments], check=True, capture_output=True)


ON_A_DESKTOP = {"DISPLAY": ":0", "PATH": f"bin:{os.environ['PATH']}"}
ROWS = {
    **{
        f"check, {form}": Row(
            ("check", *IDS, "--format", form.value, "--report", f"{form.value}=report.txt")
        )
        for form in Format
    },
    "check, probing": Row(("check", *IDS, *PROBING)),
    "check, probing with all": Row(
        ("check", *IDS, *PROBING, "--probe-all-tokens", "--token-file", "token.txt"),
        token_file,
        frozenset({"token.txt"}),
    ),
    "check, a document": Row(
        ("check", "--from", "provider.json"), document, frozenset({"provider.json"})
    ),
    "check, a list with it": Row(
        ("check", "--models", "ids.txt", "--report", "json=r.json"),
        pasted,
        frozenset({"ids.txt"}),
        is_quoted=True,
    ),
    "check, settings with it": Row(
        ("check", *IDS), settings, frozenset({"msconfig.toml"}), is_quoted=True
    ),
    "check, no settings": Row(("check", *IDS), no_settings, frozenset({"msconfig.toml"})),
    "check, a tree": Row(
        ("check", "--scan", ".", "--report", "json=r.json"),
        repository,
        frozenset({"notes.env", ".git"}),
        is_quoted=True,
    ),
    "generate": Row(("generate", IDS[0], "-o", "out"), meant=frozenset({"out"})),
    "generate, failing": Row(("generate", *IDS, "-o", "out")),
    "generate, dry": Row(("generate", IDS[0], "-o", "out", "--dry-run")),
    "generate, redacted": Row(("generate", IDS[0], "-o", "out", "--redact")),
    "apply, plan": Row(("apply", "backup.zip", "--plan", IDS[0]), backup),
    "apply, JSON": Row(("apply", "backup.zip", "--plan", "--format", "json", IDS[0]), backup),
    "apply": Row(
        ("apply", "backup.zip", "-o", "new.zip", "--yes", IDS[0]), backup, frozenset({"new.zip"})
    ),
    "validate": Row(
        ("validate", "--no-keys", "provider.json"), document, frozenset({"provider.json"})
    ),
    "validate, links": Row(("validate", "links.txt"), link, frozenset({"links.txt"})),
    "models": Row(("models",)),
    "models, JSON": Row(("models", "--format", "json", "--all")),
    "models, ids": Row(("models", "--ids")),
    "quota": Row(("quota",)),
    "quota, JSON": Row(("quota", "--format", "json")),
    "link encode": Row(("link", "encode"), meant=frozenset({"stdout"})),
    "link encode, a file": Row(
        ("link", "encode", "-o", "links.txt"), meant=frozenset({"links.txt"})
    ),
    "link decode": Row(("link", "decode", "links.txt"), link, frozenset({"links.txt"})),
    "link decode, JSON": Row(
        ("link", "decode", "--format", "json", "links.txt"), link, frozenset({"links.txt"})
    ),
    "link open": Row(("link", "open", "--yes", "--wait", "0"), desktop, environment=ON_A_DESKTOP),
    "snapshot": Row(("snapshot", "-o", "facts.json", *IDS)),
    "init": Row(("init", "--yes", *IDS, "--unserved", "keep")),
    "init, with documents": Row(("init", "--yes", IDS[0], "-o", "out"), meant=frozenset({"out"})),
    "doctor": Row(("doctor", "--paid", "9")),
    "doctor, JSON": Row(("doctor", "--format", "json")),
    "doctor, Markdown": Row(("doctor", "--paid", "1", "--format", "markdown")),
    "doctor, the app": Row(
        ("doctor", "--app", "--app-url", "{hub}", "--app-key-file", "token.txt", *IDS),
        token_file,
        frozenset({"token.txt"}),
    ),
    "help": Row(("help", "check")),
}
APART = {"mock"}
"""Commands with a test of their own below."""


def test_every_command_and_format_is_audited() -> None:
    assert {row.command for row in ROWS.values()} | APART == set(COMMANDS)
    assert {f"check, {form}" for form in Format} <= set(ROWS)


# --- the services


class Repeating:
    """Answers everything with the token in it, in another encoding and length each time."""

    def __init__(self) -> None:
        self._numbers = count()
        self.seen: set[str] = set()

    def __call__(self, request: Request) -> Response:
        token = request.token or self._last
        self._last = token
        number = next(self._numbers)
        name, form = list(forms(token).items())[number % 12]
        self.seen.add(name)
        padding = "x" * (0, 120, 150, 170, 185, 199)[number // 12 % 6]
        text = f"{padding} {form} end"
        spoken = json.dumps({"message": text, "code": text, "error": {"message": text}})
        # an escape of JSON is one only where it stands in JSON as it is
        body = spoken.replace(json.dumps(form)[1:-1], form) if "\\u" in form else spoken
        kind = "application/json" if number % 5 else form.replace("\\", "")
        status = (400, 401, 403, 404, 429, 500, 200)[number % 7]
        if request.method == "POST" and number % 2:
            return Response.of_events(f"data: {body}\n\n")
        return Response(status, body.encode(), {"Content-Type": kind, "Retry-After": "0"})

    _last = "nothing was sent"


def working(token: str) -> Callable[[Request], Response]:
    facts = snapshot({"Qwen/Alive": ALIVE, "Qwen/Dead": DEAD})
    return MockModelScope(facts, Scenario(accounts=(Account(token),)))


@dataclass(slots=True)
class Burst:
    """Raises at the so many-th call of our code."""

    at: int
    error: BaseException | None
    calls: int = 0

    def __call__(self, frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(PACKAGE):
            self.calls += 1
            if self.calls == self.at and self.error is not None:
                raise self.error


PACKAGE = str(Path(msconfig.__file__).parent)


def bug(token: str) -> BaseException:
    error = RuntimeError("; ".join(forms(token).values()))
    error.__cause__ = ValueError(f"held {token}")
    return error


# --- the children


class Children:
    """The programs that are started while `watch` is true, with arguments and environment.

    No audit hook: one stays for as long as the process lives, slows every later test, and while it
    runs another thread cannot install the trace function of coverage.
    """

    _starting = ("system", "posix_spawn", "posix_spawnp", "execv", "execve")
    """All that `os` has in C; the others call these."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.watch = False
        self.started: list[str] = []
        patch.setattr(sys, "audit", self._audit)  # `subprocess` reports each program there
        for name in self._starting:
            patch.setattr(os, name, partial(self._start, getattr(os, name)))

    def _audit(self, event: str, *arguments: Any) -> None:  # noqa: ANN401 - as `sys.audit`
        if event == "subprocess.Popen":
            executable, command, _folder, environment = arguments
            self._hear(executable, command, environment)

    def _start(self, by: Callable[..., Any], *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - as `os`
        # `subprocess` calls posix_spawn too, from Python 3.14 on also without its close_fds=False
        self._hear(*arguments)
        return by(*arguments, **options)

    def _hear(self, program: object, arguments: object = (), environment: Any = None) -> None:  # noqa: ANN401
        if self.watch:
            inherited = dict(os.environ if environment is None else environment)
            self.started.append(repr((program, arguments, inherited)))


@pytest.fixture(scope="module")
def children() -> Iterator[Children]:
    with pytest.MonkeyPatch.context() as patch:
        yield Children(patch)


def test_every_way_to_start_a_program_is_seen(children: Children) -> None:
    names = [name for name in dir(os) if name.startswith(("exec", "posix_spawn", "spawn"))]
    assert {"execvpe", "posix_spawnp", "spawnvpe"} <= set(names)
    children.started.clear()
    children.watch = True
    token = {"TOKEN": "of-a-child"}
    subprocess.run(["true"], env=token, check=True)
    os.waitpid(os.posix_spawn("/bin/true", ["true"], token), 0)
    os.waitpid(os.posix_spawnp("true", ["true"], token), 0)
    os.system("TOKEN=of-a-child true")  # noqa: S605
    with pytest.raises(OSError, match="nowhere"):
        os.execve("/nowhere", ["true"], token)  # noqa: S606
    with pytest.raises(OSError, match="nowhere"):
        os.execle("/nowhere", "true", token)  # noqa: S606
    children.watch = False
    assert [started.count("of-a-child") for started in children.started] == [1] * 6


# --- the audit


Audit = Callable[..., Ran]


@pytest.fixture
def audit(
    run: Run,
    children: Children,
    monkeypatch: pytest.MonkeyPatch,
    quick: FakeClock,  # noqa: ARG001 - no pause takes time
    tmp_path: Path,
) -> Audit:
    """Run a row with a token in the environment, and fail where any of it is seen."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)

    def audited(row: Row, token: str, *more: str, burst: Burst | None = None) -> Ran:
        monkeypatch.setenv("MODELSCOPE_API_TOKEN", token)
        for name, value in row.environment.items():
            monkeypatch.setenv(name, value)
        row.prepare(token)
        children.started.clear()
        children.watch = True
        before = sys.gettrace()
        if burst is not None:
            sys.settrace(burst)
        try:
            hub = os.environ["MSCONFIG_HUB_URL"]
            ran = run(*(each.replace("{hub}", hub) for each in row.arguments), *more)
        finally:
            if burst is not None:
                sys.settrace(before)
            children.watch = False
        if "stdout" not in row.meant:
            none_in(ran.out, token)
        none_in(ran.err, token)
        none_in("".join(children.started), token)
        for path in tmp_path.rglob("*"):
            inside = (
                path.relative_to(tmp_path / "work") if path.is_relative_to(Path.cwd()) else path
            )
            if path.is_file() and not row.meant & set(inside.parts):
                none_in(path.read_bytes().decode("latin-1"), token)
        return ran

    return audited


each_row = pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
each_token = pytest.mark.parametrize("token", SHAPES.values(), ids=SHAPES)
one_token = pytest.mark.parametrize("token", [SHAPES["of no form"]], ids=["of no form"])
# an error between the opening of a socket and the block that closes it
left_to_the_collector = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
VERBOSE = [(), ("-v",), ("-vv",)]
CYCLED = [
    pytest.param(row, token, VERBOSE[(number + index) % 3], id=f"{name}-{shape}")
    for number, (name, row) in enumerate(ROWS.items())
    for index, (shape, token) in enumerate(SHAPES.items())
]
"""Each row with each form of a token; all pairs of these with -v in turn, not all triples."""
ONE_EACH = [CYCLED[len(SHAPES) * number + number % len(SHAPES)] for number in range(len(ROWS))]
"""Each row once, with the forms in turn."""


def more_of(row: Row, verbose: tuple[str, ...]) -> tuple[str, ...]:
    return () if row.command == "help" else verbose


@each_row
@one_token
def test_a_service_that_works(
    row: Row, token: str, audit: Audit, serve: Serve, online: Online
) -> None:
    token = row.token(token)
    online(serve(working(token)))
    assert audit(row, token, *more_of(row, ("-vv",))).code != 70


@each_row
@one_token
def test_a_service_that_repeats_the_token(
    row: Row, token: str, audit: Audit, serve: Serve, online: Online
) -> None:
    token = row.token(token)
    online(serve(Repeating()))
    assert audit(row, token, *more_of(row, ("-vv",))).code != 70


@left_to_the_collector
@each_row
@one_token
@pytest.mark.parametrize("kind", [bug, lambda _token: KeyboardInterrupt()], ids=["bug", "Ctrl-C"])
def test_a_run_that_breaks_off(
    row: Row,
    token: str,
    kind: Callable[[str], BaseException],
    audit: Audit,
    serve: Serve,
    online: Online,
) -> None:
    token = row.token(token)
    online(serve(working(token)))
    more = more_of(row, ("-vv",))
    whole = Burst(0, None)
    audit(row, token, *more, burst=whole)
    codes = {audit(row, token, *more, burst=Burst(whole.calls * 2 // 3, kind(token))).code}
    assert codes <= {0, 1, 2, 3, 4, 5, 70, 130}


@pytest.mark.slow
@pytest.mark.parametrize(("row", "token", "verbose"), CYCLED)
@pytest.mark.parametrize("repeats", [False, True], ids=["works", "repeats"])
def test_every_row_with_every_token(
    row: Row,
    token: str,
    verbose: tuple[str, ...],
    repeats: bool,
    audit: Audit,
    serve: Serve,
    online: Online,
) -> None:
    token = row.token(token)
    online(serve(Repeating() if repeats else working(token)))
    assert audit(row, token, *more_of(row, verbose)).code != 70


@pytest.mark.slow
@left_to_the_collector
@pytest.mark.parametrize(("row", "token", "verbose"), ONE_EACH)
def test_a_bug_and_ctrl_c_at_many_places(
    row: Row,
    token: str,
    verbose: tuple[str, ...],
    audit: Audit,
    serve: Serve,
    online: Online,
) -> None:
    token = row.token(token)
    online(serve(working(token)))
    whole = Burst(0, None)
    more = more_of(row, verbose)
    audit(row, token, *more, burst=whole)
    for part in (2, 4, 6):
        for error in (bug(token), KeyboardInterrupt()):
            # where an error is reported, another one ends the run as it is
            with contextlib.suppress(RuntimeError, KeyboardInterrupt):
                audit(row, token, *more, burst=Burst(whole.calls * part // 8, error))


@each_token
def test_the_process_list_shows_no_token(token: str, serve: Serve) -> None:
    held: list[str] = []

    def listed(request: Request) -> Response:
        processes = Path("/proc").glob("[0-9]*/cmdline")
        held.extend(path.read_bytes().decode("latin-1") for path in processes if path.exists())
        return working(token)(request)

    server = serve(listed)
    environment = {
        **os.environ,
        "MODELSCOPE_API_TOKEN": token,
        "MSCONFIG_HUB_URL": server.endpoints.hub,
        "MSCONFIG_INFERENCE_URL": server.endpoints.inference,
    }
    command = [sys.executable, "-m", "msconfig", "check", "Qwen/Alive"]
    with running(command, env=environment, stdout=subprocess.PIPE) as process:
        process.communicate(timeout=30)
    shown = "\n".join(held)
    assert "msconfig\0check\0Qwen/Alive" in shown
    none_in(shown, token)


@each_token
def test_the_mock_logs_no_token(token: str) -> None:
    account = {"accounts": [{"token": SHAPES["of ModelScope"]}]}
    Path("scenario.json").write_text(json.dumps(account))
    command = [sys.executable, "-m", "msconfig", "mock", "-vv", "--port", "0"]
    with running(
        [*command, "--scenario", "scenario.json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        exported = dict(
            process.stdout.readline().removeprefix("export ").strip().split("=", 1)
            for _ in range(7)
        )
        url = exported["MSCONFIG_HUB_URL"]
        bearer = {"Authorization": f"Bearer {token}"}
        for path in ("/openapi/v1/users/me", "/v1/models", f"/{quote(token)}"):
            httpx.get(f"{url}{path}", headers=bearer)
        httpx.post(f"{url}/v1/chat/completions", headers=bearer, json={"model": "a/b"})
        requests = httpx.get(f"{url}/__mock/requests").text
        process.terminate()
        _, err = process.communicate(timeout=10)
    none_in(err, token)
    assert "/v1/models" in requests
    none_in(requests, token)


def test_the_audit_finds_what_it_looks_for() -> None:
    for token in SHAPES.values():
        for name, form in forms(token).items():
            assert name in leaks(f"before {form[2:-3]} behind", token)
        assert leaks(f"{token[:6]}…{token[-4:]} and a text without it", token) == []
