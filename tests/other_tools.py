"""Tools of those who consume what the project ships; they have an environment of their own.

`.ci/consumers.txt` pins them. `MSCONFIG_CONSUMERS` names the folder with their commands::

    python3 -m venv FOLDER && FOLDER/bin/pip install --require-hashes -r .ci/consumers.txt
    MSCONFIG_CONSUMERS=FOLDER/bin python -m pytest tests/test_consumers.py -m ''
"""

from __future__ import annotations

import os
import shutil

import pytest

# read here: a test's environment holds no variable of ours
FOLDER = os.environ.get("MSCONFIG_CONSUMERS")
ARE_REQUIRED = os.environ.get("MSCONFIG_REQUIRE_CONSUMERS") == "1"


def tool(name: str) -> str:
    """The path of a tool; the test is skipped without it, or fails where all are required."""
    path = shutil.which(name, path=FOLDER)
    if path is None:
        missing = f"no {name} in the folder of MSCONFIG_CONSUMERS (see tests/other_tools.py)"
        if ARE_REQUIRED:
            pytest.fail(missing)
        pytest.skip(missing)
    return path
