"""The bot's leg and the page's own peer in a real browser, through a real coturn."""

import asyncio
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Page

from bot.leg import Leg
from bot.reliable import Message
from matcher.domain import Side
from tests.conftest import Coturn, until
from tests.e2e.people import HEARD_RMS, LISTEN
from tests.integration.legs import End, credentials, proxy, tone
from tests.integration.test_browser_peers import ice_servers, pages, script

__all__ = ["script"]

BROWSERS = ["chromium", "firefox"]
SIDES = list(Side)


class Call:
    """The leg on one side, the page on the other."""

    def __init__(self, end: End, page: Page) -> None:
        self.end = end
        self.leg = end.leg
        self.page = page

    async def sample(self) -> dict[str, Any]:
        """Return what the browser counts."""
        sample: dict[str, Any] = await self.page.evaluate("sample()")
        return sample

    async def page_hears(self) -> None:
        """Let the bot say a tone, and wait until the browser plays it."""
        # Without a gesture no sound is analysed.
        await self.page.mouse.click(1, 1)
        self.end.playout.say(self.end.playout.generation, tone(440, 3000))
        async with asyncio.timeout(10):
            while True:
                heard = await self.page.evaluate(LISTEN)
                if heard["rms"] > HEARD_RMS and abs(heard["hz"] - 440) < 12:
                    break
                await asyncio.sleep(0.05)

    async def leg_hears(self) -> None:
        """Wait until the leg has heard the browser's microphone once more, which beeps or hums."""
        self.end.heard.clear()
        await until(lambda: bool(self.end.heard) and max(array("h", self.end.heard)) > 1000, "sound")


async def to_page(end: End, page: Page, side: Side) -> None:
    """Carry what the leg says to the page, as far as its connection is concerned."""
    while True:
        kind, data = await end.wire.get()
        if kind in {"parameters", "candidate", "end_of_candidates"}:
            message = {"kind": kind, "data": data}
            await page.evaluate("([side, message]) => receive(side, message)", [side, message])


async def to_leg(page: Page, leg: Leg) -> None:
    """Carry what the page says to the leg."""
    while True:
        for message in await page.evaluate("sent.splice(0)"):
            leg.receive(Message(message["kind"], message["data"]))
        await asyncio.sleep(0.02)


@asynccontextmanager
async def call(name: str, side: Side, script: str, coturn: Coturn, *, port: int | None = None) -> AsyncIterator[Call]:
    """Connect a leg on this side with a browser on the other; `port`: of what stands before the leg's relay."""
    other = Side.B if side is Side.A else Side.A
    async with pages(script, name) as (page,), Leg(credentials(coturn, port=port)) as leg:
        end = End(leg, side)
        await asyncio.gather(end.join(), page.evaluate("(servers) => prepare(servers)", ice_servers(coturn)))
        carriers = [asyncio.create_task(to_page(end, page, other)), asyncio.create_task(to_leg(page, leg))]
        try:
            async with asyncio.timeout(15):
                await leg.connected.wait()
                await leg.heard.wait()
            yield Call(end, page)
        finally:
            for carrier in carriers:
                carrier.cancel()
            await asyncio.gather(*carriers, return_exceptions=True)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("name", BROWSERS)
async def test_they_hear_each_other_through_relays(name: str, side: Side, script: str, coturn: Coturn) -> None:
    """Sound passes both ways from relay to relay, and with a browser that tells its role there is no conflict."""
    async with call(name, side, script, coturn) as made:
        await made.page_hears()
        await made.leg_hears()
        assert (await made.sample())["relayed"] is True
        assert "leak" not in await made.page.evaluate("states")
        if name == "chromium":
            expected = "controlled" if side is Side.A else "controlling"
            assert await made.page.evaluate("iceRole()") == expected


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("name", BROWSERS)
async def test_a_restart_is_followed(name: str, side: Side, script: str, coturn: Coturn) -> None:
    """The browser restarts ICE; the leg follows with a relay of its own, and sound goes on without a new handshake."""
    async with call(name, side, script, coturn) as made:
        first = [message for message in made.end.said if message.kind == "candidate"]
        await made.page.evaluate("restart()")
        await until(lambda: sum(message.kind == "parameters" for message in made.end.said) == 2, "our parameters")
        candidates = [message for message in made.end.said if message.kind == "candidate"]
        assert len(candidates) == 2
        assert candidates[1].data["port"] != first[0].data["port"]
        await until(lambda: made.leg.generation == 1, "the new path")
        await made.page_hears()
        await made.leg_hears()
        assert not made.leg.ended.done()


@pytest.mark.parametrize("name", BROWSERS)
async def test_a_broken_path_is_left(name: str, script: str, coturn: Coturn) -> None:
    """The leg's relay is cut off; the browser restarts, and both talk on over another one."""
    async with proxy(coturn) as (between, port), call(name, Side.B, script, coturn, port=port) as made:
        await made.leg_hears()
        between.break_flows()
        await made.page.evaluate("restart()")
        await made.page_hears()
        await made.leg_hears()
        assert made.leg.generation == 1
