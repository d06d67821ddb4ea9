"""Where a conversation stands, as one frozen value, and by when something has to happen. Pure."""

from dataclasses import dataclass, field, replace
from enum import Enum, auto

from bot.turns.endpoint import Habit
from bot.turns.words import is_backchannel

CONNECT_MS = 15_000
# Has the disclosure not been heard by then, the call ends: an undisclosed bot says nothing else.
DISCLOSURE_MS = 5_000
# Silence after which the bot asks something, asks again, and ends the call.
QUIET_MS = (8_000, 20_000, 40_000)
TURN_CAP_MS = 20_000
PARTIAL_MS = 120
# Without audio: a filler, the embedded answer, an apology.
THINK_MS = (600, 2_500, 6_000)
# Beyond the end of all audio that has come.
STALL_MS = 2_000
LINE_MS = 6_000
# An interruption, and what is none.
TAKE_OVER_MS = 400
BLIP_MS = 300
RESUME_MS = 500
UNDECIDED_MS = 2_000
MERGE_MS = 700


class State(Enum):
    """Who has the floor."""

    CONNECTING = auto()  # no media yet
    DISCLOSING = auto()  # the bot says what it is; nothing interrupts it
    LISTENING = auto()  # nobody speaks
    USER_SPEAKING = auto()
    USER_PAUSING = auto()  # the caller's turn, if it goes on
    THINKING = auto()  # the caller's turn is over, the bot's has not begun
    SPEAKING = auto()  # the bot's turn
    OVERLAP = auto()  # the caller speaks in it: the output is paused
    CLOSING = auto()  # a goodbye, perhaps; then nothing


class Ending(Enum):
    """Why a call ends."""

    BYE = auto()  # the caller left, or no media came for too long
    LENGTH = auto()
    DRAIN = auto()  # the worker stops
    DEAF = auto()  # nothing hears the caller any more
    SILENCE = auto()  # the caller said nothing for 40 s
    HANDOVER = auto()  # the caller chose the person
    FAREWELL = auto()  # the reply was one
    UNCONNECTED = auto()
    UNDISCLOSED = auto()


# How long the bot has to say goodbye, where it says so.
GOODBYE_MS = {Ending.LENGTH: 3_000, Ending.DRAIN: 3_000, Ending.DEAF: 3_000, Ending.SILENCE: 3_000,
              Ending.HANDOVER: 1_000}  # fmt: skip


class Line(Enum):
    """What the bot says of its own accord, rendered before the call."""

    DISCLOSURE = auto()  # "I am an AI bot and not a person"
    QUESTION = auto()  # an open question, after a silence
    STILL_THERE = auto()  # after a long silence
    REPEAT = auto()  # "I did not catch that"
    APOLOGY = auto()  # no reply came, or not all of it
    OFFER = auto()  # "A person is here: shall I connect you?"
    HANDOVER = auto()  # a goodbye while the person comes
    GOODBYE = auto()


# How long the sound of a line may be; that of a goodbye is over before its time is.
BOUND_MS = {Line.DISCLOSURE: 2_500, Line.HANDOVER: 900, Line.GOODBYE: 2_900}


class Farewell(Enum):
    """How a reply ends the call, once it was played."""

    OPEN = auto()  # unless the caller speaks into it
    FIRM = auto()  # whatever the caller says: nothing interrupts it


class Offer(Enum):
    """Whether a person is free to take over."""

    NONE = auto()
    FOUND = auto()  # to be said at the end of the next clause
    SAID = auto()


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller's turn, as far as it has come."""

    segment: int = 0  # newest one opened
    opened: bool = False  # whether it still is
    finals: int = 0  # newest segment whose text is in `heard`
    heard: str = field(default="", repr=False)  # final text that no exchange in the context has yet
    partial: str = field(default="", repr=False)  # of the newest segment
    turn_ms: int = 0  # when the newest segment began
    voiced: bool = False
    voiced_ms: int = 0  # when the voice began last
    silent_ms: int = 0  # when it ended last
    speech_ms: int = 0  # voice in the newest segment, up to the last time that it ended
    window_ms: int | None = None  # the silence that ends the turn; None: the partial is still to be taken
    habit: Habit = field(default_factory=Habit)

    def starts(self, ms: int) -> "Caller":
        """Note that the voice began, within the newest segment."""
        return replace(self, voiced=True, voiced_ms=max(ms, self.silent_ms))

    def stops(self, ms: int) -> "Caller":
        """Note that the voice ended: a pause, until more is known."""
        ms = max(ms, self.voiced_ms)
        speech_ms = self.speech_ms + ms - self.voiced_ms
        return replace(self, voiced=False, silent_ms=ms, speech_ms=speech_ms, window_ms=None)

    @property
    def concluded(self) -> bool:
        """Whether the newest segment's final text is in `heard`."""
        return self.finals == self.segment


@dataclass(frozen=True, slots=True)
class Reply:
    """The generation that the bot says or prepares. `text` is what it answers; empty: a line, or not asked for yet."""

    generation: int
    text: str = field(default="", repr=False)
    line: Line | None = None
    embedded: bool = False
    farewell: Farewell | None = None
    audio_ms: int = 0  # came before it was played
    played_ms: int = 0  # when playing began
    until_ms: int = 0  # when all audio that has come will have been played


@dataclass(frozen=True, slots=True)
class Turns:
    """A conversation. `since_ms` is when its state was entered, `ends_ms` when the call is long enough."""

    ends_ms: int
    since_ms: int
    state: State = State.CONNECTING
    caller: Caller = field(default_factory=Caller)
    reply: Reply | None = None
    generation: int = 0  # newest number given out
    offer: Offer = Offer.NONE
    quiet_ms: int = 0  # since when nobody has said anything
    prompts: int = 0  # lines said into that silence
    thinking: int = 0  # deadlines of THINK_MS that have passed
    fillers: int = 0
    filled: bool = False  # in this turn
    owes: bool = False  # interrupted the bot and has had no answer
    repeated: bool = False  # was asked to repeat and said nothing intelligible since
    ending: Ending | None = None
    over: bool = False

    @property
    def deadline_ms(self) -> int | None:
        """When the machine wants a `Tick`; None: never again. May have passed: then at once."""
        if self.over:
            return None
        due_ms = self._due_ms()
        return due_ms if self.state is State.CLOSING else min(due_ms, self.ends_ms)

    def _due_ms(self) -> int:
        caller = self.caller
        match self.state:
            case State.CONNECTING:
                return self.since_ms + CONNECT_MS
            case State.DISCLOSING:
                return self.since_ms + DISCLOSURE_MS
            case State.LISTENING:
                return self.quiet_ms + QUIET_MS[self.prompts]
            case State.USER_SPEAKING:
                return caller.turn_ms + TURN_CAP_MS
            case State.USER_PAUSING:
                return caller.silent_ms + (PARTIAL_MS if caller.window_ms is None else caller.window_ms)
            case State.THINKING:
                return self.since_ms + THINK_MS[self.thinking]
            case State.SPEAKING:
                return (self.reply.until_ms if self.reply else self.since_ms) + STALL_MS
            case State.OVERLAP:
                return self._overlap_due_ms()
            case State.CLOSING:
                return self.since_ms + (GOODBYE_MS.get(self.ending, 0) if self.ending else 0)

    def _overlap_due_ms(self) -> int:
        caller = self.caller
        if caller.voiced:
            return caller.voiced_ms + TAKE_OVER_MS - caller.speech_ms
        if caller.window_ms is None:
            return caller.silent_ms + PARTIAL_MS
        undecided_ms = self.since_ms + UNDECIDED_MS
        if caller.speech_ms < BLIP_MS or is_backchannel(caller.partial):
            return min(undecided_ms, caller.silent_ms + RESUME_MS)
        return undecided_ms
