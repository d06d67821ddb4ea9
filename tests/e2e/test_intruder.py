"""A malicious partner with a real connection: what it carries beyond the one voice reaches nobody; then a good call."""

import re
import threading
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from bot.parameters import Candidate, Parameters
from bot.template import candidate_line, describe
from tests.conftest import until
from tests.e2e.conftest import Arrive
from tests.e2e.people import Person, Voice
from tests.e2e.stack import Stack
from tests.e2e.stranger import matched, runs
from tests.integration.door import page

# A partner whose connection carries what the honest page never agreed to: video and a data channel.
INTRUDE = """
async (servers) => {
  const connection = new RTCPeerConnection({ iceServers: servers, iceTransportPolicy: 'relay' });
  const context = new AudioContext(), tone = context.createOscillator(), sink = context.createMediaStreamDestination();
  tone.frequency.value = 1200;
  tone.connect(sink);
  tone.start();
  await context.resume();
  const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 36 });
  const paint = canvas.getContext('2d');
  setInterval(() => { paint.fillStyle = `hsl(${Math.random() * 360} 90% 50%)`; paint.fillRect(0, 0, 64, 36); }, 50);
  connection.addTrack(sink.stream.getAudioTracks()[0]);
  connection.addTrack(canvas.captureStream(20).getVideoTracks()[0]);
  window.intruder = connection;
  window.channel = connection.createDataChannel('x');
  const gathered = new Promise((done) => { connection.onicecandidate = ({ candidate }) => candidate || done(); });
  await connection.setLocalDescription();
  await gathered;
  return connection.localDescription.sdp;
}
"""
ANSWER = "(sdp) => window.intruder.setRemoteDescription({ type: 'answer', sdp })"
SENT = """
async () => {
  const stats = [...(await window.intruder.getStats()).values()];
  const sent = (of) => stats.find(({ type, kind }) => type === 'outbound-rtp' && kind === of)?.packetsSent ?? 0;
  return [sent('audio'), sent('video'), window.channel.readyState];
}
"""
RECEIVED = """
async () => {
  for (const [connection] of window.connections) {
    if (connection.connectionState !== 'connected') continue;
    const stats = [...(await connection.getStats()).values()];
    return [
      connection.getTransceivers().length, connection.sctp,
      stats.filter(({ type }) => type === 'inbound-rtp').map(({ kind }) => kind),
      stats.filter(({ type }) => type === 'data-channel').length,
    ];
  }
}
"""

UNASKED = """
(() => {
  window.unasked = [];
  const Real = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Real {
    constructor(configuration) {
      super(configuration);
      for (const type of ['datachannel', 'track']) this.addEventListener(type, () => window.unasked.push(type));
    }
  };
})();
"""


def parameters_of(sdp: str) -> dict[str, Any]:
    """Return the connection parameters in a browser's description."""

    def first(pattern: str) -> str:
        found = re.search(pattern, sdp, re.MULTILINE)
        assert found, pattern
        return found[1]

    return {
        "generation": 0,
        "ufrag": first(r"^a=ice-ufrag:(\S+)"),
        "pwd": first(r"^a=ice-pwd:(\S+)"),
        "fingerprint": first(r"^a=fingerprint:sha-256 (\S+)"),
        "payload_type": int(first(r"^a=rtpmap:(\d+) opus/48000")),
        "yields": False,
    }


def accepting_all(audio: str, offer: str) -> str:
    """Turn the honest one's audio-only answer into one that seems to accept the offer's video and data as well."""
    head, media = audio.split("m=audio", 1)
    lines = media.split("\r\n")[1:]
    shared = [line for line in lines if re.match(r"a=(ice-|fingerprint|setup)", line)]
    kinds = re.findall(r"^m=(\w+) .*?\r\n(?:.*\r\n)*?a=mid:(\S+)", offer, re.MULTILINE)
    mids = [mid for _, mid in kinds]
    video = next(number for number in re.findall(r"^a=rtpmap:(\d+) VP8", offer, re.MULTILINE))
    more = {
        "video": [f"m=video 9 UDP/TLS/RTP/SAVPF {video}", "c=IN IP4 0.0.0.0", "a=rtcp-mux",
                  f"a=rtpmap:{video} VP8/90000", "a=recvonly"],
        "application": ["m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "c=IN IP4 0.0.0.0", "a=sctp-port:5000"],
    }  # fmt: skip
    sections = [f"m=audio{media}"]
    sections += ["\r\n".join([*more[kind], f"a=mid:{mid}", *shared, ""]) for kind, mid in kinds[1:]]
    return head.replace(f"BUNDLE {mids[0]}", f"BUNDLE {' '.join(mids)}") + "".join(sections)


class Intruder:
    """A stranger on the channel, with a browser's connection in hand.

    Args:
        door: The service, host:port.
        person: The browser page that makes the connection; it is no caller.
    """

    def __init__(self, door: str, person: Person) -> None:
        self._door = door
        self._page = person.page
        self._over = threading.Event()
        self._met: list[tuple[str, dict[str, Any], list[dict[str, Any]]]] = []
        servers = runs(self._relay, lambda: self._page.wait_for_timeout(20))
        self._offer: str = self._page.evaluate(INTRUDE, servers)

    def calls(self, honest: Person) -> None:
        """Be matched, connect, send all there is to send, and watch what becomes of it."""
        runs(self._talk, lambda: self._watch(honest))

    async def _relay(self) -> Any:
        async with page(self._door) as line:
            await line.greets()
            servers = (await line.hears("relay"))["ice_servers"]
            await line.says("leave")
            return servers

    async def _talk(self) -> None:
        async with matched(self._door) as stranger:
            relays = re.findall(r"^a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ relay", self._offer, re.MULTILINE)
            own = [("candidate", {"generation": 0, "ip": ip, "port": int(port)}) for ip, port in relays[:2]]
            said = enumerate([*own, ("parameters", parameters_of(self._offer))], 1)
            frame = {"e": stranger.epoch, "p": stranger.partner, "w": 1, "a": 0, "m": [[n, *one] for n, one in said]}
            await stranger.says([frame])
            heard = [data for kind, data in stranger.heard.values() if kind == "candidate"]
            partner = next(data for kind, data in stranger.heard.values() if kind == "parameters")
            self._met.append((stranger.match["side"], partner, heard))
            await until(self._over.is_set, "the end of the watch", seconds=50)
            await stranger.line.says("leave")

    def _watch(self, honest: Person) -> None:
        if not self._met:
            self._page.wait_for_timeout(20)
            return
        side, partner, heard = self._met.pop()
        parameters = msgspec.convert(partner, Parameters)
        lines = [f"a={candidate_line(msgspec.convert(data, Candidate))}\r\n" for data in heard]
        audio = describe(parameters, "passive" if side == "a" else "active", "0") + "".join(lines)
        try:
            self._page.evaluate(ANSWER, accepting_all(audio, self._offer))
            honest.hears(1200, seconds=40)
            enough = lambda sent: sent[0] > 20 and sent[1] > 20  # noqa: E731 - read once, right here
            sent = honest.polls(lambda: self._page.evaluate(SENT), enough, "voice and video sent", 20)
            assert sent[2] == "connecting", "the data channel opened"
            assert honest.page.evaluate(RECEIVED) == [1, None, ["audio"], 0]
            assert honest.page.evaluate("() => window.unasked") == ["track"]
            honest.sees("talking")
        finally:
            self._over.set()


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_video_and_data_that_nobody_offered_reach_nobody(
    voices: Mapping[str, Voice], arrive: Arrive, stack: Stack, browser: str
) -> None:
    """The intruder sends both over the very connection; the page hears the voice, knows of nothing else, and lives."""
    intruder = Person(voices["chromium2"], stack.url)
    honest = Person(voices[browser], stack.url)
    honest.context.add_init_script(UNASKED)
    honest.page.reload()
    honest.arrives()
    honest.sees("waiting")

    Intruder(stack.url.removeprefix("http://"), intruder).calls(honest)

    honest.sees("ended")
    honest.presses("Next")
    partner = arrive("chromium2")
    honest.hears(partner.voice.hz)
    partner.hears(honest.voice.hz)
    honest.speaks_through_relays(partner)
    honest.leaves()
    intruder.leaves()
