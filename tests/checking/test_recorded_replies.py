"""Every reply that was recorded of ModelScope, sent again, and what a check makes of it.

`tests/recorded/` has one file a reply: the request, the reply (texts, codes and fields as recorded,
ids of requests replaced), and what a check has to come to. A new file is picked up by itself.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support import Replay

FOLDER = Path(__file__).parent.parent / "recorded"
RECORDED = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*"))}


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_reply_comes_to_what_it_means(name: str, replay: Replay) -> None:
    recorded = RECORDED[name]
    report = replay(recorded)
    (model,), (token,) = report.models, report.tokens
    found = {
        "status": str(model.status),
        "exit_code": int(report.exit_code),
        "token": str(token.status),
        "kind": str(model.kind),
        "cost": model.cost.magicubes if model.cost else None,
    }
    assert {key: found[key] for key in recorded["expected"]} == recorded["expected"], model.reason
