"""What a check costs beside a naive loop that calls every model once.

100 models, a third of them dead, against the mock with 20 ms latency: requests, Magicubes spent and
seconds of the naive loop (one chat call a model, one after the other, as most scripts do it), of
`check`, and of `check --probe`. Run it with ``python benchmarks/probing.py``; it needs the extra
`mock`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from msconfig.mock.mock import Mock

MSCONFIG = str(Path(sys.executable).with_name("msconfig"))
LATENCY = {"does": "delay", "seconds": 0.02}
PROBE = ("--probe", "--probe-concurrency", "8")
"""Without the pause of 1.5 s between two calls, which is the service's pace and not our work."""


def models_of_a_hub() -> dict[str, Any]:
    """100 models of which every third is dead."""
    hub = {"exists": True, "tasks": ["text-generation"]}
    rows = [{"Name": "ModelScope", "EstimatedMagicGrainCost": 1}]
    models = {}
    for number in range(100):
        served = number % 3 != 0
        providers = {"providers": rows if served else []}
        models[f"acme/m{number}"] = {"listed": served, "look_up": providers, "hub": hub}
    return models


def naive(mock: Mock, ids: list[str]) -> None:
    """One call a model, one after the other."""
    headers = {"Authorization": f"Bearer {mock.token}"}
    with httpx.Client(base_url=mock.inference_url, headers=headers, timeout=30) as client:
        for model_id in ids:
            message = {"role": "user", "content": "hi"}
            client.post("chat/completions", json={"model": model_id, "messages": [message]})


def ours(mock: Mock, ids: list[str], *options: str) -> None:
    """`msconfig check`, as a process of its own."""
    environment = {
        **os.environ,
        "MSCONFIG_HUB_URL": mock.hub_url,
        "MSCONFIG_INFERENCE_URL": mock.inference_url,
        "MODELSCOPE_API_TOKEN": mock.token,
    }
    command = [MSCONFIG, "check", "-q", *options, *ids]
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)


def main() -> None:
    """Measure the three, and print a line for each."""
    models = models_of_a_hub()
    ids = list(models)
    runs: dict[str, Callable[[Mock], None]] = {
        "naive loop": lambda mock: naive(mock, ids),
        "check": lambda mock: ours(mock, ids),
        "check --probe, eight at once": lambda mock: ours(mock, ids, *PROBE, "--max-cost", "200"),
        "check --probe, at most 5": lambda mock: ours(mock, ids, *PROBE, "--max-cost", "5"),
    }
    print(f"{'':30}{'requests':>9}{'Magicubes':>11}{'seconds':>9}")
    with Mock() as mock:
        for name, run in runs.items():
            mock.use({"models": models, "faults": [LATENCY]})
            began = time.perf_counter()
            run(mock)
            taken = time.perf_counter() - began
            print(f"{name:30}{len(mock.requests):9}{mock.spent:11g}{taken:9.2f}")


if __name__ == "__main__":
    main()
