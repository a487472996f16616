"""What `from msconfig import …` gives, and the flow that docs/python.md shows."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import msconfig
from backups import make_v7
from msconfig import (
    ExitCode,
    FileError,
    Generated,
    Outcome,
    ProbeOptions,
    ProbePace,
    Proof,
    Report,
    Session,
    Site,
    Status,
    Target,
    TokenError,
    UsageError,
    apply,
    check,
    generate,
    read_baseline,
    read_reuse,
)
from msconfig.testing import Mock
from repositories import git
from support import TOKEN

ID = "Qwen/Qwen3.5-27B"


def test_every_public_name_is_there_and_nothing_else_is_offered() -> None:
    for name in msconfig.__all__:
        assert getattr(msconfig, name) is not None
    assert set(msconfig.__all__) <= set(dir(msconfig))
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = msconfig.nonsense


def test_importing_the_package_loads_only_the_version() -> None:
    code = "import msconfig, sys; print([m for m in sys.modules if m.startswith('msconfig.')])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "['msconfig._version']\n"


def test_a_check_offline_needs_three_lines() -> None:
    report = check([ID], Session.offline())
    assert report.exit_code is ExitCode.OK
    assert report.models[0].status is Status.ENABLED
    assert json.loads(report.to_json())["models"][0]["id"] == ID


def test_a_check_against_the_mock() -> None:
    with Mock() as mock:
        session = Session(
            site="cn", token=mock.token, hub_url=mock.hub_url, inference_url=mock.inference_url
        )
        report: Report = check([ID, "acme/none"], session)
        mock.assert_no_quota_spent()
    assert [model.outcome for model in report.models] == [Outcome.PASS, Outcome.FAIL]
    assert report.exit_code is ExitCode.MODEL_FAILED


def test_calls_are_made_at_the_pace_of_the_session_and_reused(tmp_path: Path) -> None:
    file = tmp_path / "last.json"
    with Mock() as mock:
        session = Session(
            token=mock.token,
            hub_url=mock.hub_url,
            inference_url=mock.inference_url,
            probe_pace=ProbePace.without_waiting(),
        )
        asked = [ID, "Qwen/Qwen3.8-27B"]
        report = check(asked, session, probe=ProbeOptions(max_cost=0.5), require=Proof.CALLED)
        assert report.count_proof(Proof.CALLED) == sum(1 for each in report.models if each.probe)
        file.write_text(report.to_json())
        mock.use({})
        reused = check(asked, session, reuse=read_reuse(file, session.site), require="called")
        mock.assert_no_quota_spent()
    assert [model.proof for model in reused.models] == [model.proof for model in report.models]
    with pytest.raises(UsageError, match="without calls no model can have it"):
        check([ID], Session(), require="called")


def test_documents_are_made_and_written(tmp_path: Path) -> None:
    generated: Generated = generate([ID], Session.offline(), targets=["v2", Target.V1])
    assert generated.report.exit_code is ExitCode.OK
    planned = generated.write(tmp_path / "out")
    assert {file.name for file in planned.files} == {path.name for path in planned.folder.iterdir()}


def test_what_fails_makes_nothing(tmp_path: Path) -> None:
    generated = generate(["acme/x y"], Session.offline())
    assert generated.report.exit_code is ExitCode.MODEL_FAILED
    with pytest.raises(UsageError, match="nothing to write"):
        generated.write(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_backup_is_needed_to_apply(tmp_path: Path) -> None:
    with pytest.raises(msconfig.FileError, match=r"missing\.zip"):
        apply(tmp_path / "missing.zip", [ID], Session.offline())


def test_a_session_reads_no_environment_unless_it_is_made_from_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    monkeypatch.setenv("MSCONFIG_HUB_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTPS_PROXY", "nonsense://")
    assert Session().tokens == ()
    assert Session().hub_url is None
    with Session().connect():  # a proxy that cannot be used would be an error
        pass
    found = Session.from_environment()
    assert found.tokens[0].secret.reveal() == TOKEN
    assert found.hub_url == "http://127.0.0.1:1"
    with pytest.raises(UsageError, match="HTTPS_PROXY"), found.connect():
        pass


def test_a_session_refuses_what_cannot_be_a_token_and_shows_none() -> None:
    with pytest.raises(TokenError):
        Session(token="ms-****")
    assert TOKEN not in repr(Session(token=TOKEN))


def test_no_id_is_an_error() -> None:
    with pytest.raises(UsageError, match="no model id"):
        check([], Session.offline())


def test_a_baseline_of_the_other_site_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(check([ID], Session.offline()).to_json(), "utf-8")
    baseline = read_baseline(path, Site.CN)
    with pytest.raises(UsageError, match="of site cn, but site ai is checked"):
        check([ID], Session(site=Site.AI), baseline=baseline)


def test_files_are_scanned(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("model: Qwen/Qwen3.5-27B\n", "utf-8")
    for paths in (tmp_path / "a.yaml", str(tmp_path), [tmp_path]):
        report = msconfig.scan(paths, Session.offline())
        assert report.exit_code is ExitCode.OK
        assert [place.line for place in report.models[0].locations] == [1]
    (tmp_path / "a.yaml").write_text("", "utf-8")
    assert msconfig.scan(tmp_path, Session.offline()).models == ()
    with pytest.raises(FileError):
        msconfig.scan(tmp_path / "missing", Session.offline())
    with pytest.raises(UsageError):
        msconfig.scan([], Session.offline())


def _scanned(folder: Path, revision: str) -> object:
    return msconfig.scan(folder, Session.offline(), diff=revision)


def _without_repository(folder: Path) -> object:
    return _scanned(folder, "HEAD")


def _with_an_unknown_revision(folder: Path) -> object:
    git(folder, "init", "-q")
    return _scanned(folder, "no-such")


def _in_a_shallow_clone(folder: Path) -> object:
    git(folder, "init", "-q", "whole")
    for message in ("one", "two"):
        git(folder / "whole", "commit", "-q", "--allow-empty", "-m", message)
    git(folder, "clone", "-q", "--depth", "1", f"file://{folder}/whole", "shallow")
    return _scanned(folder / "shallow", "HEAD~1")


def _without_contents(folder: Path) -> object:
    git(folder, "init", "-q")
    (folder / "a.yaml").write_text("model: x\n", "utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "one")
    (folder / "a.yaml").write_text(f"model: {ID}\n", "utf-8")
    for each in (folder / ".git" / "objects").glob("??/*"):
        kind = subprocess.run(
            ["git", "-C", str(folder), "cat-file", "-t", each.parent.name + each.name],
            capture_output=True,
            check=True,
        )
        if kind.stdout == b"blob\n":
            each.unlink()
    return _scanned(folder, "HEAD")


def _without_calls(_folder: Path) -> object:
    return check([ID], Session(), require="called")


def _a_page_of_the_other_site(_folder: Path) -> object:
    return check([f"https://www.modelscope.ai/models/{ID}"], Session())


def _schema_alone(folder: Path) -> object:
    return generate([ID], Session.offline(), schema=folder / "s.json")


def _schema_that_is_none(folder: Path) -> object:
    (folder / "a.json.j2").write_text("{}", "utf-8")
    (folder / "s.json").write_text("nonsense", "utf-8")
    template, schema = folder / "a.json.j2", folder / "s.json"
    return generate([ID], Session.offline(), template=template, schema=schema)


def _written_twice(folder: Path) -> object:
    (folder / "provider.v2.json").write_text("{}", "utf-8")
    return generate([ID], Session.offline(), targets=["v2"]).write(folder)


def _applied_twice(folder: Path) -> object:
    backup = make_v7(folder / "backup.zip")
    (folder / "new.zip").write_text("older", "utf-8")
    return apply(backup, [ID], Session.offline(), new=folder / "new.zip")


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (_without_repository, r"^diff .* git, .* has none: not a git repository; .* omit diff$"),
        (_with_an_unknown_revision, r"^diff no-such: no such revision in the repository of "),
        (_in_a_shallow_clone, r"^diff HEAD~1: not in this shallow clone; fetch it first"),
        (_without_contents, r"^diff HEAD: this clone lacks the content of .*a\.yaml then"),
        (_without_calls, r"without calls no model can have it; give probe or reuse, or require"),
        (_a_page_of_the_other_site, r"give a session of site ai, or the id alone$"),
        (_schema_alone, r"^a schema is for the result of a template; give both$"),
        (_schema_that_is_none, r"s\.json: .*; schema has to be a JSON Schema$"),
        (_written_twice, r"provider\.v2\.json; force=True replaces"),
        (_applied_twice, r"new\.zip exists already; give another name, or force=True to replace"),
    ],
)
def test_errors_are_in_terms_of_python(
    tmp_path: Path, act: Callable[[Path], object], words: str
) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        act(tmp_path)
    assert "--" not in str(caught.value)
    assert str(caught.value) == caught.value.args[0]
