"""The calls of a plan, made at their pace, and what their answers change."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import TypeAlias, assert_never

from msconfig.checking.concurrency import in_parallel
from msconfig.checking.probe_pace import Pacer, ProbeProgress, no_probe_progress
from msconfig.checking.probe_plan import ProbePlan
from msconfig.checking.report import (
    Evidence,
    ModelResult,
    Outcome,
    Probe,
    Proof,
    Report,
    Status,
    TokenResult,
    TokenStatus,
)
from msconfig.checking.suggestions.suggest import suggest
from msconfig.modelscope.client import ModelScope
from msconfig.modelscope.facts import Called, CallOutcome, CallResult, ImageTask
from msconfig.modelscope.kinds import IMAGE_KINDS, Kind
from msconfig.tokens import Token

__all__ = ["probe"]

_log = logging.getLogger(__name__)

REFUSED_IN_A_ROW = 5
"""Models that stay at 429 one after the other, after which no further one is called."""

_INTERRUPTED = "interrupted"

_Call: TypeAlias = tuple[Token, str]


def probe(
    modelscope: ModelScope,
    report: Report,
    plan: ProbePlan,
    *,
    progress: ProbeProgress = no_probe_progress,
) -> Report:
    """`report` with the results of the calls of `plan`.

    A model is called once with each token; again only after a 429 that can pass, which costs
    nothing. A token that turns out to be rejected or not bound calls no more. An interrupt ends the
    calls early, with a report whose `complete` is false.
    """
    calls = _Calls(modelscope, plan, {model.id: model.kind for model in report.models}, progress)
    complete = calls.make()
    try:
        return _concluded(report, plan, calls, complete=complete)
    except KeyboardInterrupt:  # the calls are paid
        return _concluded(report, plan, calls, complete=False)


class _Calls:
    """The calls of a plan, at their pace, with their answers.

    Args:
        modelscope: the service.
        plan: models and tokens.
        kinds: kinds of the models, by id.
        progress: called whenever a model has been called.
    """

    def __init__(
        self,
        modelscope: ModelScope,
        plan: ProbePlan,
        kinds: Mapping[str, Kind],
        progress: ProbeProgress,
    ) -> None:
        self.plan = plan
        self.answers: dict[_Call, Called] = {}
        self.refused: dict[Token, Called] = {}
        """Tokens that are rejected or not bound, with the answers that say so."""
        self.begun: set[str] = set()
        """Models of which a call was made, answered or not."""
        self.stopped = ""
        """Why no further model is called; "" while calls are made."""
        self._modelscope = modelscope
        self._kinds = kinds
        self._progress = progress
        self._clock = modelscope.pacing.clock
        self._pacer = Pacer(plan.pace, self._clock, modelscope.pacing.sleep)
        self._lock = threading.Lock()
        self._in_a_row = 0

    def make(self) -> bool:
        """Make the calls; False where an interrupt ended them."""
        further = dict(self.plan.further)
        batch, left = dict(self.plan.reserved), self.plan.left
        try:
            self._progress(0, len(batch), self.plan.seconds)
            while batch and not self.stopped:
                self._call_models(tuple(batch))
                left += sum(batch[each] for each in batch if self._was_free(each))
                batch = {}
                for model_id, price in list(further.items()):
                    if price <= left:
                        left -= price
                        batch[model_id] = further.pop(model_id)
        except KeyboardInterrupt:
            self.stopped = _INTERRUPTED  # a thread that waits for its turn makes no call
            return False
        return True

    def _call_models(self, ids: Sequence[str]) -> None:
        work: list[Callable[[], None]] = [partial(self._call_model, each) for each in ids]
        usual = self.plan.seconds / len(self.plan.ids)
        began = self._clock()
        with closing(in_parallel(work, self.plan.pace.at_once)) as ticks:
            for done, _ in enumerate(ticks, start=1):
                average = max((self._clock() - began) / done, usual)
                self._progress(done, len(ids), (len(ids) - done) * average)

    def _was_free(self, model_id: str) -> bool:
        """Whether all calls of a model were refused for good, which costs nothing."""
        answers = [self.answers.get((token, model_id)) for token in self.plan.tokens]
        return all(answer is not None and answer.outcome in _REFUSED for answer in answers)

    def _call_model(self, model_id: str) -> None:
        outcomes = set()
        for token in self.plan.tokens:
            answer = self._call_patiently(token, model_id)
            if answer is not None:
                self.answers[token, model_id] = answer
                outcomes.add(answer.outcome)
        with self._lock:
            if not outcomes:
                return
            self._in_a_row = self._in_a_row + 1 if outcomes <= _ONLY_429 else 0
            if self._in_a_row == REFUSED_IN_A_ROW and not self.stopped:
                self.stopped = f"{REFUSED_IN_A_ROW} models in a row were refused with 429"

    def _call_patiently(self, token: Token, model_id: str) -> Called | None:
        """The answer to a call, made again after a 429 that can pass; None where none was made."""
        attempt = 1
        while True:
            self._pacer.wait_to_start()
            if self.stopped or token in self.refused:
                return None
            answer = self._call_once(token, model_id)
            if answer.outcome in _ABOUT_THE_TOKEN:
                self.refused[token] = answer
            if answer.outcome is not CallOutcome.THROTTLED or attempt > len(self.plan.pace.waits):
                return answer
            _log.debug("%s was refused with 429: %s", model_id, answer.message)
            self._pacer.hold(attempt, answer.retry_after)
            attempt += 1

    def _call_once(self, token: Token, model_id: str) -> Called:
        self.begun.add(model_id)
        kind = self._kinds[model_id]
        if kind not in IMAGE_KINDS:
            kind = Kind.CHAT if kind is Kind.UNKNOWN else kind
            return self._modelscope.call(model_id, kind, token.secret)
        task = self._modelscope.submit_image(model_id, kind, token.secret)
        return self._image(task, token) if isinstance(task, ImageTask) else task

    def _image(self, task: ImageTask, token: Token) -> Called:
        pace = self.plan.pace
        for _ in range(pace.polls):
            self._modelscope.pacing.sleep(pace.seconds_between_polls)
            if self.stopped == _INTERRUPTED:
                break
            ended = self._modelscope.image_task(task, token.secret)
            if ended is not None:
                return ended
        seconds = pace.polls * pace.seconds_between_polls
        return Called(task.source, CallOutcome.UNCLEAR, f"no image within {seconds:g} s")


def _concluded(report: Report, plan: ProbePlan, calls: _Calls, *, complete: bool) -> Report:
    answers, refused = dict(calls.answers), dict(calls.refused)  # threads may still write
    models = [
        _overruled(model, _answers(model.id, plan, answers), _why_not_called(model.id, calls))
        for model in report.models
    ]
    passing = {model.id for model in models if model.outcome is Outcome.PASS}
    lost = {model.id for model in models} - passing
    served = (report.served - lost) | passing
    stopped = (f"probing stopped: {calls.stopped}",) if calls.stopped and complete else ()
    return replace(
        report,
        tokens=tuple(_token_result(result, refused) for result in report.tokens),
        models=tuple(
            _with_suggestions(model, served, lost, report.known_kinds) for model in models
        ),
        complete=report.complete and complete,
        served=served,
        notes=(*report.notes, *stopped, *_token_troubles(plan, answers)),
    )


_ONLY_429 = frozenset({CallOutcome.THROTTLED, CallOutcome.QUOTA_EXCEEDED})
_REFUSED = frozenset({CallOutcome.NO_PROVIDER, CallOutcome.INVALID_ID, CallOutcome.NO_ACCESS})
_ABOUT_THE_TOKEN = frozenset({CallOutcome.TOKEN_REJECTED, CallOutcome.NOT_BOUND})


def _answers(
    model_id: str, plan: ProbePlan, answers: Mapping[_Call, Called]
) -> list[tuple[Token, Called]]:
    """The answers about a model, by token."""
    calls = [(token, answers.get((token, model_id))) for token in plan.tokens]
    return [(token, answer) for token, answer in calls if answer is not None]


def _why_not_called(model_id: str, calls: _Calls) -> str:
    if model_id in calls.plan.not_probed:
        return calls.plan.not_probed[model_id]
    if calls.stopped == _INTERRUPTED and model_id in calls.begun:
        return f"{_INTERRUPTED} while it was called"  # which may have been paid
    return calls.stopped or "the token was refused"


def _overruled(
    model: ModelResult, answers: Sequence[tuple[Token, Called]], why_not: str
) -> ModelResult:
    """A free verdict and what was answered: the best answer of all tokens counts.

    An answer that settles nothing makes a model unknown, unless the free evidence is a clear no,
    which an outage of the calls does not take back.
    """
    about_model = [pair for pair in answers if pair[1].outcome not in _ABOUT_THE_TOKEN]
    if not about_model:
        return replace(model, notes=(*model.notes, f"not probed: {why_not}"))
    token, answer = min(about_model, key=lambda pair: _WEIGHT[pair[1].outcome])
    evidence = tuple(
        Evidence(each.source.endpoint, f"{who.secret.fingerprint}: {each.message}", each.source.at)
        for who, each in answers
    )
    status = _status(answer.outcome)
    result = _RESULTS[status]
    last: Probe | None = Probe(
        token.secret.fingerprint, answer.latency_ms, answer.source.at, result
    )
    if result is CallResult.INCONCLUSIVE and _was_refused(model):
        last = model.probe  # an outage takes back no refusal; the next run has to know of it
    called = replace(model, evidence=model.evidence + evidence, probe=last)
    if answer.outcome is CallOutcome.IMAGE_MODEL:
        # a chat call says nothing about what it makes, so it counts as one that was not called
        kind = model.kind if model.kind is Kind.IMAGE_EDIT else Kind.IMAGE_GENERATION
        words = f'its answer to a chat call says that it is an image model (kind = "{kind}")'
        return replace(called, kind=kind, notes=(*model.notes, f"not probed: {words}"))
    if result is CallResult.INCONCLUSIVE and model.outcome is Outcome.FAIL:
        return replace(
            called, notes=(*model.notes, f"a call of it settled nothing: {answer.message}")
        )
    proof = Proof.CALLED if status is Status.ENABLED else None
    return replace(called, status=status, proof=proof, reason=answer.message)


def _was_refused(model: ModelResult) -> bool:
    """Whether the last call in the report that is reused was refused for good."""
    return model.probe is not None and model.probe.result is CallResult.REFUSED


_WEIGHT = {
    CallOutcome.ANSWERED: 0,
    CallOutcome.NO_PROVIDER: 1,
    CallOutcome.INVALID_ID: 2,
    CallOutcome.IMAGE_MODEL: 3,
    CallOutcome.QUOTA_EXCEEDED: 4,
    CallOutcome.THROTTLED: 5,
    CallOutcome.UNCLEAR: 6,
    CallOutcome.NO_ACCESS: 7,
}
"""An answer to one token is an answer; a refusal of one token leaves the model open to others."""

_RESULTS = {
    Status.ENABLED: CallResult.ANSWERED,
    Status.RETIRED: CallResult.REFUSED,
    Status.NOT_FOUND: CallResult.REFUSED,
    Status.NO_ACCESS: CallResult.REFUSED,
    Status.UNVERIFIED: CallResult.INCONCLUSIVE,
}

_OF_THE_KEY = frozenset({CallOutcome.QUOTA_EXCEEDED, CallOutcome.NO_ACCESS, *_ABOUT_THE_TOKEN})
"""Troubles of a token, where another one was answered; a throttle or an outage is not one."""


def _status(outcome: CallOutcome) -> Status:
    match outcome:
        case CallOutcome.ANSWERED:
            return Status.ENABLED
        case CallOutcome.NO_PROVIDER:
            return Status.RETIRED
        case CallOutcome.INVALID_ID:
            return Status.NOT_FOUND
        case CallOutcome.NO_ACCESS:
            return Status.NO_ACCESS
        case (
            CallOutcome.IMAGE_MODEL
            | CallOutcome.QUOTA_EXCEEDED
            | CallOutcome.THROTTLED
            | CallOutcome.UNCLEAR
            | CallOutcome.TOKEN_REJECTED
            | CallOutcome.NOT_BOUND
        ):
            return Status.UNVERIFIED
        case _:
            assert_never(outcome)


def _with_suggestions(
    model: ModelResult, served: frozenset[str], lost: set[str], kinds: Mapping[str, Kind]
) -> ModelResult:
    """Nothing that a call found dead is suggested, and something for what a call found dead."""
    if model.outcome is not Outcome.FAIL:
        kept = () if model.outcome is Outcome.PASS else model.suggestions
        return replace(model, suggestions=tuple(each for each in kept if each.id not in lost))
    left = tuple(each for each in model.suggestions if each.id not in lost)
    return replace(model, suggestions=left or suggest(model.id, served, kinds=kinds))


def _token_result(result: TokenResult, refused: dict[Token, Called]) -> TokenResult:
    for token, answer in refused.items():
        if token.secret.fingerprint == result.fingerprint:
            bound = answer.outcome is CallOutcome.NOT_BOUND
            status = TokenStatus.NOT_BOUND if bound else TokenStatus.REJECTED
            return replace(result, status=status, reason=answer.message)
    return result


def _token_troubles(plan: ProbePlan, answers: Mapping[_Call, Called]) -> list[str]:
    """Where one token was answered and another was refused, the trouble is with the token."""
    notes = []
    for model_id in plan.ids:
        about_it = _answers(model_id, plan, answers)
        if any(answer.outcome is CallOutcome.ANSWERED for _, answer in about_it):
            notes += [
                f"{model_id}: the trouble is with token {token.secret.fingerprint}, not with the"
                f" model: {answer.message}"
                for token, answer in about_it
                if answer.outcome in _OF_THE_KEY
            ]
    return notes
