"""Browsers for the whole run, and one service for the whole run."""

import subprocess
from collections.abc import Callable, Iterator, Mapping

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.conftest import Coturn
from tests.e2e import people
from tests.e2e.people import Person, Voice
from tests.e2e.stack import ROOT, Stack, running

Arrive = Callable[..., Person]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The browsers' driver."""
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
    """Two Chromium and two Firefox processes, each with a tone of its own."""
    folder = tmp_path_factory.mktemp("tones")
    started = Voices(
        {
            "chromium": lambda: people.chromium(playwright, folder, 440),
            "chromium2": lambda: people.chromium(playwright, folder, 1000),
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
    if not (ROOT / "web" / "dist" / "index.html").exists():
        subprocess.run(["npm", "run", "build"], cwd=ROOT / "web", check=True)
    with running(valkey_socket, coturn, tmp_path_factory.mktemp("stack")) as service:
        yield service


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
