"""Results of discovery, and their order. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from msconfig.errors import ExitCode
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A model that was found; None for an unknown value."""

    id: str
    kind: Kind
    is_served: bool | None
    downloads: int | None = None
    likes: int | None = None
    last_modified: datetime | None = None
    """UTC."""
    license: str | None = None
    magicubes: float | None = None
    """Estimated Magicubes a call."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """The result of a search."""

    models: tuple[FoundModel, ...]
    """Each once; only served ones, unless the request includes others."""
    missing: tuple[str, ...] = ()
    """What could not be read, a line each."""
    notes: tuple[str, ...] = ()
    """Notes, a line each; none is about a failure."""
    obstacles: tuple[str, ...] = ()
    """The notes about hosts that cannot be reached, for a reason that waiting does not change."""
    is_unread: bool = False
    """Whether nothing was read: neither the catalogue nor a page of the hub's lists."""

    @property
    def complete(self) -> bool:
        """Whether everything could be read."""
        return not self.missing


class Sort(StrEnum):
    """An order; the values are the choices of `--sort`."""

    DOWNLOADS = "downloads"
    LIKES = "likes"
    UPDATED = "updated"
    NAME = "name"


def in_order(models: Iterable[FoundModel], sort: Sort) -> tuple[FoundModel, ...]:
    """Most or newest first, what is unknown last; equal ones by name."""

    def place(model: FoundModel) -> tuple[bool, float, str, str]:
        match sort:
            case Sort.DOWNLOADS:
                value: float | None = model.downloads
            case Sort.LIKES:
                value = model.likes
            case Sort.UPDATED:
                value = model.last_modified.timestamp() if model.last_modified else None
            case Sort.NAME:
                value = None
            case _:
                assert_never(sort)
        return (value is None, -(value or 0), model.id.casefold(), model.id)

    return tuple(sorted(models, key=place))


@dataclass(frozen=True, slots=True)
class ModelList:
    """The result of a search, as a report shows it."""

    site: Site
    searched_at: datetime
    discovery: Discovery
    models: tuple[FoundModel, ...]
    """Sorted, and no more than `--limit`."""
    includes_unserved: bool = False
    snapshot_recorded: datetime | None = None
    """When the facts were recorded, offline; None online."""

    @property
    def exit_code(self) -> ExitCode:
        """4 if something could not be read, else 0: no result is not a failure."""
        return ExitCode.OK if self.discovery.complete else ExitCode.INCONCLUSIVE
