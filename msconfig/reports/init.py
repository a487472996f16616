"""Texts of `msconfig init`: tokens, checked models, what was written, and the next steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from msconfig.checking.report import ModelResult, Outcome, TokenStatus
from msconfig.command_name import command
from msconfig.reports.wording import MARKS
from msconfig.text import counted, visible, wrapped

__all__ = [
    "NOTHING_WRITTEN",
    "kept_failing",
    "later_runs",
    "models_as_text",
    "next_steps",
    "token_as_text",
    "written",
]

NOTHING_WRITTEN = "Nothing is written.\n"
_MAX_LISTED = 12
"""Passing models; of more, only their number is shown."""
_INDENT = " " * 5
_TOKENS = {
    TokenStatus.VALID: (Outcome.PASS, "is valid"),
    TokenStatus.REJECTED: (Outcome.FAIL, "is rejected"),
    TokenStatus.UNVERIFIED: (Outcome.UNKNOWN, "could not be verified"),
}


def token_as_text(status: TokenStatus, masked: str, source: str, message: str = "") -> str:
    """One line on a token that was checked.

    Args:
        status: valid, rejected or unverified.
        masked: the token without its middle.
        source: the variable or file it comes from.
        message: ModelScope's own, or why there is none.
    """
    outcome, verb = _TOKENS[status]
    return f"{MARKS[outcome]} token {masked} ({source}) {verb}{f': {message}' if message else ''}"


def models_as_text(models: Sequence[ModelResult], *, width: int) -> str:
    """Models with their kinds, or with reason and suggestions where they do not pass."""
    passing = [model for model in models if model.outcome is Outcome.PASS]
    lines = []
    if len(passing) > _MAX_LISTED:
        kinds = Counter(model.kind for model in passing)
        count = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
        lines.append(f"{MARKS[Outcome.PASS]} {len(passing)} models are served: {count}")
    longest = max((len(model.id) for model in models), default=0)
    for model in models:
        mark, model_id = MARKS[model.outcome], visible(model.id)
        if model.outcome is not Outcome.PASS:
            lines += [f"{mark} {model_id}", f"    {visible(model.reason)}"]
            lines += [f"    → {visible(other.id)}" for other in model.suggestions]
        elif len(passing) <= _MAX_LISTED:
            lines += (
                [f"{mark} {model_id:<{longest}}  {model.kind}"]
                if longest + 20 <= width
                else [f"{mark} {model_id}", f"    {model.kind}"]
            )
    return "\n".join(lines)


def kept_failing(models: Sequence[ModelResult], *, width: int) -> str:
    """Why nothing is written without --unserved, with the models that fail."""
    failing = [model for model in models if model.outcome is Outcome.FAIL]
    return (
        f"{models_as_text(failing, width=width)}\n\n"
        "Nothing is written: choose with --unserved what happens to models that fail.\n"
    )


def written(path: Path, *, total: int, added: int, is_new: bool, is_changed: bool) -> str:
    """One line on the settings file and the number of its models."""
    count = counted(total, "model")
    if not is_changed:
        return visible(f"– {path} is up to date: {count}.")
    if is_new:
        return visible(f"✓ {path} is written: {count}.")
    return visible(f"✓ {path} is extended: {count}, {added} of them new.")


def next_steps(
    arguments: Sequence[str],
    export: str | None,
    *,
    folder: str,
    languages: Sequence[str],
    page: str | None,
    width: int,
) -> list[str]:
    """The commands to run next as numbered lines below a heading; commands are never broken.

    Args:
        arguments: options of this run that the next commands need, quoted for the shell.
        export: the shell line that sets the token's variable; None if it is set.
        folder: where the guide and the documents go.
        languages: values of `--lang` for the guide.
        page: file name of the guide; None if none is written.
        width: columns of the terminal.
    """
    lines = ["Next:"]
    if export is not None:
        words = "1. Set the token in each new shell; this prompts for it without echo:"
        lines += [*wrapped(words, width, first="  ", later=_INDENT), f"{_INDENT}{export}"]
    again = "".join(f" {visible(argument)}" for argument in arguments)
    chosen = "".join(f" --lang {each}" for each in languages)
    steps = [command(f"check{again}"), command(f"generate{again}{chosen} -o {folder}")]
    if page is not None:
        steps.append(f"open {Path(folder, page)} in a browser")
    first = 1 if export is None else 2
    return lines + [f"  {number}. {step}" for number, step in enumerate(steps, first)]


def later_runs(export: str | None, *, width: int) -> list[str]:
    """How to set the token for later runs; no lines if its variable is set."""
    if export is None:
        return []
    words = "For later runs, set the token in each new shell; this prompts for it without echo:"
    return [*wrapped(words, width), f"  {export}", ""]
