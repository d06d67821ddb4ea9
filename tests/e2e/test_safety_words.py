"""Safety words in real browsers: the same on both sides, and a call that ends when somebody on the way tampers."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import WebSocketRoute, expect

from server.realtime.framing import BROADCAST_KIND
from tests.e2e.conftest import Arrive
from tests.e2e.people import Person, Voice
from tests.e2e.stack import Stack

NONCE = "A" * 22
Entries = list[list[Any]]
Middle = Callable[[Entries], Entries]


def words(person: Person) -> list[str]:
    """Open Compare and return the names of the four."""
    person.presses("Compare")
    items = person.page.get_by_role("region", name="Safety words").get_by_role("listitem")
    expect(items).to_have_count(4)
    # What a reader hears: the pictures are hidden from it, their names are not.
    return [re.sub(r"[^A-Za-z ]", "", text).strip() for text in items.all_inner_texts()]


@pytest.mark.claim("safety-words")
def test_both_sides_have_the_same_words(arrive: Arrive) -> None:
    """Two who talk, in two kinds of browser, see the same four names in the same order."""
    one, other = arrive("chromium"), arrive("firefox")
    one.hears(other.voice.hz)
    other.sees("talking")

    shown = words(one)

    assert shown == words(other)
    assert all(shown)


@contextmanager
def tampered(voices: Mapping[str, Voice], url: str, middle: Middle) -> Iterator[Person]:
    """Somebody whose channel passes through hands that change what the partner says."""

    def change(frame: str | bytes) -> str | bytes:
        # A broadcast to a client: kind, lengths of three fields, encoding, the fields, JSON; the rest passes.
        if isinstance(frame, str) or frame[0] != BROADCAST_KIND:
            return frame
        start = 5 + sum(frame[1:4])
        payload = json.loads(frame[start:])
        return frame[:start] + json.dumps({**payload, "m": middle(payload["m"])}).encode()

    def route(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda frame: socket.send(change(frame)))

    person = Person(voices["chromium"], url)
    person.page.route_web_socket(re.compile("/realtime/v1/websocket"), route)
    person.page.reload()
    yield person
    person.leaves()


def swap(kind: str, **values: str) -> Middle:
    """Put other values into the partner's messages of that kind."""
    return lambda entries: [[n, k, {**data, **values} if k == kind else data] for n, k, data in entries]


def withhold(entries: Entries) -> Entries:
    """Make the partner one who knows nothing of safety words: messages of unknown kinds are skipped."""
    return [[n, "novelty" if k in ("commitment", "reveal") else k, data] for n, k, data in entries]


def hasten(entries: Entries) -> Entries:
    """Turn the partner's commitment into a nonce, which nobody has asked for yet."""
    return [[n, "reveal", {"nonce": NONCE}] if k == "commitment" else [n, k, d] for n, k, d in entries]


@pytest.mark.parametrize(
    "middle",
    [swap("reveal", nonce=NONCE), hasten],
    ids=["another nonce", "a nonce before the commitment"],
)
@pytest.mark.claim("safety-words")
def test_whoever_tampers_ends_the_call(
    voices: Mapping[str, Voice], stack: Stack, arrive: Arrive, middle: Middle
) -> None:
    """The page says that the call was not safe and why; the partner is told that it is over."""
    with tampered(voices, stack.url, middle) as one:
        one.arrives()
        other = arrive("firefox")

        one.sees("error")
        expect(one.page.get_by_role("heading", level=1)).to_have_text("The call was not safe")
        expect(one.page.get_by_role("main")).to_contain_text("Somebody between you may have interfered")
        other.sees("ended", "asking", "waiting")


def test_a_partner_without_words_can_be_talked_to(voices: Mapping[str, Voice], stack: Stack, arrive: Arrive) -> None:
    """A page that never commits, as older ones, costs no time and no call; Compare says that nothing is proved."""
    with tampered(voices, stack.url, withhold) as one:
        one.arrives()
        other = arrive("firefox")
        one.hears(other.voice.hz)
        other.hears(one.voice.hz)

        one.presses("Compare")

        panel = one.page.get_by_role("region", name="Safety words")
        expect(panel).to_contain_text("This call has no safety words.")
        expect(panel.get_by_role("listitem")).to_have_count(0)
        one.presses("Close")
        expect(one.page.get_by_role("button", name="Compare")).to_be_focused()
        assert one.state() == "talking"
