"""A conversation that one engine holds, speech in, speech out, in place of ears, mind and voice.

It hears the caller all the time and knows by itself whose turn it is. What it says is played where the turn machine
has nothing to say: that still discloses, offers, prompts and says goodbye, in the bot's own voice. Nor is an answer
played before it is known in writing what it answers: where a hard rule of the script applies to that, it never is.
"""

from collections import deque
from collections.abc import Callable
from contextlib import aclosing

from bot.conversation.ears import RATE_HZ as HEARD_HZ
from bot.conversation.sound import Shaper
from bot.conversation.speech import SAMPLES_PER_CHAR
from bot.engines.protocols import (
    Audio,
    Context,
    Converser,
    ConverserEngine,
    ConverserEvent,
    Ended,
    Heard,
    Speaker,
    SpeechStarted,
    SpeechStopped,
    Spoken,
    Words,
)
from bot.media.playout import RATE_HZ, Playout
from bot.media.resample import Resampler
from bot.turns.utterance import Piece, Utterance

# What engines of this kind take and give (OpenAI's Realtime API).
ENGINE_HZ = 24_000
# What the bot was interrupted in ends with it, in the context.
CUT = "\N{EM DASH}"
# Sound of the caller from before there is a connection.
MAX_WAITING_FRAMES = 5_000 // 20
# An answer that was heard to its end: longer than any, so that none of it is taken back.
WHOLE_MS = 1_000_000_000


class Lost:
    """The engine that held the conversation cannot any longer."""


class Answer:
    """What the engine says at one time. `generation`: its number in the playout; None: that has not got it yet."""

    def __init__(self) -> None:
        self.generation: int | None = None
        self.sound = bytearray()  # not handed to the playout
        self.shaper = Shaper()
        self.samples = 0
        self.before_ms = 0  # sound of earlier answers that this one goes on with
        self.words = ""
        self.ended = False

    def spoken_text(self, played_ms: int) -> str:
        """Return the words that were played wholly, as far as the engine told any."""
        samples = self.samples if self.ended else max(self.samples, len(self.words) * SAMPLES_PER_CHAR)
        return Utterance(RATE_HZ, (Piece(self.words, samples),)).spoken_text(played_ms)

    def forget(self) -> None:
        """Overwrite the sound and drop the words."""
        self.sound[:] = bytes(len(self.sound))
        self.sound.clear()
        self.words = ""


class Duplex:
    """One conversation. `run` has to run.

    Args:
        engine: Holds it.
        playout: What the caller hears.
        context: Is told what was said, for those who take over when the engine fails.
        floor: Says whether the turn machine has nothing to say now.
        number: Gives the next generation's number.
        spoke: Is called when the caller begins to speak.
        ruled: Takes what the caller said, and says whether a hard rule answers that.
    """

    def __init__(
        self,
        engine: ConverserEngine,
        playout: Playout,
        context: Context,
        floor: Callable[[], bool],
        number: Callable[[], int],
        spoke: Callable[[], None],
        ruled: Callable[[str], bool],
    ) -> None:
        self._engine = engine
        self._playout = playout
        self._context = context
        self._floor = floor
        self._number = number
        self._spoke = spoke
        self._ruled = ruled
        self._converser: Converser | None = None
        self._waiting: deque[bytes] = deque(maxlen=MAX_WAITING_FRAMES)
        self._upsampler = Resampler(HEARD_HZ, ENGINE_HZ)
        self._answer: Answer | None = None
        self._heard_ms = 0  # of the answer before
        self._due = False  # the caller speaks, or has spoken and has had no answer
        self._speaking = False  # the caller
        self._unread = False  # what the caller said last: no answer to it may be heard

    @property
    def busy(self) -> bool:
        """Whether somebody speaks or is about to."""
        return self._due or self.listening or self._answer is not None

    @property
    def listening(self) -> bool:
        """Whether the caller speaks, or what they said last is not known yet."""
        return self._speaking or self._unread

    def hear(self, frame: bytes) -> None:
        """Take 20 ms of the caller's sound."""
        if self._converser is None:
            self._waiting.append(frame)
        elif pcm := self._upsampler.feed(frame):
            self._converser.push(Audio(pcm, ENGINE_HZ))

    def watch(self) -> None:
        """Go on; called every 20 ms."""
        answer = self._answer
        if answer is None:
            return
        self._play(answer)
        if answer.ended and not answer.samples:
            self._answer = None
        if answer.generation is None or not answer.ended:
            return
        if answer.generation != self._playout.generation or self._playout.spoken.whole:
            self._conclude(answer)

    async def run(self) -> None:
        """Hold the conversation until it is cancelled.

        Raises:
            EngineError: The engine cannot, or not any longer.
        """
        try:
            async with self._engine.open() as converser:
                self._converser = converser
                while self._waiting:
                    self.hear(self._waiting.popleft())
                async with aclosing(converser.events()) as events:
                    async for event in events:
                        played_ms = self._take(event)
                        if played_ms is not None:
                            await converser.interrupt(played_ms)
        finally:
            self._converser = None
            self._waiting.clear()

    def stop(self) -> bool:
        """Say nothing more; return whether the caller is owed an answer, or the rest of one."""
        busy = self.busy
        self._silence()
        self._due = False
        return busy

    def forget(self) -> None:
        """The call is over: keep nothing of an answer."""
        if self._answer is not None:
            self._answer.forget()
        self._answer = None

    def _take(self, event: ConverserEvent) -> int | None:
        """Do what an event asks for; return how much was heard of the newest answer, which has to end then."""
        match event:
            case SpeechStarted():
                self._due = self._speaking = True
                self._spoke()
                # An answer that has not come yet is to half of what they say.
                return self._silence()
            case SpeechStopped():
                self._due = self._unread = True
                self._speaking = False
            case Heard(text):
                self._unread = False
                if self._ruled(text):
                    self._due = False
                    return self._silence()
                if text:
                    self._context.add(Speaker.CALLER, text)
            case Spoken(audio):
                self._due = False
                answer = self._present()
                self._add(answer, answer.shaper.feed(audio))
            case Words(text):
                self._present().words += text
            case Ended(interrupted):
                self._due = self._due and interrupted  # by what the caller has begun to say
                self._end()
        return None

    def _present(self) -> Answer:
        if self._answer is not None and self._answer.ended:
            self._go_on(self._answer)
        if self._answer is None:
            self._answer = Answer()
        return self._answer

    def _go_on(self, answer: Answer) -> None:
        """Another answer comes while this one is still to be heard: to the caller the two are one."""
        if answer.generation not in {None, self._playout.generation}:
            self._conclude(answer)
            return
        answer.ended, answer.shaper = False, Shaper()
        answer.before_ms = answer.samples * 1000 // RATE_HZ
        answer.words = f"{answer.words.rstrip()} "

    def _end(self) -> None:
        if self._answer is not None and not self._answer.ended:
            self._add(self._answer, self._answer.shaper.end())
            self._answer.ended = True

    def _add(self, answer: Answer, pcm: bytes) -> None:
        answer.samples += len(pcm) // 2
        answer.sound += pcm
        self._play(answer)

    def _play(self, answer: Answer) -> None:
        if answer.generation is None:
            if self._unread or not (answer.sound and self._floor()):
                return
            answer.generation = self._number()
            self._playout.begin(answer.generation)
        self._playout.say(answer.generation, bytes(answer.sound))
        answer.sound[:] = bytes(len(answer.sound))
        answer.sound.clear()

    def _silence(self) -> int:
        """Say no more of the present answer, if any; return how much was heard of the newest one, ms."""
        if answer := self._answer:
            self._conclude(answer)
            if answer.generation == self._playout.generation:
                self._playout.cut()
        return self._heard_ms

    def _conclude(self, answer: Answer) -> None:
        """Remember what was played of the answer, and have none."""
        current, spoken = answer.generation == self._playout.generation, self._playout.spoken
        played_ms = spoken.played_ms if current else 0
        whole = current and answer.ended and spoken.whole
        if said := answer.spoken_text(played_ms):
            self._context.add(Speaker.BOT, said if whole else said + CUT)
        self._heard_ms = WHOLE_MS if whole else max(0, played_ms - answer.before_ms)
        self._answer = None
        answer.forget()
