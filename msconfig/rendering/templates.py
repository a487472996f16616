"""Documents from Jinja2 templates: sandboxed, with no undefined value let pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from msconfig import resources
from msconfig.errors import FileError, TemplateError
from msconfig.languages import Language
from msconfig.parsing import dumps
from msconfig.rendering import markdown_text as markdown
from msconfig.text import shortened, visible
from msconfig.tokens import Secret, without_tokens

__all__ = ["render", "render_own"]

_LONGEST = 400
"""Characters of a text from outside in Markdown."""


def render_own(name: str, context: Mapping[str, object], language: Language | None = None) -> str:
    """The text of `templates/<name>.j2`, in `language` where it has words for people."""
    return render(resources.folder("templates") / f"{name}.j2", context, language=language)


def render(
    template: Path,
    context: Mapping[str, object],
    secrets: Iterable[Secret] = (),
    language: Language | None = None,
) -> str:
    """The text of `template`, which may include others of its folder.

    `tojson` writes any value as JSON, a `Secret` as the string that it hides; everywhere else a
    secret shows its fingerprint alone.

    Args:
        template: a Jinja2 template in UTF-8.
        context: what it may use.
        secrets: what no message may show.
        language: what `trans` and `_()` translate into; it is in the context by this name. A
            translation is plain text: what looks like HTML in it is escaped as data is.

    Raises:
        FileError: the template cannot be read.
        TemplateError: it does not compile or render.
    """
    is_html = template.name.removesuffix(".j2").endswith((".html", ".htm", ".xml", ".svg"))
    environment = _environment(template.parent, language, is_html=is_html)
    if language is not None:
        context = {**context, "language": language}
    try:
        template.open("rb").close()
    except OSError as error:
        raise FileError.from_os("read the template", template, error) from None
    try:
        text = environment.get_template(template.name).render(context)
        text.encode()
    except jinja2.TemplateSyntaxError as error:
        place = f"{error.filename or template}: line {error.lineno}: "
        raise TemplateError(place + _words(error, secrets)) from None
    except Exception as error:  # noqa: BLE001 - a template is a program, it can raise anything
        raise TemplateError(_place_of(error, template) + _words(error, secrets)) from None
    return text


@cache
def _environment(folder: Path, language: Language | None, *, is_html: bool) -> jinja2.Environment:
    """What compiles the templates of `folder`, each once, and again when it has changed."""
    environment = _Sandbox(
        loader=_Loader(folder),
        undefined=jinja2.StrictUndefined,
        autoescape=is_html,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["tojson"] = _tojson_in_html if is_html else _tojson
    if language is not None:
        _speak(environment, language, is_html=is_html)
    return environment


def _speak(environment: jinja2.Environment, language: Language, *, is_html: bool) -> None:
    """Let `environment` translate, and show text from outside."""

    def gettext(message: str) -> str:
        text = language.gettext(message)
        return escape(text) if is_html else text

    def ngettext(singular: str, plural: str, number: int) -> str:
        text = language.ngettext(singular, plural, number)
        return escape(text) if is_html else text

    environment.add_extension("jinja2.ext.i18n")
    environment.policies["ext.i18n.trimmed"] = True
    install = environment.install_gettext_callables  # type: ignore[attr-defined]
    install(gettext, ngettext, newstyle=True)
    environment.filters |= {"visible": visible, "md_plain": _md_plain, "md_code": _md_code}
    environment.filters |= {"day": _day, "minute": _minute, "number": _number}


def _day(moment: datetime) -> str:
    """A day in UTC, e.g. ``2026-10-07``: the same in every language, because a page travels."""
    return f"{moment.astimezone(UTC):%Y-%m-%d}"


def _minute(moment: datetime) -> str:
    """A day and time, e.g. ``2026-10-07 11:00 UTC``."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _number(value: float) -> str:
    """A number, e.g. ``2000`` or ``0.5``, with at most three decimal places."""
    return str(round(value, 3)).removesuffix(".0")


def _md_plain(text: str) -> str:
    return markdown.plain(text, _LONGEST)


def _md_code(text: str) -> str:
    return markdown.code(text, _LONGEST)


class _Sandbox(ImmutableSandboxedEnvironment):
    def is_safe_callable(self, obj: object) -> bool:
        """No method of a secret is called: what it hides is written by `tojson` alone."""
        is_of_secret = isinstance(getattr(obj, "__self__", None), Secret)
        return not is_of_secret and bool(super().is_safe_callable(obj))


class _Loader(jinja2.FileSystemLoader):
    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """The source of a template; one that is not UTF-8 is told by its name."""
        try:
            return super().get_source(environment, template)
        except UnicodeDecodeError:
            path = str(Path(self.searchpath[0], template))
            raise jinja2.TemplateSyntaxError("not UTF-8 text", 1, template, path) from None


def _tojson(value: object, indent: int | None = None) -> str:
    return dumps(value, indent=indent, default=_revealed)


def _tojson_in_html(value: object, indent: int | None = None) -> Markup:
    text = _tojson(value, indent)
    for character in "<>&'":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - nothing is left in it that HTML would read


def _revealed(value: object) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    raise TypeError(f"{type(value).__name__} is not JSON serializable")


def _words(error: Exception, secrets: Iterable[Secret]) -> str:
    name = type(error).__name__
    if any(secrets) and not isinstance(error, jinja2.TemplateSyntaxError):
        return f"{name}; its words may show a key, so try --redact to read them"
    return visible(shortened(without_tokens(f"{name}: {error}")))


def _place_of(error: Exception, template: Path) -> str:
    """File and line of the innermost template that was at work."""
    place = f"{template}: "
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if Path(name).parent == template.parent:
            place = f"{name}: line {trace.tb_lineno}: "
        trace = trace.tb_next
    return place
