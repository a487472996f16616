"""The guide: what it leads through, what it holds, and what it keeps from happening."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from msconfig.checking.report import (
    Fallback,
    ModelResult,
    Quota,
    Report,
    Status,
    TokenResult,
    TokenStatus,
)
from msconfig.cherry.fallback_provider import configure_fallback
from msconfig.cherry.link import decode_v1, decode_v2
from msconfig.cherry.provider import (
    Configuration,
    ModelChoice,
    ProviderChoice,
)
from msconfig.languages import Tag
from msconfig.modelscope.fallback_regions import Region, addresses_in
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from msconfig.rendering.guides import FILE_NAMES, guides
from msconfig.tokens import Secret
from support import KEY, TOKEN, configuration

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
SECOND = "ms-00000000-0000-4000-8000-0000000beef2"


def report(*models: ModelResult, **more: Any) -> Report:  # noqa: ANN401 - as `Report` takes it
    alive = ModelResult("Qwen/Alive", Status.ENABLED, Kind.CHAT, "served by ModelScope")
    token = TokenResult(TokenStatus.VALID, "MODELSCOPE_API_TOKEN", Secret(TOKEN).fingerprint)
    told: dict[str, Any] = {"site": Site.CN, "checked_at": AT, "tokens": (token,)}
    return Report(models=(alive, *models), **(told | more))


def guide(*configurations: Configuration, tag: Tag = Tag.EN, **more: Any) -> tuple[str, str]:  # noqa: ANN401
    """Page and Markdown."""
    given = more.pop("report", None) or report(**more)
    made = guides(configurations or (configuration(TOKEN),), given, [tag])
    return made[f"guide.{tag}.html"], made[f"guide.{tag}.md"]


@dataclass
class Read(HTMLParser):
    """What a reader of a page finds."""

    page: str
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    """The innermost element, and a text in it."""
    inside: list[str] = field(default_factory=list)
    goes_on: bool = False
    """After a chance to break, which is no gap."""

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self.goes_on = tag == "wbr"
        if tag not in {"meta", "link", "path", "wbr"}:
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self.goes_on:
            place, text = self.texts.pop()
            self.texts.append((place, text + data))
            self.goes_on = False
        else:
            self.texts.append((self.inside[-1] if self.inside else "", data))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def text(self) -> str:
        shown = (text for place, text in self.texts if place not in {"style", "script"})
        return " ".join(" ".join(shown).split())

    def links(self) -> list[str]:
        return [a["href"] for a in self.all("a") if a.get("href", "").startswith("cherrystudio:")]


# --- keys


def test_a_page_has_a_button_for_each_key_that_brings_it_into_both_versions() -> None:
    links = Read(guide(configuration(TOKEN, SECOND))[0]).links()
    for link, key in zip(links, (TOKEN, SECOND), strict=True):
        assert decode_v1(link) == decode_v2(link)
        assert decode_v2(link)["apiKey"] == key
        assert decode_v2(link)["id"] == "modelscope"


def test_a_key_is_masked_and_stands_only_where_it_is_hidden_until_asked_for() -> None:
    page = guide()[0]
    read = Read(page)
    assert "ms-…cafe" in read.text()
    hidden = re.findall(r"<p id=\"key-1-1\"[^>]* hidden><code>([^<]*)</code>", page)
    assert hidden == [TOKEN]
    copied = [each for each in read.all("button") if each.get("data-copy") == TOKEN]
    assert page.count(TOKEN) == len(hidden) + len(copied) == 2


def test_a_page_with_a_key_says_so_above_all_else() -> None:
    told = "This page contains your key."
    text = Read(guide()[0]).text()
    assert text.index(told) < text.index("What you are setting up")
    assert told not in Read(guide(configuration())[0]).text()


def test_neither_markdown_nor_a_page_without_a_key_holds_one_or_a_link() -> None:
    for text in (guide()[1], *guide(configuration())):
        assert TOKEN not in text
        assert "cherrystudio:" not in text
        assert "This page contains no key." in text


def test_the_qr_code_is_folded_and_left_out_where_the_link_is_too_long_for_one() -> None:
    page = guide()[0]
    assert re.search(r"<details[^>]*>\s*<summary>[^<]*QR[^<]*</summary>.*?<svg", page, re.DOTALL)
    long = configuration(
        "k" * 900, provider=ProviderChoice(id="mine", name="𠀀" * 200), site=Site.CN
    )
    page = guide(long)[0]
    assert Read(page).links()
    assert "<details" not in page


# --- content


def test_page_and_markdown_tell_the_same() -> None:
    page, markdown = guide(configuration())
    rendered = Read(MarkdownIt("commonmark").enable("table").render(markdown))
    read = Read(page)
    for level in ("h1", "h2"):
        ours = [text for place, text in read.texts if place == level]
        assert ours == [text for place, text in rendered.texts if place == level]
        assert ours
    words = set(re.findall(r"\w+", rendered.text()))
    assert words - set(re.findall(r"\w+", read.text())) <= {"sh"}


def test_headings_come_in_order() -> None:
    levels = [int(tag[1]) for tag, _ in Read(guide()[0]).tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_nothing_in_a_page_is_fetched_and_links_lead_to_the_site_alone() -> None:
    for site in Site:
        read = Read(guide(configuration(TOKEN, site=site), report=report(site=site))[0])
        tags = {tag for tag, _ in read.tags}
        assert not tags & {"img", "iframe", "object", "embed", "form", "video", "audio", "base"}
        assert [each["href"] for each in read.all("link")] == ["data:,"]
        assert not any("src" in attributes for _, attributes in read.tags)
        assert not any(name.startswith("on") for _, each in read.tags for name in each)
        assert not any("style" in attributes for _, attributes in read.tags)
        hosts = {"cn": "https://modelscope.cn/", "ai": "https://www.modelscope.ai/"}
        for each in read.all("a"):
            own = ("#", "cherrystudio://", hosts[site].rstrip("/"), "https://cherry-ai.com")
            assert each["href"].startswith(own)


def test_a_built_in_provider_keeps_its_address_and_a_new_one_is_given_it() -> None:
    page, markdown = guide()
    for text in (Read(page).text(), markdown):
        assert "Leave the address as it is." in text
        assert "api-inference" not in text
    page, markdown = guide(configuration(TOKEN, site=Site.AI), report=report(site=Site.AI))
    for text in (Read(page).text(), markdown):
        assert "https://api-inference.modelscope.ai/v1/" in text
        assert "ModelScope (International)" in text.replace("\\", "")


# --- the fallback


def with_fallback(
    *keys: str,
    region: Region = Region.CN,
    status: Status = Status.ENABLED,
    tag: Tag = Tag.EN,
) -> tuple[str, str]:
    """Page and Markdown for ModelScope and Bailian, with a key each or with none."""
    own, bailian = (keys[:1], [Secret(key) for key in keys[1:]])
    choice = ModelChoice("qwen3-32b", Kind.CHAT)
    other = configure_fallback(region, [choice], bailian)
    was_asked = status is Status.ENABLED
    key = TokenResult(
        TokenStatus.VALID if was_asked else TokenStatus.UNVERIFIED,
        *("DASHSCOPE_API_KEY", "0a1b2c3d"),
        counts=was_asked,
    )
    gone = ModelResult("qwen-gone", Status.NOT_FOUND, Kind.CHAT, "not in Bailian's list")
    model = ModelResult("qwen3-32b", status, Kind.CHAT, "a reason")
    found = Fallback(region, key, (model, gone), dropped=("qwen-gone",))
    return guide(configuration(*own), other, tag=tag, report=report(fallback=found))


def test_the_fallback_has_its_own_models_keys_and_links() -> None:
    page, markdown = with_fallback(TOKEN, KEY)
    read = Read(page)
    links = [decode_v2(link) for link in read.links()]
    assert [(link["id"], link["apiKey"]) for link in links] == [
        ("modelscope", TOKEN),
        ("dashscope", KEY),
    ]
    assert "This page contains your keys." in read.text()
    assert "qwen3-32b Copy chat served" in read.text()
    ids = [each["id"] for _, each in read.tags if "id" in each]
    assert len(set(ids)) == len(ids)
    assert KEY not in markdown
    assert page.count(KEY) == 2  # hidden until asked for, and behind its button


@pytest.mark.parametrize("region", Region)
def test_the_fallback_has_its_own_steps(region: Region) -> None:
    page, markdown = with_fallback(region=region)
    steps = markdown.partition("When the quota is used up: Bailian")[2].partition("\n## ")[0]
    assert addresses_in(region).key_page in steps
    assert "`sk-`" in steps
    is_built_in = region is Region.CN
    name = "Alibaba Cloud" if is_built_in else "Bailian"
    assert f"**Settings → Model Provider → {name}" in steps
    assert ("turn on the switch" in steps) == is_built_in
    assert (addresses_in(region).openai in steps) != is_built_in
    assert "bound to an Alibaba Cloud account" not in steps
    assert {a["href"] for a in Read(page).all("a")} >= {addresses_in(region).key_page}


def test_with_the_way_out_set_up_nobody_is_told_to_set_it_up() -> None:
    set_up, told = (
        "choose one of its models for the chat.",
        "Set up the provider Bailian",
    )
    page, markdown = with_fallback()
    for text in (Read(page).text(), markdown):
        assert set_up in text
        assert told not in text
        assert "which names Bailian (Alibaba Cloud) and its models" in text
    for text in guide():
        assert set_up not in text
        assert told in text
        assert "msconfig.toml" not in text


def test_what_is_known_of_the_fallback_and_from_where() -> None:
    text = with_fallback()[1]
    assert "Models at Bailian (Alibaba Cloud): its own list of models, read on" in text
    assert "Fingerprint `0a1b2c3d`: the key is valid." in text
    assert "Left out: `qwen-gone` (not found). It is not in Bailian’s own list of models." in text
    text = with_fallback(status=Status.UNVERIFIED)[1]
    assert "(Alibaba Cloud): unknown, because no request was made." in text
    assert "| `qwen3-32b` | chat | unverified |" in text


@pytest.mark.parametrize("keys", [(), (TOKEN,), (TOKEN, KEY)])
def test_the_import_button_is_spoken_of_where_there_is_one(keys: tuple[str, ...]) -> None:
    page, markdown = with_fallback(*keys)
    for told in ("The button above adds the key", "On a computer, press the button below."):
        assert Read(page).text().count(told) == len(keys)
        assert told not in markdown


def test_the_last_part_names_every_file_that_contains_the_key() -> None:
    page, markdown = guide()
    files = ("guide.en.html", "links.txt", "provider.v2.json", "provider.v1.json")
    backups = ("cherry-studio.zip", "cherry-studio-new.zip")
    for text in (Read(page).text(), markdown):
        part = text.partition("When everything works: delete the copies of your key")[2]
        assert all(each in part for each in (*files, *backups))
    assert "this page, with your key" in Read(page).text()
    assert "this page, with your key" not in Read(guide(configuration())[0]).text()
    assert markdown.count("- [ ] ") == 4


def test_addresses_and_long_ids_break_after_their_parts_alone() -> None:
    long = ModelChoice("some-owner/Some-Longer-Name-235B_A22B", Kind.CHAT)
    page = guide(configuration(models=(long, ModelChoice("Qwen/Alive", Kind.CHAT))))[0]
    assert "<bdi>some-<wbr>owner/<wbr>Some-<wbr>Longer-<wbr>Name-<wbr>235B_<wbr>A22B</bdi>" in page
    assert "<bdi>Qwen/Alive</bdi>" in page
    assert ">https://modelscope.cn/<wbr>my/<wbr>myaccesstoken</a>" in page


def test_on_the_other_site_no_account_is_to_be_bound() -> None:
    for text in guide(configuration(TOKEN, site=Site.AI), report=report(site=Site.AI)):
        assert "bound to an Alibaba Cloud account" not in text
        assert 'id="account"' not in text
        assert "Please bind your" not in text


@pytest.mark.parametrize("kind", [Kind.CHAT, Kind.UNKNOWN])
def test_a_model_of_unknown_kind_is_named_as_a_chat_model(kind: Kind) -> None:
    text = Read(guide(configuration(models=(ModelChoice("Qwen/M", kind),)))[0]).text()
    assert ("added as chat models" in text) == (kind is Kind.UNKNOWN)


def test_ids_to_paste_at_once_leave_out_the_models_that_need_a_type() -> None:
    kinds = (Kind.CHAT, Kind.IMAGE_GENERATION, Kind.VISION, Kind.IMAGE_EDIT)
    choices = tuple(ModelChoice(f"Qwen/M{number}", kind) for number, kind in enumerate(kinds))
    page = Read(guide(configuration(models=choices))[0])
    assert "Qwen/M0,Qwen/M2" in [each.get("data-copy") for each in page.all("button")]
    assert "Copy all IDs except image models" in page.text()
    without_images = Read(guide(configuration(models=(choices[0], choices[2])))[0])
    assert "Copy all IDs" in without_images.text()
    assert "except image models" not in without_images.text()


def test_the_example_is_a_model_that_answers_a_message() -> None:
    edit, chat = ModelChoice("Qwen/Edit", Kind.IMAGE_EDIT), ModelChoice("Qwen/Chat", Kind.CHAT)
    assert "for example `Qwen/Chat`" in guide(configuration(models=(edit, chat)))[1]
    assert "for example `Qwen/Edit`" in guide(configuration(models=(edit,)))[1]


def test_commands_have_the_name_that_windows_has_no_program_of() -> None:
    for text in (guide(configuration(TOKEN))[1], Read(guide(configuration(TOKEN))[0]).text()):
        for command in ("models", "quota", "check", "apply"):
            assert f"msconfig-modelscope {command}" in text
            assert f"msconfig {command}" not in text


def test_the_switch_is_drawn_off_until_it_is_to_be_turned_on() -> None:
    page = guide(configuration(TOKEN))[0]
    key, switch = (page.partition(f'<li id="{step}"')[2] for step in ("key", "switch"))
    assert 'class="switch off"' in key.partition("</figure>")[0]
    assert 'class="switch marked"' in switch.partition("</figure>")[0]


def test_a_few_ids_stand_in_the_command_and_many_in_a_file() -> None:
    few = guide(configuration())[1]
    assert " apply cherry-studio.zip -o cherry-studio-new.zip Qwen/Alive\n" in few
    assert "ids.txt" not in few
    many = tuple(ModelChoice(f"Qwen/M{number}", Kind.CHAT) for number in range(500))
    page, markdown = guide(configuration(models=many))
    assert "cherry-studio-new.zip --models ids.txt\n" in markdown
    copied = [each.get("data-copy") for each in Read(page).all("button")]
    assert ",".join(each.id for each in many) in copied


def test_when_and_from_which_facts_it_was_made() -> None:
    text = guide()[1]
    assert "2026-11-20 09:30 UTC" in text
    assert f"`{Secret(TOKEN).fingerprint}`: the key is valid." in text
    text = guide(snapshot_recorded=datetime(2026, 10, 7, tzinfo=UTC))[1]
    assert "recorded on 2026-10-07" in text
    assert "No request was made to ModelScope." in text


def test_what_was_left_out_is_named_and_not_counted() -> None:
    gone = ModelResult("Qwen/Gone", Status.RETIRED, Kind.CHAT, "retired")
    text = guide(report=report(gone, dropped=("Qwen/Gone",)))[1]
    assert "Left out: `Qwen/Gone` (retired)." in text
    assert "**1 model checked and served**" in text


def test_what_is_left_of_the_quota_is_told_where_it_is_known() -> None:
    known = Quota("00c0ffee", 250, 1187.5, 0, "hub", AT)
    unknown = Quota("0badf00d", None, None, None, "hub", AT)
    text = guide(quota=(known, unknown))[1]
    assert "key `00c0ffee`: 1187.5 Magicubes" in text
    assert "0badf00d" not in text


def test_both_ages_of_the_quota_are_told() -> None:
    text = guide()[1]
    for figure in ("0.5, 1 or 2 Magicubes", "200 for signing in", "50 more", "2000 calls"):
        assert figure in text


@pytest.mark.parametrize("tag", Tag)
def test_numbers_are_the_same_and_have_the_decimal_mark_of_the_language(tag: Tag) -> None:
    cost = guide(tag=tag)[1].partition('<a id="quota">')[2].partition("\n\n| ")[2].splitlines()[2]
    numbers = re.findall(r"\d+(?:[.,]\d+)?", cost.split(" | ")[1])
    assert [float(each.replace(",", ".")) for each in numbers] == [0.5, 1, 2]
    has_comma = tag in {Tag.ES, Tag.FR, Tag.PT, Tag.PT_PT, Tag.RU}
    assert numbers[0] == ("0,5" if has_comma else "0.5")


@pytest.mark.parametrize("tag", Tag)
def test_the_quota_of_one_site_is_not_shown_for_the_other(tag: Tag) -> None:
    provider = configuration(TOKEN, site=Site.AI)
    page, markdown = guide(provider, site=Site.AI, tag=tag)
    for text in (Read(page).text(), markdown):
        assert not re.search(r"\b(2000|0[.,]5)\b", text)
        assert "modelscope.cn" in text  # whose figures other guides have
    assert "2000" in guide(tag=tag)[1]


@pytest.mark.parametrize("tag", Tag)
def test_without_a_token_the_command_names_the_variable_to_set(tag: Tag) -> None:
    absent = TokenResult(TokenStatus.ABSENT, "no token")
    for text in guide(configuration(), report=report(tokens=(absent,)), tag=tag):
        assert "MODELSCOPE_API_TOKEN" in text
    for text in guide(configuration(), tag=tag):  # redacted
        assert "MODELSCOPE_API_TOKEN" not in text


@pytest.mark.parametrize(
    ("tag", "item"),
    [
        (Tag.EN, "`provider.v2.json`, `provider.v1.json`: "),
        (Tag.FR, "`provider.v2.json`, `provider.v1.json`\u202f: "),
        (Tag.ZH_CN, "`provider.v2.json`、`provider.v1.json`："),
        (Tag.ZH_TW, "`provider.v2.json`、`provider.v1.json`："),
        (Tag.JA, "`provider.v2.json`、`provider.v1.json`："),
    ],
)
def test_separators_are_those_of_the_language(tag: Tag, item: str) -> None:
    assert f"- [ ] {item}" in guide(tag=tag)[1]


# --- text from outside


HOSTILE = (
    '<script>pwned()</script>" onmouseover="pwned()\u202e\x07 {{ 7 * 7 }} `|` **b** [a](http://e)'
)


@pytest.mark.parametrize("hostile", [HOSTILE, "x" * 5000, "💣" * 50])
def test_hostile_names_stay_text(hostile: str) -> None:
    name = hostile[:100].replace("'", "")
    provider = ProviderChoice(id="mine", name=name, notes=hostile)
    odd = configuration(
        TOKEN, provider=provider, models=(ModelChoice("a/b", Kind.CHAT, name=hostile),)
    )
    bad = ModelResult(hostile, Status.MALFORMED, Kind.UNKNOWN, hostile)
    page, markdown = guide(odd, report=report(bad, dropped=(hostile,)))
    read = Read(page)
    assert len(read.all("script")) == 1
    assert not any(each.startswith("on") for _, attributes in read.tags for each in attributes)
    rendered = Read(MarkdownIt("commonmark", {"html": True}).render(markdown))
    assert not rendered.all("script")
    links = [each["href"] for each in rendered.all("a") if "id" not in each]
    assert all(re.match(r"#|https://(cherry-ai\.com|modelscope\.cn)", each) for each in links)
    assert "49" not in read.text().replace("2049", "")
    for text in (page, markdown):
        assert "\u202e" not in text
        assert "\x07" not in text


@settings(max_examples=25)
@given(name=st.text(min_size=1, max_size=40).filter(lambda each: bool(each.strip())))
def test_no_provider_name_becomes_an_element(name: str) -> None:
    plain = Read(guide(configuration(provider=ProviderChoice(id="mine", name="Mine")))[0])
    page = guide(configuration(provider=ProviderChoice(id="mine", name=name)))[0]
    # a long name has more lines in a drawing
    assert [tag for tag, _ in Read(page).tags if tag != "text"] == [
        tag for tag, _ in plain.tags if tag != "text"
    ]


# --- languages


@pytest.mark.parametrize("tag", Tag)
def test_every_language_has_a_page_and_a_markdown(tag: Tag) -> None:
    made = guides([configuration(TOKEN)], report(), [tag])
    assert set(made) == {f"guide.{tag}.html", f"guide.{tag}.md"} <= FILE_NAMES
    assert f'<html lang="{tag}"' in made[f"guide.{tag}.html"]


@pytest.mark.parametrize("tag", Tag)
def test_no_sign_of_markdown_is_left_over_where_it_is_shown(tag: Tag) -> None:
    """Bold right before a letter is none to CommonMark, and its stars would show."""
    other = guide(configuration(TOKEN, site=Site.AI), site=Site.AI, tag=tag)
    for _, text in (guide(tag=tag), with_fallback(tag=tag), other):
        shown = re.sub(r"<code>.*?</code>|<[^>]*>", "", MarkdownIt().enable("table").render(text))
        assert "**" not in shown


def test_a_command_for_the_other_site_names_it() -> None:
    provider = configuration(TOKEN, site=Site.AI)
    _, text = guide(provider, site=Site.AI)
    assert "cherry-studio-new.zip --site ai Qwen/Alive" in text
    assert "--site" not in guide()[1]
