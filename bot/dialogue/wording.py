"""The words of an utterance, in the form in which the script has its patterns. Pure.

Ears write one sentence in many ways: "I'm 12.", "i am twelve". What has a rule has to be found in all of them.
"""

import re
from collections.abc import Iterator, Sequence

from bot.dialogue.script import Words, slots_of
from bot.turns.words import words

# What a figure may count: a word of its own.
_UNITS = re.compile(r"[%$£°\N{EURO SIGN}]")
# Punctuation ends a clause, but not within a figure.
_MARKS = r"[^\w\s'%$£°\N{EURO SIGN}\N{RIGHT SINGLE QUOTATION MARK}-]+"
_CLAUSE_ENDS = re.compile(rf"(?<!\d){_MARKS}|{_MARKS}(?!\d)")
# After a figure a point ends a sentence, or makes an ordinal of it.
_ORDINAL = re.compile(r"(?<=\d)\.(?=\s)")


class Wording:
    """What the words of one language are to each other.

    Args:
        known: What its script says of them.
    """

    def __init__(self, known: Words) -> None:
        self._long_for = known.long_for
        self._light = frozenset(known.light)
        self._courtesies = frozenset(known.courtesies)
        self._conjunctions = frozenset(known.conjunctions)
        self._subjects = frozenset(known.subjects)

    def plain(self, utterance: str) -> tuple[str, ...]:
        """Return the words of an utterance: lower case, no punctuation, their long forms."""
        said = words(_UNITS.sub(" units ", utterance).replace("-", " "))
        return tuple(" ".join(self._long_for.get(word, word) for word in said).split())

    def parts(self, pattern: str) -> tuple[str, ...]:
        """Return the words of a pattern in the same form; a slot stays as it is."""
        return tuple(part for word in pattern.split() for part in ((word,) if slots_of(word) else self.plain(word)))

    def clauses(self, utterance: str) -> Iterator[tuple[str, ...]]:
        """Yield the words of each clause: up to punctuation, or to a conjunction that a subject follows.

        What is either an ordinal or the end of a sentence is read both ways.
        """
        parts = _CLAUSE_ENDS.split(utterance) + _CLAUSE_ENDS.split(_ORDINAL.sub(" ", utterance))
        for part in dict.fromkeys(parts):
            clause = self.plain(part)
            begins = 0
            for place in range(1, len(clause) - 1):
                if clause[place] in self._conjunctions and clause[place + 1] in self._subjects:
                    yield clause[begins:place]
                    begins = place + 1
            yield clause[begins:]

    def light(self, word: str) -> bool:
        """Whether a word carries no meaning of its own: it may be missing, and be said besides."""
        return word in self._light

    def courteous(self, word: str) -> bool:
        """Whether a word goes with anything, and leaves a short sentence what it is."""
        return word in self._courtesies

    def heavy(self, said: Sequence[str]) -> list[str]:
        """Return the words that carry a meaning."""
        return [word for word in said if word not in self._light]

    def weight(self, word: str) -> float:
        """Return how much a word of a pattern counts."""
        return 0.5 if word in self._light else 1.0
