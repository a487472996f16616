"""Create the pictures in `docs/images/`: ``python docs/screenshots.py``.

It writes the pages from the bundled facts, with a made-up key, and takes their pictures. It needs
the extra `browser` and Debian's ``chromium`` (or `MSCONFIG_CHROMIUM`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).resolve().parent / "images"
MOST_BYTES = 150_000
TOKEN = "ms-00000000-0000-4000-8000-00000000cafe"  # noqa: S105 - made up
SERVED = ("Qwen/Qwen3.5-27B", "deepseek-ai/DeepSeek-V4-Pro", "Tongyi-MAI/Z-Image-Turbo")
NOT_SERVED = ("Qwen/Qwen3.5-27b", "Qwen/Qwen3-8B", "acme/no-such-model")


@dataclass(frozen=True, slots=True)
class Picture:
    """A window on a page."""

    name: str
    page: str
    width: int
    height: int
    is_dark: bool = False
    before: str = ""
    """JavaScript that runs in the page first."""


PICTURES = (
    Picture("guide.png", "guide.en.html", 1000, 1120),
    Picture("report.png", "report.html", 1180, 900),
    Picture(
        "report-phone.png",
        "report.html",
        390,
        844,
        is_dark=True,
        before="document.getElementById('models').scrollIntoView()",
    ),
)


def write_pages(folder: Path) -> None:
    """The pages, as the commands write them."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MODELSCOPE_", "MSCONFIG_"))
    }
    environment["MODELSCOPE_API_TOKEN"] = TOKEN
    msconfig = (sys.executable, "-m", "msconfig")
    for arguments, code in (
        (("generate", "--target", "guide", "-o", ".", *SERVED), 0),
        (("check", "--report", "html=report.html", *SERVED, *NOT_SERVED), 1),
    ):
        ran = subprocess.run(
            [*msconfig, arguments[0], "--offline", "-q", *arguments[1:]],
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            check=False,
        )
        if ran.returncode != code:
            raise SystemExit(f"msconfig {arguments[0]} ended with {ran.returncode}")


def main() -> None:
    """Write the pages and take the pictures."""
    program = os.environ.get("MSCONFIG_CHROMIUM") or shutil.which("chromium")
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        write_pages(Path(scratch))
        browser = playwright.chromium.launch(
            executable_path=program, args=["--disable-gpu", "--disable-background-networking"]
        )
        for picture in PICTURES:
            page = browser.new_page(
                viewport={"width": picture.width, "height": picture.height},
                color_scheme="dark" if picture.is_dark else "light",
                reduced_motion="reduce",
            )
            page.goto(Path(scratch, picture.page).as_uri())
            if picture.before:
                page.evaluate(picture.before)
            taken = page.screenshot(path=IMAGES / picture.name)
            if len(taken) > MOST_BYTES:
                raise SystemExit(f"{picture.name}: {len(taken)} bytes are too many for a picture")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
