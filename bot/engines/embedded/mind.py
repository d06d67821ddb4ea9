"""A mind without a model: answers by the script, and remembers little. Pure.

What it remembers of a call is one frozen value. An answer comes with the memory that there would be after it, and that
becomes the memory once the answer was spoken (`note`): an answer that is thrown away has changed nothing.
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field, replace

from bot.dialogue.script import REMEMBERED, Effect, Script, slots_of
from bot.dialogue.understanding import Meaning, Understanding
from bot.engines.protocols import Context, Hypothesis, Speaker

# Under these the memory keeps what was said to what is not understood. No intent is called so: TOML's bare keys.
_REFLECTIONS, _TOPICS = "(reflections)", "(topics)"


@dataclass(frozen=True, slots=True)
class Memory:
    """What the mind remembers of a call.

    `said`: the reply of each intent that was given last, its slots not filled. `slots`: what the caller told of
    themselves. `lost`: how many utterances in a row were not understood.
    """

    said: Mapping[str, str] = field(default_factory=dict)
    slots: Mapping[str, str] = field(default_factory=dict, repr=False)
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the mind says to an utterance, and its memory after that.

    `hard`: a rule that goes before whatever another mind would say. `effect`: what it has beside the words.
    """

    text: str = field(repr=False)
    memory: Memory = field(repr=False)
    hard: bool = False
    effect: Effect | None = None


class Mind:
    """The mind of one call; a `Brain`.

    Args:
        script: What it can say.
        understanding: Of the same script.
    """

    def __init__(self, script: Script, understanding: Understanding) -> None:
        self._script = script
        self._understanding = understanding
        self._memory = Memory()
        self._answers: tuple[str, Answer] | None = None  # the newest: to what, and what

    async def reply(
        self, context: Context, heard: Hypothesis, *, speculative: bool = False
    ) -> AsyncGenerator[str, None]:
        """Yield the answer, whole; it is the same again until it is noted."""
        del speculative  # an answer has no effect, so that it makes no difference
        yield self.answer(context, heard.text).text

    def answer(self, context: Context, text: str) -> Answer:
        """Return the answer to an utterance."""
        if self._answers is None or self._answers[0] != text:
            self._answers = (text, self._answer(context, self._understanding.meaning(text)))
        return self._answers[1]

    def note(self, text: str) -> None:
        """Remember that an utterance was answered, by this mind or another; the call calls this once for each."""
        if self._answers is not None and self._answers[0] == text:
            self._memory = self._answers[1].memory
        elif meaning := self._understanding.meaning(text):
            self._memory = replace(self._memory, slots={**self._memory.slots, **_lasting(meaning)})
        self._answers = None

    def forget(self) -> None:
        """Drop the memory: the call is over."""
        self._memory, self._answers = Memory(), None

    def _answer(self, context: Context, meaning: Meaning | None) -> Answer:
        if meaning is None:
            return self._lost()
        intent = meaning.intent
        memory = replace(self._memory, lost=0, slots={**self._memory.slots, **_lasting(meaning)})
        if intent.effect is Effect.REPEAT and (before := _said_last(context)):
            return Answer(before, memory)
        known = {**memory.slots, **meaning.slots}
        replies = tuple(reply for reply in intent.replies if known.keys() >= set(slots_of(reply)))
        memory, text = _next(memory, meaning.name, replies)
        for slot, word in known.items():
            text = text.replace(f"{{{slot}}}", word.capitalize() if slot in REMEMBERED else word)
        text = text[:1].upper() + text[1:]
        return Answer(text, memory, hard=bool(intent.hard), effect=intent.effect)

    def _lost(self) -> Answer:
        """Reflect what is not understood; every other time in a row, propose a topic."""
        memory = replace(self._memory, lost=self._memory.lost + 1)
        own = memory.lost % 2 == 0 and self._script.topics
        name, replies = (_TOPICS, self._script.topics) if own else (_REFLECTIONS, self._script.reflections)
        memory, text = _next(memory, name, replies)
        return Answer(text, memory)


def _next(memory: Memory, name: str, replies: tuple[str, ...]) -> tuple[Memory, str]:
    """Take the replies in turns, so that none comes twice in a row unless it is the only one."""
    last = memory.said.get(name)
    place = (replies.index(last) + 1) % len(replies) if last in replies else 0
    return replace(memory, said={**memory.said, name: replies[place]}), replies[place]


def _lasting(meaning: Meaning) -> dict[str, str]:
    return {slot: word for slot, word in meaning.slots.items() if slot in REMEMBERED}


def _said_last(context: Context) -> str:
    """Return what the bot said last, without the mark of an interruption."""
    texts = [turn.text for turn in context.turns() if turn.speaker is Speaker.BOT]
    return texts[-1].rstrip(" \N{EM DASH}") if texts else ""
