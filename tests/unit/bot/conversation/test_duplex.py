"""Calls that one engine holds, under virtual time."""

import asyncio
from dataclasses import replace

import pytest

from bot.conversation.conversation import Conversation
from bot.conversation.duplex import WHOLE_MS, Answer
from bot.engines.embedded.deaf import DeafStt
from bot.engines.errors import Unavailable
from bot.turns.state import Ending
from tests.unit.bot.conversation.scripted import ScriptedBrain
from tests.unit.bot.conversation.scripted_converser import ANSWER, ScriptedConverser, world
from tests.unit.bot.conversation.world import SCRIPT, World

HELLO = (20, "I am an A I bot and not a person.")
REPLY = "one two six ten one two six ten one two six ten."
APOLOGY = "Sorry, my thoughts got stuck. Where were we?"


def test_the_disclosure_comes_first_in_the_bots_own_voice() -> None:
    """Then the engine answers, and what both said is remembered for whoever may take over."""
    engine = ScriptedConverser()
    call = world(engine)
    call.says(4_000, "what a long day")
    call.run(9_000)
    assert call.sayings() == [HELLO, (5_240, ANSWER)]
    assert call.context == [HELLO[1], "what a long day", ANSWER]
    assert engine.interrupted == [0]
    assert engine.opened == 0


def test_what_is_said_into_the_disclosure_is_answered_after_it() -> None:
    """The engine is ready early: it has to wait."""
    call = world(ScriptedConverser())
    call.says(400, "hello")
    call.run(9_000)
    assert [saying for _, saying in call.sayings()] == [HELLO[1], ANSWER]
    assert call.spans[1][0] - call.spans[0][1] <= 60


def test_an_interruption_tells_the_engine_what_was_played() -> None:
    """The bot is silent at once, and both remember the same."""
    engine = ScriptedConverser()
    call = world(engine)
    call.says(4_000, "what a long day")
    call.says(6_000, "but why")
    call.run(12_000)
    assert engine.interrupted == [0, 800]
    assert call.sayings(4_000) == [(5_240, "red sun old sea"), (6_840, ANSWER)]
    assert call.spans[1][1] <= 6_080
    assert call.context == [HELLO[1], "what a long day", "red sun old sea—", "but why", ANSWER]


def test_an_answer_that_was_heard_to_its_end_is_not_taken_back() -> None:
    """When the caller speaks again, and when a rule then answers: of the newest answer all was heard."""
    engine = ScriptedConverser(writes_s=0.05)
    call = world(engine)
    call.says(4_000, "what a long day")
    call.says(8_000, "are you human")
    call.run(14_000)
    assert call.context[2] == ANSWER
    assert engine.interrupted == [0, WHOLE_MS, WHOLE_MS]


def test_an_answer_to_half_a_turn_is_not_heard() -> None:
    """Who goes on before it has come is not spoken over."""
    call = world(ScriptedConverser())
    ends_ms = call.says(4_000, "what a long day")
    call.says(ends_ms + 340, "but why")
    call.run(9_000)
    assert call.sayings(4_000) == [(5_980, ANSWER)]


def test_an_engine_that_cannot_begin_is_not_missed() -> None:
    """Ears, mind and voice have the call from its beginning."""
    call = world(ScriptedConverser(refuses=Unavailable()))
    call.says(4_000, "what a long day")
    call.run(9_000)
    assert call.sayings(4_000) == [(5_240, REPLY)]


def test_an_engine_that_fails_is_apologised_for_and_replaced() -> None:
    """The answer that it owed is not made up; the next one is made by ears, mind and voice."""
    brain = ScriptedBrain()
    call = world(ScriptedConverser(fails_after=1))
    call.brain = brain
    call.says(4_000, "what a long day")
    call.says(8_000, "but why")
    call.says(13_000, "what a long day")
    call.run(20_000)
    sayings = [saying for _, saying in call.sayings(4_000)]
    assert sayings == [ANSWER, APOLOGY, REPLY]
    assert brain.contexts == [[HELLO[1], "what a long day", ANSWER, "but why", APOLOGY]]


@pytest.mark.parametrize("refuses", [Unavailable(), None])
def test_a_bot_that_has_no_other_ears_says_goodbye(refuses: Unavailable | None) -> None:
    """Whether its engine cannot begin or fails: nobody talks to a bot that does not hear them."""
    engine = ScriptedConverser(refuses=refuses, fails_after=0)
    call = World(staffed=lambda staff: replace(staff, converser=engine, stt=DeafStt()))
    call.says(1_000, "what a long day")
    call.says(4_000, "what a long day")
    call.run(14_000)
    assert " ".join(saying for _, saying in call.sayings()) == f"{HELLO[1]} {SCRIPT.lines['goodbye']}"
    assert call.ending is not None
    assert call.ending[1] is Ending.DEAF


def test_a_rule_is_answered_before_a_bot_without_other_ears_says_goodbye() -> None:
    """What needs no ears is still done."""
    engine = ScriptedConverser()
    call = World(staffed=lambda staff: replace(staff, converser=engine, stt=DeafStt()))
    call.says(400, "i want to die")
    call.at(4_000, lambda _: engine._happened.put_nowait(Unavailable()))
    call.run(24_000)
    (danger,) = SCRIPT.intents["danger"].replies
    assert " ".join(saying for _, saying in call.sayings()) == f"{HELLO[1]} {danger} {SCRIPT.lines['goodbye']}"


def test_silence_is_broken_and_the_caller_may_break_that() -> None:
    """The bot asks in its own voice; it stops when the caller speaks into it."""
    call = world(ScriptedConverser())
    call.says(10_600, "what a long day")
    call.run(14_000)
    assert [ms for ms, _ in call.sayings(4_000)] == [10_000, 11_840]
    assert call.spans[1][1] <= 10_660
    assert "What would you like to talk about?".startswith(call.context[1].removesuffix("—"))
    assert call.context[3] == ANSWER


def test_a_person_is_offered_when_the_engine_has_spoken() -> None:
    """And who switches hears the goodbye, and nothing of the engine after it."""
    call = world(ScriptedConverser())
    call.says(4_000, "what a long day")
    call.at(5_600, lambda conversation: conversation.human(free=True))
    call.at(11_000, lambda conversation: conversation.end(Ending.HANDOVER))
    call.run(14_000)
    offer = "A person is free now. You can switch on the page, or stay with me."
    assert " ".join(saying for _, saying in call.sayings(4_000)[:1]).startswith(ANSWER)
    assert offer in " ".join(saying for _, saying in call.sayings(4_000))
    assert call.ending is not None
    assert call.ending[1] is Ending.HANDOVER


def test_nobody_is_asked_whether_they_are_there_while_they_speak() -> None:
    """A long monologue into an engine that waits is no silence."""
    call = world(ScriptedConverser())
    call.says(4_000, " ".join(["what", "a", "long", "day"] * 15))
    call.run(18_000)
    assert [saying for _, saying in call.sayings(4_000)] == [ANSWER]


@pytest.mark.parametrize("writes_s", [0.0, 60.0])
def test_nothing_is_left_of_an_answer(writes_s: float) -> None:
    """Whether it was being played or held back when the call ended."""
    call = world(ScriptedConverser(writes_s=writes_s))
    answers: list[Answer] = []

    def look(conversation: Conversation) -> None:
        assert conversation._duplex is not None
        assert conversation._duplex._answer is not None
        answers.append(conversation._duplex._answer)

    call.says(4_000, "what a long day")
    call.at(6_000, look)
    call.run(6_100)
    assert call.conversation is not None
    assert call.conversation._duplex is not None
    assert call.conversation._duplex._answer is None
    assert [(answer.words, bytes(answer.sound)) for answer in answers] == [("", b"")]


def test_an_answer_does_not_take_the_place_of_a_line_that_has_just_begun() -> None:
    """The goodbye is heard, and nothing of an answer that comes in the very moment of it."""
    engine = ScriptedConverser()
    call = world(engine)

    def both(conversation: Conversation) -> None:
        conversation.end(Ending.DRAIN)
        asyncio.get_running_loop().call_soon(engine.speak_up, conversation)

    engine.first_s = 0.0
    call.at(6_000, both)
    call.run(12_000)
    assert [saying for _, saying in call.sayings(4_000)] == [SCRIPT.lines["goodbye"]]


def test_two_answers_in_a_row_are_both_heard() -> None:
    """And remembered: an engine may say more of its own accord."""
    engine = ScriptedConverser()
    call = world(engine)
    call.says(4_000, "what a long day")
    call.at(5_600, engine.speak_up)
    call.run(12_000)
    assert " ".join(saying for _, saying in call.sayings(4_000)) == f"{ANSWER} {ANSWER}"
    assert " ".join(call.context[2:]) == f"{ANSWER} {ANSWER}"


def test_of_two_answers_in_a_row_the_engine_is_told_how_much_of_the_second_was_heard() -> None:
    """It knows them apart; the caller spoke into the first one, or into the second."""
    for spoken_ms, heard_ms in ((6_000, 0), (7_400, 600)):
        engine = ScriptedConverser()
        call = world(engine)
        call.says(4_000, "what a long day")
        call.at(5_600, engine.speak_up)
        call.says(spoken_ms, "but why")
        call.run(12_000)
        assert engine.interrupted == [0, heard_ms]
