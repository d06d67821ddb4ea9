"""What the bot says: does what the turn machine asks of the output, and tells it what became of that.

Each generation is made by a task of its own and kept until the machine wants it played. The playout has one generation
at a time, and drops what comes of any other: that, and not the cancelling of a task, is what keeps a bot silent.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from typing import Any

from bot.conversation.replies import Replies
from bot.conversation.speech import Speech
from bot.conversation.staff import Staff
from bot.engines.errors import EngineError
from bot.engines.levels import Level
from bot.engines.once import within
from bot.media.playout import Playout
from bot.turns.actions import Action, Discard, Fill, FinishClause, Generate, Pause, Play, Resume, Say
from bot.turns.events import Audio, Event, Failed, Played

# The next clause is asked for when less than this is waiting to be played: what is never heard costs nothing.
AHEAD_MS = 5_000


class Mouth:
    """The output of one call.

    Args:
        staff: Who speaks.
        playout: What is played.
        replies: Makes what is said.
        group: Owns the tasks.
        post: Takes what happens, to be told to the turn machine in this order.
    """

    def __init__(
        self,
        staff: Staff,
        playout: Playout,
        replies: Replies,
        group: asyncio.TaskGroup,
        post: Callable[[Event], None],
    ) -> None:
        self._staff = staff
        self._playout = playout
        self._replies = replies
        self._group = group
        self._post = post
        self._speeches: dict[int, Speech] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._paused = False
        self._since_ms: int | None = None
        self._played = asyncio.Event()  # replaced each time that there is room for more

    def do(self, action: Action, level: Level) -> None:
        """Do what the turn machine asks of the output."""
        match action:
            case Generate(generation):
                self._run(speech := self._speech(generation), self._make(speech, action, level))
            case Say(generation, line):
                self._say(self._speech(generation), self._staff.line(line))
            case Fill(generation, number):
                self._fill(self._speech(generation), number)
            case Play(generation):
                self._play(self._speech(generation))
            case Pause(generation) if generation == self._playout.generation:
                self._playout.pause()
                self._paused = True
            case Resume(generation) if generation == self._playout.generation:
                self._resume(self._speech(generation))
            case FinishClause(generation):
                self._finish_clause(self._speech(generation))
            case Discard(generation):
                self._discard(generation)

    def spoken(self, generation: int) -> str:
        """Return what of a generation was played."""
        speech = self._speeches.get(generation)
        return speech.spoken_text(self._played_ms(speech)) if speech else ""

    def sounding_ms(self, now_ms: int) -> int | None:
        """Return for how long the bot has been sounding without a pause, ms; None: it is silent."""
        if not self._playout.speaking:
            self._since_ms = None
        elif self._since_ms is None:
            self._since_ms = now_ms
        return None if self._since_ms is None else now_ms - self._since_ms

    def watch(self) -> None:
        """Look what has been played since the last time; called every 20 ms."""
        self._played.set()
        self._played = asyncio.Event()
        speech = self._speeches.get(self._playout.generation)
        if speech and speech.playing and speech.ended and not speech.told and self._playout.spoken.whole:
            speech.told = True
            self._post(Failed(speech.generation) if speech.failed else Played(speech.generation))

    def close(self) -> None:
        """Say nothing more; the tasks end by themselves."""
        for generation in list(self._speeches):
            self._discard(generation)
        # A generation without sound: nothing is left of the one before.
        self._playout.begin(self._playout.generation + 1)

    def _speech(self, generation: int) -> Speech:
        """Return a generation; a new one takes the place of all before it."""
        if generation not in self._speeches:
            for older in list(self._speeches):
                self._drop(older)
            self._speeches[generation] = Speech(generation)
        return self._speeches[generation]

    def _run(self, speech: Speech, making: Coroutine[Any, Any, None]) -> None:
        self._tasks[speech.generation] = self._group.create_task(within(None, making))

    async def _make(self, speech: Speech, asked: Generate, level: Level) -> None:
        try:
            speech.farewell = self._replies.farewell(asked.text)
            async with aclosing(self._replies.pieces(asked, level)) as pieces:
                async for piece in pieces:
                    if piece is None:
                        speech.finish()
                    elif isinstance(piece, bytes):
                        self._add(speech, piece)
                    elif await self._wanted(speech):
                        speech.begin(piece)
                    else:
                        break
        except EngineError:
            speech.failed = True
        self._end(speech)

    async def _wanted(self, speech: Speech) -> bool:
        """Wait until another clause is needed; False: none is."""
        while speech.last is None and speech.length_ms - self._played_ms(speech) >= AHEAD_MS:
            await self._played.wait()
        return speech.last is None or speech.clauses <= speech.last

    def _add(self, speech: Speech, pcm: bytes) -> None:
        more_ms = speech.add(pcm)
        if speech.playing:
            self._playout.say(speech.generation, pcm)
        else:
            speech.sound += pcm
        if more_ms:
            self._post(Audio(speech.generation, more_ms, speech.farewell))

    def _end(self, speech: Speech) -> None:
        speech.ended = True
        if not speech.length_ms:
            speech.told = True
            self._post(Failed(speech.generation))

    def _say(self, speech: Speech, text: str) -> None:
        self._hand_over(speech)
        if sound := self._staff.voicebook.sound(text):
            self._line(speech, text, sound)
        else:
            self._run(speech, self._render(speech, text))

    async def _render(self, speech: Speech, text: str) -> None:
        try:
            self._line(speech, text, await self._staff.voicebook.render(text))
        except EngineError:
            self._end(speech)

    def _line(self, speech: Speech, text: str, sound: bytes) -> None:
        speech.begin(text)
        speech.add(sound)
        speech.finish()
        self._playout.say(speech.generation, sound)
        self._end(speech)

    def _fill(self, speech: Speech, number: int) -> None:
        fillers = self._staff.script.fillers
        # One that has to be rendered first would come too late.
        if fillers and (sound := self._staff.voicebook.sound(fillers[(number - 1) % len(fillers)])):
            self._playout.begin(speech.generation)
            self._paused = False
            self._playout.say(speech.generation, sound)

    def _play(self, speech: Speech) -> None:
        self._hand_over(speech)
        self._playout.say(speech.generation, bytes(speech.sound))
        speech.sound[:] = bytes(len(speech.sound))
        speech.sound.clear()

    def _hand_over(self, speech: Speech) -> None:
        """Let the playout have a generation; behind its filler, unless that was paused."""
        if speech.generation != self._playout.generation:
            self._playout.begin(speech.generation)
        elif self._paused:
            self._playout.cut()
        self._paused = False
        speech.offset_ms = self._playout.spoken.played_ms + self._playout.queued_ms
        speech.playing = True

    def _resume(self, speech: Speech) -> None:
        self._paused = False
        self._playout.resume(speech.offset_ms + int(speech.word_start_ms(self._played_ms(speech))))

    def _finish_clause(self, speech: Speech) -> None:
        speech.last = speech.clause_at(self._played_ms(speech))
        end_ms = speech.clause_end_ms(speech.last)
        if end_ms is None:
            return
        self._stop(speech.generation)
        self._playout.cut(speech.offset_ms + round(end_ms))
        speech.ended, speech.failed = True, False

    def _played_ms(self, speech: Speech) -> int:
        if not speech.playing or speech.generation != self._playout.generation:
            return 0
        return max(0, self._playout.spoken.played_ms - speech.offset_ms)

    def _discard(self, generation: int) -> None:
        self._drop(generation)
        if generation == self._playout.generation:
            self._playout.cut()
            self._paused = False

    def _drop(self, generation: int) -> None:
        self._stop(generation)
        if speech := self._speeches.pop(generation, None):
            speech.forget()

    def _stop(self, generation: int) -> None:
        """Cancel a generation's task, once; it closes what it holds by itself."""
        if task := self._tasks.pop(generation, None):
            task.cancel()
