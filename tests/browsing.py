"""A page in a real Chromium, watched: what it asked for, what it complained about, what overflows.

Chromium is the one of the machine (`MSCONFIG_CHROMIUM` or ``chromium``); none is downloaded.
`MSCONFIG_AXE` names the file ``axe.min.js`` of the npm package `axe-core`.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

__all__ = ["HOSTILE", "LOOKS", "WIDTHS", "Look", "OpenedPage", "missing", "opened"]

# read here: a test's environment holds no variable of ours
_CHROMIUM = os.environ.get("MSCONFIG_CHROMIUM") or shutil.which("chromium")
_AXE = os.environ.get("MSCONFIG_AXE")
_IS_REQUIRED = os.environ.get("MSCONFIG_REQUIRE_BROWSER") == "1"

ARGUMENTS = (
    *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
)
"""Chromium makes no requests of its own."""

_HEIGHT = 900
WIDTHS = (360, 768, 1280)
"""A phone, a tablet, a desktop."""


class Look(NamedTuple):
    """How wide a window is, and whether its owner wants it dark."""

    width: int = 1280
    is_dark: bool = False

    def __str__(self) -> str:
        """For the name of a test."""
        return f"{self.width}-{'dark' if self.is_dark else 'light'}"


LOOKS = tuple(Look(width, is_dark) for width in WIDTHS for is_dark in (False, True))

HOSTILE = {
    "script": "<script>pwned()</script>",
    "attribute": '" onmouseover="pwned()" x="',
    "apostrophe": "' onmouseover='pwned()' x='",
    "image": "'\"><img src=x onerror=pwned()>",
    "end of the script": "</script></title></style><script>pwned()</script><!--",
    "address": "javascript:pwned()",
    "template": "{{ pwned() }}{% if %}%(number)s%s{0}",
    "entity": "&lt;script&gt;&#60;b&#62;",
    "direction": "a\u202eb\u2066c\u200fd",
    "right to left": "مرحبا/שלום",
    "control": "a\x00b\x1b[31mc\u2028d",
    "long": "x" * 5000,
    "long words": "long words " * 450,
    "emoji": "🧨👩‍👩‍👧‍👦🏳️‍🌈" * 20,
    "empty": "",
}
"""Names that want to be more than text; `pwned` is a trap in every page."""

_TRAPS = """
globalThis.trapped = [];
for (const name of ['alert', 'confirm', 'prompt', 'print', 'open']) {
  globalThis[name] = () => { globalThis.trapped.push(name); };
}
globalThis.pwned = () => { globalThis.trapped.push('pwned'); };
"""
"""What hostile text would call if it became a script."""

_NO_CLIPBOARD = """
globalThis.realClipboard = navigator.clipboard;
Object.defineProperty(navigator, 'clipboard', {value: undefined});
"""

_OVERFLOWING = """() => {
  const name = (element) => `${element.tagName.toLowerCase()}.${element.className}`
    + ` "${element.textContent.trim().slice(0, 40)}"`;
  const cuts = (element, axis) => ['hidden', 'clip'].includes(getComputedStyle(element)[axis]);
  const isForEars = (element) => element !== null
    && (element.clientWidth === 1 && cuts(element, 'overflowX')
      || isForEars(element.parentElement));
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) {
    found.push(`the page is ${root.scrollWidth} wide in ${root.clientWidth}`);
  }
  for (const element of document.body.querySelectorAll('*')) {
    const box = element.getBoundingClientRect();
    const isSeen = element.checkVisibility({visibilityProperty: true})
      && box.width > 1 && box.height > 1;
    const isDrawn = element.closest('svg') || element.matches('input, select, textarea, option');
    if (!isSeen || isDrawn || isForEars(element)) continue;
    if (box.left < -1 || box.right > root.clientWidth + 1) {
      found.push(`${name(element)} leaves the window: ${box.left} to ${box.right}`);
    }
    const isBox = element.clientWidth > 0; // an inline element has none of its own
    if (isBox && element.scrollWidth > element.clientWidth + 1) {
      found.push(`${name(element)} is ${element.scrollWidth} wide in ${element.clientWidth}`);
    }
    if (isBox && cuts(element, 'overflowY') && element.scrollHeight > element.clientHeight + 1) {
      found.push(`${name(element)} is ${element.scrollHeight} high in ${element.clientHeight}`);
    }
  }
  return found;
}"""
"""Elements wider than their box or outside the window; there are no boxes to be scrolled."""


def missing(what: str) -> NoReturn:
    """Skip the test because `what` is not there; fail it where it has to be."""
    if _IS_REQUIRED:
        pytest.fail(what)
    pytest.skip(what)


def chromium() -> str:
    """The path of Chromium; the test ends here without one."""
    if not _CHROMIUM or not Path(_CHROMIUM).exists():
        missing("no Chromium: install the package chromium, or say MSCONFIG_CHROMIUM")
    return str(_CHROMIUM)


@dataclass(frozen=True, slots=True)
class OpenedPage:
    """A page in a window, and what happened in it so far."""

    page: Page
    requests: list[str] = field(default_factory=list)
    """Addresses that it asked for besides its own; none of them is let through."""
    complaints: list[str] = field(default_factory=list)
    """Errors and warnings of the console, a breach of the security policy among them."""

    @property
    def trapped(self) -> list[str]:
        """What was called that no text may call."""
        found: list[str] = self.page.evaluate("globalThis.trapped")
        return found

    @property
    def overflowing(self) -> list[str]:
        """What is cut off, wider than its box, or outside the window."""
        found: list[str] = self.page.evaluate(_OVERFLOWING)
        return found

    @property
    def clipboard(self) -> str:
        """What was copied last."""
        read = "() => (globalThis.realClipboard ?? navigator.clipboard).readText()"
        return str(self.page.evaluate(read))

    def look(self, look: Look) -> None:
        """Make the window another one."""
        self.page.set_viewport_size({"width": look.width, "height": _HEIGHT})
        self.page.emulate_media(color_scheme="dark" if look.is_dark else "light")

    def touch_all(self) -> None:
        """Let the mouse pass over every element."""
        self.page.evaluate(
            "document.querySelectorAll('*').forEach((it) =>"
            " it.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})))"
        )

    def show_all(self) -> None:
        """Unfold whatever can be unfolded."""
        self.page.evaluate("document.querySelectorAll('details').forEach(it => { it.open = true })")

    def check_for_everybody(self) -> None:
        """Let axe-core look: no violation of its rules, WCAG 2.2 AA and good practice."""
        if not _AXE or not Path(_AXE).exists():
            missing("no axe-core: MSCONFIG_AXE names no file (see tests/browsing.py)")
        # not a script of the page: the security policy would refuse it
        self.page.evaluate(Path(str(_AXE)).read_text("utf-8"))
        violations: list[dict[str, Any]] = self.page.evaluate(
            "async () => (await axe.run(document)).violations"
        )
        told = [
            f"{each['id']}: {each['help']}: {node['html'][:200]} ({node['failureSummary'][:300]})"
            for each in violations
            for node in each["nodes"]
        ]
        assert not told, "\n".join(told)


def opened(
    browser: Browser,
    file: Path,
    look: Look | None = None,
    *,
    has_script: bool = True,
    has_clipboard: bool = True,
) -> OpenedPage:
    """`file` in a window of its own; the caller closes the browser.

    Args:
        browser: what opens it.
        file: an HTML page.
        look: the window; a light desktop unless told otherwise.
        has_script: whether its scripts run.
        has_clipboard: whether it finds the clipboard's newer interface, which a page from a file
            does not have in every browser.
    """
    look = look or Look()
    context: BrowserContext = browser.new_context(
        viewport={"width": look.width, "height": _HEIGHT},
        color_scheme="dark" if look.is_dark else "light",
        reduced_motion="reduce",
        java_script_enabled=has_script,
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.set_default_timeout(30_000)  # a busy machine is slow
    context.add_init_script(_TRAPS if has_clipboard else _TRAPS + _NO_CLIPBOARD)
    it = OpenedPage(context.new_page())
    own = file.resolve().as_uri()

    def meet(route: Route) -> None:
        if route.request.url.partition("#")[0] == own:
            route.continue_()
        else:
            it.requests.append(route.request.url)
            route.abort()

    context.route("**/*", meet)
    it.page.on(
        "console",
        lambda said: it.complaints.append(said.text) if said.type in {"error", "warning"} else None,
    )
    it.page.on("pageerror", lambda error: it.complaints.append(str(error)))
    it.page.goto(own)
    return it
