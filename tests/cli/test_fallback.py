"""Bailian as the fallback, as a user runs it."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import NoReturn

import pytest

from backups import make_v7, row
from msconfig.cherry.backup import open_backup
from msconfig.cherry.link import decode_v1, decode_v2
from msconfig.mock.messages import Response
from msconfig.mock.server import MockServer
from msconfig.modelscope.fallback_client import FallbackClient
from support import ALIVE, DEAD, KEY, TOKEN, Online, Run, Serve, instead, mock_of

SETTINGS = '[fallback]\nprovider = "dashscope"\nids = ["qwen3-32b"]\n'
TWO = SETTINGS.replace('"qwen3-32b"', '"qwen3-32b", "qwen3-14b"')
LIST = "/compatible-mode/v1/models"
BESIDE = {"provider.dashscope.v2.json", "provider.dashscope.v1.json", "links.dashscope.txt"}
GUIDES = {"guide.en.html", "guide.en.md"}
OWN = {"provider.v2.json", "provider.v1.json", "links.txt", "report.json"}
OTHER_KEY = "sk-5eed0000000040008000000000000bad"


@pytest.fixture
def server(serve: Serve, online: Online, monkeypatch: pytest.MonkeyPatch) -> MockServer:
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    told(SETTINGS)
    return online(serve(mock_of({"Qwen/Dead": DEAD, "Qwen/Qwen3-32B": DEAD, "Qwen/More": ALIVE})))


def told(text: str) -> None:
    Path("msconfig.toml").write_text(text)


def names(folder: str = "out") -> set[str]:
    return {path.name for path in Path(folder).iterdir()} if Path(folder).exists() else set()


def documents() -> list[Path]:
    return sorted(Path("out", name) for name in names() - GUIDES)


def asked(server: MockServer) -> list[str]:
    return [request.token for request in server.requests if request.path == LIST]


# --- check


@pytest.mark.parametrize(
    ("settings", "key", "code"),
    [
        pytest.param(SETTINGS, KEY, 0, id="in the list"),
        pytest.param(TWO, KEY, 1, id="not in the list"),
        pytest.param(SETTINGS, OTHER_KEY, 3, id="a rejected key"),
    ],
)
def test_the_exit_code_counts_bailian_too(
    run: Run,
    server: MockServer,
    monkeypatch: pytest.MonkeyPatch,
    settings: str,
    key: str,
    code: int,
) -> None:
    told(settings)
    monkeypatch.setenv("DASHSCOPE_API_KEY", key)
    ran = run("check", "Qwen/Alive")
    assert ran.code == code, ran
    assert asked(server) == [key]
    assert key not in ran.out + ran.err


def test_a_list_that_cannot_be_read_is_inconclusive(
    run: Run, serve: Serve, online: Online, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(SETTINGS)
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    online(serve(instead({LIST: Response.of_json(503, {})}, mock_of())))
    ran = run("check", "--retries", "0", "--format", "json", "Qwen/Alive")
    assert ran.code == 4
    fallback = json.loads(ran.out)["fallback"]
    assert fallback["token"]["status"] == "unverified"
    assert fallback["models"][0]["status"] == "unverified"


def test_each_service_gets_its_own_secret_alone(run: Run, server: MockServer) -> None:
    run("check", "Qwen/Alive")
    tokens = {request.path: request.token for request in server.requests}
    assert tokens.pop(LIST) == KEY
    assert tokens["/openapi/v1/users/me"] == TOKEN
    assert KEY not in tokens.values()


@pytest.mark.usefixtures("server")
def test_a_dead_model_is_told_its_id_at_bailian(run: Run) -> None:
    ran = run("check", "--format", "json", "Qwen/Dead", "Qwen/Qwen3-32B")
    assert ran.code == 1
    suggested = {
        model["id"]: [each["id"] for each in model["suggestions"]]
        for model in json.loads(ran.out)["models"]
    }
    assert "qwen3-32b" in suggested["Qwen/Qwen3-32B"]
    assert "qwen3-32b" not in suggested["Qwen/Dead"]
    assert all(len(each) <= 3 for each in suggested.values())


def test_without_fallback_in_the_settings_bailian_is_not_asked(
    run: Run, server: MockServer
) -> None:
    Path("msconfig.toml").unlink()
    ran = run("check", "--format", "json", "Qwen/Qwen3-32B")
    assert not asked(server)
    assert "fallback" not in json.loads(ran.out)
    assert "qwen3-32b" not in ran.out


def test_ids_stand_in_their_file_and_are_annotated_there(run: Run, server: MockServer) -> None:
    told(TWO)
    ran = run("check", "--format", "github", "Qwen/Alive")
    assert "::error file=msconfig.toml,line=3,col=22,title=not_found%3A qwen3-14b::" in ran.out
    assert asked(server)


@pytest.mark.usefixtures("server")
def test_a_baseline_with_the_same_gap_lets_it_pass(run: Run) -> None:
    told(TWO)
    assert run("check", "--report", "json=base.json", "Qwen/Alive").code == 1
    assert run("check", "--baseline", "base.json", "Qwen/Alive").code == 0


@pytest.mark.usefixtures("server")
def test_an_interrupt_while_bailian_is_asked_keeps_what_was_learnt(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: FallbackClient) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(FallbackClient, "models", interrupted)
    ran = run("check", "--format", "json", "Qwen/Alive")
    assert ran.code == 130
    report = json.loads(ran.out)
    assert report["complete"] is False
    assert report["models"][0]["status"] == "enabled"
    assert run("generate", "-o", "out", "Qwen/Alive").code == 130
    assert not names()


# --- the key


def test_a_missing_key_is_told_before_any_request(
    run: Run, server: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASHSCOPE_API_KEY", " ")
    for command in (["check"], ["generate", "-o", "out"]):
        ran = run(*command, "Qwen/Alive")
        assert ran.code == 2
        assert "DASHSCOPE_API_KEY" in ran.err
    assert not server.requests


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (TOKEN, "holds a ModelScope token"),
        ("ms-00000000-0000-4000-8000-00000000beef", "holds a ModelScope token"),
        ("sk-****cafe", "holds a masked token"),
        ("sk-one\nsk-two-two", "has several lines"),
    ],
)
def test_a_key_that_cannot_be_one_is_sent_to_nobody(
    run: Run, server: MockServer, monkeypatch: pytest.MonkeyPatch, key: str, said: str
) -> None:
    monkeypatch.setenv("DASHSCOPE_API_KEY", key)
    ran = run("check", "Qwen/Alive")
    assert ran.code == 2
    assert said in ran.err
    assert key not in ran.err
    assert not server.requests


def test_one_secret_for_both_services_is_sent_to_neither(
    run: Run, server: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", KEY)
    assert run("check", "Qwen/Alive").code == 2
    assert not server.requests


def test_no_token_means_no_key_either_and_that_alone_does_not_count(
    run: Run, server: MockServer
) -> None:
    ran = run("check", "--no-token", "--strict", "Qwen/Alive")
    assert ran.code == 0
    assert "Bailian was not queried." in " ".join(ran.out.split())
    assert not asked(server)


def test_offline_bailian_is_not_asked_and_that_alone_does_not_count(
    run: Run, server: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MSCONFIG_FALLBACK_URL", "nonsense, and of no use offline")
    ran = run("check", "--offline", "--format", "json", "Qwen/Qwen3.5-27B")
    fallback = json.loads(ran.out)["fallback"]
    assert (ran.code, fallback["token"]["status"]) == (0, "unverified")
    assert fallback["token"]["reason"] == "offline"
    monkeypatch.delenv("DASHSCOPE_API_KEY")
    assert run("check", "--offline", "Qwen/Qwen3.5-27B").code == 0
    assert not server.requests


@pytest.mark.parametrize(
    "url",
    ["http://dashscope.aliyuncs.com/compatible-mode/v1/", "https://example.com/", "nonsense"],
)
def test_a_url_that_must_not_get_the_key_is_refused(
    run: Run, server: MockServer, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("MSCONFIG_FALLBACK_URL", url)
    ran = run("check", "Qwen/Alive")
    assert ran.code == 2
    assert "fallback URL" in ran.err
    assert not server.requests


# --- generate


@pytest.mark.usefixtures("server")
def test_generate_writes_bailian_beside_modelscope(run: Run) -> None:
    ran = run("generate", "-o", "out", "Qwen/Alive")
    assert ran.code == 0, ran
    assert names() == OWN | BESIDE | GUIDES
    assert {stat.S_IMODE(path.stat().st_mode) for path in Path("out").iterdir()} == {0o600}
    assert run("validate", "--strict", *documents()).code == 0
    v2 = json.loads(Path("out/provider.dashscope.v2.json").read_text())
    assert v2["provider"]["presetProviderId"] == v2["provider"]["providerId"] == "dashscope"
    assert "endpointConfigs" not in v2["provider"]
    assert [key["key"] for key in v2["provider"]["apiKeys"]] == [KEY]
    assert [model["modelId"] for model in v2["models"]] == ["qwen3-32b"]
    link = Path("out/links.dashscope.txt").read_text().strip()
    assert decode_v1(link) == decode_v2(link)
    assert decode_v2(link)["apiKey"] == KEY
    assert KEY not in ran.out + ran.err + Path("out/report.json").read_text()
    for name in ("provider.v2.json", "provider.v1.json"):
        assert KEY not in Path("out", name).read_text()
        assert (
            TOKEN not in Path("out", name.replace("provider.", "provider.dashscope.")).read_text()
        )


@pytest.mark.parametrize("region", ["intl", "us"])
@pytest.mark.usefixtures("server")
def test_another_region_is_a_provider_of_its_own_with_its_own_addresses(
    run: Run, region: str
) -> None:
    told(f'{SETTINGS}region = "{region}"\n')
    assert run("generate", "-o", "out", "Qwen/Alive").code == 0
    assert run("validate", "--strict", *documents()).code == 0
    provider = json.loads(Path("out/provider.dashscope.v2.json").read_text())["provider"]
    assert provider["providerId"] == f"dashscope-{region}"
    assert "presetProviderId" not in provider
    host = f"https://dashscope-{region}.aliyuncs.com"
    assert provider["endpointConfigs"] == {
        "openai-chat-completions": {"baseUrl": f"{host}/compatible-mode/v1/"},
        "anthropic-messages": {"baseUrl": f"{host}/apps/anthropic"},
    }
    assert "127.0.0.1" not in Path("out/provider.dashscope.v2.json").read_text()


@pytest.mark.usefixtures("server")
def test_it_is_all_or_nothing_over_both_services(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    told(TWO)
    assert run("generate", "-o", "out", "Qwen/Alive").code == 1
    assert not names()
    told(SETTINGS)
    monkeypatch.setenv("DASHSCOPE_API_KEY", OTHER_KEY)
    assert run("generate", "-o", "out", "Qwen/Alive").code == 3
    assert not names()


@pytest.mark.usefixtures("server")
def test_an_older_file_of_the_fallback_stops_all_of_them(run: Run) -> None:
    Path("out").mkdir(mode=0o700)
    Path("out/provider.dashscope.v1.json").write_text("mine")
    ran = run("generate", "-o", "out", "Qwen/Alive")
    assert ran.code == 2
    assert "provider.dashscope.v1.json" in ran.err
    assert names() == {"provider.dashscope.v1.json"}


@pytest.mark.usefixtures("server")
def test_only_usable_drops_what_bailian_does_not_list(run: Run) -> None:
    told(TWO)
    ran = run("generate", "--only-usable", "-o", "out", "Qwen/Alive", "Qwen/Dead")
    assert ran.code == 0, ran
    assert "left out: Qwen/Dead" in ran.err
    assert "left out: qwen3-14b" in ran.err
    v1 = json.loads(Path("out/provider.dashscope.v1.json").read_text())
    assert [model["id"] for model in v1["models"]] == ["qwen3-32b"]
    report = json.loads(Path("out/report.json").read_text())
    assert (report["dropped"], report["fallback"]["dropped"]) == (["Qwen/Dead"], ["qwen3-14b"])


@pytest.mark.usefixtures("server")
def test_a_fallback_of_which_nothing_is_left_fails(run: Run) -> None:
    told(SETTINGS.replace("32b", "14b"))
    assert run("generate", "--only-usable", "-o", "out", "Qwen/Alive").code == 1
    assert not names()


@pytest.mark.parametrize(
    ("options", "code"),
    [
        pytest.param(["--redact"], 0, id="redacted"),
        pytest.param(["--no-token"], 0, id="without a key"),
        pytest.param(["--no-token", "--only-usable"], 0, id="not asked, so not dropped"),
    ],
)
@pytest.mark.usefixtures("server")
def test_without_a_key_the_documents_hold_none_and_there_are_no_links(
    run: Run, options: list[str], code: int
) -> None:
    ran = run("generate", *options, "-o", "out", "Qwen/Alive")
    assert ran.code == code, ran
    assert names() == (OWN | BESIDE | GUIDES) - {"links.txt", "links.dashscope.txt"}
    written = "".join(path.read_text() for path in Path("out").iterdir())
    assert KEY not in written
    assert TOKEN not in written
    assert json.loads(Path("out/provider.dashscope.v1.json").read_text())["models"]


@pytest.mark.usefixtures("server")
def test_a_dry_run_shows_both_and_no_key(run: Run) -> None:
    ran = run("generate", "--dry-run", "-o", "out", "Qwen/Alive")
    assert ran.code == 0
    assert all(name in ran.out for name in BESIDE)
    assert KEY not in ran.out
    assert not names()


@pytest.mark.usefixtures("server")
def test_what_the_settings_tell_of_a_model_is_written(run: Run) -> None:
    told(
        '[fallback]\nprovider = "dashscope"\n[[fallback.models]]\nid = "qwen3-32b"\n'
        'name = "Big"\ngroup = "Chat"\nkind = "vision"\n'
    )
    assert run("generate", "-o", "out", "Qwen/Alive").code == 0
    (model,) = json.loads(Path("out/provider.dashscope.v2.json").read_text())["models"]
    assert (model["name"], model["group"]) == ("Big", "Chat")
    assert "image-recognition" in model["capabilities"]


@pytest.mark.usefixtures("server")
def test_a_users_template_may_use_the_fallback(run: Run) -> None:
    Path("own.txt.j2").write_text("{{ provider.id }} {{ fallback.provider.id if fallback }}")
    assert run("generate", "-o", "out", "--template", "own.txt.j2", "Qwen/Alive").code == 0
    assert Path("out/own.txt").read_text() == "modelscope dashscope"
    Path("msconfig.toml").unlink()
    run("generate", "-o", "out", "--force", "--template", "own.txt.j2", "Qwen/Alive")
    assert Path("out/own.txt").read_text() == "modelscope "


@pytest.mark.parametrize("name", sorted(BESIDE))
def test_a_users_template_cannot_take_a_name_of_the_fallback(
    run: Run, server: MockServer, name: str
) -> None:
    Path(f"{name}.j2").write_text("x")
    ran = run("generate", "-o", "out", "--template", f"{name}.j2", "Qwen/Alive")
    assert ran.code == 2
    assert not server.requests


def test_one_provider_id_for_both_is_refused_before_any_request(
    run: Run, server: MockServer
) -> None:
    told(f'{SETTINGS}region = "us"\n[provider]\nid = "dashscope-us"\n')
    ran = run("generate", "-o", "out", "Qwen/Alive")
    assert ran.code == 2
    assert "dashscope-us" in ran.err
    assert not server.requests


@pytest.mark.usefixtures("server")
def test_a_command_that_checks_no_ids_needs_no_key(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DASHSCOPE_API_KEY")
    assert run("quota").code == 0


# --- apply


def in_backup(path: Path) -> dict[str, list[str]]:
    """The models that a backup has of each provider that is on, the first provider first."""
    return {
        provider.id: list(provider.model_ids)
        for provider in open_backup(path).providers
        if provider.is_enabled
    }


@pytest.mark.usefixtures("server", "both_headers")
def test_apply_puts_bailian_behind_modelscope(run: Run) -> None:
    backup = make_v7(Path("backup.zip"), messages=5)
    ran = run("apply", backup, "-o", "new.zip", "--yes", "Qwen/More")
    assert ran.code == 0, ran
    assert "(dashscope)" in ran.out
    found = in_backup(Path("new.zip"))
    assert list(found)[:2] == ["modelscope", "dashscope"]
    assert found["modelscope"][-1] == "Qwen/More"
    assert found["dashscope"] == ["qwen3-32b"]
    assert KEY in row(Path("new.zip"), "user_provider", "dashscope")["api_keys"]
    assert KEY not in ran.out + ran.err


@pytest.mark.usefixtures("server", "both_headers")
def test_apply_writes_nothing_when_bailian_lacks_an_id(run: Run) -> None:
    told(TWO)
    backup = make_v7(Path("backup.zip"), messages=5)
    assert run("apply", backup, "-o", "new.zip", "--yes", "Qwen/More").code == 1
    assert not Path("new.zip").exists()
    ran = run("apply", backup, "-o", "new.zip", "--yes", "--only-usable", "Qwen/More")
    assert ran.code == 0, ran
    assert "✗ qwen3-14b" in ran.out
    assert in_backup(Path("new.zip"))["dashscope"] == ["qwen3-32b"]
