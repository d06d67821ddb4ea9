"""The voice behind audio/speech, over real sockets."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from bot.engines import errors
from bot.engines.openai.endpoint import Budgets
from bot.engines.openai.speech import SpeechTts
from bot.engines.openai.wav import wav
from bot.engines.protocols import Tts
from tests.fakes.openai import CANARY, SILENCE, Scripted, Then, event, speech_event
from tests.integration.engine_world import HASTY, PATIENT, EngineWorld, cancel_twice, engine_world

PCM = bytes(range(256)) * 4


@pytest.fixture
async def world() -> AsyncIterator[EngineWorld]:
    """An endpoint that leaves nothing open."""
    async with engine_world() as opened:
        yield opened


def voice(world: EngineWorld, budgets: Budgets = PATIENT, **extra: object) -> SpeechTts:
    """Return the engine."""
    return SpeechTts(world.client, world.endpoint(**extra), world.guard, voice="alloy", budgets=budgets)


async def spoken(engine: Tts) -> tuple[bytes, set[int]]:
    """Return the samples of a clause, and their rates."""
    async with aclosing(engine.speak("Hello there.")) as chunks:
        audio = [chunk async for chunk in chunks]
    assert all(len(chunk.pcm) % 2 == 0 for chunk in audio)
    return b"".join(chunk.pcm for chunk in audio), {chunk.rate_hz for chunk in audio}


async def test_a_clause(world: EngineWorld) -> None:
    """The request names model, voice and form; raw samples have the documented rate."""
    assert await spoken(voice(world, sample_rate=24_000)) == (bytes(4800), {24_000})
    assert world.fake.requests[0].json() == {
        "model": "some-model",
        "input": "Hello there.",
        "voice": "alloy",
        "response_format": "pcm",
        "sample_rate": 24_000,
    }


@pytest.mark.parametrize(
    ("answer", "rate_hz"),
    [
        (Scripted([PCM[:7], PCM[7:100], PCM[100:]], content_type="audio/pcm"), 24_000),
        (Scripted([PCM], content_type="application/octet-stream"), 24_000),
        (Scripted([PCM], content_type="audio/L16; Rate=16000; channels=1"), 16_000),
        (Scripted([PCM], content_type="audio/pcm;rate=7"), 24_000),
        (Scripted([wav(PCM, 44_100)[:50], wav(PCM, 44_100)[50:]], content_type="audio/wav"), 44_100),
        (Scripted([wav(PCM, 22_050)], content_type="audio/pcm"), 22_050),
        (Scripted([speech_event(PCM[:7]), speech_event(PCM[7:]), event({"type": "speech.audio.done"})]), 24_000),
        (Scripted([speech_event(PCM, "delta"), event("[DONE]")]), 24_000),
        (Scripted([speech_event(wav(PCM, 16_000))]), 16_000),
    ],
)
async def test_forms(world: EngineWorld, answer: Scripted, rate_hz: int) -> None:
    """However the sound is wrapped, named and cut, it is the same sound."""
    world.will(answer)
    assert await spoken(voice(world)) == (PCM, {rate_hz})


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Scripted([CANARY.encode()], 429, "text/plain", {"Retry-After": "0"}), errors.RateLimited),
        (Scripted([CANARY.encode()], 503, "text/plain"), errors.RateLimited),
        (SILENCE, errors.TimedOut),
        (Scripted([Then.HOLD], content_type="audio/pcm"), errors.TimedOut),
        (Scripted([PCM, Then.HOLD], content_type="audio/pcm"), errors.TimedOut),
        (Scripted([PCM, Then.BREAK], content_type="audio/pcm"), errors.Unavailable),
        (Scripted([speech_event(PCM), b'data: {"ty', Then.HOLD]), errors.TimedOut),
        (Scripted([speech_event(PCM), b'data: {"ty', Then.BREAK]), errors.Unavailable),
        (Scripted([event({"type": "error", "error": {"message": CANARY}})]), errors.Unavailable),
        (Scripted([event({"type": "speech.audio.delta", "audio": "%%%"})]), errors.BadAnswer),
        (Scripted([event({"type": "speech.audio.delta", "audio": "é"})]), errors.BadAnswer),
        (Scripted([event(CANARY)]), errors.BadAnswer),
        (Scripted([PCM], content_type="audio/mpeg"), errors.BadAnswer),
        (Scripted([CANARY.encode()], content_type="application/json"), errors.BadAnswer),
        (Scripted([CANARY.encode()], content_type="text/html"), errors.BadAnswer),
        (Scripted([b"ID3\x04" + PCM], content_type="application/octet-stream"), errors.BadAnswer),
        (Scripted([], content_type="audio/pcm"), errors.BadAnswer),
    ],
)
async def test_faults(world: EngineWorld, answer: Scripted, kind: type[errors.EngineError]) -> None:
    """Each fault is its error, at once; noise is never played, nothing stays open, and the next clause is spoken."""
    world.will(answer)
    with pytest.raises(errors.EngineError) as caught:
        await spoken(voice(world, HASTY))
    assert type(caught.value) is kind
    assert CANARY not in repr(caught.value)

    assert await spoken(voice(world)) == (bytes(4800), {24_000})


async def test_double_cancel(world: EngineWorld) -> None:
    """Cancelled while it speaks, and again at any step of the closing: nothing stays open."""
    for steps in range(8):
        world.will(Scripted([PCM, Then.HOLD], content_type="audio/pcm"))

        async def consume(began: asyncio.Event) -> None:
            async with aclosing(voice(world).speak("Hello.")) as chunks:
                async for _ in chunks:
                    began.set()

        await cancel_twice(consume, steps)
        await world.closed()
        assert world.guard.limiter.in_flight == 0


async def test_sound_has_an_end(world: EngineWorld) -> None:
    """A server that never stops talking is not listened to for ever."""
    half_minute = event({"type": "speech.audio.delta", "audio": base64.b64encode(bytes(48_000 * 30)).decode()})
    world.will(Scripted([*[half_minute] * 5, Then.HOLD]))
    pcm, _ = await spoken(voice(world))
    assert len(pcm) == 48_000 * 120
