"""The report of a check in each format, one module a format; texts of the other commands."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from msconfig.languages import Tag
from msconfig.text import counted

if TYPE_CHECKING:
    from msconfig.checking.report import Report
    from msconfig.operations.places import Repository

__all__ = ["Format", "left_out", "render"]


class Format(StrEnum):
    """A format; the values are the choices of `--format`."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
    GITHUB = "github"
    GITLAB = "gitlab"
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
    repository: Repository | None = None,
) -> str:
    """`report` in `form`, with a line end at its end.

    Args:
        report: the results.
        form: the format.
        width: columns of text.
        color: whether text may hold colour codes.
        tag: language of a page; other formats are in English.
        repository: places in text become relative to its working folder, in all other formats to
            its root; None leaves them as they are.
    """
    if repository is not None:
        report = _placed(report, form, repository)
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
        case Format.GITLAB:
            from msconfig.reports import gitlab  # noqa: PLC0415 - the same

            return gitlab.render(report)
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


def _placed(report: Report, form: Format, repository: Repository) -> Report:
    from msconfig.operations import places  # noqa: PLC0415 - not needed for --help

    if form is Format.TEXT:
        return places.in_working_folder(report, repository)
    return places.in_repository(report, repository)


def left_out(
    report: Report, forms: Collection[Format], repository: Repository | None = None
) -> tuple[str, ...]:
    """What a format of `forms` cannot show where it belongs, a line each.

    Args:
        report: the results.
        forms: the formats that are written.
        repository: as for `render`.
    """
    if not {Format.SARIF, Format.GITLAB} & set(forms):
        return ()
    from msconfig.reports import gitlab, sarif  # noqa: PLC0415 - like the formats themselves

    placed = report if repository is None else _placed(report, Format.SARIF, repository)
    notified = ("a notification, not a result", "notifications, not results")
    lines = []
    for form, fates, models in (
        (Format.SARIF, notified, sarif.unplaced(placed)),
        (Format.GITLAB, ("left out", "left out"), gitlab.unplaced(placed)),
    ):
        if models and form in forms:
            are, ids = ("is", "its id is") if len(models) == 1 else ("are", "their ids are")
            lines.append(
                f"{form}: {counted(len(models), 'model')} {are} {fates[len(models) > 1]}: {ids} in"
                " no file of the repository (use --models FILE or msconfig.toml)"
            )
    return tuple(lines)
