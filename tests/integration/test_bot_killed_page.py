"""A caller's process that is killed in a call with a bot: server, hub, Redis, relay and media are real."""

import asyncio
import sys
import time
from asyncio.subprocess import PIPE

from bot.leg import Leg
from tests.conftest import Coturn, until
from tests.integration.bot_world import bots_for, waiting_room, working
from tests.integration.door import serving
from tests.integration.killed_caller import HEARD

# Nothing that comes for 4 s, the next look 0.25 s later, and the leg to be left: within 5 s. One is for a busy machine.
FREE_S = 6.0


async def test_a_killed_page_frees_its_slot(valkey_socket: str, coturn: Coturn) -> None:
    """Nobody says goodbye, sockets and packets just end: the bot has room for another caller within seconds."""
    settings = bots_for(valkey_socket, coturn)
    async with (
        waiting_room(settings),
        serving(settings) as door,
        working(settings, door, slots=1, legs=Leg) as bots,
    ):
        page = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.integration.killed_caller", door, stdout=PIPE
        )
        try:
            assert page.stdout
            async with asyncio.timeout(30):
                assert await page.stdout.readline() == HEARD
            (call,) = bots.worker.calls.values()
            await until(lambda: call._connected_s is not None, "the bot to hear it as well")
        finally:
            page.kill()
            await page.wait()
        killed_s = time.monotonic()
        await until(lambda: not bots.worker.calls, "the free slot", 30)
        assert time.monotonic() - killed_s < FREE_S
