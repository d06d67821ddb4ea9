"""What the bot says word for word, rendered before it is needed. One book for all calls: it holds nothing of any."""

from collections.abc import Sequence
from contextlib import aclosing

from bot.conversation.sound import spoken
from bot.dialogue.script import Script
from bot.engines.errors import EngineError, Unavailable
from bot.engines.protocols import Tts
from bot.media.playout import RATE_HZ
from bot.turns.state import BOUND_MS


class Voicebook:
    """Texts and their sound.

    Args:
        voices: Who speaks: the first that can. The last one is the embedded voice.
    """

    def __init__(self, voices: Sequence[Tts]) -> None:
        self._voices = voices
        self._pages: dict[str, bytes] = {}

    async def fill(self, script: Script) -> None:
        """Render a script's lines and fillers. A line that takes a voice too long is spoken by the embedded one.

        Raises:
            EngineError: No voice can.
        """
        bounds_ms = {script.lines[line.name.lower()]: bound_ms for line, bound_ms in BOUND_MS.items()}
        for text in (*script.lines.values(), *script.fillers):
            sound = await self.render(text)
            if text in bounds_ms and length_ms(sound) > bounds_ms[text]:
                sound = await self._rendered(text, self._voices[-1:])
            self._pages[text] = sound

    def sound(self, text: str) -> bytes | None:
        """Return a text's sound, 16 bit mono at 48 kHz, whole frames of 20 ms; None: it is not in the book."""
        return self._pages.get(text)

    async def render(self, text: str) -> bytes:
        """Speak a text now; it does not come into the book.

        Raises:
            EngineError: No voice can.
        """
        return await self._rendered(text, self._voices)

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
