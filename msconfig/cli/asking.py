"""What a command that asks ModelScope was told."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["AskOptions"]


@dataclass(frozen=True, slots=True)
class AskOptions:
    """The options of a command that asks ModelScope; None where nothing was said."""

    ids: tuple[str, ...]
    models: tuple[str, ...]
    from_documents: tuple[str, ...]
    site: str | None
    hub_url: str | None
    inference_url: str | None
    offline: bool
    snapshot: str | None
    timeout: float | None
    retries: int | None
    concurrency: int | None
    config: str | None
    verbose: bool
    quiet: bool
    token_env: tuple[str, ...] = ()
    token_file: tuple[str, ...] = ()
    no_token: bool = False
