"""Conversations under virtual time: who gets the floor when, to the millisecond."""

import pytest

from bot.turns import events as on
from bot.turns.actions import (
    Commit,
    Discard,
    Fill,
    Finish,
    Generate,
    HangUp,
    Listen,
    Pause,
    Play,
    Say,
    TakePartial,
)
from bot.turns.state import Ending, Line, State
from tests.unit.bot.turns.driver import Engines, Shell

REPLY = "one two three four five six seven eight nine ten"


def call(says: dict[int, str] | None = None, engines: Engines | None = None) -> Shell:
    """Return a call whose media is up at 0; the disclosure is over at 2000, and the log begins there."""
    shell = Shell([(0, on.Connected())], says or {}, engines or Engines()).run(2_000)
    if not shell.turns.caller.opened:
        shell.log.clear()
        shell.context.clear()
    return shell


def test_the_disclosure_comes_first() -> None:
    """As soon as media flows the bot says what it is, and listens afterwards."""
    shell = Shell([(700, on.Connected())]).run(2_700)
    assert shell.log == [(700, Say(1, Line.DISCLOSURE)), (2_700, Commit(1, ""))]
    assert shell.context == [("", "I am a bot", False)]
    assert shell.turns.state is State.LISTENING


def test_nothing_interrupts_the_disclosure_and_nothing_said_into_it_is_lost() -> None:
    """Speech that ended within it is taken up when it is over, in the segment that was opened for it."""
    shell = Shell([(0, on.Connected())], {1: "hello bot"}).voice(500, 1_500).run(3_000)
    assert shell.log == [
        (0, Say(1, Line.DISCLOSURE)),
        (560, Listen(1)),
        (2_000, Commit(1, "")),
        (2_000, TakePartial(1)),
        (2_020, Generate(2, "hello bot", speculative=True)),
        (2_020, Finish(1)),
        (2_320, Play(2)),
    ]


def test_speech_that_outlasts_the_disclosure_goes_on() -> None:
    """The caller has the floor when the disclosure is over."""
    shell = Shell([(0, on.Connected())], {1: "hello bot"}).voice(1_500, 2_600)
    assert shell.run(2_000).turns.state is State.USER_SPEAKING
    assert (3_000, Finish(1)) in shell.run(3_100).log


def test_a_disclosure_that_nobody_heard_ends_the_call() -> None:
    """An undisclosed bot says nothing else, not even goodbye."""
    shell = Shell([(0, on.Connected())], engines=Engines(playing=False)).run(60_000)
    assert shell.log[1:] == [(5_000, Discard(1)), (5_000, HangUp(Ending.UNDISCLOSED))]


def test_a_turn_is_answered_from_speculation() -> None:
    """120 ms after the voice ended the reply is begun, and played as soon as the window is over and it has audio."""
    shell = call({1: "tell me a joke"}, Engines(complete=True, brain_ms=100)).voice(3_000, 4_000).run(10_000)
    assert shell.log == [
        (3_060, Listen(1)),
        (4_120, TakePartial(1)),
        (4_140, Generate(2, "tell me a joke", speculative=True)),
        (4_240, Finish(1)),
        (4_260, Play(2)),
        (9_260, Commit(2, "tell me a joke")),
    ]
    assert shell.context == [("tell me a joke", REPLY, False)]


@pytest.mark.parametrize(
    ("text", "complete", "window_ms"),
    [("tell me a joke", True, 240), ("a long day", False, 400), ("", False, 700), ("my name is", False, 1000)],
)
def test_the_window_follows_the_words(text: str, complete: bool, window_ms: int) -> None:
    """The silence is counted from the end of the voice, not from when that was found out."""
    shell = call({1: text}, Engines(complete=complete)).voice(3_000, 4_000).run(6_000)
    assert shell.happened(Finish) == [(4_000 + window_ms, Finish(1))]


def test_without_capacity_the_reply_is_begun_at_the_end() -> None:
    """Speculation is what is given up first."""
    shell = call({1: "a long day"}, Engines(speculate=False)).voice(3_000, 4_000).run(5_000)
    assert shell.happened(Generate, Play) == [(4_420, Generate(2, "a long day")), (4_720, Play(2))]


def test_a_pause_within_a_turn_keeps_the_floor_and_the_same_words_keep_the_reply() -> None:
    """The voice comes back within the window; the next partial is the same, so nothing is made anew."""
    shell = call({1: "a long day"}).voice(3_000, 4_000).voice(4_200, 4_300).run(6_000)
    assert shell.happened(Generate, Finish, Play, Discard) == [
        (4_140, Generate(2, "a long day", speculative=True)),
        (4_700, Finish(1)),
        (4_720, Play(2)),
    ]


def test_other_words_drop_the_speculation() -> None:
    """A reply to half a sentence is discarded, and its number never comes back."""
    shell = call({1: "a long"}).voice(3_000, 4_000).voice(4_200, 5_000).run(4_300)
    shell.says[1] = "a long day"
    assert shell.run(6_000).happened(Generate, Discard, Play) == [
        (4_140, Generate(2, "a long", speculative=True)),
        (5_140, Discard(2)),
        (5_140, Generate(3, "a long day", speculative=True)),
        (5_440, Play(3)),
    ]


def test_without_capacity_a_reply_to_other_words_is_dropped_all_the_same() -> None:
    """What nobody will hear takes no more of what is short."""
    shell = call({1: "a long"}).voice(3_000, 4_000).voice(4_200, 5_000).run(4_300)
    shell.says[1], shell.engines.speculate = "a long day", False
    assert shell.run(6_000).happened(Generate, Discard, after_ms=4_300) == [
        (5_140, Discard(2)),
        (5_420, Generate(3, "a long day")),
    ]


def test_pauses_are_learned() -> None:
    """Who pauses for 300 ms gets 30 ms more the next time."""
    shell = call({1: "a long day"}).voice(3_000, 4_000).voice(4_300, 5_000).run(6_000)
    assert shell.happened(Finish) == [(5_430, Finish(1))]


def test_a_turn_has_an_end_whatever_sounds() -> None:
    """After 20 s the bot takes the floor, for a keyboard and a monologue alike."""
    shell = call({1: "on and on"}).voice(3_000, 90_000).run(24_000)
    assert shell.happened(Finish, Play) == [(23_000, Finish(1)), (23_320, Play(2))]


def test_a_noise_is_not_answered() -> None:
    """Less than 300 ms without a word: the bot goes on listening, and nobody hears of it."""
    shell = call().voice(3_000, 3_200).run(5_000)
    assert shell.log == [(3_060, Listen(1)), (3_320, TakePartial(1)), (3_900, Finish(1))]
    assert shell.turns.state is State.LISTENING


def test_what_was_not_understood_is_asked_for_once() -> None:
    """A voice without a word is asked to repeat; a second one in a row is taken for noise."""
    shell = call().voice(3_000, 4_000).voice(7_000, 8_000).run(10_000)
    assert shell.happened(Say) == [(4_720, Say(2, Line.REPEAT))]
    assert shell.turns.state is State.LISTENING


def test_a_late_reply_is_bridged() -> None:
    """A filler at 600 ms, a reply without network at 2.5 s; the reply that is too late is never played."""
    shell = call({1: "a long day"}, Engines(brain_ms=9_000)).voice(3_000, 4_000).run(20_000)
    assert shell.happened(Generate, Fill, Discard, Play) == [
        (4_140, Generate(2, "a long day", speculative=True)),
        (5_000, Fill(2, 1)),
        (6_900, Discard(2)),
        (6_900, Generate(3, "a long day", embedded=True)),
        (6_950, Play(3)),
    ]
    assert shell.context == [("a long day", REPLY, False)]


def test_an_apology_when_nothing_answers() -> None:
    """6 s without any audio: the bot says that it is sorry, and that is what the context gets."""
    shell = call({1: "a long day"}, Engines(brain_ms=None, embedded_ms=None)).voice(3_000, 4_000).run(12_000)
    assert shell.happened(Fill, Play, Say) == [(5_000, Fill(2, 1)), (10_400, Say(4, Line.APOLOGY))]
    assert shell.context == [("a long day", "sorry about that", False)]


def test_two_late_replies_have_two_fillers() -> None:
    """Their numbers differ, so that the shell takes another one."""
    shell = call({1: "one", 2: "two"}, Engines(brain_ms=1_500)).voice(3_000, 4_000).voice(12_000, 13_000).run(20_000)
    assert [action for _, action in shell.happened(Fill)] == [Fill(2, 1), Fill(3, 2)]


def test_a_deaf_recogniser_is_bridged_too() -> None:
    """Without final words the bot asks for them again after 2.5 s."""
    shell = call({1: "a long day"}, Engines(stt_ms=None)).voice(3_000, 4_000).run(8_000)
    assert shell.happened(Finish, Fill, Say) == [(4_700, Finish(1)), (7_200, Say(2, Line.REPEAT))]


def test_without_the_final_words_the_partial_ones_are_answered() -> None:
    """The recogniser breaks down between the two."""
    shell = call({1: "a long day"}, Engines(brain_ms=None)).voice(3_000, 4_000).run(4_200)
    shell.engines.stt_ms = None
    assert shell.run(8_000).happened(Generate, Play) == [
        (4_140, Generate(2, "a long day", speculative=True)),
        (6_900, Generate(3, "a long day", embedded=True)),
        (6_950, Play(3)),
    ]


def test_a_reply_that_fails_is_made_without_network_at_once() -> None:
    """A failure is not waited out; when the second engine fails as well, the bot apologises."""
    shell = call({1: "a long day"}, Engines(brain_ms=None, embedded_ms=None)).voice(3_000, 4_000)
    shell.at(4_500, on.Failed(2))
    shell.at(4_600, on.Failed(3))
    assert shell.run(5_000).happened(Generate, Discard, Say) == [
        (4_140, Generate(2, "a long day", speculative=True)),
        (4_500, Discard(2)),
        (4_500, Generate(3, "a long day", embedded=True)),
        (4_600, Discard(3)),
        (4_600, Say(4, Line.APOLOGY)),
    ]


def test_a_turn_that_goes_on_while_the_bot_thinks_is_taken_up_again() -> None:
    """Both fragments are one turn, and the reply to the first one is never heard."""
    shell = call({1: "i went home", 2: "by train"}, Engines(brain_ms=800)).voice(3_000, 4_000).voice(4_450, 5_000)
    assert shell.run(12_000).log == [
        (3_060, Listen(1)),
        (4_120, TakePartial(1)),
        (4_140, Generate(2, "i went home", speculative=True)),
        (4_400, Finish(1)),
        (4_510, Listen(2)),
        (5_120, TakePartial(2)),
        (5_140, Discard(2)),
        (5_140, Generate(3, "i went home by train", speculative=True)),
        (5_475, Finish(2)),
        (5_940, Play(3)),
        (10_940, Commit(3, "i went home by train")),
    ]


def test_a_blip_while_the_bot_thinks_costs_no_reply() -> None:
    """A cough into the filler: that stops, and the words are the same, so is the reply."""
    shell = call({1: "a long day"}, Engines(brain_ms=2_000)).voice(3_000, 4_000).voice(5_100, 5_200).run(12_000)
    assert shell.log == [
        (3_060, Listen(1)),
        (4_120, TakePartial(1)),
        (4_140, Generate(2, "a long day", speculative=True)),
        (4_400, Finish(1)),
        (5_000, Fill(2, 1)),
        (5_160, Pause(2)),
        (5_160, Listen(2)),
        (5_320, TakePartial(2)),
        (5_690, Finish(2)),
        (6_140, Play(2)),
        (11_140, Commit(2, "a long day")),
    ]


def test_a_reply_waits_for_the_final_words() -> None:
    """Audio that is ready before them is not played: they may be others."""
    shell = call({1: "tell me a joke"}, Engines(complete=True, stt_ms=200, brain_ms=100)).voice(3_000, 4_000)
    assert shell.run(6_000).happened(Generate, Finish, Play) == [
        (4_320, Generate(2, "tell me a joke", speculative=True)),
        (4_320, Finish(1)),
        (4_520, Play(2)),
    ]


def test_one_filler_is_enough_for_a_turn() -> None:
    """A turn that was taken up again has had its own."""
    shell = call({1: "a long day"}, Engines(brain_ms=None)).voice(3_000, 4_000).voice(5_100, 5_200).run(8_000)
    assert shell.happened(Fill, Finish) == [(4_400, Finish(1)), (5_000, Fill(2, 1)), (5_690, Finish(2))]


def test_a_voice_that_does_not_end_and_says_nothing_is_asked_to_repeat() -> None:
    """20 s of it are no short noise."""
    assert call().voice(3_000, 90_000).run(24_000).happened(Say) == [(23_020, Say(2, Line.REPEAT))]
