"""Bots in one process: `python -m tests.bench.bot_load.serve KIND PORT RELAY`.

KIND is `stock`, `leg` or `whole`; RELAY is one with credentials, as JSON. Writes a line when they are ready.
"""

import asyncio
import sys
from contextlib import AsyncExitStack

import msgspec
from websockets.asyncio.server import serve

from matcher import logs
from matcher.wire import IceServer


async def run(kind: str, port: int, relay: IceServer) -> None:
    """Answer whoever calls, until cancelled."""
    async with AsyncExitStack() as stack:
        # The patches of one are not to be in the process of the other.
        if kind == "stock":
            from tests.bench.bot_load.stock import StockBot

            answer = StockBot(relay).serve
        else:
            from tests.bench.bot_load.legs import LegBot, whole_bot

            whole = kind == "whole"
            answer = (await stack.enter_async_context(whole_bot(relay)) if whole else LegBot(relay)).serve
        await stack.enter_async_context(serve(answer, "127.0.0.1", port))
        print("ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    logs.configure("bot")
    asyncio.run(run(sys.argv[1], int(sys.argv[2]), msgspec.json.decode(sys.argv[3], type=IceServer)))
