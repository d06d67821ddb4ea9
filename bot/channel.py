"""The call's private Realtime channel, by the official client: one client, one channel, one event name, for one call.

`web/src/call/channel.ts` and `signaling.ts` are the twins. The client's own reconnection gives up for good after a
while and sends into the void then; a channel that the server closed it forgets. So it is told not to reconnect, and
whatever ends, a new client is built here, under the same reliable session.
"""

import asyncio
import logging
import random
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import structlog
from realtime import AsyncRealtimeChannel, AsyncRealtimeClient
from realtime.types import RealtimeAcknowledgementStatus as Ack
from realtime.types import RealtimeSubscribeStates as Status
from websockets.exceptions import WebSocketException

from bot.door import NotInCall, Refused, Unavailable
from bot.reliable import Message, Reliable
from matcher.bot_wire import ChannelGrant

log = structlog.get_logger()

EVENT = "s"
ANSWER_S = 10
# What the server does not accept by then goes to a dead socket, or to one that nobody reads any more.
ACCEPT_S = 5
HEARTBEAT_S = 15
PAUSES_S = (0.2, 0.5, 1.0, 2.0, 4.0)
# Without a channel for so long in a row the call cannot be saved: the page's own place is lost by then.
PATIENCE_S = 60.0
FLUSH_S = 0.5
LEAVE_S = 1.0


class ChannelLost(Exception):
    """The channel could not be joined for too long."""


class Channel:
    """Carries messages between the two ends of a call, complete and in order, while `run` runs.

    Args:
        invite: Fetches the way into the channel with a fresh token; may raise what `Door.channel` raises.
        hear: Takes each message of the partner.
        patience_s: How long is tried to join it, s.
    """

    def __init__(
        self,
        invite: Callable[[], Awaitable[ChannelGrant]],
        hear: Callable[[Message], None],
        patience_s: float = PATIENCE_S,
    ) -> None:
        # It writes topics and payloads into its log.
        logging.getLogger("realtime").setLevel(logging.CRITICAL)
        self.joined = asyncio.Event()
        self._invite = invite
        self._hear = hear
        self._patience_s = patience_s
        self._machine = Reliable(secrets.token_hex(8), random.random)
        self._grant: ChannelGrant | None = None
        self._visited: _Visit | None = None
        self._due = asyncio.Event()  # the machine may have something to send, or another deadline
        self._came = asyncio.Event()  # a frame of the partner

    def send(self, kind: str, data: dict[str, Any]) -> None:
        """Tell the partner something, as soon as the channel carries it."""
        self._machine.send(kind, data, _now_ms())
        self._due.set()

    async def flush(self, seconds: float = FLUSH_S) -> None:
        """Wait until the partner has everything, but no longer than this."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self._machine.settled:
                    self._came.clear()
                    await self._came.wait()

    async def run(self) -> None:
        """Join, join again whenever the channel is lost, and carry messages, until cancelled.

        Raises:
            ChannelLost: It could not be joined for too long.
        """
        async with asyncio.TaskGroup() as tasks:
            pump = tasks.create_task(self._pump())
            try:
                await self._stay()
            finally:
                pump.cancel()

    async def _stay(self) -> None:
        loop = asyncio.get_running_loop()
        tries, since_s = 0, loop.time()
        while True:
            if await self._visit():
                tries, since_s = 0, loop.time()
            elif loop.time() - since_s > self._patience_s:
                raise ChannelLost
            await asyncio.sleep(PAUSES_S[min(tries, len(PAUSES_S) - 1)])
            tries += 1

    async def _visit(self) -> bool:
        """Join the channel with a new client and stay until it is lost; says whether it was joined at all."""
        try:
            if self._grant is None:
                self._grant = await self._invite()
        except (NotInCall, Refused, Unavailable) as fault:
            log.warning("channel.uninvited", exc_info=fault)
            return False
        grant = self._grant
        client = AsyncRealtimeClient(
            grant.channel.url, grant.channel.key, auto_reconnect=False, max_retries=1, timeout=ANSWER_S,
            hb_interval=HEARTBEAT_S,
        )  # fmt: skip
        visit = _Visit(self._on_joined, self._on_payload)
        try:
            await client.connect()
            # Joining before the token is set would join as nobody.
            await client.set_auth(grant.channel.token)
            visit.channel = client.channel(grant.topic, _config())
            self._visited = visit
            visit.channel.on_broadcast(EVENT, visit.on_broadcast)
            await visit.channel.subscribe(visit.on_status)
            await visit.lost
            if not visit.broken:
                self._grant = None  # the server may want another token
        except (OSError, TimeoutError, WebSocketException) as fault:
            log.info("channel.unreachable", exc_info=fault)
        finally:
            self._visited = None
            self._machine.part()
            self.joined.clear()
            await _leave(client, visit)
        return visit.was_joined

    def _on_joined(self) -> None:
        self._machine.join(_now_ms())
        self.joined.set()
        self._due.set()

    def _on_payload(self, payload: object) -> None:
        messages = self._machine.receive(payload, _now_ms())
        self._due.set()
        self._came.set()
        for message in messages:
            self._hear(message)

    async def _pump(self) -> None:
        """Send what is due, and come back when the next is."""
        while True:
            self._due.clear()
            while (frame := self._machine.poll(_now_ms())) is not None:
                await self._post(frame)
            deadline_ms = self._machine.deadline
            delay_s = None if deadline_ms is None else max(0.001, (deadline_ms - _now_ms()) / 1000)
            with suppress(TimeoutError):
                async with asyncio.timeout(delay_s):
                    await self._due.wait()

    async def _post(self, frame: dict[str, Any]) -> None:
        if (visit := self._visited) is None or visit.channel is None:
            return  # it is sent again
        # A lost socket is told by the channel's status; what was lost with it is sent again.
        with suppress(OSError, WebSocketException):
            broadcast = {"type": "broadcast", "event": EVENT, "payload": frame}
            push = await visit.channel.push("broadcast", broadcast, ACCEPT_S)
            push.receive(Ack.Timeout, visit.on_silence)


class _Visit:
    """What one client says of its one channel."""

    def __init__(self, on_joined: Callable[[], None], on_payload: Callable[[object], None]) -> None:
        self.lost: asyncio.Future[Status] = asyncio.get_running_loop().create_future()
        self.channel: AsyncRealtimeChannel | None = None
        self.was_joined = False
        self.broken = False  # the socket, by which the server says nothing of the token
        self.closed = asyncio.Event()
        self._on_joined = on_joined
        self._on_payload = on_payload

    def on_status(self, status: Status, error: Exception | None) -> None:
        if status is Status.CLOSED:
            self.closed.set()
        if self.lost.done():
            return
        if status is Status.SUBSCRIBED:
            self.was_joined = True
            self._on_joined()
            return
        self.broken = isinstance(error, OSError | WebSocketException)
        self.lost.set_result(status)

    def on_silence(self) -> None:
        self.on_status(Status.TIMED_OUT, None)

    def on_broadcast(self, told: Any) -> None:
        if self.lost.done():
            return
        try:
            self._on_payload(told["payload"])
        except Exception as bug:  # noqa: BLE001 # in the client's own task it would end that, and be told to nobody
            self.lost.set_exception(bug)


async def _leave(client: AsyncRealtimeClient, visit: _Visit) -> None:
    """Leave the channel and close the client, and none of its timers lives on."""
    visit.lost.cancel()
    channel = visit.channel
    with suppress(OSError, TimeoutError, WebSocketException):
        async with asyncio.timeout(LEAVE_S):
            if channel and client.is_connected and client.channels:
                # What was just sent goes out before the socket closes.
                await channel.unsubscribe()
                await visit.closed.wait()
    if channel:
        channel.rejoin_timer.reset()
        for push in [channel.join_push, *channel.messages_waiting_for_ack.values()]:
            push.destroy()
        channel.messages_waiting_for_ack.clear()
    with suppress(OSError, TimeoutError, WebSocketException):
        async with asyncio.timeout(LEAVE_S):
            await client.close()


def _config() -> Any:
    broadcast = {"ack": True, "self": False}
    return {"config": {"private": True, "broadcast": broadcast, "presence": {"key": "", "enabled": False}}}


def _now_ms() -> int:
    return int(asyncio.get_running_loop().time() * 1000)
