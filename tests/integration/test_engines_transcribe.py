"""The ears behind audio/transcriptions, over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from email.message import Message
from email.parser import BytesParser
from typing import SupportsIndex

import pytest

from bot.engines import errors
from bot.engines.openai.endpoint import Budgets
from bot.engines.openai.transcribe import MAX_S, RATE_HZ, TranscribeStream, TranscribeStt
from bot.engines.openai.wav import wav
from bot.engines.protocols import Audio, Stt
from tests.conftest import until
from tests.fakes.openai import CANARY, SILENCE, Received, Scripted, Then, event
from tests.integration.engine_world import HASTY, PATIENT, EngineWorld, engine_world

SECOND = Audio(bytes(range(256)) * 125, RATE_HZ)


@pytest.fixture
async def world() -> AsyncIterator[EngineWorld]:
    """An endpoint that leaves nothing open."""
    async with engine_world() as opened:
        yield opened


def ears(world: EngineWorld, budgets: Budgets = PATIENT) -> TranscribeStream:
    """Return the ears of a call, which have heard a second."""
    stt = TranscribeStt(world.client, world.endpoint(), world.guard, language="en", budgets=budgets)
    stream = stt.open()
    stream.push(SECOND)
    return stream


def late() -> float:
    """Return a time that does not come within a test."""
    return asyncio.get_running_loop().time() + 60


def form(request: Received) -> dict[str, Message]:
    """Return the members of a multipart form (RFC 7578)."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    parts = {}
    for part in BytesParser().parsebytes(head + request.body).walk():
        if name := part.get_param("name", header="content-disposition"):
            parts[str(name)] = part
    return parts


async def test_a_turn(world: EngineWorld) -> None:
    """The request is a form with a WAV file of the turn; the answer is what was said, and the turn is over."""
    stream = ears(world)
    heard = await stream.finish(late())

    assert (heard.text, heard.stable) == ("hello bot", True)
    parts = form(world.fake.requests[0])
    assert parts["file"].get_payload(decode=True) == wav(SECOND.pcm, RATE_HZ)
    assert parts["file"].get_filename() == "speech.wav"
    assert parts["file"].get_content_type() == "audio/wav"
    said = {name: part.get_payload() for name, part in parts.items() if name != "file"}
    assert said == {"model": "some-model", "language": "en", "response_format": "json"}
    assert (await stream.finish(late())).text == ""
    assert len(world.fake.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Scripted([b'{"text":" hello bot\\n","usage":{}}'], content_type="application/json"),
        Scripted([b"hello bot\n"], content_type="text/plain; charset=utf-8"),
        Scripted([event({"type": "transcript.text.delta", "delta": "hello"}),
                  event({"type": "transcript.text.delta", "delta": " bot"}),
                  event({"type": "transcript.text.done", "text": "hello bot"}), Then.HOLD]),
        Scripted([event({"type": "transcript.text.delta", "delta": "hello bot"}), event("[DONE]")]),
        Scripted([event({"text": "hello bot"})]),
    ],
)  # fmt: skip
async def test_forms(world: EngineWorld, answer: Scripted) -> None:
    """Whole, plain or streamed: the words are the same."""
    world.will(answer)
    assert (await ears(world).finish(late())).text == "hello bot"


async def test_speculation(world: EngineWorld) -> None:
    """What was begun in the silence is what the end of the turn gives: one request."""
    stream = ears(world)
    assert not (await stream.partial()).stable
    stream.push(SECOND)  # silence
    await until(lambda: len(world.fake.requests) == 1 and world.guard.limiter.in_flight == 0, "the transcription")
    assert (await stream.partial()).text == "hello bot"
    assert (await stream.finish(late())).text == "hello bot"
    assert len(world.fake.requests) == 1


async def test_partial_words(world: EngineWorld) -> None:
    """Streamed words are known before the last one."""
    world.will(Scripted([event({"type": "transcript.text.delta", "delta": "hello"}), Then.HOLD]))
    stream = ears(world)
    words: list[str] = []
    while not any(words):
        words.append((await stream.partial()).text)
        await asyncio.sleep(0)
    assert words[-1] == "hello"
    await stream.aclose()
    await world.closed()


async def test_speech_goes_on(world: EngineWorld) -> None:
    """What was begun too early is given up, and the whole turn is sent."""
    world.will(SILENCE)
    stream = ears(world)
    await stream.partial()
    await until(lambda: len(world.fake.requests) == 1, "the first request")
    stream.reset()
    stream.push(SECOND)
    assert (await stream.finish(late())).text == "hello bot"
    assert form(world.fake.requests[1])["file"].get_payload(decode=True) == wav(SECOND.pcm * 2, RATE_HZ)


async def test_speculation_that_was_shed(world: EngineWorld) -> None:
    """Where there was no place for it, the end of the turn asks anew."""
    others = [world.guard.attempt() for _ in range(world.guard.limiter.limit - 1)]
    for other in others:
        other.__enter__()
    stream = ears(world)
    await stream.partial()
    assert (await stream.finish(late())).text == "hello bot"
    for other in others:
        other.__exit__(None, None, None)


async def test_a_blip_is_nothing(world: EngineWorld) -> None:
    """Less than the API takes is not sent."""
    stt: Stt = TranscribeStt(world.client, world.endpoint(), world.guard)
    stream = stt.open()
    stream.push(Audio(bytes(640), RATE_HZ))
    assert (await stream.finish(late())).text == ""
    assert not world.fake.requests


async def test_the_last_half_minute_is_kept(world: EngineWorld) -> None:
    """A turn without an end does not fill the memory."""
    stream = ears(world)
    for number in range(40):
        stream.push(Audio(bytes([number]) * RATE_HZ * 2, RATE_HZ))
    await stream.finish(late())
    (request,) = world.fake.requests
    file = form(request)["file"].get_payload(decode=True)
    assert isinstance(file, bytes)
    assert len(file) == 44 + MAX_S * RATE_HZ * 2
    assert (file[44], file[-1]) == (10, 39)


async def test_another_rate(world: EngineWorld) -> None:
    """Sound at another rate would be heard as other words: it is refused."""
    with pytest.raises(ValueError, match="16000 Hz"):
        ears(world).push(Audio(bytes(960), 48_000))


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Scripted([CANARY.encode()], 429, "text/plain", {"Retry-After": "0"}), errors.RateLimited),
        (Scripted([CANARY.encode()], 503, "text/plain"), errors.RateLimited),
        (SILENCE, errors.TimedOut),
        (Scripted([b'{"te', Then.HOLD], content_type="application/json"), errors.TimedOut),
        (Scripted([b'{"te', Then.BREAK], content_type="application/json"), errors.Unavailable),
        (Scripted([b'{"te'], content_type="application/json"), errors.BadAnswer),
        (Scripted([b"{}"], content_type="application/json"), errors.BadAnswer),
        (Scripted([b'{"error":{"message":"x"}}'], content_type="application/json"), errors.Unavailable),
        (Scripted([event({"type": "transcript.text.delta", "delta": "a"}), Then.HOLD]), errors.TimedOut),
        (Scripted([event({"type": "error", "error": {"message": CANARY}})]), errors.Unavailable),
        (Scripted([event("[DONE]")]), errors.BadAnswer),
        (Scripted([CANARY.encode()], content_type="text/html"), errors.BadAnswer),
        (Scripted([b"x" * 300_000], content_type="text/plain"), errors.BadAnswer),
    ],
)
@pytest.mark.parametrize("speculative", [False, True])
async def test_faults(world: EngineWorld, answer: Scripted, kind: type[errors.EngineError], speculative: bool) -> None:
    """Each fault is its error, at once; nothing stays open, and the next turn is understood."""
    world.will(answer)
    stream = ears(world, HASTY)
    if speculative:
        await stream.partial()
    with pytest.raises(errors.EngineError) as caught:
        await stream.finish(late())
    assert type(caught.value) is kind
    assert CANARY not in repr(caught.value)

    assert (await ears(world).finish(late())).text == "hello bot"


async def test_the_deadline(world: EngineWorld) -> None:
    """When it has passed nobody waits for the budgets."""
    world.will(SILENCE)
    with pytest.raises(errors.TimedOut):
        await ears(world).finish(asyncio.get_running_loop().time() + 0.1)
    await world.closed()


async def test_double_cancel(world: EngineWorld) -> None:
    """Cancelled while it waits, and again while it closes: nothing stays open, and what was heard is gone."""
    for steps in range(8):
        world.will(Scripted([b"{", Then.HOLD], content_type="application/json"))
        stream = ears(world)
        task = asyncio.create_task(stream.finish(late()))
        await until(lambda: not world.fake.answers, "the request")
        task.cancel()
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await world.closed()
        assert not stream._pcm


class Sound(bytearray):
    """Sound in memory; notes what there is in the places that it gives up."""

    left = b""

    def __delitem__(self, index: SupportsIndex | slice) -> None:
        self.left += self[index] if isinstance(index, slice) else b""
        super().__delitem__(index)

    def clear(self) -> None:
        """Give up all places."""
        self.left += self
        super().clear()


async def test_what_was_heard_is_overwritten(world: EngineWorld) -> None:
    """Neither what is beyond the longest turn, nor one that ended, nor a call that ended leaves sound in memory."""
    stream = ears(world)
    kept = stream._pcm = Sound(SECOND.pcm)
    for _ in range(int(MAX_S) + 1):
        stream.push(SECOND)
    assert kept.left == bytes(2 * len(SECOND.pcm))
    await stream.aclose()
    await stream.aclose()
    assert kept.left == bytes(int(MAX_S + 2) * len(SECOND.pcm))
    assert kept == b""


async def test_what_nobody_wants_to_know_is_not_sent(world: EngineWorld) -> None:
    """Nor is it part of the next turn."""
    stream = ears(world)
    await stream.drop()
    assert world.fake.requests == []
    assert (await stream.finish(late())).text == ""
    stream.push(SECOND)
    assert (await stream.finish(late())).text == "hello bot"
    assert len(world.fake.requests) == 1
