"""A bot as far as server and waiting room know, and what the pages around it do."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from matcher.events import PersonEvent
from matcher.jobs import Jobs
from matcher.modes import Matching, Mode
from matcher.placed import Offered
from matcher.waiting_room import WaitingRoom
from server.settings import ServerSettings
from tests.integration.door import Page, page, serving
from tests.integration.test_descriptions import description
from tests.integration.waiting import Ear, listening

WORKER = "bots"


class Bot:
    """A bot as far as the waiting room knows: it claims, acknowledges, and hears what its worker is told."""

    def __init__(self, room: WaitingRoom, ear: Ear, ticket_id: str, call_id: str) -> None:
        self.room = room
        self.ticket_id = ticket_id
        self.call_id = call_id
        self._ear = ear

    async def hears(self, kind: type[Any]) -> Any:
        """Return the next event of a kind, passing over others."""
        while not isinstance(heard := await self._ear.hears(), kind):
            pass
        return heard


@asynccontextmanager
async def bot_for(redis: Redis, settings: ServerSettings, caller: Page) -> AsyncIterator[Bot]:
    """Bring a page that would talk to a bot into a call with one, which it hears; the bot lives with the context."""
    room, jobs = WaitingRoom(redis, settings.pool), Jobs(redis, settings.pool, WORKER)
    await room.set_mode(Mode(Matching.FALLBACK, 0))

    async def live() -> None:
        while True:
            with suppress(RedisError):
                await room.renew(WORKER, [], bot=True)
            await asyncio.sleep(1)

    async with listening(room, WORKER) as ear, asyncio.TaskGroup() as tasks:
        living = tasks.create_task(live())
        await caller.says("hello", token=caller.token, prefs={"languages": ["en"], "bots": True})
        await caller.hears("relay")
        await caller.says("ready", description=description("old1"))
        job = await jobs.take()
        assert job is not None
        await jobs.done(job)
        ticket_id = secrets.token_urlsafe(16)
        offered = await room.claim(job.ticket_id, job.asked_ms, ticket_id, WORKER)
        assert isinstance(offered, Offered)
        match = await caller.is_matched()
        assert (match["call_id"], match["partner"]) == (offered.call_id, "bot")
        await room.ack(ticket_id, offered.call_id)
        await caller.says("connected", call_id=offered.call_id)
        await room.connected(ticket_id, offered.call_id)
        yield Bot(room, ear, ticket_id, offered.call_id)
        living.cancel()


@asynccontextmanager
async def beside_a_call(redis: Redis, settings: ServerSettings) -> AsyncIterator[tuple[Page, Bot, Page]]:
    """Serve somebody in a call with a bot, the bot, and a page that has not queued."""
    async with (
        serving(settings) as door,
        page(door) as caller,
        page(door) as person,
        bot_for(redis, settings, caller) as bot,
    ):
        yield caller, bot, person


async def is_quiet(someone: Page) -> None:
    """Check that nothing but the answer to a heartbeat comes."""
    await someone.says("heartbeat")
    assert (await someone.hears("heartbeat", "person", "matched", "ended", "relay"))["type"] == "heartbeat"


async def comes(person: Page) -> None:
    """Bring a page that wants people only into the queue."""
    await person.greets()
    await person.hears("relay")
    await person.says("ready", description=description("per1"))


async def comes_for(caller: Page, bot: Bot, person: Page) -> None:
    """Bring a person into the queue, of whom both ends of a call with a bot are told."""
    await comes(person)
    assert (await caller.hears("person"))["free"]
    assert (await bot.hears(PersonEvent)).free
