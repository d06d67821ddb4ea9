"""The moves that several rules of the turn machine share. Pure."""

from dataclasses import replace

from bot.turns.actions import Action, Commit, Discard, FinishClause, Forget, Generate, HangUp, Listen, Play, Say
from bot.turns.state import GOODBYE_MS, LINE_MS, Ending, Line, Offer, Reply, State, Turns

Step = tuple[Turns, tuple[Action, ...]]


def listen(turns: Turns, since_ms: int, state: State, now_ms: int) -> Step:
    """Open a segment for a voice that began."""
    segment = turns.caller.segment + 1
    caller = replace(
        turns.caller,
        segment=segment,
        opened=True,
        partial="",
        turn_ms=since_ms,
        voiced=True,
        voiced_ms=since_ms,
        speech_ms=0,
        window_ms=None,
    )
    return replace(turns, state=state, since_ms=now_ms, caller=caller), (Listen(segment),)


def discard(turns: Turns) -> Step:
    """Drop what the bot says or prepares, if anything."""
    if turns.reply is None:
        return turns, ()
    return replace(turns, reply=None), (Discard(turns.reply.generation),)


def ask(turns: Turns, text: str, *, speculative: bool = False, embedded: bool = False) -> Step:
    """Have a reply made, in place of any other. A number that was taken for a filler is the reply's."""
    reserved = turns.reply is not None and not turns.reply.text and not turns.reply.line
    turns, dropped = (turns, ()) if reserved else discard(turns)
    generation = turns.generation if reserved else turns.generation + 1
    reply = Reply(generation, text, embedded=embedded)
    asked = Generate(generation, text, speculative=speculative, embedded=embedded)
    return replace(turns, generation=generation, reply=reply), (*dropped, asked)


def play(turns: Turns, reply: Reply, now_ms: int) -> Step:
    """Begin to speak. While a person waits, one clause is enough."""
    reply = replace(reply, played_ms=now_ms, until_ms=now_ms + reply.audio_ms)
    actions: tuple[Action, ...] = (Play(reply.generation),)
    if turns.offer is Offer.FOUND:
        actions += (FinishClause(reply.generation),)
    return replace(turns, state=State.SPEAKING, since_ms=now_ms, reply=reply), actions


def say(turns: Turns, line: Line, now_ms: int, state: State = State.SPEAKING) -> Step:
    """Speak a line of the bot's own, in place of any reply."""
    turns, dropped = discard(turns)
    generation = turns.generation + 1
    reply = Reply(generation, line=line, played_ms=now_ms, until_ms=now_ms + LINE_MS)
    turns = replace(turns, state=state, since_ms=now_ms, generation=generation, reply=reply)
    return turns, (*dropped, Say(generation, line))


def commit(turns: Turns, *, cut: bool = False) -> Step:
    """Enter the exchange that the bot's turn ends into the context."""
    if turns.reply is None:
        return turns, ()
    committed = Commit(turns.reply.generation, turns.caller.heard, cut=cut)
    return replace(turns, caller=replace(turns.caller, heard=""), filled=False, owes=False), (committed,)


def settle(turns: Turns, now_ms: int) -> Step:
    """Leave the floor to whoever wants it; to the bot, while it has a person to offer."""
    turns, dropped = discard(turns)
    if turns.offer is Offer.FOUND:
        turns, said = say(replace(turns, offer=Offer.SAID), Line.OFFER, now_ms)
        return turns, dropped + said
    return replace(turns, state=State.LISTENING, since_ms=now_ms), dropped


def close(turns: Turns, ending: Ending, now_ms: int) -> Step:
    """End the call: with a goodbye where it fits and the bot has said what it is, at once otherwise."""
    disclosed = turns.state not in {State.CONNECTING, State.DISCLOSING}
    committed: tuple[Action, ...] = ()
    if turns.state in {State.SPEAKING, State.OVERLAP}:
        turns, committed = commit(turns, cut=True)
    turns, dropped = discard(turns)
    if turns.caller.opened:
        dropped += (Forget(turns.caller.segment),)
        turns = replace(turns, caller=replace(turns.caller, opened=False))
    turns = replace(turns, state=State.CLOSING, since_ms=now_ms, ending=ending)
    if disclosed and ending in GOODBYE_MS:
        line = Line.HANDOVER if ending is Ending.HANDOVER else Line.GOODBYE
        turns, parting = say(turns, line, now_ms, State.CLOSING)
    else:
        turns, parting = replace(turns, over=True), (HangUp(ending),)
    return turns, committed + dropped + parting
