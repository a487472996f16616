"""Checks of 100, 1,000 and 10,000 ids at a hub that answers after 0, 20 and 100 ms.

Each beside a bare httpx loop that makes one request a model with as many threads, in the same run,
and beside the arithmetic minimum (requests times latency, divided by the threads). The mock, in a
process of its own, answers a limited number of requests a second, which is the limit without
latency. ``--plot FILE`` also writes the curves as SVG. Run it with ``python benchmarks/growth.py``;
it needs the extra `mock`, and takes some minutes. ``--quick`` leaves out 10,000 ids.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import many_ids
from msconfig.checking.report import Status

CONCURRENCY = 32
LATENCIES = (0.0, 0.02, 0.1)
SIZES = (100, 1000) if "--quick" in sys.argv[1:] else (100, 1000, 10_000)
WIDTH, HEIGHT, LEFT, BOTTOM = 640, 400, 60, 360
COLOURS = ("#0a7", "#07c", "#b50")

Row = tuple[int, float, float, float]
"""Ids, latency, seconds of the loop, seconds of msconfig."""


def measured() -> list[Row]:
    """Loop and msconfig, for every number of ids and every latency."""
    rows = []
    for latency in LATENCIES:
        for size in SIZES:
            ids = [f"owner/model-{number}" for number in range(size)]
            served = dict.fromkeys(ids, many_ids.SERVED)
            with many_ids.serving(served, ids, latency=latency) as (endpoints, _):
                loop = many_ids.with_bare_httpx(endpoints, ids, CONCURRENCY)
                ours, report = many_ids.with_msconfig(endpoints, ids, CONCURRENCY)
            if {model.status for model in report.models} != {Status.ENABLED}:
                raise SystemExit("not all ids passed")
            rows.append((size, latency, loop, ours))
    return rows


def plot(rows: list[Row]) -> str:
    """The seconds by the number of ids, both logarithmic; dashed is the bare loop."""
    lowest = math.floor(min(math.log10(min(row[2:])) for row in rows))
    highest = math.ceil(max(math.log10(max(row[2:])) for row in rows))

    def x(size: int) -> float:
        return LEFT + (math.log10(size) - 2) * (WIDTH - LEFT - 130) / (math.log10(SIZES[-1]) - 2)

    def y(seconds: float) -> float:
        return BOTTOM - (math.log10(seconds) - lowest) * (BOTTOM - 20) / (highest - lowest)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        "<style>text { font: 12px sans-serif }</style>",
        "<title>Seconds of a check by the number of ids</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for power in range(lowest, highest + 1):
        at = y(10.0**power)
        parts.append(f'<path d="M{LEFT} {at:.0f}H{WIDTH - 130}" stroke="#ddd"/>')
        parts.append(
            f'<text x="{LEFT - 8}" y="{at + 4:.0f}" text-anchor="end">{10**power:g} s</text>'
        )
    parts += [
        f'<text x="{x(size):.0f}" y="{BOTTOM + 22}" text-anchor="middle">{size:,} ids</text>'
        for size in SIZES
    ]
    for colour, latency in zip(COLOURS, LATENCIES, strict=True):
        curve = [row for row in rows if row[1] == latency]
        for column, dash in ((2, ' stroke-dasharray="5 4"'), (3, "")):
            points = " ".join(f"{x(row[0]):.1f},{y(row[column]):.1f}" for row in curve)
            parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}"{dash}/>')
        last = curve[-1]
        parts.append(
            f'<text x="{x(last[0]) + 10:.0f}" y="{y(last[3]) + 4:.0f}" fill="{colour}">'
            f"{latency * 1000:.0f} ms latency</text>"
        )
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    """Measure, and print the ratios."""
    rows = measured()
    print(f"{CONCURRENCY} requests at a time; seconds")
    print("   ids  latency  minimum   loop  msconfig  / minimum  / loop")
    for size, latency, loop, ours in rows:
        minimum = size * latency / CONCURRENCY
        ratio = f"{ours / minimum:9.2f}" if minimum else "        –"
        print(
            f"{size:6} {latency * 1000:5.0f} ms {minimum:8.2f} {loop:6.2f} {ours:9.2f}"
            f" {ratio} {ours / loop:8.2f}"
        )
    if "--plot" in sys.argv[1:]:
        Path(sys.argv[sys.argv.index("--plot") + 1]).write_text(plot(rows), "utf-8")


if __name__ == "__main__":
    main()
