"""The documents of `generate`: which are made, and what each has to pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from msconfig.cherry.fallback_provider import configure_fallback
from msconfig.cherry.link import decode_v1
from msconfig.cherry.provider import Configuration, ModelChoice, ProviderChoice
from msconfig.errors import DocumentError, FileError, TemplateError, UsageError
from msconfig.modelscope.fallback_regions import Region
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from msconfig.rendering.generating import UserTemplate, render_documents, without_keys
from msconfig.rendering.targets import Target
from msconfig.tokens import Secret
from support import KEY, TOKEN, configuration

SECOND = "ms-00000000-0000-4000-8000-00000000beef"
MODELS = tuple(ModelChoice(f"Qwen/Model-{number}", Kind.CHAT) for number in range(501))

Template = Callable[..., UserTemplate]


@pytest.fixture
def template(tmp_path: Path) -> Template:
    """A user's template, and perhaps a schema for what it gives."""

    def write(name: str, source: str, schema: object = None) -> UserTemplate:
        path, schema_path = tmp_path / name, tmp_path / "own.schema.json"
        path.write_text(source, "utf-8")
        if schema is None:
            return UserTemplate(path)
        schema_path.write_text(json.dumps(schema))
        return UserTemplate(path, schema_path)

    return write


# --- targets


@pytest.mark.parametrize(
    ("targets", "names"),
    [
        ([], []),
        ([Target.V2], ["provider.v2.json"]),
        ([Target.V1], ["provider.v1.json"]),
        ([Target.LINK], ["links.txt"]),
        (list(Target), ["provider.v2.json", "provider.v1.json", "links.txt"]),
    ],
)
def test_each_target_gives_one_file(targets: list[Target], names: list[str]) -> None:
    assert list(render_documents([configuration(TOKEN)], targets).texts) == names


def test_the_fallback_comes_behind_in_files_of_its_own() -> None:
    fallback = configure_fallback(Region.CN, [ModelChoice("qwen3-32b", Kind.CHAT)], [Secret(KEY)])
    texts = render_documents([configuration(TOKEN), fallback], list(Target)).texts
    assert list(texts) == [
        *("provider.v2.json", "provider.v1.json", "links.txt"),
        *("provider.dashscope.v2.json", "provider.dashscope.v1.json", "links.dashscope.txt"),
    ]
    links = {name: text for name, text in texts.items() if name.startswith("links")}
    assert {name: decode_v1(link.strip())["apiKey"] for name, link in links.items()} == {
        "links.txt": TOKEN,
        "links.dashscope.txt": KEY,
    }
    assert {name for name, text in texts.items() if KEY in text} == {
        *("provider.dashscope.v2.json", "provider.dashscope.v1.json")
    }
    assert {name for name, text in texts.items() if TOKEN in text} == {
        *("provider.v2.json", "provider.v1.json")
    }


def test_more_models_than_v2_takes_are_refused_in_the_fallback_too() -> None:
    many = [ModelChoice(f"m{number}", Kind.CHAT) for number in range(501)]
    with pytest.raises(DocumentError, match="501 models"):
        render_documents([configuration(), configure_fallback(Region.CN, many, [])], [Target.V2])


@pytest.mark.parametrize("region", list(Region))
def test_no_region_of_the_fallback_gives_a_warning(region: Region) -> None:
    fallback = configure_fallback(region, [ModelChoice("qwen3-32b", Kind.CHAT)], [Secret(KEY)])
    assert render_documents([fallback], list(Target)).warnings == ()


def test_there_is_one_link_a_key() -> None:
    links = render_documents([configuration(TOKEN, SECOND)], [Target.LINK]).texts["links.txt"]
    assert [decode_v1(link)["apiKey"] for link in links.splitlines()] == [TOKEN, SECOND]


def test_without_a_key_nothing_that_is_written_holds_one_and_no_link_is() -> None:
    texts = render_documents([configuration()], list(Target)).texts
    assert list(texts) == ["provider.v2.json", "provider.v1.json"]
    assert json.loads(texts["provider.v2.json"])["provider"]["apiKeys"] == []
    assert json.loads(texts["provider.v1.json"])["apiKey"] == ""


def test_the_same_configuration_gives_the_same_bytes(template: Template) -> None:
    own = template("own.txt.j2", "{{ models|length }} {{ joined_key }}")
    first, second = (
        render_documents([configuration(TOKEN, SECOND)], list(Target), own) for _ in range(2)
    )
    assert first == second


def test_v2_takes_500_models_and_no_more() -> None:
    assert render_documents([configuration(models=MODELS[:500])], [Target.V2]).texts
    with pytest.raises(DocumentError, match=r"501 models.*no more than 500.*split"):
        render_documents([configuration(models=MODELS)], [Target.V2, Target.V1])


def test_v1_and_links_take_more_than_500_models() -> None:
    texts = render_documents([configuration(TOKEN, models=MODELS)], [Target.V1, Target.LINK]).texts
    assert len(json.loads(texts["provider.v1.json"])["models"]) == 501


@pytest.mark.parametrize(
    ("whole", "target", "told"),
    [
        (configuration("ms-****cafe"), Target.V2, "masked"),
        (configuration("ms-****cafe"), Target.V1, "masked"),
        (configuration("ms-****cafe"), Target.LINK, "masked"),
        (configuration(TOKEN, TOKEN), Target.V2, "already"),
        (configuration(TOKEN, TOKEN), Target.V1, "twice"),
        (configuration(models=(MODELS[0], MODELS[0])), Target.V2, "already"),
        (configuration(models=()), Target.V2, "must not be empty"),
        (configuration(models=(ModelChoice("Qwen/a?b", Kind.CHAT),)), Target.V2, r"\?"),
        (configuration("first-key,second-key"), Target.LINK, "comma"),
        (
            configuration(TOKEN, provider=ProviderChoice("own", "It's own")),
            Target.LINK,
            "write ’",
        ),
        (configuration(provider=ProviderChoice("a::b")), Target.V2, "::"),
    ],
)
def test_what_cherry_studio_would_not_take_as_meant_is_refused(
    whole: Configuration, target: Target, told: str
) -> None:
    with pytest.raises(DocumentError, match=told) as caught:
        render_documents([whole], [target])
    assert TOKEN not in str(caught.value)


def test_nothing_that_we_make_ourselves_is_warned_about() -> None:
    for site in Site:
        assert render_documents([configuration(TOKEN, site=site)], list(Target)).warnings == ()


# --- a user's template


def test_a_template_may_use_provider_models_and_keys(template: Template) -> None:
    source = (
        "{{ provider.id }} {{ provider.api_host }} {% for m in models %}{{ m.id }} {{ m.kind }}"
        "{% endfor %} {{ joined_key|tojson }} {{ api_keys[0].label }} {{ api_keys[0].key|tojson }}"
    )
    whole = configuration(TOKEN)
    assert render_documents([whole], [], template("own.txt.j2", source)).texts == {
        "own.txt": "modelscope https://api-inference.modelscope.cn/v1/ Qwen/Alive chat"
        f' "{TOKEN}" {whole.api_keys[0].label} "{TOKEN}"'
    }


@pytest.mark.parametrize("name", ["own.json", "own", ".j2", "own.j2.txt", "own.J2x"])
def test_a_template_whose_name_gives_no_other_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=r"ends in \.j2"):
        _ = UserTemplate(Path(name)).file_name


@pytest.mark.parametrize(
    "name",
    [
        *("provider.v2.json", "provider.v1.json", "links.txt", "report.json"),
        *("guide.en.html", "guide.zh-TW.md"),
    ],
)
def test_a_template_that_would_overwrite_a_document_of_ours_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="rename it"):
        _ = UserTemplate(Path("folder", f"{name}.j2")).file_name


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("{", "own.json: .*not JSON"),
        ("", "own.json: .*empty"),
        ('{"a": 1, "a": 2}', "own.json: .*twice"),
        ('{"a": NaN}', "own.json: .*NaN"),
        ('{"key": {{ joined_key }}}', "own.json: .*not JSON"),
    ],
)
def test_what_is_called_json_has_to_be_json(template: Template, source: str, told: str) -> None:
    with pytest.raises(DocumentError, match=told):
        render_documents([configuration(TOKEN)], [], template("own.json.j2", source))
    assert (
        render_documents([configuration(TOKEN)], [], template("own.txt.j2", source)).warnings == ()
    )


SCHEMA = {"properties": {"models": {"minItems": 1}, "key": {"type": "integer"}}}


def test_what_keeps_its_schema_is_made(template: Template) -> None:
    own = template(
        "own.json.j2", '{"models": {{ models|map(attribute="id")|list|tojson }}}', SCHEMA
    )
    assert json.loads(render_documents([configuration()], [], own).texts["own.json"]) == {
        "models": ["Qwen/Alive"]
    }


@pytest.mark.parametrize(
    ("name", "source", "told"),
    [
        ("own.json.j2", '{"models": []}', r"own\.json: \$\.models: must not be empty"),
        ("own.conf.j2", '{"models": []}', r"own\.conf: \$\.models: must not be empty"),
        ("own.conf.j2", "models:", r"own\.conf: .*not JSON"),
    ],
)
def test_what_breaks_its_schema_is_refused(
    template: Template, name: str, source: str, told: str
) -> None:
    with pytest.raises(DocumentError, match=told):
        render_documents([configuration()], [], template(name, source, SCHEMA))


@pytest.mark.parametrize("key", [TOKEN, "no-form-of-a-token"])
@pytest.mark.parametrize(
    "source",
    [
        '{"key": {{ joined_key|tojson }}}',
        "{ {{ joined_key|tojson }}: 1, {{ joined_key|tojson }}: 2}",
        "{{ {}[joined_key|tojson] }}",
        "{{ {}['x' * 140 ~ joined_key|tojson] }}",
    ],
)
def test_no_fault_of_a_users_template_shows_a_key(
    template: Template, key: str, source: str
) -> None:
    schema = {**SCHEMA, "additionalProperties": {"not": {}}}
    with pytest.raises(DocumentError) as caught:
        render_documents([configuration(key)], [], template("own.json.j2", source, schema))
    assert key[:10] not in str(caught.value)


def test_what_a_template_gives_can_be_written_as_utf_8(template: Template) -> None:
    own = template("own.txt.j2", r"{{ '\ud83d' }}")
    with pytest.raises(TemplateError):
        render_documents([configuration()], [], own)


def test_a_template_or_schema_that_is_missing_is_named(template: Template, tmp_path: Path) -> None:
    missing = tmp_path / "missing.json.j2"
    with pytest.raises(FileError, match="missing"):
        render_documents([configuration()], [], UserTemplate(missing))
    own = template("own.json.j2", "{}")
    with pytest.raises(FileError, match="missing"):
        render_documents([configuration()], [], UserTemplate(own.path, missing))


# --- what a terminal may see of a document


@pytest.mark.parametrize("target", [Target.V2, Target.V1, Target.LINK])
@pytest.mark.parametrize("older", [TOKEN, "some-older-key-of-no-form"])
def test_no_key_of_a_document_new_or_old_is_shown(target: Target, older: str) -> None:
    text = render_documents([configuration(older, SECOND)], [target]).texts[target.file_name()]
    shown = without_keys(text, [configuration(SECOND)])
    assert not any(key in shown for key in (older, SECOND, SECOND[:20]))
    if target is not Target.LINK:
        assert older not in shown
        assert json.loads(shown)


def test_no_token_of_an_older_file_from_a_users_template_is_shown() -> None:
    older = f"TOKEN={TOKEN}\nexport KEY='{SECOND}'\n"
    shown = without_keys(older, [configuration(SECOND)])
    assert TOKEN not in shown
    assert SECOND not in shown
    assert "export KEY='" in shown
