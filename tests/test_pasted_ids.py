"""Ids as people paste them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msconfig.errors import UsageError
from msconfig.model_ids import GivenId, Location, ModelId
from msconfig.pasted_ids import as_given, explain, pasted, refuse_other_site

ID = "deepseek-ai/DeepSeek-V9"
PAGE = f"https://modelscope.cn/models/{ID}"


def texts(text: str) -> list[str]:
    return [each.text for each in pasted(GivenId(text))]


@pytest.mark.parametrize(
    "text",
    [
        *(f" {ID}\t", f"\xa0{ID}\xa0", f"{ID}\u3000", f"\ufeff{ID}", f"\u200b{ID}\u2060"),
        *(f"{ID},", f"{ID} ,", f'"{ID}"', f"'{ID}'", f"`{ID}`", f'"{ID}",', f'" {ID} "'),
        *(f"“{ID}”", f"„{ID}“", f"‘{ID}’", f"«{ID}»", f"「{ID}」"),
        *(f"- {ID}", f"  -   `{ID}`,", f'- "{ID}"', f"-\xa0{ID}"),
        *(
            PAGE,
            f"{PAGE}/",
            f"{PAGE}/summary",
            f"{PAGE}?x=1",
            f"{PAGE}#a",
            f"`{PAGE}`",
            f"- {PAGE},",
        ),
        *(PAGE.removeprefix("https://"), PAGE.replace("//", "//www."), PAGE.replace("s:", ":")),
        PAGE.replace("https://modelscope", "HTTPS://WWW.ModelScope"),
    ],
)
def test_what_people_put_around_an_id_is_left_out(text: str) -> None:
    (found,) = pasted(GivenId(text))
    assert (found.text, found.given) == (ID, text)


@pytest.mark.parametrize("text", [ID, f"{ID}:DashScope", "a/b"])
def test_an_id_alone_is_taken_as_it_is(text: str) -> None:
    assert pasted(GivenId(text)) == [GivenId(text)]


@pytest.mark.parametrize(
    "text",
    [
        *("a/b,c/d", "a/b c/d", "a/b, c/d,", "- a/b,c/d", '"a/b", "c/d"', "`a/b` 'c/d'"),
        *("a/b\u3000c/d", "a/b\n\nc/d\n", "a/b,\tmodelscope.cn/models/c/d", '"a/b, c/d"'[1:-1]),
    ],
)
def test_several_ids_are_read_if_every_piece_is_one(text: str) -> None:
    found = pasted(GivenId(text))
    assert [each.text for each in found] == ["a/b", "c/d"]
    assert {each.given for each in found} == {text}


def test_of_a_long_text_of_ids_each_keeps_no_copy() -> None:
    found = pasted(GivenId(" ".join(f"owner/{number}" for number in range(1000))))
    assert len(found) == 1000
    assert {each.given for each in found} == {None}


@pytest.mark.parametrize(
    "text",
    [
        *("a/b and c/d", "a/b,c", "a/b, # c/d", "a/b;c/d", "a/b,,c d", "- a/b - c/d"),
        *(f'"{ID}', f"{ID}'", f"`{ID}'", f'""{ID}""', f"-{ID}x y", f"* {ID}", f"<{ID}>"),
        *(f"{PAGE[:-11]}", "https://modelscope.cn/models/", f"see {PAGE}", f"({PAGE})"),
        *(f"https://modelscope.com/models/{ID}", f"https://x.modelscope.cn/models/{ID}"),
        *(f"https://evil.test/modelscope.cn/models/{ID}", "https://modelscope.cn/models/a/.."),
    ],
)
def test_anything_else_is_left_as_one_text_without_the_white_space(text: str) -> None:
    for around in (text, f" {text}\xa0"):
        assert texts(around) == [text]
        assert pasted(GivenId(around))[0].given is None


def test_the_place_is_that_of_the_id_in_its_line() -> None:
    line = f'- "a/b", {PAGE}'
    found = pasted(GivenId(line, Location("ids", 3, 5)))
    columns = [each.location.column - 5 for each in found if each.location]
    assert [
        line[column:].startswith(each.text) for column, each in zip(columns, found, strict=True)
    ]
    assert [line.index("a/b"), line.index(ID)] == columns


@pytest.mark.parametrize("host", ["modelscope.ai", "www.modelscope.ai"])
def test_an_address_tells_the_site_and_one_of_another_is_refused(host: str) -> None:
    ids = as_given([f"https://{host}/models/a/b", "c/d"])
    refuse_other_site(ids, "ai")
    with pytest.raises(
        UsageError, match="page of site ai, but site cn is checked; give a session of site ai"
    ):
        refuse_other_site(ids, "cn")
    refuse_other_site(as_given([PAGE, "a/b"]), "cn")


@pytest.mark.parametrize(
    ("text", "words", "hidden"),
    [
        ("", "is empty", None),
        ("DeepSeek-V9", "the owner is missing", None),
        (f"openai/{ID}", "openai/, a prefix of another tool", ID),
        (f"modelscope/{ID}", "modelscope/, a prefix of another tool", ID),
        (f"litellm/openai/{ID}", "4 parts", ID),
        (f"modelscope,{ID}", "modelscope, a prefix of another tool", ID),
        (f"openai:{ID}", "openai, a prefix of another tool", ID),
        (f"ms://{ID}", "ms, a prefix of another tool", ID),
        ("deepseek-ai／DeepSeek-V9", "full-width signs (／)", ID),
        (f"{ID}：free", "full-width signs (：)", ID),
        ("ｄeepseek-ai/DeepSeek-V9", "full-width signs (ｄ)", ID),
        (f"{ID}#cheap", "a comment needs white space", ID),
        (f"{ID}# cheap", "a comment needs white space", ID),
        (f'"{ID}', "a quotation mark", ID),
        (f'["{ID}"]', "JSON", ID),
        (f"model: {ID}", "a setting (model:)", ID),
        (f"MODEL_ID={ID}", "a setting (MODEL_ID=)", ID),
        (f"export MODEL={ID}", "white space", ID),
        (f"https://huggingface.co/{ID}", "an address of huggingface.co", ID),
        (f"https://www.modelscope.cn/{ID}.git", "not of a model's page", ID),
        ("https://api-inference.modelscope.cn/v1/", "the address of an API", None),
        (f"<{PAGE}>", "around the address of a model's page", ID),
        (f"**{ID}**", "asterisks", ID),
        (f"({ID})", "brackets", ID),
        (f"{ID}@OpenAI", "a provider as NextChat writes it", ID),
        (f"Error: {ID} - 401", "a line of an error message", ID),
        (f"Error code: 400 - {{'error': {{'message': 'Invalid model id: {ID}'}}}}", "error", ID),
        (f"openai.BadRequestError: Invalid model id: {ID}", "a line of an error message", ID),
        (f"ValueError: no model {ID} at https://x.test", "a line of an error message", ID),
        (f"error: {ID}", "a line of an error message", ID),
        (f"error_model: {ID}", "a setting (error_model:)", ID),
        (f"{ID}@master", "a revision, or a provider", ID),
        (f"{ID}?thinking", "from the ? on", ID),
        (f"{ID}/resolve/main", "something behind owner/name", ID),
        (f"{ID}:free:x", "one suffix", ID),
        (f"{ID}:", "one suffix", ID),
        ("deepseek-ai\\DeepSeek-V9", "a backslash", ID),
        ("deepseek-ai / DeepSeek-V9", "white space", ID),
        ("models--deepseek-ai--DeepSeek-V9", "a cache folder", ID),
        ("${MODEL}", "a variable that was not filled in", None),
        ("deepsеek-ai/x", "е (U+0435)", None),
        ("a/b\u200bc", "an invisible character (U+200B)", "a/bc"),
        ("deepseek-ai/DeepSeek\u00ad-V9", "an invisible character (U+00AD)", ID),
        ("deepseek-ai/DeepSeek-\u200bV9", "an invisible character (U+200B)", ID),
        ("deepseek\u2011ai/DeepSeek\u2013V9", "(U+2011)", ID),
        ("deepseek-ai/DeepSeek\u2212V9", "\u2212 (U+2212)", ID),
        (f"{ID}\u2013fast", "\u2013 (U+2013)", f"{ID}-fast"),
        (f"{ID}\u2014fast", "\u2014 (U+2014)", ID),
        ("deepseek-ai%2FDeepSeek-V9", "written as in an address (%2F)", ID),
        ("https://x.test/?id=deepseek-ai%2fDeepSeek-V9&a=1", "an address of x.test", ID),
        (f"* {ID}", "begins with *, the mark of a list", ID),
        (f"1. {ID}", "begins with 1., the mark of a list", ID),
        (f"•\xa0{ID}", "begins with •, the mark of a list", ID),
        (f"| {ID} | vision |", "a row of a table", ID),
        ("|---|---|", "a row of a table", None),
        (f"{ID}，a/b", "several ids with ， between", ID),
        (f"{ID}、a/b", "several ids with 、 between", ID),
        (f"{ID}; a/b", "several ids with ; between", ID),
        (f"{ID} | a/b", "several ids with | between", ID),
        (f"{ID},deepseek-ai,x", "not all are ids", ID),
        ("a/b/c", "3 parts", None),
        ("a//b", "a / too many", "a/b"),
        ("../b", ". or ..", None),
        (f"{'x' * 129}/b", "129 characters", None),
        ("a:b:c/d", "wrong place", None),
    ],
)
def test_a_reason_is_about_this_text_and_names_the_id_in_it(
    text: str, words: str, hidden: str | None
) -> None:
    found = explain(text)
    assert words in found.reason
    if hidden is not None:
        assert found.hidden[0] == hidden
        assert hidden in found.reason


@pytest.mark.parametrize(
    ("text", "hidden", "names"),
    [
        ("a/b\u200bc", ("a/bc", "a/b"), ("c",)),
        ("a/b\u2013c", ("a/b-c", "a/b"), ("c",)),
        ("a%2Fb%2Fc%00", ("b/c", "a/b"), ()),
        ("DeepSeek\u00adV9", (), ("DeepSeekV9", "DeepSeek", "V9")),
    ],
)
def test_what_is_read_as_it_may_have_been_is_looked_for_as_it_is_too(
    text: str, hidden: tuple[str, ...], names: tuple[str, ...]
) -> None:
    found = explain(text)
    assert (found.hidden, found.names) == (hidden, names)


@pytest.mark.parametrize(
    "path",
    [
        *("collections/Qwen3-abc", "organization/Qwen", "datasets/Qwen/data", "studios/Qwen/demo"),
        *("docs/model-service/API-Inference/intro", "my/myaccesstoken", "profile/someone"),
    ],
)
@pytest.mark.parametrize("host", ["https://www.modelscope.cn/", "modelscope.cn/", "modelscope.ai/"])
def test_a_page_that_is_no_models_page_holds_no_id(host: str, path: str) -> None:
    found = explain(host + path)
    assert (found.hidden, found.names) == ((), ())
    assert "not of a model's page" in found.reason
    assert explain(f"{host}{path} {ID}!").hidden == (ID,)


@given(st.text())
def test_any_text_is_read_or_explained(text: str) -> None:
    for each in pasted(GivenId(text)):
        if ModelId.parse(each.text) is None:
            found = explain(each.text)
            assert found.reason
            assert len(found.reason) < 400
            assert all(ModelId.parse(hidden) for hidden in found.hidden)


PART = st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True)
IDS = st.builds("{}/{}".format, PART, PART)


@given(st.lists(IDS, min_size=2), st.sampled_from([",", ", ", " ", "\xa0", " ,\t"]), st.booleans())
def test_every_id_of_a_joined_text_is_read(ids: list[str], between: str, quoted: bool) -> None:
    assert texts(between.join(f'"{each}"' if quoted else each for each in ids)) == ids


@pytest.mark.parametrize(
    "text", ["a/", "- ", "((", "a:", "' ", "models--a--", "modelscope.cn/models/", "\u200b", "Ａ"]
)
def test_a_text_of_a_million_characters_is_read_in_linear_time(text: str) -> None:
    long = text * (1_000_000 // len(text))
    (found,) = pasted(GivenId(long)) or [GivenId("")]
    assert explain(found.text).reason


OLDER = "00000000-0000-4000-8000-00000000cafe"


@pytest.mark.parametrize("token", [f"ms-{OLDER}", OLDER, OLDER.upper(), f"%22{OLDER}"])
@pytest.mark.parametrize(
    "text",
    [
        "https://modelscope.cn/models/a/b?token={}",
        "modelscope.cn/models/a/b?x=1&key={}#top, c/d",
    ],
)
def test_a_token_in_an_address_is_not_kept(text: str, token: str) -> None:
    found = pasted(GivenId(text.format(token)))
    assert found[0].text == "a/b"
    assert all(OLDER not in (each.given or "").lower() for each in found)


@pytest.mark.parametrize("text", ["see modelscope.cn/?token={}", "token: {} x", 'a/b?token="{}"'])
def test_an_older_token_in_a_text_that_is_no_id_is_not_kept(text: str) -> None:
    (found,) = pasted(GivenId(text.format(OLDER)))
    assert OLDER not in found.text
    assert "<token>" in found.text
