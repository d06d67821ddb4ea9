"""Engines that fail, one stage after the other: the caller hears an answer each time, and nothing stays open."""

from dataclasses import replace

import pytest

from bot.engines.errors import BadAnswer, Busy, EngineError, RateLimited, TimedOut, Unavailable
from bot.engines.guard import Guard
from bot.engines.levels import Level, Stage
from bot.engines.limiter import Limiter
from tests.unit.bot.conversation.scripted import ScriptedBrain, ScriptedStt, ScriptedTts
from tests.unit.bot.conversation.world import World

REPLY = "one two six ten one two six ten one two six ten."
APOLOGY = "Sorry, my thoughts got stuck. Where were we?"
REPEAT = "Sorry, I did not catch that. Could you say it again?"


def answers(world: World) -> list[str]:
    """Return what the caller hears after the disclosure."""
    return [saying for _, saying in world.sayings(4_000)]


def test_a_mind_that_fails_is_stood_in_for_by_the_rules() -> None:
    """At once, and the failed one is not waited for."""
    world = World(brain=ScriptedBrain(text="", error=Unavailable()))
    world.says(4_000, "tell me a joke")
    world.run(7_000)
    assert world.sayings(4_000)[0][0] == 5_180
    assert answers(world)[0].startswith("Why do bots")


def test_a_mind_that_fails_in_the_middle_is_apologised_for() -> None:
    """What had come is played to its end first, and remembered."""
    brain = ScriptedBrain(text="one two six ten, one two six ten, one", error=Unavailable())
    world = World(brain=brain)
    world.says(4_000, "what a long day")
    world.run(10_000)
    assert " ".join(answers(world)) == f"one two six ten, {APOLOGY}"
    assert world.context[1:] == ["what a long day", "one two six ten,—", APOLOGY]


def test_a_mind_that_stalls_in_the_middle_is_apologised_for() -> None:
    """2 s after the end of what had come."""
    world = World(brain=ScriptedBrain(text="one two six ten, one", stalls=True))
    world.says(4_000, "what a long day")
    world.run(14_000)
    assert world.sayings(4_000)[1] == (8_020, APOLOGY)
    assert world.context[1:] == ["what a long day", "one two six ten,—", APOLOGY]


@pytest.mark.parametrize("pieces", [0, None])
def test_a_voice_that_fails_is_stood_in_for(pieces: int | None) -> None:
    """The same words in the embedded voice, where nothing of them had sounded."""
    voice = ScriptedTts(error=Unavailable() if pieces == 0 else None, pieces=pieces)
    embedded = ScriptedTts()
    world = World(configured_tts=voice, tts=embedded)
    world.says(4_000, "what a long day")
    world.run(10_000)
    assert answers(world) == [REPLY]
    assert bool(embedded.said) == (pieces == 0)
    assert voice.open == embedded.open == 0
    # One that has failed is not asked for the next clause.
    assert len(voice.said) == (1 if pieces == 0 else len(voice.said))


def test_a_voice_that_fails_in_the_middle_is_apologised_for() -> None:
    """What was heard of the clause is remembered, and no more."""
    world = World(configured_tts=ScriptedTts(error=TimedOut(), pieces=5))
    world.says(4_000, "what a long day")
    world.run(10_000)
    heard = answers(world)[0]
    assert heard.startswith("one two six ")
    said = world.context[2].removesuffix("—")
    assert heard.startswith(said)
    assert APOLOGY in " ".join(answers(world))


def test_a_voice_that_says_nothing_has_failed() -> None:
    """Silence is no answer."""
    world = World(configured_tts=ScriptedTts(pieces=0))
    world.says(4_000, "what a long day")
    world.run(10_000)
    assert answers(world) == [REPLY]


@pytest.mark.parametrize("error", [Unavailable(), TimedOut(), BadAnswer()])
def test_ears_that_fail_are_stood_in_for(error: EngineError) -> None:
    """The embedded ones hear the same sound; the words are answered."""
    embedded = ScriptedStt()
    world = World(configured_stt=ScriptedStt(fails=[error], blind=True), stt=embedded)
    world.says(4_000, "what a long day")
    world.run(10_000)
    assert embedded.streams[0].finished == ["what a long day"]
    assert world.context[1:] == ["what a long day", REPLY]


def test_ears_that_cannot_begin_are_stood_in_for() -> None:
    """The first ones, then both: there is a turn nevertheless, and the bot says that it did not understand."""
    world = World(configured_stt=ScriptedStt(refuses=Unavailable()))
    world.says(4_000, "what a long day")
    world.run(10_000)
    assert world.context[1:] == ["what a long day", REPLY]
    world = World(stt=ScriptedStt(refuses=Busy()))
    world.says(4_000, "what a long day")
    world.run(10_000)
    assert answers(world)[0] == REPEAT


def test_without_any_ears_the_words_that_were_known_are_answered() -> None:
    """Both fail at the end of the turn."""
    world = World(configured_stt=ScriptedStt(fails=[Unavailable()]), stt=ScriptedStt(fails=[Unavailable()]))
    world.says(4_000, "what a long day")
    world.run(10_000)
    assert world.context[1:] == ["what a long day", REPLY]


def test_without_any_words_the_bot_asks_again() -> None:
    """Nothing was understood at all, by nobody."""
    world = World(stt=ScriptedStt(blind=True, fails=[Unavailable()]))
    world.says(4_000, "what a long day")
    world.run(10_000)
    assert answers(world)[0] == REPEAT


def test_noise_is_not_taken_for_words() -> None:
    """Ears that are not sure heard none, unless they mean something."""
    world = World(stt=ScriptedStt(blind=True, confidence=0.5))
    world.says(4_000, "see the of the")
    world.run(9_000)
    assert answers(world)[0] == REPEAT
    world = World(stt=ScriptedStt(blind=True, confidence=0.5), brain=None)
    world.says(4_000, "tell me a joke")
    world.run(9_000)
    assert answers(world)[0].startswith("Why do bots")


def test_everything_fails_at_once() -> None:
    """The rules answer by what is in the book."""
    down = Unavailable()
    world = World(
        configured_stt=ScriptedStt(fails=[down] * 9, blind=True),
        brain=ScriptedBrain(text="", error=down),
        configured_tts=ScriptedTts(error=down, pieces=0),
    )
    world.says(4_000, "tell me a joke")
    world.run(9_000)
    assert answers(world)[0].startswith("Why do bots")


@pytest.mark.parametrize("text", ["i want to die", "are you human", "i am thirteen", "stop", "next person"])
def test_no_model_is_asked_about_safety(text: str) -> None:
    """Hard rules go before whatever mind is configured."""
    brain = ScriptedBrain()
    world = World(brain=brain)
    world.says(4_000, text)
    world.run(7_000)
    assert not brain.asked
    assert len(answers(world)) == 1


def test_a_lean_turn_is_short_and_not_begun_on_speculation() -> None:
    """After a refusal the next turn asks for less."""
    brain = ScriptedBrain(text="one two six ten. " * 40)
    world = World(brain=brain, configured_stt=ScriptedStt(fails=[RateLimited()]))
    world.says(4_000, "yes")
    world.says(12_000, "what a long day it was")
    world.run(50_000)
    assert brain.asked[-1] == ("what a long day it was", False)
    long = world.context[world.context.index("what a long day it was") + 1]
    assert 240 <= len(long) < 260


def test_two_late_answers_lower_the_level_and_a_probe_raises_it() -> None:
    """The third turn is made with less; after 15 s the engines are found well again."""
    levels = late(frozenset())
    assert levels[:3] == [Level.FULL, Level.FULL, Level.LEAN]
    assert Level.FULL in levels[3:]


def test_a_probe_that_misses_a_stage_does_not_lead_to_it() -> None:
    """The level gets no better by it: in the end the turns do without that stage."""
    levels = late(frozenset({Stage.MIND}))
    assert levels == sorted(levels)
    assert levels[-1] is Level.RULES


def late(silent: frozenset[Stage]) -> list[Level]:
    """Return the levels of a call whose mind is late, and of which a probe finds these stages silent."""

    async def probe() -> frozenset[Stage]:
        return silent

    world = World(brain=ScriptedBrain(first_s=60), staffed=lambda staff: replace(staff, probe=probe))
    levels: list[Level] = []
    for turn in range(5):
        world.says(4_000 + 12_000 * turn, "what a long day")
        world.at(11_000 + 12_000 * turn, lambda call: levels.append(call.level))
    world.run(64_000)
    return levels


def test_an_open_breaker_is_a_stage_less() -> None:
    """The turn does not ask an endpoint of which is known that it does not answer."""
    now = [0.0]
    guard = Guard(Limiter(target_s=1.0), lambda: now[0])
    brain = ScriptedBrain()
    world = World(brain=brain, staffed=lambda staff: replace(staff, guards={Stage.MIND: guard}))
    guard.breaker.failed(0.0, final=True)
    world.says(4_000, "tell me a joke")
    world.run(7_000)
    assert not brain.asked
    assert answers(world)[0].startswith("Why do bots")


def test_a_line_that_is_not_in_the_book_is_spoken_on_demand() -> None:
    """The disclosure comes a little later, and before anything else."""
    world = World(tts=ScriptedTts(first_s=0.3), book=False).run(4_000)
    assert world.sayings() == [(320, "I am an A I bot and not a person.")]


def slowly(turns: int) -> tuple[World, ScriptedTts]:
    """Return a call of so many turns, with nothing but embedded engines, whose voice gets slow after a line of it."""
    voice = ScriptedTts()
    world = World(tts=voice, brain=None, book=False)
    for turn in range(turns):
        world.says(8_000 + 16_000 * turn, "what a long day")
    world.at(7_000, lambda _: setattr(voice, "first_s", 3.0))
    return world, voice


def test_a_worker_takes_calls_again_when_its_engines_keep_up() -> None:
    """Two late turns of a call close the worker; one in time opens it."""
    world, voice = slowly(5)
    closed: list[bool] = []
    for turn in range(5):
        world.at(8_500 + 16_000 * turn, lambda call: closed.append(call.overloaded))
    world.at(39_000, lambda _: setattr(voice, "first_s", 0.0))
    world.run(74_000)
    assert closed == [False, False, True, False, False]


def test_a_call_that_is_over_closes_no_worker() -> None:
    """However slow the engines were for it."""
    world, _ = slowly(3)
    world.run(41_000)
    assert world.conversation is not None
    assert world.conversation.level is Level.CLOSED
    assert not world.conversation.overloaded


def test_noise_costs_the_ears_nothing() -> None:
    """What turns out to be no interruption is dropped, not asked for."""
    ears = ScriptedStt()
    world = World(configured_stt=ears)
    world.says(4_000, "what a long day")
    world.noise(6_000, 6_160)
    world.run(10_000)
    (stream,) = ears.streams
    assert stream.finished == ["what a long day"]
    assert len(stream.dropped) == 1
