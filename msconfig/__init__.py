"""Check ModelScope model ids, and make Cherry Studio configuration from them.

>>> from msconfig import Session, check
>>> report = check(["Qwen/Qwen3.5-27B"], Session.offline())
>>> report.exit_code, report.models[0].status
(<ExitCode.OK: 0>, <Status.ENABLED: 'enabled'>)

Everything in `__all__` is public; all other modules are internal. Names are loaded at first use,
so that importing msconfig stays fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from msconfig._version import __version__

if TYPE_CHECKING:
    from msconfig.checking.baseline import Baseline, IgnoreEntry, read_baseline
    from msconfig.checking.probe_pace import ProbePace
    from msconfig.checking.report import (
        Evidence,
        Finding,
        FindingCode,
        ModelResult,
        Outcome,
        Proof,
        Report,
        Status,
        Suggestion,
        TokenResult,
        TokenStatus,
    )
    from msconfig.checking.reuse import Reuse, read_reuse
    from msconfig.cherry.provider import ProviderChoice
    from msconfig.errors import (
        DocumentError,
        ExitCode,
        FileError,
        MsconfigError,
        SettingsError,
        TemplateError,
        TokenError,
        UsageError,
    )
    from msconfig.model_ids import Location
    from msconfig.modelscope.kinds import Kind
    from msconfig.modelscope.sites import Site
    from msconfig.operations.apply import Change, apply
    from msconfig.operations.check import ProbeOptions, check
    from msconfig.operations.configuration import ConfigurationInputs
    from msconfig.operations.generate import Generated, generate
    from msconfig.operations.scan import scan
    from msconfig.operations.session import Session
    from msconfig.rendering.targets import Target
    from msconfig.settings.loading import ModelSettings

_MODULES = {
    "checking.baseline": ("Baseline", "IgnoreEntry", "read_baseline"),
    "checking.probe_pace": ("ProbePace",),
    "checking.report": (
        *("Evidence", "Finding", "FindingCode", "ModelResult", "Outcome", "Proof", "Report"),
        "Status",
        *("Suggestion", "TokenResult", "TokenStatus"),
    ),
    "checking.reuse": ("Reuse", "read_reuse"),
    "cherry.provider": ("ProviderChoice",),
    "errors": (
        *("DocumentError", "ExitCode", "FileError", "MsconfigError"),
        *("SettingsError", "TemplateError", "TokenError", "UsageError"),
    ),
    "model_ids": ("Location",),
    "modelscope.kinds": ("Kind",),
    "modelscope.sites": ("Site",),
    "operations.apply": ("Change", "apply"),
    "operations.check": ("ProbeOptions", "check"),
    "operations.configuration": ("ConfigurationInputs",),
    "operations.generate": ("Generated", "generate"),
    "operations.scan": ("scan",),
    "operations.session": ("Session",),
    "rendering.targets": ("Target",),
    "settings.loading": ("ModelSettings",),
}
"""Module: the public names that it defines."""
_HOMES = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "Baseline",
    "Change",
    "ConfigurationInputs",
    "DocumentError",
    "Evidence",
    "ExitCode",
    "FileError",
    "Finding",
    "FindingCode",
    "Generated",
    "IgnoreEntry",
    "Kind",
    "Location",
    "ModelResult",
    "ModelSettings",
    "MsconfigError",
    "Outcome",
    "ProbeOptions",
    "ProbePace",
    "Proof",
    "ProviderChoice",
    "Report",
    "Reuse",
    "Session",
    "SettingsError",
    "Site",
    "Status",
    "Suggestion",
    "Target",
    "TemplateError",
    "TokenError",
    "TokenResult",
    "TokenStatus",
    "UsageError",
    "__version__",
    "apply",
    "check",
    "generate",
    "read_baseline",
    "read_reuse",
    "scan",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value  # the next use does not come here
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
