"""What is left of the quota."""

from __future__ import annotations

from collections.abc import Sequence

from msconfig.checking.quota import QuotaReport, ask_quota
from msconfig.errors import UsageError
from msconfig.operations.session import Session

__all__ = ["quota"]


def quota(session: Session, ids: Sequence[str] = ()) -> QuotaReport:
    """The remaining Magicubes of each token; what `msconfig quota` does. Free.

    Args:
        session: how requests are made, and with which tokens.
        ids: models for which the remaining calls are counted.

    Raises:
        UsageError: the session is offline, or has no token.
    """
    if session.is_offline or not session.tokens:
        raise UsageError("a balance needs the network and a token")
    with session.connect() as modelscope:
        return ask_quota(
            modelscope, session.site, session.tokens, ids, concurrency=session.concurrency
        )
