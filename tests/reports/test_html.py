"""The report as a page: what it says, and that it is closed. How it works: `tests/browser/`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings

from msconfig.checking.report import (
    Change,
    Evidence,
    Fallback,
    Ignored,
    Location,
    ModelResult,
    Quota,
    Report,
    Status,
    Suggestion,
    TokenResult,
    TokenStatus,
)
from msconfig.checking.suggestions.reasons import Reason
from msconfig.languages import Tag, language
from msconfig.modelscope.fallback_regions import Region, addresses_in
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from msconfig.reports import Format, render
from msconfig.text import visible
from support import HOSTILE_TEXT, MakeModel, MakeReport

AT = datetime(2026, 10, 7, 10, 15, tzinfo=UTC)
PASS, FAIL, OPEN = Status.ENABLED, Status.NOT_ENABLED, Status.UNVERIFIED
IGNORED = Ignored("waiting", date(2026, 12, 31))
OTHER_TOKEN = {
    status: TokenResult(status, "MODELSCOPE_API_TOKEN", "deadbeef") for status in TokenStatus
}
_VOID = {"meta", "link", "input", "br", "wbr"}


@dataclass
class _Reader(HTMLParser):
    """The text of elements, by their names and ids."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    attributes: dict[str, list[dict[str, str | None]]] = field(default_factory=dict)
    _open: list[tuple[str, list[str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.setdefault(tag, []).append(dict(attrs))
        if tag not in _VOID:
            self._open.append((tag, []))

    def handle_endtag(self, tag: str) -> None:
        name, parts = self._open.pop()
        assert name == tag
        self.texts.setdefault(tag, []).append(" ".join("".join(parts).split()))

    def handle_data(self, data: str) -> None:
        for _, parts in self._open:
            parts.append(data)


def read(report: Report, tag: Tag = Tag.EN) -> _Reader:
    reader = _Reader()
    reader.feed(render(report, Format.HTML, tag=tag))
    reader.close()
    return reader


def verdict(report: Report) -> str:
    (heading,) = read(report).texts["h1"]
    return heading


def test_the_verdict_comes_first_and_is_the_title(model: MakeModel, report: MakeReport) -> None:
    it = report(model(), model("a/b", status=FAIL))
    assert verdict(it) == "1 of 2 models is not served."
    assert read(it).texts["title"] == ["1 of 2 models is not served. – msconfig"]


@pytest.mark.parametrize(
    ("statuses", "words"),
    [
        ([PASS], "The model is served."),
        ([PASS, PASS], "Both models are served."),
        ([FAIL], "The model is not served."),
        ([FAIL, FAIL], "None of the 2 models is served."),
        ([FAIL, FAIL, PASS], "2 of 3 models are not served."),
        ([OPEN], "The model could not be verified."),
        ([OPEN, PASS], "1 of 2 models could not be verified."),
        (
            [FAIL, OPEN, PASS],
            "1 of 3 models is not served. 1 of 3 models could not be verified.",
        ),
        ([PASS] * 1234, "All 1234 models are served."),
    ],
)
def test_the_verdict_counts(
    model: MakeModel, report: MakeReport, statuses: list[Status], words: str
) -> None:
    models = [model(f"a/{number}", status=status) for number, status in enumerate(statuses)]
    assert verdict(report(*models)) == words


def test_the_summary_counts_what_the_verdict_counts(model: MakeModel, report: MakeReport) -> None:
    it = report(
        model(),
        model("a/fails", status=FAIL),
        model("a/ignored", status=FAIL, ignored=IGNORED),
        model("a/known", status=FAIL, change=Change.SAME),
    )
    assert verdict(it) == "1 of 4 models is not served."
    tiles = [text for text in read(it).texts["li"] if text.endswith((" served", " verified"))]
    assert tiles == ["1 model served", "1 model not served", "0 models not verified"]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (TokenStatus.VALID, "The model is served."),
        (TokenStatus.ABSENT, "The model is served."),
        (TokenStatus.REJECTED, "A token is rejected. The model is served."),
        (
            TokenStatus.NOT_BOUND,
            "A token’s account is not bound or not verified. The model is served.",
        ),
        (TokenStatus.UNVERIFIED, "A token could not be checked. The model is served."),
    ],
)
def test_the_verdict_tells_of_a_token_in_trouble(
    model: MakeModel, report: MakeReport, status: TokenStatus, words: str
) -> None:
    assert verdict(report(model(), tokens=(OTHER_TOKEN[status],))) == words


def test_what_does_not_count_is_no_news(model: MakeModel, report: MakeReport) -> None:
    it = report(model(status=FAIL, ignored=IGNORED), model("a/b", status=FAIL, change=Change.SAME))
    assert verdict(it) == "Nothing is worse than it was."
    (counted,) = (text for text in read(it).texts["p"] if "have no effect" in text)
    assert counted.startswith("2 models do not pass")


def test_an_interrupted_check_says_so(model: MakeModel, report: MakeReport) -> None:
    it = report(model(status=OPEN), complete=False)
    assert verdict(it).startswith("Interrupted before everything was checked.")


@pytest.mark.parametrize(
    ("more", "status", "words"),
    [
        ({}, PASS, "Everything is ready"),
        ({}, FAIL, "Replace or remove the failing IDs"),
        ({}, OPEN, "Run the check again later"),
        ({"look_up_gone": "It has gone."}, OPEN, "Run the check with --probe"),
        ({"look_up_gone": "It has gone."}, PASS, "Run the check with --probe"),
        ({"complete": False}, OPEN, "Run the check again. What is unverified below"),
        ({"tokens": (OTHER_TOKEN[TokenStatus.REJECTED],)}, FAIL, "Create a new token"),
        ({"tokens": (OTHER_TOKEN[TokenStatus.NOT_BOUND],)}, FAIL, "Bind your ModelScope account"),
    ],
)
def test_the_next_step_is_that_of_the_other_formats(
    model: MakeModel, report: MakeReport, more: dict[str, object], status: Status, words: str
) -> None:
    texts = read(report(model(status=status), **more)).texts["section"]
    (text,) = (each for each in texts if each.startswith("What to do next"))
    assert words in text


def test_with_nothing_new_there_is_nothing_to_do(model: MakeModel, report: MakeReport) -> None:
    texts = read(report(model(status=FAIL, ignored=IGNORED))).texts["section"]
    assert any("Nothing for now." in text for text in texts)


def test_all_that_is_known_of_a_model_is_there(model: MakeModel, report: MakeReport) -> None:
    it = model(
        "qwen/alive",
        status=FAIL,
        reason="served by nobody",
        evidence=(Evidence("GET /v1/models", "not among 35", AT),),
        suggestions=(Suggestion("Qwen/Alive", "same letters, other case"),),
        ignored=IGNORED,
    )
    (text,) = read(report(it)).texts["tbody"]
    for part in (
        *("qwen/alive", "not served", "chat", "served by nobody", "GET /v1/models"),
        *("not among 35", "2026-10-07", "Qwen/Alive", "same letters, other case"),
        *("Ignored until 2026-12-31:", "waiting"),
    ):
        assert part in text


def test_every_place_of_an_id_is_there(model: MakeModel, report: MakeReport) -> None:
    places = (Location("a.txt", 1, 2), Location("-", 1, 1), Location("b/c.txt", 3, 4))
    texts = read(report(model(status=FAIL, location=places[0], locations=places))).texts
    found = [each for each in texts["dd"] if ".txt" in each]
    assert found == ["a.txt, line 1, column 2", "b/c.txt, line 3, column 4"]


def test_what_changed_since_the_baseline_is_listed(model: MakeModel, report: MakeReport) -> None:
    changes = [Change.WORSE, Change.NEW, Change.HEALED, Change.SAME]
    it = report(*(model(f"a/{change}", change=change) for change in changes))
    (text,) = (each for each in read(it).texts["section"] if each.startswith("Since the baseline"))
    assert text == (
        "Since the baseline Worse than before (1) a/worse"
        " Not in the baseline (1) a/new Recovered (1) a/healed"
    )
    assert not any("baseline" in each for each in read(report(model())).texts["section"])


def test_balances_are_told_and_an_unknown_one_is_not_zero(
    model: MakeModel, report: MakeReport
) -> None:
    quota = (
        Quota("00c0ffee", 2500.0, 12.5, 0.0, "GET /balance", AT),
        Quota("deadbeef", None, None, None, "GET /balance", AT),
    )
    (text,) = (t for t in read(report(model(), quota=quota)).texts["section"] if "Magicubes" in t)
    assert "available: 12.5, in all: 2500, frozen: 0" in text
    assert "available: unknown, in all: unknown, frozen: unknown" in text


def test_facts_that_were_recorded_are_told_as_such(model: MakeModel, report: MakeReport) -> None:
    (lead,) = (
        text
        for text in read(report(model(), snapshot_recorded=AT)).texts["p"]
        if text.startswith("Checked")
    )
    assert "offline" in lead
    assert "2026-10-07" in lead


@pytest.mark.parametrize("tag", Tag)
def test_there_are_words_for_every_value(model: MakeModel, report: MakeReport, tag: Tag) -> None:
    models = [
        *(model(f"a/{each}", status=each, change=Change.SAME) for each in Status),
        *(model(f"b/{each}", kind=each, change=Change.SAME) for each in Kind),
        *(model(f"c/{each}", change=each) for each in Change),
    ]
    fallback = Fallback(Region.US, OTHER_TOKEN[TokenStatus.VALID], tuple(models))
    it = report(*models, tokens=tuple(OTHER_TOKEN.values()), fallback=fallback)
    page = read(it, tag)
    assert page.attributes["html"] == [{"lang": str(tag), "dir": "ltr"}]
    assert all(page.texts["td"])
    assert all(page.texts["option"])
    assert all(not text.startswith("(") for text in page.texts["option"])
    assert all(page.texts["dd"])


def test_a_token_that_is_not_there_has_no_source(model: MakeModel, report: MakeReport) -> None:
    absent = TokenResult(TokenStatus.ABSENT, "none")
    it = report(model(), tokens=(absent,), fallback=Fallback(Region.CN, absent, ()))
    told = [text for text in read(it).texts["div"] if "no token" in text or "no key" in text]
    assert told == ["Token no token", "Key no key"]


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_of_a_suggestion_is_told_in_the_readers_language(
    model: MakeModel, report: MakeReport, reason: Reason
) -> None:
    it = report(model(status=FAIL, suggestions=(Suggestion("a/b", reason),)))
    (said,) = read(it).texts["li"][-1:]
    assert said == f"a/b Copy {reason}"
    for tag in Tag:
        page = render(it, Format.HTML, tag=tag)
        assert '<span lang="en"><bdi>' + reason not in page
        assert (reason in page) == (language(tag).gettext(reason) == reason)


def test_a_reason_that_is_not_msconfigs_stays_as_it_is(
    model: MakeModel, report: MakeReport
) -> None:
    it = report(model(status=FAIL, suggestions=(Suggestion("a/b", "close"),)))
    assert '<span lang="en"><bdi>close</bdi></span>' in render(it, Format.HTML, tag=Tag.ES)


# --- the fallback


@pytest.mark.parametrize("status", TokenStatus)
def test_there_are_words_for_every_key(status: TokenStatus) -> None:
    page = read(with_fallback(OTHER_TOKEN[status]))
    assert all(page.texts["dd"])


def key(status: TokenStatus, *, counts: bool = True) -> TokenResult:
    return TokenResult(status, "DASHSCOPE_API_KEY", "0a1b2c3d", "a reason", counts)


def with_fallback(token: TokenResult, *models: ModelResult, **more: Any) -> Report:  # noqa: ANN401
    alive = ModelResult("Qwen/Alive", PASS, Kind.CHAT, "served")
    return Report(Site.CN, AT, (), (alive,), fallback=Fallback(Region.INTL, token, models, **more))


def at_bailian(name: str = "qwen3-32b", status: Status = PASS, **more: Any) -> ModelResult:  # noqa: ANN401
    evidence = (Evidence("GET /compatible-mode/v1/models", "listed among 2", AT),)
    return ModelResult(name, status, Kind.CHAT, "why", evidence, **more)


MISSING = at_bailian("b", Status.NOT_FOUND)
KNOWN = at_bailian("c", Status.NOT_FOUND, change=Change.SAME)


@pytest.mark.parametrize(
    ("token", "models", "words", "to_do"),
    [
        (
            key(TokenStatus.VALID),
            [at_bailian()],
            "The fallback is in Bailian’s list.",
            "Everything is ready",
        ),
        (
            key(TokenStatus.VALID),
            [at_bailian(), MISSING],
            "1 of 2 models of the fallback is not in Bailian’s list.",
            "Replace or remove",
        ),
        (
            key(TokenStatus.VALID),
            [at_bailian(), KNOWN],
            "Nothing new at Bailian: 1 of 2 models is missing from its list.",
            "Nothing for now.",
        ),
        (
            key(TokenStatus.REJECTED),
            [at_bailian(status=OPEN)],
            "Bailian rejects its key.",
            f"Create a new key for Bailian: {addresses_in(Region.INTL).key_page}",
        ),
        (
            key(TokenStatus.UNVERIFIED),
            [at_bailian(status=OPEN)],
            "Bailian’s list of models could not be read.",
            "Run the check again later",
        ),
        (
            key(TokenStatus.ABSENT, counts=False),
            [at_bailian(status=OPEN)],
            "Bailian was not queried.",
            "Everything is ready",
        ),
    ],
)
def test_verdict_and_next_step_tell_of_the_fallback(
    token: TokenResult, models: list[ModelResult], words: str, to_do: str
) -> None:
    it = with_fallback(token, *models)
    assert verdict(it) == f"The model is served. {words}"
    (text,) = (each for each in read(it).texts["section"] if each.startswith("What to do next"))
    assert to_do in text


def test_the_fallback_has_a_part_of_its_own(model: MakeModel, report: MakeReport) -> None:
    ignored = at_bailian("d", Status.NOT_FOUND, ignored=IGNORED)
    it = with_fallback(key(TokenStatus.VALID), at_bailian(), ignored)
    (text,) = (t for t in read(it).texts["section"] if t.startswith("The fallback: Bailian"))
    for part in (
        *("Region intl", "0a1b2c3d DASHSCOPE_API_KEY", "the key is valid", "a reason"),
        *("qwen3-32b served chat It is in Bailian’s own list of models.", "listed among 2"),
        *("d not found chat It is not in Bailian’s own list of models.", "GET /compatible-mode"),
        "Ignored until 2026-12-31: waiting",
    ):
        assert part in text
    assert not any("Bailian" in text for text in read(report(model())).texts["section"])


def test_what_was_left_out_of_the_fallback_counts_too() -> None:
    it = with_fallback(key(TokenStatus.VALID), at_bailian(), MISSING, dropped=("b",))
    assert any(text.startswith("1 model was left out") for text in read(it).texts["p"])


def test_the_fallbacks_changes_are_listed_and_the_table_counts_modelscope_alone() -> None:
    it = with_fallback(key(TokenStatus.VALID), replace(MISSING, change=Change.WORSE))
    page = read(it)
    (text,) = (each for each in page.texts["section"] if each.startswith("Since the baseline"))
    assert text == "Since the baseline Worse than before (1) b"
    assert [each["href"] for each in page.attributes["a"]][1:] == ["#fallback-1"]
    assert page.texts["option"][0] == "All (1)"


def test_the_policy_lets_nothing_be_loaded_or_sent(model: MakeModel, report: MakeReport) -> None:
    text = render(report(model(suggestions=(Suggestion("a/b", "close"),))), Format.HTML)
    (policy,) = (
        str(each["content"])
        for each in read(report(model())).attributes["meta"]
        if each.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert not re.search(r" (?:style|on\w+)=", re.sub(r"(?s)<script>.*</script>", "", text))
    addresses = set(re.findall(r'(?:src|href)="([^"#][^"]*)"', text))
    assert addresses == {"data:,"}


@given(text=HOSTILE_TEXT)
@settings(max_examples=40)
def test_no_text_from_outside_becomes_markup(text: str) -> None:
    it = Report(
        Site.CN,
        AT,
        (TokenResult(TokenStatus.REJECTED, text, "00c0ffee", text),),
        (
            ModelResult(
                text,
                Status.NOT_FOUND,
                Kind.CHAT,
                text,
                (Evidence(text, text, AT),),
                (Suggestion(text, text),),
            ),
        ),
        notes=(text,),
        fallback=Fallback(
            Region.CN,
            TokenResult(TokenStatus.REJECTED, text, "00c0ffee", text),
            (ModelResult(text, Status.NOT_FOUND, Kind.CHAT, text, (Evidence(text, text, AT),)),),
        ),
    )
    plain = read(replace(it, notes=("",)))
    page = read(it)
    assert {tag: len(found) for tag, found in page.attributes.items()} == {
        tag: len(found) for tag, found in plain.attributes.items()
    }
    assert " ".join(visible(text).split()) in page.texts["ul"][-1]


def test_many_changes_are_folded_so_that_the_table_is_near(
    model: MakeModel, report: MakeReport
) -> None:
    models = [model(f"a/{number}", change=Change.NEW) for number in range(13)]
    assert "Show them" in " ".join(read(report(*models)).texts["summary"])
    assert "Show them" not in " ".join(read(report(*models[:12])).texts["summary"])


@pytest.mark.parametrize(("count", "is_long"), [(100, False), (101, True)])
def test_only_a_long_table_is_laid_out_row_by_row_as_it_is_looked_at(
    model: MakeModel, report: MakeReport, *, count: int, is_long: bool
) -> None:
    page = read(report(*(model(f"a/{number}") for number in range(count))))
    (table,) = page.attributes["table"]
    assert ("long" in str(table["class"]).split()) == is_long
