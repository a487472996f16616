"""Templates are programs of somebody else: what they may do, and how they fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from msconfig.errors import ExitCode, FileError, TemplateError
from msconfig.languages import Tag, language
from msconfig.rendering.templates import render
from msconfig.tokens import Secret, Token
from support import TOKEN, configuration

SECRET = Secret(TOKEN)
Rendered = Callable[..., str]


@pytest.fixture
def rendered(tmp_path: Path) -> Rendered:
    """The text of a template, written under a name into an empty folder."""

    def render_it(source: str | bytes, name: str = "text.txt.j2", **context: object) -> str:
        path = tmp_path / name
        path.write_bytes(source if isinstance(source, bytes) else source.encode())
        return render(path, context)

    return render_it


# --- days and times: the same in every language; numbers but for the decimal mark


@pytest.mark.parametrize("tag", [Tag.EN, Tag.RU])
@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ at | day }}", "2026-10-07"),
        ("{{ at | minute }}", "2026-10-07 23:05 UTC"),
        ("{{ 1234567 | number }}", "1234567"),
        ("{{ 2000.0 | number }}", "2000"),
    ],
)
def test_days_times_and_whole_numbers_do_not_depend_on_language_or_time_zone(
    source: str, text: str, tag: Tag, tmp_path: Path
) -> None:
    at = datetime(2026, 10, 8, 7, 5, tzinfo=timezone(timedelta(hours=8)))
    path = tmp_path / "text.txt.j2"
    path.write_text(source, "utf-8")
    assert render(path, {"at": at}, language=language(tag)) == text


@pytest.mark.parametrize("tag", Tag)
@pytest.mark.parametrize(
    ("source", "value"), [("0.5", 0.5), ("(0.1 + 0.2)", 0.3), ("1187.5", 1187.5)]
)
def test_a_number_has_the_decimal_mark_of_the_language(
    source: str, value: float, tag: Tag, tmp_path: Path
) -> None:
    path = tmp_path / "text.txt.j2"
    path.write_text(f"{{{{ {source} | number }}}}", "utf-8")
    text = render(path, {}, language=language(tag))
    assert float(text.replace(language(tag).decimal_mark, ".")) == value


# --- what a template may not do


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__ }}",
        "{{ ''['__class__'] }}",
        "{{ ''|attr('__class__') }}",
        "{{ lipsum.__globals__ }}",
        "{{ cycler.__init__.__globals__.os }}",
        "{{ self.__init__ }}",
        "{{ secret._value }}",
        "{{ secret['_value'] }}",
        "{{ secret|attr('_value') }}",
        "{{ [secret]|map(attribute='_value')|join }}",
        "{{ [secret, secret]|sort(attribute='_value')|join }}",
        "{{ ([secret]|groupby('_value'))[0].grouper }}",
        "{{ '{0._value}'.format(secret) }}",
        "{{ '{s._value}'.format_map({'s': secret}) }}",
        "{{ secret.__reduce__() }}",
        "{{ secret.reveal.__self__._value }}",
        "{{ token.__dataclass_fields__ }}",
        "{{ rows.append(1) }}",
        "{% set _ = names.update({'a': 1}) %}",
        "{% for _ in range(10**9) %}{% endfor %}",
        "{% include 'text.txt.j2' %}",
        "{% include '../outside.j2' %}",
        "{% include '/etc/hostname' %}",
    ],
)
def test_a_template_cannot_reach_behind_what_it_is_given(rendered: Rendered, source: str) -> None:
    rows: list[int] = []
    names: dict[str, int] = {}
    token = Token(SECRET, "somewhere")
    with pytest.raises(TemplateError) as caught:
        rendered(source, secret=SECRET, token=token, rows=rows, names=names)
    assert TOKEN not in str(caught.value)
    assert (rows, names) == ([], {})


@pytest.mark.parametrize(
    "source",
    [
        "{{ missing }}",
        "{{ provider.missing }}",
        "{{ missing.name }}",
        "{{ missing|tojson }}",
        "{% if missing %}{% endif %}",
        "{% for each in missing %}{% endfor %}",
        "{{ rows[7] }}",
        "{{ missing == 1 }}",
    ],
)
def test_nothing_undefined_is_let_pass(rendered: Rendered, source: str) -> None:
    provider = configuration().provider
    with pytest.raises(TemplateError, match="line 3: "):
        rendered(f"1\n2\n{source}\n", provider=provider, rows=[])


# --- how it fails


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("1\n2\n{% if %}", "line 3: .*Expected an expression"),
        ("1\n{% for a in b %}\n", "line 2: .*for"),
        ("1\n{{ 'open }}", "line 2"),
        ("{{ 1 }}\n{{ missing }}", "line 2: .*'missing' is undefined"),
        ("\n\n\n{{ 1 / 0 }}", "line 4: .*division by zero"),
        ("\n{{ nan|tojson }}", "line 2: .*JSON"),
        ("\n{{ token|tojson }}", "line 2: .*Token"),
        ("\n{% include 'missing.j2' %}", "line 2: .*missing.j2"),
        ("{{ 1|no_such_filter }}", "line 1: .*no_such_filter"),
        (b"1\n\xff", "not UTF-8"),
    ],
)
def test_a_template_that_fails_is_told_by_file_and_line(
    rendered: Rendered, tmp_path: Path, source: str | bytes, told: str
) -> None:
    with pytest.raises(TemplateError, match=told) as caught:
        rendered(source, nan=float("nan"), token=Token(SECRET, "somewhere"))
    assert str(caught.value).startswith(f"{tmp_path / 'text.txt.j2'}: ")
    assert len(str(caught.value).splitlines()) == 1
    assert caught.value.exit_code is ExitCode.INVALID_DOCUMENT


@pytest.mark.parametrize("part", ["1\n2\n{% if %}", "1\n2\n{{ 1 / 0 }}", b"1\n2\n\xff"])
def test_a_fault_in_an_included_file_is_told_by_the_name_of_that_file(
    rendered: Rendered, tmp_path: Path, part: str | bytes
) -> None:
    (tmp_path / "part.j2").write_bytes(part if isinstance(part, bytes) else part.encode())
    with pytest.raises(TemplateError, match=r"part\.j2"):
        rendered("{% include 'part.j2' %}")


@pytest.mark.parametrize("name", ["missing.j2", "."])
def test_a_template_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileError, match="cannot read the template"):
        render(tmp_path / name, {})


@pytest.mark.parametrize("before", [0, 100, 118, 130, 140, 150, 200])
def test_no_part_of_a_key_stands_in_the_message_of_a_fault(rendered: Rendered, before: int) -> None:
    with pytest.raises(TemplateError) as caught:
        rendered("{{ {}['x' * before ~ (secret|tojson)] }}", secret=SECRET, before=before)
    assert TOKEN[:12] not in str(caught.value)


def test_a_fault_that_quotes_control_characters_cannot_move_a_terminal(rendered: Rendered) -> None:
    with pytest.raises(TemplateError) as caught:
        rendered("{{ {}['\x1b[2J\u202e'] }}")
    assert str(caught.value).isprintable()


# --- what it gives


@pytest.mark.parametrize(
    "source",
    [
        "{{ secret }}",
        "{{ secret|string }}",
        "{{ '%s' % secret }}",
        "{{ '%r'|format(secret) }}",
        "{{ '{}'.format(secret) }}",
        "{{ secret ~ '' }}",
        "{{ [secret] }}",
        "{{ {'a': secret}|pprint }}",
        "{{ [secret]|join(',') }}",
        "{{ token }}",
        "{{ secret|urlencode }}",
        "{{ secret|upper }}",
        "{{ secret.fingerprint }}",
        "{{ secret.masked }}",
    ],
)
def test_a_secret_that_is_not_written_as_json_is_not_shown(rendered: Rendered, source: str) -> None:
    text = rendered(source, secret=SECRET, token=Token(SECRET, "somewhere"))
    assert TOKEN.lower() not in text.lower()
    assert "0000-4000-8000" not in text


def test_a_secret_is_not_asked_to_reveal_itself(rendered: Rendered) -> None:
    with pytest.raises(TemplateError, match="SecurityError"):
        rendered("{{ secret.reveal() }}", secret=SECRET)


@pytest.mark.parametrize("name", ["a.json.j2", "a.txt.j2", "a.html.j2", "a"])
def test_tojson_writes_a_secret_as_the_text_that_it_hides(rendered: Rendered, name: str) -> None:
    assert json.loads(rendered("{{ [secret]|tojson }}", name, secret=SECRET)) == [TOKEN]


HOSTILE = "</script>'\"&<!--\u2028\x1b\u202e"


@pytest.mark.parametrize("name", ["a.html.j2", "a.htm.j2", "a.xml.j2", "a.svg.j2", "a.html"])
def test_a_page_escapes_what_it_is_given(rendered: Rendered, name: str) -> None:
    assert rendered("{{ text }}", name, text="<b>'\"&") == "&lt;b&gt;&#39;&#34;&amp;"
    as_json = rendered("{{ text|tojson }}", name, text=HOSTILE)
    assert not set(as_json) & set("<>&'\u2028\x1b\u202e")
    assert json.loads(as_json) == HOSTILE


@pytest.mark.parametrize("name", ["a.json.j2", "a.md.j2", "a.html.txt.j2"])
def test_what_is_no_page_is_written_as_it_is(rendered: Rendered, name: str) -> None:
    assert rendered("{{ text }}", name, text="<b>&") == "<b>&"


def test_a_template_may_include_another_of_its_folder(rendered: Rendered, tmp_path: Path) -> None:
    (tmp_path / "part.j2").write_text("{{ who }}!", "utf-8")
    assert rendered("Hello {% include 'part.j2' %}.", who="世界") == "Hello 世界!."


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("a\r\nb\r\n", "a\nb\n"),
        ("{% if true %}\n  a\n{% endif %}\nb\n\n", "  a\nb\n\n"),
        ("  {% set a = 1 %}\n{{ a }}", "1"),
    ],
)
def test_lines_come_out_as_they_were_meant(rendered: Rendered, source: str, text: str) -> None:
    assert rendered(source) == text
