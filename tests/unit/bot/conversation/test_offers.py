"""A person becomes free, and the caller's sound stops: whole calls under virtual time."""

import pytest

from bot.turns.state import Ending
from tests.unit.bot.conversation.scripted import ScriptedBrain, ScriptedTts
from tests.unit.bot.conversation.world import SCRIPT, World

REPLY = "one two six ten one two six ten one two six ten."
OFFER = "A person is free now. You can switch on the page, or stay with me."


def test_a_person_is_offered_at_the_end_of_the_clause() -> None:
    """The bot finishes what it is saying, not what it was going to say."""
    world = World(brain=ScriptedBrain(text="One two six ten, one two six ten. One two six ten one two six ten."))
    world.says(4_000, "what a long day")
    world.at(5_800, lambda call: call.human(free=True))
    world.run(14_000)
    assert " ".join(saying for _, saying in world.sayings(4_000)) == f"One two six ten, {OFFER}"
    assert world.context[1:] == ["what a long day", "One two six ten,", OFFER]


@pytest.mark.parametrize("voice_s", [0.0, 0.7])
def test_a_person_is_offered_in_the_middle_of_a_long_reply(voice_s: float) -> None:
    """What was still to be made of it is not waited for, whether enough of it is there or the voice is at it."""
    voice = ScriptedTts(first_s=voice_s)
    world = World(brain=ScriptedBrain(text="one two six ten. " * 40), configured_tts=voice)
    world.says(4_000, "what a long day")
    world.at(6_000, lambda call: call.human(free=True))
    world.run(14_000)
    assert " ".join(saying for _, saying in world.sayings(4_000)) == f"one two six ten. {OFFER}"
    assert world.context[2:] == ["one two six ten.", OFFER]


def test_a_person_is_offered_at_once_where_nobody_speaks() -> None:
    """And only once."""
    world = World()
    world.at(4_000, lambda call: call.human(free=True))
    world.at(8_000, lambda call: call.human(free=True))
    world.run(10_000)
    assert world.sayings(3_000) == [(4_020, OFFER)]


def test_who_stays_is_answered_as_before() -> None:
    """The switch was declined: the bot does not speak of it any more."""
    world = World()
    world.at(4_000, lambda call: call.human(free=True))
    world.at(7_500, lambda call: call.human(free=False))
    world.says(8_000, "what a long day")
    world.run(14_000)
    assert world.sayings(7_000) == [(9_240, REPLY)]


def test_a_person_who_is_gone_is_not_offered() -> None:
    """While the bot still spoke somebody else took the person."""
    world = World()
    world.says(4_000, "what a long day")
    world.at(4_500, lambda call: call.human(free=True))
    world.at(4_700, lambda call: call.human(free=False))
    world.run(14_000)
    assert [saying for _, saying in world.sayings(4_000)] == [REPLY]


def test_who_switches_hears_a_short_goodbye() -> None:
    """Whole, whatever is being said; then the call ends."""
    world = World()
    world.says(4_000, "what a long day")
    world.at(6_000, lambda call: call.end(Ending.HANDOVER))
    world.run(14_000)
    assert world.ending is not None
    assert world.ending[1] is Ending.HANDOVER
    assert world.ending[0] <= 7_040
    assert world.sayings(4_000)[-1][1].endswith(SCRIPT.lines["handover"])


@pytest.mark.parametrize("packets", [True, False])
def test_mute_is_silence(packets: bool) -> None:
    """The voice stops with the sound, whether packets of silence come or none: the turn ends, and is answered."""
    world = World()
    world.says(4_000, "what a long day")
    if packets:
        world.mute(4_800, 12_000)
    else:
        world.gap(4_800, 12_000)
    world.says(12_500, "tell me a joke")
    world.run(16_000)
    assert world.context[1] == "what a long day"
    assert world.sayings(4_000)[0] == (5_240, REPLY)
    assert world.context[3] == "tell me a joke"


def test_the_end_of_a_mute_is_no_voice() -> None:
    """The room that comes back is as loud as it was before."""
    world = World()
    world.mute(3_000, 30_000)
    world.run(40_000)
    assert world.context == [saying for _, saying in world.sayings()]
    assert len(world.context) == 3
