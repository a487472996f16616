"""What `msconfig validate` reports."""

from __future__ import annotations

from msconfig.documents.recognise import Document
from msconfig.problems import Problem, format_problems
from msconfig.text import counted, visible

__all__ = ["document_lines", "summary"]


def summary(total: int, bad: int, unreadable: int) -> str:
    """The verdict on `total` files, in one line."""
    if not bad and not unreadable:
        return "✓ The file is valid." if total == 1 else f"✓ All {total} files are valid."
    parts = [f"{bad} invalid"] if bad else []
    parts += [f"{unreadable} not readable"] if unreadable else []
    return f"✗ Of {counted(total, 'file')}: {', '.join(parts)}."


def document_lines(name: str, document: Document) -> list[str]:
    """The problems of a document, or what it is."""
    warnings = [Problem(each.path, f"warning: {each.message}") for each in document.warnings]
    problems = [*document.errors, *warnings]
    if problems:
        return [format_problems(name, problems)]
    if document.facts:
        first, *rest = document.facts
        return [f"{visible(name)}: {first}", *(f"  {line}" for line in rest)]
    return [f"{visible(name)}: {document.kind.what}" if document.kind else visible(name)]
