"""Self-contained pages for a browser: one file each, which loads nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path

from markupsafe import Markup

from msconfig import resources
from msconfig._version import __version__
from msconfig.languages import Language
from msconfig.rendering.templates import render_page


def page(name: str, context: Mapping[str, object], language: Language) -> str:
    """The page of `templates/<name>.html.j2`, which extends `page/base.html.j2`.

    Style and script are `page/page.css` and `page/page.js` and, where there are such files,
    `page/<name>.css` and `page/<name>.js`. They are part of the page, and its
    Content-Security-Policy allows nothing else to be run, drawn or loaded.

    Args:
        name: such as ``guide``.
        context: variables of the template besides `language`.
        language: the language of the page.

    Raises:
        TemplateError: the template does not render.
    """
    style, script = _joined(name, "css"), _joined(name, "js")
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src {_hash_source(style)}",
            f"script-src {_hash_source(script)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    given = {
        **context,
        "page_name": name,
        "policy": policy,
        "style": Markup(style),  # noqa: S704 - a file of our own
        "script": Markup(script),  # noqa: S704 - the same
        "version": __version__,
    }
    return render_page(name, given, language)


def _joined(name: str, suffix: str) -> str:
    folder = resources.folder("templates") / "page"
    files = (Path(folder, f"{each}.{suffix}") for each in ("page", name))
    # the browser hashes the text of the element to the character, these line ends included
    return "\n" + "\n".join(file.read_text("utf-8") for file in files if file.is_file())


def _hash_source(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
