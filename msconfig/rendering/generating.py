"""The files that `generate` writes, made and proved before the first one is written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import assert_never

from msconfig.checking.report import Report
from msconfig.cherry.configuration import Configuration
from msconfig.cherry.link import key_link
from msconfig.errors import DocumentError, UsageError
from msconfig.json_text import NotJson, loads
from msconfig.languages import Tag
from msconfig.rendering import guides
from msconfig.rendering.documents import DocumentKind, examine
from msconfig.rendering.schemas import Problem, format_problems, problems_under
from msconfig.rendering.templates import render, render_own
from msconfig.secrets import without_tokens

__all__ = [
    "MAX_MODELS_V2",
    "GuideOrder",
    "Made",
    "Target",
    "UserTemplate",
    "make",
    "refuse_too_many",
    "without_keys",
]

MAX_MODELS_V2 = 500
"""Models that desktop v2 takes in one document."""


class Target(StrEnum):
    """A document that `generate` writes."""

    V2 = "v2"
    V1 = "v1"
    LINK = "link"
    GUIDE = "guide"

    @property
    def file_name(self) -> str:
        """What it is called in the output folder; of guides, which are several, how they begin."""
        return {
            Target.V2: "provider.v2.json",
            Target.V1: "provider.v1.json",
            Target.LINK: "links.txt",
            Target.GUIDE: "guide.",
        }[self]


@dataclass(frozen=True, slots=True)
class UserTemplate:
    """A template of the user's own, and perhaps a schema for what it gives."""

    path: Path
    schema: Path | None = None

    @property
    def file_name(self) -> str:
        """The name of what it gives: its own without ``.j2``.

        Raises:
            UsageError: a name that gives none, or that is taken.
        """
        name = self.path.name.removesuffix(".j2")
        if name in {"", ".", ".."} or name == self.path.name:
            raise UsageError(
                f"{self.path}: the name of a template ends in .j2, after the name of what it"
                " gives, such as settings.json.j2"
            )
        if name in {*(target.file_name for target in Target), *guides.FILE_NAMES, "report.json"}:
            raise UsageError(f"{self.path}: it would overwrite msconfig's own {name}; rename it")
        return name


@dataclass(frozen=True, slots=True)
class GuideOrder:
    """What the guide tells besides the configuration."""

    report: Report
    tags: Sequence[Tag]


@dataclass(frozen=True, slots=True)
class Made:
    """Texts by file name, and what Cherry Studio would take though it is hardly meant."""

    texts: Mapping[str, str]
    warnings: tuple[str, ...]


def make(
    configuration: Configuration,
    targets: Sequence[Target],
    template: UserTemplate | None = None,
    guide: GuideOrder | None = None,
) -> Made:
    """Render every document and put it through its gate.

    Args:
        configuration: what goes into the documents.
        targets: which ones.
        template: one of the user's own.
        guide: what `Target.GUIDE` needs; without it there is none.

    Raises:
        DocumentError: a document that Cherry Studio would not take, or that breaks its schema.
        TemplateError: a template that does not compile or render.
        UsageError: a template or schema that cannot be used as one.
        FileError: a template or schema that cannot be read.
    """
    texts: dict[str, str] = {}
    warnings: list[str] = []
    context = _context(configuration)
    refuse_too_many(len(configuration.models), targets)
    for target in targets:
        name = target.file_name
        match target:
            case Target.V2:
                text, kind = render_own(name, context), DocumentKind.PROVIDER_V2
            case Target.V1:
                text, kind = render_own(name, context), DocumentKind.PROVIDER_V1
            case Target.LINK:
                if not configuration.api_keys:
                    continue
                links = [key_link(configuration.provider, k.key) for k in configuration.api_keys]
                text, kind = render_own(name, {"links": links}), DocumentKind.LINKS
            case Target.GUIDE:
                if guide is not None:
                    texts |= guides.guides([configuration], guide.report, guide.tags)
                continue
            case _:
                assert_never(target)
        document = examine(text.encode(), kind=kind)
        _refuse(name, document.errors, configuration)
        warnings += format_problems(name, document.warnings).splitlines()
        texts[name] = text
    if template is not None:
        texts[template.file_name] = _from_user(template, context, configuration)
    return Made(texts, tuple(warnings))


def refuse_too_many(count: int, targets: Sequence[Target]) -> None:
    """Refuse more models than desktop v2 takes in one document.

    Raises:
        DocumentError: there are more, and it is a target.
    """
    if Target.V2 in targets and count > MAX_MODELS_V2:
        raise DocumentError(
            f"{count} models, but Cherry Studio v2 takes no more than {MAX_MODELS_V2} in one"
            " document; split the list, or leave --target v2 out"
        )


def _context(configuration: Configuration) -> dict[str, object]:
    """What a template may use. A key is a `Secret`: `tojson` writes it, nothing else shows it."""
    return {
        "provider": configuration.provider,
        "models": configuration.models,
        "api_keys": configuration.api_keys,
        "joined_key": configuration.joined_key,
    }


def _from_user(
    template: UserTemplate, context: Mapping[str, object], configuration: Configuration
) -> str:
    name = template.file_name
    text = render(template.path, context, [each.key for each in configuration.api_keys])
    is_json = name.endswith(".json")
    if not is_json and template.schema is None:
        return text
    try:
        value = loads(text, unique_keys=True)
    except NotJson as error:
        problem = Problem("$", _hidden(str(error), configuration))
        raise DocumentError(format_problems(name, [problem])) from None
    if template.schema is not None:
        _refuse(name, problems_under(value, template.schema), configuration)
    return text


def _refuse(name: str, problems: Sequence[Problem], configuration: Configuration) -> None:
    if problems:
        hidden = [Problem(each.path, _hidden(each.message, configuration)) for each in problems]
        raise DocumentError(_hidden(format_problems(name, hidden), configuration))


def _hidden(text: str, configuration: Configuration) -> str:
    for api_key in configuration.api_keys:
        text = api_key.key.hidden_in(text)
    return text


_KEY_IN_JSON = re.compile(r'("(?:key|apiKey)"\s*:\s*")(?:[^"\\]|\\.)*')
_KEY_IN_LINK = re.compile(r"(data=)\S*")


def without_keys(text: str, configuration: Configuration) -> str:
    """A document as a terminal may see it: no key, old or new, stands in it."""
    text = _KEY_IN_JSON.sub(r"\1…", _hidden(text, configuration))
    return without_tokens(_KEY_IN_LINK.sub(r"\1…", text))
