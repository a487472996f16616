"""Rendering of Jinja2 templates: in a sandbox but for our pages; undefined names are errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from pathlib import Path

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from msconfig import resources
from msconfig.errors import FileError, TemplateError
from msconfig.languages import Language
from msconfig.parsing import dumps
from msconfig.rendering import markdown_text as markdown
from msconfig.rendering.drawn_text import lines_of, width_of
from msconfig.text import shortened, visible
from msconfig.tokens import Secret, without_tokens

_LONGEST = 400
"""Characters of an untrusted text in Markdown."""
_SHORT = 20
"""Characters of an id that fits on a line."""
_PARTS = re.compile(r"(?:^\w+://)?[^/_:=?&-]*[/_:=?&-]+|[^/_:=?&-]+")


def render_own(name: str, context: Mapping[str, object], language: Language | None = None) -> str:
    """The text of `templates/<name>.j2`, in `language` if it has texts for people."""
    return render(_own(name), context, language=language)


def render_page(name: str, context: Mapping[str, object], language: Language) -> str:
    """The page of `templates/<name>.html.j2`, which may hold thousands of rows.

    It is made without the sandbox, which takes as long again, and `cached(macro)` is there, which
    makes each text of a macro once.

    Raises:
        TemplateError: it does not compile or render.
    """
    template = _own(f"{name}.html")
    environment = _environment(template.parent, language, is_html=True, is_sandboxed=False)
    return _rendered(environment, template, {**context, "language": language})


def _own(name: str) -> Path:
    return resources.folder("templates") / f"{name}.j2"


def render(
    template: Path,
    context: Mapping[str, object],
    secrets: Iterable[Secret] = (),
    language: Language | None = None,
) -> str:
    """The text of `template`, which may include others of its folder.

    `tojson` writes any value as JSON, and a `Secret` as the string that it hides; everything else
    shows only the fingerprint of a secret.

    Args:
        template: a Jinja2 template in UTF-8.
        context: its variables.
        secrets: values that no message may show.
        language: the language of `trans` and `_()`, and the variable `language`. A translation is
            plain text: what looks like HTML in it is escaped as data is.

    Raises:
        FileError: the template cannot be read.
        TemplateError: it does not compile or render.
    """
    is_html = template.name.removesuffix(".j2").endswith((".html", ".htm", ".xml", ".svg"))
    environment = _environment(template.parent, language, is_html=is_html, is_sandboxed=True)
    if language is not None:
        context = {**context, "language": language}
    try:  # Jinja2's own error for a file that cannot be read calls it not found
        template.open("rb").close()
    except OSError as error:
        raise FileError.from_os("read the template", template, error) from None
    return _rendered(environment, template, context, secrets)


def _rendered(
    environment: jinja2.Environment,
    template: Path,
    context: Mapping[str, object],
    secrets: Iterable[Secret] = (),
) -> str:
    try:
        text = environment.get_template(template.name).render(context)
        text.encode()  # a lone surrogate could not be written
    except jinja2.TemplateSyntaxError as error:
        place = f"{error.filename or template}: line {error.lineno}: "
        raise TemplateError(place + _words(error, secrets)) from None
    except Exception as error:  # noqa: BLE001 - a template is a program, it can raise anything
        raise TemplateError(_place_of(error, template) + _words(error, secrets)) from None
    return text


@cache
def _environment(
    folder: Path, language: Language | None, *, is_html: bool, is_sandboxed: bool
) -> jinja2.Environment:
    """The compiler of the templates of `folder`: each once, and again when it has changed."""
    environment = (_Sandbox if is_sandboxed else jinja2.Environment)(
        loader=_Loader(folder),
        undefined=jinja2.StrictUndefined,
        autoescape=is_html,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    if not is_sandboxed:  # by type too: of equal texts, one may be HTML already
        environment.globals["cached"] = lru_cache(maxsize=None, typed=True)
    environment.filters["tojson"] = _tojson_in_html if is_html else _tojson
    if language is not None:
        _translate(environment, language, is_html=is_html)
    return environment


def _translate(environment: jinja2.Environment, language: Language, *, is_html: bool) -> None:
    """Add translations, and the filters for texts and numbers, to `environment`."""

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
    environment.filters |= {"day": _day, "minute": _minute, "whole_second": _whole_second}
    environment.filters["number"] = partial(_number, mark=language.decimal_mark)
    environment.filters |= {"lines": lines_of, "drawn_width": width_of}
    environment.filters |= {"breakable": _breakable, "one_line": _one_line}


def _breakable(text: str) -> str:
    """`text`, an id or an address, with a chance to break after each of its parts if it is long."""
    return Markup("<wbr>").join(_PARTS.findall(text)) if len(text) > _SHORT else text


def _one_line(text: str) -> str:
    """`text` on one line; the narrow blank before French punctuation stays, which never breaks."""
    return re.sub(r"[ \t\n]+", " ", text).strip(" ")


def _day(moment: datetime) -> str:
    """A date in UTC, e.g. ``2026-10-07``: the same in every language, as pages are passed on."""
    return f"{moment.astimezone(UTC):%Y-%m-%d}"


def _minute(moment: datetime) -> str:
    """A date and time, e.g. ``2026-10-07 11:00 UTC``."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _whole_second(moment: datetime) -> datetime:
    """A date and time without what is below a second, as in the report's JSON."""
    return moment.replace(microsecond=0)


def _number(value: float, mark: str) -> str:
    """A number, e.g. ``2000`` or ``0.5``, with at most three decimal places behind `mark`."""
    return str(round(value, 3)).removesuffix(".0").replace(".", mark)


def _md_plain(text: str) -> str:
    return markdown.plain(text, _LONGEST)


def _md_code(text: str) -> str:
    return markdown.code(text, _LONGEST)


class _Sandbox(ImmutableSandboxedEnvironment):
    def is_safe_callable(self, obj: object) -> bool:
        """Forbid every method of a secret, `reveal` above all: only `tojson` writes a secret."""
        is_of_secret = isinstance(getattr(obj, "__self__", None), Secret)
        return not is_of_secret and bool(super().is_safe_callable(obj))


class _Loader(jinja2.FileSystemLoader):
    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """The source of a template; the error for one that is not UTF-8 names it."""
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
    # a message may quote a key after a filter changed it, so masking it would not be enough
    if any(secrets) and not isinstance(error, jinja2.TemplateSyntaxError):
        return f"{name}; its words may show a key, so try --redact to read them"
    return visible(shortened(without_tokens(f"{name}: {error}")))


def _place_of(error: Exception, template: Path) -> str:
    """File and line of the innermost template in the traceback."""
    place = f"{template}: "
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if Path(name).parent == template.parent:
            place = f"{name}: line {trace.tb_lineno}: "
        trace = trace.tb_next
    return place
