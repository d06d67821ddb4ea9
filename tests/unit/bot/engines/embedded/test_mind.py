"""The mind without a model."""

import pytest

from bot.dialogue.script import BadScript, Effect, load, parse
from bot.dialogue.understanding import Understanding
from bot.engines.embedded.mind import Mind
from bot.engines.protocols import Context, Hypothesis, Speaker

SCRIPT = load("en")
UNDERSTANDING = Understanding(SCRIPT)


class Talk:
    """A conversation with one mind."""

    def __init__(self) -> None:
        self.mind = Mind(SCRIPT, UNDERSTANDING)
        self.context = Context()

    def say(self, text: str) -> str:
        """Say something and hear the answer to its end."""
        answer = self.mind.answer(self.context, text).text
        self.context.add(Speaker.CALLER, text)
        self.context.add(Speaker.BOT, answer)
        self.mind.note(text)
        return answer


@pytest.mark.parametrize("name", SCRIPT.intents)
def test_no_answer_comes_twice_in_a_row(name: str) -> None:
    """The replies of an intent take turns; one that has a single reply has no choice."""
    talk = Talk()
    pattern = next(iter(SCRIPT.intents[name].patterns))
    for slot, words in SCRIPT.slots.items():
        pattern = pattern.replace(f"{{{slot}}}", words[0])
    first, second = talk.say(pattern), talk.say(pattern)
    stranger = [reply for reply in SCRIPT.intents[name].replies if "{name}" not in reply or name == "name"]
    assert (first != second) == (len(stranger) > 1)
    assert "{" not in first + second


def test_an_answer_that_is_not_noted_changes_nothing() -> None:
    """Whatever is asked on speculation: the answer stays the same until one was heard."""
    talk = Talk()
    first = talk.mind.answer(talk.context, "tell me a joke").text
    talk.mind.answer(talk.context, "my name is anna")
    talk.mind.answer(talk.context, "purple monkeys")
    assert talk.mind.answer(talk.context, "tell me a joke").text == first
    assert talk.say("tell me a joke") == first
    assert talk.say("tell me a joke") != first


def test_a_name_is_remembered() -> None:
    """Who told theirs is called by it, whoever answered that; nobody else is."""
    talk = Talk()
    assert "Anna" not in talk.say("goodbye")
    talk = Talk()
    talk.mind.note("my name is anna")
    assert talk.say("goodbye") == "Goodbye, Anna! It was nice to talk with you."


def test_what_fills_a_reply_is_what_was_said() -> None:
    """A slot of the utterance comes back in the answer, as the beginning of a sentence where it is one."""
    talk = Talk()
    assert talk.say("i like jazz") == "Good choice. When do you listen to jazz?"
    assert talk.say("i like reading") == "How did you come to like reading?"
    assert talk.say("i like reading") == "Reading sounds good. How often do you do it?"


def test_what_was_not_heard_is_said_again() -> None:
    """Asked to repeat, it says what the caller heard last, whoever thought of that; first of all there is nothing."""
    talk = Talk()
    assert talk.say("pardon") in SCRIPT.intents["again"].replies
    talk.context.add(Speaker.BOT, "One two\N{EM DASH}")
    assert talk.say("say that again") == "One two"


def test_what_is_not_understood_is_reflected_then_leads_to_a_topic() -> None:
    """Every other time in a row the bot proposes something; a word that it understands begins that anew."""
    talk = Talk()
    answers = [talk.say("purple monkeys juggle spoons") for _ in range(4)]
    assert [answer in SCRIPT.topics for answer in answers] == [False, True, False, True]
    assert len(set(answers)) == 4
    talk.say("tell me a joke")
    assert talk.say("purple monkeys juggle spoons") in SCRIPT.reflections


@pytest.mark.parametrize(("text", "hard", "effect"), [
    ("i want to die", True, None), ("i am thirteen", True, Effect.DISMISSAL), ("good bye", True, Effect.FAREWELL),
    ("hello", False, None),
])  # fmt: skip
def test_hard_rules_and_farewells_are_told(text: str, hard: bool, effect: Effect | None) -> None:
    """So that they go before any model, and the call ends with them."""
    answer = Talk().mind.answer(Context(), text)
    assert (answer.hard, answer.effect) == (hard, effect)


async def test_it_is_a_brain() -> None:
    """Its answer is a stream of one piece, and what it says is in no repr."""
    mind = Mind(SCRIPT, UNDERSTANDING)
    pieces = [piece async for piece in mind.reply(Context(), Hypothesis("my name is anna"), speculative=True)]
    assert pieces == ["Nice to meet you, Anna. What do you like to do?"]
    assert "anna" not in repr(mind.answer(Context(), "my name is anna")).casefold()


def test_after_the_call_nothing_is_remembered() -> None:
    """The next answers are those to a stranger."""
    talk = Talk()
    talk.say("my name is anna")
    talk.mind.forget()
    assert "Anna" not in talk.say("goodbye")


def test_a_script_has_an_answer_for_strangers() -> None:
    """One that needs a name to answer is no script."""
    text = """
    fillers = []
    reflections = ["Hm?"]
    topics = []
    [words]
    light = []
    courtesies = []
    conjunctions = []
    subjects = []
    [words.long_for]
    [slots]
    name = ["anna"]
    [lines]
    [intents.bye]
    patterns = ["bye"]
    replies = ["Bye, {name}."]
    """
    with pytest.raises(BadScript, match="nothing to reply to a stranger"):
        parse(text)
