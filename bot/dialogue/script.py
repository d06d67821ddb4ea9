"""The script of the embedded conversation: one TOML file a language, read and checked as a whole.

From it come the patterns that are understood, the sentences that the recogniser's language model is made of, the words
that its dictionary must know, and all that the bot says without a model. Pure.
"""

import re
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import msgspec
from msgspec import Struct

SCRIPTS = Path(__file__).parent / "scripts"

WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_SLOT = re.compile(r"\{([a-z]+)\}")
# Slots that tell who the caller is: once filled they are for the rest of the call, for every reply.
REMEMBERED = frozenset({"name"})


class Hard(StrEnum):
    """What may be said besides, for an intent to be understood before anything else, whatever engine thinks."""

    SCATTERED = "scattered"  # anything, also in between: rather once too often than missed
    PHRASE = "phrase"  # anything before and after, only light words in between; or as ALONE
    ALONE = "alone"  # in its clause only light words and courtesies


class Effect(StrEnum):
    """What the caller wants done, or the service has to do. All but REPEAT has to be heard well to be taken for said.

    NEXT and REPORT are the page's to do: the answer says so.
    """

    FAREWELL = "farewell"  # the call ends when the answer was heard; who speaks into it stays
    DISMISSAL = "dismissal"  # the call ends when the answer was heard, which nothing interrupts
    NEXT = "next"  # the caller wants somebody else
    REPORT = "report"  # the caller wants to report what happened
    REPEAT = "repeat"  # what the bot said last is said once more, if it has said anything


class BadScript(Exception):
    """The file is no script; `str` says where and why."""


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """What single words of the language are.

    `light`: they carry no meaning of their own. `courtesies`: they go with anything. A `conjunctions` before one of the
    `subjects` begins a clause. `long_for`: what is said for short, and the words for figures.
    """

    light: tuple[str, ...]
    courtesies: tuple[str, ...]
    conjunctions: tuple[str, ...]
    subjects: tuple[str, ...]
    long_for: dict[str, str]


class Intent(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that callers say.

    `patterns`: how they say it, in lower case; `{name}` takes a word of the slot `name`. `replies`: answers, in turns;
    one whose slots are not all filled is left out. `hard`: it is a rule that goes before every engine; of several that
    fit, the first in the script. `complete`: after these words nothing more is to be expected, so that the turn may
    end soon.
    """

    patterns: tuple[str, ...]
    replies: tuple[str, ...]
    hard: Hard | None = None
    complete: bool = True
    effect: Effect | None = None


class Script(Struct, frozen=True, forbid_unknown_fields=True):
    """A whole script.

    `words`: what single words are. `slots`: the words that each slot takes. `lines`: what the bot says of itself, by
    name. `reflections`: answers to what is not understood, in turns. `topics`: questions that keep a conversation
    going, in turns.
    """

    words: Words
    slots: dict[str, tuple[str, ...]]
    lines: dict[str, str]
    fillers: tuple[str, ...]
    reflections: tuple[str, ...]
    topics: tuple[str, ...]
    intents: dict[str, Intent]

    def sentences(self) -> Iterator[str]:
        """Yield every way to say every pattern, each slot filled with each of its words."""
        for intent in self.intents.values():
            for pattern in intent.patterns:
                yield from self._filled(pattern)

    def vocabulary(self) -> frozenset[str]:
        """Return all words that a caller may say."""
        return frozenset(word for sentence in self.sentences() for word in sentence.split())

    def _filled(self, pattern: str) -> Iterator[str]:
        slot = next(iter(slots_of(pattern)), None)
        if slot is None:
            yield pattern
            return
        for word in self.slots[slot]:
            yield from self._filled(pattern.replace(f"{{{slot}}}", word))


def slots_of(text: str) -> tuple[str, ...]:
    """Return the names of the slots in a pattern or a reply."""
    return tuple(_SLOT.findall(text))


def load(language: str) -> Script:
    """Read the script of a language (BCP 47).

    Raises:
        BadScript: There is none, or something about it is wrong.
    """
    path = SCRIPTS / f"{language}.toml"
    try:
        return parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = ", ".join(sorted(script.stem for script in SCRIPTS.glob("*.toml")))
        raise BadScript(f"there is no script for {language}, only for {known}") from None


def parse(text: str) -> Script:
    """Read a script.

    Raises:
        BadScript: Something about it is wrong.
    """
    try:
        script = msgspec.convert(tomllib.loads(text), Script)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as fault:
        raise BadScript(str(fault)) from None
    for name, intent in script.intents.items():
        for pattern in intent.patterns:
            bare = _SLOT.sub("a", pattern)
            spelled = all(WORD.fullmatch(word) for word in bare.split())
            if not spelled or bare != " ".join(bare.lower().split()):
                raise BadScript(f"{name}: {pattern!r} is not made of lower-case words and single spaces")
        filled = {slot for pattern in intent.patterns for slot in slots_of(pattern)}
        for reply in intent.replies:
            if unknown := set(slots_of(reply)) - filled - REMEMBERED:
                raise BadScript(f"{name}: nothing fills {sorted(unknown)} in a reply")
        if missing := filled - script.slots.keys():
            raise BadScript(f"{name}: no words for {sorted(missing)}")
        if not intent.patterns or not intent.replies:
            raise BadScript(f"{name}: it needs patterns and replies")
        if not any(filled.issuperset(slots_of(reply)) for reply in intent.replies):
            raise BadScript(f"{name}: nothing to reply to a stranger")
    return script
