"""A check of a mock ModelScope over a real socket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from msconfig.checking.check import CheckRequest, check
from msconfig.checking.probe_plan import plan_probes
from msconfig.checking.probing import probe
from msconfig.checking.report import Report
from msconfig.mock.messages import Request, Response
from msconfig.mock.snapshot import RecordedHub, RecordedModel
from msconfig.model_ids import GivenId
from msconfig.modelscope.client import ModelScope
from msconfig.modelscope.sites import Endpoints, Site
from msconfig.tokens import Secret, Token
from support import TOKEN, Check, Connect, Handler, Replay, Serve, instead, mock_of, served_by


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


def _handler_of(recorded: dict[str, Any]) -> Handler:
    """A ModelScope that serves the model, but for the recorded reply and those beside it."""
    model = recorded["model"]
    served = RecordedModel(served_by("ModelScope"), RecordedHub(True, ("text-generation",)))
    catalogue = ("a/b", *([model] if recorded["listed"] else []))
    method, path = recorded["request"].split()
    if "text" in recorded:
        headers = {"Content-Type": recorded.get("content_type", "text/plain")}
        reply = Response(recorded["status"], recorded["text"].encode(), headers)
    else:
        headers = recorded.get("headers", {})
        reply = Response.of_json(recorded["status"], recorded["body"], headers=headers)
    beside = {
        start: Response.of_json(*answer) for start, answer in recorded.get("also", {}).items()
    }
    others = instead(beside, mock_of({model: served}, catalogue))

    def handler(request: Request) -> Response:
        return reply if (request.method, request.path) == (method, path) else others(request)

    return handler


def _report_on(recorded: dict[str, Any], url: str, connect: Connect) -> Report:
    """What a check comes to, with a call of the model where the recorded reply is one to a call."""
    token = Token(Secret(TOKEN), "TOKEN")
    endpoints = Endpoints.of(Site.CN, hub_url=url, inference_url=f"{url}v1/")
    modelscope = ModelScope(endpoints, connect(), secrets=[token.secret])
    request = CheckRequest(Site.CN, [GivenId(recorded["model"])], [token], needs_kinds=True)
    report = check(modelscope, request)
    if recorded["request"].startswith("POST"):
        report = probe(modelscope, report, plan_probes(report, [token], max_cost=20))
    return report


@pytest.fixture
def replay(serve: Serve, connect: Connect) -> Replay:
    """Check a model, with one reply of ModelScope replaced by a given one."""
    return lambda recorded: _report_on(recorded, serve(_handler_of(recorded)).url_for("/"), connect)
