"""What `msconfig generate` reports: what was left out, what differs, what was written."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import assert_never

from msconfig.checking.report import Report
from msconfig.cherry.link import PREFIX as LINK_PREFIX
from msconfig.cherry.provider import Configuration
from msconfig.errors import ExitCode
from msconfig.files import FileChanges
from msconfig.operations.check import FallbackInputs
from msconfig.operations.generate import Generated
from msconfig.operations.session import Session
from msconfig.rendering.generating import without_keys
from msconfig.rendering.guides import FILE_NAMES as GUIDE_NAMES
from msconfig.rendering.targets import REPORT_NAME, Target
from msconfig.reports.plain_text import next_step
from msconfig.text import visible, wrapped

__all__ = ["differences", "left_out", "nothing_written", "written"]

_MAX_WIDTH = 80
_WHY_NOTHING = (
    " Every model and token has to pass; --only-usable leaves out the models that do not."
)


def left_out(report: Report) -> Iterator[str]:
    """A line for each model that `--only-usable` drops."""
    dropped = [*report.dropped, *(report.fallback.dropped if report.fallback else ())]
    return (f"left out: {model_id}" for model_id in dropped)


def nothing_written(report: Report, folder: Path | None = None, *, width: int) -> str:
    """Why nothing is written, and the next step."""
    is_about_models = report.exit_code in {ExitCode.MODEL_FAILED, ExitCode.INCONCLUSIVE}
    why = _WHY_NOTHING if is_about_models and not report.dropped else ""
    head = visible(f"Nothing is written{f' to {folder}' if folder is not None else ''}.")
    return "\n".join([*_lines(f"{head}{why}", width), "", next_step(report, width=width), ""])


def differences(generated: Generated, planned: FileChanges, *, width: int) -> str:
    """What writing would change, as a unified diff without keys."""
    configurations = generated.configurations
    folder = visible(str(planned.folder))
    lines = _lines(f"Nothing is written (--dry-run). In {folder} it would be:", width)
    longest = max(len(file.name) for file in planned.files)
    for file in planned.files:
        change = "new" if planned.older[file.name] is None else "replaced"
        change = change if file in planned.changed else "unchanged"
        lines.append(f"  {visible(file.name).ljust(longest)}  {change}")
    for file in planned.changed:
        if file.replaceable:
            continue
        older = (planned.older[file.name] or b"").decode("utf-8", "replace")
        diff = difflib.unified_diff(
            without_keys(older, configurations).splitlines(),
            without_keys(file.content.decode(), configurations).splitlines(),
            f"{planned.folder / file.name} (now)",
            f"{planned.folder / file.name} (would be)",
            lineterm="",
        )
        lines += ["", *(visible(line) for line in diff)]
    return "\n".join(lines) + "\n"


def written(
    generated: Generated,
    planned: FileChanges,
    session: Session,
    fallback: FallbackInputs | None,
    *,
    width: int,
) -> str:
    """What was written, what each file is for, and what to do next."""
    configurations, targets = generated.configurations, generated.targets
    has_key = any(each.api_keys for each in configurations)
    uses = {REPORT_NAME: "what was checked, and how it is known"}
    uses |= {name: _guide_use(name, has_key=has_key) for name in GUIDE_NAMES}
    documents = [target for target in targets if target is not Target.GUIDE]
    for each in configurations:
        uses |= {
            target.file_name(fallback=each.is_fallback): _use(target, has_key=bool(each.api_keys))
            for target in documents
        }
    lines = _lines(f"Written to {visible(str(planned.folder))}:", width)
    rows = [
        (visible(file.name), uses.get(file.name, "from your template")) for file in planned.files
    ]
    lines += _table(rows, width)
    if {Target.V2, Target.V1} & {*targets}:
        lines += _lines(_NO_IMPORT, width)
    for each in configurations:
        if not each.api_keys:
            lines += _lines(_without_keys(each, targets, session, fallback), width)
    for path in _older_with_key(planned, configurations):
        lines += _lines(f"{visible(str(path))} of an earlier run still holds a key.", width)
    pages = [file.name for file in planned.files if _is_page(file.name)]
    if pages:
        page = visible(str(planned.folder / pages[0]))
        return "\n".join([*lines, "", *_lines(f"Next: open {page} in a browser.", width), ""])
    steps = [step for each in configurations for step in _steps(each, targets)]
    lines += ["", "Next:"]
    for number, step in enumerate(steps, 1):
        lines += wrapped(f"{step}.", min(width, _MAX_WIDTH), first=f"  {number}. ", later="     ")
    return "\n".join([*lines, ""])


_NO_IMPORT = (
    "Cherry Studio cannot import the provider documents; they are for review and your own tooling."
)


def _lines(text: str, width: int) -> list[str]:
    return wrapped(text, min(width, _MAX_WIDTH))


def _table(rows: Sequence[tuple[str, str]], width: int) -> list[str]:
    """Names of files and what they are for; below each other where a row is too long."""
    longest = max(len(name) for name, _ in rows)
    lines = [f"  {name.ljust(longest)}  {use}" for name, use in rows]
    if max(map(len, lines)) <= width:
        return lines
    return [
        line
        for name, use in rows
        for line in (f"  {name}", *wrapped(use, width, first="    ", later="    "))
    ]


def _use(target: Target, *, has_key: bool) -> str:
    key = ", with your key in it" if has_key else ""
    match target:
        case Target.V2:
            return f"provider and models in the form of desktop v2{key}"
        case Target.V1:
            return f"the same for desktop v1 and the mobile app{key}"
        case Target.LINK:
            return "brings the key into the app; holds it, so delete it after use"
        case Target.GUIDE:
            return "what to do next"
        case _:
            assert_never(target)


def _guide_use(name: str, *, has_key: bool) -> str:
    if not _is_page(name):
        return "the same for a wiki, without keys"
    if has_key:
        return "what to do next, with your key in it: keep it to yourself"
    return "what to do next, to open in a browser"


def _is_page(name: str) -> bool:
    return name in GUIDE_NAMES and name.endswith(".html")


def _without_keys(
    configuration: Configuration,
    targets: Sequence[Target],
    session: Session,
    fallback: FallbackInputs | None,
) -> str:
    """Why a provider's documents hold no key."""
    reason = "No token"
    if configuration.is_fallback:
        key = fallback.request.key if fallback is not None else None
        reason = "Bailian, --redact" if key is not None else "No Bailian key"
    elif session.tokens:
        reason = "--redact"
    left_out = "keys and links" if Target.LINK in targets else "keys"
    return f"{reason}: {left_out} were left out."


def _older_with_key(planned: FileChanges, configurations: Sequence[Configuration]) -> list[Path]:
    """Links and guides of an earlier run that one without keys does not replace."""
    names = {
        Target.LINK.file_name(fallback=each.is_fallback)
        for each in configurations
        if not each.api_keys
    }
    if not any(each.api_keys for each in configurations):
        names |= set(GUIDE_NAMES)
    names -= {file.name for file in planned.files}
    paths = (planned.folder / name for name in sorted(names))
    return [path for path in paths if path.is_file() and _holds_a_link(path)]


def _holds_a_link(path: Path) -> bool:
    try:
        return LINK_PREFIX in path.read_text("utf-8", errors="replace")
    except OSError:  # it may hold one
        return True


def _steps(configuration: Configuration, targets: Sequence[Target]) -> list[str]:
    """What to do in the app, for one provider."""
    name = visible(configuration.provider.name)
    secret = "key" if configuration.is_fallback else "token"
    steps = [f"switch {name} on: Settings, Model Provider", "add the models there, by their ids"]
    if Target.LINK in targets and configuration.api_keys:
        links = Target.LINK.file_name(fallback=configuration.is_fallback)
        steps.insert(0, f"open each link of {links}, confirm in the app, then delete {links}")
    else:
        steps.insert(1, f"paste your {secret} there")
    return steps
