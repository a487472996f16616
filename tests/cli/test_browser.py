"""The program that opens a page may be the browser itself, and stay."""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from msconfig.cli import browser

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has a call of its own")


def test_an_opener_that_stays_is_left_alone_without_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(browser, "_SECONDS_TO_FAIL", 0.05)
    opener = Path("opener")
    opener.write_text("#!/bin/sh\necho $$ > pid.new; mv pid.new pid; exec sleep 60\n")
    opener.chmod(0o755)
    browser.Desktop(str(opener.absolute())).show(Path("page.html"))
    gc.collect()  # a warning of the process object would fail the test
    ends = time.monotonic() + 20
    while not Path("pid").exists():
        assert time.monotonic() < ends
    os.killpg(int(Path("pid").read_text()), signal.SIGKILL)
    os.waitpid(int(Path("pid").read_text()), 0)
