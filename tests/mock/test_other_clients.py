"""Clients of others, unchanged, against the mock, in environments of their own.

The clients are large, so they are not in the extra `test`. `.ci/run` installs them and names their
environments; where these are not named, the tests are skipped.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from msconfig.mock.mock import Mock

pytestmark = pytest.mark.slow

PROGRAMS = Path(__file__).with_name("clients")
HELLO = "Hello from the mock ModelScope."
PERSON = {"name": "", "age": 0}

Run = Callable[[str], dict[str, Any]]


# read here, because the variables are taken away from each test
PYTHON = os.environ.get("MSCONFIG_CLIENTS_PYTHON")
NODE_MODULES = os.environ.get("MSCONFIG_CLIENTS_NODE")
IS_REQUIRED = os.environ.get("MSCONFIG_REQUIRE_CLIENTS") == "1"


def named(file: str | None, variable: str) -> str:
    """`file`; without one the test is skipped, or fails where it is required."""
    if file:
        return file
    missing = f"{variable} is not set (see CONTRIBUTING.md)"
    if IS_REQUIRED:
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture
def run(modelscope: Mock, tmp_path: Path) -> Run:
    """Runs a program of `clients/` against the mock and gives the object that it prints."""

    def run(program: str) -> dict[str, Any]:
        if program.endswith(".mjs"):
            # an ES module finds its packages beside itself only
            packages = named(NODE_MODULES, "MSCONFIG_CLIENTS_NODE")
            (tmp_path / "node_modules").symlink_to(packages)
            file = tmp_path / program
            file.write_bytes((PROGRAMS / program).read_bytes())
            command = ["node", str(file)]
        else:
            python = named(PYTHON, "MSCONFIG_CLIENTS_PYTHON")
            command = [python, str(PROGRAMS / program)]
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "OPENAI_BASE_URL": modelscope.inference_url,
            "OPENAI_API_KEY": modelscope.token,
            "MODELSCOPE_API_TOKEN": modelscope.token,
            "MODELSCOPE_ENDPOINT": modelscope.hub_url,
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # it would load a list from the network
        }
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=90, check=False
        )
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout.splitlines()[-1])
        assert isinstance(found, dict)
        return found

    return run


def test_litellm_calls_streams_and_parses_in_both_dialects(run: Run) -> None:
    assert run("litellm_calls.py") == {
        "openai": HELLO,
        "modelscope": HELLO,
        "anthropic": HELLO,
        "stream": HELLO,
        "tool": ["weather", {"city": ""}],
        "structured": PERSON,
        "error": [400, True],
    }


def test_langchain_streams_calls_tools_and_gives_structured_output(
    run: Run, modelscope: Mock
) -> None:
    modelscope.use({"models": {"acme/embedding": {"behaviour": "answers"}}})
    assert run("langchain_calls.py") == {
        "invoke": HELLO,
        "stream": HELLO,
        "json_schema": PERSON,
        "function_calling": PERSON,
        "tool": ["Weather", {"city": ""}],
        "embeddings": [16, 16],
    }


def test_modelscope_hub_reads_the_account_and_the_models(run: Run) -> None:
    assert run("hub_calls.py") == {
        "user": "tester",
        "listed": [5, True],
        "tasks": ["image-text-to-text"],
        "exists": [True, False],
        "other token": "refused",
    }


def test_the_openai_sdk_for_node_streams_calls_tools_and_parses(run: Run) -> None:
    assert run("openai_calls.mjs") == {
        "chat": HELLO,
        "stream": HELLO,
        "usage": 6,
        "tool": ["weather", {"city": ""}],
        "parse": PERSON,
        "error": [400, True],
    }


def test_the_ai_sdk_gives_text_streams_objects_tools_and_images(run: Run, modelscope: Mock) -> None:
    modelscope.use({"synchronous_images": True})
    assert run("ai_sdk_calls.mjs") == {
        "text": HELLO,
        "stream": HELLO,
        "object": PERSON,
        "tool": ["weather", {"city": ""}],
        "image": ["image/png", 70],
        "error": [400, True],
    }


def test_the_ai_sdk_gets_the_refusal_of_the_service_for_an_image_without_a_task(run: Run) -> None:
    """As reported for Cherry Studio, whose image calls are those of the AI SDK."""
    with pytest.raises(AssertionError, match="does not support synchronous calls"):
        run("ai_sdk_calls.mjs")
