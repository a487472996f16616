"""`msconfig check --scan` and `--diff`, as a user runs them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from msconfig.mock.messages import Response
from support import TOKEN, Online, Run, Serve, instead, mock_of

SERVED = "Qwen/Qwen3.5-27B"
VANISHED = "Qwen/Qwen3-8B"
FORMATS = ("text", "json", "junit", "github", "gitlab", "markdown", "sarif", "html")


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "scanned"
    folder.mkdir()
    monkeypatch.chdir(folder)


def git(*arguments: str, folder: Path | str = ".") -> str:
    """Run git without the settings of whoever runs the tests."""
    return subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", "-C", str(folder), *arguments],
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def commit(message: str = "more") -> None:
    git("add", "-A")
    git("commit", "-qm", message)


@pytest.fixture
def repository() -> Path:
    """A repository with one commit."""
    git("init", "-q")
    Path("a.yaml").write_text(f"model: {SERVED}\n", "utf-8")
    commit("first")
    return Path.cwd()


def places(run: Run, *arguments: str) -> dict[str, list[str]]:
    """The places of each id, as ``file:line:column``."""
    ran = run("check", "--offline", "--no-token", "--format", "json", *arguments)
    assert ran.code in {0, 1, 4}, ran.err
    return {
        model["id"]: list(map(_place, model["locations"]))
        for model in json.loads(ran.out)["models"]
    }


def _place(place: dict[str, Any]) -> str:
    return f"{place['file']}:{place['line']}:{place['column']}"


def test_ids_are_found_with_all_their_places(run: Run) -> None:
    Path("conf").mkdir()
    Path("conf/a.json").write_text(f'{{"model": "{SERVED}",\n "x": ["{VANISHED}"]}}', "utf-8")
    Path("b.py").write_text(f"MODEL = '{SERVED}'\n", "utf-8")
    assert places(run, "--scan", ".") == {
        SERVED: ["b.py:1:10", "conf/a.json:1:12"],
        VANISHED: ["conf/a.json:2:9"],
    }


def test_a_named_file_is_read_even_if_it_is_ignored(run: Run, repository: Path) -> None:
    (repository / ".gitignore").write_text("*.local.yaml\n", "utf-8")
    (repository / "b.local.yaml").write_text(f"model: {VANISHED}\n", "utf-8")
    assert places(run, "--scan", ".") == {SERVED: ["a.yaml:1:8"]}
    assert places(run, "--scan", "b.local.yaml") == {VANISHED: ["b.local.yaml:1:8"]}


def test_ids_of_arguments_and_lists_are_checked_too_but_none_of_the_settings(run: Run) -> None:
    Path("msconfig.toml").write_text('[[models]]\nid = "ZhipuAI/GLM-5.2"\n', "utf-8")
    Path("ids.txt").write_text("deepseek-ai/DeepSeek-V4-Pro\n", "utf-8")
    Path("a.yaml").write_text(f"model: {SERVED}\n", "utf-8")
    ran = run(
        *("check", "--offline", "--no-token", "--format", "json", VANISHED),
        *("--models", "ids.txt", "--scan", "a.yaml"),
    )
    ids = [model["id"] for model in json.loads(ran.out)["models"]]
    assert ids == [VANISHED, "deepseek-ai/DeepSeek-V4-Pro", SERVED]


@pytest.mark.parametrize("form", FORMATS)
def test_a_scan_without_ids_is_a_complete_report_in_every_format(run: Run, form: str) -> None:
    Path("msconfig.toml").write_text('site = "cn"\n', "utf-8")
    Path("a.yaml").write_text("name: nothing\n", "utf-8")
    ran = run("check", "--offline", "--no-token", "--scan", ".", "--format", form)
    assert ran.code == 0
    assert ran.out
    assert "no model id for site cn found; 2 files read" in ran.err
    assert "All 0" not in ran.out
    if form == "json":
        assert json.loads(ran.out)["models"] == []
        assert json.loads(ran.out)["complete"] is True


@pytest.mark.parametrize("before", ["https://x.test/?h=Bearer%20", "token%3D", "'\\n", "\\u003d"])
def test_a_token_behind_an_escape_is_found(run: Run, before: str) -> None:
    Path("a.py").write_text(f"{before}{TOKEN}\nmodel-{TOKEN}\n", "utf-8")
    ran = run("check", "--offline", "--no-token", "--scan", "a.py", "--format", "json")
    places = [(each["line"], each["column"]) for each in json.loads(ran.out)["findings"]]
    assert places == [(1, len(before) + 1), (2, 7)]


@pytest.mark.parametrize("form", FORMATS)
def test_a_token_in_a_file_is_shown_by_its_place_alone(run: Run, form: str) -> None:
    Path("deploy.env").write_text(f"A=1\nKEY={TOKEN}\nMODEL={SERVED}\n", "utf-8")
    arguments = ("check", "--offline", "--no-token", "--scan", "deploy.env", "--format", form)
    ran = run(*arguments)
    assert ran.code == 0
    assert TOKEN not in ran.out + ran.err
    assert "cafe" not in ran.out
    assert "deploy.env" in ran.out
    strict = run(*arguments, "--strict")
    assert strict.code == 1
    if form == "json":
        (finding,) = json.loads(ran.out)["findings"]
        expected = {"code": "token_in_file", "file": "deploy.env", "line": 2, "column": 5}
        assert finding == expected
        assert json.loads(strict.out)["exit_code"] == 1


def test_a_check_online_makes_no_request_more_than_without_a_scan(
    run: Run, serve: Serve, online: Online, monkeypatch: pytest.MonkeyPatch
) -> None:
    online(serve(mock_of()))
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    Path("a.yaml").write_text("model: Qwen/Alive\n", "utf-8")
    scanned = run("check", "-v", "--scan", "a.yaml", "--format", "json")
    ran = run("check", "-v", "Qwen/Alive", "--format", "json")
    assert scanned.code == 0
    requests = [
        sorted(line.split(" → ")[0] for line in each.err.splitlines() if " → " in line)
        for each in (scanned, ran)
    ]
    assert requests[0] == requests[1]
    assert len(requests[0]) == 3  # token, catalogue, look-up
    assert json.loads(scanned.out)["models"][0]["location"] == {
        "file": "a.yaml",
        "line": 1,
        "column": 8,
    }


def test_without_a_catalogue_recorded_ids_are_found(run: Run, serve: Serve, online: Online) -> None:
    gone = instead({"/v1/models?": Response(503, b"")}, mock_of())
    online(serve(gone))
    Path("a.yaml").write_text(f"model: {VANISHED}\n", "utf-8")
    ran = run("check", "--no-token", "--scan", "a.yaml", "--format", "json", "--retries", "0")
    assert [model["id"] for model in json.loads(ran.out)["models"]] == [VANISHED]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--diff", "HEAD", SERVED), "--diff has no effect without --scan"),
        (("--scan", "missing"), "cannot scan missing: "),  # the system's words follow
        (("--scan", ".", "--diff", "HEAD"), "has none: not a git repository"),
    ],
)
def test_what_cannot_be_scanned_is_a_usage_error(
    run: Run, arguments: tuple[str, ...], words: str
) -> None:
    ran = run("check", "--offline", "--no-token", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


def test_a_report_of_this_run_is_not_scanned(run: Run) -> None:
    Path("a.yaml").write_text(f"model: {SERVED}\n", "utf-8")
    for _ in range(2):
        ran = run("check", "--offline", "--no-token", "--scan", ".", "--report", "json=report.json")
        assert ran.code == 0
        (model,) = json.loads(Path("report.json").read_text("utf-8"))["models"]
        assert len(model["locations"]) == 1


def test_a_report_of_an_earlier_run_is_not_scanned_unless_it_is_named(run: Run) -> None:
    arguments = ("check", "--offline", "--no-token", VANISHED, "--report", "json=older.json")
    assert run(*arguments).code == 1
    assert places(run, "--scan", ".") == {}
    assert places(run, "--scan", "older.json").keys() >= {VANISHED}


def test_a_report_does_not_replace_a_scanned_file(run: Run) -> None:
    Path("a.json").write_text("{}", "utf-8")
    ran = run("check", "--offline", "--no-token", "--scan", "a.json", "--report", "json=a.json")
    assert ran.code == 2
    assert "--scan" in ran.err


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-32"])
def test_a_named_file_in_another_encoding_is_noted(run: Run, encoding: str) -> None:
    Path("a.yaml").write_bytes(f"model: {SERVED}\n".encode(encoding))
    ran = run("check", "--offline", "--no-token", "--scan", "a.yaml", "--format", "json")
    notes = json.loads(ran.out)["notes"]
    assert any(note.startswith("a.yaml holds NUL bytes") for note in notes)


# --- --diff


def test_only_what_the_working_tree_adds_is_reported(run: Run, repository: Path) -> None:
    (repository / "a.yaml").write_text(f"model: {SERVED}\nmodels: [{VANISHED}]\n", "utf-8")
    (repository / "new.py").write_text(f'MODEL = "{SERVED}"\n', "utf-8")
    (repository / ".gitignore").write_text("ignored.yaml\n", "utf-8")
    (repository / "ignored.yaml").write_text(f"model: {VANISHED}\n", "utf-8")
    expected = {VANISHED: ["a.yaml:2:10"], SERVED: ["new.py:1:10"]}
    assert places(run, "--scan", ".", "--diff", "HEAD") == expected
    git("add", "-A")
    assert places(run, "--scan", ".", "--diff", "HEAD") == expected
    commit()
    assert places(run, "--scan", ".", "--diff", "HEAD") == {}
    assert places(run, "--scan", ".", "--diff", "HEAD~1") == expected


def test_a_line_with_other_line_ends_is_not_new(run: Run, repository: Path) -> None:
    (repository / "a.yaml").write_bytes(f"model: {SERVED}\r\n".encode())
    assert places(run, "--scan", ".", "--diff", "HEAD") == {}


def test_a_file_in_utf_16_is_compared_line_by_line(run: Run, repository: Path) -> None:
    (repository / "b.yaml").write_bytes(f"model: {SERVED}\n".encode("utf-16"))
    commit()
    text = f"model: {SERVED}\nother_model: {VANISHED}\n"
    (repository / "b.yaml").write_bytes(text.encode("utf-16"))
    assert places(run, "--scan", ".", "--diff", "HEAD") == {VANISHED: ["b.yaml:2:14"]}


def test_a_file_that_was_renamed_adds_its_new_lines_alone(run: Run, repository: Path) -> None:
    (repository / "b.yaml").write_text(f"a: 1\nmodel: {VANISHED}\n", "utf-8")
    commit()
    (repository / "sub").mkdir()
    (repository / "b.yaml").rename(repository / "sub" / "c.yaml")
    assert places(run, "--scan", ".", "--diff", "HEAD") == {}
    with (repository / "sub" / "c.yaml").open("a", encoding="utf-8") as file:
        file.write(f"other_model: {SERVED}\n")
    assert places(run, "--scan", ".", "--diff", "HEAD") == {SERVED: ["sub/c.yaml:3:14"]}


@pytest.mark.parametrize(
    ("name", "text", "stays"),
    [
        ("c.yaml", f"model: {VANISHED}\n", True),  # a copy
        ("c.toml", f"model: {VANISHED}\n", False),
        ("c.yaml", f"model: {VANISHED}\nb: 2\nc: 3\nd: 4\n", False),
    ],
)
def test_a_copy_or_another_file_is_new(
    run: Run, repository: Path, name: str, text: str, stays: bool
) -> None:
    (repository / "b.yaml").write_text(f"a: 1\nmodel: {VANISHED}\n", "utf-8")
    commit()
    if not stays:
        (repository / "b.yaml").unlink()
    (repository / name).write_text(text, "utf-8")
    assert list(places(run, "--scan", ".", "--diff", "HEAD")) == [VANISHED]


def test_the_folder_may_be_below_the_top_of_the_repository(
    run: Run, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "sub").mkdir()
    (repository / "sub" / "b.yaml").write_text(f"model: {SERVED}\n", "utf-8")
    commit()
    (repository / "sub" / "b.yaml").write_text(f"model: {SERVED}\nm: {VANISHED}\n", "utf-8")
    monkeypatch.chdir(repository / "sub")
    assert places(run, "--scan", ".", "--diff", "HEAD") == {VANISHED: ["sub/b.yaml:2:4"]}


def test_an_id_behind_the_paths_says_where_ids_go(run: Run, repository: Path) -> None:
    ran = run("check", "--offline", "--no-token", "--scan", str(repository), SERVED)
    assert (ran.code, ran.out) == (2, "")
    assert f"{SERVED} is no file; put IDs in front of --scan, or behind --" in ran.err
    for arguments in ((SERVED, "--scan", "."), ("--scan", ".", "--", SERVED)):
        assert run("check", "--offline", "--no-token", *arguments).code == 0


@pytest.mark.parametrize(
    "revision", ["no-such", "--upload-pack=touch pwned", "a\nb", "HEAD:a.yaml"]
)
def test_a_revision_that_git_does_not_know_says_what_to_do(
    run: Run, repository: Path, revision: str
) -> None:
    ran = run("check", "--offline", "--no-token", "--scan", ".", f"--diff={revision}")
    assert (ran.code, ran.out) == (2, "")
    assert "fetch-depth: 0" in ran.err
    assert sorted(each.name for each in repository.iterdir()) == [".git", "a.yaml"]


def test_a_shallow_clone_says_so(
    run: Run, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = git("rev-parse", "HEAD").strip()
    (repository / "a.yaml").write_text("x: 1\n", "utf-8")
    commit()
    git("clone", "-q", "--depth", "1", f"file://{repository}", "shallow")
    monkeypatch.chdir(repository / "shallow")
    ran = run("check", "--offline", "--no-token", "--scan", ".", "--diff", older)
    assert ran.code == 2
    assert "not in this shallow clone" in ran.err
    assert "fetch-depth: 0" in ran.err


def test_without_git_there_is_nothing_to_compare_with(
    run: Run, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(repository))
    ran = run("check", "--offline", "--no-token", "--scan", ".", "--diff", "HEAD")
    assert ran.code == 2
    assert "git is not installed" in ran.err
    ran = run("check", "--offline", "--no-token", "--scan", ".", "--format", "json")
    (note,) = (note for note in json.loads(ran.out)["notes"] if "ignore rules" in note)
    assert "git is not installed" in note


@pytest.mark.parametrize(
    "arguments",
    [
        ("--scan", "a.env", "b.env"),
        ("--scan", "a.env", "--scan", "b.env"),
        ("--scan", "a.env", "b.env", "--strict"),
        ("--scan=a.env", "--scan", "b.env", "--", SERVED),
        (SERVED, "--scan", "a.env", "b.env"),
    ],
)
def test_it_takes_all_paths_up_to_the_next_option(run: Run, arguments: tuple[str, ...]) -> None:
    for name in ("a.env", "b.env"):
        Path(name).write_text(f"MODEL=modelscope/{VANISHED}\n")
    ran = run("check", "--offline", "--no-token", "--format", "json", *arguments)
    models = {each["id"]: each for each in json.loads(ran.out)["models"]}
    assert list(map(_place, models[VANISHED]["locations"])) == ["a.env:1:18", "b.env:1:18"]
    assert models.keys() <= {SERVED, VANISHED}


def test_behind_two_dashes_are_ids(run: Run) -> None:
    ran = run("check", "--offline", "--no-token", "--format", "json", "--", "--scan", "a", "b")
    assert [each["id"] for each in json.loads(ran.out)["models"]] == ["--scan", "a", "b"]


def test_an_interrupt_while_files_are_read_still_gives_a_report(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    Path("a.yaml").write_text(f"model: {SERVED}\n", "utf-8")
    monkeypatch.setattr("msconfig.scanning.scanner.read_at_most", interrupt)
    ran = run("check", "--offline", "--no-token", "--scan", "a.yaml", "--format", "json", VANISHED)
    report = json.loads(ran.out)
    assert ran.code == report["exit_code"] == 130
    assert report["complete"] is False
    assert [model["status"] for model in report["models"]] == ["unverified"]


def test_probing_what_holds_no_id_calls_nothing(
    run: Run, serve: Serve, online: Online, monkeypatch: pytest.MonkeyPatch
) -> None:
    online(serve(mock_of()))
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    Path("a.yaml").write_text("x: 1\n", "utf-8")
    ran = run("check", "-v", "--scan", "a.yaml", "--probe", "--yes")
    assert ran.code == 0
    assert "chat/completions" not in ran.err


def test_a_scan_that_leaves_all_ids_out_names_the_site(run: Run) -> None:
    Path("msconfig.toml").write_text('site = "cn"\n', "utf-8")
    address = "https://api-inference.modelscope.ai/v1"
    Path("a.yaml").write_text(f"url: {address}\nmodel: {VANISHED}\n", "utf-8")
    ran = run("check", "--offline", "--no-token", "--scan", "a.yaml")
    assert ran.code == 0
    assert "Next: nothing; no model ID for this site is in the files" in ran.out
    assert "no model id for site cn found; 1 file read" in ran.err
