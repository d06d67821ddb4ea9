"""Both speak: who goes on, and what the context gets. Under virtual time, to the millisecond."""

import pytest

from bot.turns import events as on
from bot.turns.actions import (
    Action,
    Commit,
    Discard,
    Finish,
    FinishClause,
    Forget,
    Generate,
    HangUp,
    Listen,
    Pause,
    Play,
    Resume,
    Say,
    TakePartial,
)
from bot.turns.state import Ending, Line, State
from tests.unit.bot.turns.driver import Engines, Shell

# The reply has ten words in 49 characters and 5000 ms; it begins at 4440.
BEGINS_MS = 4_440


def speaking(says: dict[int, str] | None = None, engines: Engines | None = None) -> Shell:
    """Return a call in which the bot has just begun to answer "a long day"; the log begins there."""
    shell = Shell([(0, on.Connected())], {1: "a long day", **(says or {})}, engines or Engines())
    shell.voice(3_000, 4_000).run(BEGINS_MS)
    assert shell.log[-1] == (BEGINS_MS, Play(2))
    shell.log.clear()
    shell.context.clear()
    return shell


def test_an_interruption_silences_at_once_and_cancels_after_400_ms() -> None:
    """The context gets the caller's turn and what was played of the answer, marked as cut."""
    shell = speaking({2: "but why"}).voice(6_000, 7_000).run(8_000)
    assert shell.log == [
        (6_060, Pause(2)),
        (6_060, Listen(2)),
        (6_400, Commit(2, "a long day", cut=True)),
        (6_400, Discard(2)),
        (7_120, TakePartial(2)),
        (7_140, Generate(3, "but why", speculative=True)),
        (8_000, Finish(2)),
    ]
    assert shell.context == [("a long day", "one two three", True)]


def test_a_short_noise_resumes_after_500_ms_of_silence() -> None:
    """The reply goes on at the word that was cut, and is committed whole."""
    shell = speaking().voice(6_000, 6_200).run(12_000)
    assert shell.log == [
        (6_060, Pause(2)),
        (6_060, Listen(2)),
        (6_320, TakePartial(2)),
        (6_700, Forget(2)),
        (6_700, Resume(2)),
        (10_242, Commit(2, "a long day")),
    ]
    assert shell.context == [("a long day", Engines().reply, False)]


@pytest.mark.parametrize("complete", [False, True])
def test_a_backchannel_resumes(complete: bool) -> None:
    """ "Yeah, right" says that somebody listens, whatever it means to the dialogue as an answer."""
    shell = speaking({2: "yeah right"})
    shell.engines.complete = complete
    shell.voice(6_000, 6_360).run(8_000)
    assert shell.happened(Discard, Resume) == [(6_860, Resume(2))]


def test_what_stays_unclear_resumes_after_2_s() -> None:
    """Words that are neither a backchannel nor known, in 300 to 400 ms."""
    shell = speaking({2: "banana"}).voice(6_000, 6_360).run(9_000)
    assert shell.happened(Discard, Resume) == [(8_060, Resume(2))]


@pytest.mark.parametrize(("text", "complete", "window_ms"), [("stop", False, 400), ("next", True, 240)])
def test_a_stop_word_cancels_however_short_it_is(text: str, complete: bool, window_ms: int) -> None:
    """The same for an utterance that the dialogue knows; what was said is answered."""
    shell = speaking({2: text})
    shell.engines.complete = complete
    assert shell.voice(6_000, 6_200).run(6_700).log == [
        (6_060, Pause(2)),
        (6_060, Listen(2)),
        (6_320, TakePartial(2)),
        (6_340, Commit(2, "a long day", cut=True)),
        (6_340, Discard(2)),
        (6_340, Generate(3, text, speculative=True)),
        (6_200 + window_ms, Finish(2)),
        (6_640, Play(3)),
    ]


def test_an_interruption_without_a_word_is_asked_about() -> None:
    """The reply was cancelled for it, so the bot does not fall silent."""
    shell = speaking().voice(6_000, 6_500).run(8_000)
    assert shell.happened(Discard, Say) == [(6_400, Discard(2)), (7_220, Say(3, Line.REPEAT))]


def test_a_turn_that_goes_on_as_the_bot_begins_is_merged() -> None:
    """Within 700 ms it was the bot that cut in: its reply is not in the context, both fragments are one turn."""
    shell = speaking({2: "in the office"}).voice(4_900, 6_000).run(13_000)
    assert shell.log == [
        (4_960, Pause(2)),
        (4_960, Listen(2)),
        (5_300, Discard(2)),
        (6_120, TakePartial(2)),
        (6_140, Generate(3, "a long day in the office", speculative=True)),
        (6_600, Finish(2)),
        (6_620, Play(3)),
        (11_620, Commit(3, "a long day in the office")),
    ]
    assert [heard for heard, _, _ in shell.context] == ["a long day in the office"]


def test_later_than_700_ms_it_is_an_interruption() -> None:
    """The answer's beginning was heard, so the context has it."""
    shell = speaking({2: "in the office"}).voice(5_141, 6_000).run(7_000)
    assert shell.context == [("a long day", "one", True)]
    assert shell.happened(Generate) == [(6_140, Generate(3, "in the office", speculative=True))]


def test_a_reply_that_ends_as_the_caller_begins_was_played() -> None:
    """The output was done before it could be paused: nothing was cut, and the caller has the floor."""
    shell = speaking({2: "and you"}).voice(6_000, 7_000).run(6_100)
    shell.step(on.Played(2))
    assert shell.happened(Commit) == [(6_100, Commit(2, "a long day"))]
    assert shell.turns.state is State.USER_SPEAKING


def test_a_reply_that_stalls_is_apologised_for() -> None:
    """2 s beyond the end of its audio nothing more is expected."""
    shell = speaking()
    shell.output = None
    shell.run(12_000)
    assert shell.happened(Commit, Discard, Say) == [
        (11_440, Commit(2, "a long day", cut=True)),
        (11_440, Discard(2)),
        (11_440, Say(3, Line.APOLOGY)),
    ]


def test_more_audio_puts_the_stall_off() -> None:
    """A stream is not stalled as long as it comes; a pause stops its clock."""
    shell = speaking()
    shell.at(5_000, on.Audio(2, 1_000))
    shell.run(5_500)
    assert shell.turns.deadline_ms == 12_440
    shell.voice(6_000, 6_200).run(6_800)
    assert shell.turns.deadline_ms == 12_440 + 640


def test_a_person_is_offered_at_the_end_of_the_clause() -> None:
    """The rest of the reply is not said; declining goes on as if nothing had been."""
    shell = speaking()
    shell.at(5_000, on.HumanFound())
    shell.at(8_000, on.OfferEnded())
    expected: list[tuple[int, Action]] = [
        (5_000, FinishClause(2)),
        (5_440, Commit(2, "a long day")),
        (5_440, Say(3, Line.OFFER)),
        (7_040, Commit(3, "")),
        (15_040, Say(4, Line.QUESTION)),
    ]
    assert shell.run(15_500).log == expected
    assert shell.context[0] == ("a long day", "one two", False)


def test_a_person_is_offered_at_once_when_nobody_speaks() -> None:
    """And once only."""
    shell = Shell([(0, on.Connected()), (3_000, on.HumanFound()), (6_000, on.HumanFound())]).run(9_000)
    assert shell.happened(Say, after_ms=0) == [(3_000, Say(2, Line.OFFER))]


def test_a_person_found_while_the_caller_speaks_is_offered_after_one_clause_of_the_answer() -> None:
    """The caller is not interrupted for it."""
    shell = Shell([(0, on.Connected()), (3_500, on.HumanFound())], {1: "a long day"}).voice(3_000, 4_000).run(6_000)
    assert shell.happened(Play, FinishClause, Say, after_ms=0) == [
        (BEGINS_MS, Play(2)),
        (BEGINS_MS, FinishClause(2)),
        (5_440, Say(3, Line.OFFER)),
    ]


def test_accepting_says_so_and_closes_within_a_second() -> None:
    """Whatever the bot is saying stops."""
    shell = speaking()
    shell.at(6_000, on.End(Ending.HANDOVER))
    assert shell.run(9_000).log == [
        (6_000, Commit(2, "a long day", cut=True)),
        (6_000, Discard(2)),
        (6_000, Say(3, Line.HANDOVER)),
        (6_700, Discard(3)),
        (6_700, HangUp(Ending.HANDOVER)),
    ]


def test_voice_in_pieces_adds_up() -> None:
    """Twice 250 ms with a short gap are 500 ms of voice: the 400th cancels."""
    shell = speaking({2: "but why"}).voice(6_000, 6_250).voice(6_350, 6_600).run(7_000)
    assert shell.happened(Discard, Resume) == [(6_500, Discard(2))]


def test_a_stop_word_that_turns_out_to_be_nothing_is_asked_about_once() -> None:
    """However short it was, a reply was cancelled for it; the next click is a click again."""
    shell = speaking({2: "stop"}).voice(6_000, 6_200).run(6_400)
    shell.says[2] = ""
    shell.voice(9_000, 9_100).run(10_500)
    assert shell.happened(Discard, Say) == [
        (6_340, Discard(2)),
        (6_340 + 280, Discard(3)),
        (6_620, Say(4, Line.REPEAT)),
    ]
    assert shell.turns.state is State.LISTENING
    assert not shell.turns.owes


def test_an_answered_interruption_is_forgotten() -> None:
    """A click after it is a click."""
    shell = speaking({2: "but why"}).voice(6_000, 7_000).voice(14_000, 14_100).run(16_000)
    assert shell.happened(Say) == []
    assert shell.turns.state is State.LISTENING


def test_a_cut_in_is_forgiven_over_time() -> None:
    """200 ms for the one merged turn, 50 ms less once its answer was said."""
    shell = speaking({2: "in the office"}).voice(4_900, 6_000).run(11_000)
    assert shell.turns.caller.habit.penalty_ms == 200
    assert shell.run(12_000).turns.caller.habit.penalty_ms == 150


def test_what_was_forgotten_is_not_taken_up_later() -> None:
    """The words of a backchannel come late, in the caller's next turn: they are none of it."""
    shell = speaking({2: "yeah"}).voice(6_000, 6_200).voice(12_000, 13_000).run(12_500)
    assert shell.turns.state is State.USER_SPEAKING
    shell.step(on.Final(2, "yeah"))
    assert shell.turns.caller.heard == ""


def test_a_person_found_in_an_overlap_is_offered_after_the_clause_that_is_resumed() -> None:
    """The machine remembers it until the bot has the floor again."""
    shell = speaking().voice(6_000, 6_200)
    shell.at(6_100, on.HumanFound())
    assert shell.run(8_000).happened(Resume, FinishClause, Say) == [
        (6_700, Resume(2)),
        (6_700, FinishClause(2)),
        (7_242, Say(3, Line.OFFER)),
    ]


def test_a_person_who_was_offered_is_not_offered_again_in_the_next_reply() -> None:
    """Told twice is told once."""
    script = [(3_000, on.HumanFound()), (11_000, on.HumanFound())]
    shell = Shell([(0, on.Connected()), *script], {1: "a long day"}).voice(8_000, 9_000).run(20_000)
    assert shell.happened(FinishClause) == []
    assert [action for _, action in shell.happened(Say)] == [Say(1, Line.DISCLOSURE), Say(2, Line.OFFER)]
