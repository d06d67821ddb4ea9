"""What the embedded bot understands of what is said to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.script import SCRIPTS, BadScript, Effect, load, parse, slots_of
from bot.dialogue.understanding import Understanding, alike, edits

SCRIPT = load("en")
UNDERSTANDING = Understanding(SCRIPT)
INTENTS = SCRIPT.intents


def meant(utterance: str) -> str | None:
    """Return the name of what was understood."""
    meaning = UNDERSTANDING.meaning(utterance)
    return meaning.name if meaning else None


@pytest.mark.parametrize("name", INTENTS)
def test_every_pattern_means_its_own_intent(name: str) -> None:
    """Word for word, with each word of each slot."""
    intent = INTENTS[name]
    for pattern in intent.patterns:
        for slot in slots_of(pattern):
            for word in SCRIPT.slots[slot]:
                assert meant(pattern.replace(f"{{{slot}}}", word)) == name, (pattern, word)
        if not slots_of(pattern):
            assert meant(pattern) == name, pattern


@pytest.mark.parametrize(
    ("heard", "name"),
    [
        ("well hello there", "hello"),
        ("hello how are you", "how"),
        ("so are you a real human", "human"),
        ("are you really human", "human"),
        ("um i think i am tired today", "unwell"),
        ("do you like the music", "music"),
        ("i mostly listen to jazz", "music_kind"),
        ("can you tell me a joke please", "joke"),
        ("my name is sarah", "name"),
        ("i wanna talk to a real person", "next"),
        ("is this being recorded", "recorded"),
        ("i just want to die", "danger"),
        ("i am thirteen years old", "pupil"),
        ("stop it please", "stop"),
        ("okay good bye then", "bye"),
        ("tell me a choke", "joke"),
    ],
)
def test_what_is_nearly_said_is_understood(heard: str, name: str) -> None:
    """Words more or less, and words misheard."""
    assert meant(heard) == name


@pytest.mark.parametrize(
    "heard", ["", "see", "the quick brown fox jumps over it", "purple monkeys juggle spoons on tuesday", "a the of"]
)
def test_what_means_nothing_here_is_not_understood(heard: str) -> None:
    """Rather a question back than a wrong answer."""
    assert meant(heard) is None


def test_safety_goes_first() -> None:
    """Whatever else is said with it, and however nicely it is put."""
    assert meant("hello i am fine thank you but i want to die") == "danger"
    assert meant("i like music and i am fourteen") == "minor"
    assert meant("thank you are you human") == "human"


def test_of_several_rules_the_gravest_goes_first() -> None:
    """Who is in danger is not sent away for saying goodbye."""
    assert meant("I want to kill myself. Goodbye.") == "danger"
    assert meant("goodbye i want to die") == "danger"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Bye bye!", "bye"),
        ("Okay, goodbye then.", "bye"),
        ("I have to go now.", "bye"),
        ("I really must go, bye.", "bye"),
        ("Thanks, see you later!", "bye"),
        ("It was nice talking to you. Goodbye!", "bye"),
        ("I like you, but I have to go.", "bye"),
        ("I've gotta go", "bye"),
        ("please hang up", "bye"),
        ("I'm 12.", "minor"),
        ("I\N{RIGHT SINGLE QUOTATION MARK}m 12", "minor"),
        ("i'm only thirteen", "minor"),
        ("I am a kid.", "minor"),
        ("Hi, I'm Tom, and I'm 12.", "minor"),
        ("i am fourteen and i love football", "minor"),
        ("I'm 12. How old are you?", "minor"),
        ("I'm not 18 yet.", "minor"),
        ("I'm underage.", "minor"),
        ("I'm almost 18, I promise.", "minor"),
        ("Nearly. I'm nearly eighteen.", "minor"),
        ("I just turned 14.", "minor"),
        ("I'm turning sixteen.", "minor"),
        ("I'll be 15 soon!", "minor"),
        ("I am 12 years old.", "pupil"),
        ("I'm only twelve years old.", "pupil"),
        ("i am nine years old and i like dogs", "pupil"),
        ("I'm a 15-year-old boy from the north.", "pupil"),
        ("i am in seventh grade", "pupil"),
        ("I'm in 8th grade.", "pupil"),
    ],
)
def test_what_has_to_end_a_call(said: str, name: str) -> None:
    """A goodbye, and whoever is too young, in words and in figures, whatever else is said."""
    meaning = UNDERSTANDING.meaning(said)
    assert meaning is not None
    assert meaning.name == name
    assert meaning.intent.effect is (Effect.FAREWELL if name == "bye" else Effect.DISMISSAL)


@pytest.mark.parametrize("said", [
    "I see what you mean.", "It was a good movie last night.", "I have to go shopping tomorrow.",
    "i have to go to work now and then", "I had a good night.", "did you have a good night", "I see you like music.",
    "I never said goodbye to him.", "The call ended.", "I hang up my coat.", "I am going to bed at eleven.",
    "I am babysitting a child.", "I was a kid back then.", "when i was in seventh grade i liked math",
    "My son is in seventh grade.", "I am 12 minutes late.", "I am 12 years older than my brother.",
    "I'm not a kid anymore.", "My son is twelve years old.", "I have a twelve-year-old daughter.",
    "I am in a meeting at ten.", "I am a child psychologist.", "my room is number 12", "I'm 25 years old.",
    "I am a minor league player.", "I am fine.", "I'm 18.", "I'm a miner.", "I'm 15% sure.", "I'm 12.5 miles away.",
    "I'm sorry, a 12-year-old did it.", "I'm 12,000 steps ahead.", "I'm 10:30.",
    "I just turned 40.", "I just turned around.", "I'm almost 80.", "I'm nearly done.", "I'm turning left.",
    "I just turned it off.", "I am under pressure.",
])  # fmt: skip
def test_what_must_not_end_a_call(said: str) -> None:
    """The words of a rule, scattered over a sentence that means something else."""
    meaning = UNDERSTANDING.meaning(said)
    assert meaning is None or meaning.intent.effect is None or meaning.intent.effect is Effect.REPEAT


@pytest.mark.parametrize(
    "said", ["I can't stop thinking about it.", "What are you doing tonight?", "who are you voting for"]
)
def test_a_rule_leaves_alone_what_is_another_sentence(said: str) -> None:
    """Another mind is asked."""
    meaning = UNDERSTANDING.meaning(said)
    assert meaning is None or not meaning.intent.hard


def test_a_slot_is_filled_with_the_word_that_was_said() -> None:
    """For the answer to take up."""
    meaning = UNDERSTANDING.meaning("my name is emma")
    assert meaning is not None
    assert meaning.slots == {"name": "emma"}
    assert "emma" not in repr(meaning)


def test_effects_are_where_they_belong() -> None:
    """Ending, moving on, reporting and hearing something again are the caller's to ask for."""
    effects = {name: intent.effect for name, intent in INTENTS.items() if intent.effect}
    farewells = {"bye": Effect.FAREWELL, "minor": Effect.DISMISSAL, "pupil": Effect.DISMISSAL}
    assert effects == {**farewells, "next": Effect.NEXT, "report": Effect.REPORT, "again": Effect.REPEAT}
    assert {name for name, intent in INTENTS.items() if intent.hard} >= {"danger", "minor", "human", "stop", "report"}


def test_what_the_bot_says_of_the_service_is_true_of_it() -> None:
    """It promises nothing for who processes speech elsewhere, and names no button that its calls do not have."""
    replies = [reply for intent in INTENTS.values() for reply in intent.replies]
    promises = [reply for reply in replies if "recorded" in reply]
    assert promises
    assert all("stored here" in reply and "page says" in reply for reply in promises)
    blocking = [reply for reply in replies if "block" in reply.casefold()]
    assert blocking
    assert all("With a person, " in reply for reply in blocking)


def test_complete_utterances_are_told_from_beginnings() -> None:
    """Only the very words of a pattern end a turn early."""
    assert UNDERSTANDING.complete("how are you")
    assert not UNDERSTANDING.complete("how are")
    assert not UNDERSTANDING.complete("i would like to")


@given(st.text(max_size=80))
def test_nothing_that_is_said_does_harm(utterance: str) -> None:
    """Whatever the recogniser gives."""
    meaning = UNDERSTANDING.meaning(utterance)
    assert meaning is None or 0 < meaning.score <= 1.001


def test_words_are_alike_as_far_as_they_are_long() -> None:
    """One letter in four may be wrong, none in a short word."""
    assert alike("music", "music") == 1
    assert 0 < alike("music", "musik") < 1
    assert alike("no", "so") == 0
    assert edits("kitten", "sitting", 9) == 3
    assert edits("kitten", "sitting", 2) == 2


def test_the_script_gives_corpus_and_vocabulary() -> None:
    """All from the one file."""
    assert "my name is sarah" in set(SCRIPT.sentences())
    assert {"sarah", "robot", "don't"} <= SCRIPT.vocabulary()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('patterns = ["hello"', 'patterns = ["Hello"'), "lower-case"),
        (("{music}. Have", "{tune}. Have"), "nothing fills"),
        (('"i like {music}"', '"i like {tune}"'), "no words for"),
        (("[intents.thanks]", "[intents.thanks]\nloud = true"), "unknown field"),
        (("[slots]", "[slots"), "Expected"),
    ],
)
def test_a_script_with_a_mistake_is_refused(change: tuple[str, str], says: str) -> None:
    """With the place of the mistake."""
    text = (SCRIPTS / "en.toml").read_text(encoding="utf-8")
    assert text.count(change[0]) == 1
    with pytest.raises(BadScript, match=says):
        parse(text.replace(*change))


def test_there_is_no_script_for_every_language() -> None:
    """It is said which, and for which there is."""
    with pytest.raises(BadScript, match="tlh, only for de, en, es, fr, pt"):
        load("tlh")
