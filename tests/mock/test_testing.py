"""`msconfig.testing`: the mock in a program without pytest."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "mock.md"


def test_the_example_of_the_page_runs_without_pytest() -> None:
    found = re.search(
        r"<!-- example: testing -->\n```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL
    )
    assert found
    program = f"{found[1]}\nimport sys\nassert 'pytest' not in sys.modules"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v1/ ms-[0-9a-f-]{36}\n", ran.stdout)
