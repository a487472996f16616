"""A report in the formats that people and programs read: one file a format."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from msconfig.languages import Tag

if TYPE_CHECKING:
    from msconfig.checking.report import Report

__all__ = ["Format", "render"]


class Format(StrEnum):
    """A format; the values are the choices of `--format`."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
    GITHUB = "github"
    MARKDOWN = "markdown"
    SARIF = "sarif"
    HTML = "html"


def render(
    report: Report,
    form: Format,
    *,
    width: int = 80,
    color: bool = False,
    tag: Tag = Tag.EN,
) -> str:
    """`report` in `form`, with a line end at its end.

    Args:
        report: what a check found.
        form: the format.
        width: columns there are, for text.
        color: whether text may hold colour codes.
        tag: the language of a page; the others are in English.
    """
    match form:
        case Format.TEXT:
            from msconfig.reports import plain_text as text  # noqa: PLC0415 - rich is slow to import

            return text.render(report, width=width, color=color)
        case Format.JSON:
            from msconfig.reports import json  # noqa: PLC0415 - like its sister

            return json.render(report)
        case Format.JUNIT:
            from msconfig.reports import junit  # noqa: PLC0415 - the same

            return junit.render(report)
        case Format.GITHUB:
            from msconfig.reports import github  # noqa: PLC0415 - the same

            return github.render(report)
        case Format.MARKDOWN:
            from msconfig.reports import markdown  # noqa: PLC0415 - the same

            return markdown.render(report)
        case Format.SARIF:
            from msconfig.reports import sarif  # noqa: PLC0415 - the same

            return sarif.render(report)
        case Format.HTML:
            from msconfig.reports import html  # noqa: PLC0415 - the same

            return html.render(report, tag)
        case _:
            assert_never(form)
