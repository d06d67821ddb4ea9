"""Our own: bots that only have a leg, bots that converse, and a caller for both."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import connect
from websockets.asyncio.connection import Connection
from websockets.exceptions import ConnectionClosed

from bot.assembly import open_parts
from bot.leg import Leg
from bot.media.playout import Playout
from bot.parts import Conversations
from bot.reliable import Message
from bot.settings import WorkerSettings
from matcher.domain import Side
from matcher.settings import Secret
from matcher.wire import IceServer
from tests.bench.bot_load.speech import ANSWER, QUESTION, at_48_khz, judge, repeat

# Both ends show each other that they mean the same call.
CALL_ID = "AAAAAAAAAAAAAAAAAAAAAA"
CALLS = 32
CALL_S = 3600.0


@asynccontextmanager
async def joined(
    socket: Connection, relay: IceServer, side: Side, hear: Callable[[bytes], None], playout: Playout
) -> AsyncIterator[Leg]:
    """Open a leg whose messages go by the socket."""
    outbox: asyncio.Queue[str] = asyncio.Queue()

    def send(kind: str, data: dict[str, Any]) -> None:
        outbox.put_nowait(json.dumps([kind, data]))

    async def carry() -> None:
        with suppress(ConnectionClosed):
            while True:
                await socket.send(await outbox.get())

    async def take() -> None:
        async for message in socket:
            leg.receive(Message(*json.loads(message)))

    async with Leg([relay]) as leg:
        await leg.gather()
        leg.join(side, CALL_ID, send=send, hear=hear, playout=playout)
        tasks = [asyncio.create_task(carry()), asyncio.create_task(take())]
        try:
            yield leg
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


class LegBot:
    """Answers calls with nothing but a leg: tells voices from noise, and speaks once in each turn."""

    def __init__(self, relay: IceServer) -> None:
        self._relay = relay
        self._pcm = at_48_khz(ANSWER, "slt")

    async def serve(self, socket: Connection) -> None:
        """Be the other end of a call, until its socket closes."""
        playout = Playout()
        async with joined(socket, self._relay, Side.B, judge(), playout) as leg:
            await leg.connected.wait()
            speaking = asyncio.create_task(repeat(playout, self._pcm))
            await socket.wait_closed()
            speaking.cancel()
            await asyncio.wait([speaking])


class WholeBot:
    """Answers calls with leg and conversation, as a worker does.

    Args:
        relay: For each call.
        conversations: Makes a conversation.
    """

    def __init__(self, relay: IceServer, conversations: Conversations) -> None:
        self._relay = relay
        self._conversations = conversations

    async def serve(self, socket: Connection) -> None:
        """Be the other end of a call, until its socket closes."""
        playout = Playout()
        conversation = self._conversations(playout, CALL_S)
        async with joined(socket, self._relay, Side.B, conversation.hear, playout) as leg:
            await leg.heard.wait()
            talking = asyncio.create_task(conversation.run())
            conversation.connected()
            await socket.wait_closed()
            talking.cancel()
            await asyncio.wait([talking])


@asynccontextmanager
async def whole_bot(relay: IceServer) -> AsyncIterator[WholeBot]:
    """Open the embedded engines."""
    async with open_parts(WorkerSettings(bot_key=Secret("k" * 32), bot_calls=CALLS)) as parts:
        yield WholeBot(relay, parts.conversations)


class LegCaller:
    """Calls a bot of ours."""

    def __init__(self, relay: IceServer) -> None:
        self._relay = relay
        self._pcm = at_48_khz(QUESTION, "rms")

    @asynccontextmanager
    async def call(self, url: str) -> AsyncIterator[None]:
        """Call; the way to the bot opens while the context is there."""
        playout = Playout()
        async with connect(url) as socket, joined(socket, self._relay, Side.A, lambda _: None, playout):
            speaking = asyncio.create_task(repeat(playout, self._pcm))
            try:
                yield
            finally:
                speaking.cancel()
                await asyncio.wait([speaking])
