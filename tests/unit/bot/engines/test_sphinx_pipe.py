"""What comes back from a recogniser, or from something in its place."""

import asyncio
import math

import pytest

from bot.engines.embedded.sphinx_pipe import MAX_TEXT_BYTES, READY, RecogniserPipe
from bot.engines.embedded.sphinx_process import ANSWER, Kind
from bot.engines.errors import TimedOut, Unavailable
from bot.engines.protocols import Hypothesis


def answer(number: int, text: bytes = b"", confidence: float = 1.0) -> bytes:
    """Return an answer as it is sent."""
    return ANSWER.pack(number, confidence, len(text)) + text


def soon() -> float:
    """Return a deadline."""
    return asyncio.get_running_loop().time() + 10


async def asked(pipe: RecogniserPipe) -> asyncio.Task[Hypothesis]:
    """Ask something, and do not wait for the answer."""
    asking = asyncio.create_task(pipe.ask(Kind.FINISH, soon()))
    await asyncio.sleep(0)
    return asking


async def test_answers_may_come_in_pieces_and_in_any_order() -> None:
    """Each reaches who asked for it; what nobody waits for is dropped."""
    pipe = RecogniserPipe()
    first, second = await asked(pipe), await asked(pipe)
    for byte in answer(9, b"nobody's") + answer(2, b"second", 0.5) + answer(1, b"first"):
        pipe.pipe_data_received(1, bytes([byte]))
    assert await first == Hypothesis("first")
    assert await second == Hypothesis("second", 0.5)


@pytest.mark.parametrize(("said", "taken"), [(math.nan, 0.0), (math.inf, 1.0), (-3.0, 0.0)])
async def test_confidence_is_from_0_to_1(said: float, taken: float) -> None:
    """Whatever is said."""
    pipe = RecogniserPipe()
    asking = await asked(pipe)
    pipe.pipe_data_received(1, answer(1, b"\xff\xfe", said))
    assert await asking == Hypothesis("\ufffd\ufffd", taken)


async def test_an_answer_that_is_too_long_ends_it() -> None:
    """Nothing is waited for that cannot be an answer; who waits learns at once that there is none."""
    pipe = RecogniserPipe()
    asking = await asked(pipe)
    pipe.pipe_data_received(1, ANSWER.pack(1, 1.0, MAX_TEXT_BYTES + 1))
    with pytest.raises(Unavailable):
        await asking
    assert not pipe.alive
    with pytest.raises(Unavailable):
        await pipe.ask(Kind.PARTIAL, soon())


async def test_an_answer_that_is_late_is_dropped() -> None:
    """It is not taken for the next one."""
    pipe = RecogniserPipe()
    with pytest.raises(TimedOut):
        await pipe.ask(Kind.PARTIAL, 0.0)
    asking = await asked(pipe)
    pipe.pipe_data_received(1, answer(1, b"late") + answer(2, b"in time"))
    assert await asking == Hypothesis("in time")


async def test_it_is_ready_when_it_says_so() -> None:
    """Not before."""
    pipe = RecogniserPipe()
    with pytest.raises(TimedOut):
        await pipe.ready(0.0)
    other = RecogniserPipe()
    other.pipe_data_received(1, answer(READY))
    await other.ready(soon())
