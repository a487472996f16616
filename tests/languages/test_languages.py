"""Plurals and quotation marks, as each language writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from msconfig import languages
from msconfig.errors import FileError
from msconfig.languages import Tag, language

QUOTED = {
    Tag.EN: "“a”",
    Tag.ZH_CN: "“a”",
    Tag.ZH_TW: "「a」",
    Tag.ES: "«a»",
    Tag.FR: "«\u202fa\u202f»",
    Tag.PT: "“a”",
    Tag.PT_PT: "«a»",
    Tag.RU: "«a»",
    Tag.JA: "「a」",
}


@pytest.mark.parametrize("tag", Tag)
def test_a_language_has_its_own_quotation_marks(tag: Tag) -> None:
    assert language(tag).quoted("a") == QUOTED[tag]


PLURALS = {
    Tag.EN: [{1}, {0, 2, 5, 11, 21, 22}],
    Tag.ZH_CN: [{0, 1, 2, 5, 11, 21, 22}],
    Tag.ZH_TW: [{0, 1, 2, 5, 11, 21, 22}],
    Tag.ES: [{1}, {0, 2, 5, 11, 21, 22}],
    Tag.FR: [{0, 1}, {2, 5, 11, 21, 22}],
    Tag.PT: [{0, 1}, {2, 5, 11, 21, 22}],
    Tag.PT_PT: [{1}, {0, 2, 5, 11, 21, 22}],
    Tag.RU: [{1, 21}, {2, 22}, {0, 5, 11}],
    Tag.JA: [{0, 1, 2, 5, 11, 21, 22}],
}
"""Numbers that take the same form."""


@pytest.mark.parametrize("tag", Tag)
def test_a_plural_has_the_form_that_its_number_takes(tag: Tag) -> None:
    ngettext = language(tag).ngettext
    one = "%(shown)s model checked and served"
    many = "%(shown)s models checked and served"
    forms = [{ngettext(one, many, number) for number in numbers} for numbers in PLURALS[tag]]
    assert [len(form) for form in forms] == [1] * len(forms)
    assert len(set.union(*forms)) == len(forms)
    assert (set.union(*forms) == {one, many}) is (tag is Tag.EN)


def test_a_clone_without_compiled_catalogues_is_to_be_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(languages, "FOLDER", tmp_path)
    language.cache_clear()
    with pytest.raises(FileError, match=r"cannot read the texts of ja, .*ja\.mo: .*pip install"):
        language(Tag.JA)
    language.cache_clear()
