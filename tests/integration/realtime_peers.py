"""The two official clients behind one small interface: what they are told to do, and what they say happened."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from realtime import AsyncRealtimeChannel, AsyncRealtimeClient, RealtimeHTTPError

from matcher.domain import Side
from tests.integration.realtime_server import KEY, TOPIC, token

SCRIPT = Path(__file__).parent / "realtime_js" / "peer.mjs"
NODE = Path(sys.prefix) / "bin" / "node"


class Events:
    """What a client said, in order: pairs of a kind and a value."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()

    def tell(self, kind: str, value: Any) -> None:
        """Add one."""
        self._queue.put_nowait((kind, value))

    async def next(self, kind: str, seconds: float = 15) -> Any:
        """Wait for the next of a kind and return its value; what comes before it is left out."""
        seen = []
        try:
            async with asyncio.timeout(seconds):
                while True:
                    name, value = await self._queue.get()
                    if name == kind:
                        return value
                    seen.append((name, value))
        except TimeoutError:
            raise AssertionError(f"no {kind}, only {seen}") from None

    @property
    def empty(self) -> bool:
        """Whether there is nothing that was not looked at."""
        return self._queue.empty()


class Peer(Protocol):
    """An official client with one channel."""

    events: Events

    async def authorize(self, token: str) -> None:
        """Give it a token, which a joined channel refreshes."""

    async def join(self, topic: str) -> None:
        """Begin to join; `status` events tell how it went."""

    async def send(self, event: str, payload: dict[str, Any]) -> str:
        """Broadcast over the socket, or REST where the client itself decides so; return `ok` or another word."""

    async def http_send(self, event: str, payload: dict[str, Any]) -> str:
        """Broadcast over REST without a socket; return `ok` or the error's text."""

    async def flood(self, event: str, payload: dict[str, Any], count: int) -> None:
        """Broadcast `count` times over the socket as fast as it takes them, waiting for no answer."""

    async def leave(self) -> None:
        """Leave the channel; a `status` event tells when it is closed."""


class JavaScriptPeer:
    """`@supabase/realtime-js` in a Node process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.events = Events()

    async def listen(self) -> None:
        """Take what it says until it ends."""
        assert self._process.stdout
        async for line in self._process.stdout:
            kind, value = json.loads(line)
            self.events.tell(kind, value)

    async def do(self, name: str, **given: Any) -> None:
        """Give one command."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"do": name, **given}).encode() + b"\n")
        await self._process.stdin.drain()

    async def authorize(self, token: str) -> None:
        """See Peer."""
        await self.do("setAuth", token=token)
        await self.events.next("authorized")

    async def join(self, topic: str) -> None:
        """See Peer."""
        await self.do("join", topic=topic)

    async def send(self, event: str, payload: dict[str, Any]) -> str:
        """See Peer."""
        await self.do("send", event=event, payload=payload)
        return str(await self.events.next("sent"))

    async def http_send(self, event: str, payload: dict[str, Any]) -> str:
        """See Peer."""
        await self.do("httpSend", event=event, payload=payload)
        result = await self.events.next("sent")
        return "ok" if result == {"success": True} else str(result)

    async def flood(self, event: str, payload: dict[str, Any], count: int) -> None:
        """See Peer."""
        await self.do("flood", event=event, payload=payload, count=count)

    async def leave(self) -> None:
        """See Peer."""
        await self.do("leave")


class PythonPeer:
    """The `realtime` package."""

    def __init__(self, client: AsyncRealtimeClient) -> None:
        self._client = client
        self._channel: AsyncRealtimeChannel | None = None
        self.events = Events()

    def _joined(self) -> AsyncRealtimeChannel:
        assert self._channel
        return self._channel

    async def authorize(self, token: str) -> None:
        """See Peer."""
        await self._client.set_auth(token)

    async def join(self, topic: str) -> None:
        """See Peer."""
        self._channel = self._client.channel(
            topic,
            {
                "config": {
                    "private": True,
                    "broadcast": {"ack": True, "self": False},
                    "presence": {"key": "", "enabled": False},
                }
            },
        )
        self._channel.on_broadcast(
            "*", lambda heard: self.events.tell("heard", {"event": heard["event"], "payload": heard["payload"]})
        )
        await self._channel.subscribe(
            lambda status, error: self.events.tell("status", {"status": status.value, "error": error and str(error)})
        )

    async def send(self, event: str, payload: dict[str, Any]) -> str:
        """See Peer."""
        push = await self._joined().push("broadcast", {"type": "broadcast", "event": event, "payload": payload})
        push.receive("ok", lambda _: self.events.tell("sent", "ok"))  # type: ignore[call-overload] # its enum's value
        push.receive("error", lambda _: self.events.tell("sent", "error"))  # type: ignore[call-overload]
        push.receive("timeout", lambda: self.events.tell("sent", "timed out"))  # type: ignore[call-overload]
        return str(await self.events.next("sent"))

    async def http_send(self, event: str, payload: dict[str, Any]) -> str:
        """See Peer."""
        try:
            await self._joined().http_send(event, payload)
        except RealtimeHTTPError as fault:
            return str(fault)
        return "ok"

    async def flood(self, event: str, payload: dict[str, Any], count: int) -> None:
        """See Peer."""
        for _ in range(count):
            await self._joined().push("broadcast", {"type": "broadcast", "event": event, "payload": payload})

    async def leave(self) -> None:
        """See Peer."""
        await self._joined().unsubscribe()


@asynccontextmanager
async def javascript(url: str, patience_s: int = 10) -> AsyncIterator[JavaScriptPeer]:
    """Run the JavaScript client against a base URL; see `Starter`."""
    process = await asyncio.create_subprocess_exec(
        NODE, SCRIPT, url, KEY, str(patience_s), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    peer = JavaScriptPeer(process)
    async with asyncio.TaskGroup() as group:
        group.create_task(peer.listen())
        try:
            await peer.events.next("ready")
            yield peer
        finally:
            assert process.stdin
            process.stdin.close()
            await process.wait()


@asynccontextmanager
async def python(url: str, patience_s: int = 10) -> AsyncIterator[PythonPeer]:
    """Run the Python client against a base URL; see `Starter`."""
    # By default it gives up for good after 15 s, which a busy machine may need to start a server.
    client = AsyncRealtimeClient(url, KEY, timeout=patience_s, max_retries=100)
    await client.connect()
    try:
        yield PythonPeer(client)
    finally:
        await client.remove_all_channels()
        await client.close()


class Starter(Protocol):
    """Starts one of the two clients against a base URL."""

    def __call__(self, url: str, patience_s: int = 10) -> AbstractAsyncContextManager[Peer]:
        """Open it. `patience_s`: how long it waits for answers, to heartbeats, too, where that can be chosen."""
        ...


CLIENTS: list[Starter] = [python, javascript]
PAIRS = [(python, javascript), (javascript, python)]
SUBSCRIBED = {"status": "SUBSCRIBED", "error": None}


def name(client: Starter) -> str:
    """Name a client as a test's parameter."""
    return str(getattr(client, "__name__", client))


async def joined(peer: Peer, side: Side = Side.A, lifetime_s: int = 3600) -> None:
    """Join the topic with a valid token."""
    await peer.authorize(token(side=side, lifetime_s=lifetime_s))
    await peer.join(TOPIC)
    assert await peer.events.next("status") == SUBSCRIBED


async def back(peer: Peer) -> None:
    """Wait until a client has joined again by itself."""
    while (await peer.events.next("status", seconds=40))["status"] != "SUBSCRIBED":
        pass
