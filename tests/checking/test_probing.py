"""Real calls: what their answers change in a report, and what they cost and announce meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from msconfig.checking.probe_pace import ProbePace
from msconfig.checking.probe_plan import plan_probes
from msconfig.checking.probing import probe
from msconfig.checking.report import (
    Cost,
    Evidence,
    ModelResult,
    Probe,
    Proof,
    Report,
    Status,
    Suggestion,
    TokenResult,
    TokenStatus,
)
from msconfig.mock.handler import MockModelScope
from msconfig.mock.messages import Request, Response
from msconfig.mock.scenario import Scenario
from msconfig.modelscope.client import ModelScope
from msconfig.modelscope.facts import CallResult
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Endpoints, Site
from msconfig.tokens import Secret, Token
from support import TOKEN, Connect, FakeClock, Serve, snapshot

AT = datetime(2026, 10, 7, 10, 15, tzinfo=UTC)
FACT = Evidence("GET /v1/models", "listed among 35", AT)
FIRST = Token(Secret(TOKEN), "TOKEN_1")
SECOND = Token(Secret("ms-00000000-0000-4000-8000-00000000beef"), "TOKEN_2")
NAMES = {FIRST.secret.fingerprint: "first", SECOND.secret.fingerprint: "second"}


def free(model_id: str = "acme/x", status: Status = Status.ENABLED, **more: Any) -> ModelResult:  # noqa: ANN401
    """A free verdict."""
    proof = Proof.CONFIRMED if status is Status.ENABLED else None
    given = {"evidence": (FACT,), "cost": Cost(1.0), "is_listed": True, "proof": proof, **more}
    return ModelResult(model_id, status, given.pop("kind", Kind.CHAT), "read for free", **given)


def report_of(*models: ModelResult, tokens: Sequence[Token] = (FIRST,), **more: Any) -> Report:  # noqa: ANN401
    valid = (TokenResult(TokenStatus.VALID, t.source, t.secret.fingerprint) for t in tokens)
    return Report(Site.CN, AT, tuple(valid), models, **more)


class Service:
    """A ModelScope that behaves to each of the two tokens as a scenario says.

    Args:
        behaviours: by model: one to both tokens, or a pair.
        accounts: of the two tokens, where they are not as usual.
    """

    def __init__(
        self, behaviours: Mapping[str, str | tuple[str, str]], *accounts: Mapping[str, object]
    ) -> None:
        self.called: list[str] = []
        """Models, in the order of the calls."""
        self.polls = 0
        self.on_call: Callable[[], None] = lambda: None
        self._of = {}
        for index, token in enumerate((FIRST, SECOND)):
            account = {"token": token.secret.reveal(), **dict(*accounts[index : index + 1])}
            models = {
                each: {"behaviour": how if isinstance(how, str) else how[index]}
                for each, how in behaviours.items()
            }
            scenario = Scenario.of({"accounts": [account], "models": models})
            self._of[token.secret.reveal()] = MockModelScope(snapshot(), scenario)

    def __call__(self, request: Request) -> Response:
        if request.method == "POST":
            self.on_call()
            self.called.append(str((request.json() or {})["model"]))
        self.polls += "/tasks/" in request.path
        return self._of[request.token](request)


ProbeIt = Callable[..., Report]


@pytest.fixture
def probe_it(serve: Serve, connect: Connect) -> ProbeIt:
    """Probe the models of a report at a service, without waiting."""

    def probe_them(service: Service, report: Report, **options: Any) -> Report:  # noqa: ANN401
        tokens = (FIRST, SECOND)[: len(report.tokens)]
        url = serve(service).url_for("/")
        endpoints = Endpoints.of(Site.CN, hub_url=url, inference_url=f"{url}v1/")
        modelscope = ModelScope(endpoints, connect(), secrets=[each.secret for each in tokens])
        progress = {"progress": options.pop("progress")} if "progress" in options else {}
        settings = {"max_cost": 100, "all_tokens": True, "images": True, **options}
        settings.setdefault("pace", ProbePace.without_waiting())
        return probe(modelscope, report, plan_probes(report, tokens, **settings), **progress)

    return probe_them


@pytest.mark.parametrize(
    ("first", "second", "status", "whose", "result"),
    [
        ("answers", "no_provider", Status.ENABLED, "first", CallResult.ANSWERED),
        ("no_access", "answers", Status.ENABLED, "second", CallResult.ANSWERED),
        ("empty", "no_provider", Status.RETIRED, "second", CallResult.REFUSED),
        ("invalid", "no_provider", Status.RETIRED, "second", CallResult.REFUSED),
        ("day_quota_spent", "invalid", Status.NOT_FOUND, "second", CallResult.REFUSED),
        ("no_access", "empty", Status.UNVERIFIED, "second", CallResult.INCONCLUSIVE),
        (
            "limit_burst_rate",
            "day_quota_spent",
            Status.UNVERIFIED,
            "second",
            CallResult.INCONCLUSIVE,
        ),
        ("empty", "limit_burst_rate", Status.UNVERIFIED, "second", CallResult.INCONCLUSIVE),
        ("no_access", "no_access", Status.NO_ACCESS, "first", CallResult.REFUSED),
    ],
)
def test_of_two_tokens_the_better_answer_counts_and_both_are_evidence(
    probe_it: ProbeIt, first: str, second: str, status: Status, whose: str, result: CallResult
) -> None:
    both = report_of(free(), tokens=(FIRST, SECOND))
    (model,) = probe_it(Service({"acme/x": (first, second)}), both).models
    assert model.probe
    assert (model.status, NAMES[model.probe.fingerprint], model.probe.result) == (
        *(status, whose, result),
    )
    assert model.proof is (Proof.CALLED if status is Status.ENABLED else None)
    old, *calls = model.evidence
    assert old == FACT
    assert [NAMES[each.observed.partition(":")[0]] for each in calls] == ["first", "second"]
    counts = calls[0 if whose == "first" else 1]
    assert model.probe.at == counts.at
    assert model.reason == counts.observed.partition(": ")[2]


def test_the_time_to_the_first_content_is_kept(probe_it: ProbeIt, clock: FakeClock) -> None:
    service = Service({"acme/x": "answers", "acme/y": "empty"})
    service.on_call = lambda: clock.sleep(0.85)
    models = probe_it(service, report_of(free(), free("acme/y"))).models
    assert [model.probe and model.probe.latency_ms for model in models] == [850, None]
    assert models[0].reason == "answered in 850 ms"


@pytest.mark.parametrize(
    ("kind", "route"),
    [
        (Kind.CHAT, "POST /v1/chat/completions"),
        (Kind.VISION, "POST /v1/chat/completions"),
        (Kind.UNKNOWN, "POST /v1/chat/completions"),
        (Kind.EMBEDDING, "POST /v1/embeddings"),
        (Kind.IMAGE_EDIT, "POST /v1/images/generations"),
    ],
)
def test_a_model_is_called_by_the_route_of_its_kind(
    probe_it: ProbeIt, kind: Kind, route: str
) -> None:
    (model,) = probe_it(Service({"acme/x": "no_provider"}), report_of(free(kind=kind))).models
    assert model.evidence[-1].source == route


@pytest.mark.parametrize("status", [Status.ENABLED, Status.UNVERIFIED, Status.NOT_ENABLED])
@pytest.mark.parametrize(
    ("before", "behaviour", "after"),
    [
        (CallResult.REFUSED, "empty", "the earlier one"),
        (CallResult.ANSWERED, "empty", CallResult.INCONCLUSIVE),
        (CallResult.INCONCLUSIVE, "empty", CallResult.INCONCLUSIVE),
        (None, "empty", CallResult.INCONCLUSIVE),
        (CallResult.REFUSED, "answers", CallResult.ANSWERED),
        (CallResult.ANSWERED, "no_provider", CallResult.REFUSED),
    ],
)
def test_an_earlier_refusal_is_forgotten_only_after_a_clear_answer(
    probe_it: ProbeIt,
    status: Status,
    before: CallResult | None,
    behaviour: str,
    after: CallResult | str,
) -> None:
    earlier = Probe("00c0ffee", None, AT, before) if before else None
    report = report_of(free(status=status, probe=earlier))
    (model,) = probe_it(Service({"acme/x": behaviour}), report).models
    assert model.probe
    if after == "the earlier one":
        assert model.probe == earlier
    else:
        assert (model.probe.result, model.probe.fingerprint in NAMES) == (after, True)


@pytest.mark.parametrize("status", list(Status))
def test_a_call_that_settles_nothing_takes_no_clear_no_back(
    probe_it: ProbeIt, status: Status
) -> None:
    report = report_of(free(status=status, notes=("a note",)))
    (model,) = probe_it(Service({"acme/x": "empty"}), report).models
    words = model.evidence[-1].observed.partition(": ")[2]
    if status in {Status.ENABLED, Status.DISPUTED, Status.UNVERIFIED}:
        assert (model.status, model.reason, model.notes) == (Status.UNVERIFIED, words, ("a note",))
    else:
        note = f"a call of it settled nothing: {words}"
        assert (model.status, model.reason) == (status, "read for free")
        assert model.notes == ("a note", note)


@pytest.mark.parametrize(
    ("kind", "after"),
    [
        (Kind.CHAT, Kind.IMAGE_GENERATION),
        (Kind.UNKNOWN, Kind.IMAGE_GENERATION),
        (Kind.IMAGE_GENERATION, Kind.IMAGE_GENERATION),
        (Kind.IMAGE_EDIT, Kind.IMAGE_EDIT),
    ],
)
def test_a_model_that_a_call_finds_to_make_images_keeps_its_verdict_and_gets_its_kind(
    probe_it: ProbeIt, kind: Kind, after: Kind
) -> None:
    report = report_of(free(kind=kind, notes=("a note",)))
    (model,) = probe_it(Service({"acme/x": "image_model"}), report).models
    assert (model.status, model.proof, model.reason) == (
        *(Status.ENABLED, Proof.CONFIRMED, "read for free"),
    )
    assert model.kind is after
    assert model.probe
    assert model.probe.result is CallResult.INCONCLUSIVE
    note, words = model.notes
    assert note == "a note"
    assert f'kind = "{after}"' in words


@pytest.mark.parametrize(
    ("status", "behaviour", "left"),
    [
        pytest.param(Status.UNVERIFIED, "answers", (), id="it passes now"),
        pytest.param(Status.UNVERIFIED, "empty", ("acme/alive",), id="unknown"),
        pytest.param(Status.NOT_FOUND, "invalid", ("acme/alive",), id="it fails still"),
    ],
)
def test_what_a_call_found_dead_is_suggested_no_more(
    probe_it: ProbeIt, status: Status, behaviour: str, left: tuple[str, ...]
) -> None:
    suggestions = tuple(Suggestion(each, "alike") for each in ("acme/dead", "acme/alive"))
    report = report_of(free(status=status, suggestions=suggestions), free("acme/dead"))
    service = Service({"acme/x": behaviour, "acme/dead": "no_provider"})
    model, _ = probe_it(service, report).models
    assert tuple(each.id for each in model.suggestions) == left


def test_what_a_call_found_dead_gets_suggestions_of_its_kind_from_what_is_served(
    probe_it: ProbeIt,
) -> None:
    beside = {"acme/Tern-2-32B": Kind.EMBEDDING, "acme/Tern-1-14B": Kind.CHAT}
    dead = ("acme/Tern-1-32B", "acme/Tern-1-8B")
    report = report_of(
        *map(free, dead),
        free("acme/Tern-1-30B", Status.UNVERIFIED),
        served=frozenset({*dead, *beside}),
        known_kinds=beside | dict.fromkeys(dead, Kind.CHAT),
    )
    service = Service(dict.fromkeys(dead, "no_provider") | {"acme/Tern-1-30B": "answers"})
    found = probe_it(service, report)
    assert found.served == {"acme/Tern-1-30B", *beside}
    offered = {each.id for model in found.models[:2] for each in model.suggestions}
    assert offered == {"acme/Tern-1-30B", "acme/Tern-1-14B"}


@pytest.mark.parametrize(
    ("account", "status"),
    [
        pytest.param({"bound": False}, TokenStatus.NOT_BOUND, id="not bound"),
        pytest.param(
            {"token": "ms-00000000-0000-4000-8000-00000000f00d"},
            TokenStatus.REJECTED,
            id="revoked since",
        ),
    ],
)
def test_a_refused_token_has_the_service_s_words_and_the_other_calls_on(
    probe_it: ProbeIt, account: Mapping[str, object], status: TokenStatus
) -> None:
    report = report_of(free(), free("acme/y"), tokens=(FIRST, SECOND))
    service = Service({"acme/x": "answers", "acme/y": "answers"}, account)
    found = probe_it(service, report)
    refused, good = found.tokens
    assert (refused.status, good) == (status, report.tokens[1])
    assert refused.reason
    assert refused.reason in found.models[0].evidence[1].observed
    assert [model.proof for model in found.models] == [Proof.CALLED] * 2
    assert service.called == ["acme/x", "acme/x", "acme/y"]


def test_each_model_that_a_token_has_trouble_with_is_named(probe_it: ProbeIt) -> None:
    behaviours: dict[str, str | tuple[str, str]] = {
        "acme/a": ("day_quota_spent", "answers"),
        "acme/b": ("answers", "no_access"),
        "acme/c": ("answers", "empty"),
        "acme/d": ("no_access", "no_access"),
    }
    report = report_of(*map(free, behaviours), tokens=(FIRST, SECOND), notes=("a note",))
    first, *troubles = probe_it(Service(behaviours), report).notes
    assert first == "a note"
    assert [note.partition(":")[0] for note in troubles] == ["acme/a", "acme/b"]
    named = [next(name for mark, name in NAMES.items() if mark in each) for each in troubles]
    assert named == ["first", "second"]


@pytest.mark.parametrize(
    ("budget", "called"),
    [
        pytest.param(2, "a", id="an answer is paid"),
        pytest.param(3, "ac", id="a dear one is passed over"),
        pytest.param(4, "abcd", id="what a refusal leaves over is spent, and no more"),
        pytest.param(5, "abcde", id="more is left over"),
    ],
)
def test_what_a_refusal_leaves_over_goes_to_those_that_did_not_fit(
    probe_it: ProbeIt, budget: int, called: str
) -> None:
    costs = {"a": 2, "b": 2, "c": 1, "d": 1, "e": 1}
    models = [free(f"acme/{name}", cost=Cost(cost)) for name, cost in costs.items()]
    behaviours = {
        model.id: "no_provider" if model.id == "acme/b" else "answers" for model in models
    }
    service = Service(behaviours)
    probe_it(service, report_of(*models), max_cost=budget)
    assert "".join(each[-1] for each in service.called) == called


def test_what_was_never_reserved_is_left_over_too(probe_it: ProbeIt) -> None:
    models = [free("acme/a"), free("acme/b"), free("acme/c", cost=Cost(2))]
    service = Service({"acme/a": "no_provider", "acme/b": "answers", "acme/c": "answers"})
    report = probe_it(service, report_of(*models), max_cost=3)
    assert service.called == ["acme/a", "acme/b", "acme/c"]
    assert report.models[2].proof is Proof.CALLED


def test_an_interrupt_after_the_last_call_keeps_what_was_called(
    probe_it: ProbeIt, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr("msconfig.checking.probing._overruled", interrupted)
    report = probe_it(Service({"acme/x": "answers"}), report_of(free()))
    assert (report.complete, report.notes) == (False, ())
    assert report.models[0].proof is Proof.CALLED


def test_both_ways_of_a_429_count_for_the_end_of_the_probing(probe_it: ProbeIt) -> None:
    ids = [f"acme/m{number}" for number in range(7)]
    service = Service(dict.fromkeys(ids, ("limit_burst_rate", "day_quota_spent")))
    report = probe_it(service, report_of(*map(free, ids), tokens=(FIRST, SECOND)))
    assert sorted(set(service.called)) == ids[:5]
    stopped = "5 models in a row were refused with 429"
    assert report.notes == (f"probing stopped: {stopped}",)
    assert [model.notes for model in report.models[5:]] == [(f"not probed: {stopped}",)] * 2


def test_four_refused_models_at_the_start_end_nothing(probe_it: ProbeIt) -> None:
    ids = [f"acme/m{number}" for number in range(7)]
    refused = dict.fromkeys(ids[:4], "day_quota_spent") | dict.fromkeys(ids[4:], "answers")
    service = Service(refused)
    report = probe_it(service, report_of(*map(free, ids)))
    assert (service.called, report.notes) == (ids, ())


@pytest.mark.parametrize(
    ("seconds", "left"),
    [
        pytest.param(0.5, [4.5, 3.0, 1.5, 0.0], id="as usual"),
        pytest.param(3.0, [9.0, 6.0, 3.0, 0.0], id="a slow service"),
    ],
)
def test_the_time_that_is_left_follows_the_calls(
    probe_it: ProbeIt,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
    seconds: float,
    left: list[float],
) -> None:
    def one_by_one(work: Sequence[Callable[[], None]], _at_once: int) -> Iterator[None]:
        for piece in work:
            yield piece()

    monkeypatch.setattr("msconfig.checking.probing.in_parallel", one_by_one)
    shown: list[tuple[int, int, float]] = []
    ids = [f"acme/m{number}" for number in range(4)]
    service = Service(dict.fromkeys(ids, "answers"))
    service.on_call = lambda: clock.sleep(seconds)
    report = report_of(*map(free, ids))
    probe_it(service, report, pace=ProbePace(), progress=lambda *each: shown.append(each))
    assert shown == [(0, 4, 6.0), *zip(range(1, 5), [4] * 4, left, strict=True)]


def test_an_image_is_waited_for_at_its_pace(probe_it: ProbeIt, clock: FakeClock) -> None:
    report = report_of(free(kind=Kind.IMAGE_GENERATION))
    for pace, slept in ((ProbePace.without_waiting(), []), (ProbePace(), [4.0] * 3)):
        service = Service({"acme/x": "answers"})
        (model,) = probe_it(service, report, pace=pace).models
        assert (model.proof, service.polls, clock.slept) == (Proof.CALLED, 3, slept)


def test_an_image_that_is_not_made_in_time_settles_nothing(
    probe_it: ProbeIt, clock: FakeClock
) -> None:
    pace = ProbePace(polls=2, seconds_between_polls=10.0)
    report = report_of(free(kind=Kind.IMAGE_GENERATION))
    (model,) = probe_it(Service({"acme/x": "answers"}), report, pace=pace).models
    assert (model.status, model.reason) == (Status.UNVERIFIED, "no image within 20 s")
    assert model.probe
    assert model.probe.at == model.evidence[-1].at
    assert model.evidence[-1].source == "POST /v1/images/generations"
    assert clock.slept == [10.0, 10.0]


def test_an_interrupt_ends_the_wait_for_an_image(
    probe_it: ProbeIt, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits, ended = threading.Event(), threading.Event()
    sleep = clock.sleep

    def second_sleep_waits(seconds: float) -> None:
        sleep(seconds)
        if len(clock.slept) == 2:
            waits.set()
            assert ended.wait(30)

    def interrupted(_: object) -> None:
        assert waits.wait(30)
        raise KeyboardInterrupt

    monkeypatch.setattr(clock, "sleep", second_sleep_waits)
    monkeypatch.setattr("msconfig.checking.concurrency._next", interrupted)
    before = set(threading.enumerate())
    service = Service({"acme/x": "answers", "acme/y": "answers"})
    pace = replace(ProbePace.without_waiting(), seconds_between_polls=4.0)
    models = (free(kind=Kind.IMAGE_GENERATION), free("acme/y"))
    report = probe_it(service, report_of(*models), pace=pace)
    worker = next(
        each for each in set(threading.enumerate()) - before if each.daemon and "run" in each.name
    )
    ended.set()
    worker.join(30)
    assert (report.complete, report.notes) == (False, ())
    assert report.models[0].notes == ("not probed: interrupted while it was called",)
    assert report.models[1].notes == ("not probed: interrupted",)
    assert service.polls == 1


def test_what_the_plan_leaves_out_keeps_its_verdict_and_says_why(probe_it: ProbeIt) -> None:
    refused = {"bound": False}
    report = report_of(free(), free("acme/y", notes=("a note",)), free("acme/z", cost=Cost(2.0)))
    found = probe_it(
        Service(dict.fromkeys(["acme/x", "acme/y", "acme/z"], "answers"), refused),
        report,
        max_cost=2,
    )
    reasons = ["the token was refused", "the token was refused", "over the budget of 2 Magicubes"]
    assert [model.notes[-1] for model in found.models] == [f"not probed: {why}" for why in reasons]
    assert found.models[1].notes[0] == "a note"
    assert {model.status for model in found.models} == {Status.ENABLED}
