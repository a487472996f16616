"""The report of a check in each format, one module a format; texts of the other commands."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from msconfig.languages import Tag

if TYPE_CHECKING:
    from msconfig.checking.report import Report

__all__ = ["Format", "left_out", "render"]


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
        report: the results.
        form: the format.
        width: columns of text.
        color: whether text may hold colour codes.
        tag: language of a page; other formats are in English.
    """
    match form:
        case Format.TEXT:
            from msconfig.reports import plain_text as text  # noqa: PLC0415 - rich is slow to import

            return text.as_text(report, width=width, color=color)
        case Format.JSON:
            return report.to_json()
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


def left_out(report: Report, forms: Collection[Format]) -> tuple[str, ...]:
    """What a format of `forms` cannot show where it belongs, a line each."""
    if Format.SARIF not in forms:
        return ()
    from msconfig.reports.sarif import unplaced  # noqa: PLC0415 - like the format itself

    count = len(unplaced(report))
    if not count:
        return ()
    models = "1 model is a notification, not a result: its id is"
    if count > 1:
        models = f"{count} models are notifications, not results: their ids are"
    return (f"sarif: {models} in no file (use --models FILE or msconfig.toml)",)
