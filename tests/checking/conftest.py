"""A check of a pretend ModelScope over a real socket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from msconfig.checking.check import CheckRequest, check
from msconfig.checking.report import Report
from msconfig.model_ids import GivenId
from msconfig.modelscope.client import ModelScope
from msconfig.modelscope.sites import Endpoints, Site
from msconfig.tokens import Secret, Token
from support import Check, Connect


@pytest.fixture
def check_at(connect: Connect) -> Check:
    """Check ids and tokens against what listens at a URL, without waiting."""

    def check_it(
        url: str,
        *ids: str | GivenId,
        tokens: Sequence[str] = (),
        http: dict[str, Any] | None = None,
        **more: Any,  # noqa: ANN401 - as `CheckRequest` and `check` take them
    ) -> Report:
        secrets = [Token(Secret(token), f"TOKEN_{n}") for n, token in enumerate(tokens, start=1)]
        endpoints = Endpoints.of(Site.CN, hub_url=url, inference_url=f"{url.rstrip('/')}/v1/")
        modelscope = ModelScope(
            endpoints, connect(**(http or {})), secrets=[token.secret for token in secrets]
        )
        given = [each if isinstance(each, GivenId) else GivenId(each) for each in ids]
        progress = {"progress": more.pop("progress")} if "progress" in more else {}
        return check(modelscope, CheckRequest(Site.CN, given, secrets, **more), **progress)

    return check_it
