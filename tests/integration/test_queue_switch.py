"""A page in a call with a bot, and a person who comes: what the server tells whom, and who is with whom after it."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx2
import pytest
from redis.asyncio import Redis

from matcher.domain import EndReason
from matcher.events import EndedEvent, PersonEvent
from matcher.jobs import Jobs
from matcher.modes import Matching, Mode
from matcher.placed import Offered
from matcher.waiting_room import WaitingRoom
from server.settings import ServerSettings
from tests.conftest import Coturn
from tests.integration.door import Message, Page, page, serving, settings_for
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


async def is_quiet(someone: Page) -> None:
    """Check that nothing but the answer to a heartbeat comes."""
    await someone.says("heartbeat")
    assert (await someone.hears("heartbeat", "person", "matched", "ended", "relay"))["type"] == "heartbeat"


async def comes(person: Page) -> None:
    """Bring a page that wants people only into the queue."""
    await person.greets()
    await person.hears("relay")
    await person.says("ready", description=description("per1"))


@pytest.fixture
def settings(valkey_socket: str, coturn: Coturn) -> ServerSettings:
    """Settings with a waiting room of its own."""
    return settings_for(valkey_socket, coturn)


@pytest.mark.parametrize("processes", [1, 2])
async def test_a_caller_goes_from_a_bot_to_a_person(redis: Redis, settings: ServerSettings, processes: int) -> None:
    """With credentials and a connection of its own for it; the bot hears why it is left."""
    async with AsyncExitStack() as stack:
        doors = [await stack.enter_async_context(serving(settings)) for _ in range(processes)]
        caller, person = [await stack.enter_async_context(page(door)) for door in (doors[0], doors[-1])]
        bot = await stack.enter_async_context(bot_for(redis, settings, caller))
        await comes(person)
        await person.hears("waiting")
        free = await caller.hears("person")
        assert (free["call_id"], free["free"], free["describe"]) == (bot.call_id, True, True)
        assert free["ice_servers"][0]["credential"]
        assert (await bot.hears(PersonEvent)) == PersonEvent(bot.ticket_id, bot.call_id, free=True)

        await caller.says("switch", call_id=bot.call_id, description=description("new1"))

        async def learns(one: Page) -> tuple[Message, Message]:
            match = await one.is_matched()
            return match, match.get("description") or (await one.hears("described"))["description"]

        (first, theirs), (second, ours) = await asyncio.gather(learns(caller), learns(person))
        assert first["call_id"] == second["call_id"] != bot.call_id
        assert (first["partner"], second["partner"]) == ("human", "human")
        assert (first["ufrag"], theirs, ours) == ("new1", description("per1"), description("new1"))
        assert await bot.hears(EndedEvent) == EndedEvent(bot.ticket_id, bot.call_id, EndReason.SWITCHED)
        for side in (caller, person):
            await side.says("connected", call_id=first["call_id"])
            await is_quiet(side)
        await person.says("hangup", call_id=first["call_id"])
        assert (await caller.hears("ended"))["reason"] == "partner_left"


async def test_whose_person_has_gone_stays_with_the_bot(redis: Redis, settings: ServerSettings) -> None:
    """The page hears that nobody is free, before it asks and when it does, and its call goes on."""
    async with (
        serving(settings) as door,
        page(door) as caller,
        bot_for(redis, settings, caller) as bot,
    ):
        async with page(door) as person:
            await comes(person)
            assert (await caller.hears("person"))["free"]
            await person.says("leave")
        assert not (await caller.hears("person"))["free"]

        await caller.says("switch", call_id=bot.call_id, description=description("new1"))

        assert await caller.hears("person", "matched", "ended") == {
            "type": "person",
            "call_id": bot.call_id,
            "free": False,
        }
        await is_quiet(caller)
        assert await bot.room.end(bot.ticket_id, bot.call_id, EndReason.HANGUP), "it was running"


async def test_whoever_stays_is_left_alone(redis: Redis, settings: ServerSettings) -> None:
    """The bot hears it as well, and the person waits on."""
    async with (
        serving(settings) as door,
        page(door) as caller,
        page(door) as person,
        bot_for(redis, settings, caller) as bot,
    ):
        await comes(person)
        assert (await caller.hears("person"))["free"]
        assert (await bot.hears(PersonEvent)).free

        await caller.says("stay", call_id=bot.call_id)

        assert not (await bot.hears(PersonEvent)).free
        assert not (await caller.hears("person"))["free"]
        await person.says("next")
        await is_quiet(caller)


async def test_a_switch_without_an_offer_is_passed_over(redis: Redis, settings: ServerSettings) -> None:
    """No credentials were given for it; neither is one about another call, or about a call between people."""
    async with serving(settings) as door, page(door) as caller, bot_for(redis, settings, caller) as bot:
        await caller.says("switch", call_id=bot.call_id)
        await caller.says("switch", call_id="A" * 22)
        await caller.says("stay", call_id="A" * 22)

        await is_quiet(caller)


async def test_a_page_that_comes_back_hears_of_the_person_again(redis: Redis, settings: ServerSettings) -> None:
    """It may have missed it with its socket, at whichever process that was."""
    async with serving(settings) as door, page(door) as person, AsyncExitStack() as stack:
        lost = await stack.enter_async_context(page(door))
        bot = await stack.enter_async_context(bot_for(redis, settings, lost))
        await comes(person)
        assert (await lost.hears("person"))["free"]
        async with page(door, lost.token) as back:
            await back.greets(call_id=bot.call_id)
            await back.hears("resumed")

            again = await back.hears("person")

            assert (again["call_id"], again["free"]) == (bot.call_id, True)


async def test_whoever_loses_a_bot_keeps_its_place(redis: Redis, settings: ServerSettings) -> None:
    """It has heard the bot, and is told that it looks on; with fresh credentials."""
    async with serving(settings) as door, page(door) as caller:
        async with bot_for(redis, settings, caller) as bot:
            pass

        ended = await caller.hears("ended", seconds=15)

        assert (ended["call_id"], ended["reason"], ended["requeued"]) == (bot.call_id, "partner_lost", True)
        await caller.hears("relay")


async def test_the_page_is_told_who_processes_the_speech(redis: Redis, valkey_socket: str, coturn: Coturn) -> None:
    """In the operator's words, and only of a bot."""
    settings = settings_for(valkey_socket, coturn, bot_speech_by="Example Speech")
    async with serving(settings) as door, page(door) as caller, page(door) as one, page(door) as other:
        await one.queues()
        await one.hears("waiting")
        await other.queues()
        assert "speech_by" not in await one.is_matched()
        await caller.says("hello", token=caller.token, prefs={"languages": ["en"], "bots": True})
        await caller.hears("relay")
        await caller.says("ready")
        await caller.hears("waiting")
        room, jobs = WaitingRoom(redis, settings.pool), Jobs(redis, settings.pool, WORKER)
        await room.set_mode(Mode(Matching.BOTS))
        job = await jobs.take()
        assert job is not None
        await room.claim(job.ticket_id, job.asked_ms, secrets.token_urlsafe(16), WORKER)

        assert (await caller.hears("matched"))["speech_by"] == "Example Speech"


async def test_no_bot_comes_to_whom_it_could_not_talk(redis: Redis, valkey_socket: str, coturn: Coturn) -> None:
    """Whoever speaks its language is asked for one, whoever does not is left to people."""
    settings = settings_for(valkey_socket, coturn, bot_language="de-AT")
    async with serving(settings) as door, page(door) as swiss, page(door) as dutch:
        room, jobs = WaitingRoom(redis, settings.pool), Jobs(redis, settings.pool, WORKER)
        await room.set_mode(Mode(Matching.BOTS))
        for one, languages in ((dutch, ["nl", "en"]), (swiss, ["fr", "de"])):
            await one.says("hello", token=one.token, prefs={"languages": languages, "bots": True})
            await one.hears("relay")
            await one.says("ready")
            assert (await one.hears("waiting"))["position"]
        job = await jobs.take()
        assert job is not None
        await room.claim(job.ticket_id, job.asked_ms, secrets.token_urlsafe(16), WORKER)

        assert (await swiss.hears("matched"))["partner"] == "bot"
        assert await jobs.take(1) is None


async def test_bots_count_as_nobody_in_the_metrics(redis: Redis, settings: ServerSettings) -> None:
    """A match with one is counted as such, and nobody has waited for a person then; nor where a bot came first."""
    async with (
        serving(settings) as door,
        page(door) as caller,
        page(door) as person,
        bot_for(redis, settings, caller) as bot,
        httpx2.AsyncClient() as client,
    ):

        async def numbers() -> dict[str, float]:
            lines = (await client.get(f"http://{door}/metrics")).text.splitlines()
            return {name: float(value) for name, value in (line.split() for line in lines if line.startswith("sotto_"))}

        await is_quiet(caller)
        before = await numbers()
        assert before['sotto_matches_total{partner="bot"}'] == 1
        assert before['sotto_calls_connected_total{partner="bot"}'] == 1
        assert 'sotto_matches_total{partner="human"}' not in before
        assert before["sotto_wait_seconds_count"] == 0

        await comes(person)
        await caller.hears("person")
        await caller.says("switch", call_id=bot.call_id)
        await asyncio.gather(caller.is_matched(), person.is_matched())

        after = await numbers()
        assert after['sotto_matches_total{partner="human"}'] == 2
        assert after["sotto_wait_seconds_count"] == 1, "the person's"
        assert after['sotto_calls_ended_total{reason="switched"}'] == 1
