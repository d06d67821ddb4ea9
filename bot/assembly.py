"""The one place where the bot's parts meet: engines, script and voice for the conversations, and legs."""

import asyncio
import random
import weakref
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from pathlib import Path

import structlog

from bot.conversation.conversation import Conversation
from bot.conversation.staff import Staff
from bot.conversation.voicebook import Voicebook
from bot.dialogue.script import BadScript, Script
from bot.dialogue.script import load as load_script
from bot.dialogue.understanding import Understanding
from bot.engines.embedded import selftest
from bot.engines.embedded.deaf import DeafStt
from bot.engines.embedded.sphinx import SphinxStt
from bot.engines.embedded.sphinx_pool import SphinxPool
from bot.engines.embedded.vad import RATE_HZ, VoiceDetector
from bot.engines.errors import Unavailable
from bot.engines.factory import Engines, open_engines
from bot.engines.language import is_english, primary
from bot.engines.once import end
from bot.engines.protocols import Audio, Stt
from bot.engines.settings import EngineSettings
from bot.leg import Leg
from bot.media.playout import Playout
from bot.parts import Parts
from bot.settings import WorkerSettings
from matcher.settings import BadSetting, load

log = structlog.get_logger()

# What is made of the script, for the next start; where there is no such folder it is made anew each time.
CACHE = Path(".run")
SELFTEST_S = 20.0


@asynccontextmanager
async def open_parts(settings: WorkerSettings) -> AsyncIterator[Parts]:
    """Open what calls are answered with; it is ready when the bot has said something and understood itself.

    Raises:
        BadSetting: The engines cannot be had as they are configured.
        EngineError: The embedded ones do not work.
    """
    chosen = load(EngineSettings)
    script = _script(chosen.bot_language)
    understanding = Understanding(script)
    async with AsyncExitStack() as stack:
        engines = await stack.enter_async_context(
            open_engines(chosen, ears=_ears(chosen.bot_language, script, settings.bot_calls))
        )
        voicebook = Voicebook([voice for voice in (engines.voice, engines.embedded_voice) if voice])
        await voicebook.fill(script)
        if is_english(chosen.bot_language):
            await _hear_oneself(engines, script)
        for upkeep in (engines.keep_warm(random.random), voicebook.mend(random.random)):
            stack.push_async_callback(end, asyncio.create_task(upkeep))
        staff = _staff(engines, script, understanding, voicebook)
        running: weakref.WeakSet[Conversation] = weakref.WeakSet()

        def converse(playout: Playout, call_s: float) -> Conversation:
            playout.packets = voicebook.packets
            conversation = Conversation(staff, playout, max_ms=int(call_s * 1000))
            running.add(conversation)
            return conversation

        language = primary(chosen.bot_language)
        yield Parts(Leg, converse, lambda calls: _taken(engines, running, calls), chosen.bot_speech_by, language)


def _script(language: str) -> Script:
    try:
        return load_script(primary(language))
    except BadScript as fault:
        raise BadSetting(f"SOTTO_BOT_LANGUAGE={language!r} is not allowed: {fault}") from None


@asynccontextmanager
async def _ears(language: str, script: Script, calls: int) -> AsyncIterator[Stt]:
    if not is_english(language):
        yield DeafStt()
        return
    # One place more, for the bot that listens to itself.
    async with SphinxPool(script, size=calls + 1, spare=min(2, calls), cache=_cache()) as pool:
        yield SphinxStt(pool)


def _cache() -> Path | None:
    return CACHE if CACHE.is_dir() else None


async def _hear_oneself(engines: Engines, script: Script) -> None:
    """Have the embedded ears understand the embedded voice: a bot that cannot is not ready for anybody."""
    async with aclosing(engines.embedded_voice.speak(script.lines["disclosure"])) as sounds:
        pieces = [sound async for sound in sounds]
    rate_hz = pieces[0].rate_hz
    if rate_hz != RATE_HZ:
        return  # another voice than the one that these ears understand
    audio = Audio(b"".join(piece.pcm for piece in pieces), rate_hz)
    words = await selftest.heard(engines.embedded_ears, audio, asyncio.get_running_loop().time() + SELFTEST_S)
    if not words:
        raise Unavailable
    log.info("bot.heard_itself")


def _staff(engines: Engines, script: Script, understanding: Understanding, voicebook: Voicebook) -> Staff:
    # Who has no embedded ears listens by the configured ones at every level.
    deaf = isinstance(engines.embedded_ears, DeafStt)
    return Staff(
        script=script,
        understanding=understanding,
        judge=VoiceDetector,
        voicebook=voicebook,
        stt=engines.ears if deaf and engines.ears else engines.embedded_ears,
        tts=engines.embedded_voice,
        configured_stt=None if deaf else engines.ears,
        configured_brain=engines.mind,
        configured_tts=engines.voice,
        converser=engines.converser,
        guards=engines.stage_guards,
        probe=engines.silent if engines.guards else None,
    )


def _taken(engines: Engines, running: Iterable[Conversation], calls: int) -> float:
    """Return how much of the engines' places is taken; all where even embedded ones are too slow."""
    overloaded = any(conversation.overloaded for conversation in running)
    return 1.0 if overloaded else engines.taken(calls)
