"""The rules while the caller has the floor: LISTENING, USER_SPEAKING, USER_PAUSING. Pure."""

from dataclasses import replace

from bot.turns.actions import Finish, TakePartial
from bot.turns.events import Audio, Failed, Final, HumanFound, OfferEnded, Partial, Tick, Unvoiced, Voiced
from bot.turns.moves import Step, ask, close, discard, listen, say, settle
from bot.turns.state import QUIET_MS, Ending, Line, Offer, State, Turns
from bot.turns.words import join, same, words

# Said into a silence, one after QUIET_MS each; what then comes is the end.
PROMPTS = (Line.QUESTION, Line.STILL_THERE)


def begin_silence(turns: Turns, now_ms: int) -> Turns:
    """The bot has spoken: count the silence from now. Its own questions break none, but the next one is 8 s away."""
    if turns.reply is None or turns.reply.line not in PROMPTS:
        return replace(turns, quiet_ms=now_ms, prompts=0)
    return replace(turns, quiet_ms=max(turns.quiet_ms, now_ms + QUIET_MS[0] - QUIET_MS[turns.prompts]))


def begin_turn(turns: Turns, event: Voiced, now_ms: int) -> Step:
    """The caller begins to speak."""
    return listen(turns, event.since_ms, State.USER_SPEAKING, now_ms)


def prompt(turns: Turns, _: Tick, now_ms: int) -> Step:
    """Nobody has said anything for long: ask something, ask again, end the call."""
    if turns.prompts == len(PROMPTS):
        return close(turns, Ending.SILENCE, now_ms)
    return say(replace(turns, prompts=turns.prompts + 1), PROMPTS[turns.prompts], now_ms)


def pause(turns: Turns, event: Unvoiced, now_ms: int) -> Step:
    """The caller stops: for a moment, or at the end."""
    return replace(turns, state=State.USER_PAUSING, since_ms=now_ms, caller=turns.caller.stops(event.since_ms)), ()


def go_on(turns: Turns, event: Voiced, now_ms: int) -> Step:
    """The caller only paused. A reply made on speculation is kept until the next partial shows other words."""
    caller = turns.caller
    caller = replace(caller, habit=caller.habit.paused(event.since_ms - caller.silent_ms)).starts(event.since_ms)
    return replace(turns, state=State.USER_SPEAKING, since_ms=now_ms, caller=caller), ()


def wait(turns: Turns, event: Tick, now_ms: int) -> Step:
    """After 120 ms ask what was said so far, after the window end the turn."""
    caller = turns.caller
    if caller.window_ms is not None:
        return end_turn(turns, event, now_ms)
    window_ms = caller.habit.window_ms("", complete=False)
    return replace(turns, caller=replace(caller, window_ms=window_ms)), (TakePartial(caller.segment),)


def weigh(turns: Turns, event: Partial, _: int) -> Step:
    """Choose the window by what was said, and begin a reply to it."""
    caller = turns.caller
    if event.segment != caller.segment:
        return turns, ()
    text = join(caller.heard, event.text)
    window_ms = caller.habit.window_ms(text, complete=event.complete)
    turns = replace(turns, caller=replace(caller, partial=event.text, window_ms=window_ms))
    if turns.reply and same(turns.reply.text, text):
        return turns, ()
    return ask(turns, text, speculative=True) if event.speculate and words(text) else discard(turns)


def end_turn(turns: Turns, _: Tick, now_ms: int) -> Step:
    """The silence is long enough, or the turn too long."""
    caller = turns.caller.stops(now_ms) if turns.caller.voiced else turns.caller
    caller = replace(caller, opened=False)
    turns = replace(turns, state=State.THINKING, since_ms=now_ms, caller=caller, thinking=0)
    return turns, (Finish(caller.segment),)


def take_final(turns: Turns, event: Final, _: int) -> Step:
    """Keep the text of a finished segment; those that come late, after a newer one's, are left out."""
    caller = turns.caller
    newest = caller.segment - 1 if caller.opened else caller.segment
    if not caller.finals < event.segment <= newest:
        return turns, ()
    text = event.text if words(event.text) else ""
    return replace(turns, caller=replace(caller, finals=event.segment, heard=join(caller.heard, text))), ()


def store(turns: Turns, event: Audio, _: int) -> Step:
    """A reply made on speculation has audio."""
    if turns.reply is None or turns.reply.generation != event.generation:
        return turns, ()
    farewell = turns.reply.farewell or event.farewell
    return replace(turns, reply=replace(turns.reply, audio_ms=turns.reply.audio_ms + event.ms, farewell=farewell)), ()


def drop(turns: Turns, event: Failed, _: int) -> Step:
    """A reply made on speculation came to nothing."""
    if turns.reply is None or turns.reply.generation != event.generation:
        return turns, ()
    return discard(turns)


def offer_now(turns: Turns, event: HumanFound, now_ms: int) -> Step:
    """A person is free and nobody speaks: say so."""
    turns, _ = note_human(turns, event, now_ms)
    return settle(turns, now_ms) if turns.offer is Offer.FOUND else (turns, ())


def note_human(turns: Turns, _: HumanFound, __: int) -> Step:
    """A person is free: say so when the bot has the floor."""
    return replace(turns, offer=Offer.SAID if turns.offer is Offer.SAID else Offer.FOUND), ()


def forget_human(turns: Turns, _: OfferEnded, __: int) -> Step:
    """The caller stays with the bot."""
    return replace(turns, offer=Offer.NONE), ()
