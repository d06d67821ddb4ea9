"""A voice's sound on its way to the playout."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from bot.conversation.pace import Pace
from bot.conversation.replies import Replies
from bot.conversation.sound import spoken
from bot.conversation.staff import Staff
from bot.conversation.voicebook import KEPT_BYTES, Voicebook, length_ms
from bot.dialogue.script import load
from bot.dialogue.understanding import Understanding
from bot.engines.embedded.mind import Mind
from bot.engines.errors import BadAnswer, EngineError, Unavailable
from bot.engines.levels import Level
from bot.engines.protocols import Audio, Context, Tts
from bot.media.playout import FRAME_BYTES
from bot.turns.actions import Generate
from bot.turns.state import BOUND_MS
from tests.fakes.virtual_time import run_virtually
from tests.unit.bot.conversation.scripted import Judge, ScriptedStt, ScriptedTts, read, sound

SCRIPT = load("en")


class Pieces:
    """A voice that gives these pieces."""

    def __init__(self, *pieces: Audio) -> None:
        self._pieces = pieces

    async def speak(self, text: str) -> AsyncGenerator[Audio, None]:
        """Give them."""
        for piece in self._pieces:
            yield piece


async def said(*pieces: Audio) -> bytes:
    """Return what becomes of them."""
    async with aclosing(spoken(Pieces(*pieces), "…")) as parts:
        return b"".join([part async for part in parts])


@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 24_000, 48_000])
async def test_sound_of_any_rate_is_whole_frames_without_silence_first(rate_hz: int) -> None:
    """A quarter of a second of it is taken off, but for 20 ms."""
    pcm = await said(Audio(sound(0, 250, rate_hz) + sound(5_000, 500, rate_hz), rate_hz))
    assert len(pcm) % FRAME_BYTES == 0
    assert 520 <= len(pcm) // 96 <= 540


@pytest.mark.parametrize(
    "pieces", [(), (Audio(bytes(9_600), 48_000),), (Audio(b"\1\1", 4_000),), (Audio(b"", 16_000), Audio(b"", 24_000))]
)
async def test_what_is_no_sound_is_a_bad_answer(pieces: tuple[Audio, ...]) -> None:
    """Nothing, silence alone, a rate that none has, or two of them."""
    with pytest.raises(BadAnswer):
        await said(*pieces)


async def test_the_book_is_spoken_by_the_first_voice_that_can() -> None:
    """It is rendered before it is needed; what is not in it is rendered when it is asked for."""
    down = ScriptedTts(error=Unavailable(), pieces=0)
    voice = ScriptedTts()
    book = Voicebook([down, voice])
    await book.fill(SCRIPT)
    assert voice.said == [*SCRIPT.lines.values(), *SCRIPT.fillers]
    assert "bot" in read(book.sound(SCRIPT.lines["disclosure"]) or b"")
    assert book.sound("ten") is None
    assert "ten" in read(await book.render("ten"))
    assert book.sound("ten") is None


async def test_a_line_that_takes_too_long_is_spoken_by_the_embedded_voice() -> None:
    """A disclosure of a voice that drawls would end every call, and a goodbye would be cut."""
    drawling, embedded = Pieces(Audio(sound(5_000, 2_700, 16_000), 16_000)), ScriptedTts()
    book = Voicebook([drawling, embedded])
    await book.fill(SCRIPT)
    assert embedded.said == [SCRIPT.lines["disclosure"], SCRIPT.lines["handover"]]
    for line, bound_ms in BOUND_MS.items():
        assert length_ms(book.sound(SCRIPT.lines[line.name.lower()]) or b"") <= bound_ms


def test_a_line_gets_the_usual_voice_once_that_can() -> None:
    """Until then the other stands in; what was rendered well is not rendered again."""
    voice, other = ScriptedTts(error=Unavailable(), pieces=0), ScriptedTts(rate_hz=24_000)
    book = Voicebook([voice, other])

    async def open_late() -> None:
        await book.fill(SCRIPT)
        assert other.said == voice.said
        mending = asyncio.create_task(book.mend(lambda: 0.5))
        await asyncio.sleep(60)
        assert not mending.done()
        voice.error = voice.pieces = None
        voice.said.clear()
        await mending
        await book.mend(lambda: 0.5)

    run_virtually(open_late())
    texts = [*SCRIPT.lines.values(), *SCRIPT.fillers]
    assert voice.said == other.said == texts
    assert all(read(book.sound(text) or b"") for text in texts)


@pytest.mark.parametrize("voices", [[], [ScriptedTts(error=Unavailable(), pieces=0)]])
async def test_a_book_without_a_voice_is_none(voices: list[ScriptedTts]) -> None:
    """Whoever opens it learns so."""
    with pytest.raises(EngineError):
        await Voicebook(voices).fill(SCRIPT)


class Offered(Voicebook):
    """A book that remembers what it was offered."""

    def __init__(self, *voices: ScriptedTts) -> None:
        super().__init__(voices)
        self.offered: list[str] = []

    def keep(self, text: str, sound: bytes, voice: Tts) -> None:
        """Take it, or not."""
        self.offered.append(text)
        super().keep(text, sound, voice)


async def answer(staff: Staff, text: str, level: Level = Level.EMBEDDED, clauses: int = 99) -> int:
    """Have so many clauses of an answer spoken; return how many there were."""
    replies = Replies(staff, Mind(SCRIPT, staff.understanding), Context(), Pace(staff, lambda: 0.5))
    heard = 0
    async with aclosing(replies.pieces(Generate(1, text), level)) as pieces:
        async for piece in pieces:
            heard += piece is None
            if heard == clauses:
                break
    return heard


async def test_an_answer_is_spoken_once_for_all_calls() -> None:
    """Its clauses come into the book as they are said; what is filled with a caller's words is not even collected."""
    voice = ScriptedTts()
    book = Offered(voice)
    await book.fill(SCRIPT)
    staff = Staff(SCRIPT, Understanding(SCRIPT), Judge, book, ScriptedStt(), voice)

    async def spoken_for(text: str) -> list[str]:
        voice.said.clear()
        assert await answer(staff, text) == 3
        return list(voice.said)

    assert len(await spoken_for("what is your name")) == 3
    assert await spoken_for("what is your name") == []
    assert len(await spoken_for("my name is anna")) == 3
    assert await spoken_for("my name is anna") == ["Anna."]
    assert len(book.offered) == 5
    assert not [text for text in book.offered if "Anna" in text]
    first = (book.sound("What shall I call you?") or b"")[:FRAME_BYTES]
    assert book.packets.packet(first)
    assert not book.packets.packet((await book.render("Anna."))[:FRAME_BYTES])


@pytest.mark.parametrize("level", [Level.RULES, Level.EMBEDDED])
async def test_an_answer_has_one_voice(level: Level) -> None:
    """What the book has of it is left there, where another voice has to speak the rest."""
    voice, embedded = ScriptedTts(), ScriptedTts()
    book = Voicebook([voice, embedded])
    await book.fill(SCRIPT)
    staff = Staff(SCRIPT, Understanding(SCRIPT), Judge, book, ScriptedStt(), embedded, configured_tts=voice)
    assert await answer(staff, "what is your name", Level.RULES, clauses=1) == 1
    begun = voice.said[-1]
    assert book.sound(begun)
    voice.error, voice.pieces = Unavailable(), 0

    assert await answer(staff, "what is your name", level) == 3
    assert len(embedded.said) == 3
    assert embedded.said[0] == begun

    voice.error = voice.pieces = None
    assert await answer(staff, "what is your name", Level.RULES) == 3
    embedded.said.clear()
    voice.said.clear()
    assert await answer(staff, "what is your name", level) == 3
    assert voice.said == embedded.said == [], "all of it is in the book"


async def test_a_book_keeps_only_what_is_its_own() -> None:
    """No other text, in no other voice, and not more than there is room for."""
    voice, other = ScriptedTts(), ScriptedTts()
    book = Voicebook([voice, other])
    await book.fill(SCRIPT)
    book.keep("Nice to meet you, Anna.", b"sound", voice)
    book.keep("What shall I call you?", b"sound", other)
    book.keep("Do you like music?", bytes(KEPT_BYTES + 1), voice)
    for text in ("Nice to meet you, Anna.", "What shall I call you?", "Do you like music?"):
        assert book.sound(text) is None
    book.keep("What shall I call you?", b"sound", voice)  # for which there is room, whatever there was none for
    assert book.sound("What shall I call you?")
