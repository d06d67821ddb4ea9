"""A page in a call with a bot, and a person who comes: what the server tells whom, and who is with whom after it."""

import asyncio
import secrets
from contextlib import AsyncExitStack

import httpx2
import msgspec
import pytest
from redis.asyncio import Redis

from matcher import redis_client
from matcher.domain import EndReason
from matcher.events import EndedEvent, PersonEvent
from matcher.jobs import Jobs
from matcher.keys import Keys
from matcher.modes import Matching, Mode
from matcher.waiting_room import WaitingRoom
from server.settings import ServerSettings
from tests.conftest import Coturn
from tests.integration.claiming_bot import WORKER, beside_a_call, bot_for, comes, comes_for, is_quiet
from tests.integration.door import Message, Page, page, serving, settings_for
from tests.integration.own_valkey import own_valkey
from tests.integration.test_descriptions import description


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
    """The page hears by itself that nobody is free any more, and its call goes on."""
    async with beside_a_call(redis, settings) as (caller, bot, person):
        await comes(person)
        assert (await caller.hears("person"))["free"]

        await person.says("leave")

        assert not (await caller.hears("person"))["free"]
        await is_quiet(caller)
        assert await bot.room.end(bot.ticket_id, bot.call_id, EndReason.HANGUP), "it was running"


async def test_whoever_asks_for_a_person_who_has_gone_is_told_so(redis: Redis, settings: ServerSettings) -> None:
    """Also where the news of it was lost; the call with the bot goes on."""
    async with beside_a_call(redis, settings) as (caller, bot, person):
        await comes(person)
        assert (await caller.hears("person"))["free"]
        keys = Keys(settings.pool)
        # No sweep comes in between, and the waiting room holds that the page knows.
        await redis.set(keys.static("swept"), await bot.room.now_ms() + 60_000)
        await bot.room.set_mode(Mode(Matching.BOTS))
        stored: dict[bytes, bytes] = await redis.hgetall(keys.static("tickets"))  # type: ignore[assignment] # in bytes
        for ticket_id, packed in stored.items():
            ticket = {**msgspec.msgpack.decode(packed), "free": False}
            await redis.hset(keys.static("tickets"), ticket_id, msgspec.msgpack.encode(ticket))

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
    async with beside_a_call(redis, settings) as (caller, bot, person):
        await comes_for(caller, bot, person)

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


async def test_a_switch_that_crosses_with_the_news_that_nobody_is_free_is_passed_over(
    redis: Redis, settings: ServerSettings
) -> None:
    """Though somebody waits by then: the page has closed the connection that it had for a person."""
    async with beside_a_call(redis, settings) as (caller, bot, person):
        await comes(person)
        assert (await caller.hears("person"))["free"]
        await caller.says("stay", call_id=bot.call_id)
        assert not (await caller.hears("person"))["free"]

        await caller.says("switch", call_id=bot.call_id, description=description("new1"))

        await is_quiet(caller)
        assert await bot.room.end(bot.ticket_id, bot.call_id, EndReason.HANGUP), "it was running"


async def test_a_switch_that_happened_unheard_does_without_the_closed_connection(
    coturn: Coturn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis takes it and its answer is lost: the page hears that nobody is free, then of the match; nobody is told of
    the connection that it has closed meanwhile."""
    monkeypatch.setattr(redis_client, "ANSWER_S", 0.5)
    async with own_valkey() as valkey, AsyncExitStack() as stack:
        await valkey.start()
        settings = settings_for(str(valkey.socket), coturn)
        redis = await stack.enter_async_context(redis_client.connect(settings))
        door = await stack.enter_async_context(serving(settings))
        caller, person = [await stack.enter_async_context(page(door)) for _ in range(2)]
        bot = await stack.enter_async_context(bot_for(redis, settings, caller))
        await comes(person)
        assert (await caller.hears("person"))["free"]
        await bot.room.load()  # a script that Redis does not know is sent twice
        valkey.pause()
        await caller.says("switch", call_id=bot.call_id, description=description("new1"))
        assert not (await caller.hears("person"))["free"]

        valkey.resume()

        assert (await caller.hears("ended"))["requeued"]
        first, second = await asyncio.gather(caller.is_matched(), person.is_matched())
        assert first["call_id"] == second["call_id"]
        assert "ufrag" not in first
        assert "description" not in second


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


async def test_what_the_page_knows_is_not_told_again(redis: Redis, settings: ServerSettings) -> None:
    """It would close the connection that it has for the person, maybe after it has asked to switch by it."""
    async with beside_a_call(redis, settings) as (caller, bot, person):
        await comes_for(caller, bot, person)

        # Whoever loses the events is told anew, once it listens again.
        await redis.client_kill_filter(_type="pubsub")

        assert (await bot.hears(PersonEvent)).free
        await person.says("leave")
        assert not (await caller.hears("person"))["free"], "the next that the page is told"


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
        assert before['sotto_setup_seconds_count{partner="bot"}'] == 1
        assert 'sotto_setup_seconds_count{partner="human"}' not in before

        await comes(person)
        await caller.hears("person")
        await caller.says("switch", call_id=bot.call_id)
        _, call = await asyncio.gather(caller.is_matched(), person.is_matched())

        after = await numbers()
        assert after['sotto_matches_total{partner="human"}'] == 2
        assert after["sotto_wait_seconds_count"] == 1, "the person's"
        assert after['sotto_calls_ended_total{partner="bot",reason="switched"}'] == 1

        await person.says("failed", call_id=call["call_id"], stage="ice")
        await person.hears("ended")

        after = await numbers()
        assert after['sotto_calls_failed_total{partner="human",stage="ice"}'] == 1
        assert after['sotto_calls_ended_total{partner="human",reason="failed"}'] >= 1
        assert not [name for name in after if "failed" in name and "bot" in name]
