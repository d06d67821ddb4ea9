"""What an engine is: ears (`Stt`), mind (`Brain`), voice (`Tts`), or all three in one (`Converser`). Pure.

Every answer is a stream, used once and ended at any moment. Whoever takes one closes it, which a cancelled task does
too, and nothing of it stays open after that:

    async with aclosing(brain.reply(context, heard)) as chunks:
        async for chunk in chunks: ...

All raise `bot.engines.errors.EngineError` and nothing else. What people say is in no `repr`.
"""

from collections import deque
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Audio:
    """A piece of sound.

    Attributes:
        pcm: Signed 16-bit little-endian samples of one channel; whole samples only.
        rate_hz: Samples per second.
    """

    pcm: bytes = field(repr=False)
    rate_hz: int

    @property
    def duration_ms(self) -> float:
        """How long it lasts, ms."""
        return len(self.pcm) * 500 / self.rate_hz


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What was said, as far as is known.

    Attributes:
        text: The words; empty where nothing was understood.
        confidence: From 0 to 1; 1 from an engine that does not say.
        stable: Whether more of the same audio would not change it.
    """

    text: str = field(repr=False)
    confidence: float = 1.0
    stable: bool = False


class Speaker(Enum):
    """Who said something."""

    CALLER = "user"
    BOT = "assistant"


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a conversation, as a brain is given it."""

    speaker: Speaker
    text: str = field(repr=False)


class Context:
    """The memory of one call: the latest turns, oldest first. It lives in memory only, and no longer than the call.

    The texts are kept as bytes that `forget` overwrites. Strings made of them on the way to an engine cannot be
    overwritten; they go with their last user.

    Args:
        turns: How many turns are kept; older ones are overwritten.
    """

    def __init__(self, turns: int = 24) -> None:
        self._kept = turns
        self._turns: deque[tuple[Speaker, bytearray]] = deque()

    def add(self, speaker: Speaker, text: str) -> None:
        """Note what was said, or of the bot's words those that were heard."""
        self._turns.append((speaker, bytearray(text, "utf-8", "replace")))
        while len(self._turns) > self._kept:
            _overwrite(self._turns.popleft()[1])

    def turns(self) -> tuple[Turn, ...]:
        """Return what is remembered."""
        return tuple(Turn(speaker, text.decode()) for speaker, text in self._turns)

    def forget(self) -> None:
        """Overwrite everything."""
        while self._turns:
            _overwrite(self._turns.pop()[1])

    def __len__(self) -> int:
        return len(self._turns)

    def __repr__(self) -> str:
        return f"Context({len(self._turns)} turns)"


def _overwrite(text: bytearray) -> None:
    text[:] = bytes(len(text))


class SttStream(Protocol):
    """The ears of one call. Audio of one turn goes in; `finish` or `drop` ends the turn and begins the next."""

    def push(self, audio: Audio) -> None:
        """Take audio. Never blocks; beyond what a turn may last the oldest is dropped."""
        ...

    async def partial(self) -> Hypothesis:
        """Return at once what is known; speech seems to have ended, so that an engine may begin its work here."""
        ...

    def reset(self) -> None:
        """Note that the same turn goes on after all: what `partial` began is void."""
        ...

    async def finish(self, deadline: float) -> Hypothesis:
        """Return what was said in this turn, and forget its audio.

        Args:
            deadline: The event loop's time, s, by which there is an answer or `TimedOut`.
        """
        ...

    async def drop(self) -> None:
        """Forget the audio of this turn: nobody wants to know what was said. Costs next to no time."""
        ...

    async def aclose(self) -> None:
        """Stop what is under way and overwrite what was heard. May be called again."""
        ...


class Stt(Protocol):
    """An engine that understands speech."""

    def open(self) -> SttStream:
        """Return the ears for one call, that know nothing of any other; the call closes them."""
        ...


class Brain(Protocol):
    """An engine that thinks of an answer."""

    def reply(self, context: Context, heard: Hypothesis, *, speculative: bool = False) -> AsyncGenerator[str, None]:
        """Stream the answer to what was heard, in pieces of any size.

        Args:
            context: What was said before; is only read.
            heard: What the caller said now.
            speculative: The caller may go on speaking: there is no effect but the stream, and it is shed first.
        """
        ...


class Tts(Protocol):
    """An engine that speaks."""

    def speak(self, text: str) -> AsyncGenerator[Audio, None]:
        """Stream the sound of one clause, all at one rate."""
        ...


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The caller began to speak: playout stops, and `interrupt` is told what was played."""


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    """The caller ended: what was said is told by `Heard`."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the caller has said since the last time; an answer to it may have begun to come."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Spoken:
    """Sound to play."""

    audio: Audio


@dataclass(frozen=True, slots=True)
class Words:
    """What the bot says, in pieces, about when it says so."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ended:
    """An answer is complete, or was cut off."""

    interrupted: bool


ConverserEvent = SpeechStarted | SpeechStopped | Heard | Spoken | Words | Ended


class Converser(Protocol):
    """Speech in, speech out: one conversation with an engine that does everything."""

    def push(self, audio: Audio) -> None:
        """Take audio. Never blocks; what the engine does not take in time is dropped, oldest first."""
        ...

    def events(self) -> AsyncGenerator[ConverserEvent, None]:
        """Stream what happens until the conversation is closed."""
        ...

    async def interrupt(self, played_ms: int) -> None:
        """Stop the present answer, or the one that is due; the caller has heard so many ms of it, and hears no more."""
        ...


class ConverserEngine(Protocol):
    """An engine that holds conversations."""

    def open(self) -> AbstractAsyncContextManager[Converser]:
        """Begin a conversation; it is closed with the context."""
        ...
