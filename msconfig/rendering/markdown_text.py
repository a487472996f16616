"""Escaping of untrusted text for Markdown.

Nothing in it becomes markup, HTML, a link, a mention or a reference, neither in a Markdown parser
nor in what GitHub and GitLab do to the finished page.
"""

from __future__ import annotations

import re

from msconfig.text import no_log_command, shortened, visible

_BREAK = "\u200b"
"""A zero-width space, which breaks a mention or a reference. `visible` leaves none in a text."""
_TAKEN_APART = re.compile(
    r"[@#!~%^$&](?=\w)"  # mentions, issues, merge requests, labels, formulas
    r"|GH-(?=\d)"
    r"|:(?=//)|www(?=\.)"  # addresses
    r"|:(?=[\w+-]+:)"  # emoji
    r"|[{\[](?=[+-])",  # changes, on GitLab
    re.IGNORECASE,
)
_ESCAPED = str.maketrans(
    {each: f"\\{each}" for each in "\\`*_[]~"}
    | {"<": "&lt;", ">": "&gt;", "&": "&amp;", "|": "&#124;", "$": "&#36;", _BREAK: "&#8203;"}
)
"""A pipe becomes an entity: parsers differ about a backslash before a pipe in a table."""
_BEGINS_A_BLOCK = re.compile(r"^(\d*)([#+=.)-])")
"""A heading or a list."""


def plain(text: str, limit: int) -> str:
    """`text`, at most `limit` characters on one line, as Markdown that shows it as it is."""
    shown = _TAKEN_APART.sub(lambda found: found[0] + _BREAK, shortened(visible(text), limit))
    return _BEGINS_A_BLOCK.sub(r"\1\\\2", shown.translate(_ESCAPED))


def code(text: str, limit: int) -> str:
    """`text` as code; as plain text if it would end the code or a table's cell, or is a command."""
    shown = shortened(visible(text), limit) or '""'  # two backticks alone begin longer code
    cannot_be_code = "`" in shown or "|" in shown or no_log_command(shown) != shown
    return plain(shown, limit) if cannot_be_code else f"`{shown}`"
