"""A malicious partner against an honest page in a real browser, with the attacks of `tests/vectors/malice.json`."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

import pytest

from bot.candidates import MAX_CANDIDATES
from tests.conftest import running_coturn, until
from tests.e2e.people import Person, Voice
from tests.e2e.stack import Stack, running
from tests.e2e.stranger import Stranger, matched, runs
from tests.malice import CASES, payloads

# What the page gives to its connections, and what comes up on them that nobody offered.
RECORD = """
(() => {
  window.fed = [];
  window.unasked = [];
  const { prototype } = RTCPeerConnection;
  const { addIceCandidate, setRemoteDescription } = prototype;
  prototype.addIceCandidate = function (candidate) {
    window.fed.push(['candidate', candidate.candidate]);
    return addIceCandidate.call(this, candidate);
  };
  prototype.setRemoteDescription = function (description) {
    window.fed.push(['describe', description.sdp]);
    this.addEventListener('datachannel', () => window.unasked.push('datachannel'));
    this.addEventListener('negotiationneeded', () => window.unasked.push('negotiation'));
    return setRemoteDescription.call(this, description);
  };
})();
"""
TAKE = "() => window.fed.splice(0)"
REMOTE = """
async () => {
  const counts = [];
  // Firefox never answers for a connection that is closed meanwhile.
  const closed = () => new Promise((resolve) => setTimeout(resolve, 500, []));
  for (const [connection] of window.connections) {
    if (connection.connectionState === 'closed') continue;
    const stats = await Promise.race([connection.getStats().then((report) => [...report.values()]), closed()]);
    counts.push(stats.filter(({ type }) => type === 'remote-candidate').length);
  }
  return Math.max(0, ...counts);
}
"""
CANDIDATE = re.compile(r"^(?:a=)?candidate:1 1 udp 16777215 (\S+ \d+) typ relay raddr 0\.0\.0\.0 rport 0$")
MEDIA = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r"
# Where the page's relay says that it is: a public address, beside which no local one is let through.
RELAY = "141.101.90.1"
BY_NAME = {case["name"]: case for case in CASES}


def together(name: str, *parts: str) -> dict[str, Any]:
    """Make one case of several whose garbage is dropped: it costs the browser one call."""
    sends = [send for part in parts for send in BY_NAME[part]["sends"]]
    return {"name": name, "sends": sends, "reaches": BY_NAME[parts[-1]]["reaches"]}


ATTACKS = [
    together(
        "candidates that are none",
        "host, srflx and prflx candidates by name",
        "whole candidate lines instead of an address",
        "mDNS and other names",
        "IPv6 in every spelling",
        "TCP candidates",
        "private, shared and loopback ranges",
        "addresses that are no place for a relay",
        "addresses in spellings that some parsers take",
        "port 22 and other ports of services",
        "line breaks in an address",
    ),
    together("parameters that are none", "parameters of a wrong generation"),
    BY_NAME["line breaks in parameters"],
    BY_NAME["media and data that nobody offered"],
    BY_NAME["300 candidates before the parameters"],
    BY_NAME["300 candidates"],
    BY_NAME["another who joins in the partner's place"],
    BY_NAME["frames in our own name"],
    BY_NAME["frames in the wrong order"],
    BY_NAME["what is no frame"],
    BY_NAME["giant frames"],
    BY_NAME["nesting too deep to be written"],
]


@pytest.fixture(scope="module")
def service(valkey_socket: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The service with a relay behind NAT, as at an installation on the internet."""
    with (
        running_coturn(f"--external-ip={RELAY}/127.0.0.1") as relay,
        running(valkey_socket, relay, tmp_path_factory.mktemp("malice")) as stack,
    ):
        yield stack


Attack = Callable[[Stranger], Awaitable[None]]


class Honest(Person):
    """An honest person whose page is watched."""

    def __init__(self, voice: Voice, service: Stack) -> None:
        super().__init__(voice, service.url)
        self.door = service.url.removeprefix("http://")
        self.context.add_init_script(RECORD)
        self.page.reload()
        self.forgets()

    def forgets(self) -> None:
        """Begin a new record."""
        self.page.evaluate(TAKE)
        self.descriptions: list[str] = []
        self.candidates: list[str] = []
        self.most_addresses = 0

    def endures(self, attack: Attack) -> None:
        """Be matched with a stranger who does this."""

        async def act() -> None:
            async with matched(self.door) as stranger:
                await attack(stranger)

        runs(act, self.looks)

    def meets(self, attack: Attack) -> None:
        """Be matched with a stranger who does this, and then says that the call has failed."""

        async def fail_after(stranger: Stranger) -> None:
            await attack(stranger)
            await stranger.line.says("failed", call_id=stranger.match["call_id"], stage="ice")
            await stranger.line.hears("ended")
            await stranger.line.says("leave")

        self.endures(fail_after)

    def goes_on(self) -> None:
        """Wait for the next partner, and say why; nothing came up that nobody offered, and nothing broke."""
        self.sees("waiting")
        assert "could not be connected" in self.page.get_by_role("main").inner_text()
        assert self.page.evaluate("() => window.unasked") == []
        assert self.faults == []

    def looks(self) -> None:
        """Look at the page while it is attacked."""
        self.page.wait_for_timeout(50)
        for kind, text in self.page.evaluate(TAKE):
            lines = text.split("\r\n")
            self.descriptions += [text] if kind == "describe" else []
            self.candidates += [line for line in lines if re.match("(a=)?candidate", line)]
        self.most_addresses = max(self.most_addresses, self.page.evaluate(REMOTE))


@pytest.fixture(scope="module", params=["chromium", "firefox"])
def honest(request: pytest.FixtureRequest, voices: Mapping[str, Voice], service: Stack) -> Iterator[Honest]:
    """One page for all attacks: it must survive each of them."""
    person = Honest(voices[request.param], service)
    person.arrives()
    yield person
    person.leaves()


@pytest.mark.claim("hostile-partner")
@pytest.mark.parametrize("case", ATTACKS, ids=lambda case: case["name"])
def test_only_what_is_allowed_reaches_the_connection(honest: Honest, case: dict[str, Any]) -> None:
    """No other candidate, no other description; the page waits for the next partner and says why."""
    honest.sees("waiting")
    honest.forgets()
    expected = [value.replace(":", " ") for kind, value, *_ in case["reaches"] if kind == "candidate"]
    described = sum(kind == "describe" for kind, *_ in case["reaches"])

    async def attack(stranger: Stranger) -> None:
        await stranger.says(payloads(case, stranger.partner, stranger.epoch, beyond_hub=False))
        await until(lambda: len(honest.candidates) >= len(expected), "the candidates that are allowed", 60)
        await until(lambda: len(honest.descriptions) >= described, "the descriptions that are allowed", 60)

    honest.meets(attack)
    honest.looks()
    given = [CANDIDATE.match(line) for line in honest.candidates]
    assert [match and match[1] for match in given] == expected
    assert [re.findall("^m=.*", sdp, re.MULTILINE) for sdp in honest.descriptions] == [[MEDIA]] * described
    assert honest.most_addresses <= MAX_CANDIDATES
    honest.goes_on()


@pytest.mark.claim("hostile-partner")
def test_our_own_certificate_reflected_ends_the_call(honest: Honest) -> None:
    """Who claims our fingerprint cannot be at the other end: the page stops, and says that the call was not safe."""
    honest.sees("waiting")

    async def attack(stranger: Stranger) -> None:
        own = next(data for kind, data in stranger.heard.values() if kind == "parameters")
        frame = {"e": stranger.epoch, "p": stranger.partner, "w": 0, "a": 0, "m": [[1, "parameters", own]]}
        await stranger.channel.broadcast(frame)
        await stranger.line.hears("ended")

    honest.endures(attack)
    honest.sees("error")
    assert "not safe" in honest.page.get_by_role("main").inner_text()
    honest.presses("Connect")
    honest.sees("waiting")


@pytest.mark.claim("hostile-partner")
def test_a_storm_of_restarts_is_bounded(honest: Honest) -> None:
    """Restarts are for a call that was described: before, or from far ahead, they open nothing."""
    honest.sees("waiting")
    honest.forgets()
    good = BY_NAME["300 candidates"]["sends"][0]["message"][1]
    storm = [[number, "parameters", {**good, "generation": number}] for number in range(1, 256)]

    async def attack(stranger: Stranger) -> None:
        base = {"e": stranger.epoch, "p": stranger.partner, "w": 0, "a": 0}
        await stranger.says({**base, "m": storm[start : start + 32]} for start in range(0, 255, 32))

    honest.meets(attack)
    honest.looks()
    assert honest.descriptions + honest.candidates == []
    honest.goes_on()


@pytest.mark.claim("hostile-partner")
def test_restarts_asked_for_at_once_are_one(honest: Honest) -> None:
    """Whoever has a call may ask for the next generation as often as a frame allows: the newest is followed, soon."""
    honest.sees("waiting")
    honest.forgets()
    good = BY_NAME["300 candidates"]["sends"][0]["message"][1]
    asked = [[number + 1, "parameters", {**good, "generation": number}] for number in range(31)]

    async def attack(stranger: Stranger) -> None:
        def followed() -> list[int]:
            return [data["generation"] for kind, data in stranger.heard.values() if kind == "parameters"]

        await stranger.channel.broadcast({"e": stranger.epoch, "p": stranger.partner, "w": 0, "a": 0, "m": asked})
        async with asyncio.timeout(20):
            while 30 not in followed():
                await stranger.asks()
        assert followed() == [0, 30]

    honest.meets(attack)
    honest.looks()
    assert len(honest.descriptions) == 2
    honest.goes_on()


@pytest.mark.claim("hostile-partner")
def test_goodbye_and_then_more(honest: Honest) -> None:
    """Who says goodbye and talks on has gone: the page ends the call by itself and says that the partner left."""
    honest.sees("waiting")

    async def attack(stranger: Stranger) -> None:
        await stranger.says(payloads(BY_NAME["on after goodbye"], stranger.partner, stranger.epoch, beyond_hub=False))
        await stranger.line.hears("ended")

    honest.endures(attack)
    honest.sees("ended")
    assert "Your partner left" in honest.page.get_by_role("main").inner_text()
    honest.presses("Next")
    honest.sees("waiting")
