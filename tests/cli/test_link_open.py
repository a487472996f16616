"""`msconfig link open`, with a desktop that records what it was handed."""

from __future__ import annotations

import html
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from msconfig.cherry.link import PREFIX, decode_v2, encode
from msconfig.cli.browser import desktop
from processes import PYTHON_SHEBANG, running
from support import TOKEN, Run

if sys.platform != "linux":  # a mark would come too late for the names of the signals
    pytest.skip("xdg-open is what Linux has", allow_module_level=True)

CN = "https://api-inference.modelscope.cn/v1/"
LINK = encode({"id": "modelscope", "apiKey": TOKEN, "baseUrl": CN})
HREF = re.compile(r'href="([^"]*)"')

OPENER = f"""{PYTHON_SHEBANG}import json, os, stat, sys, time
page = sys.argv[1]
processes = (f"/proc/{{process}}/cmdline" for process in ("self", os.getppid()))
seen = {{
    "arguments": sys.argv[1:],
    "process_list": "".join(open(process).read() for process in processes),
    "mode": stat.S_IMODE(os.stat(page).st_mode),
    "page": open(page, encoding="utf-8").read(),
    "environment": dict(os.environ),
}}
with open("handed.json.new", "w") as file:
    json.dump(seen, file)
os.rename("handed.json.new", "handed.json")
"""


@pytest.fixture(autouse=True)
def _desktop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(tmp_path, OPENER)
    pages = tmp_path / "pages"
    pages.mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("TMPDIR", str(pages))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8")


def install(tmp_path: Path, script: str) -> None:
    opener = tmp_path / "bin" / "xdg-open"
    opener.parent.mkdir(exist_ok=True)
    opener.write_text(script)
    opener.chmod(0o755)


def pages(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "pages").iterdir())


def links_on(page: str) -> list[str]:
    return [html.unescape(link) for link in HREF.findall(page)]


@dataclass(frozen=True, slots=True)
class Handed:
    """What the desktop got."""

    arguments: list[str]
    process_list: str
    mode: int
    page: str
    environment: dict[str, str]


def handed() -> Handed:
    return Handed(**json.loads(Path("handed.json").read_text()))


def test_the_desktop_gets_the_path_of_a_page_that_only_its_owner_reads(
    run: Run, tmp_path: Path
) -> None:
    ran = run("link", "open", "-v", "--yes", "--wait", "0")
    assert ran.code == 0, ran.err
    seen = handed()
    (path,) = seen.arguments
    assert Path(path).parent == tmp_path / "pages"
    assert seen.mode == 0o600
    assert "cherrystudio" not in seen.process_list
    assert TOKEN not in seen.process_list
    (link,) = links_on(seen.page)
    assert decode_v2(link)["apiKey"] == TOKEN
    assert pages(tmp_path) == []
    assert f"xdg-open ← {path}\n" in ran.err
    assert TOKEN not in ran.out + ran.err
    assert "ms-…cafe (e2e68dd5) → modelscope at https://api-inference.modelscope.cn/v1/" in ran.err
    assert "switch modelscope on in the app" in ran.out


def test_the_desktop_gets_no_variable_with_a_token(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = "an-odd-token-0123456789"
    held = {"OF_NO_FORM": odd, "OF_THE_FORM": f"a {TOKEN}", "DASHSCOPE_API_KEY": "short-key"}
    for name, value in {**held, "KEPT": "an-odd-token"}.items():
        monkeypatch.setenv(name, value)
    ran = run("link", "open", "--yes", "--wait", "0", "--token-env", "OF_NO_FORM")
    assert ran.code == 0, ran.err
    seen = handed().environment
    assert {"KEPT", "DISPLAY", "TMPDIR"} <= set(seen)
    assert not {"MODELSCOPE_API_TOKEN", *held} & set(seen)


def test_quiet_leaves_nothing_but_the_result(run: Run) -> None:
    ran = run("link", "open", "-q", "--yes", "--wait", "0")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("✓ 1 link was shown in the browser.")


def test_the_page_runs_and_fetches_nothing_and_shows_no_key(run: Run) -> None:
    Path("links.txt").write_text(LINK)
    assert run("link", "open", "--yes", "--wait", "0", "links.txt").code == 0
    page = handed().page
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    nonce = re.search(r'<style nonce="([^"]+)">', page)
    assert nonce
    assert html.unescape(policy[1]).split("; ") == [
        "default-src 'none'",
        f"style-src 'nonce-{nonce[1]}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert "<script" not in page
    assert TOKEN not in page


def test_what_a_link_carries_is_escaped_on_the_page(run: Run) -> None:
    name = '<script>alert("1")</script>&amp;'
    hostile = {"id": name, "apiKey": TOKEN, "baseUrl": "https://x.test/<b>&\"'".replace("'", "")}
    link = encode(hostile)
    Path("links.txt").write_text(f"{link}&x=\"><script>alert(1)</script>'y\n")
    assert run("link", "open", "--yes", "--wait", "0", "links.txt").code == 0
    page = handed().page
    assert "<script" not in page
    assert links_on(page) == [f"{link}&x=\"><script>alert(1)</script>'y"]


def test_every_link_of_a_file_is_on_the_page(run: Run) -> None:
    new = {"id": "mine", "apiKey": TOKEN, "baseUrl": CN.rstrip("/"), "name": "Mine (own)"}
    Path("links.txt").write_text(f"{LINK}\n{encode(new)}\n")
    ran = run("link", "open", "-y", "--wait", "0", "links.txt")
    assert links_on(handed().page) == [LINK, encode(new)]
    assert "✓ 2 links were shown in the browser." in ran.out
    assert "1. delete links.txt: it holds the key." in ran.out
    assert "switch modelscope, mine on in the app" in ran.out


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("javascript:alert(1)", "line 1 cannot be opened"),
        (f"{LINK}\nfile:///etc/passwd", "line 2 cannot be opened"),
        (f"{PREFIX}data=@", "line 1 cannot be opened"),
        ("", "empty"),
    ],
)
def test_only_links_that_both_versions_open_get_onto_a_page(
    run: Run, tmp_path: Path, content: str, words: str
) -> None:
    Path("links.txt").write_text(content)
    ran = run("link", "open", "--yes", "links.txt")
    assert (ran.code, ran.out) == (5, "")
    assert words in ran.err
    assert not Path("handed.json").exists()
    assert pages(tmp_path) == []


def test_an_override_is_told_before_it_is_opened(run: Run) -> None:
    link = encode({"id": "modelscope", "apiKey": TOKEN, "baseUrl": CN.rstrip("/")})
    Path("links.txt").write_text(link)
    ran = run("link", "open", "--yes", "--wait", "0", "links.txt")
    assert "links.txt: line 1: baseUrl: differs from the built-in" in ran.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "no terminal to ask on: --yes"),
        (["--wait", "1"], "--wait needs --yes"),
        (["--yes", "--token-env", "X", "links.txt"], "omit --token-env"),
        (["--yes", "--site", "cn", "links.txt"], "omit --token-env"),
        (["--yes", "--wait", "601"], "--wait"),
        (["--yes", "missing.txt"], "cannot read missing.txt"),
        (["--yes", "--config", "missing.toml", "links.txt"], "missing.toml"),
        (["--yes", "--token-env", "MSCONFIG_UNSET"], "MSCONFIG_UNSET is not set"),
    ],
)
def test_what_cannot_be_used_is_2_in_one_line(
    run: Run, tmp_path: Path, arguments: list[str], words: str
) -> None:
    Path("links.txt").write_text(LINK)
    ran = run("link", "open", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert ran.err.count("\n") == 1
    assert not Path("handed.json").exists()
    assert pages(tmp_path) == []


def test_without_a_token_it_is_2(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MODELSCOPE_API_TOKEN")
    ran = run("link", "open", "--yes")
    assert ran.code == 2
    assert "MODELSCOPE_API_TOKEN" in ran.err


def test_without_a_desktop_it_is_2_with_the_way_out(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    ran = run("link", "open", "--yes")
    assert (ran.code, ran.out) == (2, "")
    assert "no desktop here" in ran.err
    assert "msconfig link encode -o FILE" in ran.err
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert run("link", "open", "--yes", "--wait", "0").code == 0


def test_without_an_opener_it_is_2_with_the_way_out(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bin" / "xdg-open").unlink()
    ran = run("link", "open", "--yes")
    assert (ran.code, ran.out) == (2, "")
    assert "xdg-open is not on this machine" in ran.err
    assert "msconfig link encode -o FILE" in ran.err


def test_a_mac_has_an_opener_of_another_name_and_needs_no_display(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin" / "xdg-open").rename(tmp_path / "bin" / "open")
    monkeypatch.delenv("DISPLAY")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert desktop().opener == str(tmp_path / "bin" / "open")


def test_an_opener_that_fails_is_2_and_the_page_is_gone(run: Run, tmp_path: Path) -> None:
    install(tmp_path, "#!/bin/sh\nexit 3\n")
    ran = run("link", "open", "--yes")
    assert (ran.code, ran.out) == (2, "")
    assert "xdg-open did not open the page (it ended with 3)" in ran.err
    assert pages(tmp_path) == []


def test_a_folder_that_takes_no_page_is_2(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    ran = run("link", "open", "--yes")
    assert (ran.code, ran.out) == (2, "")
    assert "cannot write a page to" in ran.err


def wait_for(path: Path) -> None:
    ends = time.monotonic() + 20
    while not path.exists() and time.monotonic() < ends:
        time.sleep(0.01)
    assert path.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_removes_the_page_and_leaves_the_browser(
    tmp_path: Path, number: signal.Signals
) -> None:
    install(
        tmp_path,
        OPENER + "for _ in range(200):\n    time.sleep(0.05)\n"
        "    if os.path.exists('end'):\n        open('ended', 'w').close()\n        break\n",
    )
    with running(
        [sys.executable, "-m", "msconfig", "link", "open", "--yes", "--wait", "60"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        wait_for(Path("handed.json"))
        assert len(pages(tmp_path)) == 1
        os.killpg(process.pid, number)  # as a terminal does
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out) == (130, b"")
    assert b"Traceback" not in err
    assert pages(tmp_path) == []
    Path("end").touch()
    wait_for(Path("ended"))


def opened_for_a_minute(folder: Path) -> subprocess.Popen[bytes]:
    """A process whose page is there; the page is the only one in `folder`."""
    command = [sys.executable, "-m", "msconfig", "link", "open", "--yes", "--wait", "60"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(Path("handed.json"))
        assert len(list(folder.iterdir())) == 1
    except BaseException:
        process.kill()
        process.wait()
        raise
    return process


@pytest.mark.parametrize(
    "name", ["SIGQUIT", "SIGABRT", "SIGALRM", "SIGUSR1", "SIGUSR2", "SIGXCPU", "SIGRTMIN"]
)
def test_a_signal_that_ends_the_process_at_once_leaves_no_page(tmp_path: Path, name: str) -> None:
    process = opened_for_a_minute(tmp_path / "pages")
    number = getattr(signal, name)
    process.send_signal(number)
    assert process.wait(timeout=10) == -number
    assert pages(tmp_path) == []


def test_a_page_that_a_kill_left_is_private_and_removed_by_the_next(
    run: Run, tmp_path: Path
) -> None:
    process = opened_for_a_minute(tmp_path / "pages")
    process.kill()
    process.wait(timeout=10)
    (left,) = pages(tmp_path)
    assert left.stat().st_mode & 0o777 == 0o600
    assert run("link", "open", "--yes", "--wait", "0").code == 0
    assert pages(tmp_path) == []


def test_the_page_of_a_process_that_lives_stays(run: Run, tmp_path: Path) -> None:
    process = opened_for_a_minute(tmp_path / "pages")
    try:
        (page,) = pages(tmp_path)
        assert run("link", "open", "--yes", "--wait", "0").code == 0
        assert pages(tmp_path) == [page]
    finally:
        process.terminate()
        process.wait(timeout=10)
    assert pages(tmp_path) == []


def test_what_only_has_the_name_of_a_page_stays(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("mine")
    (tmp_path / "pages" / "msconfig-links-link.html").symlink_to(kept)
    (tmp_path / "pages" / "msconfig-links-folder.html").mkdir()
    foreign = tmp_path / "pages" / "msconfig-links-foreign.html"
    foreign.write_text("of another user")
    monkeypatch.setattr("os.geteuid", lambda: os.getuid() + 1)
    assert run("link", "open", "--yes", "--wait", "0").code == 0
    monkeypatch.undo()
    assert len(list((tmp_path / "pages").iterdir())) == 3
    assert (kept.read_text(), foreign.read_text()) == ("mine", "of another user")


# --- on a terminal

QUESTION = "Show the link in the browser?"
ENTER = "the page is removed then"


def on_a_terminal(*arguments: str, answers: dict[str, str], columns: int = 80) -> tuple[int, str]:
    terminal = pytest.importorskip("terminal", reason="no pseudo-terminals", exc_type=ImportError)
    ran: tuple[int, str] = terminal.on_a_terminal(
        "link", *arguments, answers=answers, columns=columns
    )
    return ran


def test_it_asks_and_keeps_the_page_until_enter(tmp_path: Path) -> None:
    code, seen = on_a_terminal("open", answers={QUESTION: "y\n", ENTER: "\n"})
    assert code == 0, seen
    assert seen.index("ms-…cafe (e2e68dd5) → modelscope") < seen.index(QUESTION)
    assert TOKEN not in seen
    assert len(links_on(handed().page)) == 1
    assert pages(tmp_path) == []


@pytest.mark.parametrize("answer", ["n\n", "\n"])
def test_nothing_is_opened_unless_it_is_agreed_to(tmp_path: Path, answer: str) -> None:
    code, seen = on_a_terminal("open", answers={QUESTION: answer})
    assert (code, "Nothing is opened." in seen) == (0, True)
    assert not Path("handed.json").exists()
    assert pages(tmp_path) == []


def test_an_interrupt_in_place_of_enter_removes_the_page(tmp_path: Path) -> None:
    code, seen = on_a_terminal("open", answers={QUESTION: "y\n", ENTER: "\x03"})
    assert code == 130, seen
    assert pages(tmp_path) == []


@pytest.mark.parametrize("columns", [40, 80])
def test_encode_is_masked_on_a_terminal_unless_it_is_to_be_revealed(columns: int) -> None:
    code, seen = on_a_terminal("encode", answers={}, columns=columns)
    assert code == 0
    assert f"{PREFIX}v=1&data=…" in seen
    assert "ms-…cafe (e2e68dd5) for modelscope" in seen
    assert "--reveal" in seen
    code, seen = on_a_terminal("encode", "--reveal", answers={}, columns=columns)
    assert code == 0
    assert decode_v2(seen.strip())["apiKey"] == TOKEN


@pytest.mark.parametrize("options", [[], ["--yes"]], ids=["asks", "yes"])
def test_a_missing_token_is_named_before_terminal_and_desktop(
    run: Run, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    for name in ("MODELSCOPE_API_TOKEN", "DISPLAY"):
        monkeypatch.delenv(name)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    ran = run("link", "open", *options)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("msconfig: no token, so there is no key for a link")
    assert "desktop" not in ran.err
    assert "terminal" not in ran.err


def test_a_missing_terminal_comes_before_a_link_that_is_broken(run: Run) -> None:
    Path("links.txt").write_text("cherrystudio://providers/api-keys?v=1&data=x\n")
    ran = run("link", "open", "links.txt")
    assert (ran.code, ran.err.startswith("msconfig: no terminal to ask on")) == (2, True)
