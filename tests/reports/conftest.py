"""Reports as the formats get them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from msconfig.checking.report import Evidence, ModelResult, Report, Status, TokenResult, TokenStatus
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from support import MakeModel, MakeReport

AT = datetime(2026, 10, 7, 10, 15, 0, 123456, tzinfo=UTC)


@pytest.fixture
def model() -> MakeModel:
    """A model's result; what is not said is that of a chat model that is served."""

    def make(id: str = "Qwen/Alive", **more: Any) -> ModelResult:  # noqa: A002, ANN401
        told: dict[str, Any] = {
            "status": Status.ENABLED,
            "kind": Kind.CHAT,
            "reason": "served by ModelScope",
            "evidence": (Evidence("GET /v1/models", "listed among 35", AT),),
        }
        return ModelResult(id, **(told | more))

    return make


@pytest.fixture
def report() -> MakeReport:
    """A report on models; what is not said is that of a complete check with a valid token."""

    def make(*models: ModelResult, **more: Any) -> Report:  # noqa: ANN401
        token = TokenResult(TokenStatus.VALID, "MODELSCOPE_API_TOKEN", "00c0ffee")
        told: dict[str, Any] = {
            "site": Site.CN,
            "checked_at": AT,
            "tokens": (token,),
            "models": models,
        }
        return Report(**(told | more))

    return make
