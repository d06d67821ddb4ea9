"""Hard rules in calls that one engine holds, under virtual time."""

import pytest

from bot.turns.state import Ending
from tests.unit.bot.conversation.scripted_converser import ANSWER, ScriptedConverser, world
from tests.unit.bot.conversation.world import SCRIPT


@pytest.mark.parametrize("writes_s", [0.0, 0.05, 0.4])
def test_a_hard_rule_goes_before_the_engine(writes_s: float) -> None:
    """Of its answer, be it there already, nothing is heard; the rule's has its effect on the call."""
    engine = ScriptedConverser(writes_s=writes_s)
    call = world(engine)
    call.says(4_000, "goodbye")
    call.run(14_000)
    assert call.sayings()[1][1] == "Goodbye! It was nice to talk with you."
    assert len(call.sayings()) == 2
    assert engine.interrupted == [0, 0]
    assert call.context[1:] == ["goodbye", "Goodbye! It was nice to talk with you."]
    assert call.ending is not None
    assert call.ending[1] is Ending.FAREWELL


def test_the_engine_has_the_conversation_back_after_a_rule() -> None:
    """What is said next is its own again."""
    call = world(ScriptedConverser())
    call.says(4_000, "are you human")
    call.says(12_000, "what a long day")
    call.run(18_000)
    human, answer = (saying for _, saying in call.sayings(4_000))
    assert human in SCRIPT.intents["human"].replies
    assert answer == ANSWER


def test_a_rule_waits_for_the_end_of_the_disclosure() -> None:
    """Nothing interrupts that."""
    call = world(ScriptedConverser())
    call.says(400, "goodbye")
    call.run(14_000)
    assert (
        " ".join(saying for _, saying in call.sayings())
        == f"{SCRIPT.lines['disclosure']} Goodbye! It was nice to talk with you."
    )


def test_an_answer_waits_for_the_words_that_it_answers() -> None:
    """Before them nobody knows whether it may be heard; it is whole nevertheless."""
    call = world(ScriptedConverser(writes_s=0.6))
    call.says(4_000, "what a long day")
    call.run(9_000)
    assert call.sayings(4_000) == [(5_740, ANSWER)]
