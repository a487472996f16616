"""Rules of `msconfig.toml` that a schema cannot express."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from msconfig.model_ids import GivenId
from msconfig.pasted_ids import pasted
from msconfig.problems import Problem

__all__ = ["settings_problems"]


def settings_problems(settings: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Violations of these rules: doubled models, and dates that do not exist."""
    found = _doubled_ids("$.models", settings.get("models", ()), set())
    fallback = settings.get("fallback", {})
    plain = set(fallback.get("ids", ()))
    if fallback and not {"ids", "models"} & fallback.keys():
        found.append(Problem("$.fallback", "names no model; give ids, or [[fallback.models]]"))
    found += _doubled_ids("$.fallback.models", fallback.get("models", ()), plain)
    ignored: set[str] = set()
    for index, entry in enumerate(settings.get("check", {}).get("ignore", ())):
        ids = {given.text for given in pasted(GivenId(entry["id"]))}
        if ids & ignored:
            found.append(Problem(f"$.check.ignore[{index}].id", "the model is ignored already"))
        ignored |= ids
        try:
            date.fromisoformat(entry["until"])
        except ValueError:
            place = f"$.check.ignore[{index}].until"
            found.append(Problem(place, "no day of the calendar; write 2026-12-31"))
    return tuple(found)


def _doubled_ids(path: str, models: Iterable[Mapping[str, Any]], seen: set[str]) -> list[Problem]:
    found = []
    for index, model in enumerate(models):
        ids = {given.text for given in pasted(GivenId(model["id"]))}
        if ids & seen:
            found.append(Problem(f"{path}[{index}].id", "the model is in the list already"))
        seen |= ids
    return found
