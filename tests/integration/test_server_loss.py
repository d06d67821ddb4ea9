"""Two server processes behind one Redis, lost one after the other: calls are resumed, and places are kept."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from websockets.exceptions import ConnectionClosed

from server.settings import ServerSettings
from tests.conftest import Coturn, free_port
from tests.integration.door import Page, page, settings_for, talking
from tests.integration.test_server_process import server_process
from tests.integration.test_waiting_room_faults import start_matcher


@asynccontextmanager
async def sweeping(valkey_socket: str, settings: ServerSettings) -> AsyncIterator[None]:
    """Run a matcher beside the servers."""
    matcher = await start_matcher(valkey_socket, settings.pool)
    try:
        yield
    finally:
        matcher.send_signal(signal.SIGTERM)
        await matcher.communicate()


@asynccontextmanager
async def alive(pages: list[Page]) -> AsyncIterator[None]:
    """Let pages, those that take their places in the list included, send heartbeats."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(3)
            for one in list(pages):
                with contextlib.suppress(ConnectionClosed):
                    await one.says("heartbeat")

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
        await asyncio.wait([beating])


async def meets_first(older: Page, younger: Page, door: str) -> None:
    """Check that whoever came first is served first: somebody new speaks the languages of both."""
    async with page(door) as third:
        await third.queues(("de", "fr"))
        assert (await older.is_matched(20))["call_id"] == (await third.is_matched(20))["call_id"]
    await younger.says("heartbeat")
    assert (await younger.hears("heartbeat", "matched"))["type"] == "heartbeat"


async def test_a_killed_server_costs_its_pages_nothing(valkey_socket: str, coturn: Coturn) -> None:
    """They go to the other one, which knows their calls and places, and puts nobody before them."""
    settings = settings_for(valkey_socket, coturn)
    async with (
        sweeping(valkey_socket, settings),
        server_process(settings, free_port()) as doomed,
        server_process(settings, free_port()) as other,
        page(doomed.door) as waiting,
        page(doomed.door) as talker,
        page(other.door) as listener,
        page(other.door) as later,
        alive([listener, later]),
    ):
        call_id = await talking(talker, listener)
        await waiting.queues(("de",))
        await waiting.hears("waiting")
        await later.queues(("fr",))
        await later.hears("waiting")

        await doomed.stop(signal.SIGKILL)

        async with page(other.door, talker.token) as back, page(other.door, waiting.token) as still:
            await back.greets(call_id=call_id)
            assert (await back.hears("resumed", "ended"))["type"] == "resumed"
            await still.greets(("de",))
            assert (await still.hears("waiting"))["position"] == 1
            await meets_first(still, later, other.door)
            await back.says("hangup", call_id=call_id)
            assert (await listener.hears("ended"))["reason"] == "partner_left"


async def test_a_rolling_restart_is_hardly_noticed(valkey_socket: str, coturn: Coturn) -> None:
    """Each process in turn closes its sockets with 1012; its pages come back elsewhere, to their calls and places."""
    settings, ports = settings_for(valkey_socket, coturn), (free_port(), free_port())
    doors = [f"127.0.0.1:{port}" for port in ports]
    async with sweeping(valkey_socket, settings), AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(server_process(settings, port)) for port in ports]
        at = [0, 1, 1, 0]  # which server holds the page
        pages = [await stack.enter_async_context(page(doors[server])) for server in at]
        await stack.enter_async_context(alive(pages))
        first, one, second, other = range(4)
        for waiting, language in ((first, "de"), (second, "fr")):
            await pages[waiting].queues((language,))
            await pages[waiting].hears("waiting")
        call_id = await talking(pages[one], pages[other])

        for stopped in (0, 1):
            code, errors = await servers[stopped].stop()
            assert code == 0, errors
            for number in [number for number, server in enumerate(at) if server == stopped]:
                assert await pages[number].closes_with() == 1012
                at[number] = 1 - stopped
                pages[number] = await stack.enter_async_context(page(doors[1 - stopped], pages[number].token))
                if number in (one, other):
                    await pages[number].greets(call_id=call_id)
                    assert (await pages[number].hears("resumed", "ended"))["type"] == "resumed"
                else:
                    await pages[number].greets(("de",) if number == first else ("fr",))
                    assert (await pages[number].hears("waiting"))["position"] == (1 if number == first else 2)
            servers[stopped] = await stack.enter_async_context(server_process(settings, ports[stopped]))

        await meets_first(pages[first], pages[second], doors[1])
        await pages[one].says("hangup", call_id=call_id)
        assert (await pages[other].hears("ended"))["reason"] == "partner_left"
