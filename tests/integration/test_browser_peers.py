"""Two of the page's own peers in real browsers, through a real coturn, without any server in between."""

import asyncio
import base64
import hashlib
import hmac
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Playwright, async_playwright

from tests.conftest import FIRST_RELAY_PORT, Coturn

ROOT = Path(__file__).parents[2]
CHROMIUM_FLAGS = [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
FIREFOX_PREFS: dict[str, str | float | bool] = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.cubeb.force_mock_context": True,
    "media.autoplay.default": 0,
    "media.peerconnection.ice.loopback": True,
}

PAIRS = [("chromium", "firefox"), ("firefox", "chromium"), ("chromium", "chromium"), ("firefox", "firefox")]

# Both ends as the call drives them, with the test in the signaling's place.
PAGE = """
import { readSignal, toMessage } from './web/src/call/messages.ts';
import { Peer } from './web/src/call/peer.ts';
import { readSample } from './web/src/call/quality.ts';

const sent = [];
const states = [];
const audio = document.body.appendChild(new Audio());
let peer;
const play = (stream) => {
  states.push('stream');
  // Nothing is decoded that nobody plays.
  Object.assign(audio, { srcObject: stream, muted: true });
  void audio.play();
};
Object.assign(globalThis, {
  sent, states,
  async prepare(servers) {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    peer = await Peer.prepare(servers, stream.getAudioTracks()[0]);
    const send = (signal) => sent.push(toMessage(signal));
    send({ kind: 'parameters', parameters: peer.parameters });
    peer.listen({
      candidate: (candidate) => send({ kind: 'candidate', candidate }),
      endOfCandidates: (generation) => send({ kind: 'end_of_candidates', generation }),
      state: (state) => states.push(state), stream: play, leak: () => states.push('leak'),
    });
  },
  async receive(side, message) {
    const signal = readSignal(message, peer.hasLocalRelay);
    if (signal.kind === 'parameters') await peer.connect(side, signal.parameters);
    if (signal.kind === 'candidate') await peer.addCandidate(signal.candidate);
    if (signal.kind === 'end_of_candidates') await peer.endCandidates(signal.generation);
  },
  async restart() { sent.push(toMessage({ kind: 'parameters', parameters: await peer.restart(1, null) })); },
  async sample() { return readSample((await peer.getStats()).values(), performance.now()); },
  async iceRole() { return [...(await peer.getStats()).values()].find(({ type }) => type === 'transport').iceRole; },
  async outcome(servers) {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    return Peer.prepare(servers, stream.getAudioTracks()[0]).then(() => 'prepared', (error) => error.name);
  },
});
"""


def ice_servers(coturn: Coturn, secret: str | None = None) -> list[dict[str, Any]]:
    """Return credentials by coturn's REST scheme."""
    username = f"{int(time.time()) + 600}:test"
    digest = hmac.new((secret or coturn.secret).encode(), username.encode(), hashlib.sha1).digest()
    return [{"urls": [f"turn:127.0.0.1:{coturn.port}?transport=udp"], "username": username,
             "credential": base64.b64encode(digest).decode()}]  # fmt: skip


@pytest.fixture(scope="module")
def script() -> str:
    """The page's script, bundled."""
    bundled = subprocess.run(
        [ROOT / "web/node_modules/.bin/esbuild", "--bundle", "--format=iife", "--loader=ts"],
        input=PAGE, cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return bundled.stdout


async def launch(driver: Playwright, name: str) -> Browser:
    """Start a browser with a fake microphone."""
    if name == "chromium":
        return await driver.chromium.launch(executable_path="/usr/bin/chromium-headless-shell", args=CHROMIUM_FLAGS)
    return await driver.firefox.launch(
        channel="moz-firefox", executable_path="/usr/bin/firefox-esr", firefox_user_prefs=FIREFOX_PREFS
    )


@asynccontextmanager
async def pages(script: str, *names: str) -> AsyncIterator[list[Page]]:
    """Open one browser with the script for each name."""
    async with AsyncExitStack() as stack:
        driver = await stack.enter_async_context(async_playwright())

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            body = b"<!doctype html><title>peer</title>"
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n" + body)
            await writer.drain()
            writer.close()

        # getUserMedia needs a secure context: an origin on loopback.
        server = await stack.enter_async_context(await asyncio.start_server(serve, "127.0.0.1", 0))
        port = server.sockets[0].getsockname()[1]
        opened = []
        for name in names:
            browser = await stack.enter_async_context(await launch(driver, name))
            page = await browser.new_page()
            await page.goto(f"http://127.0.0.1:{port}/")
            await page.add_script_tag(content=script)
            opened.append(page)
        yield opened


async def carry(sender: Page, receiver: Page, receiving_side: str, seen: list[dict[str, Any]]) -> None:
    """Carry what one end says to the other; candidates overtake the parameters, which a real channel may do too."""
    messages = await sender.evaluate("sent.splice(0)")
    for message in sorted(messages, key=lambda message: message["kind"]):
        seen.append(message)
        await receiver.evaluate("([side, message]) => receive(side, message)", [receiving_side, message])


async def meet(a: Page, b: Page, servers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Prepare both and carry what they say until each receives packets; return all that was said."""
    await asyncio.gather(*(page.evaluate("(servers) => prepare(servers)", servers) for page in (a, b)))
    seen: list[dict[str, Any]] = []
    async with asyncio.timeout(20):
        while not all([(await page.evaluate("sample()"))["packetsReceived"] > 10 for page in (a, b)]):
            await carry(a, b, "b", seen)
            await carry(b, a, "a", seen)
            await asyncio.sleep(0.05)
    return seen


async def assert_roles(names: tuple[str, str], a: Page, b: Page) -> None:
    """A Chromium leaves control to the other end, and where both are, side b does; Firefox does not tell its role."""
    if names[0] == "chromium":
        assert await a.evaluate("iceRole()") == ("controlling" if names[1] == "chromium" else "controlled")
    if names[1] == "chromium":
        assert await b.evaluate("iceRole()") == "controlled"


@pytest.mark.parametrize("names", PAIRS, ids="-".join)
async def test_two_peers_connect_through_the_relay(names: tuple[str, str], script: str, coturn: Coturn) -> None:
    """Two prepared peers connect by parameters and relay candidates alone, and each receives the other's packets."""
    async with pages(script, *names) as (a, b):
        seen = await meet(a, b, ice_servers(coturn))
        for page in (a, b):
            assert (await page.evaluate("sample()"))["relayed"] is True
            states = await page.evaluate("states")
            assert "connected" in states
            assert "stream" in states
            assert "leak" not in states
        candidates = [message["data"] for message in seen if message["kind"] == "candidate"]
        assert len(candidates) >= 2
        assert all(FIRST_RELAY_PORT <= candidate["port"] < FIRST_RELAY_PORT + 1000 for candidate in candidates)
        await assert_roles(names, a, b)


@pytest.mark.parametrize("names", PAIRS, ids="-".join)
async def test_a_restart_has_no_role_conflict(names: tuple[str, str], script: str, coturn: Coturn) -> None:
    """Both ends offer anew, and know who controls before the first check of the new path can be on its way."""
    async with pages(script, *names) as (a, b):
        await meet(a, b, ice_servers(coturn))
        for page in (a, b):
            await page.evaluate("sent.splice(0)")
            await page.evaluate("restart()")
        for sender, receiver, side in ((a, b, "b"), (b, a, "a")):
            (message,) = await sender.evaluate("sent.filter(({ kind }) => kind === 'parameters')")
            await receiver.evaluate("([side, message]) => receive(side, message)", [side, message])
        await assert_roles(names, a, b)


@pytest.mark.parametrize("name", ["chromium", "firefox"])
async def test_no_relay_no_peer(name: str, script: str, coturn: Coturn) -> None:
    """With refused credentials there is no peer; with anything but TURN there is not even a try."""
    async with pages(script, name) as (page,):
        outcome = "(servers) => outcome(servers)"
        assert await page.evaluate(outcome, ice_servers(coturn, "another secret")) == "NoRelay"
        stun = [{"urls": [f"stun:127.0.0.1:{coturn.port}"], "username": "", "credential": ""}]
        assert await page.evaluate(outcome, stun) == "Leak"
        assert await page.evaluate(outcome, []) == "Leak"
