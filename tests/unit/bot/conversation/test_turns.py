"""Whole calls under virtual time: what the caller hears and when, and what the bot remembers of it."""

from bot.engines.errors import Unavailable
from bot.turns.state import Ending
from tests.unit.bot.conversation.scripted import ScriptedBrain, ScriptedStt, ScriptedTts
from tests.unit.bot.conversation.world import SCRIPT, World

HELLO = (20, "I am an A I bot and not a person.")
REPLY = "one two six ten one two six ten one two six ten."


def test_the_disclosure_comes_first() -> None:
    """The bot says what it is as soon as media flows, then listens."""
    world = World().run(5_000)
    assert world.sayings() == [HELLO]
    assert world.context == [HELLO[1]]


def test_nothing_interrupts_the_disclosure_and_nothing_said_into_it_is_lost() -> None:
    """What was said meanwhile is answered when the bot has said what it is."""
    world = World()
    world.says(600, "what a long day")
    world.run(8_000)
    assert world.sayings() == [HELLO, (2_140, REPLY)]
    assert world.context == [HELLO[1], "what a long day", REPLY]


def test_without_media_nothing_is_said() -> None:
    """A call that does not come about ends after 15 s."""
    world = World(connects=False).run(20_000)
    assert world.ending == (15_000, Ending.UNCONNECTED)
    assert not world.heard


def test_a_turn_is_answered_from_speculation() -> None:
    """The reply is thought of within the silence that ends the turn, once, and is there when that is over."""
    brain = ScriptedBrain()
    world = World(brain=brain)
    assert world.says(4_000, "what a long day") == 4_800
    world.run(12_000)
    assert brain.asked == [("what a long day", True)]
    # 400 ms of silence, 20 ms for the final words, and at most one frame until they are played.
    assert world.sayings(4_000) == [(5_240, REPLY)]
    assert world.context == [HELLO[1], "what a long day", REPLY]


def test_a_complete_utterance_is_answered_sooner() -> None:
    """What the dialogue knows word for word needs only 240 ms; its answer is in the book."""
    world = World(brain=None)
    assert world.says(4_000, "tell me a joke") == 4_800
    world.run(6_000)
    assert world.sayings(4_000)[0][0] == 5_080
    assert world.sayings(4_000)[0][1].startswith("Why do bots")


def test_other_words_cost_the_speculation() -> None:
    """The caller pauses, then goes on: the reply to the half is dropped, and one to the whole is thought of."""
    brain = ScriptedBrain()
    world = World(brain=brain)
    world.says(4_000, "what a long")
    world.says(4_900, "day")
    world.run(12_000)
    assert brain.asked == [("what a long", True), ("what a long day", True)]
    assert world.sayings(4_000) == [(5_560, REPLY)]
    assert world.context == [HELLO[1], "what a long day", REPLY]


def test_ears_without_partial_words_are_answered_after_the_final_ones() -> None:
    """Nothing is known until the turn is over: there is no speculation, and the silence is longer."""
    brain = ScriptedBrain()
    world = World(stt=ScriptedStt(blind=True), brain=brain)
    world.says(4_000, "what a long day")
    world.run(12_000)
    assert brain.asked == [("what a long day", False)]
    assert world.sayings(4_000) == [(5_640, REPLY)]


def test_an_interruption_silences_the_bot_and_cuts_its_memory() -> None:
    """The bot falls silent at once and remembers what was heard of it; then it answers."""
    brain = ScriptedBrain()
    world = World(brain=brain)
    world.says(4_000, "what a long day")
    world.says(6_300, "but why is that so then")
    world.run(12_000)
    (begins_ms, first), *rest = world.sayings(4_000)
    assert (begins_ms, first) == (5_240, "one two six ten one two")
    assert world.spans[1][1] <= 6_300 + 80
    assert rest == [(7_940, REPLY)]
    assert world.context == [HELLO[1], "what a long day", "one two six ten one—", "but why is that so then", REPLY]
    assert brain.contexts[-1] == world.context[:3]


def test_a_backchannel_does_not_interrupt() -> None:
    """The bot pauses and goes on at the word that it was cut in; nothing is missing from its memory."""
    world = World()
    world.says(4_000, "what a long day")
    world.says(6_500, "yeah")
    world.run(14_000)
    (begins_ms, before), (_, after) = world.sayings(4_000)
    assert begins_ms == 5_240
    assert before.split()[-1] == after.split()[0]
    assert " ".join([*before.split()[:-1], after]) == REPLY
    assert world.context == [HELLO[1], "what a long day", REPLY]


def test_a_turn_that_goes_on_as_the_bot_begins_is_merged() -> None:
    """It was the bot that cut in: its words are not remembered, and both halves are answered as one."""
    world = World()
    world.says(4_000, "what a long day")
    world.says(5_500, "in the office")
    world.run(14_000)
    assert world.context == [HELLO[1], "what a long day in the office", REPLY]


def test_a_late_answer_is_bridged_by_a_filler() -> None:
    """600 ms after the turn's end the bot makes a sound, and the answer follows it."""
    world = World(brain=ScriptedBrain(first_s=1.6))
    world.says(4_000, "what a long day")
    world.run(14_000)
    filler, answer = world.sayings(4_000)
    assert filler == (5_800, "Hm.")
    assert answer == (6_560, REPLY)
    assert world.context == [HELLO[1], "what a long day", REPLY]


def test_an_answer_that_comes_in_the_middle_of_a_filler_waits_for_its_end() -> None:
    """Both are heard whole, and only the answer is remembered."""
    world = World(brain=ScriptedBrain(first_s=1.0))
    world.says(4_000, "what a long day")
    world.run(14_000)
    assert world.sayings(4_000) == [(5_800, f"Hm. {REPLY}")]
    assert world.context == [HELLO[1], "what a long day", REPLY]


def test_an_answer_that_does_not_come_is_made_without_network() -> None:
    """2.5 s after the turn's end the rules answer, in the embedded voice."""
    brain = ScriptedBrain(first_s=60)
    world = World(brain=brain)
    world.says(4_000, "tell me a joke")
    world.run(9_000)
    assert [ms for ms, _ in world.sayings(4_000)] == [5_640, 7_560]
    assert "bots never get lost" in world.sayings(7_000)[0][1]
    assert brain.open == 0


def test_an_apology_when_nothing_answers() -> None:
    """6 s after the turn's end the bot says that it is sorry."""
    slow = ScriptedTts(first_s=60)
    world = World(brain=ScriptedBrain(first_s=60), tts=slow)
    world.says(4_000, "my name is anna")
    world.run(16_000)
    assert [saying for _, saying in world.sayings(4_000)][1:] == ["Sorry, my thoughts got stuck. Where were we?"]
    assert world.context[1:] == ["my name is anna", "Sorry, my thoughts got stuck. Where were we?"]


def test_silence_is_broken_twice_and_ends_the_call() -> None:
    """After 8 s a question, after 20 s another one, after 40 s goodbye."""
    world = World().run(60_000)
    assert world.sayings(3_000) == [
        (10_000, "What would you like to talk about?"),
        (22_000, "Are you still there?"),
        (42_000, "I have to go now. Goodbye!"),
    ]
    assert world.ending == (43_180, Ending.SILENCE)


def test_farewell_ends_the_call() -> None:
    """The reply to a goodbye is the last that is said."""
    world = World()
    world.says(4_000, "good bye")
    world.run(30_000)
    assert world.sayings(4_000) == [(4_680, "Goodbye! It was nice to talk with you.")]
    assert world.ending is not None
    assert world.ending[1] is Ending.FAREWELL
    assert world.ending[0] - world.spans[-1][1] <= 40


def test_who_is_too_young_does_not_talk_the_bot_out_of_ending_the_call() -> None:
    """It says why, whatever is said into that, and whatever mind is configured; then it hangs up."""
    world = World(brain=ScriptedBrain())
    world.says(4_000, "i am thirteen")
    world.says(5_600, "no no please wait stop i was joking")
    world.run(30_000)
    assert [saying for _, saying in world.sayings(4_000)] == [*SCRIPT.intents["minor"].replies]
    assert world.ending is not None
    assert world.ending[1] is Ending.FAREWELL
    assert world.ending[0] - world.spans[-1][1] <= 40


def test_a_farewell_that_is_half_heard_ends_nothing() -> None:
    """The caller is asked to say it again; what only is answered need not be heard as well."""
    for confidence, words, answer in (
        (0.4, "i have to go", "Sorry"),
        (0.4, "i am thirteen", "Sorry"),
        (0.6, "i have to go", "Goodbye"),
        (0.4, "hello there", "one two"),
    ):
        world = World(stt=ScriptedStt(confidence=confidence))
        world.says(4_000, words)
        world.run(8_000)
        assert world.sayings(4_000)[0][1].startswith(answer)


def test_a_call_ends_after_its_time_with_a_goodbye() -> None:
    """However well it goes."""
    world = World(max_ms=5_000)
    world.says(4_000, "what a long day")
    world.run(30_000)
    assert world.sayings(4_000) == [(5_000, "I have to go now. Goodbye!")]
    assert world.ending == (6_180, Ending.LENGTH)


def test_nothing_is_said_after_the_caller_left() -> None:
    """No goodbye to nobody."""
    world = World()
    world.says(4_000, "what a long day")
    world.at(6_000, lambda call: call.end(Ending.BYE))
    world.run(9_000)
    assert world.ending is not None
    assert world.ending[1] is Ending.BYE
    assert world.spans[-1][1] <= 6_040


def test_a_call_of_ten_minutes() -> None:
    """Thirty turns, each answered; what a mind is told of them is bounded."""
    brain = ScriptedBrain(text="one two six ten one two six ten.")
    world = World(brain=brain)
    for turn in range(30):
        world.says(4_000 + 20_000 * turn, "what a long day")
    world.run(604_000)
    assert len([saying for _, saying in world.sayings(4_000) if saying.startswith("one")]) == 30
    assert max(map(len, brain.contexts)) == 24


def test_a_failure_of_the_disclosure_ends_the_call() -> None:
    """A bot that cannot say what it is says nothing."""
    world = World(tts=ScriptedTts(error=Unavailable(), pieces=0), book=False).run(10_000)
    assert world.ending is not None
    assert world.ending[1] is Ending.UNDISCLOSED
    assert not world.heard


def test_what_is_cancelled_is_closed_at_once() -> None:
    """A mind that has much to say is not heard out after an interruption, and no voice is asked to speak on."""
    brain, voice = ScriptedBrain(text="one two six ten. " * 40, stalls=True), ScriptedTts()
    world = World(brain=brain, configured_tts=voice)
    world.says(4_000, "what a long day")
    world.says(7_000, "but why is that so then")
    opened: list[int] = []
    for ms in (6_900, 7_600):
        world.at(ms, lambda _: opened.append(brain.open))
    world.run(8_000)
    assert opened == [1, 0]


def test_clauses_are_spoken_as_they_are_needed() -> None:
    """5 s ahead and no more: what an interruption takes away has cost little."""
    voice = ScriptedTts()
    world = World(brain=ScriptedBrain(text="one two six ten. " * 40), configured_tts=voice)
    world.says(4_000, "what a long day")
    asked: list[int] = []
    for ms in (5_400, 9_400):
        world.at(ms, lambda _: asked.append(len(voice.said)))
    world.run(60_000)
    # Clauses of 0.8 s each.
    assert asked == [7, 12]
    assert len(voice.said) == 40
    assert world.sayings(4_000)[0][1].count("ten.") == 40


def test_a_pause_within_a_turn_voids_what_the_ears_began() -> None:
    """They are told that the same turn goes on."""
    ears = ScriptedStt()
    world = World(stt=ears)
    world.says(4_000, "what a long")
    world.says(4_900, "day")
    world.run(7_000)
    assert ears.streams[0].resets == 1


def test_a_cough_into_a_filler_ends_that_and_costs_no_reply() -> None:
    """The rest of the filler is never heard."""
    world = World(brain=ScriptedBrain(first_s=2.5))
    world.says(4_000, "but why")
    world.says(8_000, "what a long day")
    world.noise(9_860, 9_960)
    world.run(16_000)
    assert world.sayings(8_000) == [(9_800, "Let"), (11_460, REPLY)]
    assert world.context[3:] == ["what a long day", REPLY]


def test_the_beginning_of_a_word_is_not_lost() -> None:
    """The ears get what was said before it was known to be a voice."""
    ears = ScriptedStt()
    world = World(stt=ears)
    world.says(4_000, "what a long day")
    world.run(6_000)
    assert ears.streams[0].sounding_ms == 800
