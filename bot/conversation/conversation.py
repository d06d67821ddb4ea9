"""One call's conversation: takes what happens, asks the turn machine, and does what that says.

All that happens comes through one inbox and is dealt with one by one, so that nothing comes between an event and what
follows from it. Ears, mind and voice work in tasks of their own; what they find out comes through the inbox as well.
"""

import asyncio
import math
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from bot.conversation.certainty import certain
from bot.conversation.duplex import CUT, Duplex, Lost
from bot.conversation.ears import Ears
from bot.conversation.mouth import Mouth
from bot.conversation.pace import Pace
from bot.conversation.recogniser import Recogniser
from bot.conversation.replies import Replies
from bot.conversation.rules import Rules
from bot.conversation.staff import Staff
from bot.engines.embedded.mind import Mind
from bot.engines.errors import EngineError
from bot.engines.levels import Level
from bot.engines.once import within
from bot.engines.protocols import Context, Hypothesis, Speaker
from bot.media.playout import Playout
from bot.turns.actions import Action, Commit, Finish, Forget, HangUp, Listen, TakePartial
from bot.turns.events import Connected, End, Event, Final, HumanFound, OfferEnded, Partial, Tick, Voiced
from bot.turns.held import hush, take_words
from bot.turns.machine import begin, step
from bot.turns.moves import Step, say
from bot.turns.state import Ending, Line, Offer, State
from bot.turns.voice import FRAME_MS
from bot.turns.words import is_stop


class Beat:
    """20 ms have passed."""


BEAT = Beat()
Happening = Event | Beat | Lost | bytes


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
        self._inbox: asyncio.Queue[Happening] = asyncio.Queue()
        self._running = False
        self._over = False
        self._ending: Ending | None = None
        self._turns = begin(0, 0)
        self._context = Context()
        self._mind = Mind(staff.script, staff.understanding)
        self._pace = Pace(staff, dice)
        self._duplex: Duplex | None = None
        self._found = False  # a person, while the engine that holds the conversation speaks

    @property
    def level(self) -> Level:
        """What the present turn is made with."""
        return self._pace.level

    @property
    def overloaded(self) -> bool:
        """Whether it runs, and even embedded engines are too slow for it: the worker should take no new calls."""
        return self._running and self.level is Level.CLOSED

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
                works = [self._recogniser.run(), self._beat(), self._pace.probe()]
                if self._duplex is not None:
                    works.append(within(None, self._hold(self._duplex)))
                tasks = [group.create_task(work) for work in works]
                try:
                    ending = await self._converse()
                finally:
                    self._running, self._over = False, True
                    self._mouth.close()
                    for task in tasks:
                        task.cancel()
            return ending
        finally:
            while not self._inbox.empty():
                self._inbox.get_nowait()
            self._turns = begin(0, 0)
            self._rules.take()
            self._ears.forget()
            self._mind.forget()
            self._context.forget()
            if self._duplex is not None:
                self._duplex.forget()

    def _open(self, group: asyncio.TaskGroup) -> None:
        self._turns = begin(self._now_ms(), self._max_ms)
        self._ears = Ears(self._staff.judge(), self._now_ms())
        self._recogniser = Recogniser(self._staff.stt, self._recognised, self._pace.failed)
        self._ears.listener = self._recogniser.push
        self._rules = Rules(self._mind, self._context)
        replies = Replies(self._staff, self._mind, self._context, self._pace)
        self._mouth = Mouth(self._staff, self._playout, replies, group, self._post)
        if converser := self._staff.converser:
            self._duplex = Duplex(
                converser, self._playout, self._context, self._floor, self._number, self._hush, self._rules.hear
            )
            self._ears.listener = self._duplex.hear

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

    def _take(self, happened: Happening) -> None:
        now_ms = self._now_ms()
        sounding_ms = self._mouth.sounding_ms(now_ms)
        match happened:
            case bytes():
                heard = self._ears.hear(happened, now_ms, sounding_ms)
            case Beat():
                self._mouth.watch()
                heard = self._ears.wait(now_ms, sounding_ms)
                self._answer_by_rule(now_ms)
                if self._duplex is not None:
                    self._watch(self._duplex, now_ms)
                elif self._staff.deaf and self._free():
                    self._step(End(Ending.DEAF))
            case Lost():
                self._fall_back(now_ms)
                return
            case HumanFound() if self._duplex is not None and self._duplex.busy:
                self._found = True
                return
            case _:
                self._found = self._found and not isinstance(happened, OfferEnded)
                self._step(happened)
                return
        for voice in heard if self._duplex is None and not self._staff.deaf else ():
            if isinstance(voice, Voiced):
                self._recogniser.go_on()
            self._step(voice)

    def _step(self, event: Event) -> None:
        self._carry_out(step(self._turns, event, self._now_ms()))

    def _carry_out(self, step: Step) -> None:
        self._turns, actions = step
        for action in actions:
            self._do(action)

    def _do(self, action: Action) -> None:
        match action:
            case Listen():
                self._recogniser.listen(self._staff.stt_at(self._pace.begin_turn()), self._ears.pre_roll)
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
                self._pace.note(action)
                self._mouth.do(action, self.level)

    def _commit(self, committed: Commit) -> None:
        if committed.heard:
            self._context.add(Speaker.CALLER, committed.heard)
            self._mind.note(committed.heard)
        if said := self._mouth.spoken(committed.generation):
            self._context.add(Speaker.BOT, said + CUT if committed.cut else said)

    async def _hold(self, duplex: Duplex) -> None:
        with suppress(EngineError):
            await duplex.run()
        self._post(Lost())

    def _watch(self, duplex: Duplex, now_ms: int) -> None:
        """Go on with the engine that holds the conversation; while it or the caller speaks, there is no silence."""
        duplex.watch()
        if duplex.busy and self._free():
            self._turns = replace(self._turns, quiet_ms=now_ms, prompts=0)
        if self._found and not duplex.busy:
            self._found = False
            self._step(HumanFound())

    def _fall_back(self, now_ms: int) -> None:
        """Go on with ears, mind and voice, if there are any; apologise to a caller who is owed an answer."""
        duplex, self._duplex = self._duplex, None
        self._ears.listener = self._recogniser.push
        if duplex is not None and duplex.stop() and self._free() and not self._staff.deaf:
            self._carry_out(say(self._turns, Line.APOLOGY, now_ms))
        if self._found:
            self._found = False
            self._step(HumanFound())

    def _free(self) -> bool:
        return self._turns.state is State.LISTENING

    def _floor(self) -> bool:
        return self._free() and not self._rules.waiting

    def _hush(self) -> None:
        """The caller speaks into what the bot says of its own, or is about to: that ends, or waits, if it may."""
        if self._turns.state is State.THINKING:
            self._rules.put_off(self._turns.caller.heard)
        self._carry_out(hush(self._turns, self._now_ms()))
        self._found = self._found or (self._free() and self._turns.offer is Offer.FOUND)

    def _answer_by_rule(self, now_ms: int) -> None:
        if self._rules.waiting and self._free() and not (self._duplex and self._duplex.listening):
            self._carry_out(take_words(self._turns, self._rules.take(), now_ms))

    def _number(self) -> int:
        self._turns = replace(self._turns, generation=self._turns.generation + 1)
        return self._turns.generation

    def _recognised(self, segment: int, known: Hypothesis, final: bool) -> None:
        understanding = self._staff.understanding
        if not final:
            complete = is_stop(known.text) or understanding.complete(known.text)
            self._post(Partial(segment, known.text, complete, self.level.speculates))
            return
        self._post(Final(segment, known.text if certain(known, understanding.meaning(known.text)) else ""))

    def _post(self, happened: Happening) -> None:
        if self._over or (isinstance(happened, bytes) and not self._running):
            return
        self._inbox.put_nowait(happened)

    async def _beat(self) -> None:
        """Tell that 20 ms have passed; at multiples of that, as all calls do, and never several of them at once."""
        now = asyncio.get_running_loop().time
        frame = math.ceil(now() * 1000 / FRAME_MS)
        while True:
            frame = max(frame + 1, math.ceil(now() * 1000 / FRAME_MS))
            await asyncio.sleep(frame * FRAME_MS / 1000 - now())
            self._post(BEAT)

    @staticmethod
    def _now_ms() -> int:
        # Rounded, so that a timer for a ms does not seem to come before it.
        return round(asyncio.get_running_loop().time() * 1000)
