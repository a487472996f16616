"""Situations that people meet with such tools, each through the installed command.

A row is one situation: what is there, what is run, how it ends, and what has to be said. The kinds:
A an id in other text, B a file in another form, C a value that is no token, D a fault of the
environment, E places in CI formats, F a link that a page changed, G a backup that was repacked,
H a plain answer to a plain mistake.
"""

from __future__ import annotations

import base64
import json
import os
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

import pytest

from backups import make_data_json, make_v7
from msconfig.cherry.link import PREFIX
from msconfig.mock.mock import Mock
from msconfig.mock.server import MockServer
from raw_zip import write_zip
from support import mock_of

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the script's name and the folders")

SCRIPT = Path(sys.executable).with_name("msconfig")
CERTIFICATES = Path(__file__).resolve().parent.parent / "certificates"
SERVED, OTHER, DRAWS = "acme/Chat-9B", "bolt-ai/Vision-2", "acme/Draws-1"
PAGE = f"https://www.modelscope.cn/models/{SERVED}"
TOKEN = "ms-5eed0000-0000-4000-8000-0000000000aa"
SECOND = "ms-5eed0000-0000-4000-8000-0000000000bb"
OWN = {"providers": [{"Name": "ModelScope", "EstimatedMagicGrainCost": 1}]}
CHAT = {"exists": True, "tasks": ["text-generation"]}
MODELS = {
    SERVED: {"look_up": OWN, "hub": CHAT, "listed": True},
    OTHER: {"look_up": OWN, "hub": CHAT, "listed": True},
    DRAWS: {"look_up": OWN, "hub": CHAT, "listed": True, "behaviour": "image_model"},
}
SCENARIO = {"models": MODELS, "accounts": [{"token": TOKEN}]}
ASK = ("check", "--no-token", "--retries", "0")
LIST = (*ASK, "--models", "ids.txt")


@dataclass(frozen=True)
class Situation:
    """A situation, and what has to come of it."""

    kind: str
    name: str
    arguments: tuple[str, ...]
    code: int
    says: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    environment: Mapping[str, str | None] = field(default_factory=dict)
    scenario: Mapping[str, object] = field(default_factory=lambda: SCENARIO)
    prepare: Callable[[], object] = lambda: None
    folder: str = "."


def listed(name: str, text: str, code: int, *says: str) -> Situation:
    """A list of ids."""
    return Situation("A", name, LIST, code, says, files={"ids.txt": text})


def form(name: str, content: str | bytes, *says: str, option: str = "--models") -> Situation:
    """A file in a form that is not read."""
    arguments = (*ASK, option, "file.txt")
    return Situation("B", name, arguments, 2, says, ("not served",), files={"file.txt": content})


def no_token(name: str, value: str, words: str, *arguments: str) -> Situation:
    """A value in the variable of the token."""
    command = arguments or ("check", SERVED)
    environment = {"MODELSCOPE_API_TOKEN": value}
    silent = (value, "5eed0000", "✓")
    return Situation("C", name, command, 2, (words,), silent, environment=environment)


def link_of(**changes: object) -> str:
    base = "https://api-inference.modelscope.cn/v1/"
    payload = {"id": "modelscope", "baseUrl": base, "apiKey": TOKEN, **changes}
    data = base64.b64encode(json.dumps(payload).encode()).decode()
    return f"{PREFIX}v=1&data={data.replace('=', '%3D')}"


def link(name: str, text: str, code: int, *says: str) -> Situation:
    """A file of links, decoded."""
    arguments = ("link", "decode", "links.txt")
    return Situation("F", name, arguments, code, says, (TOKEN,), files={"links.txt": text})


def backup(name: str, prepare: Callable[[], object], *says: str) -> Situation:
    """A backup that cannot be patched."""
    arguments = ("apply", "backup.zip", "--plan", "--offline", "--no-token")
    return Situation("G", name, arguments, 5, says, prepare=prepare)


def nested() -> None:
    made = make_data_json(Path("made.zip"))
    inner = subprocess.run(
        [sys.executable, "-m", "zipfile", "-e", made, "folder/my-backup"], check=True
    )
    assert inner.returncode == 0
    os.chdir("folder")
    subprocess.run(
        [sys.executable, "-m", "zipfile", "-c", "../backup.zip", "my-backup"], check=True
    )
    os.chdir("..")


def without_providers(row: dict[str, object]) -> None:
    row["providers"] = None


A = [
    listed("the address of a page", f"{PAGE}/summary\n", 0, f'read "{PAGE}/summary" as {SERVED}'),
    Situation("A", "a bare name", (*ASK, "Chat-9B"), 1, ("owner is missing", f"→ {SERVED}")),
    Situation(
        "A",
        "a bare name offline",
        (*ASK[:2], "--offline", "Qwen3.5-27B"),
        1,
        ("owner is missing", "→ Qwen/Qwen3.5-27B"),
    ),
    listed("a line of JSON", f'{OTHER}\n  "{SERVED}",\n', 0, f"as {SERVED}", "Both models are"),
    listed("backticks", f"`{SERVED}`\n", 0, f'read "`{SERVED}`" as {SERVED}'),
    listed("a comment without a blank", f"{SERVED}#fast\n", 1, "a comment needs", f"→ {SERVED}"),
    listed("commas", f"{SERVED},{OTHER}\n", 0, f"as {SERVED} and {OTHER}", "Both models are"),
    listed("a full-width slash", "acme／Chat-9B\n", 1, "full-width signs (／)", f"→ {SERVED}"),
    Situation("A", "a blank behind it", (*ASK, f"{SERVED} "), 0, (f"around {SERVED} is left out",)),
    Situation(
        "A",
        "a blank in the settings",
        (*ASK, "--config", "own.toml"),
        0,
        ("is left out",),
        files={"own.toml": f'[[models]]\nid = " {SERVED}"\n'},
    ),
    Situation("A", "a suffix", (*ASK, f"{SERVED}:free"), 1, ("not a provider of", f"→ {SERVED}")),
    listed("a router's prefix", f"openrouter/{SERVED}\n", 1, "prefix of", f"→ {SERVED}"),
    listed("a numbered list", f"1. {SERVED}\n2. {OTHER}\n", 1, "the mark of a list", f"→ {OTHER}"),
    listed("a table", f"| model |\n|---|\n| {SERVED} |\n", 1, "a row of a table", f"→ {SERVED}"),
]
B = [
    form("a JSON array", f'["{SERVED}"]', "looks like JSON", "--scan"),
    form("settings in JSON", f'{{"model": "{SERVED}"}}', "looks like JSON", "--scan"),
    form(
        "settings in JSON as a document",
        f'{{"model": "{SERVED}"}}',
        "JSON of another program; --scan finds the ids",
        option="--from",
    ),
    Situation(
        "B",
        "a saved list of models",
        (*ASK, "--from", "saved.json"),
        0,
        ("The model is served",),
        files={"saved.json": json.dumps({"object": "list", "data": [{"id": SERVED}]})},
    ),
    Situation(
        "B",
        "UTF-16 as PowerShell writes it",
        LIST,
        0,
        ("The model is served",),
        files={"ids.txt": f"{SERVED}\r\n".encode("utf-16")},
    ),
    form("YAML", f"model_list:\n  - model: openai/{SERVED}\n", "looks like YAML, TOML or code"),
    form("Markdown", f"[Chat]({PAGE})\n", "looks like Markdown with links", "--scan"),
    form("UTF-16 without a mark", f"{SERVED}\n".encode("utf-16-le"), "NUL bytes", "UTF-8"),
]
C = [
    no_token("quoted", f'"{TOKEN}"', "quotation marks", "generate", "--offline", "-o", "o", SERVED),
    Situation(
        "C",
        "quoted in a file",
        ("link", "encode", "--token-file", "token.txt"),
        2,
        ("quotation marks",),
        ("5eed0000",),
        files={"token.txt": f"'{TOKEN}'\n"},
    ),
    Situation(
        "C",
        "a .env file",
        ("check", "--token-file", "my.env", SERVED),
        2,
        ("NAME=value",),
        ("5eed0000",),
        files={"my.env": f"MODELSCOPE_API_TOKEN={TOKEN}\n"},
    ),
    no_token("bullets", "ms-5eed••••••••00aa", "a masked token"),
    no_token("a word in front", f"Bearer {TOKEN}", "leave that word out"),
    no_token("two", f"{TOKEN},{SECOND}", "--token-env or --token-file once for each"),
    no_token("a variable of a shell", "${ACME_TOKEN}", "nothing has filled it in"),
    no_token("a placeholder", "<your-access-token>", "a placeholder"),
    no_token("JSON", f'{{"token": "{TOKEN}"}}', "holds JSON"),
]
LATER = ("run it again later",)
AWAY = {
    "MSCONFIG_HUB_URL": "https://hub.invalid",
    "MSCONFIG_INFERENCE_URL": "https://inference.invalid/v1/",
    "MODELSCOPE_API_TOKEN": TOKEN,
}
ONLY_TLS = {
    "TLS": "yes",
    **dict.fromkeys(
        ("SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
    ),
}
TLS = ("check", "--retries", "0", SERVED)
D = [
    Situation(
        "D",
        "an unknown proxy scheme",
        TLS,
        2,
        ("ALL_PROXY cannot be used: scheme socks:// is unknown; write socks5://",),
        ("NO_PROXY", "SSL_CERT"),
        environment={**AWAY, "ALL_PROXY": "socks://127.0.0.1:7890/"},
    ),
    Situation(
        "D",
        "an unknown proxy scheme that does not concern the hosts",
        (*ASK, SERVED),
        0,
        environment={"ALL_PROXY": "socks://127.0.0.1:7890/"},
    ),
    Situation(
        "D",
        "a certificate of a company",
        (*TLS, "--no-token"),
        4,
        ("its certificate is not trusted", "set SSL_CERT_FILE to a PEM file"),
        LATER,
        environment=ONLY_TLS,
    ),
    Situation(
        "D",
        "its CA in the variable of another library",
        (*TLS, "--no-token"),
        4,
        ("REQUESTS_CA_BUNDLE is set, but not read: set SSL_CERT_FILE to the same file",),
        LATER,
        environment={**ONLY_TLS, "REQUESTS_CA_BUNDLE": str(CERTIFICATES / "company-ca.pem")},
    ),
    Situation(
        "D",
        "an address with a path too many",
        (*ASK, "--inference-url", "https://h.invalid/v1/chat/completions", SERVED),
        2,
        ("https://h.invalid/v1/ perhaps?",),
    ),
    Situation(
        "D",
        "the variable of another tool",
        ("check", SERVED),
        2,
        ("give --token-env MODELSCOPE_SDK_TOKEN",),
        ("5eed0000",),
        environment={"MODELSCOPE_SDK_TOKEN": TOKEN},
    ),
    Situation(
        "D",
        "a misspelt variable",
        ("check", SERVED),
        2,
        ("give --token-env MODELSCOPE_API_TOKN",),
        ("5eed0000",),
        environment={"MODELSCOPE_API_TOKN": TOKEN},
    ),
    Situation(
        "D",
        "a proxy that does not run",
        TLS,
        4,
        ("the proxy in HTTPS_PROXY cannot be reached", "start it, or correct the variable"),
        LATER,
        environment={**AWAY, "HTTPS_PROXY": "http://127.0.0.1:9"},
    ),
    Situation(
        "D",
        "a sign-in page",
        (*ASK, SERVED, OTHER),
        4,
        ("a web page in place of data", "sign in to the network"),
        LATER,
        scenario={**SCENARIO, "faults": [{"does": "html"}]},
    ),
    Situation(
        "D",
        "no network for a search",
        ("models", "chat", "--retries", "0"),
        4,
        ("ModelScope gave no answer, so no model could be looked for",),
        ("No served model fits",),
        environment={**AWAY, "HTTPS_PROXY": "http://127.0.0.1:9"},
    ),
]
REPO = {"repo/services/bot/ids.txt": f"{SERVED}\nacme/Gone-1\n", "repo/.git/HEAD": ""}
IN_FOLDER = (*LIST, "--format")
E = [
    Situation(
        "E",
        "an annotation from a subfolder",
        (*IN_FOLDER, "github"),
        1,
        ("file=services/bot/ids.txt,line=2",),
        files=REPO,
        folder="repo/services/bot",
    ),
    Situation(
        "E",
        "JUnit from a subfolder",
        (*IN_FOLDER, "junit"),
        1,
        ("services/bot/ids.txt:2:1",),
        files=REPO,
        folder="repo/services/bot",
    ),
    Situation(
        "E",
        "Code Quality from a subfolder",
        (*IN_FOLDER, "gitlab"),
        1,
        ('"path": "services/bot/ids.txt"',),
        files=REPO,
        folder="repo/services/bot",
    ),
    Situation(
        "E",
        "the repository of a variable",
        (*IN_FOLDER, "sarif"),
        1,
        ('"uri": "bot/ids.txt"',),
        files=REPO,
        folder="repo/services/bot",
        environment={"CI_PROJECT_DIR": ".."},
    ),
    Situation(
        "E",
        "text has the place from where it runs",
        LIST,
        1,
        ("ids.txt:2",),
        ("services/bot",),
        files=REPO,
        folder="repo/services/bot",
    ),
]
F = [
    link("quotation marks", f'"{link_of()}"', 0, "The link opens", "text around the link"),
    link("Markdown", f"[add it]({link_of()})", 0, "The link opens", "text around the link"),
    link("angle brackets", f"<{link_of()}>", 0, "The link opens", "text around the link"),
    link("a placeholder", f"{PREFIX}v=1&data={{payload}}", 5, "placeholder", "in no version"),
    link("a key of no value", link_of(apiKey="sk-undefined"), 5, "is not valid", "word for no"),
    link(
        "the whole address",
        link_of(baseUrl="https://h.invalid/v1/chat/completions"),
        0,
        "leave it out",
    ),
    link("a field of a newer app", link_of(autoSyncModels=True), 0, "with 1 warning", "no version"),
    link("a masked key", link_of(apiKey="ms-5eed****00aa"), 5, "is not valid", "a masked key"),
    link("HTML", f'<a href="{link_of()}">add</a>', 0, "The link opens", "text around the link"),
    link("the source of a page", link_of().replace("&", "&amp;"), 0, "The link opens"),
    link("two in a line", f"{link_of()} {link_of(id='x')}", 5, "several links in one line"),
]
G = [
    backup("its folder was zipped", nested, "is in the folder my-backup", "zip what is in that"),
    backup(
        "without a list of providers",
        lambda: make_data_json(Path("backup.zip"), edit_llm=without_providers),
        "no list of providers",
    ),
    backup("a text file", lambda: Path("backup.zip").write_text("not a zip"), "not a zip"),
    backup(
        "another zip",
        lambda: write_zip(Path("backup.zip"), []),
        "metadata.json",
    ),
    backup(
        "cut off on the way",
        lambda: Path("backup.zip").write_bytes(make_v7(Path("whole.zip")).read_bytes()[:-500]),
        "backup.zip",
    ),
]
H = [
    Situation(
        "H",
        "nothing is left",
        ("quota",),
        0,
        ("! 0 Magicubes are available.",),
        ("✓",),
        environment={"MODELSCOPE_API_TOKEN": TOKEN},
        scenario={**SCENARIO, "accounts": [{"token": TOKEN, "magicubes": 0}]},
    ),
    Situation(
        "H",
        "a rejected token in init",
        ("init", "--yes", SERVED),
        3,
        ("rejected",),
        environment={"MODELSCOPE_API_TOKEN": SECOND},
    ),
    Situation(
        "H",
        "an image model that is called as chat",
        ("check", "--probe", "--yes", DRAWS),
        0,
        ('kind = "image-generation"',),
        environment={"MODELSCOPE_API_TOKEN": TOKEN},
    ),
    Situation(
        "H",
        "a page in place of an answer",
        ("check", "--probe", "--yes", "--retries", "0", SERVED),
        4,
        ("not JSON (text/html",),
        ("empty answer",),
        environment={"MODELSCOPE_API_TOKEN": TOKEN},
        scenario={**SCENARIO, "faults": [{"does": "html", "path": "/v1/chat/*"}]},
    ),
    Situation("H", "a misspelt command", ("chekc", SERVED), 2, ("did you mean check?",)),
    Situation("H", "help in other words", ("help", "models"), 0, ("Usage: msconfig models",)),
    Situation("H", "two words", ("models", "chat", "acme", "--ids"), 0, (SERVED,), (OTHER,)),
]
SITUATIONS = [*A, *B, *C, *D, *E, *F, *G, *H]


@pytest.fixture
def tls() -> Iterator[MockServer]:
    """A mock behind a certificate of a company's own CA."""
    server = MockServer(mock_of({}))
    server.ssl_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.ssl_context.load_cert_chain(CERTIFICATES / "server.pem")
    with server:
        yield server


@pytest.mark.slow
@pytest.mark.parametrize(
    "situation",
    [pytest.param(each, id=f"{each.kind}: {each.name}") for each in SITUATIONS],
)
def test_a_situation_ends_as_it_should(
    situation: Situation, modelscope: Mock, tls: MockServer
) -> None:
    modelscope.use(dict(situation.scenario))
    for name, content in situation.files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    situation.prepare()
    before = {path for path in Path().rglob("*") if path.is_file()}
    changes = {**situation.environment}
    uses_tls = changes.pop("TLS", None)
    hub, inference = modelscope.hub_url, modelscope.inference_url
    if uses_tls:
        hub, inference = tls.endpoints.hub, tls.endpoints.inference
    environment = {
        **os.environ,
        "MSCONFIG_HUB_URL": hub,
        "MSCONFIG_INFERENCE_URL": inference,
        **changes,
    }
    ran = subprocess.run(
        [SCRIPT, *situation.arguments],
        env={name: value for name, value in environment.items() if value is not None},
        cwd=situation.folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    words = " ".join((ran.stdout + ran.stderr).split())
    assert ran.returncode == situation.code, words
    assert "Traceback" not in words
    for each in situation.says:
        assert " ".join(each.split()) in words
    for each in situation.silent:
        assert each not in words
    assert TOKEN not in words
    if situation.code == 2:
        assert ran.stdout == ""
        assert {path for path in Path().rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("kind", "ABCDEFGH")
def test_every_kind_has_situations(kind: str) -> None:
    assert sum(each.kind == kind for each in SITUATIONS) >= 3


@pytest.mark.parametrize(
    "body", [b"{bad", b"[]", b'{"model": "acme/Chat-9B"}'], ids=["broken", "array", "no messages"]
)
def test_the_mock_refuses_a_body_for_what_it_is(modelscope: Mock, body: bytes) -> None:
    modelscope.use(SCENARIO)
    address = modelscope.hub_url.removeprefix("http://")
    connection = HTTPConnection(address, timeout=10)
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    connection.request("POST", "/v1/chat/completions", body, headers)
    reply = connection.getresponse()
    text = reply.read().decode()
    connection.close()
    assert reply.status == 400
    assert "Invalid model id" not in text
