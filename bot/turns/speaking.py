"""The rules while the bot has the floor: CONNECTING, DISCLOSING, SPEAKING, OVERLAP, CLOSING. Pure."""

from dataclasses import replace

from bot.turns.actions import Action, FinishClause, Forget, HangUp, Pause, Resume, TakePartial
from bot.turns.events import Audio, Connected, End, Failed, HumanFound, Partial, Played, Tick, Unvoiced, Voiced
from bot.turns.listening import begin_silence, note_human, weigh
from bot.turns.moves import Step, close, commit, discard, listen, say, settle
from bot.turns.state import MERGE_MS, Ending, Farewell, Line, Offer, State, Turns
from bot.turns.words import is_backchannel, is_stop


def disclose(turns: Turns, _: Connected, now_ms: int) -> Step:
    """Say first of all that a bot speaks."""
    return say(turns, Line.DISCLOSURE, now_ms, State.DISCLOSING)


def unconnected(turns: Turns, _: Tick, now_ms: int) -> Step:
    """No media came."""
    return close(turns, Ending.UNCONNECTED, now_ms)


def keep_voice(turns: Turns, event: Voiced, now_ms: int) -> Step:
    """The caller speaks into the disclosure, which goes on: what is said is kept."""
    if turns.caller.opened:
        return replace(turns, caller=turns.caller.starts(event.since_ms)), ()
    since_ms = turns.since_ms
    turns, opened = listen(turns, event.since_ms, State.DISCLOSING, now_ms)
    return replace(turns, since_ms=since_ms), opened


def note_silence(turns: Turns, event: Unvoiced, _: int) -> Step:
    """The caller stops speaking while the bot has the floor."""
    return replace(turns, caller=turns.caller.stops(event.since_ms) if turns.caller.voiced else turns.caller), ()


def disclosed(turns: Turns, event: Played, now_ms: int) -> Step:
    """The bot has said what it is: the floor is free, or the caller has it already."""
    if not _current(turns, event):
        return turns, ()
    turns, committed = commit(begin_silence(turns, now_ms))
    turns = replace(turns, reply=None)
    if turns.caller.opened:
        return _hand_floor(turns, now_ms), committed
    turns, settled = settle(turns, now_ms)
    return turns, committed + settled


def undisclosed(turns: Turns, event: Tick | Failed, now_ms: int) -> Step:
    """The disclosure was not heard: nothing else may be."""
    if isinstance(event, Failed) and not _current(turns, event):
        return turns, ()
    return close(turns, Ending.UNDISCLOSED, now_ms)


def extend(turns: Turns, event: Audio, now_ms: int) -> Step:
    """More of the reply has come."""
    reply = turns.reply
    if reply is None or reply.generation != event.generation:
        return turns, ()
    # A paused output stands still, and with it the end of what it has.
    begins_ms = reply.until_ms if turns.state is State.OVERLAP else max(reply.until_ms, now_ms)
    farewell = reply.farewell or event.farewell
    return replace(turns, reply=replace(reply, until_ms=begins_ms + event.ms, farewell=farewell)), ()


def finished(turns: Turns, event: Played, now_ms: int) -> Step:
    """The bot has said all; or, while a person waits, its clause."""
    if turns.reply is None or not _current(turns, event):
        return turns, ()
    reply = turns.reply
    caller = turns.caller if reply.line else replace(turns.caller, habit=turns.caller.habit.answered())
    turns, committed = commit(begin_silence(replace(turns, caller=caller), now_ms))
    turns = replace(turns, reply=None)
    if reply.farewell:
        turns, after = close(turns, Ending.FAREWELL, now_ms)
    elif turns.state is State.OVERLAP:
        turns, after = _hand_floor(turns, now_ms), ()
    else:
        turns, after = settle(turns, now_ms)
    return turns, committed + after


def broken(turns: Turns, event: Tick | Failed, now_ms: int) -> Step:
    """The reply stops in the middle: apologise for it. A line that stops is no loss, and a dismissal still is one."""
    if turns.reply is None or (isinstance(event, Failed) and not _current(turns, event)):
        return turns, ()
    if turns.reply.farewell is Farewell.FIRM:
        return close(turns, Ending.FAREWELL, now_ms)
    line = turns.reply.line
    turns, committed = commit(begin_silence(turns, now_ms), cut=True)
    turns, after = settle(turns, now_ms) if line else say(turns, Line.APOLOGY, now_ms)
    return turns, committed + after


def finish_clause(turns: Turns, event: HumanFound, now_ms: int) -> Step:
    """A person is free: say so at the end of the clause."""
    turns, _ = note_human(turns, event, now_ms)
    if turns.reply is None or turns.reply.line or turns.offer is Offer.SAID:
        return turns, ()
    return turns, (FinishClause(turns.reply.generation),)


def yield_floor(turns: Turns, event: Voiced, now_ms: int) -> Step:
    """The caller speaks too: silence the output at once, then find out whether that is an interruption.

    Nobody talks the bot out of a dismissal: it is said to its end, and what is said into it is not listened to.
    """
    if turns.reply and turns.reply.farewell is Farewell.FIRM:
        return turns, ()
    paused = (Pause(turns.reply.generation),) if turns.reply else ()
    turns, opened = listen(turns, event.since_ms, State.OVERLAP, now_ms)
    return turns, paused + opened


def voice_again(turns: Turns, event: Voiced, _: int) -> Step:
    """The caller goes on speaking into the paused output."""
    return replace(turns, caller=turns.caller.starts(event.since_ms)), ()


def judge(turns: Turns, _: Tick, now_ms: int) -> Step:
    """400 ms of voice interrupt. After 120 ms of silence ask for the words; without any that interrupt, go on."""
    caller = turns.caller
    if caller.voiced:
        return take_over(turns, now_ms)
    if caller.window_ms is None:
        window_ms = caller.habit.window_ms("", complete=False)
        return replace(turns, caller=replace(caller, window_ms=window_ms)), (TakePartial(caller.segment),)
    return resume(turns, now_ms)


def judge_words(turns: Turns, event: Partial, now_ms: int) -> Step:
    """A stop word, or an utterance that the dialogue knows, interrupts however short it is; no backchannel does."""
    if event.segment != turns.caller.segment:
        return turns, ()
    turns = replace(turns, caller=replace(turns.caller, partial=event.text))
    if is_backchannel(event.text) or not (event.complete or is_stop(event.text)):
        return turns, ()
    turns, taken = take_over(turns, now_ms)
    turns, weighed = weigh(turns, event, now_ms) if turns.state is State.USER_PAUSING else (turns, ())
    return turns, taken + weighed


def overlap_failed(turns: Turns, event: Failed, now_ms: int) -> Step:
    """There is nothing to go on with: the floor is the caller's."""
    return take_over(turns, now_ms) if _current(turns, event) else (turns, ())


def take_over(turns: Turns, now_ms: int) -> Step:
    """The caller interrupts: the context gets what was played.

    Soon after a reply began it was the bot that had cut in: its reply is dropped, unheard, and the turn goes on.
    """
    turns = begin_silence(turns, now_ms)
    reply, caller = turns.reply, turns.caller
    actions: tuple[Action, ...] = ()
    if reply and reply.text and caller.turn_ms - reply.played_ms <= MERGE_MS:
        turns = replace(turns, caller=replace(caller, habit=caller.habit.cut_in()))
    else:
        turns, actions = commit(turns, cut=True)
    turns, dropped = discard(turns)
    return _hand_floor(replace(turns, owes=True), now_ms), actions + dropped


def resume(turns: Turns, now_ms: int) -> Step:
    """It was no interruption: go on at the word where the output was paused."""
    caller = turns.caller
    if turns.reply is None:
        return settle(turns, now_ms)
    until_ms = turns.reply.until_ms + now_ms - turns.since_ms
    reply = replace(turns.reply, until_ms=until_ms)
    actions: tuple[Action, ...] = (Forget(caller.segment), Resume(reply.generation))
    if turns.offer is Offer.FOUND and not reply.line:
        actions += (FinishClause(reply.generation),)
    caller = replace(caller, opened=False, finals=caller.segment, partial="")
    return replace(turns, state=State.SPEAKING, since_ms=now_ms, caller=caller, reply=reply), actions


def end(turns: Turns, event: End, now_ms: int) -> Step:
    """The call has to end."""
    return close(turns, event.ending, now_ms)


def hang_up(turns: Turns, event: Tick | Played | Failed, _: int) -> Step:
    """The goodbye was said, or its time is over."""
    ending = turns.ending
    if ending is None or (not isinstance(event, Tick) and not _current(turns, event)):
        return turns, ()
    turns, dropped = discard(turns)
    return replace(turns, over=True), (*dropped, HangUp(ending))


def hang_up_now(turns: Turns, event: End, _: int) -> Step:
    """The caller did not wait for the goodbye."""
    if event.ending is not Ending.BYE:
        return turns, ()
    turns, dropped = discard(turns)
    return replace(turns, over=True), (*dropped, HangUp(event.ending))


def _current(turns: Turns, event: Played | Failed) -> bool:
    return turns.reply is not None and turns.reply.generation == event.generation


def _hand_floor(turns: Turns, now_ms: int) -> Turns:
    state = State.USER_SPEAKING if turns.caller.voiced else State.USER_PAUSING
    return replace(turns, state=state, since_ms=now_ms)
