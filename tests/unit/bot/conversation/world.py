"""A call under virtual time: a caller, a connection, and what happens between them."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot.conversation.conversation import Conversation
from bot.conversation.staff import Staff
from bot.conversation.voicebook import Voicebook
from bot.dialogue.script import load
from bot.dialogue.understanding import Understanding
from bot.engines.protocols import Brain, Context, Speaker, Stt, Tts
from bot.media.playout import Playout
from bot.turns.machine import begin
from bot.turns.state import Ending
from tests.fakes.virtual_time import run_virtually
from tests.unit.bot.conversation.scripted import (
    ROOM,
    WORD_MS,
    Judge,
    ScriptedBrain,
    ScriptedStt,
    ScriptedTts,
    amplitude,
    read,
    sound,
)

FRAME_MS = 20
SCRIPT = load("en")
UNDERSTANDING = Understanding(SCRIPT)

# The same for all calls, as it is in a worker.
_quick = Voicebook([ScriptedTts()])


@dataclass
class World:
    """One call. Set the engines, write the script by `says` and `at`, then `run`."""

    stt: Stt = field(default_factory=ScriptedStt)
    tts: Tts = field(default_factory=ScriptedTts)
    brain: Brain | None = field(default_factory=ScriptedBrain)
    configured_stt: Stt | None = None
    configured_tts: Tts | None = None
    staffed: Callable[[Staff], Staff] = lambda staff: staff
    max_ms: int = 1_800_000
    connects: bool = True
    book: bool = True  # whether the bot's lines are rendered beforehand

    def __post_init__(self) -> None:
        """Begin with an empty script."""
        self.playout = Playout()
        self.heard: list[tuple[int, str]] = []  # when each word began to be played
        self.spans: list[tuple[int, int]] = []  # when the bot sounded
        self.ending: tuple[int, Ending] | None = None
        self.conversation: Conversation | None = None
        self.diary = _Diary()
        self._last = ""
        self._calendar: list[tuple[int, Callable[[Conversation], None]]] = []
        self._speech: list[tuple[int, bytes]] = []
        self._gaps: list[tuple[int, int]] = []
        self._mutes: list[tuple[int, int]] = []

    def says(self, at_ms: int, text: str) -> int:
        """Have the caller say something, at a multiple of 20 ms; return when that ends."""
        pcm = b"".join(sound(amplitude(word), WORD_MS, 16_000) for word in text.split())
        self._speech.append((at_ms, pcm))
        return at_ms + len(pcm) // 32

    def noise(self, from_ms: int, until_ms: int) -> None:
        """Let there be a loud noise without a word."""
        self._speech.append((from_ms, sound(1_000 * ROOM, until_ms - from_ms, 16_000)))

    def gap(self, from_ms: int, until_ms: int) -> None:
        """Let no packet come."""
        self._gaps.append((from_ms, until_ms))

    def mute(self, from_ms: int, until_ms: int) -> None:
        """Let packets of silence come."""
        self._mutes.append((from_ms, until_ms))

    def at(self, ms: int, does: Callable[[Conversation], None]) -> None:
        """Have something happen."""
        self._calendar.append((ms, does))

    def run(self, until_ms: int) -> "World":
        """Hold the call until then, or until it ends. Nothing may be left of it."""
        run_virtually(self._run(until_ms))
        return self

    def sayings(self, after_ms: int = 0) -> list[tuple[int, str]]:
        """Return what the caller heard: whatever had no pause in it, and when it began."""
        sayings: list[tuple[int, str]] = []
        for begins_ms, ends_ms in self.spans:
            words = [word for ms, word in self.heard if begins_ms <= ms < ends_ms]
            if begins_ms >= after_ms:
                sayings.append((begins_ms, " ".join(words)))
        return sayings

    @property
    def context(self) -> list[str]:
        """All that the bot has ever remembered, in order."""
        return [text for _, text in self.diary.pages]

    async def _run(self, until_ms: int) -> None:
        voicebook = Voicebook([self.tts])
        staff = self.staffed(
            Staff(
                SCRIPT, UNDERSTANDING, Judge, voicebook, self.stt, self.tts, self.configured_stt, self.brain,
                self.configured_tts,
            )
        )  # fmt: skip
        if self.book:
            if _quick.sound(SCRIPT.fillers[0]) is None:
                await _quick.fill(SCRIPT)
            staff = replace(staff, voicebook=_Book(_quick, voicebook))
        # From here on times count.
        base = asyncio.get_running_loop().time()
        self._base_ms = round(base * 1000)
        conversation = self.conversation = Conversation(staff, self.playout, max_ms=self.max_ms, dice=lambda: 0.5)
        conversation._context = self.diary
        call = asyncio.create_task(conversation.run())
        await self._connect(conversation, call, until_ms)
        if call.done():
            self.ending = (self.now_ms, call.result())
        else:
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)
        assert len(asyncio.all_tasks()) == 1, "tasks are left"
        assert not len(conversation._context)
        assert conversation._turns == begin(0, 0)
        assert conversation._inbox.empty()
        assert not conversation._rules.waiting
        assert conversation._recogniser._asked.empty()
        assert not self.playout._pcm

    @property
    def now_ms(self) -> int:
        """The time since the call began, ms."""
        return round(asyncio.get_running_loop().time() * 1000) - self._base_ms

    async def _connect(self, conversation: Conversation, call: "asyncio.Task[Ending]", until_ms: int) -> None:
        """Carry sound both ways, 20 ms at a time."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        calendar = sorted(self._calendar, key=lambda entry: entry[0])
        if self.connects:
            conversation.connected()
        for number in itertools.count():
            now_ms = number * FRAME_MS
            while calendar and calendar[0][0] <= now_ms:
                calendar.pop(0)[1](conversation)
            if number and not any(begins < now_ms <= ends for begins, ends in self._gaps):
                conversation.hear(self._microphone(now_ms - FRAME_MS))
            self._listen(now_ms)
            if call.done() or now_ms >= until_ms:
                return
            await asyncio.wait({call}, timeout=start + (number + 1) * FRAME_MS / 1000 - loop.time())

    def _microphone(self, ms: int) -> bytes:
        if any(begins <= ms < ends for begins, ends in self._mutes):
            return bytes(FRAME_MS * 32)
        for begins_ms, pcm in self._speech:
            if 0 <= ms - begins_ms < len(pcm) // 32:
                return pcm[(ms - begins_ms) * 32 :][: FRAME_MS * 32]
        return sound(ROOM, FRAME_MS, 16_000)

    def _listen(self, now_ms: int) -> None:
        frame = self.playout.frame()
        if frame is None:
            return
        going_on = bool(self.spans) and self.spans[-1][1] == now_ms
        self.spans[-1:] = [(self.spans[-1][0], now_ms + 20)] if going_on else [*self.spans[-1:], (now_ms, now_ms + 20)]
        for word in read(frame):
            if not (going_on and self.heard and self._last == word):
                self.heard.append((now_ms, word))
            self._last = word


class _Diary(Context):
    """Keeps what a call forgets, for the test to read."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: list[tuple[Speaker, str]] = []

    def add(self, speaker: Speaker, text: str) -> None:
        """Note what was said."""
        super().add(speaker, text)
        self.pages.append((speaker, text))


class _Book(Voicebook):
    """Has pages of its own, and renders with the call's voice what is not on them."""

    def __init__(self, quick: Voicebook, slow: Voicebook) -> None:
        super().__init__(slow._voices)
        self._pages = quick._pages
        self._slow = slow

    async def render(self, text: str) -> bytes:
        """Speak with the call's voice."""
        return await self._slow.render(text)
