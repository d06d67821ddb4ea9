"""Bad networks: what can connect connects, what cannot is said, and nobody stays in between."""

from collections.abc import Iterator, Mapping
from functools import partial

import pytest
from playwright.sync_api import expect

from tests.conftest import Coturn
from tests.e2e.people import Person, Voice, hear_each_other
from tests.e2e.stack import Stack, behind_proxy
from tests.network.udp_proxy import UdpProxy, Way

POOR = Way(delay_s=0.05, loss=0.05)
HOPELESS = Way(delay_s=0.15, loss=0.2)
SLOW = Way(delay_s=0.15)
CUT_AT_MATCH = """
(() => {
  const Real = window.WebSocket;
  window.WebSocket = class extends Real {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', ({ data }) => {
        if (String(data).includes('"type":"matched"')) window.cutTheLine();
      });
    }
  };
})();
"""
# Whether the page has said so, if only for a moment: two who are alone meet again at once.
NOTE_PLACE = """
(() => {
  window.told = false;
  new MutationObserver(() => {
    window.told ||= document.querySelector('main')?.textContent.includes('You keep your place in the queue.') ?? false;
  }).observe(document, { subtree: true, childList: true, characterData: true });
})();
"""
TOLD = "() => window.told"
DECIDED = "() => window.told || document.querySelector('main').dataset.state === 'talking'"
# The sum of the page's deadlines, and some seconds for a busy machine.
DECIDED_S = 40


@pytest.fixture(scope="module")
def network(
    valkey_socket: str, coturn: Coturn, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Stack, UdpProxy]]:
    """A service whose relay is reached through a network of any quality."""
    with behind_proxy(valkey_socket, coturn, tmp_path_factory.mktemp("impaired")) as network:
        yield network


def test_a_poor_network_connects(voices: Mapping[str, Voice], network: tuple[Stack, UdpProxy]) -> None:
    """50 ms each way on each leg, and one packet in twenty lost: each call comes to be."""
    service, proxy = network
    proxy.way = POOR
    for _ in range(2):
        one, other = (Person(voices[name], service.url).arrives() for name in ("chromium", "chromium2"))
        for person in (one, other):
            person.sees("talking", seconds=DECIDED_S)
        hear_each_other(one, other)
        for person in (one, other):
            person.leaves()


def test_a_hopeless_network_is_no_endless_wait(voices: Mapping[str, Voice], network: tuple[Stack, UdpProxy]) -> None:
    """150 ms and one packet in five lost: the call comes to be, or both are told that it did not and look on."""
    service, proxy = network
    proxy.way = Way()
    one, other = both = [Person(voices[name], service.url) for name in ("chromium", "firefox")]
    for person in both:
        person.context.add_init_script(NOTE_PLACE)
        person.page.reload()
    one.arrives().sees("waiting")
    proxy.way = HOPELESS
    other.arrives()
    for person in both:
        person.sees("connecting", "talking", seconds=DECIDED_S)
    for person in both:
        person.polls(partial(person.page.evaluate, DECIDED), bool, "decision", DECIDED_S)
    if any(person.page.evaluate(TOLD) for person in both):
        for person in both:
            person.polls(partial(person.page.evaluate, TOLD), bool, "word of the place", DECIDED_S)
    for person in both:
        person.leaves()


def test_a_dead_network_gives_the_place_back(voices: Mapping[str, Voice], network: tuple[Stack, UdpProxy]) -> None:
    """The relay is lost between the match and the first sound: both are told, and keep their place."""
    service, proxy = network
    proxy.way = Way()
    one, other = (Person(voices[name], service.url) for name in ("chromium", "chromium2"))
    one.arrives().sees("waiting")
    other.page.expose_function("cutTheLine", lambda: setattr(proxy, "way", Way(open=False)))
    other.context.add_init_script(CUT_AT_MATCH)
    other.page.reload()
    proxy.way = SLOW
    other.arrives()
    for person in (one, other):
        person.sees("connecting")
    for person in (one, other):
        # Without a relay there is no second try for whoever has lost it: the page says so.
        person.sees("waiting", "error", seconds=DECIDED_S)
    expect(one.page.locator("main")).to_contain_text("could not be connected")
    for person in (one, other):
        person.leaves()
