"""One call's conversation: takes what happens, asks the turn machine, and does what that says.

All that happens comes through one inbox and is dealt with one by one, so that nothing comes between an event and what
follows from it. Ears, mind and voice work in tasks of their own; what they find out comes through the inbox as well.
"""

import asyncio
import random
from collections.abc import Callable

from bot.conversation.ears import Ears
from bot.conversation.mouth import Mouth
from bot.conversation.recogniser import Recogniser
from bot.conversation.replies import Replies
from bot.conversation.staff import Staff
from bot.engines.embedded.mind import Mind
from bot.engines.errors import EngineError, RateLimited
from bot.engines.levels import Level, Levels, probe_after_s
from bot.engines.protocols import Context, Hypothesis, Speaker
from bot.media.playout import Playout
from bot.turns.actions import Action, Commit, Finish, Forget, Generate, HangUp, Listen, Play, TakePartial
from bot.turns.events import Connected, End, Event, Final, HumanFound, OfferEnded, Partial, Tick, Voiced
from bot.turns.machine import begin, step
from bot.turns.state import Ending
from bot.turns.voice import FRAME_MS
from bot.turns.words import is_stop

# Embedded ears that are less sure than this heard noise, unless it means something to the dialogue.
SURE = 0.65
CUT = "\N{EM DASH}"


class Beat:
    """20 ms have passed."""


BEAT = Beat()


class Conversation:
    """One call. Everything but `run` returns at once; after it nothing has an effect.

    Args:
        staff: The engines.
        playout: What the caller hears; somebody takes a frame of it every 20 ms.
        max_ms: After this the bot says goodbye, ms.
        dice: From 0 to below 1; spreads the probes of all calls.
    """

    def __init__(
        self,
        staff: Staff,
        playout: Playout,
        *,
        max_ms: int = 30 * 60_000,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._staff = staff
        self._playout = playout
        self._max_ms = max_ms
        self._dice = dice
        self._inbox: asyncio.Queue[Event | Beat | bytes] = asyncio.Queue()
        self._running = False
        self._over = False
        self._ending: Ending | None = None
        self._context = Context()
        self._mind = Mind(staff.script, staff.understanding)
        self._levels = Levels(staff.best)
        self._late = False  # this turn's answer

    @property
    def level(self) -> Level:
        """What the present turn is made with; CLOSED: the worker should take no new calls."""
        return self._levels.present

    def hear(self, pcm: bytes) -> None:
        """Take the caller's sound as it comes, 16 bit mono at 16 kHz; before `run` nobody hears it."""
        self._post(pcm)

    def connected(self) -> None:
        """Media flows both ways: begin to speak."""
        self._post(Connected())

    def human(self, *, free: bool) -> None:
        """Note that a person can take over, or cannot any more: gone, or declined by the caller."""
        self._post(HumanFound() if free else OfferEnded())

    def end(self, ending: Ending) -> None:
        """Have the call end: at once, or with a goodbye where one fits."""
        self._post(End(ending))

    async def run(self) -> Ending:
        """Hold the conversation, and return why it ended. Nothing of it is kept after that."""
        self._running = True
        try:
            async with asyncio.TaskGroup() as group:
                self._open(group)
                tasks = [group.create_task(work) for work in (self._recogniser.run(), self._beat(), self._probe())]
                try:
                    ending = await self._converse()
                finally:
                    self._running, self._over = False, True
                    self._mouth.close()
                    for task in tasks:
                        task.cancel()
            return ending
        finally:
            self._ears.forget()
            self._mind.forget()
            self._context.forget()

    def _open(self, group: asyncio.TaskGroup) -> None:
        self._turns = begin(self._now_ms(), self._max_ms)
        self._ears = Ears(self._staff.judge(), self._now_ms())
        self._recogniser = Recogniser(self._staff.stt, self._recognised, self._failed)
        self._ears.listener = self._recogniser.push
        replies = Replies(self._staff, self._mind, self._context, self._levels, self._failed)
        self._mouth = Mouth(self._staff, self._playout, replies, group, self._post)

    async def _converse(self) -> Ending:
        loop = asyncio.get_running_loop()
        timer: asyncio.TimerHandle | None = None
        armed_ms: int | None = None
        try:
            while self._ending is None:
                due_ms = self._turns.deadline_ms
                if due_ms is not None and due_ms != armed_ms:
                    if timer is not None:
                        timer.cancel()
                    armed_ms, timer = due_ms, loop.call_at(due_ms / 1000, self._inbox.put_nowait, Tick())
                happened = await self._inbox.get()
                if isinstance(happened, Tick):
                    armed_ms = None  # it may have come before its time
                self._take(happened)
        finally:
            if timer is not None:
                timer.cancel()
        return self._ending

    def _take(self, happened: Event | Beat | bytes) -> None:
        now_ms = self._now_ms()
        sounding_ms = self._mouth.sounding_ms(now_ms)
        match happened:
            case bytes():
                heard = self._ears.hear(happened, now_ms, sounding_ms)
            case Beat():
                self._mouth.watch()
                heard = self._ears.wait(now_ms, sounding_ms)
            case _:
                heard = []
                self._step(happened)
        for voice in heard:
            if isinstance(voice, Voiced):
                self._recogniser.go_on()
            self._step(voice)

    def _step(self, event: Event) -> None:
        self._turns, actions = step(self._turns, event, self._now_ms())
        for action in actions:
            self._do(action)

    def _do(self, action: Action) -> None:
        match action:
            case Listen():
                self._recogniser.listen(self._staff.stt_at(self._begin_turn()), self._ears.pre_roll)
            case TakePartial(segment):
                self._recogniser.take_partial(segment)
            case Finish(segment):
                self._recogniser.finish(segment)
            case Forget():
                self._recogniser.forget()
            case Commit():
                self._commit(action)
            case HangUp(ending):
                self._ending = ending
            case _:
                self._note_time(action)
                self._mouth.do(action, self.level)

    def _commit(self, committed: Commit) -> None:
        if committed.heard:
            self._context.add(Speaker.CALLER, committed.heard)
            self._mind.note(committed.heard)
        if said := self._mouth.spoken(committed.generation):
            self._context.add(Speaker.BOT, said + CUT if committed.cut else said)

    def _begin_turn(self) -> Level:
        self._late = False
        for stage in self._staff.open_stages:
            self._levels.opened(stage)
        return self._levels.begin_turn()

    def _note_time(self, action: Action) -> None:
        """Learn whether the turn's answer is in time: it is not when one without network has to be asked for."""
        match action:
            case Generate(embedded=True) if not self._late:
                self._late = True
                self._levels.missed()
            case Play() if not self._late:
                self._levels.met()

    def _recognised(self, segment: int, known: Hypothesis, final: bool) -> None:
        understanding = self._staff.understanding
        if not final:
            complete = is_stop(known.text) or understanding.complete(known.text)
            self._post(Partial(segment, known.text, complete, self.level.speculates))
        elif known.confidence >= SURE or understanding.meaning(known.text):
            self._post(Final(segment, known.text))
        else:
            self._post(Final(segment, ""))

    def _failed(self, error: EngineError) -> None:
        if isinstance(error, RateLimited):
            self._levels.refused()

    def _post(self, happened: Event | Beat | bytes) -> None:
        if self._over or (isinstance(happened, bytes) and not self._running):
            return
        self._inbox.put_nowait(happened)

    async def _beat(self) -> None:
        """Tell that 20 ms have passed; at absolute times, and never several of them at once."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due = max(due + FRAME_MS / 1000, loop.time())
            await asyncio.sleep(due - loop.time())
            self._post(BEAT)

    async def _probe(self) -> None:
        """Find out now and then whether the configured engines are better than the level that the call is at."""
        while self._staff.probe is not None:
            await asyncio.sleep(probe_after_s(self._dice))
            if self.level is Level.FULL:
                continue
            try:
                await self._staff.probe()
            except EngineError:
                continue
            self._levels.probed(self._staff.open_stages)

    @staticmethod
    def _now_ms() -> int:
        # Rounded, so that a timer for a ms does not seem to come before it.
        return round(asyncio.get_running_loop().time() * 1000)
