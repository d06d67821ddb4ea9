"""People with browsers: what they do, see and hear."""

import math
import struct
import time
import wave
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import Browser, BrowserType, Page, Playwright, expect

RATE = 48_000
HEARD_RMS = 0.002

# Debian's Chromium, and what is left of it without its windows: the same engine for pages, media and network, of the
# same build, for less than half of the processor's time. Most tests have that one, the main ones the whole browser.
CHROMIUM = "/usr/bin/chromium"
HEADLESS_SHELL = "/usr/bin/chromium-headless-shell"

# Fake devices; and no look-ups of anything outside this machine.
CHROMIUM_FLAGS = [
    "--use-fake-device-for-media-stream",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE 127.0.0.2",
]
FIREFOX_PREFS: dict[str, str | float | bool] = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    # Without a sound card an AudioContext never starts otherwise.
    "media.cubeb.force_mock_context": True,
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    "media.autoplay.block-webaudio": False,
    "media.peerconnection.ice.loopback": True,
}

# Keeps every connection that the page makes, with its configuration, for what a person cannot see.
RECORD_CONNECTIONS = """
(() => {
  const Real = window.RTCPeerConnection;
  window.connections = [];
  window.RTCPeerConnection = class extends Real {
    constructor(configuration) { super(configuration); window.connections.push([this, configuration]); }
  };
})();
"""

# Loudest frequency and level of what the page's audio element receives.
LISTEN = """
async () => {
  const audio = document.querySelector('audio');
  const stream = audio && audio.srcObject;
  if (!stream || !stream.getAudioTracks().length) return { rms: 0, hz: 0 };
  if (window.heard?.stream !== stream) {
    window.heardContext ??= new AudioContext();
    const analyser = window.heardContext.createAnalyser();
    analyser.fftSize = 8192;
    analyser.smoothingTimeConstant = 0;
    window.heardContext.createMediaStreamSource(stream).connect(analyser);
    window.heard = { stream, analyser };
  }
  const { analyser } = window.heard, { state } = window.heardContext;
  if (state !== 'running') window.heardContext.resume();
  const wave = new Float32Array(analyser.fftSize), bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatTimeDomainData(wave);
  analyser.getFloatFrequencyData(bins);
  const rms = Math.sqrt(wave.reduce((sum, value) => sum + value * value, 0) / wave.length);
  const loudest = bins.indexOf(Math.max(...bins));
  return { rms, hz: loudest * window.heardContext.sampleRate / analyser.fftSize, state };
}
"""

# The selected pair: types of both candidates, and the port of the remote one. Ports are unique on one relay server.
SELECTED_PAIR = """
async () => {
  for (const [connection] of [...window.connections].reverse()) {
    if (connection.connectionState === 'closed') continue;
    const stats = await connection.getStats();
    const byId = new Map();
    stats.forEach((value) => byId.set(value.id, value));
    for (const value of byId.values()) {
      if (value.type === 'candidate-pair' && value.nominated && value.state === 'succeeded') {
        const local = byId.get(value.localCandidateId), remote = byId.get(value.remoteCandidateId);
        return [local.candidateType, remote.candidateType, remote.port];
      }
    }
  }
  return null;
}
"""

RELAY_PORTS = """
async () => {
  const ports = [];
  for (const [connection] of window.connections) {
    if (connection.connectionState === 'closed') continue;
    (await connection.getStats()).forEach((value) => {
      if (value.type === 'local-candidate' && value.candidateType === 'relay') ports.push(value.port);
    });
  }
  return ports;
}
"""

POLICIES = "() => window.connections.map(([, configuration]) => configuration?.iceTransportPolicy)"

# Firefox counts a socket that comes to nothing among a page's errors; where the test is what refuses it, these are its
# words, the second ones when the page leaves before it is open.
REFUSED = ("establish a connection", "was interrupted while the page was loading")

T = TypeVar("T")
P = TypeVar("P", bound="Person")


def write_tone(path: Path, hz: int) -> None:
    """Write one second of a tone in quarter-second bursts: a steady one would be taken for noise and suppressed."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        for n in range(RATE):
            loud = n * 4 // RATE % 2 == 0
            value = int(20_000 * math.sin(2 * math.pi * hz * n / RATE)) if loud else 0
            file.writeframesraw(struct.pack("<h", value))


@dataclass(frozen=True)
class Voice:
    """A browser process whose microphone plays one tone."""

    browser: Browser
    hz: int

    @property
    def kind(self) -> str:
        """`chromium` or `firefox`."""
        return self.browser.browser_type.name


def chromium(
    playwright: Playwright, folder: Path, hz: int, program: str = CHROMIUM, further: Sequence[str] = ()
) -> Voice:
    """Start Debian's Chromium with a tone as its microphone, or what starts it elsewhere, with further flags."""
    tone = folder / f"{hz}.wav"
    write_tone(tone, hz)
    flags = [*CHROMIUM_FLAGS, "--use-fake-ui-for-media-stream", f"--use-file-for-fake-audio-capture={tone}"]
    return Voice(playwright.chromium.launch(executable_path=program, args=[*flags, *further]), hz)


def firefox(
    playwright: Playwright,
    hz: int,
    program: str = "/usr/bin/firefox-esr",
    further: Mapping[str, str | bool] | None = None,
) -> Voice:
    """Start Debian's Firefox with a tone as its microphone, or what starts it elsewhere, with further preferences."""
    kind: BrowserType = playwright.firefox
    prefs = {**FIREFOX_PREFS, "media.navigator.audio.fake_frequency": hz, **(further or {})}
    return Voice(
        # The channel makes Playwright speak WebDriver BiDi to an unpatched Firefox.
        kind.launch(channel="moz-firefox", executable_path=program, firefox_user_prefs=prefs),
        hz,
    )


class Person:
    """Somebody in front of one page.

    Args:
        voice: The browser.
        url: Where the service is.
        options: Further options of the browser context.
    """

    def __init__(self, voice: Voice, url: str, **options: Any) -> None:
        self.voice = voice
        # What moves is drawn without a graphics card here, and takes a good part of the processor that a call needs.
        self.context = voice.browser.new_context(**{"reduced_motion": "reduce", **options})
        self.context.add_init_script(RECORD_CONNECTIONS)
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        self.page.goto(url)

    def presses(self, name: str) -> None:
        """Press the button of that name."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def sees(self, *states: str, seconds: float = 20) -> None:
        """Wait until the page is in one of these states."""
        pattern = ", ".join(f"main[data-state={state}]" for state in states)
        expect(self.page.locator(pattern)).to_be_attached(timeout=seconds * 1000)

    def state(self) -> str:
        """Return the page's state."""
        return self.page.locator("main").get_attribute("data-state") or ""

    def arrives(self) -> "Person":
        """Accept the rules and press Connect."""
        self.presses("Accept")
        self.sees("start")
        self.presses("Connect")
        return self

    def timer_s(self) -> int:
        """Return how long the call has lasted, as the page shows it, s."""
        minutes, seconds = self.page.locator(".timer").inner_text().split()[-1].split(":")
        return int(minutes) * 60 + int(seconds)

    def polls(self, read: Callable[[], T], good: Callable[[T], bool], what: str, seconds: float = 15) -> T:
        """Read again and again until it is good."""
        deadline = time.monotonic() + seconds
        while True:
            value = read()
            if good(value):
                return value
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.voice.kind} {self.voice.hz} Hz: no {what} in {seconds} s, last: {value}")
            self.page.wait_for_timeout(50)

    def hears(self, hz: int, seconds: float = 15) -> None:
        """Wait until that tone is the loudest thing coming in, with real energy behind it."""
        self.polls(
            lambda: self.page.evaluate(LISTEN),
            lambda heard: heard["rms"] > HEARD_RMS and abs(heard["hz"] - hz) < 12,
            f"tone of {hz} Hz",
            seconds,
        )

    def hears_nothing(self, seconds: float = 15) -> None:
        """Wait until one whole second is silent."""
        silent_since: list[float] = []

        def silent(heard: dict[str, float]) -> bool:
            if heard["rms"] > HEARD_RMS / 4:
                silent_since.clear()
            elif not silent_since:
                silent_since.append(time.monotonic())
            return bool(silent_since) and time.monotonic() - silent_since[0] > 1

        self.polls(lambda: self.page.evaluate(LISTEN), silent, "silence", seconds)

    def identifies(self, tones: set[int], seconds: float = 15) -> int:
        """Return which of these tones comes in."""

        def matching(heard: dict[str, float]) -> list[int]:
            return [hz for hz in tones if heard["rms"] > HEARD_RMS and abs(heard["hz"] - hz) < 12]

        return matching(self.polls(lambda: self.page.evaluate(LISTEN), lambda h: bool(matching(h)), "tone", seconds))[0]

    def stays(self, state: str, seconds: float) -> None:
        """Watch that the page is in one state the whole time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.state() == state
            self.page.wait_for_timeout(100)

    def blocks(self) -> None:
        """Press Block and confirm."""
        self.presses("Block")
        self.page.get_by_role("button", name="Block and leave").click()

    def speaks_through_relays(self, partner: "Person") -> None:
        """Check that every connection was built relay-only, and that the one in use ends at the partner's relay."""
        assert set(self.page.evaluate(POLICIES)) == {"relay"}
        local, remote, port = self.polls(lambda: self.page.evaluate(SELECTED_PAIR), bool, "selected pair")
        assert local == "relay"
        # A check that arrives before its candidate is announced makes the browser call that relay peer-reflexive
        # (RFC 8445 section 7.3.1.3): the type may differ, the relay may not.
        assert remote in ("relay", "prflx")
        assert port in partner.page.evaluate(RELAY_PORTS)

    def leaves(self, excused: Sequence[str] = ()) -> None:
        """Close the browser context, as closing the window does; no page error but excused ones may have happened."""
        self.context.close()
        faults = [fault for fault in self.faults if not any(words in fault for words in excused)]
        assert faults == [], faults


@contextmanager
def present(first: P, *others: Person) -> Iterator[P]:
    """Have people there for a while; the sockets that come to nothing are our doing."""
    everybody: tuple[Person, ...] = (first, *others)
    try:
        yield first
    finally:
        for person in everybody:
            person.leaves(excused=REFUSED)


def hear_each_other(one: Person, other: Person, seconds: float = 15) -> None:
    """Wait until each hears the other's tone."""
    one.hears(other.voice.hz, seconds)
    other.hears(one.voice.hz, seconds)
