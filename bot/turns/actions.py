"""What the turn machine asks of the shell around it. Pure.

A `segment` is one stream of speech to recognise, a `generation` one thing that the bot says or prepares to say: a
reply, or a line of its own. Both are numbered from 1. The number of a discarded generation never comes back, and the
output drops the audio of any generation but the newest.
"""

from dataclasses import dataclass, field

from bot.turns.state import Ending, Line


@dataclass(frozen=True, slots=True)
class Listen:
    """Open a segment, with the 240 ms before now."""

    segment: int


@dataclass(frozen=True, slots=True)
class TakePartial:
    """Answer with `Partial` what has been recognised so far."""

    segment: int


@dataclass(frozen=True, slots=True)
class Finish:
    """End a segment and answer with `Final`."""

    segment: int


@dataclass(frozen=True, slots=True)
class Forget:
    """End a segment; nobody wants to know what was said."""

    segment: int


@dataclass(frozen=True, slots=True)
class Generate:
    """Think of a reply to `text`, the caller's whole turn, and synthesise it; tell by `Audio` as it comes.

    `speculative`: the turn may go on; no side effects. `embedded`: with the engines that need no network.
    """

    generation: int
    text: str = field(repr=False)
    speculative: bool = False
    embedded: bool = False


@dataclass(frozen=True, slots=True)
class Discard:
    """Cancel a generation and drop its audio, played or not."""

    generation: int


@dataclass(frozen=True, slots=True)
class Play:
    """Play a generation from its start; after its filler, unless that was paused."""

    generation: int


@dataclass(frozen=True, slots=True)
class Say:
    """Play a line of the bot's own, at once."""

    generation: int
    line: Line


@dataclass(frozen=True, slots=True)
class Fill:
    """Play a short filler until the generation has audio. `number` counts up: another filler than the last time."""

    generation: int
    number: int


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence the output at once, faded over 5 to 10 ms, and keep what is left."""

    generation: int


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on at the start of the word that `Pause` cut."""

    generation: int


@dataclass(frozen=True, slots=True)
class FinishClause:
    """Stop at the end of the clause that is being played, and tell by `Played`."""

    generation: int


@dataclass(frozen=True, slots=True)
class Commit:
    """Add an exchange to the context: the caller's words, if any, then what of the generation has been played.

    `cut`: the bot was interrupted; mark it in the context by a dash.
    """

    generation: int
    heard: str = field(repr=False)
    cut: bool = False


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call; the last action of all."""

    ending: Ending


Action = (
    Listen | TakePartial | Finish | Forget
    | Generate | Discard
    | Play | Say | Fill | Pause | Resume | FinishClause
    | Commit | HangUp
)  # fmt: skip
# What makes the output sound.
Audible = Play | Say | Fill | Resume | FinishClause
