"""What `msconfig generate` tells after it has written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import assert_never

from msconfig.cherry.link import PREFIX as LINK_PREFIX
from msconfig.cherry.provider import Configuration
from msconfig.cli.job import Job
from msconfig.files import Plan
from msconfig.rendering.generating import Target
from msconfig.rendering.guides import FILE_NAMES as GUIDE_NAMES
from msconfig.text import visible

__all__ = ["REPORT", "written"]

REPORT = "report.json"
"""What the report is called, which is always written."""


def written(
    planned: Plan,
    configurations: Sequence[Configuration],
    targets: Sequence[Target],
    job: Job,
) -> str:
    """What was written, what each file is for, and what to do next."""
    has_key = any(each.api_keys for each in configurations)
    uses = {REPORT: "what was checked, and how it is known"}
    uses |= {name: _guide_use(name, has_key=has_key) for name in GUIDE_NAMES}
    documents = [target for target in targets if target is not Target.GUIDE]
    for each in configurations:
        uses |= {target.file_name(fallback=each.is_fallback): _use(target) for target in documents}
    lines = [f"Written to {visible(str(planned.folder))}:"]
    width = max(len(file.name) for file in planned.files)
    for file in planned.files:
        use = uses.get(file.name, "from your template")
        lines.append(f"  {visible(file.name).ljust(width)}  {use}")
    if {Target.V2, Target.V1} & {*targets}:
        what = "The app has no import for the documents"
        lines.append(f"{what}: review them, keep them, build on them.")
    lines += [line for each in configurations for line in _redacted(each, targets, job)]
    lines += (
        f"{visible(str(path))} of an earlier run still holds a key."
        for path in _older_with_key(planned, configurations)
    )
    pages = [file.name for file in planned.files if _is_page(file.name)]
    if pages:
        path = visible(str(planned.folder / pages[0]))
        return "\n".join([*lines, "", f"Next: open {path} in a browser; it has every step."]) + "\n"
    steps = [step for each in configurations for step in _steps(each, targets)]
    lines += ["", "Next:", *(f"  {number}. {step}." for number, step in enumerate(steps, 1))]
    return "\n".join(lines) + "\n"


def _use(target: Target) -> str:
    match target:
        case Target.V2:
            return "provider and models in the form of desktop v2"
        case Target.V1:
            return "the same for desktop v1 and the mobile app"
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


def _redacted(configuration: Configuration, targets: Sequence[Target], job: Job) -> list[str]:
    """What is to be said where no key is in the documents."""
    if configuration.api_keys:
        return []
    reason = "no token"
    if configuration.is_fallback:
        key = job.fallback.request.key if job.fallback is not None else None
        reason = "--redact" if key is not None else "no key"
    elif job.tokens:
        reason = "--redact"
    links = " and no links" if Target.LINK in targets else ""
    what = "The fallback's redacted" if configuration.is_fallback else "Redacted"
    return [f"{what} ({reason}): no keys{links} are in them."]


def _older_with_key(planned: Plan, configurations: Sequence[Configuration]) -> list[Path]:
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
    except OSError:  # nobody can say that it does not
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
