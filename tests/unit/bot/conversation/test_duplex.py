"""Calls that one engine holds, under virtual time."""

import asyncio
from array import array
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from bot.conversation.conversation import Conversation
from bot.conversation.duplex import Answer
from bot.engines.errors import EngineError, Unavailable
from bot.engines.once import end
from bot.engines.protocols import Audio, ConverserEvent, Ended, Heard, SpeechStarted, SpeechStopped, Spoken, Words
from bot.turns.state import Ending
from tests.unit.bot.conversation.scripted import ROOM, WORD_MS, ScriptedBrain, amplitude, joined, read, sound
from tests.unit.bot.conversation.world import SCRIPT, World

HELLO = (20, "I am an A I bot and not a person.")
ANSWER = "red sun old sea red sun old sea"
REPLY = "one two six ten one two six ten one two six ten."
APOLOGY = "Sorry, my thoughts got stuck. Where were we?"


@dataclass
class ScriptedConverser:
    """An engine, and its conversation: it answers 300 ms after the caller fell silent, all at once."""

    refuses: EngineError | None = None
    fails_after: int | None = None  # answers
    opened: int = 0
    first_s: float = 0.1  # from the end of the caller's speech to its answer
    writes_s: float = 0.0  # from the end of the caller's speech to its transcript
    answers: int = 0
    interrupted: list[int] = field(default_factory=list)
    _happened: asyncio.Queue[ConverserEvent | EngineError] = field(default_factory=asyncio.Queue)
    _loud: int = 0
    _quiet_ms: float = 0.0
    _speaking: bool = False
    _words: list[str] = field(default_factory=list)
    _answering: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator["ScriptedConverser"]:
        """Begin."""
        await asyncio.sleep(0.05)
        if self.refuses:
            raise self.refuses
        self.opened += 1
        try:
            yield self
        finally:
            await self._hush()
            self.opened -= 1

    def push(self, audio: Audio) -> None:
        """Hear where the caller begins and ends."""
        loud = max(array("h", audio.pcm)) > 10 * ROOM
        self._words += read(audio.pcm)
        self._quiet_ms = 0 if loud else self._quiet_ms + audio.duration_ms
        if loud and not self._speaking:
            self._speaking = True
            self._happened.put_nowait(SpeechStarted())
        if self._speaking and self._quiet_ms >= 300:
            self._speaking = False
            self._happened.put_nowait(SpeechStopped())
            said, self._words = Heard(" ".join(joined(self._words))), []
            asyncio.get_running_loop().call_later(self.writes_s, self._happened.put_nowait, said)
            self.speak_up(None)

    def speak_up(self, _: object) -> None:
        """Say something, asked or not."""
        self._answering = asyncio.get_running_loop().create_task(self._answer())

    async def events(self) -> AsyncGenerator[ConverserEvent, None]:
        """Stream what happens."""
        while True:
            happened = await self._happened.get()
            if isinstance(happened, EngineError):
                raise happened
            yield happened

    async def interrupt(self, played_ms: int) -> None:
        """Stop answering."""
        self.interrupted.append(played_ms)
        await self._hush()
        self._happened.put_nowait(Ended(interrupted=True))

    async def _answer(self) -> None:
        await asyncio.sleep(self.first_s)
        if self.answers == self.fails_after:
            self._happened.put_nowait(Unavailable())
            return
        self.answers += 1
        for word in ANSWER.split():
            self._happened.put_nowait(Words(word + " "))
            self._happened.put_nowait(Spoken(Audio(sound(amplitude(word), WORD_MS, 24_000), 24_000)))
        self._happened.put_nowait(Ended(interrupted=False))

    async def _hush(self) -> None:
        if self._answering is not None:
            await end(self._answering)


def world(engine: ScriptedConverser) -> World:
    """Return a call that it holds."""
    return World(staffed=lambda staff: replace(staff, converser=engine))


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


def test_silence_is_broken_and_the_caller_may_break_that() -> None:
    """The bot asks in its own voice; it stops when the caller speaks into it."""
    call = world(ScriptedConverser())
    call.says(10_600, "what a long day")
    call.run(14_000)
    assert [ms for ms, _ in call.sayings(4_000)] == [10_000, 11_840]
    assert call.spans[1][1] <= 10_660
    assert "What would you like to talk about?".startswith(call.context[1])
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
    assert " ".join(saying for _, saying in call.sayings()) == f"{HELLO[1]} Goodbye! It was nice to talk with you."


def test_an_answer_waits_for_the_words_that_it_answers() -> None:
    """Before them nobody knows whether it may be heard; it is whole nevertheless."""
    call = world(ScriptedConverser(writes_s=0.6))
    call.says(4_000, "what a long day")
    call.run(9_000)
    assert call.sayings(4_000) == [(5_740, ANSWER)]


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
