"""The guide for setting up Cherry Studio, as a page and as Markdown."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from markupsafe import Markup

from msconfig._version import __version__
from msconfig.checking.report import Fallback, ModelResult, Outcome, Report, TokenStatus
from msconfig.cherry.link import key_link
from msconfig.cherry.provider import Configuration, Model
from msconfig.command_name import EVERYWHERE
from msconfig.languages import Language, Tag, language
from msconfig.languages.labels import APPS, labels_of, site_words
from msconfig.modelscope.fallback_regions import addresses_in
from msconfig.modelscope.kinds import CHAT_KINDS, IMAGE_KINDS, Kind
from msconfig.modelscope.sites import Site, addresses_of
from msconfig.rendering.pages import page
from msconfig.rendering.templates import render_own
from msconfig.tokens import Secret

FILE_NAMES = frozenset(f"guide.{tag}.{form}" for tag in Tag for form in ("html", "md"))
"""Every name that a guide may have."""

_LANGUAGE_OF_SITE = {Site.CN: "zh-CN", Site.AI: "en"}
_FEW = 5
"""Ids that a command may name one by one."""
_BLANK_LINES = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class _Key:
    """A key on a page, hidden until the reader reveals it."""

    masked: str
    revealed: str
    link: str
    qr: Markup | None
    """The link as SVG; None if it is too long for a QR code."""


@dataclass(frozen=True, slots=True)
class _Provider:
    name: str
    api_host: str
    is_built_in: bool
    models: tuple[Model, ...]
    keys: tuple[_Key, ...]
    is_fallback: bool
    results: Mapping[str, ModelResult]
    """Results of the check, by id."""
    key_page: str
    """Address of the page on which keys are created."""
    beginning: str
    """The first characters of its keys."""
    was_asked: bool
    """Whether any request was made to it."""

    @property
    def all_ids(self) -> str:
        """The ids of which the type stays as it is, as the app takes several at once."""
        return ",".join(model.id for model in self.models if model.kind not in IMAGE_KINDS)

    @property
    def has_images(self) -> bool:
        return any(model.kind in IMAGE_KINDS for model in self.models)

    @property
    def example_id(self) -> str:
        """The id in the drawings: of a model that answers a message, if there is one."""
        chatting = [model.id for model in self.models if model.kind in CHAT_KINDS]
        return next(iter([*chatting, *(model.id for model in self.models)]), "owner/name")

    @property
    def writes_unknown_as_chat(self) -> bool:
        return any(model.kind is Kind.UNKNOWN for model in self.models)


def guides(
    configurations: Sequence[Configuration], report: Report, tags: Sequence[Tag]
) -> Mapping[str, str]:
    """The guides by file name: ``guide.<lang>.html`` and ``guide.<lang>.md`` for each language.

    A page contains the keys of `configurations`, if there are any; the Markdown never does.

    Args:
        configurations: ModelScope, then perhaps the fallback.
        report: results of the check; every model that it does not drop passes.
        tags: the languages.

    Raises:
        LinkRefused: Cherry Studio would read a link differently.
        TemplateError: a template does not render.
    """
    with_keys = [_provider(each, report, with_keys=True) for each in configurations]
    without = [_provider(each, report, with_keys=False) for each in configurations]
    made = {}
    for tag in tags:
        spoken = language(tag)
        context = _context(with_keys, report, tag)
        made[f"guide.{tag}.html"] = page("guide", {**context, "form": "page/html.j2"}, spoken)
        made[f"guide.{tag}.md"] = _markdown(_context(without, report, tag), spoken)
    return made


def _markdown(context: Mapping[str, object], spoken: Language) -> str:
    text = render_own("guide.md", {**context, "form": "page/markdown.j2"}, spoken)
    # blocks and conditions of the template leave empty lines, some with blanks
    return _BLANK_LINES.sub("\n\n", text).strip() + "\n"


def _context(providers: Sequence[_Provider], report: Report, tag: Tag) -> dict[str, object]:
    addresses = addresses_of(report.site)
    ids = [model.id for model in providers[0].models]
    has_list = len(ids) > _FEW
    site = "" if report.site is Site.CN else f" --site {report.site}"
    named = "--models ids.txt" if has_list else shlex.join(ids)
    return {
        "providers": providers,
        "fallback": next((each for each in providers if each.is_fallback), None),
        "count_of_keys": sum(len(provider.keys) for provider in providers),
        "had_token": any(token.status is not TokenStatus.ABSENT for token in report.tokens),
        "tokens": [*report.tokens, *([report.fallback.token] if report.fallback else [])],
        "report": report,
        "served": sum(model.outcome is Outcome.PASS for model in report.models),
        "dropped": [model for model in report.models if model.id in report.dropped],
        "dropped_of_fallback": _dropped(report.fallback),
        "addresses": addresses,
        "host": urlsplit(addresses.hub).hostname,
        "tool": EVERYWHERE,
        "command": f"{EVERYWHERE} apply cherry-studio.zip -o cherry-studio-new.zip{site} {named}",
        "has_list": has_list,
        "tool_version": __version__,
        "file_name": f"guide.{tag}.html",
        "app": {
            app: {name: label.text for name, label in labels_of(app, tag).items()} for app in APPS
        },
        "site": {**site_words(report.site), "language": _LANGUAGE_OF_SITE[report.site]},
        "is_site_foreign": not tag.startswith("zh") and report.site is Site.CN,
    }


def _dropped(fallback: Fallback | None) -> list[ModelResult]:
    return [each for each in fallback.models if each.id in fallback.dropped] if fallback else []


def _provider(configuration: Configuration, report: Report, *, with_keys: bool) -> _Provider:
    provider = configuration.provider
    keys = [each.key for each in configuration.api_keys] if with_keys else []
    fallback = report.fallback if configuration.is_fallback else None
    found = fallback.models if fallback else report.models
    return _Provider(
        name=provider.name,
        api_host=provider.api_host,
        is_built_in=provider.preset_id is not None,
        models=configuration.models,
        keys=tuple(_key(configuration, key) for key in keys),
        is_fallback=fallback is not None,
        results={model.id: model for model in found},
        key_page=(
            addresses_in(fallback.region).key_page
            if fallback
            else addresses_of(report.site).token_page
        ),
        beginning="sk-" if fallback else "ms-",
        was_asked=fallback.token.counts if fallback else not report.offline,
    )


def _key(configuration: Configuration, key: Secret) -> _Key:
    link = key_link(configuration.provider, key)
    return _Key(key.masked, key.reveal(), link, _qr(link))


def _qr(link: str) -> Markup | None:
    """`link` as SVG, dark on light even on a dark page: some cameras read nothing else."""
    import segno  # noqa: PLC0415 - only a page with a key needs it

    try:
        # the lowest error correction: on a screen nothing is dirty, and modules are larger
        code = segno.make_qr(link, error="l")
    except segno.DataOverflowError:
        return None
    svg = code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True)
    return Markup(svg)  # noqa: S704 - made of squares alone
