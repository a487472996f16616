"""Check the selected ids, resolve failures, and confirm the kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from msconfig.checking.report import ModelResult, Outcome
from msconfig.cli.console import ProgressDisplay
from msconfig.cli.init.prompts import choose
from msconfig.cli.init.unserved import Unserved
from msconfig.errors import UsageError
from msconfig.model_ids import GivenId
from msconfig.modelscope.kinds import Kind
from msconfig.operations.check import check
from msconfig.operations.session import Session
from msconfig.text import visible

__all__ = ["FirstModels", "confirm_kinds", "settle_unserved"]


@dataclass(slots=True)
class FirstModels:
    """Checks models, each once, and keeps what was found."""

    session: Session
    kinds: Mapping[str, Kind]
    """From the options; they override the hub."""
    quiet: bool
    known: dict[str, ModelResult] = field(default_factory=dict)
    obstacles: dict[str, None] = field(default_factory=dict)
    """What kept hosts from being reached and will not pass, a line each."""

    def results(self, ids: Sequence[GivenId]) -> tuple[ModelResult, ...]:
        """The results for the ids; free.

        Raises:
            KeyboardInterrupt: it was interrupted.
        """
        new = [given for given in ids if given.text not in self.known]
        if new:
            session = replace(self.session, tokens=())
            with ProgressDisplay(quiet=self.quiet) as progress:
                report = check(new, session, kinds=self.kinds, needs_kinds=True, progress=progress)
            if not report.complete:
                raise KeyboardInterrupt
            self.obstacles |= dict.fromkeys(report.obstacles)
            self.known |= {model.id: model for model in report.models}
        return tuple(self.known[given.text] for given in ids)

    def without_unserved(
        self, models: Sequence[ModelResult], unserved: Unserved
    ) -> tuple[ModelResult, ...]:
        """`models` after what fails is kept, left out or replaced by its first suggestion.

        Args:
            models: the results of the check.
            unserved: what happens to models that fail.
        """
        if unserved is Unserved.KEEP:
            return tuple(models)
        ids = []
        for model in models:
            if model.outcome is not Outcome.FAIL:
                ids.append(model.id)
            elif unserved is Unserved.REPLACE and model.suggestions:
                ids.append(model.suggestions[0].id)
        return self.results([GivenId(text) for text in dict.fromkeys(ids)])


def settle_unserved(
    first: FirstModels, models: Sequence[ModelResult], unserved: Unserved | None, *, asks: bool
) -> tuple[ModelResult, ...]:
    """The models that remain after failing ones are kept, left out or replaced.

    Raises:
        UsageError: nothing remains.
    """
    failing = [model for model in models if model.outcome is Outcome.FAIL]
    if not failing:
        return tuple(models)
    if unserved is None and asks:
        suggested = [model for model in failing if model.suggestions]
        options = [(Unserved.LEAVE_OUT, "drop"), (Unserved.KEEP, "keep")]
        if suggested:
            options.insert(0, (Unserved.REPLACE, "replace with the first suggestion, or drop"))
        count = "1 model failed" if len(failing) == 1 else f"{len(failing)} models failed"
        unserved = choose(
            f"{count}. What should happen to {'it' if len(failing) == 1 else 'them'}?", options
        )
    if unserved is None:
        return tuple(models)
    remaining = first.without_unserved(models, unserved)
    if not remaining:
        raise UsageError("no model remains; give a served one")
    return remaining


def confirm_kinds(models: Sequence[ModelResult]) -> dict[str, Kind]:
    """The kinds found, or those chosen at the terminal."""
    kinds = {model.id: model.kind for model in models}
    while True:
        unknown = sum(kind is Kind.UNKNOWN for kind in kinds.values())
        question = "Are these kinds right?"
        if unknown:
            question = f"{unknown} of unknown kind will be used as chat. Are the kinds right?"
        if choose(question, [(True, "yes"), (False, "change one")]):
            return kinds
        options = [(model_id, f"{visible(model_id)}: {kinds[model_id]}") for model_id in kinds]
        model_id = choose("Which?", options)
        choices = [(kind, str(kind)) for kind in Kind if kind is not Kind.UNKNOWN]
        kinds[model_id] = choose(f"{visible(model_id)}:", choices, default=kinds[model_id])
