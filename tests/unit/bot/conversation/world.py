"""A call under virtual time: a caller, a connection and engines that do what a script says.

Speech is sound whose samples name the words: whatever the recogniser is given or the caller hears can be read back, so
that a word which was cut off, lost or said too late shows. Each word takes 200 ms on either side.
"""

import asyncio
import itertools
from array import array
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass, field, replace

from bot.conversation.conversation import Conversation
from bot.conversation.staff import Staff
from bot.conversation.voicebook import Voicebook
from bot.dialogue.script import load
from bot.dialogue.understanding import Understanding
from bot.engines.errors import EngineError
from bot.engines.protocols import Audio, Brain, Context, Hypothesis, Stt, Tts
from bot.media.playout import Playout
from bot.turns.state import Ending
from tests.fakes.virtual_time import run_virtually

WORD_MS = 200
FRAME_MS = 20
ROOM = 30  # the amplitude of a quiet room: -61 dBFS
FIRST = 1_000  # the amplitude of the first word that there is

SCRIPT = load("en")
UNDERSTANDING = Understanding(SCRIPT)
_words: dict[str, int] = {}
_texts: list[str] = []


def amplitude(word: str) -> int:
    """Return the sample that names a word."""
    if word not in _words:
        _words[word] = FIRST + len(_texts)
        _texts.append(word)
    return _words[word]


def sound(value: int, ms: float, rate_hz: int) -> bytes:
    """Return samples of one value."""
    return array("h", [value]).tobytes() * int(ms * rate_hz / 1000)


def read(pcm: bytes) -> list[str]:
    """Return the words in a sound, each once where it goes on; what fades names none."""
    steady = [value for value, run in itertools.groupby(array("h", pcm)[::40]) if len(list(run)) >= 4]
    return [_texts[value - FIRST] for value in steady if 0 <= value - FIRST < len(_texts)]


def joined(pieces: Iterable[str]) -> list[str]:
    """Return words without those that only go on."""
    return [word for word, _ in itertools.groupby(pieces)]


class Judge:
    """Whatever is louder than the room is a voice."""

    def judge(self, frame: bytes) -> tuple[bool, bool]:
        """Say so to both modes."""
        voiced = max(array("h", frame)) > ROOM
        return voiced, voiced


@dataclass
class ScriptedStt:
    """Reads the words from the sound. `fails` are raised by `finish`, one after the other; None: that one works."""

    final_s: float = 0.02
    partial_s: float = 0.02
    confidence: float = 1.0
    fails: list[EngineError | None] = field(default_factory=list)
    blind: bool = False  # it has no partial words
    streams: list["ScriptedStream"] = field(default_factory=list)

    def open(self) -> "ScriptedStream":
        """Return a stream."""
        self.streams.append(ScriptedStream(self))
        return self.streams[-1]


class ScriptedStream:
    """The ears of one call."""

    def __init__(self, stt: ScriptedStt) -> None:
        self._stt = stt
        self._heard: list[str] = []
        self.resets = 0
        self.finished: list[str] = []
        self.closed = False

    def push(self, audio: Audio) -> None:
        """Take sound."""
        assert not self.closed
        self._heard += read(audio.pcm)

    async def partial(self) -> Hypothesis:
        """Return the words so far."""
        await asyncio.sleep(self._stt.partial_s)
        return Hypothesis("" if self._stt.blind else " ".join(joined(self._heard)))

    def reset(self) -> None:
        """Count it."""
        self.resets += 1

    async def finish(self, deadline: float) -> Hypothesis:
        """Return all words, or fail."""
        heard, self._heard = self._heard, []
        await asyncio.sleep(self._stt.final_s)
        if self._stt.fails and (error := self._stt.fails.pop(0)):
            raise error
        self.finished.append(" ".join(joined(heard)))
        return Hypothesis(self.finished[-1], self._stt.confidence, stable=True)

    async def aclose(self) -> None:
        """Close."""
        await asyncio.sleep(0)
        self.closed = True


@dataclass
class ScriptedBrain:
    """Answers everything in the same way. `error` is raised after the text."""

    text: str = "one two six ten one two six ten one two six ten."
    first_s: float = 0.1
    error: EngineError | None = None
    stalls: bool = False
    asked: list[tuple[str, bool]] = field(default_factory=list, repr=False)
    contexts: list[list[str]] = field(default_factory=list, repr=False)
    open: int = 0

    async def reply(
        self, context: Context, heard: Hypothesis, *, speculative: bool = False
    ) -> AsyncGenerator[str, None]:
        """Stream the text word by word."""
        self.asked.append((heard.text, speculative))
        self.contexts.append([turn.text for turn in context.turns()])
        self.open += 1
        try:
            await asyncio.sleep(self.first_s)
            for word in self.text.split():
                yield word + " "
            if self.stalls:
                await asyncio.sleep(1e6)
            if self.error:
                raise self.error
        finally:
            # To close takes a moment, as it does on a network, and must not be cut short.
            await asyncio.sleep(0.01)
            self.open -= 1


@dataclass
class ScriptedTts:
    """Speaks, 100 ms at a time and as fast as asked. `error` is raised after `pieces` of them; None: after all."""

    first_s: float = 0.0
    rate_hz: int = 48_000
    error: EngineError | None = None
    pieces: int | None = None
    said: list[str] = field(default_factory=list, repr=False)
    open: int = 0

    async def speak(self, text: str) -> AsyncGenerator[Audio, None]:
        """Stream a clause."""
        self.said.append(text)
        self.open += 1
        try:
            await asyncio.sleep(self.first_s)
            pcm = b"".join(sound(amplitude(word), WORD_MS, self.rate_hz) for word in text.split())
            size = 2 * self.rate_hz // 10
            for place in range(0, len(pcm), size)[: self.pieces]:
                yield Audio(pcm[place : place + size], self.rate_hz)
            if self.error:
                raise self.error
        finally:
            await asyncio.sleep(0.01)
            self.open -= 1


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
        self.context: list[str] = []
        self._last = ""
        self._calendar: list[tuple[int, Callable[[Conversation], None]]] = []
        self._speech: list[tuple[int, bytes]] = []
        self._gaps: list[tuple[int, int]] = []

    def says(self, at_ms: int, text: str) -> int:
        """Have the caller say something, at a multiple of 20 ms; return when that ends."""
        pcm = b"".join(sound(amplitude(word), WORD_MS, 16_000) for word in text.split())
        self._speech.append((at_ms, pcm))
        return at_ms + len(pcm) // 32

    def gap(self, from_ms: int, until_ms: int) -> None:
        """Let no packet come."""
        self._gaps.append((from_ms, until_ms))

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

    async def _run(self, until_ms: int) -> None:
        voicebook = Voicebook([self.tts])
        staff = self.staffed(
            Staff(
                SCRIPT, UNDERSTANDING, Judge, voicebook, self.stt, self.tts, self.configured_stt, self.brain,
                self.configured_tts,
            )
        )  # fmt: skip
        if self.book:
            await _quick.fill(SCRIPT.speech())
            staff = replace(staff, voicebook=_Book(_quick, voicebook))
        # From here on times count.
        base = asyncio.get_running_loop().time()
        self._base_ms = round(base * 1000)
        conversation = self.conversation = Conversation(staff, self.playout, max_ms=self.max_ms, dice=lambda: 0.5)
        call = asyncio.create_task(conversation.run())
        await self._connect(conversation, call, until_ms)
        if call.done():
            self.ending = (self.now_ms, call.result())
        else:
            self.context = [turn.text for turn in conversation._context.turns()]
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)
        assert len(asyncio.all_tasks()) == 1, "tasks are left"
        assert not len(conversation._context)
        assert not self.playout.speaking

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


class _Book(Voicebook):
    """Has pages of its own, and renders with the call's voice what is not on them."""

    def __init__(self, quick: Voicebook, slow: Voicebook) -> None:
        super().__init__([])
        self._pages = quick._pages
        self._slow = slow

    async def render(self, text: str) -> bytes:
        """Speak with the call's voice."""
        return await self._slow.render(text)
