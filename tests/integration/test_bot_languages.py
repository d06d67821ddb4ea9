"""A bot that speaks another language than English: its rules and lines are embedded, its ears and mind configured."""

import asyncio
from pathlib import Path

import pytest

from bot.assembly import open_parts
from bot.conversation.conversation import Conversation
from bot.engines.protocols import Speaker, Turn
from bot.engines.settings import EngineSettings
from bot.media.playout import Playout
from bot.parts import Parts
from bot.settings import WorkerSettings
from bot.turns.state import Ending
from matcher.settings import BadSetting, Secret, load
from tests.conftest import until
from tests.fakes.openai import KEY, FakeOpenAI, openai
from tests.fakes.realtime import FakeRealtime, realtime
from tests.voices import spoken

FRAME_BYTES = 640
REPLY = Turn(Speaker.BOT, "Hello there.")
SETTINGS = WorkerSettings(bot_key=Secret("k" * 32), bot_calls=1)


class Line:
    """Carries sound both ways, 20 ms at a time, and tells when the bot sounds."""

    def __init__(self) -> None:
        self.playout = Playout()
        self.says = bytearray()  # what the caller says next
        self.sayings = 0  # how often the bot has begun to sound
        self.sounds = False

    def beat(self) -> bytes:
        """Play 20 ms; return what the microphone has."""
        sounds = self.playout.frame() is not None
        self.sayings += sounds and not self.sounds
        self.sounds = sounds
        frame = bytes(self.says[:FRAME_BYTES]).ljust(FRAME_BYTES, b"\0")
        del self.says[:FRAME_BYTES]
        return frame


def configure(fake: FakeOpenAI, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Have German bots with ears and a mind."""
    monkeypatch.chdir(folder)
    for name, value in {"BOT_LANGUAGE": "de", "BOT_SPEECH_BY": "us", "STT_URL": fake.base_url, "STT_KEY": KEY,
                        "STT_MODEL": "ears", "CHAT_URL": fake.base_url, "CHAT_KEY": KEY,
                        "CHAT_MODEL": "mind"}.items():  # fmt: skip
        monkeypatch.setenv(f"SOTTO_{name}", value)


def configure_converser(fake: FakeRealtime, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Have German bots that only an engine that converses can hear with."""
    monkeypatch.chdir(folder)
    for name, value in {"BOT_LANGUAGE": "de", "BOT_SPEECH_BY": "us", "CONVERSE_URL": fake.base_url,
                        "CONVERSE_KEY": KEY, "CONVERSE_MODEL": "all", "CONVERSE_VOICE": "one",
                        "CONVERSE_STT_MODEL": "ears"}.items():  # fmt: skip
        monkeypatch.setenv(f"SOTTO_{name}", value)


async def call_of_a_bot(parts: Parts) -> Ending:
    """Have the bot talk to a caller who says nothing, until one of them ends it."""
    line = Line()
    conversation = parts.conversations(line.playout, 60.0)
    conversation.connected()
    async with asyncio.TaskGroup() as group:
        call = group.create_task(conversation.run())
        while not call.done():
            conversation.hear(line.beat())
            await asyncio.wait({call}, timeout=0.02)
    ending = call.result()
    assert isinstance(ending, Ending)
    return ending


async def test_a_german_bot_converses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It says what it is, has what it hears recognised as German, asks its mind and says the answer."""
    line = Line()
    async with openai() as fake:
        configure(fake, monkeypatch, tmp_path)
        async with open_parts(SETTINGS) as parts:
            assert parts.language == "de"
            conversation = parts.conversations(line.playout, 60.0)
            assert isinstance(conversation, Conversation)

            async def carry() -> None:
                while True:
                    conversation.hear(line.beat())
                    await asyncio.sleep(0.02)

            async with asyncio.TaskGroup() as group:
                call = group.create_task(conversation.run())
                carrying = group.create_task(carry())
                conversation.connected()
                await until(lambda: line.sayings == 1 and not line.sounds, "the disclosure", 20)
                line.says += spoken("hello there")
                await until(lambda: REPLY in conversation._context.turns(), "the answer, to its end", 20)
                conversation.end(Ending.BYE)
                assert await call is Ending.BYE
                carrying.cancel()
        asked = {request.path: request.body for request in fake.requests}
        assert b'name="language"\r\n\r\nde\r\n' in asked["/v1/audio/transcriptions"]
        assert b"hello bot" in asked["/v1/chat/completions"]


async def test_a_german_bot_that_cannot_hear_takes_no_calls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What alone would hear its callers refuses: this one is said goodbye to, and none comes after."""
    async with realtime() as fake:
        fake.status = 401
        configure_converser(fake, monkeypatch, tmp_path)
        async with open_parts(SETTINGS) as parts:
            assert parts.engines(0) == 0.0
            assert await call_of_a_bot(parts) is Ending.DEAF
            assert parts.engines(0) == 1.0


async def test_nobody_is_called_whom_a_full_engine_would_not_hear(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Calls count that have not asked for their place yet, and the places are fewer after a sign of overload."""
    async with realtime() as fake:
        configure_converser(fake, monkeypatch, tmp_path)
        async with open_parts(SETTINGS) as parts:
            assert [parts.engines(calls) for calls in (3, 4)] == [0.75, 1.0]
            fake.status = 429
            assert await call_of_a_bot(parts) is Ending.DEAF
            assert [parts.engines(calls) for calls in (1, 2)] == [0.5, 1.0]


def test_without_endpoints_it_is_said_what_is_missing() -> None:
    """At the start, and not in a call."""
    with pytest.raises(BadSetting, match="SOTTO_STT_URL and SOTTO_CHAT_URL"):
        load(EngineSettings, {"SOTTO_BOT_LANGUAGE": "de"}, Path("/nonexistent/.env"))
