"""Requests for discovery, and the queries to the hub that they need. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from msconfig.model_ids import ModelId
from msconfig.modelscope.client import HubQuery
from msconfig.modelscope.kinds import Kind

_LISTED_TASKS: Mapping[Kind, tuple[str, ...]] = {
    Kind.CHAT: ("text-generation", "text2text-generation"),
    Kind.VISION: (
        "image-text-to-text",
        "image-to-text",
        "image-captioning",
        "visual-question-answering",
    ),
}
"""Kinds that the catalogue lists, by the hub's tasks; searched only for models not served."""
_UNLISTED_TASKS: Mapping[Kind, tuple[str, ...]] = {
    Kind.IMAGE_GENERATION: ("text-to-image-synthesis", "text-to-image"),
    Kind.IMAGE_EDIT: ("image-to-image",),
    Kind.EMBEDDING: ("sentence-embedding", "feature-extraction"),
    Kind.RERANK: ("text-ranking",),
    Kind.VIDEO: ("text-to-video-synthesis", "image-to-video"),
    Kind.AUDIO: ("auto-speech-recognition", "text-to-speech"),
}
"""Kinds that the catalogue does not list, or not completely, by the hub's tasks.

Some text-to-image models that it never listed answer calls; of image-edit models it lists a few, of
embedding models none, and the other kinds were never seen in it (complete lists of June 2025, July
and October 2026).
"""


@dataclass(frozen=True, slots=True)
class DiscoveryRequest:
    """The models to find."""

    text: str = ""
    """Words that the id has to contain, all of them; letter case does not matter."""
    kinds: frozenset[Kind] = frozenset()
    """Empty: all."""
    owner: str | None = None
    """Letter case does not matter."""
    include_unserved: bool = False
    concurrency: int = 8

    def matches_id(self, model_id: ModelId) -> bool:
        """Whether text and owner match."""
        text = model_id.path.casefold()
        of_owner = self.owner is None or self.owner.casefold() == model_id.owner.casefold()
        return of_owner and all(word in text for word in self.text.casefold().split())

    def matches_kind(self, kind: Kind) -> bool:
        """Whether the kind matches."""
        return not self.kinds or kind in self.kinds

    @property
    def is_open(self) -> bool:
        """Whether neither text, owner nor kind narrows it."""
        return not (self.text.split() or self.kinds or self.owner)

    def queries(self, owner: str) -> tuple[HubQuery, ...]:
        """The searches of the hub: one for each task of the kinds that the catalogue lacks.

        Only the longest word of the text is sent: how the hub combines words is not known.
        """
        tables = [_UNLISTED_TASKS, *([_LISTED_TASKS] if self.include_unserved else [])]
        parts = sorted(self.text.replace("/", " ").split(), key=len, reverse=True)
        return tuple(
            HubQuery(task, search=parts[0] if parts else "", owner=owner)
            for table in tables
            for kind, tasks in table.items()
            if self.matches_kind(kind)
            for task in tasks
        )
