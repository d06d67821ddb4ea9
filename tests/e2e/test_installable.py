"""The page as an app: it can be installed, opens without a connection, and survives an update while it is open."""

import functools
import http.server
import re
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import wait_until
from tests.e2e.gallery import WEB, Pages
from tests.e2e.people import Person, Voice
from tests.e2e.stack import Stack

DIST = WEB / "dist"
CONTROLLED = "navigator.serviceWorker.controller?.state === 'activated'"
WAITING = "navigator.serviceWorker.getRegistration().then(({ waiting }) => waiting !== null)"
SCRIPTS = "[...document.scripts].map(({ src }) => src.split('/').pop())"
CACHED = """
async () => {
  const names = await caches.keys();
  const paths = [];
  for (const name of names) {
    for (const { url } of await (await caches.open(name)).keys()) paths.push(new URL(url).pathname);
  }
  return [names, paths.sort()];
}
"""
# Mean difference of two drawings of one icon, by channel, of 255.
DIFFERENCE = """
async ([one, other]) => {
  const drawn = async (path) => {
    const image = new Image();
    image.src = path;
    await image.decode();
    const context = new OffscreenCanvas(192, 192).getContext('2d');
    context.drawImage(image, 0, 0, 192, 192);
    return context.getImageData(0, 0, 192, 192).data;
  };
  const [a, b] = [await drawn(one), await drawn(other)];
  return a.reduce((sum, value, index) => sum + Math.abs(value - b[index]), 0) / a.length;
}
"""
SIZE = "async (path) => { const i = new Image(); i.src = path; await i.decode(); return `${i.width}x${i.height}`; }"


class NoCache(Pages):
    """As the server has it: the document and the worker are asked for again each time."""

    def end_headers(self) -> None:
        """Add the header to every answer."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()


@contextmanager
def serving(folder: Path, port: int = 0) -> Iterator[int]:
    """Serve a build on loopback; its port."""
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", port), functools.partial(NoCache, directory=str(folder))
    ) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def is_in_charge(page: Page) -> None:
    """Wait until the worker has its cache and sees what the page asks for."""
    wait_until(lambda: page.evaluate(CONTROLLED), "the service worker", 60)


def shell(folder: Path) -> list[str]:
    """Return what the cache of a build holds: its document, and the scripts and styles that this may ask for."""
    assets = [
        file.name for file in (folder / "assets").iterdir() if re.fullmatch(r"(main|part)-\w+\.(js|css)", file.name)
    ]
    return sorted(["/", *(f"/assets/{name}" for name in assets)])


def test_a_browser_finds_it_installable(browser: Browser, stack: Stack) -> None:
    """The manifest has no fault, its icons have their sizes and look like the SVG, and the worker is in charge."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(stack.url)
    is_in_charge(page)
    inspector = context.new_cdp_session(page)

    assert inspector.send("Page.getAppManifest")["errors"] == []
    errors = inspector.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # A test's context is a private window; there is nothing else to object to.
    assert [error["errorId"] for error in errors if error["errorId"] != "in-incognito"] == []
    for path, caching in (("/sw.js", "no-cache"), (shell(DIST)[1], "public, max-age=31536000, immutable")):
        assert page.request.get(stack.url + path).headers["cache-control"] == caching
    for name in ("icon", "icon-maskable"):
        for size in ("192", "512"):
            assert page.evaluate(SIZE, f"/{name}-{size}.png") == f"{size}x{size}"
    assert page.evaluate(DIFFERENCE, ["/icon.svg", "/icon-192.png"]) < 0.5
    assert page.evaluate(DIFFERENCE, ["/icon.svg", "/icon-512.png"]) < 0.5
    assert page.evaluate(DIFFERENCE, ["/icon.svg", "/icon-maskable-512.png"]) > 2, "the corners are filled"
    context.close()


@pytest.mark.claim("no-trace")
def test_nothing_that_the_service_says_is_kept(voices: Mapping[str, Voice], stack: Stack) -> None:
    """A whole way to the queue, through the worker, leaves the build's own files in the cache and nothing else."""
    person = Person(voices["chromium"], stack.url)
    is_in_charge(person.page)
    person.page.reload()
    person.arrives()
    person.sees("waiting")

    names, paths = person.page.evaluate(CACHED)
    assert len(names) == 1
    assert paths == shell(DIST)
    person.leaves()


@pytest.mark.parametrize("kind", ["chromium", "firefox"])
def test_without_a_connection_the_page_opens_and_says_so(voices: Mapping[str, Voice], kind: str) -> None:
    """The service gone, the page opens from the cache, and Connect says what is wrong, then gives up."""
    with serving(DIST) as port:
        person = Person(voices[kind], f"http://127.0.0.1:{port}/")
        is_in_charge(person.page)
    person.page.reload()
    person.arrives()
    expect(person.page.get_by_text("Sotto cannot be reached right now. We keep trying.").first).to_be_visible()
    if kind == "chromium":  # the page's patience is the same everywhere, and long
        person.sees("error", seconds=40)
        expect(person.page.get_by_role("heading", level=1)).to_have_text("No connection")
    person.leaves()


def test_a_device_without_a_network_is_told_at_once(browser: Browser, stack: Stack) -> None:
    """The first screens say that there is no connection as soon as the device knows, and no longer than it lasts."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(stack.url)
    is_in_charge(page)
    expect(page.get_by_role("alert")).to_have_count(0)
    context.set_offline(True)
    expect(page.get_by_role("alert")).to_contain_text("No connection")
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("No connection")
    page.get_by_role("button", name="Accept", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("No connection")
    context.set_offline(False)
    expect(page.get_by_role("alert")).to_have_count(0)
    context.close()


def another_build(folder: Path) -> Path:
    """Copy the build as a later one would be: no script has the name it had, whatever is in it."""
    shutil.copytree(DIST, folder)
    names = {file.name: f"{file.stem[:-8]}{file.stem[:-9:-1]}.js" for file in folder.glob("assets/*.js")}
    for file in [*folder.glob("assets/*.js"), folder / "index.html", folder / "sw.js"]:
        text = re.sub(r"(main|part)-[0-9A-Z]{8}\.js", lambda found: names[found[0]], file.read_text())
        file.write_text(re.sub(r'"version":"\w+"', '"version":"later"', text))
    for before, after in names.items():
        (folder / "assets" / before).rename(folder / "assets" / after)
    return folder


def speaks(page: Page, name: str, accept: str) -> None:
    """Choose a language, whose words are a script of the page's own build, and see it spoken."""
    page.locator("header select").select_option(label=name)
    expect(page.get_by_role("button", name=accept, exact=True)).to_be_visible()


def test_an_update_never_mixes_builds(browser: Browser, tmp_path: Path) -> None:
    """An open page goes on in its own build; a reload has the new one, or offline all of the old; then the old goes."""
    later = another_build(tmp_path / "later")
    context = browser.new_context()
    page = context.new_page()
    with serving(DIST) as port:
        page.goto(f"http://127.0.0.1:{port}/")
        is_in_charge(page)
        assert page.evaluate(CACHED)[1] == shell(DIST)

    with serving(later, port):
        speaks(page, "Deutsch", "Einverstanden")  # the server has the old build's words no more
        page.reload()
        speaks(page, "Français", "Accepter")
        assert page.evaluate(SCRIPTS) == [file.name for file in later.glob("assets/main-*.js")]
        wait_until(lambda: page.evaluate(WAITING), "the later build's worker", 60)

    page.reload()
    speaks(page, "Español", "Aceptar")
    assert page.evaluate(SCRIPTS) == [file.name for file in DIST.glob("assets/main-*.js")]

    with serving(later, port):
        page.close()
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        wait_until(lambda: page.evaluate(CACHED) == [["sotto-later"], shell(later)], "the old build's end", 60)
    page.reload()
    speaks(page, "Português", "Aceitar")
    context.close()
