"""The rules while a reply is due: THINKING. Pure."""

from dataclasses import replace

from bot.turns.actions import Action, Fill, Pause
from bot.turns.events import Audio, Failed, Final, Tick, Voiced
from bot.turns.listening import store, take_final
from bot.turns.moves import Step, ask, discard, listen, play, say, settle
from bot.turns.state import BLIP_MS, Line, Reply, State, Turns
from bot.turns.words import join, same, words


def conclude(turns: Turns, event: Final, now_ms: int) -> Step:
    """The caller's words are known: answer them."""
    before = turns.caller.concluded
    turns, _ = take_final(turns, event, now_ms)
    if before or not turns.caller.concluded:
        return turns, ()
    if turns.caller.heard:
        return answer(replace(turns, prompts=0, repeated=False), now_ms)
    return ask_again(turns, now_ms)


def ask_again(turns: Turns, now_ms: int) -> Step:
    """Not a word was recognised: ask for it once, unless it was a noise that interrupted nothing."""
    noise = turns.caller.speech_ms < BLIP_MS and not turns.owes
    if noise or turns.repeated:
        return settle(replace(turns, owes=False), now_ms)
    return say(replace(turns, repeated=True), Line.REPEAT, now_ms)


def answer(turns: Turns, now_ms: int, *, embedded: bool = False) -> Step:
    """Play the reply that was prepared for these very words, or have one made."""
    reply, heard = turns.reply, turns.caller.heard
    if reply is None or not same(reply.text, heard):
        return ask(turns, heard, embedded=embedded)
    if reply.audio_ms:
        return play(turns, reply, now_ms)
    return ask(turns, heard, embedded=True) if embedded and not reply.embedded else (turns, ())


def begin_reply(turns: Turns, event: Audio, now_ms: int) -> Step:
    """The reply has audio: speak, if the words that it answers are final."""
    turns, _ = store(turns, event, now_ms)
    reply = turns.reply
    if reply is None or not (reply.text and reply.audio_ms and turns.caller.concluded):
        return turns, ()
    return play(turns, reply, now_ms)


def hurry(turns: Turns, _: Tick, now_ms: int) -> Step:
    """No audio yet: a filler, then a reply that needs no network, then an apology."""
    passed = turns.thinking
    turns = replace(turns, thinking=min(passed + 1, 2))
    if passed == 0:
        return fill(turns)
    if passed == 1:
        return hasten(turns, now_ms)
    return say(turns, Line.APOLOGY, now_ms)


def fill(turns: Turns) -> Step:
    """Sound a filler, once in a turn, and only where something was said."""
    if turns.filled or not words(join(turns.caller.heard, turns.caller.partial)):
        return turns, ()
    reply = turns.reply or Reply(turns.generation + 1)
    number = turns.fillers + 1
    turns = replace(turns, generation=max(turns.generation, reply.generation), reply=reply, filled=True, fillers=number)
    return turns, (Fill(reply.generation, number),)


def hasten(turns: Turns, now_ms: int) -> Step:
    """Answer without network; without the final words, on what was recognised before, if anything was."""
    caller = turns.caller
    if not caller.concluded:
        caller = replace(caller, heard=join(caller.heard, caller.partial), finals=caller.segment)
    turns = replace(turns, caller=caller)
    if not words(caller.heard):
        return ask_again(turns, now_ms)
    return answer(replace(turns, prompts=0, repeated=False), now_ms, embedded=True)


def give_up(turns: Turns, event: Failed, now_ms: int) -> Step:
    """The reply came to nothing: have another one made, or apologise."""
    reply = turns.reply
    if reply is None or reply.generation != event.generation:
        return turns, ()
    if reply.embedded:
        return say(turns, Line.APOLOGY, now_ms)
    if turns.caller.concluded:
        return ask(turns, turns.caller.heard, embedded=True)
    return discard(turns)


def reopen(turns: Turns, event: Voiced, now_ms: int) -> Step:
    """The turn was not over: take it up again, and keep the reply in case that nothing more is said."""
    caller = turns.caller
    pause_ms = event.since_ms - caller.silent_ms
    hushed: tuple[Action, ...] = ()
    if turns.reply and turns.thinking:
        hushed = (Pause(turns.reply.generation),)
    turns = replace(turns, caller=replace(caller, habit=caller.habit.paused(pause_ms)))
    turns, opened = listen(turns, event.since_ms, State.USER_SPEAKING, now_ms)
    return turns, hushed + opened
