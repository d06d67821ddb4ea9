"""The turn machine: who speaks, and what happens when both do. Pure.

`step` takes what happened and returns what to do; the shell does it, and sends a `Tick` at `Turns.deadline_ms`:

    turns, actions = step(turns, Voiced(since_ms=81_240), now_ms=81_300)

Everything that can happen is in the table: for each state and event the rule, and the states that it can lead to.
What is not in it is in IGNORED, with the reason; a test holds that the two together are complete.

The rules, in one breath. The disclosure comes first and nothing interrupts it. 120 ms after the caller fell silent a
reply is begun on speculation; how long the silence has to be follows from the words (`endpoint`). A reply that is late
is bridged: filler, embedded answer, apology. A caller who speaks into the bot's turn silences it at once, unless it is
a dismissal; then it turns out whether that was an interruption, a backchannel or the rest of a turn that the bot took
for complete. What the bot was interrupted in is never left open: it is resumed, replaced or asked about. The context
gets what was played.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from bot.turns import listening, speaking, thinking
from bot.turns.events import (
    Audio,
    Connected,
    End,
    Event,
    Failed,
    Final,
    HumanFound,
    OfferEnded,
    Partial,
    Played,
    Tick,
    Unvoiced,
    Voiced,
)
from bot.turns.moves import Step
from bot.turns.state import Ending, State, Turns

CONNECTING, DISCLOSING, LISTENING = State.CONNECTING, State.DISCLOSING, State.LISTENING
USER_SPEAKING, USER_PAUSING, THINKING = State.USER_SPEAKING, State.USER_PAUSING, State.THINKING
SPEAKING, OVERLAP, CLOSING = State.SPEAKING, State.OVERLAP, State.CLOSING


class Rule(NamedTuple):
    """What an event does in a state, and the states that it can lead to."""

    # Any: each rule takes the type of event that it stands under.
    do: Callable[[Turns, Any, int], Step]
    targets: tuple[State, ...]


def _to(do: Callable[[Turns, Any, int], Step], *targets: State) -> Rule:
    return Rule(do, targets)


TABLE: dict[tuple[State, type[Event]], Rule] = {
    (CONNECTING, Connected): _to(speaking.disclose, DISCLOSING),
    (CONNECTING, Tick): _to(speaking.unconnected, CLOSING),
    (CONNECTING, HumanFound): _to(listening.note_human, CONNECTING),
    (CONNECTING, OfferEnded): _to(listening.forget_human, CONNECTING),
    (CONNECTING, End): _to(speaking.end, CLOSING),
    #
    (DISCLOSING, Voiced): _to(speaking.keep_voice, DISCLOSING),
    (DISCLOSING, Unvoiced): _to(speaking.note_silence, DISCLOSING),
    (DISCLOSING, Played): _to(speaking.disclosed, DISCLOSING, LISTENING, USER_SPEAKING, USER_PAUSING, SPEAKING),
    (DISCLOSING, Tick): _to(speaking.undisclosed, CLOSING),
    (DISCLOSING, Failed): _to(speaking.undisclosed, DISCLOSING, CLOSING),
    (DISCLOSING, HumanFound): _to(listening.note_human, DISCLOSING),
    (DISCLOSING, OfferEnded): _to(listening.forget_human, DISCLOSING),
    (DISCLOSING, End): _to(speaking.end, CLOSING),
    #
    (LISTENING, Voiced): _to(listening.begin_turn, USER_SPEAKING),
    (LISTENING, Tick): _to(listening.prompt, SPEAKING, CLOSING),
    (LISTENING, HumanFound): _to(listening.offer_now, LISTENING, SPEAKING),
    (LISTENING, OfferEnded): _to(listening.forget_human, LISTENING),
    (LISTENING, End): _to(speaking.end, CLOSING),
    #
    (USER_SPEAKING, Unvoiced): _to(listening.pause, USER_PAUSING),
    (USER_SPEAKING, Tick): _to(listening.end_turn, THINKING),
    (USER_SPEAKING, Final): _to(listening.take_final, USER_SPEAKING),
    (USER_SPEAKING, Audio): _to(listening.store, USER_SPEAKING),
    (USER_SPEAKING, Failed): _to(listening.drop, USER_SPEAKING),
    (USER_SPEAKING, HumanFound): _to(listening.note_human, USER_SPEAKING),
    (USER_SPEAKING, OfferEnded): _to(listening.forget_human, USER_SPEAKING),
    (USER_SPEAKING, End): _to(speaking.end, CLOSING),
    #
    (USER_PAUSING, Voiced): _to(listening.go_on, USER_SPEAKING),
    (USER_PAUSING, Tick): _to(listening.wait, USER_PAUSING, THINKING),
    (USER_PAUSING, Partial): _to(listening.weigh, USER_PAUSING),
    (USER_PAUSING, Final): _to(listening.take_final, USER_PAUSING),
    (USER_PAUSING, Audio): _to(listening.store, USER_PAUSING),
    (USER_PAUSING, Failed): _to(listening.drop, USER_PAUSING),
    (USER_PAUSING, HumanFound): _to(listening.note_human, USER_PAUSING),
    (USER_PAUSING, OfferEnded): _to(listening.forget_human, USER_PAUSING),
    (USER_PAUSING, End): _to(speaking.end, CLOSING),
    #
    (THINKING, Final): _to(thinking.conclude, THINKING, SPEAKING, LISTENING),
    (THINKING, Audio): _to(thinking.begin_reply, THINKING, SPEAKING),
    (THINKING, Tick): _to(thinking.hurry, THINKING, SPEAKING, LISTENING),
    (THINKING, Failed): _to(thinking.give_up, THINKING, SPEAKING),
    (THINKING, Voiced): _to(thinking.reopen, USER_SPEAKING),
    (THINKING, HumanFound): _to(listening.note_human, THINKING),
    (THINKING, OfferEnded): _to(listening.forget_human, THINKING),
    (THINKING, End): _to(speaking.end, CLOSING),
    #
    (SPEAKING, Voiced): _to(speaking.yield_floor, SPEAKING, OVERLAP),
    (SPEAKING, Audio): _to(speaking.extend, SPEAKING),
    (SPEAKING, Played): _to(speaking.finished, SPEAKING, LISTENING, CLOSING),
    (SPEAKING, Failed): _to(speaking.broken, SPEAKING, LISTENING, CLOSING),
    (SPEAKING, Tick): _to(speaking.broken, SPEAKING, LISTENING, CLOSING),
    (SPEAKING, HumanFound): _to(speaking.finish_clause, SPEAKING),
    (SPEAKING, OfferEnded): _to(listening.forget_human, SPEAKING),
    (SPEAKING, End): _to(speaking.end, CLOSING),
    #
    (OVERLAP, Voiced): _to(speaking.voice_again, OVERLAP),
    (OVERLAP, Unvoiced): _to(speaking.note_silence, OVERLAP),
    (OVERLAP, Tick): _to(speaking.judge, OVERLAP, SPEAKING, USER_SPEAKING),
    (OVERLAP, Partial): _to(speaking.judge_words, OVERLAP, USER_SPEAKING, USER_PAUSING),
    (OVERLAP, Audio): _to(speaking.extend, OVERLAP),
    (OVERLAP, Played): _to(speaking.finished, OVERLAP, USER_SPEAKING, USER_PAUSING, CLOSING),
    (OVERLAP, Failed): _to(speaking.overlap_failed, OVERLAP, USER_SPEAKING, USER_PAUSING),
    (OVERLAP, HumanFound): _to(listening.note_human, OVERLAP),
    (OVERLAP, OfferEnded): _to(listening.forget_human, OVERLAP),
    (OVERLAP, End): _to(speaking.end, CLOSING),
    #
    (CLOSING, Played): _to(speaking.hang_up, CLOSING),
    (CLOSING, Failed): _to(speaking.hang_up, CLOSING),
    (CLOSING, Tick): _to(speaking.hang_up, CLOSING),
    (CLOSING, End): _to(speaking.hang_up_now, CLOSING),
}

_LATE = "it crossed with the end of what it is about"
_ONCE = "media is up"
_KNOWN = "the machine knows it already"
IGNORED: dict[tuple[State, type[Event]], str] = {
    **{
        (CONNECTING, kind): "nothing is under way" for kind in (Voiced, Unvoiced, Partial, Final, Audio, Played, Failed)
    },
    **{(state, Connected): _ONCE for state in State if state is not CONNECTING},
    **{(DISCLOSING, kind): "nothing was asked for" for kind in (Partial, Final)},
    (DISCLOSING, Audio): "a line has its audio",
    **{(LISTENING, kind): _LATE for kind in (Unvoiced, Partial, Final, Audio, Played, Failed)},
    (USER_SPEAKING, Voiced): _KNOWN,
    **{(USER_SPEAKING, kind): _LATE for kind in (Partial, Played)},
    (USER_PAUSING, Unvoiced): _KNOWN,
    (USER_PAUSING, Played): _LATE,
    **{(THINKING, kind): _LATE for kind in (Unvoiced, Partial, Played)},
    **{(SPEAKING, kind): _LATE for kind in (Unvoiced, Partial, Final)},
    (OVERLAP, Final): _LATE,
    **{
        (CLOSING, kind): "the call is over"
        for kind in (Voiced, Unvoiced, Partial, Final, Audio, HumanFound, OfferEnded)
    },
}


def begin(now_ms: int, max_ms: int) -> Turns:
    """Return a conversation that waits for media, and ends after `max_ms` at the latest, but for a goodbye."""
    return Turns(ends_ms=now_ms + max_ms, since_ms=now_ms)


def step(turns: Turns, event: Event, now_ms: int) -> Step:
    """Return the conversation after an event, and what to do, in this order.

    Args:
        turns: The conversation so far.
        event: What happened.
        now_ms: When; not before any `now_ms` of an earlier step.
    """
    if turns.deadline_ms is None:
        return turns, ()
    if isinstance(event, Tick):
        if now_ms < turns.deadline_ms:
            return turns, ()
        if now_ms >= turns.ends_ms and turns.state is not CLOSING:
            event = End(Ending.LENGTH)
    if (turns.state, type(event)) in IGNORED:
        return turns, ()
    return TABLE[turns.state, type(event)].do(turns, event, now_ms)
