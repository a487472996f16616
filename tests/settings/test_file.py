"""The settings file that `init` extends: its bytes on the disk."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from msconfig.errors import FileError, SettingsError, UsageError
from msconfig.settings.editing import Wanted
from msconfig.settings.file import SettingsPlace
from msconfig.settings.loading import FILE_NAME

OLDER = '# mine\nsite = "cn"\n'


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF8, "utf-8"),
        (b"", "utf-8"),
    ],
)
def test_a_file_keeps_its_encoding(mark: bytes, encoding: str) -> None:
    path = Path(FILE_NAME)
    path.write_bytes(mark + OLDER.encode(encoding))
    place = SettingsPlace.at(None)
    place.write(place.extended(Wanted(site="ai")))
    raw = path.read_bytes()
    assert raw.startswith(mark)
    assert raw[len(mark) :].decode(encoding) == OLDER.replace("cn", "ai")
    assert SettingsPlace.at(None).settings.site == "ai"


def test_a_file_that_was_changed_meanwhile_is_not_written() -> None:
    path = Path(FILE_NAME)
    for older in (None, OLDER):
        if older is not None:
            path.write_text(older, "utf-8")
        place = SettingsPlace.at(None)
        made = place.extended(Wanted(site="ai"))
        path.write_text("# of another\n", "utf-8")
        with pytest.raises(UsageError, match="was changed meanwhile"):
            place.write(made)
        assert path.read_text("utf-8") == "# of another\n"


def test_a_place_that_is_no_file_is_an_error_of_it() -> None:
    Path(FILE_NAME).mkdir()
    with pytest.raises(FileError, match=FILE_NAME):
        SettingsPlace.at(None)


def test_what_would_be_invalid_is_refused_by_the_name_of_the_file() -> None:
    with pytest.raises(SettingsError) as caught:
        SettingsPlace.at(None).extended(Wanted(site="nowhere"))
    assert str(caught.value).startswith(FILE_NAME)
