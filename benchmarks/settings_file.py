"""Reading an `msconfig.toml` of 1,000 models beside parsing the same file with `tomllib`.

Processor time, the least of several runs in turn. Run it with
``python benchmarks/settings_file.py``.
"""

from __future__ import annotations

import tempfile
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

from msconfig.settings import loading

MODELS = 1000
RUNS = 7
MODEL = """
[[models]]
id = "acme/model-{number}"
name = "Model {number}"
group = "acme"
kind = "chat"
"""


def seconds(action: Callable[[], object]) -> float:
    """Processor time that `action` takes."""
    began = time.process_time()
    action()
    return time.process_time() - began


def main() -> None:
    """Measure, and print the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "msconfig.toml"
        file.write_text("".join(MODEL.format(number=number) for number in range(MODELS)), "utf-8")
        loading.load(file, found=True)  # compiles the schema
        ours, parsing = [], []
        for _ in range(RUNS):
            ours.append(seconds(lambda: loading.load(file, found=True)))
            parsing.append(seconds(lambda: tomllib.loads(file.read_text("utf-8"))))
    print(f"settings of {MODELS} models")
    print(f"  tomllib alone       {min(parsing):6.3f} s")
    print(f"  msconfig            {min(ours):6.3f} s  (aim: at most 0.2)")
    print(f"  msconfig / tomllib  {min(ours) / min(parsing):6.2f}")


if __name__ == "__main__":
    main()
