"""Patches for a backup, and the changes that they make in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from msconfig.cherry.provider import Configuration, ProviderChoice


@dataclass(frozen=True, slots=True)
class Patch:
    """A provider with its models and keys, and how it is to be merged."""

    configuration: Configuration
    choice: ProviderChoice = field(default_factory=ProviderChoice)
    """Settings of the provider; None leaves what is in the backup as it is."""
    update_models: bool = False
    """Whether models that the backup has already get the values of the configuration."""
    dead: frozenset[str] = frozenset()
    """Ids of models of this provider to mark as deprecated; those it has not do no harm."""
    adds: bool = True
    """Whether provider, keys and models go in; else the models in `dead` are marked, if the format
    has a mark, and nothing else changes: a provider that is off or missing stays so."""


class KeyAction(StrEnum):
    """The change of a key."""

    ADDED = "added"
    ALREADY_THERE = "already_there"
    SWITCHED_ON = "switched_on"


class ModelAction(StrEnum):
    """The change of a model."""

    ADDED = "added"
    ALREADY_THERE = "already_there"
    UPDATED = "updated"
    DEPRECATED = "deprecated"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A setting of the provider that gets another value: `name`, `notes` or `rate limit`."""

    name: str
    old: str | None
    """None where there was none."""
    new: str


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A key of the patch, masked, and what happens to it."""

    masked: str
    fingerprint: str
    action: KeyAction


@dataclass(frozen=True, slots=True)
class ModelChange:
    """A model of the patch, or one to be marked, and what happens to it."""

    id: str
    action: ModelAction
    detail: str = ""
    """Details, e.g. what is updated, or why it is refused; often empty."""


@dataclass(frozen=True, slots=True)
class ProviderChange:
    """The changes of a provider."""

    id: str
    name: str
    """Its name in the copy."""
    is_new: bool
    switched_on: bool
    """Whether it is off now; a new one is made switched on, and says True too."""
    moved_to_front: bool
    settings: tuple[SettingChange, ...]
    keys: tuple[KeyChange, ...]
    models: tuple[ModelChange, ...]

    @property
    def changes_nothing(self) -> bool:
        """Whether everything exists already, or is refused."""
        return not (
            self.is_new
            or self.switched_on
            or self.moved_to_front
            or self.settings
            or any(key.action is not KeyAction.ALREADY_THERE for key in self.keys)
            or any(model.action not in _AT_REST for model in self.models)
        )


_AT_REST = {ModelAction.ALREADY_THERE, ModelAction.REFUSED}


@dataclass(frozen=True, slots=True)
class ChangePlan:
    """Changes of the copy, provider by provider; nothing else in the backup changes."""

    providers: tuple[ProviderChange, ...]
    warnings: tuple[str, ...] = ()
    """Warnings for those who restore the copy, a line each."""

    @property
    def changes_nothing(self) -> bool:
        """Whether the copy would be equal to the backup."""
        return all(provider.changes_nothing for provider in self.providers)
