"""The page's signaling in Node and the bot's session in Python, through the real hub with both official clients."""

import asyncio
import json
import shutil
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any

from realtime import AsyncRealtimeChannel, AsyncRealtimeClient, RealtimeSubscribeStates

from bot.reliable import Reliable
from matcher.domain import Side
from tests.conftest import until
from tests.integration.realtime_server import KEY, TOPIC, hub_server, token

MESSAGES = 14
SCRIPT = Path(__file__).parent / "signaling_end.ts"
CONFIG: Any = {"config": {"private": True, "broadcast": {"ack": True, "self": False}}}


class PageEnd:
    """The page's signaling in a Node process."""

    def __init__(self, process: Process) -> None:
        self.joined = 0
        self.got: list[int] = []
        self._process = process

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, access_token: str) -> AsyncIterator["PageEnd"]:
        """Start it."""
        node = shutil.which("node") or "node"
        process = await asyncio.create_subprocess_exec(
            node, SCRIPT, url, KEY, TOPIC, access_token, stdin=PIPE, stdout=PIPE
        )
        end = cls(process)
        reader = asyncio.create_task(end._read())
        try:
            yield end
        finally:
            assert process.stdin
            process.stdin.close()
            await process.wait()
            await reader

    async def tell(self, command: dict[str, Any]) -> None:
        """Give it a command."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(command).encode() + b"\n")
        await self._process.stdin.drain()

    async def _read(self) -> None:
        assert self._process.stdout
        async for line in self._process.stdout:
            value = json.loads(line)
            if value == "joined":
                self.joined += 1
            else:
                self.got.append(value)


class BotEnd:
    """The bot's session on the official Python client, which here loses a part of the frames, both ways."""

    def __init__(self, channel: AsyncRealtimeChannel, loss: float) -> None:
        self.got: list[int] = []
        self.left = False
        self._random = Random(1)
        self.machine = Reliable(f"{self._random.getrandbits(64):016x}", self._random.random)
        self._channel = channel
        self._loss = loss
        channel.on_broadcast("s", self._hear)

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, loss: float) -> AsyncIterator["BotEnd"]:
        """Join the channel and keep the session going."""
        client = AsyncRealtimeClient(url, KEY)
        client.access_token = token(side=Side.B, lifetime_s=600)
        await client.connect()
        end = cls(client.channel(TOPIC, CONFIG), loss)
        await end._channel.subscribe(end._status)
        pump = asyncio.create_task(end._pump())
        try:
            yield end
        finally:
            pump.cancel()
            with suppress(asyncio.CancelledError):
                await pump
            await client.close()

    def send(self, number: int) -> None:
        """Send a number."""
        self.machine.send("end_of_candidates", {"generation": number}, self._now())

    def _now(self) -> int:
        return int(asyncio.get_running_loop().time() * 1000)

    def _status(self, state: RealtimeSubscribeStates, _: Exception | None) -> None:
        if state is RealtimeSubscribeStates.SUBSCRIBED:
            self.machine.join(self._now())

    def _hear(self, broadcast: Any) -> None:
        if self._random.random() >= self._loss:
            messages = self.machine.receive(broadcast["payload"], self._now())
            self.got += [message.data["generation"] for message in messages if message.kind == "end_of_candidates"]
            self.left |= any(message.kind == "bye" for message in messages)

    async def _pump(self) -> None:
        while True:
            if (frame := self.machine.poll(self._now())) and self._random.random() >= self._loss:
                await self._channel.send_broadcast("s", frame)
            await asyncio.sleep(0.005)


async def test_both_languages_through_the_hub() -> None:
    """Through the hub, over 30 % loss and with one end late, all messages arrive each way, complete and in order."""
    numbers = list(range(MESSAGES))
    async with hub_server() as (_, url), PageEnd.open(url, token(lifetime_s=600)) as page:
        for number in numbers:
            await page.tell({"send": number})
        await until(lambda: page.joined > 0, "the page's join")
        await asyncio.sleep(0.5)  # the lateness itself: nothing to wait for happens in it
        async with BotEnd.open(url, loss=0.3) as bot:
            for number in numbers:
                bot.send(number)
            await until(lambda: page.got == numbers and bot.got == numbers, "all messages", seconds=30)
            await until(lambda: bot.machine.settled, "the last acknowledgement", seconds=30)


async def test_a_channel_that_the_server_closed_is_made_anew() -> None:
    """When the token expires the hub closes the channel; with a fresh one the same session goes on where it was."""
    async with (
        hub_server() as (_, url),
        PageEnd.open(url, token(lifetime_s=3)) as page,
        BotEnd.open(url, loss=0) as bot,
    ):
        await page.tell({"send": 1})
        await until(lambda: bot.got == [1], "the first message")
        joined = page.joined
        await asyncio.sleep(4)  # the token's lifetime
        await page.tell({"send": 2})
        bot.send(1)
        await page.tell({"renew": token(lifetime_s=600)})
        await until(lambda: page.joined > joined, "another join")
        await until(lambda: bot.got == [1, 2] and page.got == [1], "what came after it")


async def test_goodbye_goes_out_before_the_channel_closes() -> None:
    """An end that closes says so, and the other hears it at once."""
    async with (
        hub_server() as (hub, url),
        PageEnd.open(url, token(lifetime_s=600)) as page,
        BotEnd.open(url, loss=0) as bot,
    ):
        await page.tell({"send": 1})
        await until(lambda: bot.got == [1] and bot.machine.settled, "the first message")
        await page.tell({"close": True})
        await until(lambda: bot.left, "goodbye")
        await until(lambda: hub.sockets == 1, "the page's socket to close")
