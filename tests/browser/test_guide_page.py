"""The guide in a real browser: what it shows, hides, copies and prints, in every language."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from browsing import HOSTILE, LOOKS, WIDTHS, Look, OpenedPage
from msconfig.checking.report import (
    Evidence,
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
from msconfig.cherry.provider import Configuration, ModelChoice, ProviderChoice
from msconfig.languages import Tag
from msconfig.modelscope.fallback_regions import Region
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site, addresses_of
from msconfig.rendering.guides import guides
from msconfig.text import visible
from msconfig.tokens import Secret
from support import KEY, TOKEN, Online, Run, Serve, configuration, mock_of

Open = Callable[..., OpenedPage]
OpenGuide = Callable[..., OpenedPage]

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
SECOND = "ms-00000000-0000-4000-8000-0000000beef2"

MODELS = (
    ModelChoice("Qwen/Qwen3.5-27B", Kind.VISION),
    ModelChoice("deepseek-ai/DeepSeek-V4-Pro", Kind.CHAT),
    ModelChoice("Tongyi-MAI/Z-Image-Turbo", Kind.IMAGE_GENERATION),
    ModelChoice("some-longer-owner/Some-Longer-Name-235B-A22B-Instruct-2507", Kind.UNKNOWN),
)


def report_on(configuration: Configuration, *dropped: str) -> Report:
    """A report by which every model of the configuration is served."""
    evidence = (Evidence("GET /v1/models", "listed among 35", AT),)
    served = [
        ModelResult(model.id, Status.ENABLED, model.kind, "served by ModelScope", evidence)
        for model in configuration.models
    ]
    others = [ModelResult(text, Status.NOT_ENABLED, Kind.CHAT, text, evidence) for text in dropped]
    token = TokenResult(TokenStatus.VALID, "MODELSCOPE_API_TOKEN", "00c0ffee")
    quota = Quota("00c0ffee", 250.0, 12.5, 0.0, "GET /openapi/v1/magicubes/balance", AT)
    return Report(Site.CN, AT, (token,), (*served, *others), dropped=dropped, quota=(quota,))


def fallback_in(region: Region) -> tuple[Configuration, Fallback]:
    """Bailian with its key and models, and that its list holds them."""
    choices = [ModelChoice(each, Kind.CHAT) for each in ("qwen3-32b", "deepseek-v4-pro")]
    evidence = (Evidence("GET /compatible-mode/v1/models", "listed among 3", AT),)
    models = tuple(
        ModelResult(each.id, Status.ENABLED, Kind.CHAT, "in Bailian's list", evidence)
        for each in choices
    )
    key = TokenResult(TokenStatus.VALID, "DASHSCOPE_API_KEY", "0a1b2c3d")
    put = configure_fallback(region, choices, [Secret(KEY)])
    return put, Fallback(region, key, models)


@pytest.fixture
def open_guide(open_page: Open, tmp_path: Path) -> OpenGuide:
    """Open the guide to a configuration in a language."""

    def open_it(
        put: Configuration,
        tag: Tag = Tag.EN,
        *given: object,
        dropped: tuple[str, ...] = (),
        region: Region | None = None,
        **more: object,
    ) -> OpenedPage:
        configurations, report = [put], report_on(put, *dropped)
        if put.provider.api_host == addresses_of(Site.AI).inference:
            report = replace(report, site=Site.AI)
        if region:
            other, fallback = fallback_in(region)
            configurations, report = [put, other], replace(report, fallback=fallback)
        made = guides(configurations, report, [tag])
        file = tmp_path / f"guide.{tag}.html"
        file.write_text(made[file.name], "utf-8")
        return open_page(file, *given, **more)

    return open_it


def with_keys() -> Configuration:
    return configuration(TOKEN, SECOND, models=MODELS)


def without_key() -> Configuration:
    return configuration(models=MODELS)


def of_another_provider() -> Configuration:
    choice = ProviderChoice(id="my-own", name="My own ModelScope")
    return configuration(TOKEN, provider=choice, models=MODELS)


def of_the_other_site() -> Configuration:
    return configuration(TOKEN, site=Site.AI, models=MODELS)


def show_keys(it: OpenedPage) -> None:
    for button in it.page.locator("button[aria-expanded]").all():
        button.click()


@pytest.mark.parametrize(
    ("put", "region"),
    [
        (with_keys, None),
        (without_key, Region.CN),
        (of_another_provider, None),
        (with_keys, Region.INTL),
    ],
)
@pytest.mark.parametrize("tag", Tag)
def test_nothing_overflows_in_any_language(
    open_guide: OpenGuide, tag: Tag, put: Callable[[], Configuration], region: Region | None
) -> None:
    it = open_guide(put(), tag, dropped=("Qwen/Gone",), region=region)
    for width in WIDTHS:
        it.look(Look(width))
        assert it.overflowing == []
    it.show_all()
    show_keys(it)
    for width in WIDTHS:
        it.look(Look(width))
        assert it.overflowing == []
    assert it.page.locator("html").get_attribute("lang") == tag
    assert [it.complaints, it.requests, it.trapped] == [[], [], []]


_UNFIT = """() => [...document.querySelectorAll('.drawing svg')].flatMap((svg) => {
  const inside = (small, big, room) => small.left >= big.left - room
    && small.right <= big.right + room && small.top >= big.top - room
    && small.bottom <= big.bottom + room;
  const box = (element) => element.getBoundingClientRect();
  const whole = box(svg);
  const texts = [...svg.querySelectorAll('text')];
  const apart = (one, other) => one.right <= other.left + 0.5 || other.right <= one.left + 0.5
    || one.bottom <= other.top + 0.5 || other.bottom <= one.top + 0.5;
  const isNumber = (text) => text.parentElement.classList.contains('number');
  return texts.flatMap((text, place) => {
    const found = [];
    const own = text.parentElement.querySelector('rect, circle');
    const name = `${svg.querySelector('title').textContent}: ${text.textContent}`;
    if (!own || !inside(box(text), box(own), isNumber(text) ? 2 : 1)) found.push(`${name} is wide`);
    if (!inside(box(text), whole, 0)) found.push(`${name} leaves the drawing`);
    for (const other of texts.slice(place + 1)) {
      if (!isNumber(text) && !isNumber(other) && !apart(box(text), box(other))) {
        const ofOne = text.parentElement === other.parentElement;
        if (!ofOne) found.push(`${name} lies over ${other.textContent}`);
      }
    }
    return found;
  });
})"""
"""Texts of drawings that are wider or higher than their boxes, or lie over others."""
_SMALL = """() => [...document.querySelectorAll('.drawing text')]
  .map((text) => text.getBoundingClientRect().height / 1.2)
  .filter((height) => height < 9)"""


@pytest.mark.parametrize("put", [with_keys, of_another_provider, of_the_other_site])
@pytest.mark.parametrize("tag", Tag)
def test_every_text_of_a_drawing_fits_into_its_box(
    open_guide: OpenGuide, tag: Tag, put: Callable[[], Configuration]
) -> None:
    it = open_guide(put(), tag)
    assert it.page.locator(".drawing svg[role=img]").count() >= 10
    for width in (360, 390, 768, 1280):
        it.look(Look(width))
        assert it.page.evaluate(_UNFIT) == []
        assert it.page.evaluate(_SMALL) == []


def test_a_text_that_does_not_fit_into_a_drawing_is_found(open_guide: OpenGuide) -> None:
    it = open_guide(with_keys())
    it.page.evaluate(
        "document.querySelector('.drawing .pressed text').textContent = 'much too long for it'"
    )
    assert "Sign in to ModelScope: much too long for it is wide" in it.page.evaluate(_UNFIT)


def test_a_drawing_says_what_is_marked_in_it(open_guide: OpenGuide) -> None:
    tree = open_guide(with_keys()).page.locator("#add").aria_snapshot()
    assert "Marked: Get model list, Add Model." in tree


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_axe_finds_nothing_in_light_and_dark(open_guide: OpenGuide, look: Look) -> None:
    it = open_guide(with_keys(), Tag.EN, look, dropped=("Qwen/Gone",), region=Region.INTL)
    it.check_for_everybody()
    it.show_all()
    show_keys(it)
    it.check_for_everybody()


@pytest.mark.parametrize("tag", [tag for tag in Tag if tag is not Tag.EN])
def test_axe_finds_nothing_in_any_language(open_guide: OpenGuide, tag: Tag) -> None:
    it = open_guide(with_keys(), tag, region=Region.CN)
    it.show_all()
    show_keys(it)
    it.check_for_everybody()


def test_the_fallback_has_a_button_of_its_own(open_guide: OpenGuide) -> None:
    it = open_guide(with_keys(), region=Region.CN)
    button = it.page.get_by_role("link", name="Import the Bailian (Alibaba Cloud) key")
    payload = decode_v2(str(button.get_attribute("href")))
    assert (payload["id"], payload["apiKey"]) == ("dashscope", KEY)
    assert payload == decode_v1(str(button.get_attribute("href")))
    part = it.page.locator("section", has=button)
    assert KEY not in part.inner_text()
    part.get_by_role("button", name="Show the key").click()
    assert KEY in part.inner_text()
    assert TOKEN not in it.page.locator("body").inner_text()


@pytest.mark.parametrize("put", [with_keys, of_another_provider])
def test_the_address_of_the_button_brings_key_and_provider(
    open_guide: OpenGuide, put: Callable[[], Configuration]
) -> None:
    it = open_guide(put())
    links = it.page.locator("a[href^='cherrystudio:']").evaluate_all(
        "found => found.map((link) => link.href)"  # as the browser would hand it over
    )
    provider = put().provider
    keys = [each.key.reveal() for each in put().api_keys]
    assert len(links) == len(keys)
    for link, key in zip(links, keys, strict=True):
        payload = decode_v2(link)
        assert payload == decode_v1(link)
        assert payload["id"] == provider.id
        assert payload["baseUrl"] == provider.api_host
        assert payload["apiKey"] == key


def test_a_key_is_hidden_until_asked_for(open_guide: OpenGuide) -> None:
    it = open_guide(with_keys())
    seen = it.page.locator("body").inner_text()
    assert TOKEN not in seen
    assert SECOND not in seen
    show = it.page.get_by_role("button", name="Show the key").first
    show.press("Enter")
    assert show.get_attribute("aria-expanded") == "true"
    assert it.page.get_by_text(TOKEN).is_visible()
    assert SECOND not in it.page.locator("body").inner_text()
    show.click()
    assert TOKEN not in it.page.locator("body").inner_text()


def test_nothing_that_only_ears_get_tells_the_key(open_guide: OpenGuide) -> None:
    it = open_guide(with_keys())
    tree = it.page.locator("body").aria_snapshot()
    for key in (TOKEN, SECOND):
        assert key not in tree.replace("/url: cherrystudio:", "")


@pytest.mark.parametrize("has_clipboard", [True, False])
def test_copy_buttons_copy(open_guide: OpenGuide, *, has_clipboard: bool) -> None:
    it = open_guide(with_keys(), has_clipboard=has_clipboard)

    def copied_by(name: str) -> str:
        it.page.get_by_role("button", name=name).first.click()
        it.page.wait_for_timeout(60)
        return it.clipboard

    assert copied_by("Copy Qwen/Qwen3.5-27B") == "Qwen/Qwen3.5-27B"
    together = [each.id for each in MODELS if each.kind is not Kind.IMAGE_GENERATION]
    assert copied_by("Copy all IDs except image models").split(",") == together
    assert copied_by("Copy the key") == TOKEN
    assert decode_v2(copied_by("Copy the link"))["apiKey"] == TOKEN
    assert copied_by("Copy the command").startswith("msconfig-modelscope apply ")
    assert it.page.locator("#said").inner_text() == "Copied"


def test_a_page_without_a_key_has_no_link_and_nothing_to_show(open_guide: OpenGuide) -> None:
    it = open_guide(without_key())
    assert it.page.locator("a[href^='cherrystudio:']").count() == 0
    assert it.page.locator("button[aria-expanded]").count() == 0
    assert it.page.locator(".qr").count() == 0


def test_the_qr_code_is_shown_only_on_request(open_guide: OpenGuide) -> None:
    it = open_guide(with_keys())
    code = it.page.locator(".qr svg").first
    assert not code.is_visible()
    it.page.get_by_text("Show the link as a QR code").first.click()
    assert code.is_visible()
    box = code.bounding_box()
    assert box
    assert box["width"] == pytest.approx(box["height"], abs=1)
    assert box["width"] >= 200


def test_without_script_the_button_is_there_and_the_key_stays_hidden(
    open_guide: OpenGuide,
) -> None:
    it = open_guide(with_keys(), has_script=False)
    assert it.page.locator("a[href^='cherrystudio:']:visible").count() == 2
    assert it.page.locator("button:visible").count() == 0
    assert TOKEN not in it.page.locator("body").inner_text()


def test_the_keyboard_reaches_the_content_first(open_guide: OpenGuide) -> None:
    it = open_guide(with_keys())
    it.page.keyboard.press("Tab")
    focused = it.page.locator(":focus")
    assert focused.inner_text() == "Skip to the content"
    assert focused.is_visible()
    focused.press("Enter")
    assert it.page.locator(":focus").get_attribute("id") == "content"


@pytest.mark.parametrize("region", [None, Region.INTL])
@pytest.mark.parametrize("tag", Tag)
def test_it_prints_on_three_sheets_at_most_without_the_key(
    open_guide: OpenGuide, tag: Tag, region: Region | None
) -> None:
    it = open_guide(with_keys(), tag, region=region)
    show_keys(it)
    it.show_all()
    assert TOKEN in it.page.locator("body").inner_text()
    it.page.emulate_media(media="print")
    seen = it.page.locator("body").inner_text()
    assert TOKEN not in seen
    assert SECOND not in seen
    assert KEY not in seen
    assert not it.page.locator(".qr").first.is_visible()
    assert it.page.locator("button:visible").count() == 0
    pdf = it.page.pdf(format="A4", prefer_css_page_size=True)
    assert 1 <= pdf.count(b"/Type /Page\n") <= 3
    assert base64.b64encode(TOKEN.encode())[:20] not in pdf


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_stays_text(open_guide: OpenGuide, text: str) -> None:
    put = configuration(
        provider=ProviderChoice(id="my-own", name=text or "-", notes=text),
        models=(ModelChoice(text, Kind.CHAT, name=text, group=text),),
    )
    it = open_guide(put, dropped=(text,))
    it.show_all()
    it.touch_all()
    for button in it.page.locator("button.copy").all():
        button.click()
    for width in WIDTHS:
        it.look(Look(width))
        assert it.overflowing == []
    assert [it.complaints, it.requests, it.trapped] == [[], [], []]
    assert " ".join(visible(text).split()) in it.page.locator("body").inner_text()
    assert it.page.locator("script, style, head title").count() == 3
    assert it.page.locator("[onmouseover], [onerror], img, iframe").count() == 0


def test_the_page_that_generate_writes(
    run: Run, serve: Serve, online: Online, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    online(serve(mock_of()))
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    Path("msconfig.toml").write_text('[fallback]\nprovider = "dashscope"\nids = ["qwen3-32b"]\n')
    arguments = ("--target", "guide", "--lang", "zh-CN", "--lang", "en", "Qwen/Alive")
    assert run("generate", "-o", "out", *arguments).code == 0
    for tag in (Tag.ZH_CN, Tag.EN):
        it = open_page(Path("out", f"guide.{tag}.html"))
        assert it.page.get_by_text("Qwen/Alive").first.is_visible()
        assert it.page.get_by_text("qwen3-32b").first.is_visible()
        links = it.page.locator("a[href^='cherrystudio:']").all()
        keys = [decode_v2(str(link.get_attribute("href")))["apiKey"] for link in links]
        assert keys == [TOKEN, KEY]
        assert [it.complaints, it.requests] == [[], []]
