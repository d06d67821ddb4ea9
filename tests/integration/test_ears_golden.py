"""What the embedded ears understand of voices that are not the bot's: meanings, not words, and how many of them."""

import asyncio
import math
import random
from array import array
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from bot.dialogue.script import slots_of
from bot.dialogue.understanding import Understanding
from bot.engines.embedded.sphinx import SphinxStt
from bot.media.hearing import FRAME_TICKS, Hearing, Packet
from bot.media.opus import Decoder, Encoder
from tests.integration.own_ears import SCRIPT, ears, say, soon
from tests.voices import RATE_HZ, VOICES, silence, spoken

UNDERSTANDING = Understanding(SCRIPT)
# Of the first sentence of each intent; with this recogniser and these voices nearly all are.
ENOUGH = 0.9
LOST = 0.03


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the language model is kept."""
    return tmp_path_factory.mktemp("models")


def sentences() -> Iterator[tuple[str, str]]:
    """Yield a sentence for each intent, and the intent."""
    for name, intent in SCRIPT.intents.items():
        sentence = intent.patterns[0]
        for slot in slots_of(sentence):
            sentence = sentence.replace(f"{{{slot}}}", SCRIPT.slots[slot][0])
        yield sentence, name


def meaning(text: str) -> str | None:
    """Return the name of what was understood."""
    found = UNDERSTANDING.meaning(text)
    return found.name if found else None


async def understood(stt: SphinxStt, voice: str, way: Callable[[bytes], bytes]) -> list[tuple[str, str]]:
    """Say every sentence in one call, by some way; return those that were understood as something else."""
    stream = stt.open()
    wrong = []
    for sentence, name in sentences():
        say(stream, way(spoken(sentence, voice)))
        text = (await stream.finish(soon())).text
        if meaning(text) != name:
            wrong.append((sentence, text))
    await stream.aclose()
    return wrong


def by_opus(dice: random.Random) -> Callable[[bytes], bytes]:
    """Return a way that speech takes: Opus at 24 kbit/s, of which packets are lost, and what is then heard."""

    def way(pcm: bytes) -> bytes:
        with Encoder(RATE_HZ, 24_000) as encoder, Decoder(RATE_HZ) as decoder:
            hearing, heard = Hearing(decoder), b""
            size = 2 * encoder.samples
            for number in range(len(pcm) // size):
                payload = encoder.encode(pcm[number * size : (number + 1) * size])
                if dice.random() >= LOST:
                    packet = Packet(sequence=number, timestamp=number * FRAME_TICKS, ssrc=1, payload=payload)
                    heard += b"".join(hearing.take(packet))
            return heard

    return way


@pytest.mark.parametrize("voice", VOICES)
async def test_what_the_script_expects_is_understood(cache: Path, voice: str) -> None:
    """Said as it is written, nearly all of it."""
    async with ears(cache) as (_, stt):
        wrong = await understood(stt, voice, bytes)
    assert len(wrong) <= (1 - ENOUGH) * len(SCRIPT.intents), wrong


@pytest.mark.parametrize("voice", VOICES)
async def test_a_lossy_line_takes_little_away(cache: Path, voice: str) -> None:
    """Nearly all is understood through the codec of the call, with 3 packets of 100 lost."""
    async with ears(cache) as (_, stt):
        wrong = await understood(stt, voice, by_opus(random.Random(1)))
    assert len(wrong) <= (1 - ENOUGH) * len(SCRIPT.intents), wrong


def noises() -> Iterator[bytes]:
    """Yield two seconds each of hiss, hum and knocks, quiet and loud."""
    dice = random.Random(2)
    times = range(2 * RATE_HZ)
    for level in (30, 300, 1500):
        yield _samples(dice.gauss(0, level) for _ in times)
        yield _samples(level * math.sin(2 * math.pi * 100 * at / RATE_HZ) for at in times)
        yield _samples(dice.gauss(0, level if at % 4000 < 60 else 3) for at in times)


def _samples(values: Iterable[float]) -> bytes:
    return array("h", map(int, values)).tobytes()


async def test_noise_means_nothing(cache: Path) -> None:
    """The recogniser may take it for a word, and be sure of it; it is none that callers say."""
    async with ears(cache) as (_, stt):
        stream = stt.open()
        for noise in noises():
            say(stream, noise)
            text = (await stream.finish(soon())).text
            assert meaning(text) is None, text
            assert len(text.split()) <= 1
        await stream.aclose()


@pytest.mark.parametrize("pause_ms", [200, 450, 700])
async def test_a_pause_in_a_sentence_does_no_harm(cache: Path, pause_ms: int) -> None:
    """What was said before it is known meanwhile, and the whole sentence in the end."""
    async with ears(cache) as (_, stt):
        stream = stt.open()
        say(stream, spoken("i want to talk") + silence(pause_ms))
        async with asyncio.timeout(10):
            while (await stream.partial()).text != "i want to talk":
                await asyncio.sleep(0.01)
        say(stream, spoken("to a person"))
        assert meaning((await stream.finish(soon())).text) == "next"
        await stream.aclose()
