"""Where tokens come from, and what is refused before any request."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import pytest

from msconfig.errors import ExitCode, FileError, TokenError
from msconfig.tokens import find_tokens, other_variables
from support import TOKEN

SECOND = "ms-00000000-0000-4000-8000-00000000beef"
THIRD = "made-up-of-no-form"


def nothing_to_read() -> NoReturn:
    raise AssertionError("nobody asked for standard input")


def found(
    *variables: str,
    files: tuple[str, ...] = (),
    environment: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
) -> list[tuple[str, str]]:
    """Each token and its source."""
    tokens = find_tokens(
        variables=variables,
        files=files,
        environment=environment or {},
        read_stdin=nothing_to_read if stdin is None else lambda: stdin,
    )
    return [(token.secret.reveal(), token.source) for token in tokens]


def refused(*variables: str, **more: object) -> str:
    """The message; it never holds what was refused."""
    with pytest.raises(TokenError) as caught:
        found(*variables, **more)  # type: ignore[arg-type]
    assert caught.value.exit_code is ExitCode.USAGE
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


# --- where it is looked for


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, []),
        ({"MODELSCOPE_API_TOKEN": TOKEN}, [(TOKEN, "MODELSCOPE_API_TOKEN")]),
        ({"MODELSCOPE_API_KEY": SECOND}, [(SECOND, "MODELSCOPE_API_KEY")]),
        (
            {"MODELSCOPE_API_KEY": SECOND, "MODELSCOPE_API_TOKEN": TOKEN},
            [(TOKEN, "MODELSCOPE_API_TOKEN")],
        ),
        (
            {"MODELSCOPE_API_TOKEN": " \n", "MODELSCOPE_API_KEY": SECOND},
            [(SECOND, "MODELSCOPE_API_KEY")],
        ),
        ({"MODELSCOPE_API_TOKEN": "", "MODELSCOPE_API_KEY": ""}, []),
        ({"OPENAI_API_KEY": TOKEN, "DASHSCOPE_API_KEY": TOKEN}, []),
    ],
)
def test_without_a_place_named_the_first_variable_that_is_set_counts(
    environment: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    assert found(environment=environment) == expected


def test_the_places_that_are_named_add_up_and_no_other_counts(tmp_path: Path) -> None:
    path = tmp_path / "token.txt"
    path.write_text(THIRD)
    environment = {"MODELSCOPE_API_TOKEN": "not-asked-for", "A_VAR": TOKEN, "_b2": SECOND}
    files = (str(path), "-")
    assert found("_b2", "A_VAR", files=files, environment=environment, stdin=b"piped-in") == [
        (SECOND, "_b2"),
        (TOKEN, "A_VAR"),
        (THIRD, f"file {path}"),
        ("piped-in", "standard input"),
    ]


def test_equal_tokens_count_once_with_the_source_that_came_first(tmp_path: Path) -> None:
    path = tmp_path / "token.txt"
    path.write_text(f"{TOKEN}\n")
    environment = {"FIRST": f" {TOKEN}\t", "AGAIN": TOKEN, "OTHER": SECOND}
    assert found("FIRST", "OTHER", "AGAIN", files=(str(path),), environment=environment) == [
        (TOKEN, "FIRST"),
        (SECOND, "OTHER"),
    ]


@pytest.mark.parametrize(
    "raw",
    [
        TOKEN.encode(),
        f"{TOKEN}\n".encode(),
        f"\r\n \t{TOKEN} \r\n\r\n".encode(),
        b"\xef\xbb\xbf" + TOKEN.encode(),
        TOKEN.encode("utf-16"),
        f"\u00a0{TOKEN}\u3000\n".encode(),
    ],
)
def test_a_file_holds_one_token_and_white_space(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "token.txt"
    path.write_bytes(raw)
    assert found(files=(str(path),)) == [(TOKEN, f"file {path}")]
    assert found(files=("-",), stdin=raw) == [(TOKEN, "standard input")]


# --- what is refused

BAD = {
    "several": [f"{TOKEN}\n{SECOND}", f"{TOKEN}\r{SECOND}", f"{TOKEN}\u2028{SECOND}", "a\n\nb"],
    "masked": [
        *("ms-****cafe", "ms-********-cafe", "ms-0000…cafe", "sk-...cafe", "ms-0000••••••••cafe"),
        *("ms-●●●●cafe", "ms-xxxxxxxx-xxxx", "sk-XXXXXXXX", "ms-00000000-xxxx-cafe"),
    ],
    "characters": [
        *(f"{TOKEN[:9]} {TOKEN[9:]}", f"{TOKEN[:9]}\t{TOKEN[9:]}", f"{TOKEN}\x00", f"{TOKEN}\x1b"),
        *(f"{TOKEN}é", f"{TOKEN}\u200b", "ｍｓ-00000000", f"{TOKEN}\x7f"),
    ],
    "too few": ["ms-", "1234567"],
    "quotation marks": [f'"{TOKEN}"', f"'{TOKEN}'", f"`{TOKEN}`", f"“{TOKEN}”", f'{TOKEN}"'],
    "begins with Bearer": [f"Bearer {TOKEN}", f"bearer  {TOKEN}", f"BEARER:{TOKEN}"],
    "a whole HTTP header": [f"Authorization: Bearer {TOKEN}", f"authorization:{TOKEN}"],
    "NAME=value": [
        *(f"MODELSCOPE_API_TOKEN={TOKEN}", f"export T={TOKEN}", f"token = {TOKEN}"),
        *(f"set T={TOKEN}", f'$env:T="{TOKEN}'),
    ],
    "name: value": [f"token: {TOKEN}", f"api-key: {TOKEN}"],
    "JSON": [f'{{"token": "{TOKEN}"}}', f'["{TOKEN}"]', f'{{\n"token": "{TOKEN}"\n}}'],
    "$NAME or ${NAME}": ["$MODELSCOPE_API_TOKEN", "${MODELSCOPE_API_TOKEN}", "$env:A_TOKEN"],
    "a command of a shell": ["$(cat token.txt)"],
    "GitHub Actions": ["${{ secrets.MODELSCOPE_API_TOKEN }}"],
    "%NAME%": ["%MODELSCOPE_API_TOKEN%", "%T_OKEN_%"],
    "os.environ/NAME": [
        *("os.environ/MODELSCOPE_API_TOKEN", 'os.environ["MY_TOKEN"]', "process.env.MY_TOKEN"),
        "env.MODELSCOPE_API_TOKEN",
    ],
    "{env:NAME}": ["{env:MODELSCOPE_API_TOKEN}", "{{ modelscope_token }}", "{file:token.txt}"],
    "a placeholder": [
        "<your token>",
        "<token-here>",
        "your-token-here",
        "YOUR_API_KEY",
        "sk-your_key",
    ],
    "no value": ["undefined", "sk-undefined", "ms-null"],
    "ends with a comma or semicolon": [f"{TOKEN},", f"{TOKEN} ;", "0123456789abcdef;"],
    "a secret store": ["op://vault/modelscope/token", "file:///run/secrets/token", "aws-sm://a/b"],
    "the path of a file": [
        *("/run/secrets/modelscope", "~/.modelscope/token", "./token.txt", "..\\token.txt"),
        "C:\\Users\\me\\token.txt",
    ],
    "joined by commas": [f"{TOKEN},{SECOND}", f"{TOKEN}, {SECOND}", f"{TOKEN};{SECOND}"],
    "a link of Cherry Studio": ["cherrystudio://providers/api-keys?v=1"],
    "holds an address": ["https://modelscope.cn/my/myaccesstoken"],
}


@pytest.mark.parametrize(("told", "value"), [(told, bad) for told in BAD for bad in BAD[told]])
def test_a_value_that_is_no_token_has_a_sentence_of_its_own_wherever_it_comes_from(
    tmp_path: Path, told: str, value: str
) -> None:
    path = tmp_path / "token.txt"
    path.write_bytes(value.encode())
    messages = {
        "A_VAR": refused("A_VAR", environment={"A_VAR": value}),
        "MODELSCOPE_API_TOKEN": refused(environment={"MODELSCOPE_API_TOKEN": value}),
        "MODELSCOPE_API_KEY": refused(environment={"MODELSCOPE_API_KEY": value}),
        "token.txt": refused(files=(str(path),)),
        "standard input": refused(files=("-",), stdin=value.encode()),
    }
    for source, message in messages.items():
        assert source in message
        assert told in message
        assert value not in message
        assert TOKEN[:16] not in message


@pytest.mark.parametrize(
    "value",
    [
        *(TOKEN, SECOND, "ms_oauth.0123456789abcdef==", "sk-0123456789abcdef", THIRD, "0123456="),
        *(
            'ms-"quoted"-and\\slashed-0123',
            "my-gateway-key-7",
            "envelope-1",
            "bearers-1",
            "abc12345==",
            "~tilde-and/slash",
            ".hidden.0123/x",
        ),
    ],
)
def test_what_may_be_a_token_is_taken(value: str) -> None:
    assert found("A_VAR", environment={"A_VAR": value}) == [(value, "A_VAR")]


@pytest.mark.parametrize(
    ("environment", "names"),
    [
        ({}, ()),
        ({"MODELSCOPE_SDK_TOKEN": "x", "PATH": "x"}, ("MODELSCOPE_SDK_TOKEN",)),
        ({"MODELSOCPE_API_KEY": "x"}, ("MODELSOCPE_API_KEY",)),
        ({"MODELSCOPE_API_TOEKN": "x"}, ("MODELSCOPE_API_TOEKN",)),
        ({"MODELSCOPE_APIKEY": "x", "ModelScopeApiKey": "x"}, ("MODELSCOPE_APIKEY",)),
        (
            {"MODEL_SCOPE_TOKEN": "x", "modelscope_token": "x"},
            ("MODEL_SCOPE_TOKEN", "modelscope_token"),
        ),
        ({"MODELSCOPE_API_TOKEN": "x", "MODELSCOPE_ACCESS_TOKEN": " "}, ()),
        ({"OPENAI_API_KEY": "x", "DASHSCOPE_API_KEY": "x", "GITHUB_TOKEN": "x"}, ()),
        (
            {"MODEL_SCOPE_STUDIO_ACCESS_TOKEN": "x", "CI_MODELSCOPE_ROBOT_KEY": "x"},
            ("CI_MODELSCOPE_ROBOT_KEY", "MODEL_SCOPE_STUDIO_ACCESS_TOKEN"),
        ),
        ({"MODELSCOPE_TOKENIZER": "x", "MODELSCOPE_API_BROKEN": "x"}, ()),
        ({"MODELSCOPE_CACHE": "x", "MODELSCOPE_API_BASE": "x", "MODELSCOPE_DOMAIN": "x"}, ()),
        (
            {f"MODELSCOPE_{n}_TOKEN": "x" for n in range(9)},
            tuple(f"MODELSCOPE_{n}_TOKEN" for n in range(3)),
        ),
    ],
)
def test_variables_that_may_be_meant_are_named(
    environment: dict[str, str], names: tuple[str, ...]
) -> None:
    assert other_variables(environment) == names


@pytest.mark.parametrize("raw", [b"", b" \r\n\t", b"\xef\xbb\xbf\n"])
def test_a_file_without_a_token_is_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "token.txt"
    path.write_bytes(raw)
    assert "empty" in refused(files=(str(path),))
    assert "empty" in refused(files=("-",), stdin=raw)


@pytest.mark.parametrize("environment", [{}, {"A_VAR": ""}, {"A_VAR": " \t\n"}, {"a_var": TOKEN}])
def test_a_variable_that_was_named_has_to_be_set(environment: dict[str, str]) -> None:
    environment = {**environment, "MODELSCOPE_API_TOKEN": TOKEN}
    assert "A_VAR is not set" in refused("A_VAR", environment=environment)


@pytest.mark.parametrize(
    "name", ["", "A-VAR", "1VAR", "A VAR", "A=B", TOKEN, "VÄR", "A\n", "A" * 129]
)
def test_what_is_no_name_of_a_variable_is_refused_without_being_repeated(name: str) -> None:
    message = refused(name, environment={name: TOKEN})
    assert "takes the name of an environment variable" in message
    assert not name or name not in message


def test_a_file_that_is_no_text_or_far_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "token.txt"
    path.write_bytes(TOKEN.encode("utf-16")[:-1])
    assert "not UTF-8 or UTF-16 text" in refused(files=(str(path),))
    with path.open("wb") as stream:
        stream.truncate(10_000_000_000)
    assert "too large" in refused(files=(str(path),))
    assert "too large" in refused(files=("-",), stdin=b"x" * 100_000)


def test_a_file_of_64_kib_is_read_and_one_byte_more_is_too_large(tmp_path: Path) -> None:
    path, raw = tmp_path / "token.txt", TOKEN.encode().ljust(64 * 1024)
    path.write_bytes(raw)
    assert found(files=(str(path), "-"), stdin=raw) == [(TOKEN, f"file {path}")]
    path.write_bytes(raw + b" ")
    assert "too large" in refused(files=(str(path),))
    assert "too large" in refused(files=("-",), stdin=raw + b" ")


@pytest.mark.parametrize("name", ["missing.txt", "."])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with pytest.raises(FileError) as caught:
        found(files=(str(path),))
    assert str(caught.value).startswith(f"cannot read the token file {path}: ")


def test_one_bad_place_refuses_the_whole_run() -> None:
    environment = {"GOOD": TOKEN, "BAD": "ms-****cafe"}
    assert "masked" in refused("GOOD", "BAD", environment=environment)
