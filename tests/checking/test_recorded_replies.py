"""Every reply that was recorded of ModelScope, sent again, and what a check makes of it.

`tests/recorded/` has one file a reply: the request, the reply (texts, codes and fields as recorded,
ids of requests replaced), and what a check has to come to. A new file is picked up by itself.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from msconfig.checking.check import CheckRequest, check
from msconfig.checking.probing import plan_probes, probe
from msconfig.checking.report import Report
from msconfig.mock.messages import Request, Response
from msconfig.mock.snapshot import RecordedHub, RecordedModel
from msconfig.model_ids import GivenId
from msconfig.modelscope.client import ModelScope
from msconfig.modelscope.sites import Endpoints, Site
from msconfig.tokens import Secret, Token
from support import TOKEN, Connect, Handler, Serve, fake, instead, served_by

FOLDER = Path(__file__).parent.parent / "recorded"
RECORDED = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*"))}


def handler_of(recorded: dict[str, Any]) -> Handler:
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
    others = instead(beside, fake({model: served}, catalogue))

    def handler(request: Request) -> Response:
        return reply if (request.method, request.path) == (method, path) else others(request)

    return handler


def report_on(recorded: dict[str, Any], url: str, connect: Connect) -> Report:
    """What a check comes to, with a call of the model where the recorded reply is one to a call."""
    token = Token(Secret(TOKEN), "TOKEN")
    endpoints = Endpoints.of(Site.CN, hub_url=url, inference_url=f"{url}v1/")
    modelscope = ModelScope(endpoints, connect(), secrets=[token.secret])
    request = CheckRequest(Site.CN, [GivenId(recorded["model"])], [token])
    report = check(modelscope, request)
    if recorded["request"].startswith("POST"):
        report = probe(modelscope, report, plan_probes(report, [token], max_cost=20))
    return report


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_reply_comes_to_what_it_means(name: str, serve: Serve, connect: Connect) -> None:
    recorded = RECORDED[name]
    report = report_on(recorded, serve(handler_of(recorded)).url_for("/"), connect)
    (model,), (token,) = report.models, report.tokens
    found = {
        "status": str(model.status),
        "exit_code": int(report.exit_code),
        "token": str(token.status),
        "kind": str(model.kind),
        "cost": model.cost.magicubes if model.cost else None,
    }
    assert {key: found[key] for key in recorded["expected"]} == recorded["expected"], model.reason
