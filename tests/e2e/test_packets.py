"""The packets themselves: callers on two hosts that could reach each other send each other nothing."""

import pytest

from tests.e2e.abroad import Abroad, Travel
from tests.e2e.people import SELECTED_PAIR

KINDS = ("chromium", "firefox")

# A call as it is made where nobody minds: every way is allowed, and the description names all of one's addresses.
PLAIN_CALL = """
async (offer) => {
  const connection = new RTCPeerConnection({ iceTransportPolicy: 'all' });
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
  connection.addTrack(microphone.getAudioTracks()[0], microphone);
  if (offer) await connection.setRemoteDescription({ type: 'offer', sdp: offer });
  const complete = new Promise((resolve) => {
    connection.onicecandidate = ({ candidate }) => candidate || resolve();
  });
  await connection.setLocalDescription();
  await complete;
  return connection.localDescription.sdp;
}
"""

TAKE_ANSWER = "(answer) => window.connections.at(-1)[0].setRemoteDescription({ type: 'answer', sdp: answer })"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.claim("relay-only")
def test_no_packet_passes_between_the_callers(abroad: Abroad, travel: Travel, kind: str) -> None:
    """From opening the page until after the call, two who hear each other exchange packets with the relay only."""
    abroad.lab.reset()
    one, other = travel("a", kind), travel("b", kind)
    one.arrives()
    other.arrives()
    one.hears(other.voice.hz)
    other.hears(one.voice.hz)
    one.speaks_through_relays(other)
    other.speaks_through_relays(one)
    one.presses("End")
    other.sees("ended")

    counts = abroad.lab.counts()
    assert (counts.a_b, counts.b_a) == (0, 0)
    assert min(counts.a_t, counts.t_a, counts.b_t, counts.t_b) > 50


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.claim("relay-only")
def test_the_counters_see_callers_who_do_not_hide(abroad: Abroad, travel: Travel, kind: str) -> None:
    """The control: a plain call in the same browsers takes the direct way, and it is counted in both directions."""
    one, other = travel("a", kind), travel("b", kind)
    abroad.lab.reset()
    answer = other.page.evaluate(PLAIN_CALL, one.page.evaluate(PLAIN_CALL, None))
    one.page.evaluate(TAKE_ANSWER, answer)

    for person in (one, other):
        local, remote, _ = person.polls(lambda: person.page.evaluate(SELECTED_PAIR), bool, "selected pair")  # noqa: B023  called at once
        assert "relay" not in (local, remote)
    one.polls(abroad.lab.counts, lambda counts: min(counts.a_b, counts.b_a) > 50, "direct packets")
