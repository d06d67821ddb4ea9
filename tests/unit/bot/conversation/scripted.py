"""Engines that do what a script says, and speech that can be read back: its samples name the words.

Whatever a recogniser is given or the caller hears shows which word was cut off, lost or said too late. Each word takes
200 ms on either side.
"""

import asyncio
import itertools
from array import array
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass, field

from bot.engines.errors import EngineError
from bot.engines.once import to_its_end
from bot.engines.protocols import Audio, Context, Hypothesis

WORD_MS = 200
ROOM = 30  # the amplitude of a quiet room: -61 dBFS
FIRST = 1_000  # the amplitude of the first word that there is
STEP = 8  # to the next one: more than resampling makes of it

_words: dict[str, int] = {}
_texts: list[str] = []


def amplitude(word: str) -> int:
    """Return the sample that names a word."""
    if word not in _words:
        _words[word] = FIRST + STEP * len(_texts)
        _texts.append(word)
    return _words[word]


def sound(value: int, ms: float, rate_hz: int) -> bytes:
    """Return samples of one value."""
    return array("h", [value]).tobytes() * int(ms * rate_hz / 1000)


def read(pcm: bytes) -> list[str]:
    """Return the words in a sound, each once where it goes on; what fades names none."""
    places = ((value - FIRST + STEP // 2) // STEP for value in array("h", pcm)[::40])
    steady = [place for place, run in itertools.groupby(places) if len(list(run)) >= 4]
    return [_texts[place] for place in steady if 0 <= place < len(_texts)]


def joined(pieces: Iterable[str]) -> list[str]:
    """Return words without those that only go on."""
    return [word for word, _ in itertools.groupby(pieces)]


class Judge:
    """Whatever is louder than the room is a voice."""

    def judge(self, frame: bytes) -> tuple[bool, bool]:
        """Say so to both modes."""
        voiced = max(array("h", frame)) > ROOM
        return voiced, voiced


@dataclass
class ScriptedStt:
    """Reads the words from the sound. `fails` are raised by `finish`, one after the other; None: that one works."""

    final_s: float = 0.02
    partial_s: float = 0.02
    confidence: float = 1.0
    fails: list[EngineError | None] = field(default_factory=list)
    blind: bool = False  # it has no partial words
    refuses: EngineError | None = None  # to begin
    streams: list["ScriptedStream"] = field(default_factory=list)

    def open(self) -> "ScriptedStream":
        """Return a stream."""
        if self.refuses:
            raise self.refuses
        self.streams.append(ScriptedStream(self))
        return self.streams[-1]


class ScriptedStream:
    """The ears of one call."""

    def __init__(self, stt: ScriptedStt) -> None:
        self._stt = stt
        self._heard: list[str] = []
        self.resets = 0
        self.sounding_ms = 0.0
        self.finished: list[str] = []
        self.dropped: list[str] = []
        self.closed = False

    def push(self, audio: Audio) -> None:
        """Take sound."""
        assert not self.closed
        words = read(audio.pcm)
        self._heard += words
        self.sounding_ms += sum(abs(value) > ROOM for value in array("h", audio.pcm)) / 16

    async def partial(self) -> Hypothesis:
        """Return the words so far."""
        await asyncio.sleep(self._stt.partial_s)
        return Hypothesis("" if self._stt.blind else " ".join(joined(self._heard)))

    def reset(self) -> None:
        """Count it."""
        self.resets += 1

    async def finish(self, deadline: float) -> Hypothesis:
        """Return all words, or fail."""
        heard, self._heard = self._heard, []
        await asyncio.sleep(self._stt.final_s)
        if self._stt.fails and (error := self._stt.fails.pop(0)):
            raise error
        self.finished.append(" ".join(joined(heard)))
        return Hypothesis(self.finished[-1], self._stt.confidence, stable=True)

    async def drop(self) -> None:
        """Forget the words."""
        self.dropped.append(" ".join(joined(self._heard)))
        self._heard = []

    async def aclose(self) -> None:
        """Close."""
        await asyncio.sleep(0)
        self.closed = True


@dataclass
class ScriptedBrain:
    """Answers everything in the same way. `error` is raised after the text."""

    text: str = "one two six ten one two six ten one two six ten."
    first_s: float = 0.1
    error: EngineError | None = None
    stalls: bool = False
    asked: list[tuple[str, bool]] = field(default_factory=list, repr=False)
    contexts: list[list[str]] = field(default_factory=list, repr=False)
    open: int = 0

    async def reply(
        self, context: Context, heard: Hypothesis, *, speculative: bool = False
    ) -> AsyncGenerator[str, None]:
        """Stream the text word by word."""
        self.asked.append((heard.text, speculative))
        self.contexts.append([turn.text for turn in context.turns()])
        self.open += 1
        ended = False
        try:
            await asyncio.sleep(self.first_s)
            for word in self.text.split():
                yield word + " "
            if self.stalls:
                await asyncio.sleep(1e6)
            ended = True
            if self.error:
                raise self.error
        finally:
            await (to_its_end(self._close()) if ended else self._close())

    async def _close(self) -> None:
        # It takes a moment, as it does on a network. Whoever has cancelled the stream must not cut that short; what has
        # ended by itself is cancelled then for the first time, and sees to that itself, as the engines do.
        await asyncio.sleep(0.01)
        self.open -= 1


@dataclass
class ScriptedTts:
    """Speaks, 100 ms at a time and as fast as asked. `error` is raised after `pieces` of them; None: after all."""

    first_s: float = 0.0
    rate_hz: int = 48_000
    error: EngineError | None = None
    pieces: int | None = None
    said: list[str] = field(default_factory=list, repr=False)
    open: int = 0

    async def speak(self, text: str) -> AsyncGenerator[Audio, None]:
        """Stream a clause."""
        self.said.append(text)
        self.open += 1
        ended = False
        try:
            await asyncio.sleep(self.first_s)
            pcm = b"".join(sound(amplitude(word), WORD_MS, self.rate_hz) for word in text.split())
            size = 2 * self.rate_hz // 10
            for place in range(0, len(pcm), size)[: self.pieces]:
                yield Audio(pcm[place : place + size], self.rate_hz)
            ended = True
            if self.error:
                raise self.error
        finally:
            await (to_its_end(self._close()) if ended else self._close())

    async def _close(self) -> None:
        await asyncio.sleep(0.01)
        self.open -= 1
