"""Rendering of the documents that `generate` writes, all validated before one is written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from msconfig.checking.report import Report
from msconfig.cherry.acceptance import Form, examine
from msconfig.cherry.link import key_link
from msconfig.cherry.provider import Configuration
from msconfig.errors import DocumentError, UsageError
from msconfig.languages import Tag
from msconfig.parsing import NotJson, loads
from msconfig.problems import Problem, format_problems
from msconfig.rendering import guides
from msconfig.rendering.targets import REPORT_NAME, Target
from msconfig.rendering.templates import render, render_own
from msconfig.tokens import Secret, without_tokens

MAX_MODELS_V2 = 500
"""The most models that desktop v2 accepts in one document."""


_DOCUMENTS = (Target.V2, Target.V1, Target.LINK)
_OWN_NAMES = frozenset(
    name.casefold()
    for name in (
        *(each.file_name(fallback=fallback) for each in _DOCUMENTS for fallback in (False, True)),
        *guides.FILE_NAMES,
        REPORT_NAME,
    )
)


@dataclass(frozen=True, slots=True)
class UserTemplate:
    """A template of the user, and optionally a schema for its output."""

    path: Path
    schema: Path | None = None

    @property
    def file_name(self) -> str:
        """The name of its output: its own without ``.j2``.

        Raises:
            UsageError: its name does not end in ``.j2``, or msconfig writes a file of that name.
        """
        name = self.path.name.removesuffix(".j2")
        if name in {"", ".", ".."} or name == self.path.name:
            raise UsageError(
                f"{self.path}: the name of a template ends in .j2, after the name of its output,"
                " such as settings.json.j2"
            )
        if name.casefold() in _OWN_NAMES:  # Windows and macOS ignore the case of letters
            raise UsageError(f"{self.path}: it would overwrite msconfig's own {name}; rename it")
        return name


@dataclass(frozen=True, slots=True)
class GuideInputs:
    """Inputs of the guide besides the configurations."""

    report: Report
    tags: Sequence[Tag]


@dataclass(frozen=True, slots=True)
class Rendered:
    """Documents, validated."""

    texts: Mapping[str, str]
    """By file name."""
    warnings: tuple[str, ...]
    """Probable mistakes that Cherry Studio accepts, a line each."""


def render_documents(
    configurations: Sequence[Configuration],
    targets: Sequence[Target],
    template: UserTemplate | None = None,
    guide: GuideInputs | None = None,
) -> Rendered:
    """Render and validate every document of every provider.

    A user's template gets the first provider, and the fallback, if there is one, as `fallback`.

    Args:
        configurations: the providers with their models and keys.
        targets: the documents.
        template: a template of the user.
        guide: inputs of `Target.GUIDE`; without them it is left out.

    Raises:
        DocumentError: a document that Cherry Studio would not accept, or that breaks its schema.
        TemplateError: a template that does not compile or render.
        UsageError: a template or schema that cannot be used as one.
        FileError: a template or schema that cannot be read.
    """
    texts: dict[str, str] = {}
    warnings: list[str] = []
    for configuration in configurations:
        refuse_too_many(len(configuration.models), targets)
    for configuration in configurations:
        for target in (each for each in targets if each in _DOCUMENTS):
            name = target.file_name(fallback=configuration.is_fallback)
            document = _document(target, configuration)
            if document is None:
                continue
            text, form = document
            examined = examine(text.encode(), form)
            _refuse(name, examined.errors, configurations)
            warnings += format_problems(name, examined.warnings).splitlines()
            texts[name] = text
    if guide is not None and Target.GUIDE in targets:
        texts |= guides.guides(configurations, guide.report, guide.tags)
    if template is not None:
        texts[template.file_name] = _from_user(template, configurations)
    return Rendered(texts, tuple(warnings))


def _document(target: Target, configuration: Configuration) -> tuple[str, Form] | None:
    """The text of a document and its kind; None for links without a key, and for guides."""
    match target:
        case Target.V2:
            text = render_own(target.template, _context(configuration))
            return text, Form.PROVIDER_V2
        case Target.V1:
            text = render_own(target.template, _context(configuration))
            return text, Form.PROVIDER_V1
        case Target.LINK:
            if not configuration.api_keys:
                return None
            links = [key_link(configuration.provider, k.key) for k in configuration.api_keys]
            return render_own(target.template, {"links": links}), Form.LINKS
        case Target.GUIDE:
            return None
        case _:
            assert_never(target)


def refuse_too_many(count: int, targets: Sequence[Target]) -> None:
    """Refuse more models than desktop v2 accepts in one document.

    Raises:
        DocumentError: there are more, and `Target.V2` is among `targets`.
    """
    if Target.V2 in targets and count > MAX_MODELS_V2:
        raise DocumentError(
            f"{count} models, but Cherry Studio v2 takes no more than {MAX_MODELS_V2} in one"
            " document; split the list, or leave --target v2 out"
        )


def _context(configuration: Configuration) -> dict[str, object]:
    """The variables of a template. A key is a `Secret`: only `tojson` writes it."""
    return {
        "provider": configuration.provider,
        "models": configuration.models,
        "api_keys": configuration.api_keys,
        "joined_key": configuration.joined_key,
    }


def _from_user(template: UserTemplate, configurations: Sequence[Configuration]) -> str:
    name = template.file_name
    fallback = next((_context(each) for each in configurations if each.is_fallback), None)
    context = {**_context(configurations[0]), "fallback": fallback}
    text = render(template.path, context, _keys(configurations))
    is_json = name.endswith(".json")
    if not is_json and template.schema is None:
        return text
    try:
        value = loads(text, unique_keys=True)
    except NotJson as error:
        problem = Problem("$", _hidden(str(error), configurations))
        raise DocumentError(format_problems(name, [problem])) from None
    if template.schema is not None:
        from msconfig.user_schemas import problems_under  # noqa: PLC0415 - loads subprocess

        _refuse(name, problems_under(value, template.schema), configurations)
    return text


def _refuse(
    name: str, problems: Sequence[Problem], configurations: Sequence[Configuration]
) -> None:
    if problems:
        # messages before they are cut, as a cut key is no longer found; then paths and the name
        hidden = [Problem(each.path, _hidden(each.message, configurations)) for each in problems]
        raise DocumentError(_hidden(format_problems(name, hidden), configurations))


def _keys(configurations: Sequence[Configuration]) -> list[Secret]:
    return [each.key for configuration in configurations for each in configuration.api_keys]


def _hidden(text: str, configurations: Sequence[Configuration]) -> str:
    for key in _keys(configurations):
        text = key.hidden_in(text)
    return text


_KEY_IN_JSON = re.compile(r'("(?:key|apiKey)"\s*:\s*")(?:[^"\\]|\\.)*')
_KEY_IN_LINK = re.compile(r"(data=)\S*")


def without_keys(text: str, configurations: Sequence[Configuration]) -> str:
    """A document without any key, old or new, for a terminal."""
    # by their fields too: an older document may hold keys that are not in `configurations`
    text = _KEY_IN_JSON.sub(r"\1…", _hidden(text, configurations))
    return without_tokens(_KEY_IN_LINK.sub(r"\1…", text))
