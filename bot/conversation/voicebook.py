"""What the bot says word for word, rendered before it is needed. One book for all calls: it holds nothing of any."""

from collections.abc import Iterable, Sequence
from contextlib import aclosing

from bot.conversation.sound import spoken
from bot.engines.errors import EngineError, Unavailable
from bot.engines.protocols import Tts


class Voicebook:
    """Texts and their sound.

    Args:
        voices: Who speaks: the first that can. The last one is the embedded voice.
    """

    def __init__(self, voices: Sequence[Tts]) -> None:
        self._voices = voices
        self._pages: dict[str, bytes] = {}

    async def fill(self, texts: Iterable[str]) -> None:
        """Render texts that are not in the book yet.

        Raises:
            EngineError: No voice can.
        """
        for text in texts:
            if text not in self._pages:
                self._pages[text] = await self.render(text)

    def sound(self, text: str) -> bytes | None:
        """Return a text's sound, 16 bit mono at 48 kHz, whole frames of 20 ms; None: it is not in the book."""
        return self._pages.get(text)

    async def render(self, text: str) -> bytes:
        """Speak a text now; it does not come into the book.

        Raises:
            EngineError: No voice can.
        """
        error: EngineError = Unavailable()
        for voice in self._voices:
            try:
                async with aclosing(spoken(voice, text)) as pieces:
                    return b"".join([piece async for piece in pieces])
            except EngineError as failure:
                error = failure
        raise error
