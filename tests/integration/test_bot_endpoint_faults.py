"""Endpoints that fail in the middle of a call, over real sockets: whatever they do, the caller hears an answer.

The conversations of one part of the bot run at the same time, each with an endpoint and engines of its own.
"""

import asyncio
from pathlib import Path

import pytest

from bot.assembly import open_parts
from bot.conversation.conversation import Conversation
from bot.dialogue.script import load
from bot.engines.protocols import Speaker
from bot.media.playout import FRAME_BYTES, Playout
from bot.parts import Parts
from bot.settings import WorkerSettings
from bot.turns.state import Ending
from matcher.settings import Secret
from tests.conftest import free_port, until
from tests.fakes.openai import CANARY, KEY, SILENCE, FakeOpenAI, Scripted, Then, chat, delta, openai
from tests.integration.legs import tone
from tests.voices import spoken

HEARD_BYTES = 640  # 20 ms of what the caller says
SETTINGS = WorkerSettings(bot_key=Secret("k" * 32), bot_calls=1)
CHAT, STT, TTS = "/chat/completions", "/audio/transcriptions", "/audio/speech"
SCRIPT, REPLY = load("de"), "Hello there."
SPEECH = Scripted([tone(440, 200)], content_type="audio/pcm")
OVERLOADED = Scripted([CANARY.encode()], 429, "text/plain", {"Retry-After": "0"})
DOWN = Scripted([CANARY.encode()], 503, "text/plain")
SLOWLY: list[bytes | Then] = [Then.WAIT, delta(" there")]
PAGE = Scripted([CANARY.encode(), Then.HOLD], content_type="text/html")
MIND = {
    "429": OVERLOADED,
    "503": DOWN,
    "no first token": SILENCE,
    "stalls": Scripted([delta("Hello"), Then.HOLD]),
    "half a second for each word": Scripted([delta("Hello"), *SLOWLY * 20]),
    "half a line": Scripted([delta("Hello"), b'data: {"cho', Then.BREAK]),
    "no end": chat("Hello", " there.", done=False),
    "a page": PAGE,
    "refused": None,
}
VOICE = {"429": OVERLOADED, "503": DOWN, "a page": PAGE, "stalls": Scripted([Then.HOLD], content_type="audio/pcm")}
EARS = {"429": OVERLOADED, "503": DOWN, "a page": PAGE}
# From the end of what is said: the end is noticed, an answer without network is asked for, and the machine is busy.
ANSWER_S = 1.2 + 2.5 + 1.3


class Line:
    """The caller: hears all sound, and says something once."""

    def __init__(self, parts: Parts) -> None:
        self.playout = Playout()
        conversation = parts.conversations(self.playout, 60.0)
        assert isinstance(conversation, Conversation)
        self.conversation = conversation
        self.said_s = 0.0  # when all was said
        self.heard: list[tuple[float, bytes]] = []  # since then
        book, script = conversation._staff.voicebook, conversation._staff.script
        self._fillers = {book.sound(filler) for filler in script.fillers}

    async def carry(self, says: bytes) -> None:
        """Say something after the disclosure, and hear what is said then; all but the wait for it goes faster."""
        while not self.playout.generation or self.playout.speaking:
            await self._skip()
        now = asyncio.get_running_loop().time
        begins_s, frames = now(), 0
        while self.answer_s() is None:
            frame = self.playout.frame()
            if not says:
                self.said_s = self.said_s or now()
                if frame is not None:
                    self.heard.append((now(), frame))
            self.conversation.hear(says[:HEARD_BYTES].ljust(HEARD_BYTES, b"\0"))
            says = says[HEARD_BYTES:]
            frames += 1
            await asyncio.sleep(max(0, begins_s + frames * 0.02 - now()))
        while True:
            await self._skip()

    async def _skip(self) -> None:
        self.playout.frame()
        await asyncio.sleep(0.001)

    def answer_s(self) -> float | None:
        """Return after how long sound came that is no filler, s; None: none yet."""
        sound = b"".join(frame for _, frame in self.heard)
        filler = next((filler for filler in self._fillers if filler and sound.startswith(filler)), b"")
        if any(filler and filler.startswith(sound) for filler in self._fillers):
            return None
        for at_s, frame in self.heard[len(filler) // FRAME_BYTES :]:
            if any(frame):
                return at_s - self.said_s
        return None


def configure(fake: FakeOpenAI, monkeypatch: pytest.MonkeyPatch, **instead: str) -> None:
    """Have German bots with ears and mind; `instead`: further settings, or others."""
    settings = {"BOT_LANGUAGE": "de", "BOT_SPEECH_BY": "us"}
    for service in ("STT", "CHAT"):
        settings |= {f"{service}_URL": fake.base_url, f"{service}_KEY": KEY, f"{service}_MODEL": "some"}
    for name, value in (settings | instead).items():
        monkeypatch.setenv(f"SOTTO_{name}", value)


async def meet(path: str, fault: Scripted | None, monkeypatch: pytest.MonkeyPatch) -> tuple[float, str]:
    """Hold a call whose endpoint has a fault, None: is not there, from the first words of the caller on.

    Returns:
        After how long the answer came, s, and its words.
    """
    async with openai() as fake:
        fake.always[TTS] = SPEECH
        if path == TTS:
            instead = {"TTS_URL": fake.base_url, "TTS_KEY": KEY, "TTS_MODEL": "some", "TTS_VOICE": "one"}
        else:
            instead = {} if fault else {"CHAT_URL": f"http://127.0.0.1:{free_port()}/v1"}
        configure(fake, monkeypatch, **instead)
        # The settings are read before anything is waited for: another call's are not met.
        async with open_parts(SETTINGS) as parts:
            line = Line(parts)
            if fault:
                fake.always[path] = fault
            async with asyncio.TaskGroup() as group:
                call = group.create_task(line.conversation.run())
                carrying = group.create_task(line.carry(spoken("hello there")))
                line.conversation.connected()
                await until(lambda: line.answer_s() is not None, "an answer", 20)
                turns = line.conversation._context.turns
                await until(lambda: [turn.speaker for turn in turns()].count(Speaker.BOT) == 2, "its end", 20)
                text = turns()[-1].text
                line.conversation.end(Ending.BYE)
                assert await call is Ending.BYE
                carrying.cancel()
            await until(lambda: fake.busy == 0, "the end of all requests")
            assert any(request.path.endswith(path) for request in fake.requests) == bool(fault)
        await until(lambda: fake.sockets == 0, "the end of all connections")
    after_s = line.answer_s()
    assert after_s is not None
    return after_s, text


@pytest.mark.parametrize(
    ("path", "faults", "answer"),
    [(CHAT, MIND, SCRIPT.reflections[0]), (TTS, VOICE, REPLY), (STT, EARS, SCRIPT.lines["repeat"])],
    ids=["mind", "voice", "ears"],
)
async def test_the_caller_hears_an_answer(
    path: str, faults: dict[str, Scripted | None], answer: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In time, by what needs no network, and no request is left open, whatever goes wrong with one endpoint."""
    monkeypatch.chdir(tmp_path)
    async with asyncio.TaskGroup() as group:
        calls = {name: group.create_task(meet(path, fault, monkeypatch)) for name, fault in faults.items()}
    met = {name: call.result() for name, call in calls.items()}
    assert {name: text for name, (_, text) in met.items()} == {
        name: REPLY if name == "no end" else answer for name in faults
    }
    assert {name: after_s for name, (after_s, _) in met.items() if after_s > ANSWER_S} == {}
