"""The two ways by which pages learn to connect: with the match, through the queue, or through the call's channel."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import WebSocketRoute

from tests.conftest import Coturn
from tests.e2e.people import Person, Voice
from tests.e2e.stack import Stack, running

Told = dict[str, Any]

CHANNEL = re.compile("/realtime/v1/websocket")
# What passes on the queue's socket, either way.
RECORD_QUEUE = """
(() => {
  const Real = window.WebSocket;
  window.passed = [];
  window.WebSocket = class extends Real {
    constructor(...all) {
      super(...all);
      const queue = new URL(this.url).pathname === '/v1/queue';
      if (queue) this.addEventListener('message', ({ data }) => window.passed.push(JSON.parse(data)));
      this.record = queue;
    }
    send(data) {
      if (this.record) window.passed.push(JSON.parse(data));
      super.send(data);
    }
  };
})();
"""


def opens(voice: Voice, url: str, route: Callable[[WebSocketRoute], None] | None = None) -> Person:
    """Open a page whose queue is recorded, and whose channel goes by `route`."""
    person = Person(voice, url)
    person.context.add_init_script(RECORD_QUEUE)
    if route:
        person.page.route_web_socket(CHANNEL, route)
    person.page.reload()
    return person


def described(person: Person) -> list[str]:
    """Return which messages of a page's queue have carried a description."""
    passed: list[Told] = person.page.evaluate("() => window.passed")
    return [message["type"] for message in passed if "description" in message]


def test_a_call_comes_up_without_its_channel(voices: Mapping[str, Voice], stack: Stack) -> None:
    """What came with the match is enough to talk."""
    one, other = (opens(voices[name], stack.url, lambda _: None) for name in ("chromium", "firefox"))
    for person in (one, other):
        person.arrives()

    one.hears(other.voice.hz)
    other.hears(one.voice.hz)
    for person in (one, other):
        assert "ready" in described(person)
        assert {"matched", "described"} & set(described(person))
        person.leaves()


def test_whoever_says_something_else_by_the_channel_ends_the_call(voices: Mapping[str, Voice], stack: Stack) -> None:
    """One of the two ways lies about the partner: the call is given up, and both look on."""

    def forge(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def change(frame: str | bytes) -> None:
            forged = re.sub(rb'"fingerprint":"..:', b'"fingerprint":"00:', frame) if isinstance(frame, bytes) else frame
            socket.send(forged)

        server.on_message(change)

    one = opens(voices["chromium"], stack.url, forge)
    other = opens(voices["firefox"], stack.url)
    one.arrives()
    other.arrives()

    one.polls(lambda: ended(one), bool, "end", 60)
    assert ended(one) == "failed"
    for person in (one, other):
        person.leaves()


def ended(person: Person) -> str | None:
    """Return why the page's call ended, by the server's word."""
    passed: list[Told] = person.page.evaluate("() => window.passed")
    return next((message["reason"] for message in passed if message["type"] == "ended"), None)


def test_a_call_comes_up_by_its_channel_alone(
    voices: Mapping[str, Voice], valkey_socket: str, coturn: Coturn, tmp_path: Path
) -> None:
    """Where the operator does not want the server to see parameters, it does not."""
    with running(valkey_socket, coturn, tmp_path, {"SOTTO_PARAMETERS_VIA": "channel"}) as stack:
        one, other = (opens(voices[name], stack.url) for name in ("firefox", "chromium"))
        one.arrives()
        other.arrives()

        one.hears(other.voice.hz)
        other.hears(one.voice.hz)
        for person in (one, other):
            assert described(person) == []
            person.leaves()
