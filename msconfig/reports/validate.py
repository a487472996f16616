"""What `msconfig validate` reports."""

from __future__ import annotations

from dataclasses import dataclass

from msconfig.documents.recognise import Document
from msconfig.problems import Problem, format_problems
from msconfig.text import counted, visible

__all__ = ["Tally", "document_lines", "summary"]


@dataclass(slots=True)
class Tally:
    """How many files there are of each sort."""

    total: int
    checks_keys: bool = False
    """Whether a key counts."""
    invalid: int = 0
    with_keys: int = 0
    """Valid or not."""
    others: int = 0
    """Of other programs, which pass."""
    unreadable: int = 0


def summary(tally: Tally) -> str:
    """The verdict on the files, in one line."""
    parts = {
        "invalid": tally.invalid,
        "with a key": tally.with_keys,
        "not readable": tally.unreadable,
    }
    if any(parts.values()):
        found = ", ".join(f"{count} {what}" for what, count in parts.items() if count)
        return f"✗ Of {counted(tally.total, 'file')}: {found}."
    documents = tally.total - tally.others
    if not documents:
        files = "The file is" if tally.total == 1 else f"All {tally.total} files are"
        return f"✓ {files} of other programs."
    if tally.others:
        are, hold = ("is", "holds") if documents == 1 else ("are", "hold")
        every = f"{documents} of {tally.total} files {are} valid and {hold} no key; the rest pass"
        return f"✓ {every}."
    one, many = ("is valid", "are valid")
    if tally.checks_keys:
        one, many = (f"{one} and holds no key", f"{many} and hold no key")
    return f"✓ The file {one}." if documents == 1 else f"✓ All {documents} files {many}."


def document_lines(name: str, document: Document) -> list[str]:
    """The problems of a document, or what it is."""
    warnings = [Problem(each.path, f"warning: {each.message}") for each in document.warnings]
    problems = [*document.keys, *document.errors, *warnings]
    if problems:
        return [format_problems(name, problems)]
    if document.facts:
        first, *rest = document.facts
        return [f"{visible(name)}: {first}", *(f"  {line}" for line in rest)]
    return [f"{visible(name)}: {document.kind.what}" if document.kind else visible(name)]
