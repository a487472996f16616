"""Documents from Jinja2 templates: sandboxed, with no undefined value let pass."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from msconfig import resources
from msconfig.errors import FileError, TemplateError
from msconfig.json_text import dumps
from msconfig.secrets import Secret, without_tokens
from msconfig.text import shortened, visible

__all__ = ["render", "render_own"]


def render_own(name: str, context: Mapping[str, object]) -> str:
    """The text of `templates/<name>.j2`."""
    return render(resources.folder("templates") / f"{name}.j2", context)


def render(template: Path, context: Mapping[str, object]) -> str:
    """The text of `template`, which may include others of its folder.

    `tojson` writes any value as JSON, a `Secret` as the string that it hides; everywhere else a
    secret shows its fingerprint alone.

    Raises:
        FileError: the template cannot be read.
        TemplateError: it does not compile or render.
    """
    try:
        source = template.read_text("utf-8")
    except OSError as error:
        raise FileError.from_os("read the template", template, error) from None
    except UnicodeDecodeError:
        raise TemplateError(f"{template}: not UTF-8 text") from None
    is_html = template.name.removesuffix(".j2").endswith((".html", ".htm", ".xml", ".svg"))
    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader(template.parent),
        undefined=jinja2.StrictUndefined,
        autoescape=is_html,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["tojson"] = _tojson_in_html if is_html else _tojson
    try:
        return environment.from_string(source).render(context)
    except jinja2.TemplateSyntaxError as error:
        raise TemplateError(f"{template}: line {error.lineno}: {_words(error)}") from None
    except Exception as error:  # noqa: BLE001 - a template is a program, it can raise anything
        raise TemplateError(f"{template}: {_line_of(error)}{_words(error)}") from None


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


def _words(error: Exception) -> str:
    return visible(without_tokens(shortened(f"{type(error).__name__}: {error}")))


def _line_of(error: Exception) -> str:
    line = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return f"line {line}: " if line else ""
