"""What the bot says word for word, rendered once. One book for all calls: it holds nothing of any.

A script's lines and fillers are rendered before they are needed, and its answers when they are said first; either is
encoded once. Together this is half of all that a bot costs, and what it says is mostly the same.
"""

import asyncio
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing

from bot.conversation.sound import spoken
from bot.dialogue.script import Script, slots_of
from bot.engines.clauses import clauses_of
from bot.engines.errors import EngineError, Unavailable
from bot.engines.levels import probe_after_s
from bot.engines.protocols import Tts
from bot.media.packet_cache import PacketCache
from bot.media.playout import RATE_HZ
from bot.turns.state import BOUND_MS

# So much of answers is kept at most: five and a half minutes.
KEPT_BYTES = 32 * 10**6


class Voicebook:
    """Texts and their sound.

    Args:
        voices: Who speaks: the first that can. The last one is the embedded voice.
    """

    def __init__(self, voices: Sequence[Tts]) -> None:
        self._voices = voices
        self.packets = PacketCache(RATE_HZ)  # of all that is in the book
        self._pages: dict[str, bytes] = {}
        self._answers: frozenset[str] = frozenset()
        self._bounds_ms: dict[str, int] = {}
        self._owed: list[str] = []  # what the usual voice could not speak
        self._kept_bytes = 0

    async def fill(self, script: Script) -> None:
        """Render a script's lines and fillers. A line that takes a voice too long is spoken by the embedded one.

        Raises:
            EngineError: No voice can.
        """
        self._bounds_ms = {script.lines[line.name.lower()]: bound_ms for line, bound_ms in BOUND_MS.items()}
        for text in (*script.lines.values(), *script.fillers):
            if not await self._write(text, self._voices[:1]):
                self._owed.append(text)
                if not await self._write(text, self._voices[1:]):
                    raise Unavailable
        self._answers = frozenset(_answers(script))

    async def mend(self, dice: Callable[[], float]) -> None:
        """Have the usual voice speak what it could not when the book was filled: it may start later than the bot.

        Args:
            dice: From 0 to below 1; spreads the attempts.
        """
        while self._owed:
            await asyncio.sleep(probe_after_s(dice))
            while self._owed and await self._write(self._owed[0], self._voices[:1]):
                del self._owed[0]

    def suits(self, clauses: Sequence[str], voices: Sequence[Tts]) -> bool:
        """Return whether what the book has of an answer may be heard with the rest of it: an answer has one voice.

        It may where there is no rest, or where nobody but the usual voice can speak it.
        """
        alone = len(voices) == 1 and voices[0] is self._voices[0]
        return alone or all(clause in self._pages for clause in clauses)

    def wants(self, text: str) -> bool:
        """Return whether a text is a clause of the script's answers that is not in the book yet."""
        return text in self._answers and text not in self._pages

    def keep(self, text: str, sound: bytes, voice: Tts) -> None:
        """Take an answer's clause into the book, if it is wanted, and in the usual voice."""
        if self.wants(text) and voice is self._voices[0]:
            kept_bytes = self._kept_bytes + len(sound)
            if kept_bytes <= KEPT_BYTES:
                self._kept_bytes = kept_bytes
                self._keep(text, sound)

    def sound(self, text: str) -> bytes | None:
        """Return a text's sound, 16 bit mono at 48 kHz, whole frames of 20 ms; None: it is not in the book."""
        return self._pages.get(text)

    async def render(self, text: str) -> bytes:
        """Speak a text now; it does not come into the book.

        Raises:
            EngineError: No voice can.
        """
        return await self._rendered(text, self._voices)

    async def _write(self, text: str, voices: Sequence[Tts]) -> bool:
        """Have a page spoken, within its bound; return whether it was."""
        try:
            sound = await self._rendered(text, voices)
            if length_ms(sound) > self._bounds_ms.get(text, math.inf):
                sound = await self._rendered(text, self._voices[-1:])
        except EngineError:
            return False
        self._keep(text, sound)
        return True

    def _keep(self, text: str, sound: bytes) -> None:
        self._pages[text] = sound
        self.packets.add(sound)

    async def _rendered(self, text: str, voices: Sequence[Tts]) -> bytes:
        error: EngineError = Unavailable()
        for voice in voices:
            try:
                async with aclosing(spoken(voice, text)) as pieces:
                    return b"".join([piece async for piece in pieces])
            except EngineError as failure:
                error = failure
        raise error


def length_ms(sound: bytes) -> float:
    """Return how long a page is, ms."""
    return len(sound) / 2 * 1000 / RATE_HZ


def _answers(script: Script) -> Iterator[str]:
    """Yield the clauses of all answers. One with a slot is filled with a caller's words, and never the same."""
    replies = (reply for intent in script.intents.values() for reply in intent.replies)
    for text in (*replies, *script.reflections, *script.topics):
        yield from (clause for clause in clauses_of(text) if not slots_of(clause))
