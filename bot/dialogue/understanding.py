"""What an utterance means, as far as the script has a meaning for it. Pure.

Words come from a recogniser that mishears: small words are lost or added, and one word becomes another that sounds like
it. A pattern fits as well as its words are found in the utterance, in order; each of them may differ a little, and what
is said besides counts against it, the less the longer the pattern is.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct

from bot.dialogue.script import Intent, Script, slots_of

# Words that carry no meaning of their own: their absence is half as bad, and their presence not at all.
LIGHT = frozenset({
    "a", "am", "an", "and", "are", "did", "do", "does", "i", "is", "it", "just", "me", "my", "oh", "of", "please", "so",
    "the", "to", "uh", "um", "us", "well", "you",
})  # fmt: skip
# What is said for short.
LONG_FOR = {
    "ain't": "is not", "can't": "can not", "didn't": "did not", "doesn't": "does not", "don't": "do not",
    "gonna": "going to", "how's": "how is", "i'll": "i will", "i'm": "i am", "i've": "i have", "isn't": "is not",
    "it's": "it is", "let's": "let us", "wanna": "want to", "what's": "what is", "where's": "where is",
    "who's": "who is", "won't": "will not", "you're": "you are",
}  # fmt: skip
# Below this a pattern does not fit.
FITS = 0.6
# Of a hard rule so much must be there, whatever else is said: it goes before everything, and so must not be guessed.
HARD_FITS = 0.85
# Words at least so long may differ by one letter, and by two from twice that on.
LONG = 4
# From here on nothing is missing and nothing is said besides.
COMPLETE = 0.97
# What a word costs that is said besides.
EXTRA = 0.2
# A word that is named counts for more than one that fills a slot.
SLOT = 0.99


class Meaning(Struct, frozen=True):
    """An intent, its name, how well it fits (up to 1), how much was there to fit, and what fills its slots."""

    name: str
    intent: Intent
    score: float
    weight: float
    slots: dict[str, str]

    def __repr__(self) -> str:
        return f"Meaning({self.name!r}, {self.score:.2f})"


class _Fit(NamedTuple):
    """What of a pattern was found so far, by weight; how much of that are words that matter; its slots."""

    found: float = 0.0
    heavy: float = 0.0
    slots: dict[str, str] = {}  # noqa: RUF012 # never changed


class Understanding:
    """Finds what a caller means.

    Args:
        script: What can be meant.
    """

    def __init__(self, script: Script) -> None:
        self._patterns = [
            (name, intent, tuple(plain(pattern)))
            for name, intent in script.intents.items()
            for pattern in intent.patterns
        ]
        self._parts = frozenset(part for _, _, pattern in self._patterns for part in pattern)
        self._slots = {slot: frozenset(words) for slot, words in script.slots.items()}

    def meaning(self, utterance: str) -> Meaning | None:
        """Return what fits best; a hard rule that fits goes before everything else; None where nothing fits."""
        words = plain(utterance)
        found = list(self._fitting(words))
        hard = [meaning for meaning in found if meaning.intent.hard]
        return max(hard or found, key=_rank, default=None)

    def complete(self, utterance: str) -> bool:
        """Say whether after these very words nothing more is to be expected."""
        words = plain(utterance)
        best = max(self._fitting(words), key=_rank, default=None)
        return best is not None and best.intent.complete and best.score > COMPLETE

    def forget(self) -> None:
        """Drop what is kept of the words that were said, to compare them sooner: a call is over."""
        alike.cache_clear()

    def _fitting(self, words: Sequence[str]) -> Iterable[Meaning]:
        said = frozenset(words)
        found_in = {part: [word for word in said if self._with(_Fit(), part, word).found] for part in self._parts}
        for name, intent, pattern in self._patterns:
            possible = sum(_weight(part) for part in pattern)
            # Most patterns have too little in common with an utterance for their alignment to matter.
            if sum(_weight(part) for part in pattern if found_in[part]) < FITS * possible:
                continue
            found = frozenset(word for part in pattern for word in found_in[part])
            fit = self._fit(pattern, [word for word in words if word in found])
            besides = sum(_weight(word) for word in words if word not in LIGHT) - fit.heavy
            score = fit.found / possible - EXTRA * besides / (possible + besides)
            fits = fit.found / possible >= HARD_FITS if intent.hard else score >= FITS
            if fits and all(slot in fit.slots for part in pattern for slot in slots_of(part)):
                yield Meaning(name, intent, score, possible, fit.slots)

    def _fit(self, pattern: Sequence[str], words: Sequence[str]) -> _Fit:
        """Return the best alignment of a pattern with an utterance, in the order of both."""
        # After some words: the best that the first so many parts of the pattern can have found.
        rows = [_Fit()] * (len(pattern) + 1)
        for word in words:
            before = rows[:]
            for place, part in enumerate(pattern, 1):
                rows[place] = max(before[place], rows[place - 1], self._with(before[place - 1], part, word), key=_found)
        return rows[-1]

    def _with(self, fit: _Fit, part: str, word: str) -> _Fit:
        """Return an alignment and one more part of the pattern for a word; as it was where they do not match."""
        if slot := next(iter(slots_of(part)), None):
            if word not in self._slots[slot]:
                return fit
            return _Fit(fit.found + SLOT, fit.heavy + _weight(word) * (word not in LIGHT), {**fit.slots, slot: word})
        gain = _weight(part) * alike(part, word)
        return _Fit(fit.found + gain, fit.heavy + (gain if word not in LIGHT else 0), fit.slots)


def _found(fit: _Fit) -> float:
    return fit.found


def plain(utterance: str) -> list[str]:
    """Return the words of an utterance, in lower case and in their long forms."""
    return " ".join(LONG_FOR.get(word, word) for word in utterance.lower().split()).split()


def _rank(meaning: Meaning) -> float:
    # Of two that fit nearly as well the one that explains more.
    return meaning.score + 0.02 * meaning.weight


def _weight(word: str) -> float:
    return 0.5 if word in LIGHT else 1.0


@lru_cache(maxsize=50_000)
def alike(one: str, other: str) -> float:
    """Return how much two words look like one that was misheard: 1 the same, 0 different."""
    if one == other:
        return 1.0
    allowed = min(len(one), len(other)) // LONG
    distance = edits(one, other, allowed + 1)
    return 1.0 - 0.3 * distance if distance <= allowed else 0.0


def edits(one: str, other: str, most: int) -> int:
    """Return how many letters have to be changed, added or left out, `most` at most (Levenshtein 1966)."""
    if abs(len(one) - len(other)) >= most:
        return most
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, 1):
        diagonal, row[0] = row[0], number
        for place, another in enumerate(other, 1):
            diagonal, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, diagonal + (letter != another))
    return min(row[-1], most)
