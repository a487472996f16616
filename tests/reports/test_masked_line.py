"""Lines of a user's file without keys."""

from __future__ import annotations

import pytest

from msconfig.reports.masked_line import masked

SECRETS = (
    "ms-00000000-0000-4000-8000-00000000cafe",
    "sk-proj-0a1B2c3D4e5F6a7B8c9D",
    "sk-ant-api03-Q2x5Zk9vT1",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "AKIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9",
    "9f86d081884c7d659a2feaa0c55ad015",
    "550e8400-e29b-41d4-a716-446655440000",
    "hf_kJnxQwZpLrTyVbMsGcHdFaEu",
)


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "line", ["{}", '  "x": "{}",', "# {} is ours", "curl -H 'x: {}'", "https://a.test/?x={}&y=1"]
)
def test_what_looks_like_a_key_is_masked(line: str, secret: str) -> None:
    shown = masked(line.format(secret))
    pieces = [secret[at : at + 6] for at in range(3, len(secret) - 6)]
    assert not any(piece in shown for piece in pieces), shown


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('api_key: "hunter2"', 'api_key: "***"'),
        ("  API_KEY=hunter2 # x", "  API_KEY=*** # x"),
        ('{"apiKey":"hunter2","model":"', '{"apiKey":"***","model":"'),
        ("Authorization: Bearer hunter2", "Authorization: Bearer ***"),
        ("headers=('Bearer hunter2')", "headers=('Bearer ***')"),
        ("password => 'hunter2'", "password => '***'"),
        ("https://me:hunter2@a.test/v1", "https://***@a.test/v1"),
    ],
)
def test_the_value_of_what_is_called_after_a_secret_is_masked(line: str, shown: str) -> None:
    assert masked(line) == shown


@pytest.mark.parametrize(
    "line",
    [
        "- model: ",
        "https://api-inference.modelscope.cn/v1/chat/completions",
        "Qwen/Qwen3-235B-A22B-Instruct-2507, MiniMax/MiniMax-M1-80k",
        "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B  # our default model, since 2025-06-01",
        "const model = createOpenAICompatible({ name: ",
        "模型：",
    ],
)
def test_what_is_no_key_stays(line: str) -> None:
    assert masked(line) == line


@pytest.mark.timeout(40)  # the square of the length would take an hour
@pytest.mark.parametrize("piece", ["a", "aA", "key", "key=", "-", "a/", "://", "Bearer ", "0a"])
def test_a_long_line_takes_no_long_time(piece: str) -> None:
    assert masked(piece * (400_000 // len(piece)))
