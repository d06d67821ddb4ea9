"""Ears that need no network, with real processes: turns and calls."""

import asyncio
from pathlib import Path

import pytest

from bot.engines.embedded.selftest import heard
from bot.engines.errors import Busy, Unavailable
from bot.engines.protocols import Audio
from tests.integration.own_ears import ears, say, soon, understood
from tests.voices import RATE_HZ, silence, spoken


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the language model is kept."""
    return tmp_path_factory.mktemp("models")


async def test_turns_are_understood_one_by_one(cache: Path) -> None:
    """Each ends with its words and how sure they are, and nothing of it is in the next."""
    async with ears(cache) as (_, stt):
        stream = stt.open()
        say(stream, spoken("tell me a joke"))
        said = await stream.finish(soon())
        assert (said.text, said.stable) == ("tell me a joke", True)
        assert 0.5 < said.confidence <= 1
        assert await understood(stream, "what is your name", "awb") == "what is your name"
        assert (await stream.finish(soon())).text == ""
        await stream.aclose()


async def test_words_are_known_while_they_are_spoken(cache: Path) -> None:
    """A partial answer has the words so far; the same turn goes on after it."""
    async with ears(cache) as (_, stt):
        stream = stt.open()
        assert (await stream.partial()).text == ""
        say(stream, spoken("tell me a joke") + silence(200))
        async with asyncio.timeout(10):
            while (known := await stream.partial()).text != "tell me a joke":
                await asyncio.sleep(0.01)
        assert not known.stable
        stream.reset()
        say(stream, spoken("i like to travel"))
        assert (await stream.finish(soon())).text == "tell me a joke i like to travel"
        assert (await stream.partial()).text == ""
        await stream.aclose()


async def test_calls_do_not_hear_each_other(cache: Path) -> None:
    """Two callers speak at once, and each is understood."""
    async with ears(cache) as (_, stt):
        one, other = stt.open(), stt.open()
        mine, theirs = spoken("do you like music", "rms"), spoken("i like to travel", "awb")
        for start in range(0, max(len(mine), len(theirs)), 640):
            one.push(Audio(mine[start : start + 640], RATE_HZ))
            other.push(Audio(theirs[start : start + 640], RATE_HZ))
        said = await asyncio.gather(one.finish(soon()), other.finish(soon()))
        assert [hypothesis.text for hypothesis in said] == ["do you like music", "i like to travel"]
        await one.aclose()
        await other.aclose()


async def test_speech_waits_for_a_process_that_is_not_up_yet(cache: Path) -> None:
    """Nothing of it is lost, up to 20 s of it; of more the oldest is."""
    async with ears(cache, spare=0) as (pool, stt):
        first, second = stt.open(), stt.open()
        assert not pool.pids
        say(first, spoken("what is your name"))
        say(second, spoken("what is your name") + silence(20_000) + spoken("i like to travel"))
        assert (await first.finish(soon())).text == "what is your name"
        assert (await second.finish(soon())).text == "i like to travel"
        await first.aclose()
        await second.aclose()


@pytest.mark.parametrize("spare", [0, 1])
async def test_what_is_said_while_a_turn_ends_belongs_to_the_next(cache: Path, spare: int) -> None:
    """Whether the recogniser is up already or not, and whatever is asked meanwhile."""
    async with ears(cache, spare=spare) as (_, stt):
        stream = stt.open()
        say(stream, spoken("tell me a joke"))
        asking = asyncio.create_task(stream.partial())
        await asyncio.sleep(0)
        first = asyncio.create_task(stream.finish(soon()))
        await asyncio.sleep(0)
        say(stream, spoken("what is your name"))
        assert (await stream.partial()).text != "tell me a joke"
        second = asyncio.create_task(stream.finish(soon()))
        await asyncio.sleep(0)
        say(stream, spoken("i like to travel"))
        assert (await first).text == "tell me a joke"
        assert (await second).text == "what is your name"
        await asking
        assert (await stream.finish(soon())).text == "i like to travel"
        await stream.aclose()


async def test_a_turn_may_end_as_the_call_does(cache: Path) -> None:
    """Whoever waits for its words is told that there are none."""
    async with ears(cache, spare=0) as (_, stt):
        stream = stt.open()
        say(stream, spoken("tell me a joke"))
        finishing = asyncio.create_task(stream.finish(soon()))
        await asyncio.sleep(0)
        await stream.aclose()
        with pytest.raises(Unavailable):
            await finishing


async def test_a_turn_that_nobody_waits_for_leaves_nothing_to_the_next(cache: Path) -> None:
    """Whoever is cancelled while a turn ends has ended it."""
    async with ears(cache) as (_, stt):
        stream = stt.open()
        say(stream, spoken("hello there"))
        finishing = asyncio.create_task(stream.finish(soon()))
        await asyncio.sleep(0)
        finishing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await finishing
        assert await understood(stream, "what is your name") == "what is your name"
        await stream.aclose()


async def test_there_is_room_for_so_many_calls(cache: Path) -> None:
    """One more is refused; when one ends there is room again."""
    async with ears(cache, size=2, spare=1) as (pool, stt):
        streams = [stt.open(), stt.open()]
        assert pool.free == 0
        with pytest.raises(Busy):
            stt.open()
        await streams.pop().aclose()
        streams.append(stt.open())
        assert await understood(streams[-1], "hello there") == "hello there"
        for stream in streams:
            await stream.aclose()
        assert pool.free == 2


async def test_a_call_that_ended_hears_nothing(cache: Path) -> None:
    """Its last packets, and a second closing, do no harm."""
    async with ears(cache) as (_, stt):
        stream = stt.open()
        say(stream, spoken("hello there"))
        await stream.aclose()
        await stream.aclose()
        say(stream, spoken("hello there"))
        assert (await stream.partial()).text == ""
        assert (await stream.finish(soon())).text == ""


async def test_another_rate_is_refused(cache: Path) -> None:
    """It would be understood as something else."""
    async with ears(cache) as (_, stt):
        stream = stt.open()
        with pytest.raises(ValueError, match="16000 Hz"):
            stream.push(Audio(bytes(960), 48_000))
        await stream.aclose()


async def test_the_bot_can_ask_itself_whether_it_hears(cache: Path) -> None:
    """What it says itself it understands; the ears are closed again."""
    async with ears(cache, size=1) as (pool, stt):
        assert await heard(stt, Audio(spoken("what is your name", "slt"), RATE_HZ), soon()) == "what is your name"
        assert pool.free == 1
