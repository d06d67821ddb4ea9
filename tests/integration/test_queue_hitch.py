"""What a page is told of bots: whether there are any, and why none comes to whoever waits."""

import httpx2
import pytest
from redis.asyncio import Redis

from matcher.modes import Matching, Mode
from matcher.settings import Secret
from matcher.waiting_room import WaitingRoom
from tests.conftest import Coturn
from tests.integration.bot_world import bots_for
from tests.integration.door import Page, page, serving


async def told(caller: Page, language: str, *, bots: bool) -> str | None:
    """Queue, and return what is said to stand in the way."""
    await caller.says("hello", token=caller.token, prefs={"languages": [language], "bots": bots})
    await caller.hears("relay")
    await caller.says("ready")
    found: str | None = (await caller.hears("waiting")).get("hitch")
    return found


@pytest.mark.parametrize(("mode", "declined"), [(Matching.FALLBACK, "people_only"), (Matching.BOTS, "bots_only")])
async def test_whoever_waits_for_people_alone_is_told_so(
    redis: Redis, valkey_socket: str, coturn: Coturn, mode: Matching, declined: str
) -> None:
    """By their own choice, or because the bots do not speak their language; whoever may get one is told nothing."""
    settings = bots_for(valkey_socket, coturn, bot_language="de")
    await WaitingRoom(redis, settings.pool).set_mode(Mode(mode))
    async with serving(settings) as door, page(door) as one, page(door) as other, page(door) as third:
        assert await told(one, "nl", bots=False) == declined
        assert await told(other, "fr", bots=True) == "bot_language"
        assert await told(third, "de", bots=True) is None


@pytest.mark.parametrize("bots", [True, False])
async def test_a_page_can_ask_whether_there_are_bots(valkey_socket: str, coturn: Coturn, bots: bool) -> None:
    """Without any, it has none to offer, and nobody is told that they wait without one."""
    further = {} if bots else {"bot_key": Secret()}
    async with serving(bots_for(valkey_socket, coturn, **further)) as door, page(door) as caller:
        async with httpx2.AsyncClient() as client:
            answer = await client.get(f"http://{door}/v1/service")

        assert (answer.status_code, answer.json()) == (200, {"bots": bots})
        assert answer.headers["cache-control"] == "no-store"
        assert await told(caller, "en", bots=False) == ("people_only" if bots else None)
