"""The pulse by which a conversation goes on where nothing else happens."""

import asyncio

import pytest

from bot.conversation.conversation import Conversation
from bot.conversation.staff import Staff
from bot.conversation.voicebook import Voicebook
from bot.media.playout import Playout
from tests.fakes.virtual_time import VirtualLoop, run_virtually
from tests.unit.bot.conversation.scripted import Judge, ScriptedStt, ScriptedTts
from tests.unit.bot.conversation.world import SCRIPT, UNDERSTANDING

VOICE = ScriptedTts()
STAFF = Staff(SCRIPT, UNDERSTANDING, Judge, Voicebook([VOICE]), ScriptedStt(), VOICE)


def test_all_calls_keep_one_time() -> None:
    """Whenever they begin, and after a stall too: the event loop is woken for all of them at once."""

    async def beats(after_s: float) -> list[float]:
        await asyncio.sleep(after_s)
        conversation = Conversation(STAFF, Playout())
        beating = asyncio.create_task(conversation._beat())
        times = []
        for _ in range(5):
            await conversation._inbox.get()
            times.append(asyncio.get_running_loop().time())
        beating.cancel()
        return times

    async def together() -> list[list[float]]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        loop.call_at(0.085, loop.stall, 0.05)
        return await asyncio.gather(*(beats(after_s) for after_s in (0.021, 0.03, 0.0399)))

    assert run_virtually(together()) == [pytest.approx([0.06, 0.08, 0.135, 0.14, 0.16])] * 3
