"""Facts: ModelScope's answers as values, `NoAnswer` for an unclear or missing one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from operator import attrgetter

from msconfig.modelscope.kinds import Kind, kind_of, kinds_of


class Origin(StrEnum):
    """Origin of a fact."""

    LIVE = "live"
    """ModelScope answered in this run."""
    RECORDED = "recorded"
    """Read earlier, and recorded in a snapshot."""
    DERIVED = "derived"
    """Inferred from recorded facts."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Origin and time of a fact in a snapshot."""

    origin: Origin = Origin.RECORDED
    basis: str = ""
    """What a derived fact was inferred from."""
    at: datetime | None = None
    """When it was read (UTC); None: at the time of the snapshot."""
    missing: str = ""
    """The reason why the snapshot has no answer; "" if it has one."""


READ = Provenance()
"""The provenance of a fact that was read at the time of the snapshot."""


@dataclass(frozen=True, slots=True)
class Source:
    """Endpoint and time of a fact."""

    endpoint: str
    """The request without its host, e.g. ``GET /v1/models``."""
    at: datetime
    """When it was observed (UTC); for a recorded fact, when it was recorded."""
    origin: Origin = Origin.LIVE
    basis: str = ""
    """What a derived fact was inferred from."""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """No usable answer: no connection, an outage, a rate limit, or an unreadable reply."""

    source: Source
    message: str
    """What happened, in one line that is safe to print."""
    status: int | None = None
    """The HTTP status, where there was a reply."""
    lasting: bool = False
    """Whether waiting does not help: a redirect, a refusal, an HTML page."""

    @property
    def is_unrecorded(self) -> bool:
        """Whether the answer is missing from a snapshot, which is not a failure."""
        return self.source.origin is not Origin.LIVE


@dataclass(frozen=True, slots=True)
class Account:
    """The hub knows the token. Its account may still not be bound or verified."""

    source: Source


@dataclass(frozen=True, slots=True)
class TokenRejected:
    """The hub does not know the token."""

    source: Source
    message: str


@dataclass(frozen=True, slots=True)
class Balance:
    """Magicubes of an account; None for an amount that the reply does not give."""

    source: Source
    total: float | None
    available: float | None
    frozen: float | None


class CallOutcome(Enum):
    """Result of a real call."""

    ANSWERED = "answered"
    """Content, or an error only about streaming, thinking or the content: the model works."""
    NO_PROVIDER = "no provider"
    """It exists, and no provider serves it, or its upstream no longer knows it."""
    INVALID_ID = "invalid id"
    NO_ACCESS = "no access"
    TOKEN_REJECTED = "token rejected"  # noqa: S105 - no password
    NOT_BOUND = "not bound"
    IMAGE_MODEL = "image model"
    """It generates images, which a chat call cannot test."""
    QUOTA_EXCEEDED = "quota exceeded"
    """The daily quota, the account's limit or its Magicubes: no result about the model."""
    THROTTLED = "throttled"
    """A 429 that ends by waiting: no result about the model."""
    UNCLEAR = "unclear"
    """An outage, an empty or an unknown answer: no result about the model."""


@dataclass(frozen=True, slots=True)
class Called:
    """A real call and its result."""

    source: Source
    outcome: CallOutcome
    message: str
    """The service's own message, or what happened."""
    latency_ms: int | None = None
    """Milliseconds to the first content, where there was content."""
    retry_after: float | None = None
    """Seconds after which the service wants to be asked again, where it named a time."""


@dataclass(frozen=True, slots=True)
class ImageTask:
    """A call for an image that was accepted; the image is still to be made."""

    source: Source
    id: str


class CallResult(StrEnum):
    """Result of a call that was recorded."""

    ANSWERED = "answered"
    REFUSED = "refused"
    """For good: the same call will be refused again."""
    INCONCLUSIVE = "inconclusive"
    """E.g. a rate limit."""


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A real call that was made earlier, and recorded."""

    source: Source
    result: CallResult
    status: int | None = None
    """The HTTP status, where it was recorded."""
    error: str = ""

    @property
    def observed(self) -> str:
        """The result in one line."""
        if self.result is CallResult.ANSWERED:
            return str(self.result)
        status = f"HTTP {self.status}" if self.status is not None else ""
        return ": ".join(part for part in (self.result, status, self.error) if part)


def deciding_call(calls: Sequence[RecordedCall]) -> RecordedCall | None:
    """The newest of `calls` that is conclusive; if none is, the newest.

    A rate limit takes back neither an answer nor a refusal.
    """
    conclusive = [call for call in calls if call.result is not CallResult.INCONCLUSIVE]
    return max(conclusive or calls, key=attrgetter("source.at"), default=None)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The inference list. It is public, and not complete for image, embedding and other kinds."""

    source: Source
    ids: tuple[str, ...]
    dropped: int = 0
    """Number of rows whose id is malformed; they are not among `ids`."""
    _listed: frozenset[str] = field(init=False, repr=False, compare=False)
    _by_lower_case: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # looked up for every id of a check, so that a search through `ids` would take long
        by_lower_case = {each.lower(): each for each in reversed(self.ids) if each.isascii()}
        object.__setattr__(self, "_listed", frozenset(self.ids))
        object.__setattr__(self, "_by_lower_case", by_lower_case)

    def lists(self, model_id: str) -> bool:
        """Whether `model_id` is one of `ids`."""
        return model_id in self._listed

    def in_other_case(self, model_id: str) -> str | None:
        """The listed id with the letters of `model_id` in another case, if `model_id` is not."""
        if self.lists(model_id) or not model_id.isascii():
            return None
        return self._by_lower_case.get(model_id.lower())


def same_but_for_case(one: str, other: str) -> bool:
    """Whether two ids differ in nothing but the case of letters of ASCII.

    Unicode has other characters that fold to ASCII ones, such as the Kelvin sign; no id has one.
    """
    return one.isascii() and other.isascii() and one.lower() == other.lower()


MODELSCOPE = "ModelScope"
"""The name of the provider that is ModelScope's own free service."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of a model; None for a value that the reply does not give."""

    name: str
    """E.g. ``DashScope``; `MODELSCOPE` for ModelScope's own free service, in any spelling."""
    cost_tier: str | None = None
    """``discount``, ``lite``, ``standard`` or ``ultra``."""
    magicubes: float | None = None
    """Estimated Magicubes a call."""


@dataclass(frozen=True, slots=True)
class Providers:
    """A readable answer of the provider look-up: the providers of a model, perhaps none."""

    source: Source
    rows: tuple[Provider, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the providers."""
        return tuple(row.name for row in self.rows)

    @property
    def modelscope(self) -> Provider | None:
        """The free service, if it serves the model."""
        return next((row for row in self.rows if row.name == MODELSCOPE), None)

    @property
    def by_modelscope(self) -> bool:
        """Whether the free service serves it."""
        return self.modelscope is not None


@dataclass(frozen=True, slots=True)
class HubModel:
    """The hub knows the model."""

    source: Source
    id: str
    """As the hub spells it."""
    tasks: tuple[str, ...] = ()
    """Hub tasks, followed by `SupportInference` if the reply is from the older API."""
    private: bool = False
    gated: bool = False
    from_older_api: bool = False
    downloads: int | None = None
    """None, here and below, if the reply does not give it."""
    likes: int | None = None
    license: str | None = None
    last_modified: datetime | None = None
    """UTC."""

    @property
    def restricted(self) -> bool:
        """Private or gated."""
        return self.private or self.gated

    @property
    def kind(self) -> Kind:
        """The first of `kinds`, or `Kind.UNKNOWN`."""
        return kind_of(self.tasks)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """All kinds of the tasks, each once; two of them contradict each other."""
        return kinds_of(self.tasks)


@dataclass(frozen=True, slots=True)
class HubPage:
    """A page of the hub's list of models."""

    source: Source
    models: tuple[HubModel, ...]
    """The rows that can be read, in the hub's order."""
    unreadable: int
    """Rows that cannot."""
    total: int | None
    """The hub's count of models on all pages; None if the reply does not give it."""
    size: int
    """Rows of a full page."""


@dataclass(frozen=True, slots=True)
class HubAbsent:
    """The hub clearly answered that there is no such model."""

    source: Source


@dataclass(frozen=True, slots=True)
class HubNoAccess:
    """The hub refused access to the model."""

    source: Source
    message: str
