"""An engine that holds a call and does what a script says."""

import asyncio
from array import array
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from bot.engines.errors import EngineError, Unavailable
from bot.engines.once import end
from bot.engines.protocols import (
    Audio,
    ConverserEvent,
    Ended,
    Heard,
    SpeechStarted,
    SpeechStopped,
    Spoken,
    Tts,
    Words,
)
from tests.unit.bot.conversation.scripted import ROOM, WORD_MS, amplitude, joined, read, sound
from tests.unit.bot.conversation.world import World

ANSWER = "red sun old sea red sun old sea"


@dataclass
class ScriptedConverser:
    """An engine, and its conversation: it answers 300 ms after the caller fell silent, all at once."""

    refuses: EngineError | None = None
    fails_after: int | None = None  # answers
    opened: int = 0
    first_s: float = 0.1  # from the end of the caller's speech to its answer
    writes_s: float = 0.0  # from the end of the caller's speech to its transcript
    answers: int = 0
    interrupted: list[int] = field(default_factory=list)
    _happened: asyncio.Queue[ConverserEvent | EngineError] = field(default_factory=asyncio.Queue)
    _loud: int = 0
    _quiet_ms: float = 0.0
    _speaking: bool = False
    _words: list[str] = field(default_factory=list)
    _answering: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator["ScriptedConverser"]:
        """Begin."""
        await asyncio.sleep(0.05)
        if self.refuses:
            raise self.refuses
        self.opened += 1
        try:
            yield self
        finally:
            await self._hush()
            self.opened -= 1

    def push(self, audio: Audio) -> None:
        """Hear where the caller begins and ends."""
        loud = max(array("h", audio.pcm)) > 10 * ROOM
        self._words += read(audio.pcm)
        self._quiet_ms = 0 if loud else self._quiet_ms + audio.duration_ms
        if loud and not self._speaking:
            self._speaking = True
            self._happened.put_nowait(SpeechStarted())
        if self._speaking and self._quiet_ms >= 300:
            self._speaking = False
            self._happened.put_nowait(SpeechStopped())
            said, self._words = Heard(" ".join(joined(self._words))), []
            asyncio.get_running_loop().call_later(self.writes_s, self._happened.put_nowait, said)
            self.speak_up(None)

    def speak_up(self, _: object) -> None:
        """Say something, asked or not."""
        self._answering = asyncio.get_running_loop().create_task(self._answer())

    async def events(self) -> AsyncGenerator[ConverserEvent, None]:
        """Stream what happens."""
        while True:
            happened = await self._happened.get()
            if isinstance(happened, EngineError):
                raise happened
            yield happened

    async def interrupt(self, played_ms: int) -> None:
        """Stop answering."""
        self.interrupted.append(played_ms)
        await self._hush()
        self._happened.put_nowait(Ended(interrupted=True))

    async def _answer(self) -> None:
        await asyncio.sleep(self.first_s)
        if self.answers == self.fails_after:
            self._happened.put_nowait(Unavailable())
            return
        self.answers += 1
        for word in ANSWER.split():
            self._happened.put_nowait(Words(word + " "))
            self._happened.put_nowait(Spoken(Audio(sound(amplitude(word), WORD_MS, 24_000), 24_000)))
        self._happened.put_nowait(Ended(interrupted=False))

    async def _hush(self) -> None:
        if self._answering is not None:
            await end(self._answering)


def world(engine: ScriptedConverser, voice: Tts | None = None) -> World:
    """Return a call that it holds; what the bot says of its own is said by that voice, if any."""
    return World(staffed=lambda staff: replace(staff, converser=engine, configured_tts=voice))
