"""Hard rules in calls that one engine holds, under virtual time."""

import pytest

from bot.turns.state import Ending
from tests.unit.bot.conversation.scripted import ScriptedTts
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


def test_who_speaks_into_a_goodbye_stays() -> None:
    """It ends at once, and the engine answers what was said into it."""
    call = world(ScriptedConverser())
    call.says(4_000, "goodbye")
    call.says(5_400, "what a long day")
    call.run(14_000)
    assert call.ending is None
    assert call.context[1:] == ["goodbye", "Goodbye! It was nice—", "what a long day", ANSWER]
    assert call.spans[1][1] <= 5_460


def test_nothing_interrupts_a_dismissal() -> None:
    """Who is sent away hears why."""
    call = world(ScriptedConverser())
    call.says(4_000, "i am twelve")
    call.says(6_000, "what a long day")
    call.run(14_000)
    (dismissal,) = SCRIPT.intents["minor"].replies
    assert " ".join(saying for _, saying in call.sayings(4_000)) == dismissal
    assert call.ending is not None
    assert call.ending[1] is Ending.FAREWELL


def test_no_more_of_an_answer_is_made_when_the_caller_speaks_into_it() -> None:
    """What a slow voice has still to say of it does not come over them."""
    call = world(ScriptedConverser(), ScriptedTts(first_s=0.6))
    call.says(4_000, "are you recording")
    ends_ms = call.says(6_000, "what a long day what a long day")
    call.run(12_000)
    first, second = call.spans[1:]
    assert first[1] <= 6_060
    assert second[0] > ends_ms
    assert call.context[-1] == ANSWER
    assert call.context[2].endswith("—")


def test_a_person_is_offered_when_who_spoke_into_an_answer_has_had_another() -> None:
    """And not while they speak."""
    call = world(ScriptedConverser())
    call.says(4_000, "are you human")
    call.at(5_800, lambda conversation: conversation.human(free=True))
    call.says(6_000, "what a long day")
    call.run(14_000)
    offer = SCRIPT.lines["offer"]
    assert [saying for _, saying in call.sayings(6_100)] == [f"{ANSWER} {offer}"]


def test_a_rule_does_not_speak_over_who_goes_on() -> None:
    """What it answers was written down when they spoke again: it waits, and answers all of that."""
    engine = ScriptedConverser(writes_s=0.4)
    call = world(engine)
    call.says(4_000, "are you human")
    ends_ms = call.says(4_940, "what a long day")
    call.run(14_000)
    (begins_ms, human), *more = call.sayings(4_000)
    assert begins_ms >= ends_ms + 300
    assert human in SCRIPT.intents["human"].replies
    assert not more
    assert call.context[1:] == ["are you human. what a long day", human]


def test_nobody_is_offered_over_who_goes_on() -> None:
    """A rule waits for them, and so does the bot with a person who comes meanwhile."""
    call = world(ScriptedConverser(writes_s=0.4))
    call.says(4_000, "are you human")
    ends_ms = call.says(4_940, "what a long day what a long day")
    call.at(5_600, lambda conversation: conversation.human(free=True))
    call.run(16_000)
    assert call.sayings(4_000)[0][0] >= ends_ms + 300
    assert SCRIPT.lines["offer"] in " ".join(saying for _, saying in call.sayings(4_000))


def test_who_goes_on_after_a_goodbye_stays() -> None:
    """Theirs, before the bot has answered it: it never does."""
    call = world(ScriptedConverser(writes_s=0.4))
    call.says(4_000, "goodbye")
    call.says(4_740, "what a long day")
    call.run(14_000)
    assert call.ending is None
    assert call.context[1:] == ["goodbye", "what a long day", ANSWER]
    assert [saying for _, saying in call.sayings(4_000)] == [ANSWER]


@pytest.mark.parametrize("text", ["goodbye", "are you human"])
def test_a_rule_whose_answer_is_being_made_waits_for_who_goes_on(text: str) -> None:
    """The voice is slow: what it says comes behind the caller, not over them."""
    call = world(ScriptedConverser(), ScriptedTts(first_s=0.5))
    call.book = False
    spoken_ms = call.says(4_000, text)
    ends_ms = call.says(spoken_ms + 400, "what a long day")
    call.run(14_000)
    said = [ANSWER] if text == "goodbye" else SCRIPT.intents["human"].replies
    assert call.sayings(4_000)[0][0] >= ends_ms + 300
    assert " ".join(saying for _, saying in call.sayings(4_000)) in said
    assert call.ending is None


def test_of_two_rules_the_first_in_the_script_answers() -> None:
    """Both were said into the disclosure; neither takes the other's place."""
    call = world(ScriptedConverser())
    call.says(200, "i want to die")
    call.says(1_400, "are you human")
    call.run(14_000)
    (danger,) = SCRIPT.intents["danger"].replies
    assert " ".join(saying for _, saying in call.sayings()) == f"{SCRIPT.lines['disclosure']} {danger}"
    assert call.context[1] == "i want to die. are you human"
