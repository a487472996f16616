"""Labels of Cherry Studio and of the ModelScope site, as a reader sees them on the screen."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from msconfig.languages import FOLDER, Tag

App = Literal["v2", "v1", "phone"]
APPS: tuple[App, ...] = ("v2", "v1", "phone")

_LOCALES = {
    "en": "en-us",
    "zh-CN": "zh-cn",
    "zh-TW": "zh-tw",
    "es": "es-es",
    "fr": "fr-fr",
    "pt": "pt-pt",
    "ru": "ru-ru",
    "ja": "ja-jp",
}
"""The app's locale of a tag or, where it has one for all its countries, of a language."""
_ENGLISH = "en-us"
"""The app's locale for languages that it does not have."""


@dataclass(frozen=True, slots=True)
class Label:
    """A label of Cherry Studio and the place it was read from."""

    text: str
    key: str
    file: str
    """Path of the locale file in `repository`."""
    repository: str
    app: str
    """Name and version of the app."""


@cache
def labels_of(app: App, tag: Tag) -> Mapping[str, Label]:
    """The labels of `app` by name, in the language that it shows to readers of `tag`."""
    read = _data()[app]
    locale = _LOCALES.get(tag) or _LOCALES[tag.partition("-")[0]]
    if locale not in read["files"]:
        locale = _ENGLISH
    file = read["files"][locale]
    return {
        name: Label(each[locale], each["key"], file, read["repository"], read["app"])
        for name, each in read["labels"].items()
    }


@cache
def site_words(site: str) -> Mapping[str, str]:
    """The words of the site `site` by name."""
    return {name: each[site] for name, each in _data()["site"].items()}


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "labels.toml").read_text("utf-8"))
