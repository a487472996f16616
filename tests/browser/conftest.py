"""A Chromium for the tests of pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import browsing
from browsing import OpenedPage

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HERE = Path(__file__).parent

Open = Callable[..., OpenedPage]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test in this folder needs a browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")


# of a module: as long as it runs, Playwright occupies the thread with an event loop of its own
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - an extra of its own
    except ImportError:
        browsing.missing("no Playwright: pip install -e '.[browser]'")
    program = browsing.chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(browsing.ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Open a file as `browsing.opened` does, until the test ends."""
    with ExitStack() as stack:

        def open_it(*given: Any, **more: Any) -> OpenedPage:  # noqa: ANN401 - as `opened` takes them
            it = browsing.opened(browser, *given, **more)
            stack.callback(it.page.context.close)
            return it

        yield open_it
