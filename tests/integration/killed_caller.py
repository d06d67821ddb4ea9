"""A caller in a process of its own, who talks to a bot with real media: `python -m tests.integration.killed_caller`."""

import asyncio
import sys

import msgspec

from bot.channel import Channel
from bot.leg import Leg
from bot.media.playout import Playout
from matcher.bot_wire import ChannelGrant
from matcher.domain import Side
from matcher.wire import Channel as Grant
from matcher.wire import IceServer
from tests.integration.bot_world import caller

HEARD = b"heard\n"


def _nobody(_: bytes) -> None:
    """Hear what the bot says."""


async def main(door: str) -> None:
    """Call, say on the standard output that the two hear each other, and go on for ever."""
    async with caller(door) as one:
        page = one.page
        await page.says("hello", token=page.token, prefs={"languages": ["en"], "bots": True})
        servers = (await page.hears("relay"))["ice_servers"]
        async with Leg(msgspec.convert(servers, list[IceServer])) as leg:
            await leg.gather()
            await page.says("ready")
            match = await page.is_matched()
            told = match["channel"]
            grant = ChannelGrant(match["topic"], Grant(f"http://{door}{told['url']}", told["key"], told["token"]))

            async def invite() -> ChannelGrant:
                return grant

            channel = Channel(invite, leg.receive)
            leg.join(Side(match["side"]), match["call_id"], send=channel.send, hear=_nobody, playout=Playout())
            async with asyncio.TaskGroup() as group:
                group.create_task(channel.run())
                await leg.connected.wait()
                await leg.heard.wait()
                await page.says("connected", call_id=match["call_id"])
                sys.stdout.buffer.write(HEARD)
                sys.stdout.buffer.flush()
                while True:
                    await page.lives(60)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
