"""The language of guide and html report: `--lang`, then settings, then the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from msconfig.cli.language_option import from_environment
from msconfig.languages import Tag
from support import Run

CHECK = ("check", "--offline", "--no-token", "--format", "html", "Qwen/Qwen3.5-27B")


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        *((str(tag), tag) for tag in Tag),
        *((tag.lower(), tag) for tag in Tag),
        *((text, Tag.PT) for text in ("pt-BR", "PT_br", "pt-AO")),
        *((text, Tag.PT_PT) for text in ("pt_PT", "pt-pt-ao1990")),
        *((text, Tag.ZH_CN) for text in ("zh", "zh-Hans", "zh-Hans-HK", "zh_SG", "zh-hans-sg")),
        *((text, Tag.ZH_TW) for text in ("zh-Hant", "ZH-HANT-CN", "zh_HK", "zh-mo", "zh_TW")),
        *(("en-GB", Tag.EN), ("fr_CA", Tag.FR), ("es-419", Tag.ES), ("ja-JP", Tag.JA)),
    ],
)
def test_a_tag_may_be_written_in_other_forms(run: Run, text: str, tag: Tag) -> None:
    ran = run(*CHECK, "--lang", text)
    assert ran.code == 0, ran.err
    assert f'<html lang="{tag}"' in ran.out


@pytest.mark.parametrize("text", ["de", "C", "POSIX", "", "p", "pt-", "english", "zh CN", "\x1b"])
@pytest.mark.parametrize("command", [CHECK, ("generate", "--offline", "--no-token", "-o", "x")])
def test_an_unknown_language_is_refused_and_the_known_ones_are_listed(
    run: Run, command: tuple[str, ...], text: str
) -> None:
    ran = run(*command, "--lang", text, "Qwen/Qwen3.5-27B")
    assert (ran.code, ran.out) == (2, "")
    assert f"is not one of {', '.join(Tag)}." in " ".join(ran.err.split())
    assert not Path("x").exists()


@pytest.mark.parametrize(
    ("environment", "tag"),
    [
        ({}, Tag.EN),
        ({"LANG": ""}, Tag.EN),
        ({"LANG": "pt_BR.UTF-8"}, Tag.PT),
        ({"LANG": "pt_PT.UTF-8@euro"}, Tag.PT_PT),
        ({"LANG": "zh_TW.Big5"}, Tag.ZH_TW),
        ({"LANG": "zh_CN"}, Tag.ZH_CN),
        ({"LANG": "de_DE.UTF-8"}, Tag.EN),
        ({"LANG": "C.UTF-8"}, Tag.EN),
        ({"LANG": "POSIX"}, Tag.EN),
        ({"LANG": "\x1b[31m"}, Tag.EN),
        ({"LANG": "ru_RU.UTF-8", "LC_MESSAGES": "fr_FR"}, Tag.FR),
        ({"LANG": "ru_RU.UTF-8", "LC_MESSAGES": "", "LC_ALL": ""}, Tag.RU),
        ({"LANG": "ru_RU.UTF-8", "LC_MESSAGES": "fr_FR", "LC_ALL": "C"}, Tag.EN),
    ],
)
def test_without_an_option_the_environment_decides(
    run: Run, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], tag: Tag
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert f'<html lang="{tag}"' in run(*CHECK).out


@pytest.mark.parametrize(
    ("environment", "system", "tag"),
    [({}, "zh_HK", Tag.ZH_TW), ({}, "de_DE", Tag.EN), ({"LANG": "fr_FR"}, "zh_HK", Tag.FR)],
)
def test_a_variable_overrides_the_language_of_windows(
    environment: dict[str, str], system: str, tag: Tag
) -> None:
    assert from_environment(environment, system) is tag


def test_the_settings_override_the_environment_and_an_option_both(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "ru_RU.UTF-8")
    Path("msconfig.toml").write_text('languages = ["pt-BR", "en"]', "utf-8")
    assert '<html lang="pt"' in run(*CHECK).out
    assert '<html lang="zh-TW"' in run(*CHECK, "--lang", "zh-Hant").out
