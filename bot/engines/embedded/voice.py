"""Which embedded voice there is: flite for English, espeak-ng for all else and where flite is missing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.engines.embedded.espeak import EspeakTts
from bot.engines.embedded.flite import FliteTts
from bot.engines.language import is_english
from bot.engines.protocols import Tts
from matcher.settings import BadSetting


@asynccontextmanager
async def embedded_voice(language: str) -> AsyncIterator[Tts]:
    """Open the voice of a language (BCP 47).

    Raises:
        BadSetting: There is none on this machine; `str` says what to install.
    """
    if is_english(language):
        try:
            flite = FliteTts()
        except OSError:
            pass
        else:
            async with flite:
                yield flite
            return
    yield _espeak(language)


def _espeak(language: str) -> EspeakTts:
    try:
        return EspeakTts(language)
    except OSError:
        packages = "flite (Debian: libflite1) or espeak-ng" if is_english(language) else "espeak-ng"
        raise BadSetting(f"the bot has no voice for SOTTO_BOT_LANGUAGE={language!r}: install {packages}") from None
    except ValueError:
        raise BadSetting(f"SOTTO_BOT_LANGUAGE={language!r} is not allowed: espeak-ng has no such voice") from None
