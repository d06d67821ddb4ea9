"""Our own: bots that only have a leg, bots that converse, and a caller for both."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect
from websockets.asyncio.connection import Connection
from websockets.exceptions import ConnectionClosed

from bot.conversation.conversation import Conversation
from bot.conversation.staff import Staff
from bot.conversation.voicebook import Voicebook
from bot.dialogue.script import load
from bot.dialogue.understanding import Understanding
from bot.engines.embedded.flite import FliteTts
from bot.engines.embedded.sphinx import SphinxStt
from bot.engines.embedded.sphinx_pool import SphinxPool
from bot.engines.embedded.vad import VoiceDetector
from bot.leg import Leg
from bot.media.playout import Playout
from bot.reliable import Message
from matcher.domain import Side
from matcher.wire import IceServer
from tests.bench.bot_load.speech import ANSWER, QUESTION, at_48_khz, judge, repeat

# Both ends show each other that they mean the same call.
CALL_ID = "AAAAAAAAAAAAAAAAAAAAAA"
CALLS = 32


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
        staff: The engines.
    """

    def __init__(self, relay: IceServer, staff: Staff) -> None:
        self._relay = relay
        self._staff = staff

    async def serve(self, socket: Connection) -> None:
        """Be the other end of a call, until its socket closes."""
        playout = Playout()
        conversation = Conversation(self._staff, playout)
        async with joined(socket, self._relay, Side.B, conversation.hear, playout) as leg:
            await leg.heard.wait()
            talking = asyncio.create_task(conversation.run())
            conversation.connected()
            await socket.wait_closed()
            talking.cancel()
            await asyncio.wait([talking])


@asynccontextmanager
async def whole_bot(relay: IceServer, folder: Path) -> AsyncIterator[WholeBot]:
    """Open the embedded engines; `folder` keeps the language model."""
    script = load("en")
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(SphinxPool(script, size=CALLS, spare=1, cache=folder))
        tts = await stack.enter_async_context(FliteTts())
        book = Voicebook([tts])
        await book.fill(script.speech())
        yield WholeBot(relay, Staff(script, Understanding(script), VoiceDetector, book, SphinxStt(pool), tts))


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
