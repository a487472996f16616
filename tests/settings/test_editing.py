"""Settings that a person wrote stay as they are, but for what is added."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tomlkit.exceptions import UnexpectedEofError

from msconfig.errors import SettingsError
from msconfig.settings import loading as settings
from msconfig.settings.editing import Wanted, extended
from msconfig.settings.loading import ModelSettings

MODELS = (ModelSettings("acme/new", kind="chat"), ModelSettings("acme/other"))
WANTED = Wanted("ai", ("MSCONFIG_TOKEN",), MODELS)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (None, "# What msconfig checks, and writes configuration for.\nsite = 'ai'\n"),
        ("", "site = 'ai'\n"),
        ("# mine\n", "# mine\nsite = 'ai'\n"),
        ("# mine", "# mine\nsite = 'ai'\n"),
        ("# mine\n\n[check]\n", "# mine\n\nsite = 'ai'\n\n[check]\n"),
        ("# of check\n[check]\n", "site = 'ai'\n\n# of check\n[check]\n"),
        (
            "targets = ['v1'] # why\n\n# of check\n[check]",
            "targets = ['v1'] # why\nsite = 'ai'\n\n# of check\n[check]",
        ),
        ("[check]\r\nretries = 1\r\n", "site = 'ai'\r\n\r\n[check]\r\nretries = 1\r\n"),
        ("\ufeffcheck.retries = 1\n", "\ufeffcheck.retries = 1\nsite = 'ai'\n"),
        ("site  =  'cn' # here\n", "site  =  'ai' # here\n"),
        ("site = 'ai'", "site = 'ai'"),
        (
            "[provider]\nnotes = '''\n[check]\n# no '''\n",
            "site = 'ai'\n\n[provider]\nnotes = '''\n[check]\n# no '''\n",
        ),
    ],
)
def test_a_value_stands_below_those_at_the_top(older: str | None, newer: str) -> None:
    assert extended(older, Wanted("ai")).replace('"', "'") == newer


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("", '\n[[models]]\nid = "acme/new"\nkind = "chat"\n\n[[models]]\nid = "acme/other"\n'),
        (
            "[[models]]\nid = 'acme/other' # kept\n\n# of check\n[check]\r\nretries = 1",
            (
                "[[models]]\nid = 'acme/other' # kept\n\n# of check\n[check]\r\nretries = 1\n\n"
                '[[models]]\nid = "acme/new"\nkind = "chat"\n'
            ),
        ),
        (
            "models = [{id = 'acme/other'}]\n",
            'models = [{id = \'acme/other\'}, {id = "acme/new", kind = "chat"}]\n',
        ),
        (
            "models = [\r\n  {id = 'a/b'}, # one\r\n  # end\r\n]\r\n",
            (
                """models = [\r\n  {id = 'a/b'}, # one\r\n  # end\r\n"""
                """  {id = "acme/new", kind = "chat"},\r\n  {id = "acme/other"}\r\n]\r\n"""
            ),
        ),
        (
            "models = []\n[check]\n",
            (
                """models = [\n    {id = "acme/new", kind = "chat"},\n    {id = "acme/other"},\n]"""
                """\n[check]\n"""
            ),
        ),
    ],
)
def test_models_come_last_or_into_the_list(older: str, newer: str) -> None:
    assert extended(older, Wanted(models=MODELS)) == newer


def test_several_variables_are_a_list() -> None:
    made = extended(None, Wanted(token_env=("MODELSCOPE_A", "MODELSCOPE_B")))
    assert tomllib.loads(made)["token_env"] == ["MODELSCOPE_A", "MODELSCOPE_B"]


def test_what_cannot_be_extended_is_told_with_what_to_add(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_text: str) -> None:
        raise UnexpectedEofError(1, 1)

    monkeypatch.setattr("tomlkit.parse", refuse)
    with pytest.raises(SettingsError) as caught:
        extended("targets = ['v1']\n", WANTED)
    assert 'site = "ai"' in str(caught.value)
    assert 'id = "acme/new"\nkind = "chat"' in str(caught.value)


SPACE = st.sampled_from(["", " ", "  ", "\t"])
COMMENT = st.sampled_from(["", "", " # why", "# [check]", ' # """', " # 字 = 'x'"])
BETWEEN = st.lists(
    st.sampled_from(["\n", "# plain\n", "  # [[models]]\n", "# id = 'acme/new'\n", "#\n"]),
    max_size=3,
).map("".join)


@st.composite
def line(draw: st.DrawFn, key: str, value: str) -> str:
    """A key and its value, as somebody may write it."""
    before, around, after = draw(SPACE), draw(SPACE), draw(COMMENT)
    return f"{draw(BETWEEN)}{before}{key}{around}={around}{value}{after}\n"


@st.composite
def table(draw: st.DrawFn, header: str, *choices: tuple[str, str]) -> str:
    """A table with its values; the first is always there."""
    picked = draw(st.permutations([choices[0], *draw(st.sets(st.sampled_from(choices[1:])))]))
    body = "".join(draw(line(key, value)) for key, value in picked)
    return f"{draw(BETWEEN)}{draw(SPACE)}{header}{draw(COMMENT)}\n{body}"


MODEL_IDS = st.sampled_from(["'acme/other'", '"a/b"', "'''c/d'''", '"acme\\u002Fe"'])


@st.composite
def written(draw: st.DrawFn) -> str:
    """Valid settings with comments, in many layouts."""
    top = {
        "site": draw(st.sampled_from(["'cn'", '"ai"'])),
        "token_env": draw(st.sampled_from(["'MODELSCOPE_X'", "[ 'MODELSCOPE_X', # x\n]"])),
        "targets": "[\n  'v1', # [x]\n  # ]\n 'v2'\n]",
    }
    rows = [
        f"{{id = {row}{more}}}" for row in draw(st.lists(MODEL_IDS, max_size=3)) for more in ("",)
    ]
    layout = draw(st.sampled_from(["none", "tables", "one line", "lines"]))
    if layout == "one line":
        top["models"] = f"[{', '.join(rows)}]"
    elif layout == "lines":
        top["models"] = "[\n" + "".join(f"  {row}, # it\n" for row in rows) + "  # end\n]"
    keys = draw(st.lists(st.sampled_from(sorted(top)), unique=True))
    tables = [
        draw(table("[provider]", ("id", "'x'"), ("notes", "'''\n[a]\nb = 1 # '''"))),
        draw(table("[ check ]", ("strict", "true"), ("timeout", "1_0.5"), ("retries", "0x2"))),
    ]
    if layout == "tables":
        tables += [
            draw(table("[[models]]", ("id", draw(MODEL_IDS)), ("name", "'[[models]]'")))
            for _ in range(draw(st.integers(0, 3)))
        ]
    tables = draw(st.permutations(tables))[: draw(st.integers(0, len(tables)))]
    text = "".join(draw(line(key, top[key])) for key in keys) + "".join(tables) + draw(BETWEEN)
    if draw(st.booleans()):
        text = text.removesuffix("\n")
    text = text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))
    return draw(st.sampled_from(["", "\ufeff"])) + text


def values(text: str) -> dict[str, Any]:
    return tomllib.loads(text.removeprefix("\ufeff"))


SCATTERED = "site='cn'\n[[models]]\nid='a/b'\n[check]\nretries=1\n[[models]]\nid='c/d'\n"
"""Tables of one name apart from each other, which tomlkit moves together."""


@given(written(), st.booleans(), st.booleans())
@example(text=SCATTERED, with_values=True, with_models=True)
def test_whatever_is_written_stays(text: str, with_values: bool, with_models: bool) -> None:
    before = values(text)
    wanted = Wanted(
        "ai" if with_values and "site" not in before else None,
        ("MSCONFIG_T",) if with_values and "token_env" not in before else (),
        MODELS if with_models else (),
    )
    made = extended(text, wanted)

    after = values(made)
    there = [model["id"] for model in before.get("models", ())]
    new = [each.id for each in wanted.models if each.id not in there]
    assert [model["id"] for model in after.get("models", ())] == there + new
    same = {key: value for key, value in after.items() if key in before and key != "models"}
    assert same == {key: value for key, value in before.items() if key != "models"}
    assert after.keys() - before.keys() <= {"site", "token_env", "models"}

    assert extended(made, wanted) == made
    assert made.startswith("\ufeff") == text.startswith("\ufeff")
    if "\r\n" in text:
        assert not re.search(r"(?<!\r)\n", made)
    else:
        assert "\r" not in made
    if isinstance(before.get("models"), list) and re.search(r"(?m)^\ufeff?\s*models\s*=", text):
        assert re.findall(r"#[^\r\n]*", text) == re.findall(r"#[^\r\n]*", made)
    else:
        rest = iter(made.removeprefix("\ufeff").splitlines())
        older = text.removeprefix("\ufeff").splitlines()
        assert all(each in rest for each in older), "a line is gone or moved"


@given(written())
@example(SCATTERED)
def test_a_value_that_is_replaced_changes_its_line_alone(text: str) -> None:
    before = values(text)
    made = extended(text, Wanted("ai" if before.get("site") == "cn" else None))
    if before.get("site") != "cn":
        assert made == text
        return
    changed = [
        (old, new)
        for old, new in zip(text.splitlines(), made.splitlines(), strict=True)
        if old != new
    ]
    assert [old.replace("'cn'", '"ai"') for old, _ in changed] == [new for _, new in changed]
    assert len(changed) == 1


def test_what_is_made_anew_is_valid(tmp_path: Path) -> None:
    file = tmp_path / "msconfig.toml"
    file.write_text(extended(None, WANTED), "utf-8")
    said = settings.load(file, found=True)
    assert (said.site, said.token_env, said.models) == ("ai", ("MSCONFIG_TOKEN",), MODELS)
