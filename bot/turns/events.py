"""What happens in a call, as the turn machine sees it. Pure.

Times are ms on the clock of `now_ms`. What the caller said is in no repr.
"""

from dataclasses import dataclass, field

from bot.turns.state import Ending, Farewell


@dataclass(frozen=True, slots=True)
class Connected:
    """Media flows both ways."""


@dataclass(frozen=True, slots=True)
class Tick:
    """The machine's deadline has come. Before it, a tick does nothing."""


@dataclass(frozen=True, slots=True)
class Voiced:
    """The caller's voice began at `since_ms`; found out somewhat later (`bot.turns.voice`)."""

    since_ms: int


@dataclass(frozen=True, slots=True)
class Unvoiced:
    """The caller's voice ended at `since_ms`."""

    since_ms: int


@dataclass(frozen=True, slots=True)
class Partial:
    """The answer to `TakePartial`: what has been recognised so far.

    `complete`: these very words are a whole utterance to the dialogue, or a request to stop; see `Habit.window_ms`.
    `speculate`: there is capacity for a reply that may be thrown away.
    """

    segment: int
    text: str = field(repr=False)
    complete: bool = False
    speculate: bool = True


@dataclass(frozen=True, slots=True)
class Final:
    """The answer to `Finish`: all that has been recognised, or nothing."""

    segment: int
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Audio:
    """A generation has got `ms` more of audio, 1 or more. `farewell`: how the call ends with it, if it does."""

    generation: int
    ms: int
    farewell: Farewell | None = None


@dataclass(frozen=True, slots=True)
class Played:
    """The last sample of a generation, or of the clause that `FinishClause` ends at, has been played."""

    generation: int


@dataclass(frozen=True, slots=True)
class Failed:
    """Nothing more will come of a generation, and what had come has been played."""

    generation: int


@dataclass(frozen=True, slots=True)
class HumanFound:
    """A person is free; the page offers the switch."""


@dataclass(frozen=True, slots=True)
class OfferEnded:
    """The caller declined the switch, or the person is gone."""


@dataclass(frozen=True, slots=True)
class End:
    """The call has to end: the caller left or accepted the switch, the worker stops, the time is up."""

    ending: Ending


Event = Connected | Tick | Voiced | Unvoiced | Partial | Final | Audio | Played | Failed | HumanFound | OfferEnded | End
