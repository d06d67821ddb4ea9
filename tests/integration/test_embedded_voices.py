"""The embedded voices, by the real flite and the real espeak-ng."""

import asyncio
import threading
import time
from array import array
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from bot.conversation.voicebook import Voicebook, length_ms
from bot.dialogue.script import load
from bot.engines.embedded.espeak import EspeakTts
from bot.engines.embedded.flite import VOICES, FliteTts, Listener, speaker
from bot.engines.embedded.silence import LEAD_MS, TAIL_MS
from bot.engines.errors import Unavailable
from bot.engines.language import primary
from bot.engines.protocols import Audio, Tts
from bot.media.opus import Decoder, Encoder
from bot.media.playout import FRAME_BYTES
from bot.media.resample import Resampler
from bot.turns.state import BOUND_MS
from tests.integration.embedded_speech import CLAUSE, LONG, children, duration_ms, quiet_ms, spoken
from tests.integration.engine_world import cancel_twice


@pytest.fixture(params=["flite", "espeak"])
async def tts(request: pytest.FixtureRequest) -> AsyncIterator[Tts]:
    """Each voice; it leaves neither thread nor process behind."""
    if request.param == "flite":
        async with FliteTts() as flite:
            yield flite
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("flite")]
    else:
        before = children()
        yield EspeakTts("en")
        assert children() <= before


def files(folder: Path) -> list[Path]:
    """Return what is in a folder."""
    return list(folder.iterdir())


async def test_a_clause(tts: Tts) -> None:
    """A second or two of sound at one rate, loud enough, that begins and ends with hardly any silence."""
    sound = await spoken(tts)

    assert 1200 < duration_ms(sound) < 3000
    assert {audio.rate_hz for audio in sound} in ({16_000}, {22_050})
    assert all(len(audio.pcm) % 2 == 0 and audio.pcm for audio in sound)
    assert max(array("h", b"".join(audio.pcm for audio in sound))) > 8000
    assert quiet_ms(sound, at_end=False) <= LEAD_MS + 5
    assert quiet_ms(sound, at_end=True) <= TAIL_MS + 5


async def test_the_lines_that_cannot_wait_are_short_enough(tts: Tts) -> None:
    """What the bot is comes first and uninterrupted; a goodbye that is too long would be cut in a word."""
    await assert_short("en", tts)


@pytest.mark.parametrize("language", ["de", "es", "es-mx", "fr", "pt", "pt-br"])
async def test_they_are_in_every_language(language: str) -> None:
    """Each has a voice of its own."""
    await assert_short(primary(language), EspeakTts(language))


async def assert_short(language: str, tts: Tts) -> None:
    """Hold the lines of a script to their bounds."""
    script = load(language)
    for line, bound_ms in BOUND_MS.items():
        assert length_ms(await Voicebook([tts]).render(script.lines[line.name.lower()])) <= bound_ms, line


async def test_sound_comes_before_it_is_complete(tts: Tts) -> None:
    """The first piece is short, and so are those that follow."""
    sound = await spoken(tts)

    assert sound[0].duration_ms < 300
    assert len(sound) > 4


async def test_a_long_text_is_spoken_whole(tts: Tts) -> None:
    """Piece by piece; it lasts as long as it takes to say so many words."""
    assert 20_000 < duration_ms(await spoken(tts, LONG)) < 60_000


async def test_stopped_in_the_middle(tts: Tts) -> None:
    """The next clause is what it would have been."""
    expected = duration_ms(await spoken(tts))
    for _ in range(5):
        async with aclosing(tts.speak(LONG)) as sound:
            await anext(sound)

    assert duration_ms(await spoken(tts)) == pytest.approx(expected, abs=60)


async def test_double_cancel(tts: Tts) -> None:
    """Cancelled while it speaks, and again at any step of the closing."""
    for steps in range(8):

        async def consume(began: asyncio.Event) -> None:
            async with aclosing(tts.speak(LONG)) as sound:
                async for _ in sound:
                    began.set()

        await cancel_twice(consume, steps)
    assert len(asyncio.all_tasks()) == 1
    assert await spoken(tts)


@pytest.mark.parametrize("steps", range(6))
async def test_cancelled_at_the_start(tts: Tts, steps: int) -> None:
    """Before the first sound, at any step."""
    task = asyncio.create_task(spoken(tts, LONG))
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert len(asyncio.all_tasks()) == 1
    assert await spoken(tts)


async def test_many_at_once(tts: Tts) -> None:
    """Calls that speak at the same time get each its own clause, as long as alone."""
    clauses = ["Bye!", "He has four horses.", CLAUSE, "A person is free now, and waits for you to come."] * 3
    alone = [duration_ms(await spoken(tts, clause)) for clause in clauses]

    together = await asyncio.gather(*(spoken(tts, clause) for clause in clauses))

    assert [duration_ms(sound) for sound in together] == pytest.approx(
        alone, abs=60
    )  # flite's noise is never the same twice


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "\N{GRINNING FACE}", "...", "\x00\x01\x02", "\ud800",
        "%s%n%x %d", "a\x00b", "<speak><break time='60s'/></speak>", "[[h@'loU]]", "x" * 300, "7" * 100, "'" * 500,
        "-v de", "-", "Zażółć gęślą jaźń", "你好", "$1,000,000.55 & 12:30", "a.b.c.d@e.f", "\n\n.\n", "1e308 0x7f",
    ],
)  # fmt: skip
async def test_odd_texts(tts: Tts, text: str) -> None:
    """Nothing, or the sound of what can be said, in bounds; the next clause is spoken."""
    assert duration_ms(await spoken(tts, text)) < 1000 + 700 * len(text)
    assert await spoken(tts, "Yes.")


async def test_nothing_is_written(tts: Tts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither where it runs nor where temporary files go."""
    for name in ("TMPDIR", "TMP", "TEMP", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.chdir(tmp_path)

    assert await spoken(tts)
    assert files(tmp_path) == []


async def test_from_text_to_the_caller(tts: Tts) -> None:
    """Resampled, encoded and decoded, speech is as long as it was made, and as loud."""
    sound = await spoken(tts)
    resampler = Resampler(sound[0].rate_hz)
    pcm = b"".join([*(resampler.feed(audio.pcm) for audio in sound), resampler.end()])
    assert len(pcm) / 96 == pytest.approx(duration_ms(sound), abs=0.1)

    with Encoder() as encoder, Decoder(16_000) as decoder:
        frames = [
            pcm[start : start + FRAME_BYTES].ljust(FRAME_BYTES, b"\0") for start in range(0, len(pcm), FRAME_BYTES)
        ]
        heard = [Audio(decoder.decode(encoder.encode(frame)), 16_000) for frame in frames]

    assert duration_ms(heard) == pytest.approx(duration_ms(sound), abs=20)
    assert quiet_ms(heard, at_end=False) < LEAD_MS + 40  # the softest beginning is lost in coding
    assert max(array("h", b"".join(audio.pcm for audio in heard))) > 6000


async def test_flite_stops_where_it_is_told_to() -> None:
    """Between two pieces of sound; what is left is never made."""

    class OneOnly(Listener):
        def take(self, audio: Audio | None) -> int:
            self.gone = audio is not None
            return super().take(audio)

    listener = OneOnly()
    async with FliteTts():
        await asyncio.to_thread(speaker("slt").say, LONG[:150], listener)
    listener.take(None)

    first = await listener.next()
    assert first is not None
    assert 100 <= first.duration_ms < 200
    assert await listener.next() is None


async def test_flite_does_not_speak_on_for_nobody() -> None:
    """An answer that is interrupted at its first sound costs a fraction of a whole one."""
    whole = interrupted = 0.0
    async with FliteTts() as flite:
        await spoken(flite)
        for _ in range(3):
            began = time.process_time()
            await spoken(flite, LONG[:150])
            whole += time.process_time() - began

            began = time.process_time()
            async with aclosing(flite.speak(LONG[:150])) as sound:
                await anext(sound)
            await spoken(flite, "Yes.")  # its turn comes when the one before has stopped
            interrupted += time.process_time() - began

    assert interrupted < 0.7 * whole


async def test_engines_of_flite_share_the_library() -> None:
    """Two that speak with one voice at the same time say each its own."""
    async with FliteTts() as one, FliteTts() as other:
        alone = [duration_ms(await spoken(one, "Bye!")), duration_ms(await spoken(other, LONG[:100]))]
        for _ in range(3):
            together = await asyncio.gather(spoken(one, "Bye!"), spoken(other, LONG[:100]))
            assert [duration_ms(sound) for sound in together] == pytest.approx(alone, abs=60)


async def test_flite_is_closed() -> None:
    """It says so, and ends what is under way."""
    async with FliteTts() as flite:
        sound = flite.speak(LONG)
        await anext(sound)
    with pytest.raises(Unavailable):
        await spoken(flite)
    await sound.aclose()


@pytest.mark.parametrize("voice", VOICES)
async def test_voices_of_flite(voice: str) -> None:
    """Each speaks, so that a test's caller need not sound like the bot."""
    async with FliteTts(voice) as flite:
        assert duration_ms(await spoken(flite)) > 1000


@pytest.mark.parametrize("make", [
    lambda: FliteTts("kal"), lambda: FliteTts("../slt"), lambda: EspeakTts("zz"), lambda: EspeakTts("-x"),
    lambda: EspeakTts(""), lambda: EspeakTts("en;x"), lambda: EspeakTts("../../en"),
])  # fmt: skip
def test_unknown_voices(make: Callable[[], Tts]) -> None:
    """They are refused before anybody calls."""
    with pytest.raises(ValueError, match="voice"):
        make()


@pytest.mark.parametrize(("language", "text"), [("de", "Schöne Grüße!"), ("ru", "Привет!"), ("fr-fr", "Ça va ?")])
async def test_other_languages(language: str, text: str) -> None:
    """In their own script."""
    assert duration_ms(await spoken(EspeakTts(language), text)) > 300
