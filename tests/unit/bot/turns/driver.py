"""A small faithful shell around the turn machine, under virtual time.

It recognises what the script says, makes replies with the latency of the script, plays them and counts what was played.
Nothing waits: the clock jumps to whatever comes next, a scripted event, an answer of an engine, or the deadline.
"""

import heapq
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.turns import actions as do
from bot.turns import events as on
from bot.turns.machine import begin, step
from bot.turns.state import Farewell, Line, Turns
from bot.turns.utterance import Piece, Utterance

MAX_MS = 600_000
LINES = {
    Line.DISCLOSURE: ("I am a bot", 2_000),
    Line.QUESTION: ("how was your day", 1_000),
    Line.STILL_THERE: ("still there", 800),
    Line.REPEAT: ("say that again", 900),
    Line.APOLOGY: ("sorry about that", 900),
    Line.OFFER: ("a person is here shall I connect you", 1_600),
    Line.HANDOVER: ("connecting you", 700),
    Line.GOODBYE: ("goodbye then", 800),
}


@dataclass
class Engines:
    """How the engines behave: latencies in ms, None: no answer at all."""

    stt_ms: int | None = 20
    brain_ms: int | None = 300
    embedded_ms: int | None = 50
    reply: str = "one two three four five six seven eight nine ten"
    reply_ms: int = 5_000
    complete: bool = False
    speculate: bool = True
    farewell: Farewell | None = None
    playing: bool = True  # whether the output ever tells that something was played


@dataclass
class Output:
    """What plays: one generation, at a position, since a time, or paused."""

    generation: int
    utterance: Utterance
    position_ms: float = 0
    since_ms: int | None = None

    def played_ms(self, now_ms: int) -> float:
        """Return how much has been played."""
        return self.position_ms + (now_ms - self.since_ms if self.since_ms is not None else 0)


@dataclass
class Shell:
    """Runs a script: events with their times, and what the caller says in each segment, word for word in time order."""

    script: Iterable[tuple[int, on.Event]]
    says: dict[int, str] = field(default_factory=dict)
    engines: Engines = field(default_factory=Engines)
    turns: Turns = field(default_factory=lambda: begin(0, MAX_MS))
    now_ms: int = 0
    log: list[tuple[int, do.Action]] = field(default_factory=list)
    context: list[tuple[str, str, bool]] = field(default_factory=list)
    made: dict[int, Utterance] = field(default_factory=dict)
    output: Output | None = None
    clause_ms: float | None = None

    def __post_init__(self) -> None:
        """Put the script onto the calendar."""
        self._order = itertools.count()
        self._calendar: list[tuple[int, int, on.Event]] = []
        for at_ms, event in self.script:
            self.at(at_ms, event)

    def at(self, ms: int, event: on.Event) -> None:
        """Have something happen."""
        heapq.heappush(self._calendar, (ms, next(self._order), event))

    def run(self, until_ms: int) -> "Shell":
        """Let everything happen up to a time, in order; what happens at once with the deadline happens before it."""
        while True:
            deadline_ms = self.turns.deadline_ms
            tick_ms = max(deadline_ms, self.now_ms) if deadline_ms is not None else until_ms + 1
            due_ms = self._calendar[0][0] if self._calendar else until_ms + 1
            if min(tick_ms, due_ms) > until_ms:
                self.now_ms = until_ms
                return self
            if due_ms <= tick_ms:
                self.now_ms, _, event = heapq.heappop(self._calendar)
            else:
                self.now_ms, event = tick_ms, on.Tick()
            if not self._stale(event):
                self.step(event)

    def step(self, event: on.Event) -> None:
        """Pass one event to the machine and do what it asks."""
        self.turns, actions = step(self.turns, event, self.now_ms)
        for action in actions:
            self.log.append((self.now_ms, action))
            self._do(action)

    def voice(self, begins_ms: int, ends_ms: int) -> "Shell":
        """Have the caller make a sound; the detector takes 60 ms to hear it and 40 ms to hear that it is over."""
        self.at(begins_ms + 60, on.Voiced(begins_ms))
        self.at(ends_ms + 40, on.Unvoiced(ends_ms))
        return self

    def happened(self, *kinds: type[do.Action], after_ms: int = -1) -> list[tuple[int, do.Action]]:
        """Return the actions so far, of these kinds only if any are named."""
        return [(at, action) for at, action in self.log if at > after_ms and (not kinds or isinstance(action, kinds))]

    def _stale(self, event: on.Event) -> bool:
        """Whether an answer that was on its way is about something that has been stopped."""
        if isinstance(event, on.Played):
            output = self.output
            if output is None or output.generation != event.generation or output.since_ms is None:
                return True
            end_ms = self.clause_ms if self.clause_ms is not None else output.utterance.length_ms
            return output.played_ms(self.now_ms) < end_ms
        return isinstance(event, on.Audio) and event.generation not in self.made

    def _do(self, action: do.Action) -> None:  # noqa: C901 - one case for each action
        engines, now_ms = self.engines, self.now_ms
        match action:
            case do.TakePartial(segment) if engines.stt_ms is not None:
                text = self.says.get(segment, "")
                heard = on.Partial(segment, text, engines.complete and bool(text), engines.speculate)
                self.at(now_ms + engines.stt_ms, heard)
            case do.Finish(segment) if engines.stt_ms is not None:
                self.at(now_ms + engines.stt_ms, on.Final(segment, self.says.get(segment, "")))
            case do.Generate(generation):
                self.made[generation] = Utterance(1000, (Piece(engines.reply, engines.reply_ms),))
                latency_ms = engines.embedded_ms if action.embedded else engines.brain_ms
                if latency_ms is not None:
                    self.at(now_ms + latency_ms, on.Audio(generation, engines.reply_ms, engines.farewell))
            case do.Say(generation, line):
                text, ms = LINES[line]
                self.made[generation] = Utterance(1000, (Piece(text, ms),))
                self._play(generation)
            case do.Play(generation):
                self._play(generation)
            case do.Pause() if self.output:
                self.output.position_ms, self.output.since_ms = self.output.played_ms(now_ms), None
            case do.Resume() if self.output:
                self.output.position_ms = self.output.utterance.word_start_ms(self.output.position_ms)
                self.output.since_ms = now_ms
                self._end_at(self.output.utterance.length_ms)
            case do.FinishClause() if self.output:
                # Clauses of a second each.
                self.clause_ms = (self.output.played_ms(now_ms) // 1000 + 1) * 1000
                self._end_at(self.clause_ms)
            case do.Commit(generation, heard):
                self.context.append((heard, self._spoken(generation), action.cut))
            case do.Discard(generation):
                self.made.pop(generation, None)
                if self.output and self.output.generation == generation:
                    self.output = None

    def _play(self, generation: int) -> None:
        self.output = Output(generation, self.made[generation], since_ms=self.now_ms)
        self.clause_ms = None
        self._end_at(self.output.utterance.length_ms)

    def _end_at(self, position_ms: float) -> None:
        if self.output and self.engines.playing:
            left_ms = position_ms - self.output.position_ms
            start_ms = self.output.since_ms if self.output.since_ms is not None else self.now_ms
            self.at(start_ms + -int(-left_ms // 1), on.Played(self.output.generation))

    def _spoken(self, generation: int) -> str:
        if self.output is None or self.output.generation != generation:
            return ""
        played_ms = self.output.played_ms(self.now_ms)
        return self.output.utterance.spoken_text(
            played_ms if self.clause_ms is None else min(played_ms, self.clause_ms)
        )
