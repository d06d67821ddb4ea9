"""What holds whatever happens: random events, in random order, at random times."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.turns import actions as do
from bot.turns import events as on
from bot.turns.machine import TABLE, begin, step
from bot.turns.state import Ending, Line, State, Turns
from bot.turns.words import same
from tests.unit.bot.turns.driver import LINES, Engines, Shell

MAX_MS = 120_000
words = st.sampled_from(["", "hello", "my name is", "stop", "mhm", "a long day", "…"])

Happening = Callable[["Watch"], on.Event]


def about(kind: Callable[..., on.Event], number: str, *rest: st.SearchStrategy[object]) -> st.SearchStrategy[Happening]:
    """An event about the newest generation or segment, mostly, or about an older one."""

    def build(back: int, *values: object) -> Happening:
        return lambda watch: kind(max(0, getattr(watch, number) - back), *values)

    return st.builds(build, st.sampled_from([0, 0, 0, 1, 2]), *rest)


def ago(kind: Callable[[int], on.Event]) -> st.SearchStrategy[Happening]:
    """A voice that began, or ended, a moment ago."""
    return st.integers(0, 500).map(lambda ms: lambda watch: kind(max(0, watch.now_ms - ms)))


happenings = st.one_of(
    ago(on.Voiced),
    ago(on.Unvoiced),
    about(on.Partial, "segments", words, st.booleans(), st.booleans()),
    about(on.Final, "segments", words),
    about(on.Audio, "newest", st.integers(1, 3_000), st.booleans()),
    about(on.Played, "newest"),
    about(on.Failed, "newest"),
    st.sampled_from([on.Connected(), on.Tick(), on.HumanFound(), on.OfferEnded()]).map(lambda event: lambda _: event),
    # Rare, or most lives would be short.
    st.sampled_from([*[on.Tick()] * 16, *map(on.End, Ending)]).map(lambda event: lambda _: event),
)
gaps = st.one_of(st.integers(0, 60), st.integers(0, 60), st.integers(0, 900), st.integers(0, 9_000))

# How a call goes where nothing is out of order, up to an overlap: random lives begin somewhere on this way.
WAY: list[tuple[int, Happening]] = [
    (0, lambda _: on.Connected()),
    (2_000, lambda _: on.Played(1)),
    (500, lambda watch: on.Voiced(watch.now_ms)),
    (900, lambda watch: on.Unvoiced(watch.now_ms)),
    (150, lambda _: on.Partial(1, "a long day")),
    (500, lambda _: on.Final(1, "a long day")),
    (100, lambda watch: on.Audio(watch.newest, 3_000)),
    (900, lambda watch: on.Voiced(watch.now_ms)),
]
ways = st.integers(0, len(WAY)).map(lambda steps: WAY[:steps])
lives = st.tuples(ways, st.lists(st.tuples(gaps, happenings), min_size=1, max_size=60)).map(
    lambda parts: parts[0] + parts[1]
)


@dataclass
class Watch:
    """Holds every action to the rules, step by step."""

    turns: Turns = field(default_factory=lambda: begin(0, MAX_MS))
    now_ms: int = 0
    newest: int = 0
    alive: set[int] = field(default_factory=set)
    sounded: set[int] = field(default_factory=set)
    committed: set[int] = field(default_factory=set)
    texts: dict[int, str] = field(default_factory=dict)
    segments: int = 0
    open: int | None = None
    ended: bool = False

    def live(self, life: list[tuple[int, Happening]]) -> None:
        """Let it all happen; a deadline in between is kept."""
        for gap_ms, happening in life:
            until_ms = self.now_ms + gap_ms
            self.tick_until(until_ms)
            self.now_ms = until_ms
            self.take(happening(self))

    def tick_until(self, until_ms: int) -> None:
        """Send the ticks that are due; a machine that wants them for ever at the same time fails."""
        at_once = 0
        while (deadline_ms := self.turns.deadline_ms) is not None and deadline_ms <= until_ms:
            at_once = at_once + 1 if deadline_ms <= self.now_ms else 0
            assert at_once < 12
            self.now_ms = max(self.now_ms, deadline_ms)
            self.take(on.Tick())

    def take(self, event: on.Event) -> None:
        """Pass one event and look at what is asked."""
        before = self.turns
        self.turns, actions = step(before, event, self.now_ms)
        assert (self.turns.deadline_ms is None) == self.turns.over
        if self.turns.state is not before.state:
            length = isinstance(event, on.Tick) and self.now_ms >= MAX_MS
            assert self.turns.state in TABLE[before.state, on.End if length else type(event)].targets
        for action in actions:
            assert not self.ended
            self.look(action)

    def look(self, action: do.Action) -> None:
        """Hold one action to the rules."""
        match action:
            case do.Listen(segment):
                assert segment == self.segments + 1
                assert self.open is None
                self.segments = self.open = segment
            case do.TakePartial(segment):
                assert segment == self.open
            case do.Finish(segment) | do.Forget(segment):
                assert segment == self.open
                self.open = None
            case do.Generate(generation) | do.Say(generation) | do.Fill(generation):
                self.begin(generation, action)
            case do.Discard(generation):
                self.alive.remove(generation)
            case do.Commit(generation, heard):
                assert generation in self.sounded - self.committed
                assert same(self.texts.get(generation, heard), heard)
                self.committed.add(generation)
            case do.HangUp():
                self.ended = True
        if isinstance(action, do.Audible | do.Pause):
            assert action.generation == self.newest
            assert action.generation in self.alive
            self.sounded.add(action.generation)
            if not isinstance(action, do.Say) or action.line is not Line.DISCLOSURE:
                assert 1 in self.committed

    def begin(self, generation: int, action: do.Action) -> None:
        """A number is new, or was taken for the filler of the same reply."""
        if generation == self.newest:
            assert generation in self.alive
        else:
            assert generation == self.newest + 1
        if isinstance(action, do.Generate):
            assert action.text.strip()
            self.texts[generation] = action.text
        self.newest = generation
        self.alive.add(generation)


@given(lives)
@settings(max_examples=1_000, deadline=None, derandomize=True)
def test_rules_that_no_order_of_events_breaks(life: list[tuple[int, Happening]]) -> None:
    """Nothing sounds but the newest generation, alive, and nothing before the disclosure was heard to its end.

    Only what sounded is committed, once, and with the very words that it answers; one segment is open at a time; after
    the call there is nothing.
    """
    Watch().live(life)


@given(lives)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_ticks_alone_end_every_call(life: list[tuple[int, Happening]]) -> None:
    """From wherever events have led, the call is over by its time and a goodbye later."""
    watch = Watch()
    watch.live(life)
    watch.tick_until(max(MAX_MS, watch.now_ms) + 3_000)
    assert watch.ended
    assert watch.turns.state is State.CLOSING


spans = st.lists(st.tuples(st.integers(50, 6_000), st.integers(20, 3_000)), max_size=8)
latencies = st.one_of(st.none(), st.integers(0, 8_000))
engines = st.builds(
    Engines,
    stt_ms=st.one_of(st.none(), st.integers(0, 300)),
    brain_ms=latencies,
    embedded_ms=st.one_of(st.none(), st.integers(0, 200)),
    reply_ms=st.integers(300, 9_000),
    complete=st.booleans(),
    speculate=st.booleans(),
)
# The longest silence is the one between the second prompt and the end.
SILENCE_MS = 20_000


@given(spans, st.dictionaries(st.integers(1, 8), words), engines, st.one_of(st.none(), st.integers(2_000, 20_000)))
@settings(max_examples=250, deadline=None, derandomize=True)
def test_the_bot_is_never_silent_for_ever_and_remembers_what_was_heard(
    voices: list[tuple[int, int]], says: dict[int, str], engines: Engines, human_ms: int | None
) -> None:
    """Whatever a caller does and however the engines fail, after the caller's last word something is heard soon.

    The context holds, exchange for exchange, a beginning of what the bot would have said, and nothing that was dropped.
    """
    shell = Shell([(0, on.Connected())], says, engines)
    at_ms = 0
    for silence_ms, speech_ms in voices:
        at_ms += silence_ms + 100
        shell.voice(at_ms, at_ms + speech_ms)
        at_ms += speech_ms
    if human_ms is not None:
        shell.at(human_ms, on.HumanFound())
    shell.run(at_ms)
    for _ in range(4):
        quiet_from_ms = shell.now_ms
        shell.run(quiet_from_ms + SILENCE_MS + engines.reply_ms)
        assert shell.turns.over or shell.happened(do.Play, do.Say, do.Resume, after_ms=quiet_from_ms)
    whole = [text for text, _ in LINES.values()] + [engines.reply]
    assert all(any(text.startswith(said) for text in whole) for _, said, _ in shell.context)
    discarded = {action.generation for _, action in shell.happened() if isinstance(action, do.Discard)}
    played = {action.generation for _, action in shell.happened() if isinstance(action, do.Play | do.Say)}
    assert {action.generation for _, action in shell.happened() if isinstance(action, do.Commit)} <= played
    assert discarded.isdisjoint({shell.turns.reply.generation if shell.turns.reply else 0})
