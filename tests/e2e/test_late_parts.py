"""What calls comes in parts while the microphone is being allowed: late, or not at first."""

from collections.abc import Mapping

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.conftest import Arrive
from tests.e2e.parts import part
from tests.e2e.people import Person, Voice
from tests.e2e.stack import Stack

EACH = pytest.mark.parametrize(
    # What makes connections, and the client of the call's channel: the page waits for both in one place.
    ("name", "words"),
    [("chromium", "iceTransportPolicy"), ("firefox", "phx_join")],
)


def opened(voice: Voice, stack: Stack, words: str) -> tuple[Person, str]:
    """Open the page where no service worker has fetched everything already; return the part's address as well."""
    return Person(voice, stack.url, service_workers="block"), f"**/assets/{part(words).name}"


@EACH
def test_nobody_queues_before_the_page_can_call(
    voices: Mapping[str, Voice], arrive: Arrive, stack: Stack, name: str, words: str
) -> None:
    """While the part is under way the page goes on asking, and nobody is matched with it; then the call comes."""
    one, address = opened(voices[name], stack, words)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    one.page.route(address, hold)
    other = arrive("chromium2")
    other.sees("waiting")
    one.arrives()
    one.sees("asking")
    one.polls(lambda: len(held), bool, "request for the part")
    other.stays("waiting", seconds=1)

    held[0].continue_()

    one.hears(other.voice.hz)
    other.hears(one.voice.hz)
    one.leaves()


@EACH
def test_a_part_that_cannot_be_had_is_explained(
    voices: Mapping[str, Voice], stack: Stack, name: str, words: str
) -> None:
    """The page says that it has no connection; once it has one, Connect works, by a new page where it must be."""
    one, address = opened(voices[name], stack, words)

    def refuse(route: Route) -> None:
        route.abort()

    one.page.route(address, refuse)
    one.arrives()
    one.sees("error")
    expect(one.page.get_by_role("heading", level=1)).to_have_text("No connection")

    one.page.unroute(address)
    one.presses("Connect")
    one.sees("waiting", "rules")
    if one.state() == "rules":
        one.arrives()
        one.sees("waiting")
    one.leaves()
