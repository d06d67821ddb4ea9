"""The moves of a call that another engine holds: it, and not this machine, hears when the caller speaks. Pure."""

from dataclasses import replace

from bot.turns.actions import Action
from bot.turns.listening import begin_silence
from bot.turns.moves import Step, commit, discard
from bot.turns.state import Farewell, State, Turns
from bot.turns.thinking import answer


def take_words(turns: Turns, text: str, now_ms: int) -> Step:
    """Answer what the caller said, while nobody has the floor."""
    caller = replace(turns.caller, heard=text, partial="", finals=turns.caller.segment, opened=False)
    turns = replace(turns, state=State.THINKING, since_ms=now_ms, caller=caller, thinking=0, prompts=0)
    return answer(turns, now_ms)


def hush(turns: Turns, now_ms: int) -> Step:
    """The caller speaks: leave the floor to them, but for a dismissal. An offer that is to be made is kept."""
    dismissal = turns.reply is not None and turns.reply.farewell is Farewell.FIRM
    if turns.state not in {State.THINKING, State.SPEAKING} or dismissal:
        return turns, ()
    committed: tuple[Action, ...] = ()
    if turns.state is State.SPEAKING:
        turns, committed = commit(begin_silence(turns, now_ms), cut=True)
    turns, dropped = discard(turns)
    turns = replace(turns, state=State.LISTENING, since_ms=now_ms, caller=replace(turns.caller, heard=""))
    return turns, committed + dropped
