"""Scenarios: accounts, behaviours and faults of the mock, on top of its facts.

`schemas/scenario.schema.json` is the form of the file, which may be TOML or JSON.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from msconfig.errors import UsageError
from msconfig.mock.snapshot import RecordedModel, Snapshot, model_of
from msconfig.parsing import dumps, loads_toml
from msconfig.problems import format_problems
from msconfig.schemas import read_validated, schema_problems

__all__ = [
    "APP_KEY",
    "KEY",
    "TOKEN",
    "Account",
    "AppProvider",
    "AppScenario",
    "BailianScenario",
    "Behaviour",
    "ErrorReply",
    "Fault",
    "FaultKind",
    "ModelScenario",
    "Pace",
    "Reply",
    "Scenario",
    "ToolCall",
    "behaviours",
]

TOKEN = "ms-5eed0000-0000-4000-8000-000000000001"  # noqa: S105 - made up, and no secret
"""The token of the account that there is when a scenario names none."""

KEY = "sk-5eed0000000040008000000000000001"
"""The key that Bailian knows when a scenario names none; made up too."""


APP_KEY = "cs-sk-5eed0000-0000-4000-8000-000000000001"
"""The key that Cherry Studio's gateway knows when a scenario names none; made up too."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account and its token. Amounts are Magicubes."""

    token: str
    username: str = "tester"
    bound: bool = True
    """To Alibaba Cloud."""
    verified: bool = True
    """By real name."""
    magicubes: float = 250.0
    """The total, the frozen part included."""
    frozen: float = 0.0
    rate_limit_headers: bool = False
    """Whether replies carry the headers that were sent until March 2026."""
    day_quota: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Calls a day by model id; others are not limited."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a call ends that does not succeed; a row of `behaviours.toml`."""

    status: int
    message: str
    code: str | None = None
    type: str | None = None
    unless: str | None = None


@dataclass(frozen=True, slots=True)
class ModelScenario:
    """Rules for one model; None leaves it to the snapshot."""

    behaviour: str | None = None
    """``answers``, or a row of `behaviours.toml`."""
    cost: float | None = None
    """Magicubes a call."""
    listed: bool | None = None
    """Whether the catalogue lists it."""
    thinking: bool = False
    """Whether it reasons before it answers."""
    facts: RecordedModel = field(default_factory=RecordedModel)


class FaultKind(StrEnum):
    """Ways in which a reply goes wrong."""

    STATUS = "status"
    """Another status, with an empty JSON object."""
    DELAY = "delay"
    """The true reply, `seconds` late."""
    SLOW_BODY = "slow-body"
    """The true reply, a byte at a time, `seconds` apart."""
    CUT_BODY = "cut-body"
    """Half of the reply, then the connection closes."""
    WRONG_LENGTH = "wrong-length"
    """A Content-Length that is half of the body's."""
    GARBAGE = "garbage"
    """200 with bytes that are no JSON."""
    HTML = "html"
    """200 with an HTML page."""
    HUGE = "huge"
    """200 with 9 MiB of white space before the JSON."""
    WRONG_TYPE = "wrong-type"
    """The true reply as application/octet-stream."""
    REDIRECT = "redirect"
    """302 to `location`, another host."""
    RESET = "reset"
    """The connection is reset in place of a reply."""
    NO_ANSWER = "no-answer"
    """The connection stays open and silent."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault, and the requests that it applies to."""

    does: FaultKind
    method: str = "*"
    path: str = "*"
    """Shell pattern, e.g. ``/openapi/*``."""
    first: int | None = None
    """Only the first so many requests that match."""
    every: int | None = None
    """Only every so many-th request that matches."""
    chance: float | None = None
    """Only this share of them, by the scenario's seed."""
    status: int = 503
    seconds: float = 1.0
    retry_after: int | None = None
    location: str = "https://elsewhere.example/"


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of a function by a model."""

    name: str
    arguments: str
    """A JSON object."""


@dataclass(frozen=True, slots=True)
class ErrorReply:
    """An error in place of an answer."""

    status: int
    message: str = "an error of the scenario"
    code: str | None = None
    type: str | None = None
    retry_after: int | None = None
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, or an `error`, to the calls that `model` and `contains` choose."""

    model: str = "*"
    """Shell pattern, e.g. ``Qwen/*``."""
    contains: str = ""
    """Part of the last message, or of the prompt of an image or the input of embeddings."""
    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    error: ErrorReply | None = None
    reasoning: str = ""
    chunk_delay: float = 0.0
    """Seconds between the events of a stream."""

    def fits(self, model_id: str, body: Mapping[str, Any]) -> bool:
        """Whether it answers a call with `body`; only an error answers one without messages."""
        if self.error is None and "messages" not in body:
            return False
        return fnmatchcase(model_id, self.model) and self.contains in _prompt(body)


@dataclass(frozen=True, slots=True)
class Pace:
    """Limits on how fast an account may call; None is no limit. Calls beyond them are refused."""

    calls_at_once: int | None = None
    seconds_between_calls: float | None = None
    """From the start of a call to the start of the next."""
    call_seconds: float = 0.1
    """Time that a call takes which the limits allow."""


@dataclass(frozen=True, slots=True)
class BailianScenario:
    """Bailian's keys, and the ids in its list."""

    keys: tuple[str, ...] = (KEY,)
    models: tuple[str, ...] = ("deepseek-v4-pro", "qwen3-32b", "qwen3.5-27b", "text-embedding-v4")
    """By default a few of the many; the real list was not recorded."""


@dataclass(frozen=True, slots=True)
class AppProvider:
    """A provider in Cherry Studio."""

    id: str = "modelscope"
    enabled: bool = True
    models: tuple[str, ...] | None = None
    """None: those of the catalogue."""


@dataclass(frozen=True, slots=True)
class AppScenario:
    """Cherry Studio's API Gateway, for ``msconfig mock --app``."""

    enabled: bool = True
    """While it is off, connections are reset."""
    key: str = APP_KEY
    version: int = 2
    """Version 1 of the app counts the models of a page; version 2 does not."""
    providers: tuple[AppProvider, ...] = (AppProvider(),)


@dataclass(frozen=True, slots=True)
class Scenario:
    """Accounts, behaviours and faults, on top of a snapshot."""

    accounts: tuple[Account, ...] = (Account(TOKEN),)
    models: Mapping[str, ModelScenario] = field(default_factory=lambda: MappingProxyType({}))
    envelope: str = "mixed"
    """The key of inference errors: ``error``, ``errors``, or ``mixed``: ``error`` for chat and
    ``errors`` for images, tasks and embeddings, as in September 2026."""
    request_id: str = "inside"
    """Whether `request_id` sits ``inside`` or ``beside`` the envelope."""
    synchronous_images: bool = False
    """Whether images also come without a task, as OpenAI sends them. ModelScope refuses that."""
    faults: tuple[Fault, ...] = ()
    seed: int = 0
    pace: Pace | None = None
    replies: tuple[Reply, ...] = ()
    """The first that fits answers; other calls end by `models`."""
    bailian: BailianScenario = field(default_factory=BailianScenario)
    app: AppScenario = field(default_factory=AppScenario)

    @classmethod
    def load(cls, path: Path) -> Scenario:
        """Read a scenario, TOML or JSON by its name.

        Raises:
            FileError: it cannot be read.
            UsageError: it is not a scenario; one line a problem, with its JSON path.
        """
        parse = loads_toml if path.suffix == ".toml" else None
        document = read_validated(path, "scenario", parse)
        if document.problems:
            raise UsageError(format_problems(str(path), document.problems))
        return cls.of(document.value, str(path))

    @classmethod
    def of(cls, value: object, name: str = "scenario") -> Scenario:
        """The scenario that a parsed document spells.

        Raises:
            UsageError: it is not a scenario.
        """
        problems = schema_problems(value, "scenario")
        if problems or not isinstance(value, dict):
            raise UsageError(format_problems(name, problems))
        defaults = cls()
        accounts = tuple(Account(**each) for each in value.get("accounts", ()))
        return cls(
            accounts=accounts or defaults.accounts,
            models={model_id: _model(rules) for model_id, rules in value.get("models", {}).items()},
            envelope=value.get("envelope", defaults.envelope),
            request_id=value.get("request_id", defaults.request_id),
            synchronous_images=value.get("synchronous_images", False),
            faults=tuple(_fault(each) for each in value.get("faults", ())),
            seed=value.get("seed", defaults.seed),
            replies=tuple(_reply(each) for each in value.get("replies", ())),
            pace=Pace(**value["pace"]) if "pace" in value else None,
            bailian=BailianScenario(
                **{name: tuple(each) for name, each in value.get("bailian", {}).items()}
            ),
            app=_app(value.get("app", {})),
        )

    def on(self, snapshot: Snapshot) -> Snapshot:
        """`snapshot` with the scenario's rules for models."""
        catalogue = list(snapshot.catalogue or ())
        models = dict(snapshot.models)
        for model_id, rules in self.models.items():
            recorded = models.get(model_id, RecordedModel())
            models[model_id] = RecordedModel(
                rules.facts.look_up or recorded.look_up,
                rules.facts.hub or recorded.hub,
                recorded.calls,
            )
            if rules.listed is not None and model_id in catalogue:
                catalogue.remove(model_id)
            if rules.listed:
                catalogue.append(model_id)
        return replace(
            snapshot,
            catalogue=None if snapshot.catalogue is None else tuple(catalogue),
            models=MappingProxyType(models),
        )


@cache
def behaviours() -> Mapping[str, Behaviour]:
    """The rows of `behaviours.toml` by name."""
    text = Path(__file__).with_name("behaviours.toml").read_text("utf-8")
    return {name: Behaviour(**row) for name, row in tomllib.loads(text).items()}


def _model(rules: Mapping[str, Any]) -> ModelScenario:
    return ModelScenario(
        behaviour=rules.get("behaviour"),
        cost=rules.get("cost"),
        listed=rules.get("listed"),
        thinking=rules.get("thinking", False),
        facts=model_of(rules),
    )


def _reply(rules: Mapping[str, Any]) -> Reply:
    others = {key: each for key, each in rules.items() if key not in {"json", "tool_calls"}}
    if "json" in rules:
        others["content"] = dumps(rules["json"])
    if "error" in rules:
        others["error"] = ErrorReply(**rules["error"])
    calls = tuple(
        ToolCall(each["name"], dumps(each.get("arguments", {})))
        for each in rules.get("tool_calls", ())
    )
    return Reply(**others, tool_calls=calls)


def _app(rules: Mapping[str, Any]) -> AppScenario:
    providers = tuple(
        AppProvider(
            each["id"],
            each.get("enabled", True),
            tuple(each["models"]) if "models" in each else None,
        )
        for each in rules.get("providers", ())
    )
    own = {"providers": providers} if "providers" in rules else {}
    return AppScenario(**{**rules, **own})


def _prompt(body: Mapping[str, Any]) -> str:
    """The text of the last message, or the prompt of an image or the input of embeddings."""
    messages = body.get("messages")
    if isinstance(messages, list):
        last = messages[-1] if messages else None
        return _text(last.get("content") if isinstance(last, dict) else None)
    return _text(body.get("prompt") or body.get("input"))


def _text(content: object) -> str:
    if isinstance(content, list):
        parts = (each.get("text") if isinstance(each, dict) else each for each in content)
        return "\n".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""


def _fault(rules: Mapping[str, Any]) -> Fault:
    return Fault(**{**rules, "does": FaultKind(rules["does"])})
