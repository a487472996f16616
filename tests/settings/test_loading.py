"""`msconfig.toml`: what it may say, and what it may not."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from msconfig.checking.baseline import IgnoreEntry
from msconfig.errors import ExitCode, FileError, SettingsError
from msconfig.model_ids import GivenId, Location, located, located_texts
from msconfig.settings.loading import (
    FILE_NAME,
    FallbackSettings,
    ModelSettings,
    Settings,
    find,
    load,
)
from support import TOKEN

EVERY_KEY = """\
site = "ai"
token_env = ["MODELSCOPE_API_TOKEN", "MSCONFIG_SECOND"]
targets = ["link", "v2"]
languages = ["zh-CN", "en"]

[provider]
id = "team"
name = "ModelScope (team)"
rate_limit_seconds = 5
notes = "Ours."

[check]
strict = false
require = "confirmed"
max-age = "36h"
timeout = 2.5
retries = 0
concurrency = 4

[[check.ignore]]
id = "Qwen/Known-Broken"
reason = "reported"
until = 2026-12-31

[[models]]
id = "Qwen/Alive"
name = "Alive"
group = "Chat"
kind = "vision"
capabilities = []

[[models]]
id = "no id, but that is for the check to say"

[fallback]
provider = "dashscope"
token_env = "DASHSCOPE_SECOND"
region = "us"

[[fallback.models]]
id = "qwen3-32b"
group = "Chat"
capabilities = ["reasoning"]
"""


def written(text: str | bytes, name: str = FILE_NAME) -> Path:
    path = Path(name)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refused(text: str | bytes, *, found: bool = True) -> str:
    with pytest.raises(SettingsError) as caught:
        load(written(text), found=found)
    assert caught.value.exit_code is ExitCode.USAGE
    return str(caught.value)


# --- what it says


def test_a_kind_that_is_unknown_is_one_that_is_not_given() -> None:
    text = "[[models]]\nid = 'a/B'\nkind = 'unknown'\n[[models]]\nid = 'a/C'\nkind = 'audio'\n"
    assert [each.kind for each in load(written(text), found=True).models] == [None, "audio"]


def test_every_key_arrives() -> None:
    path = written(EVERY_KEY)
    settings = load(path, found=True)
    no_id = "no id, but that is for the check to say"
    assert settings == Settings(
        path=path,
        site="ai",
        token_env=("MODELSCOPE_API_TOKEN", "MSCONFIG_SECOND"),
        targets=("link", "v2"),
        languages=("zh-CN", "en"),
        provider_id="team",
        provider_name="ModelScope (team)",
        rate_limit_seconds=5,
        notes="Ours.",
        strict=False,
        require="confirmed",
        max_age="36h",
        timeout=2.5,
        retries=0,
        concurrency=4,
        ignore=(IgnoreEntry("Qwen/Known-Broken", "reported", date(2026, 12, 31)),),
        models=(
            ModelSettings("Qwen/Alive", "Alive", "Chat", "vision", ()),
            ModelSettings(no_id),
        ),
        located_ids=(
            GivenId("Qwen/Alive", Location(FILE_NAME, 26, 7)),
            GivenId(no_id, Location(FILE_NAME, 33, 7)),
        ),
        fallback=FallbackSettings(
            token_env="DASHSCOPE_SECOND",
            region="us",
            models=(ModelSettings("qwen3-32b", group="Chat", capabilities=("reasoning",)),),
            located_ids=(GivenId("qwen3-32b", Location(FILE_NAME, 41, 7)),),
        ),
    )
    empty = Settings()
    same = [
        each.name
        for each in fields(Settings)
        if getattr(settings, each.name) == getattr(empty, each.name)
    ]
    assert same == [], "a key of the settings is not in the example"


def test_an_empty_file_says_nothing() -> None:
    assert load(written(""), found=True) == Settings(path=Path(FILE_NAME))


def test_one_variable_may_stand_alone() -> None:
    assert load(written('token_env = "MODELSCOPE_X"'), found=True).token_env == ("MODELSCOPE_X",)


@pytest.mark.parametrize("text", [b"\xef\xbb\xbfsite = 'cn'\r\n", "site = 'cn' # 世界\n".encode()])
def test_a_byte_order_mark_crlf_and_any_language_are_accepted(text: bytes) -> None:
    assert load(written(text), found=True).site == "cn"


def test_a_model_that_is_not_mentioned_has_no_settings_of_its_own() -> None:
    settings = load(written(EVERY_KEY), found=True)
    assert settings.by_id()["Qwen/Alive"].name == "Alive"
    assert "Qwen/alive" not in settings.by_id()


# --- where it is found


def test_it_is_found_in_the_working_folder_unless_another_is_named() -> None:
    assert find(None) == Settings()
    written('site = "ai"')
    assert find(None).site == "ai"
    assert find(written('site = "cn"', "other.conf")).site == "cn"


def test_a_folder_of_that_name_is_no_file_of_settings() -> None:
    Path(FILE_NAME).mkdir()
    assert find(None) == Settings()


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_file_that_was_named_has_to_be_readable(name: str) -> None:
    with pytest.raises(FileError, match="cannot read"):
        find(Path(name))


# --- what is not understood


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sight = 'cn'", "$: unknown key 'sight'; did you mean 'site'?"),
        ("token-env = 'A'", "$: unknown key 'token-env'; did you mean 'token_env'?"),
        ("model = 1", "$: unknown key 'model'; did you mean 'models'?"),
        ("target = 'v2'", "$: unknown key 'target'; did you mean 'targets'?"),
        ("[check]\ntimeouts = 1", "$.check: unknown key 'timeouts'; did you mean 'timeout'?"),
        (
            "[provider]\nrate_limit = 1",
            "$.provider: unknown key 'rate_limit'; did you mean 'rate_limit_seconds'?",
        ),
        (
            "[[models]]\nid = 'a/b'\nkinds = 1",
            "$.models[0]: unknown key 'kinds'; did you mean 'kind'?",
        ),
        ("weather = 'fine'", "$: unknown key 'weather'"),
        ("site = 'cn", "$: not TOML: "),
        ("site = 'cn'\nsite = 'ai'", "$: not TOML: "),
        (b"notes = '\xe8'", "$: not UTF-8 (byte 9)"),
        ("site = 'cn'".encode("utf-16")[:-1], "$: not UTF-"),
        ("site = " + "[" * 10_000, "nested too deeply"),
        (
            "[[models]]\nid='a/b'\n[[models]]\nid='c/d'\n[[models]]\nid='a/b'",
            "$.models[2].id: the model is in the list already",
        ),
    ],
)
def test_what_is_not_understood_is_told_with_its_place(text: str | bytes, told: str) -> None:
    assert refused(text).startswith(f"{FILE_NAME}: ")
    assert told in refused(text)


def test_every_unknown_key_is_told_its_nearest() -> None:
    message = refused("sight = 'cn'\ntarget = 'v2'")
    assert "'site'" in message
    assert "'targets'" in message


@pytest.mark.parametrize(
    "text",
    [
        "[check]\ntimeout = nan",
        "[check]\ntimeout = inf",
        "[check]\nretries = 2.0",
        "[check]\nconcurrency = 8.0",
        "[provider]\nrate_limit_seconds = 5.0",
        "[provider]\nrate_limit_seconds = true",
    ],
)
def test_a_number_that_is_not_of_the_kind_is_refused(text: str) -> None:
    assert "must be" in refused(text)


@pytest.mark.parametrize(
    "text",
    [
        '[provider]\nid = "team\\n"',
        '[provider]\nid = "a::b"',
        '[provider]\nid = ""',
        'token_env = "A\\n"',
    ],
)
def test_an_id_or_name_with_anything_hidden_behind_it_is_refused(text: str) -> None:
    assert "must be" in refused(text, found=False)


@pytest.mark.parametrize("value", ["2026-10-07", "10:15:00", "2026-10-07T10:15:00Z"])
def test_a_day_or_a_time_is_not_called_null(value: str) -> None:
    message = refused(f"targets = {value}")
    assert "$.targets: must be an array, not " in message
    assert "null" not in message


@pytest.mark.parametrize("until", ["2026-12-31", '"2026-12-31"'])
def test_a_day_may_be_written_as_toml_writes_it_or_as_text(until: str) -> None:
    text = f"[[check.ignore]]\nid = 'a/b'\nreason = 'why'\nuntil = {until}"
    assert load(written(text), found=True).ignore == (
        IgnoreEntry("a/b", "why", date(2026, 12, 31)),
    )


@pytest.mark.parametrize(
    "until", ['"2026-02-30"', '"tomorrow"', "2026-12-31T00:00:00Z", '"２０２６-12-31"']
)
def test_what_is_no_day_of_the_calendar_is_refused(until: str) -> None:
    text = f"[[check.ignore]]\nid = 'a/b'\nreason = 'why'\nuntil = {until}"
    assert "$.check.ignore[0].until: " in refused(text)


def test_neither_a_token_nor_a_control_character_of_the_file_is_shown() -> None:
    message = refused(f'"{TOKEN}" = 1\n"a\\u001B[2J" = 2\n')
    assert TOKEN not in message
    assert message.isprintable()
    assert TOKEN not in refused(f'token_env = "{TOKEN}"')


# --- what is never read from a file

NEVER = [
    *("hub-url", "inference-url", "token-file", "token", "force", "yes"),
    *("probe", "probe-all-tokens", "probe-images", "probe-concurrency", "max-cost", "reuse"),
]


@pytest.mark.parametrize("key", [*NEVER, "output", "report"])
@pytest.mark.parametrize(
    "place", ["{}", "[check]\n{}", "[provider]\n{}", "[[models]]\nid = 'a/b'\n{}"]
)
@pytest.mark.parametrize("found", [True, False])
def test_what_spends_or_sends_or_writes_is_never_read_from_a_file(
    key: str, place: str, found: bool
) -> None:
    for spelling in (key, key.replace("-", "_")):
        assert f"{spelling}" in refused(place.format(f'{spelling} = "x"'), found=found)


@pytest.mark.parametrize("key", [*NEVER, "output", "report"])
def test_a_key_that_is_an_option_only_is_said_to_be_one(key: str) -> None:
    assert "never read from a file" in refused(f'site = "cn"\n{key} = "x"\n')
    assert "never read from a file" in refused(f'[check]\n{key} = "x"\n')


# --- which variables a file may choose

FOREIGN = ["DASHSCOPE_API_KEY", "OPENAI_API_KEY", "AWS_SECRET_ACCESS_KEY", "modelscope_api_token"]


@pytest.mark.parametrize("name", [*FOREIGN, "MODELSCOPE", "XMODELSCOPE_API_TOKEN", "MSCONFIGX"])
def test_a_file_that_was_merely_found_cannot_choose_any_secret(name: str) -> None:
    for text in (f'token_env = "{name}"', f'token_env = ["MODELSCOPE_API_TOKEN", "{name}"]'):
        message = refused(text, found=True)
        assert name in message
        assert "--config" in message
        assert name in load(written(text), found=False).token_env


def test_a_found_file_and_a_named_one_are_told_apart() -> None:
    path = written('token_env = "OPENAI_API_KEY"')
    with pytest.raises(SettingsError):
        find(None)
    assert find(path).token_env == ("OPENAI_API_KEY",)


@pytest.mark.parametrize("name", ["MODELSCOPE_API_TOKEN", "MODELSCOPE_B", "MSCONFIG_TEAM_2"])
def test_a_found_file_may_choose_among_our_own(name: str) -> None:
    assert load(written(f'token_env = "{name}"'), found=True).token_env == (name,)


# --- the fallback

FALLBACK = """\
[[models]]
id = "owner/qwen3-32b"

[fallback]
provider = "dashscope"
ids = ["qwen3-32b",
       "deepseek-v4-pro"]

[[fallback.models]]
id = "text-embedding-v4"
name = "Embedding"
kind = "embedding"
"""


def test_the_fallback_arrives_with_its_defaults_and_the_places_of_its_ids() -> None:
    path = written(FALLBACK)
    fallback = load(path, found=True).fallback
    assert fallback == FallbackSettings(
        token_env="DASHSCOPE_API_KEY",
        region="cn",
        models=(
            ModelSettings("qwen3-32b"),
            ModelSettings("deepseek-v4-pro"),
            ModelSettings("text-embedding-v4", name="Embedding", kind="embedding"),
        ),
        located_ids=(
            GivenId("qwen3-32b", Location(str(path), 6, 9)),
            GivenId("deepseek-v4-pro", Location(str(path), 7, 9)),
            GivenId("text-embedding-v4", Location(str(path), 10, 7)),
        ),
    )


@pytest.mark.parametrize(
    "name", ["MODELSCOPE_API_TOKEN", "MSCONFIG_KEY", "OPENAI_API_KEY", "XDASHSCOPE_KEY"]
)
def test_a_found_file_names_no_other_variable_for_the_fallback(name: str) -> None:
    text = FALLBACK.replace("ids = ", f'token_env = "{name}"\nids = ')
    message = refused(text)
    assert "$.fallback.token_env" in message
    assert name in message
    fallback = load(written(text), found=False).fallback
    assert fallback
    assert fallback.token_env == name


def test_a_found_file_may_name_a_variable_of_dashscope() -> None:
    text = FALLBACK.replace("ids = ", 'token_env = "DASHSCOPE_TEAM_KEY"\nids = ')
    fallback = load(written(text), found=True).fallback
    assert fallback
    assert fallback.token_env == "DASHSCOPE_TEAM_KEY"


@pytest.mark.parametrize("key", ["token", "token-file", "inference-url"])
def test_the_fallback_takes_no_secret_and_no_address_from_a_file(key: str) -> None:
    refused(FALLBACK.replace("ids = ", f'"{key}" = "x"\nids = '))


@pytest.mark.timeout(40)  # with a search for each, about a minute
def test_ten_thousand_models_are_placed_in_linear_time(tmp_path: Path) -> None:
    names = [f"acme/model-{number}" for number in range(10_000)]
    text = "".join(f'[[models]]\nid = "{name}" # it\'s new\n' for name in names)
    file = tmp_path / "msconfig.toml"
    found = located(names, text, str(file))
    assert [each.location and each.location.line for each in found] == [
        2 * number + 2 for number in range(10_000)
    ]
    assert list(located_texts(names[:500], text, str(file), after="")) == found[:500]
