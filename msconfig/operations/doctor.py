"""Whether ModelScope still behaves as msconfig believes: every belief is asked about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from msconfig import clock
from msconfig.checking.concurrency import in_parallel
from msconfig.checking.gathering import Progress, no_progress
from msconfig.checking.probe_pace import Pacer
from msconfig.cherry.capabilities import abilities_of
from msconfig.errors import ExitCode, UsageError
from msconfig.mock.snapshot import RecordedModel, Snapshot, load_bundled
from msconfig.modelscope.beliefs import BELIEFS, Belief, Context, Finding, catalogue_of
from msconfig.modelscope.facts import CallResult, Catalogue
from msconfig.modelscope.http_interface import Failure, Http, Reply
from msconfig.modelscope.kinds import CHAT_KINDS, Kind
from msconfig.modelscope.questions import INVENTED, Service, Subject, ask
from msconfig.modelscope.reply_shape import FieldNames, Shape, is_data, shape_of
from msconfig.modelscope.sites import Site
from msconfig.operations.session import Session
from msconfig.tokens import Secret

__all__ = ["BeliefResult", "DoctorReport", "Reason", "Result", "doctor"]


class Result(StrEnum):
    """What became of a belief."""

    HOLDS = "holds"
    MOVED = "moved"
    NOT_ASKED = "not asked"
    """Not chosen, or asked without an answer that says something."""


class Reason(StrEnum):
    """Why there is no result."""

    PAID = "paid"
    """It spends quota, and `paid` does not allow so many calls."""
    NO_TOKEN = "no token"  # noqa: S105 - no password
    NO_ID = "no id"
    """msconfig knows no model that it could be asked about."""
    NO_ANSWER = "no answer"
    TOKEN_REJECTED = "token rejected"  # noqa: S105 - no password
    NOT_BOUND = "not bound"
    UNKNOWN_HERE = "unknown here"
    """Answered otherwise than on site cn, and nothing is known about this site."""
    INTERRUPTED = "interrupted"


_NOT_CHOSEN = frozenset({Reason.PAID, Reason.NO_TOKEN, Reason.NO_ID})
_OF_FINDING = {
    Finding.NO_ANSWER: Reason.NO_ANSWER,
    Finding.TOKEN_REJECTED: Reason.TOKEN_REJECTED,
    Finding.NOT_BOUND: Reason.NOT_BOUND,
}
_REFUSED = frozenset({Reason.TOKEN_REJECTED, Reason.NOT_BOUND})


@dataclass(frozen=True, slots=True)
class BeliefResult:
    """A belief and what was seen of it."""

    belief: Belief
    result: Result
    reason: Reason | None = None
    """Given exactly where the result is "not asked"."""
    seen: tuple[Shape | None, ...] = ()
    """The shape of the reply to each request that was made; None where there was none."""

    @property
    def is_chosen(self) -> bool:
        """Whether it was to be asked about."""
        return self.reason not in _NOT_CHOSEN


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """The results of all beliefs, in their order."""

    site: Site
    asked_at: datetime
    results: tuple[BeliefResult, ...]
    complete: bool = True
    """False after an interrupt."""
    obstacles: tuple[str, ...] = ()
    """What kept hosts from being reached and will not pass, a line each."""

    @property
    def exit_code(self) -> ExitCode:
        """What the results amount to."""
        reasons = {each.reason for each in self.results}
        if not self.complete:
            return ExitCode.INTERRUPTED
        if reasons & _REFUSED:
            return ExitCode.TOKEN_REFUSED
        if any(each.result is Result.MOVED for each in self.results):
            return ExitCode.MODEL_FAILED
        return ExitCode.INCONCLUSIVE if Reason.NO_ANSWER in reasons else ExitCode.OK


def doctor(
    session: Session,
    *,
    paid: int = 0,
    beliefs: Sequence[Belief] = BELIEFS,
    progress: Progress = no_progress,
) -> DoctorReport:
    """Ask about each of `beliefs`; what `msconfig doctor` does.

    An interrupt (`KeyboardInterrupt`) ends it early, with a report that says so.

    Args:
        session: how requests are made, and with which token; of several, the first.
        paid: at most so many calls that spend quota, the first ones of `beliefs`.
        beliefs: what to ask about.
        progress: called with how many of the chosen ones have been asked about.

    Raises:
        UsageError: the session is offline, `paid` without a token, or proxy variables that cannot
            be used.
    """
    if session.is_offline:
        raise UsageError("doctor asks the live service; it needs the network")
    if paid and not session.tokens:
        raise UsageError("paid calls need a token")
    most = max(belief.question.at_once for belief in beliefs)
    session = replace(session, concurrency=max(session.concurrency, most))
    run: _Run | None = None
    try:
        with session.http(session.endpoints.hub, session.endpoints.inference) as http:
            token = session.tokens[0].secret if session.tokens else None
            http.hide([each.secret for each in session.tokens])
            run = _Run(session, http, token, clock.utc_now(), _unchosen(beliefs, token, paid))
            run.ask_about(beliefs, progress)
        return run.report(beliefs, complete=True)
    except KeyboardInterrupt:
        if run is None:
            raise
        return run.report(beliefs, complete=False)


def _unchosen(beliefs: Iterable[Belief], token: Secret | None, paid: int) -> dict[str, Reason]:
    """Why beliefs are not asked about, by code."""
    reasons: dict[str, Reason] = {}
    left = paid
    for belief in beliefs:
        if belief.needs_token and token is None:
            reasons[belief.code] = Reason.NO_TOKEN
        elif belief.paid_calls:
            left -= belief.paid_calls
            if left < 0:  # and for all that follow, whatever they cost: N is the first N calls
                reasons[belief.code] = Reason.PAID
    return reasons


@dataclass(slots=True)
class _Run:
    """The replies of one run."""

    session: Session
    http: Http
    token: Secret | None
    asked_at: datetime
    reasons: dict[str, Reason]
    """Why beliefs have no replies, by code; those that are missing were not reached."""
    replies: dict[str, tuple[Reply | Failure, ...]] = field(default_factory=dict)
    catalogue: Catalogue | None = None
    subjects: Mapping[Subject, str] = field(default_factory=dict)

    def ask_about(self, beliefs: Iterable[Belief], progress: Progress) -> None:
        """Ask about all that are chosen."""
        chosen = [belief for belief in beliefs if belief.code not in self.reasons]
        pacer = Pacer(self.session.probe_pace, self.http.pacing.clock, self.http.pacing.sleep)
        for number, belief in enumerate(chosen):
            progress(number, len(chosen))
            self._ask(belief, pacer)
        progress(len(chosen), len(chosen))

    def _ask(self, belief: Belief, pacer: Pacer) -> None:
        question = belief.question
        if question.about is not Subject.NONE and not self.subjects:
            self.subjects = subjects(self.catalogue, load_bundled(Site.CN))
        model_id = self.subjects.get(question.about)
        if question.about is not Subject.NONE and model_id is None:
            self.reasons[belief.code] = Reason.NO_ID
            return
        if belief.paid_calls:
            pacer.wait_to_start()
        found: list[Reply | Failure] = []

        def once() -> None:
            endpoints = self.session.endpoints
            found.append(ask(question, self.http, endpoints, model_id or "", self.token))

        if question.at_once == 1:
            once()
        else:
            for _ in in_parallel([once] * question.at_once, question.at_once):
                pass
        self.replies[belief.code] = tuple(found)
        if self.catalogue is None and question.path == "models":
            self.catalogue = next(filter(None, map(catalogue_of, found)), None)

    def report(self, beliefs: Iterable[Belief], *, complete: bool) -> DoctorReport:
        """The report on the replies that are there."""
        results = self._results(beliefs)
        obstacles = self.http.obstacles_online
        return DoctorReport(self.session.site, self.asked_at, results, complete, obstacles)

    def _results(self, beliefs: Iterable[Belief]) -> tuple[BeliefResult, ...]:
        """What the replies show about each belief."""
        names = FieldNames([each.secret for each in self.session.tokens])
        of_service: dict[Service, bool] = dict.fromkeys(Service, False)
        for belief in beliefs:
            for reply in self.replies.get(belief.code, ()):
                if isinstance(reply, Reply):
                    is_public = not belief.needs_token or belief.question.path == "models"
                    names.remember(reply, of_account=not is_public)
                    of_service[belief.question.service] |= is_data(reply)
        return tuple(self._result(belief, names, of_service) for belief in beliefs)

    def _result(
        self, belief: Belief, names: FieldNames, has_data: Mapping[Service, bool]
    ) -> BeliefResult:
        replies = self.replies.get(belief.code, ())
        if not replies:
            reason = self.reasons.get(belief.code, Reason.INTERRUPTED)
            return BeliefResult(belief, Result.NOT_ASKED, reason)
        context = Context(self.subjects.get(belief.question.about, ""), self.catalogue)
        seen = tuple(
            shape_of(reply, names, context.model_id) if isinstance(reply, Reply) else None
            for reply in replies
        )
        findings = {belief.finding(reply, context) for reply in replies}
        finding = next(each for each in _WORST_FIRST if each in findings)
        if finding is Finding.HOLDS:
            return BeliefResult(belief, Result.HOLDS, None, seen)
        if finding in _OF_FINDING:
            return BeliefResult(belief, Result.NOT_ASKED, _OF_FINDING[finding], seen)
        if not has_data[belief.question.service]:
            # a page or a redirect in place of every answer is that of a sign-in or a firewall
            return BeliefResult(belief, Result.NOT_ASKED, Reason.NO_ANSWER, seen)
        if self.session.site is Site.AI and not belief.known_of_ai:
            return BeliefResult(belief, Result.NOT_ASKED, Reason.UNKNOWN_HERE, seen)
        return BeliefResult(belief, Result.MOVED, None, seen)


def subjects(catalogue: Catalogue | None, facts: Snapshot) -> dict[Subject, str]:
    """The models that questions are about; one that is not known is left out.

    Those are chosen whose recorded facts make the answer plain: a listed one that answered a call
    before one that is only listed, a retired one that a call found without a provider.

    Args:
        catalogue: as it is now; None takes the recorded one.
        facts: recorded ones of site cn, whose ids are mostly those of site ai too.
    """
    listed = catalogue.ids if catalogue is not None else facts.catalogue or ()
    kinds = facts.kinds()
    found = {Subject.INVENTED: INVENTED}
    called = [each for each in listed if kinds.get(each) in CHAT_KINDS]
    by_rank = sorted(called or listed, key=lambda each: _rank(facts.models.get(each)))
    if by_rank:
        best = _rank(facts.models.get(by_rank[0]))
        plain = (each for each in by_rank if not _thinks(each, kinds))
        first = next((each for each in plain if _rank(facts.models.get(each)) == best), by_rank[0])
        spellings = {Subject.CAPITALS: first.upper(), Subject.LOWER_CASE: first.lower()}
        found |= {case: each for case, each in spellings.items() if each != first}
        found[Subject.LISTED] = first
    thinking = next((each for each in by_rank if _thinks(each, kinds)), None)
    others = [each for each in sorted(facts.models) if each not in set(listed)]
    unlisted = next(
        (
            each
            for each in others
            if kinds.get(each) in CHAT_KINDS
            and facts.models[each].call_result is CallResult.ANSWERED
        ),
        None,
    )
    retired = sorted(
        (each for each in others if _is_retired(facts.models[each])),
        key=lambda each: facts.models[each].call_result is not CallResult.REFUSED,
    )
    chosen = {
        Subject.THINKING: thinking,
        Subject.UNLISTED: unlisted,
        Subject.RETIRED: next(iter(retired), None),
    }
    return found | {subject: each for subject, each in chosen.items() if each is not None}


_WORST_FIRST = (
    *(Finding.MOVED, Finding.NOT_BOUND, Finding.TOKEN_REJECTED),
    *(Finding.HOLDS, Finding.NO_ANSWER),
)
"""Of the findings of requests at once."""


def _rank(recorded: RecordedModel | None) -> int:
    """How plain the answers about a listed model are expected to be; 0 is best."""
    if recorded is None:
        return 2
    if recorded.call_result is CallResult.ANSWERED:
        return 0
    if recorded.call_result is CallResult.REFUSED:
        return 3
    return 1 if recorded.look_up is not None and recorded.look_up.names_modelscope else 2


def _thinks(model_id: str, kinds: Mapping[str, Kind]) -> bool:
    kind = kinds.get(model_id)
    if kind not in CHAT_KINDS or kind is None:
        return False
    return "reasoning" in abilities_of(kind, model_id.rpartition("/")[2]).capabilities


def _is_retired(recorded: RecordedModel) -> bool:
    has_no_provider = recorded.look_up is not None and recorded.look_up.providers == ()
    return has_no_provider and recorded.hub is not None and recorded.hub.exists
