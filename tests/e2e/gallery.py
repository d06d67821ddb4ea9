"""The gallery, which shows every screen of the caller page with a sample state, and visits to it."""

import functools
import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

WEB = Path(__file__).parents[2] / "web"
AXE = WEB / "node_modules/axe-core/axe.min.js"
COLOURS = ["color-contrast", "link-in-text-block"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# One of each kind; the codes and reasons that differ in words alone are covered by the announcements' own table.
SCREENS = [
    "rules", "start", "start-check", "asking", "asking-again", "waiting", "waiting-first", "waiting-back",
    "connecting", "connecting-bot", "connecting-trouble", "talking", "talking-muted", "talking-trouble", "talking-bot",
    "talking-microphone-muted", "talking-microphone-refused", "waiting-microphone", "waiting-paused", "reconnecting",
    "talking-bot-person", "talking-bot-asked", "talking-bot-missed", "talking-bot-elsewhere", "waiting-bot-lost",
    "waiting-people", "ended-bot", "ended-partner_left", "ended-blocked", "error-rate_limited",
    "error-microphone_refused", "error-unsupported",
]  # fmt: skip
PHONE = {"width": 390, "height": 844}

# How far the page scrolls sideways, px, and what is too small for a finger.
MISFITS = """() => [
  document.documentElement.scrollWidth - innerWidth,
  [...document.querySelectorAll('button, select, label.chip')]
    .map((target) => [target, target.getBoundingClientRect()])
    .filter(([, box]) => box.width < 44 || box.height < 44).map(([target]) => target.outerHTML),
]"""


class Pages(http.server.SimpleHTTPRequestHandler):
    """Static files under the strictest policy that the server sends."""

    def end_headers(self) -> None:
        """Add the policy to every answer."""
        self.send_header("Content-Security-Policy", "default-src 'self'")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class named it
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Build the gallery from the sources into a folder, and serve it on loopback; its base URL."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # Node may be the environment's own wheel
    subprocess.run(
        ["node", "build.mjs", "--gallery", str(folder)], cwd=WEB, env={**os.environ, "PATH": path}, check=True
    )
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Pages, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


class Visit:
    """One page of the gallery in a context of its own, closed with it; whatever the console says is kept."""

    def __init__(self, browser: Browser, gallery: str, screen: str, **context: Any) -> None:
        self.context = browser.new_context(**{"viewport": PHONE, **context})
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.url = f"{gallery}?{screen}"

    def __enter__(self) -> Page:
        """Open the page and wait for its screen."""
        self.page.goto(self.url)
        self.page.locator("main[data-state]").wait_for()
        return self.page

    def __exit__(self, *_: object) -> None:
        """Close; a page that complained fails its test."""
        self.context.close()
        assert self.complaints == []


def dispatch(page: Page, **event: object) -> None:
    """Play an edge: give the page's machine one event."""
    page.evaluate("event => gallery.dispatch(event)", event)


def assert_accessible(page: Page) -> None:
    """Let axe look at the page; the context must bypass the policy, which refuses foreign scripts."""
    page.add_script_tag(path=AXE)
    assert len(_passed(page, RULES)) > 10


def assert_legible(page: Page) -> None:
    """Let axe look at the colours of a page that it has looked at before, in another scheme."""
    assert "color-contrast" in _passed(page, {"type": "rule", "values": COLOURS})


def _passed(page: Page, which: object) -> list[str]:
    result = page.evaluate("which => axe.run(document, { runOnly: which })", which)
    assert [(found["id"], found["nodes"][0]["html"]) for found in result["violations"]] == []
    return [found["id"] for found in result["passes"]]
