"""The bot's end of a call's channel, by the official client on a real hub: whatever ends, messages arrive in order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.channel import Channel, ChannelLost
from bot.door import NotInCall
from bot.reliable import Message
from matcher.bot_wire import ChannelGrant
from matcher.domain import Side
from matcher.wire import Channel as Grant
from tests.conftest import free_port, until
from tests.integration.door import log_in_lines
from tests.integration.realtime_server import KEY, OTHER_TOPIC, TOPIC, Phoenix, hub_server, token
from tests.integration.test_realtime_trouble import PYTHON_CLIENT


class End:
    """One end: its channel, what it heard, and how often it asked for a token."""

    def __init__(self, url: str, side: Side, *lifetimes_s: int, topic: str = TOPIC, patience_s: float = 60) -> None:
        self.heard: list[Message] = []
        self.invited = 0
        self._url, self._side, self._topic = url, side, topic
        self._lifetimes_s = list(lifetimes_s)
        self.channel = Channel(self._invite, self._on_message, patience_s)

    async def _invite(self) -> ChannelGrant:
        self.invited += 1
        lifetime_s = self._lifetimes_s.pop(0) if self._lifetimes_s else 3600
        return ChannelGrant(TOPIC, Grant(self._url, KEY, token(self._topic, self._side, lifetime_s)))

    def _on_message(self, message: Message) -> None:
        if message.kind == "bug":
            raise RuntimeError("a bug")
        self.heard.append(message)

    def says(self, *numbers: int) -> None:
        """Send numbers."""
        for number in numbers:
            self.channel.send("number", {"n": number})

    @property
    def numbers(self) -> list[int]:
        """What was heard, in order."""
        return [message.data["n"] for message in self.heard]


@asynccontextmanager
async def running(*ends: End) -> AsyncIterator[None]:
    """Run their channels; none of the clients' tasks and timers outlives the context."""
    log_in_lines()
    before = asyncio.all_tasks()
    tasks = [asyncio.create_task(end.channel.run()) for end in ends]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        left = {task for task in asyncio.all_tasks() - before if "realtime" in repr(task.get_coro())}
        await until(lambda: all(task.done() for task in left), f"the end of {left}", 1)


async def test_messages_go_both_ways_in_order() -> None:
    """Whoever comes first, and whatever was said before the other came."""
    async with hub_server() as (_, url):
        one, other = End(url, Side.A), End(url, Side.B)
        one.says(1, 2)
        async with running(one):
            await until(one.channel.joined.is_set, "the first")
            async with running(other):
                other.says(*range(10))
                one.says(3)
                await until(lambda: (len(one.heard), len(other.heard)) == (10, 3), "all messages")
        assert (other.numbers, one.numbers) == ([1, 2, 3], list(range(10)))
        assert (one.invited, other.invited) == (1, 1)


async def test_what_was_said_last_still_arrives() -> None:
    """`flush` waits for it, and not for a partner who is not there."""
    async with hub_server() as (_, url):
        one, other = End(url, Side.A), End(url, Side.B)
        async with running(other):
            async with running(one):
                one.says(1)
                await until(lambda: other.numbers == [1], "the first message")
                one.says(2)
                await one.channel.flush(10)
            assert other.numbers == [1, 2]
        async with running(one):
            one.says(3)
            async with asyncio.timeout(5):
                await one.channel.flush(0.1)


async def test_a_channel_that_the_server_closed_is_joined_with_another_token() -> None:
    """One that expires is such a close; the session goes on where it was."""
    async with hub_server() as (_, url):
        one, other = End(url, Side.A, 2), End(url, Side.B)
        async with running(one, other):
            one.says(1)
            await until(lambda: other.numbers == [1], "the first message")
            await until(lambda: one.invited == 2, "the token's end")
            other.says(7)
            one.says(2)
            await until(lambda: (other.numbers, one.numbers) == ([1, 2], [7]), "the rest")


@PYTHON_CLIENT
async def test_a_hub_that_restarts_costs_no_message() -> None:
    """The same token does: the socket was lost, not the right to be there."""
    port = free_port()
    one, other = [End(f"http://127.0.0.1:{port}/realtime/v1", side) for side in Side]
    async with running(one, other):
        for number in (1, 2, 3):
            one.says(number)
            other.says(10 + number)
            async with hub_server(port=port):
                await until(lambda: len(one.heard) == len(other.heard) == number, "the messages", 20)  # noqa: B023
    assert (other.numbers, one.numbers) == ([1, 2, 3], [11, 12, 13])
    assert (one.invited, other.invited) == (1, 1)


async def test_a_client_that_reads_no_more_is_replaced() -> None:
    """It tells nobody that it has died; that nothing is accepted any more does."""
    async with hub_server() as (_, url):
        one, other = End(url, Side.A), End(url, Side.B)
        async with running(one, other):
            one.says(1)
            await until(lambda: other.numbers == [1], "the first message")
            for task in asyncio.all_tasks():
                if "AsyncRealtimeClient._listen" in repr(task.get_coro()):
                    task.cancel()
            one.says(2)
            other.says(7)
            await until(lambda: (other.numbers, one.numbers) == ([1, 2], [7]), "the rest", 30)


async def test_a_channel_that_is_refused_is_given_up_after_a_while() -> None:
    """With a fresh token for each try: those of another call never open it."""
    async with hub_server() as (hub, url):
        one = End(url, Side.A, topic=OTHER_TOPIC, patience_s=0.5)
        async with asyncio.timeout(20):
            with pytest.raises(ExceptionGroup) as fault:
                await one.channel.run()
        assert fault.group_contains(ChannelLost)
        assert one.invited > 1
        assert not one.channel.joined.is_set()
        await until(lambda: hub.sockets == 0, "the sockets' end")


async def test_whoever_is_not_invited_does_not_join() -> None:
    """No hub is asked; it is given up after a while as well."""
    tries = 0

    async def invite() -> ChannelGrant:
        nonlocal tries
        tries += 1
        raise NotInCall

    with pytest.raises(ExceptionGroup) as fault:
        await Channel(invite, print, patience_s=0.5).run()
    assert fault.group_contains(ChannelLost)
    assert tries > 1


async def test_a_bug_in_who_listens_is_not_swallowed() -> None:
    """In the client's own task it would end the channel, and nobody would know."""
    async with hub_server() as (_, url):
        one, other = End(url, Side.A), End(url, Side.B)
        async with running(other):
            task = asyncio.create_task(one.channel.run())
            other.channel.send("bug", {})
            async with asyncio.timeout(10):
                with pytest.raises(ExceptionGroup) as fault:
                    await task
            assert fault.group_contains(RuntimeError)


async def test_what_is_no_frame_changes_nothing() -> None:
    """Whoever has a token may send anything; the session goes on."""
    async with hub_server() as (_, url):
        one, other = End(url, Side.A), End(url, Side.B)
        async with running(one, other):
            one.says(1)
            await until(lambda: other.numbers == [1], "the first message")
            async with Phoenix.open(url) as raw:
                assert (await raw.join())["status"] == "ok"
                for junk in ({}, {"e": 1}, {"e": "0" * 16, "p": "", "w": 1, "a": 0, "m": [[1, "X", {}]]}):
                    told = {"type": "broadcast", "event": "s", "payload": junk}
                    await raw.send(f"realtime:{TOPIC}", "broadcast", told, "2", "1")
            other.says(7)
            await until(lambda: one.numbers == [7], "what he says in order")
        assert one.invited == 1
