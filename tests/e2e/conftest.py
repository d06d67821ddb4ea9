"""Browsers for the whole run, one service for the whole run, and the gallery of all screens."""

import contextlib
import fcntl
from collections.abc import Callable, Iterator, Mapping

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from infra.setup import page
from tests.conftest import Coturn
from tests.e2e import gallery as screens
from tests.e2e import people
from tests.e2e.abroad import Abroad, Travel, going_abroad
from tests.e2e.people import Person, Voice
from tests.e2e.stack import ROOT, Stack, running
from tests.e2e.watching import Watched
from tests.network.namespaces import obstacle

Arrive = Callable[..., Person]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The browsers' driver."""
    expect.set_options(timeout=20_000)  # a busy machine is no fault of the page
    with sync_playwright() as driver:
        yield driver


class Voices(dict[str, Voice]):
    """Browser processes, each started when it is first asked for."""

    def __init__(self, starts: Mapping[str, Callable[[], Voice]]) -> None:
        super().__init__()
        self._starts = starts

    def __missing__(self, name: str) -> Voice:
        """Start the browser of that name."""
        self[name] = self._starts[name]()
        return self[name]


@pytest.fixture(scope="session")
def voices(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Voice]]:
    """Two Chromium and two Firefox processes, and the whole Chromium, each with a tone of its own."""
    folder = tmp_path_factory.mktemp("tones")
    shell = people.HEADLESS_SHELL
    started = Voices(
        {
            "chromium": lambda: people.chromium(playwright, folder, 440, shell),
            "chromium2": lambda: people.chromium(playwright, folder, 1000, shell),
            "desktop": lambda: people.chromium(playwright, folder, 550),
            "firefox": lambda: people.firefox(playwright, 700),
            "firefox2": lambda: people.firefox(playwright, 1500),
        }
    )
    yield started
    for voice in started.values():
        voice.browser.close()


@pytest.fixture(scope="session")
def stack(valkey_socket: str, coturn: Coturn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The service, with the page built."""
    build_page()
    with running(valkey_socket, coturn, tmp_path_factory.mktemp("stack")) as service:
        yield service


def build_page() -> None:
    """Build the page where it is not there, or not of its sources as they are now."""
    with (ROOT / "web" / "build.mjs").open() as lock, contextlib.chdir(ROOT):
        fcntl.flock(lock, fcntl.LOCK_EX)  # other processes may run tests of the same checkout
        page.build()


@pytest.fixture
def arrive(voices: Mapping[str, Voice], stack: Stack) -> Iterator[Arrive]:
    """Open the page in a browser by its name, and press through to the queue; everybody leaves in the end."""
    present: list[Person] = []

    def come(name: str, **options: object) -> Person:
        person = Person(voices[name], stack.url, **options)
        present.append(person)
        return person.arrives()

    yield come
    for person in present:
        person.leaves()


@pytest.fixture(scope="session")
def abroad(playwright: Playwright, valkey_socket: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Abroad]:
    """The service and its callers on hosts of their own; skipped where no namespaces can be made."""
    if why := obstacle():
        pytest.skip(why)
    build_page()
    with going_abroad(playwright, valkey_socket, tmp_path_factory.mktemp("abroad")) as abroad:
        yield abroad


@pytest.fixture
def travel(abroad: Abroad) -> Iterator[Travel]:
    """Open the page on a host, in a browser by its kind; everybody leaves in the end."""
    present: list[Watched] = []

    def come(host: str, kind: str) -> Watched:
        present.append(abroad.opens(host, kind))
        return present[-1]

    yield come
    for person in present:
        person.leaves()


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of the gallery."""
    with screens.served(tmp_path_factory.mktemp("gallery")) as url:
        yield url


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium without a microphone, kept from calling anybody but loopback."""
    args = ["--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"]
    browser = playwright.chromium.launch(executable_path=people.HEADLESS_SHELL, args=args)
    yield browser
    browser.close()
