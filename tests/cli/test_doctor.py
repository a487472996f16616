"""`msconfig doctor` on the command line, against the mock."""

from __future__ import annotations

import json
import os
import signal
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from msconfig.errors import ExitCode
from msconfig.mock.mock import Mock
from msconfig.mock.scenario import APP_KEY, TOKEN
from msconfig.modelscope.beliefs import BELIEFS
from msconfig.modelscope.questions import INVENTED
from msconfig.schemas import schema_problems
from processes import running
from support import Run, Serve

COMMAND = [sys.executable, "-m", "msconfig", "doctor"]
SERVED = "Qwen/Qwen3.5-27B"


@pytest.fixture
def _online(modelscope: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MSCONFIG_HUB_URL", modelscope.hub_url)
    monkeypatch.setenv("MSCONFIG_INFERENCE_URL", modelscope.inference_url)
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mock]:
    """Cherry Studio's gateway, whose key is in the environment."""
    monkeypatch.setenv("CHERRY_STUDIO_API_KEY", APP_KEY)
    with Mock(app=True) as mock:
        yield mock


@pytest.mark.usefixtures("_online")
def test_all_hold_and_nothing_is_spent(run: Run, modelscope: Mock) -> None:
    ran = run("doctor")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("✓ All 16 beliefs hold")
    assert all(len(line) <= 80 for line in ran.out.splitlines())
    modelscope.assert_no_quota_spent()
    assert TOKEN not in ran.out


@pytest.mark.usefixtures("_online", "quick")
def test_paid_calls_are_made_at_the_pace_of_probes(run: Run, modelscope: Mock) -> None:
    modelscope.use({"pace": {"calls_at_once": 1, "call_seconds": 0.2}})
    ran = run("doctor", "--paid", "10", "--format", "json")
    report = json.loads(ran.out)
    assert schema_problems(report, "doctor") == []
    assert {each["result"] for each in report["beliefs"]} == {"holds"}
    assert [each["code"] for each in report["beliefs"]] == [each.code for each in BELIEFS]
    # of the four at once, those that the mock finds too fast are refused with 429
    assert "429 application/json; limit_burst_rate" in report["beliefs"][-1]["seen"]
    assert (ran.code, report["exit_code"], report["site"]) == (0, 0, "cn")


@pytest.mark.usefixtures("_online")
@pytest.mark.parametrize(
    ("scenario", "code", "words"),
    [
        (
            {"faults": [{"does": "status", "status": 404, "path": "*/balance"}]},
            "BALANCE",
            "--max-cost",
        ),
        ({"faults": [{"does": "html", "path": "*/spend/rates"}]}, "RATES", "--max-cost"),
        (
            {"models": {"ZhipuAI/GLM-4.6V": {"look_up": {"providers": [{"Name": "ModelScope"}]}}}},
            "LOOKUP_RETIRED",
            "--probe",
        ),
        (
            {"models": {INVENTED: {"look_up": {"providers": []}, "hub": {"exists": False}}}},
            "LOOKUP_INVENTED",
            "--strict",
        ),
        ({"replies": [{"error": {"status": 400, "message": "x"}}]}, "CALL_LISTED", "--require"),
    ],
)
def test_the_installed_command_names_what_moved(
    modelscope: Mock, scenario: dict[str, object], code: str, words: str
) -> None:
    modelscope.use(scenario)
    paid = ["--paid", "1"] if code.startswith("CALL") else []
    ran = subprocess.run(
        [*COMMAND, "--retries", "0", *paid, "--format", "markdown"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == ExitCode.MODEL_FAILED, ran.stdout
    moved = [line for line in ran.stdout.splitlines() if line.startswith("| ✗ ")]
    assert [line.split("`")[1] for line in moved] == [code]
    consequence = next(each for each in ran.stdout.splitlines() if each.startswith(f"**{code}**"))
    assert words in consequence


@pytest.mark.usefixtures("_online")
@pytest.mark.parametrize(
    ("does", "words", "cause"),
    [
        ("html", "The cause is on stderr", "a web page in place of data"),
        ("reset", "Run it again later.", ""),
    ],
)
def test_what_is_in_the_way_is_named_on_stderr_and_no_host_in_the_output(
    run: Run, modelscope: Mock, does: str, words: str, cause: str
) -> None:
    modelscope.use({"faults": [{"does": does}]})
    for form in ("text", "json", "markdown"):
        ran = run("doctor", "--retries", "0", "--format", form)
        assert ran.code == 4
        assert "127.0.0.1" not in ran.out
        assert cause in ran.err
        assert words in ran.out or form == "json"


@pytest.mark.usefixtures("_online")
def test_the_example_of_the_page_is_real_output(run: Run, modelscope: Mock) -> None:
    gone = {"does": "status", "status": 404, "path": "*/magicubes/balance"}
    modelscope.use({"faults": [gone]})
    ran = run("doctor")
    page = (Path(__file__).resolve().parents[2] / "docs" / "doctor.md").read_text("utf-8")
    example = page.partition("<!-- example: moved -->\n```text\n")[2].partition("```")[0]
    assert ran.code == 1
    assert example == ran.out[ran.out.rindex("✗ BALANCE") :]


@pytest.mark.usefixtures("_online")
def test_progress_is_on_stderr(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("msconfig.cli.console._SECONDS_BETWEEN_LINES", 0)
    lines = [f"asked {number} of 16 questions" for number in range(17)]
    assert run("doctor").err.splitlines() == lines
    assert run("doctor", "-q").err == ""


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.usefixtures("_online")
def test_ctrl_c_ends_with_130_and_what_is_known(modelscope: Mock) -> None:
    modelscope.use({"faults": [{"does": "no-answer", "path": "*/balance"}]})
    with running(
        [*COMMAND, "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        while not any(each.path.endswith("/balance") for each in modelscope.requests):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    report = json.loads(out)
    assert (process.returncode, report["exit_code"], err) == (130, 130, "")
    results = [(each["code"], each["result"], each.get("reason")) for each in report["beliefs"]]
    assert results[0] == ("CATALOGUE", "holds", None)
    assert results[5] == ("BALANCE", "not asked", "interrupted")
    assert schema_problems(report, "doctor") == []


@pytest.mark.usefixtures("_online")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--offline"], "omit --offline"),
        (["--snapshot", "x.json"], "omit --offline and --snapshot"),
        (["--app", "--offline"], "omit --offline"),
        (["--paid", "1", "--no-token"], "which need a token"),
        (["--paid", "-1"], "x>=0"),
        ([SERVED], "no effect without --app"),
        (["--models", "x"], "no effect without --app"),
        (["--call"], "--call has no effect without --app"),
        (["--app-url", "http://127.0.0.1:1"], "--app-url has no effect without --app"),
        (["--app-key-file", "x"], "--app-key-file has no effect without --app"),
        (["--app", "--paid", "1"], "--paid cannot be combined"),
        (["--app", "--no-token"], "no ModelScope token is used"),
        (["--app", "--hub-url", "https://e.com"], "no effect with --app"),
        (["--app", SERVED], "no key of Cherry Studio's API Gateway"),
        (["--app", "--app-key-file", "missing", SERVED], "missing"),
        (["--app", "--app-url", "http://192.0.2.1:23333", SERVED], "one of this machine"),
        (["--app", "--app-url", "https://e.com", SERVED], "one of this machine"),
        (["--app", "--app-url", "http://e.com:23333", SERVED], "one of this machine"),
        (["--app", "--app-url", "", SERVED], "not a URL"),
        (["--app", "--app-url", "http://u:p@127.0.0.1", SERVED], "user name or password"),
        (["--app"], "no model id"),
        (["--app", "https://modelscope.ai/models/a/b"], "modelscope.ai"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_use_ends_with_2(
    run: Run, modelscope: Mock, arguments: list[str], words: str
) -> None:
    ran = run("doctor", *arguments)
    assert (ran.code, ran.out) == (2, ""), ran.err
    assert words in ran.err
    assert modelscope.requests == ()


@pytest.mark.usefixtures("_online")
@pytest.mark.parametrize("key", ["paid", "doctor", "app-url", "app_url", "app-key-file"])
def test_nothing_of_doctor_is_read_from_the_settings(run: Run, key: str) -> None:
    for table in ("", "[check]\n"):
        Path("msconfig.toml").write_text(f"{table}{key} = 1\n")
        assert run("doctor").code == 2


# --- the app


@pytest.mark.parametrize("call", [[], ["--call"]], ids=["list", "call"])
def test_the_app_has_all(run: Run, app: Mock, call: list[str]) -> None:
    ran = run("doctor", "--app", "--app-url", f"{app.app_url}/", SERVED, *call)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("✓ Cherry Studio has the model.")
    assert ("answered" in ran.out) == bool(call)
    assert app.spent == len(call)
    assert APP_KEY not in ran.out + ran.err


def apps(**provider: object) -> dict[str, object]:
    return {"app": {"providers": [{"id": "modelscope", **provider}]}}


@pytest.mark.parametrize(
    ("scenario", "code", "results", "words"),
    [
        (apps(models=[SERVED]), 1, ["there", "missing"], "has 1 of 2 models"),
        (apps(models=["x/y"]), 1, ["missing"] * 2, "has 0 of 2 models"),
        (apps(enabled=False), 1, ["provider_off"] * 2, "no model of the provider modelscope"),
        (apps(models=[]), 1, ["provider_off"] * 2, "no model of the provider modelscope"),
        ({"app": {"providers": []}}, 1, ["provider_off"] * 2, "no model of the provider"),
        (
            {"app": {"providers": [{"id": "modelscope-ai", "models": [SERVED]}]}},
            1,
            ["provider_off"] * 2,
            "no model of the provider",
        ),
        ({"app": {"key": "cs-sk-another"}}, 3, [], "refuses the key"),
        ({"app": {"enabled": False}}, 4, [], "nothing answers there"),
        ({"faults": [{"does": "html"}]}, 4, [], "? Something other than"),
        ({"faults": [{"does": "status", "status": 404}]}, 4, [], "answers there: HTTP 404."),
        ({"faults": [{"does": "redirect"}]}, 4, [], "answers there: HTTP 302."),
        ({"faults": [{"does": "garbage", "path": "/v1/models"}]}, 4, [], "? Something other than"),
        (
            {"faults": [{"does": "status", "status": 503, "path": "/v1/models"}]},
            4,
            [],
            "Gateway gives no list of models: HTTP 503.",
        ),
    ],
)
def test_what_the_app_lacks_is_named(
    run: Run, app: Mock, scenario: dict[str, object], code: int, results: list[str], words: str
) -> None:
    app.use(scenario)
    command = ("doctor", "--app", "--retries", "0", "--app-url", app.app_url, SERVED, "no/such")
    ran = run(*command, "--format", "json")
    report = json.loads(ran.out)
    assert schema_problems(report, "doctor") == []
    assert (ran.code, report["exit_code"]) == (code, code)
    assert [each["result"] for each in report["models"]] == results
    text, markdown = run(*command).out, run(*command, "--format", "markdown").out
    assert words in text
    assert words in markdown
    assert text.splitlines()[-1].strip()


def test_the_key_is_sent_only_to_what_answers_as_the_gateway(run: Run, serve: Serve) -> None:
    from msconfig.mock.messages import Response  # noqa: PLC0415

    other = serve(lambda _: Response.of_json(200, {"object": "list", "data": []}))
    Path("key.txt").write_text(f"{APP_KEY}\n")
    arguments = ("--app-key-file", "key.txt", "--app-url", other.endpoints.hub)
    ran = run("doctor", "--app", *arguments, SERVED)
    assert (ran.code, ran.out.startswith("? Something other than")) == (4, True)
    assert [each.token for each in other.requests] == [""]


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("speaks", [b"SSH-2.0-OpenSSH_9.9\r\n", b"+OK POP3 ready\r\n"])
def test_a_service_that_speaks_no_http_is_named_as_another_one(run: Run, speaks: bytes) -> None:
    class Banner(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.sendall(speaks)
            self.request.recv(4096)

    with socketserver.TCPServer(("127.0.0.1", 0), Banner) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        ran = run("doctor", "--app", "--app-url", url, "--retries", "0", SERVED)
        server.shutdown()
    assert ran.code == 4
    assert ran.out.startswith("? Something other than Cherry Studio's API Gateway answers there.")
    assert "cannot be reached" not in ran.out
    assert "--app-url" in ran.out


def test_no_proxy_gets_the_key(
    run: Run, app: Mock, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    from msconfig.mock.messages import Response  # noqa: PLC0415

    proxy = serve(lambda _: Response(502, b""))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.endpoints.hub)
    assert run("doctor", "--app", "--app-url", app.app_url, SERVED).code == 0
    assert not proxy.requests


@pytest.mark.parametrize("version", [1, 2])
def test_all_pages_are_read(run: Run, app: Mock, version: int) -> None:
    ids = [f"acme/m{number}" for number in range(250)]
    app.use(
        {
            "app": {
                "version": version,
                "providers": [
                    {"id": "other", "models": ids},
                    {"id": "modelscope", "models": ids},
                    {"id": "off", "enabled": False},
                ],
            }
        }
    )
    Path("ids.txt").write_text("\n".join(ids))
    ran = run("doctor", "--app", "--app-url", app.app_url, "--models", "ids.txt")
    assert (ran.code, ran.out.splitlines()[0]) == (0, "✓ Cherry Studio has all 250 models.")
    assert sum(each.path == "/v1/models" for each in app.requests) == 6


def test_models_and_provider_come_from_the_settings(run: Run, app: Mock) -> None:
    Path("msconfig.toml").write_text(
        f'site = "ai"\n[provider]\nid = "mine"\n[[models]]\nid = "{SERVED}"\n'
    )
    app.use({"app": {"providers": [{"id": "mine", "models": [SERVED]}]}})
    ran = run("doctor", "--app", "--app-url", app.app_url, "--format", "json")
    assert (ran.code, json.loads(ran.out)["site"]) == (0, "ai")
    Path("msconfig.toml").write_text(f'site = "ai"\n[[models]]\nid = "{SERVED}"\n')
    app.use({"app": {"providers": [{"id": "modelscope-ai", "models": [SERVED]}]}})
    assert run("doctor", "--app", "--app-url", app.app_url).code == 0


@pytest.mark.parametrize(
    ("behaviour", "code", "result"),
    [
        ("answers", 0, "answered"),
        ("no_provider", 1, "refused"),
        ("invalid", 1, "refused"),
        ("busy", 4, "inconclusive"),
        ("empty", 4, "inconclusive"),
    ],
)
def test_one_call_goes_through_the_app(
    run: Run, app: Mock, behaviour: str, code: int, result: str
) -> None:
    app.use({"models": {SERVED: {"behaviour": behaviour}}})
    ran = run(
        *("doctor", "--app", "--app-url", app.app_url, "no/such/id", "no/such", SERVED, "--call"),
        *("--format", "json"),
    )
    report = json.loads(ran.out)
    assert report["call"] == {"id": SERVED, "result": result}
    assert ran.code == 1  # the others are missing
    ran = run("doctor", "--app", "--app-url", app.app_url, SERVED, "--call")
    assert ran.code == code
    assert sum(each.method == "POST" for each in app.requests) == 2


def test_mock_app_says_how_to_ask_it(run: Run) -> None:
    mock = [sys.executable, "-m", "msconfig", "mock", "--app", "--port", "0", "-q"]
    with running(mock, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        comment, export = process.stdout.readline(), process.stdout.readline()
        script = f"{export}\n{comment.removeprefix('# ').strip()} {SERVED}"
        script = script.replace("msconfig doctor", f"{sys.executable} -m msconfig doctor")
        ran = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
        process.terminate()
        process.wait(timeout=10)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert run("mock", "--app", "--snapshot", "missing.json").code == 2
