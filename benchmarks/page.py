"""The report page of 1,000 models in Chromium: how long it takes to open, to filter and to sort.

All times are the browser's own (`performance`): opening from the start of the navigation, an answer
from the event to the end of the frame that shows it. Beside them stands how long the page takes to
be written. Run it with ``python benchmarks/page.py``; it needs the extra `browser` and Debian's
``chromium`` (or `MSCONFIG_CHROMIUM`).
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from msconfig.checking.report import (
    Change,
    Evidence,
    ModelResult,
    Report,
    Status,
    Suggestion,
    TokenResult,
    TokenStatus,
)
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from msconfig.reports import Format, render

MODELS = 1000
ROUNDS = 9
AIM = 100
"""Milliseconds that feel like at once."""
AT = datetime(2026, 10, 7, tzinfo=UTC)

OPENED = """() => {
  const [navigation] = performance.getEntriesByType('navigation');
  const [paint] = performance.getEntriesByName('first-contentful-paint');
  return [paint.startTime, navigation.loadEventEnd];
}"""
"""Milliseconds to the first paint, and until all is loaded and every script has run."""

ACTIONS = {
    "find an id": "document.getElementById('filter-text').value = 'model-77'; input();",
    "one status": "document.getElementById('filter-status').value = 'not_enabled'; input();",
    "show all": "document.querySelector('#filters [type=reset]').click();",
    "sort by id": "document.querySelector('[data-sort=id] button').click();",
    "sort by status": "document.querySelector('[data-sort=status] button').click();",
}
TIMED = """(action) => new Promise((done) => {
  const input = () => document.getElementById('filters')
    .dispatchEvent(new Event('input', {bubbles: true}));
  const began = performance.now();
  new Function('input', action)(input);
  // the first frame shows it; a message that is sent from it arrives when that frame is done
  requestAnimationFrame(() => {
    const after = new MessageChannel();
    after.port1.onmessage = () => done(performance.now() - began);
    after.port2.postMessage(null);
  });
})"""


def report() -> Report:
    """Models of every status, kind and change, with what a real check knows of each."""
    statuses, kinds, changes = list(Status), list(Kind), list(Change)
    evidence = (
        Evidence("GET /v1/models", "not among 35", AT),
        Evidence("GET /openapi/v1/models", "exists, text-generation", AT),
        Evidence("GET /api/v1/inference/list_model_providers", "no provider", AT),
    )
    models = tuple(
        ModelResult(
            f"some-owner/model-{number}-35B-A3B-Instruct",
            statuses[number % len(statuses)],
            kinds[number % len(kinds)],
            "served by nobody",
            evidence,
            (Suggestion("Qwen/Qwen3.5-27B", "the closest served id"),) if number % 2 else (),
            change=changes[number % len(changes)],
        )
        for number in range(MODELS)
    )
    token = TokenResult(TokenStatus.VALID, "MODELSCOPE_API_TOKEN", "00c0ffee")
    return Report(Site.CN, AT, (token,), models)


def opened(browser: Browser, file: Path) -> Page:
    """The page, loaded and painted."""
    # its policy forbids to make a function of a text, which the stopwatch does
    page = browser.new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    page.goto(file.as_uri())
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length === 1")
    return page


def main() -> None:
    """Measure, and print the medians and the worst."""
    began = time.perf_counter()
    text = render(report(), Format.HTML)
    print(f"{MODELS} models, {len(text) / 1e6:.2f} MB")
    print(f"written in        {(time.perf_counter() - began) * 1000:6.0f} ms")
    taken: dict[str, list[float]] = {"first paint": [], "loaded": []}
    program = os.environ.get("MSCONFIG_CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder, "report.html")
        file.write_text(text, "utf-8")
        browser = playwright.chromium.launch(
            executable_path=program, args=["--disable-gpu", "--disable-background-networking"]
        )
        for _ in range(ROUNDS):
            page = opened(browser, file)
            paint, load = page.evaluate(OPENED)
            taken["first paint"].append(paint)
            taken["loaded"].append(load)
            for name, action in ACTIONS.items():
                taken.setdefault(name, []).append(page.evaluate(TIMED, action))
            page.close()
        browser.close()
    for name, times in taken.items():
        aim = f"  (aim: at most {AIM} ms)" if name in ACTIONS else ""
        print(f"{name:16} {statistics.median(times):6.0f} ms, at worst {max(times):4.0f} ms{aim}")


if __name__ == "__main__":
    main()
