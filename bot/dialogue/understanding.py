"""What an utterance means, as far as the script has a meaning for it. Pure.

Words come from a recogniser that mishears: small words are lost or added, and one word becomes another that sounds like
it. A pattern fits as well as its words are found in the utterance, in order; each of them may differ a little, and what
is said besides counts against it, the less the longer the pattern is. For a hard rule its `Hard` says what may be said
besides, and nearly all of its words have to be there.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from bot.dialogue.script import Effect, Hard, Intent, Script, slots_of
from bot.dialogue.wording import Wording

# Below this a pattern does not fit.
FITS = 0.6
# Of a hard rule so much must be there: it goes before everything, and so must not be guessed.
HARD_FITS = 0.85
# Words at least so long may differ by one letter, and by two from twice that on.
LONG = 4
# From here on nothing is missing and nothing is said besides.
COMPLETE = 0.97
# What a word costs that is said besides.
EXTRA = 0.2
# A word that is named counts for more than one that fills a slot.
SLOT = 0.99

# For each part of a pattern the words that were said for it, and what each is worth.
_Gains = Mapping[str, Mapping[str, float]]


class Meaning(Struct, frozen=True):
    """An intent, its name, how well it fits (up to 1), how much was there to fit, and what fills its slots."""

    name: str
    intent: Intent
    score: float
    weight: float
    slots: dict[str, str]

    def __repr__(self) -> str:
        return f"Meaning({self.name!r}, {self.score:.2f})"


class _Pattern(NamedTuple):
    """A pattern in its parts, and what may be said besides."""

    name: str
    intent: Intent
    hard: Hard | None
    parts: tuple[str, ...]


class _Fit(NamedTuple):
    """What of a pattern was found so far, by weight; how much of that are words that matter; its slots."""

    found: float = 0.0
    heavy: float = 0.0
    slots: dict[str, str] = {}  # noqa: RUF012 # never changed


class Understanding:
    """Finds what a caller means. Nothing of what was said stays here.

    Args:
        script: What can be meant.
    """

    def __init__(self, script: Script) -> None:
        self._order = list(script.intents)
        self._wording = Wording(script.words)
        self._patterns = [
            _Pattern(name, intent, intent.hard, self._wording.parts(pattern))
            for name, intent in script.intents.items()
            for pattern in intent.patterns
        ]
        # A phrase may also be all that is said in its clause, then with courtesies in between.
        self._clauses = [
            pattern._replace(hard=Hard.ALONE) for pattern in self._patterns if pattern.hard in (Hard.PHRASE, Hard.ALONE)
        ]
        parts = frozenset(part for pattern in self._patterns for part in pattern.parts)
        self._slots = {part: frozenset(script.slots[slot]) for part in parts for slot in slots_of(part)}
        self._words = parts - self._slots.keys()

    def meaning(self, utterance: str) -> Meaning | None:
        """Return what fits best, None where nothing does. Hard rules go first, in the order of the script."""
        words = self._wording.plain(utterance)
        gains = self._gains(words)
        found = list(self._fitting(self._patterns, words, gains))
        hard = [meaning for meaning in found if meaning.intent.hard]
        for clause in self._wording.clauses(utterance):
            hard += self._fitting(self._clauses, clause, gains)
        if hard:
            first = min((meaning.name for meaning in hard), key=self._order.index)
            found = [meaning for meaning in hard if meaning.name == first]
        return max(found, key=_rank, default=None)

    def complete(self, utterance: str) -> bool:
        """Say whether after these very words nothing more is to be expected."""
        words = self._wording.plain(utterance)
        best = max(self._fitting(self._patterns, words, self._gains(words)), key=_rank, default=None)
        return best is not None and best.intent.complete and best.score > COMPLETE

    def _fitting(self, patterns: Sequence[_Pattern], words: Sequence[str], gains: _Gains) -> Iterator[Meaning]:
        said, weight = frozenset(words), self._wording.weight
        for name, intent, hard, pattern in patterns:
            possible = sum(map(weight, pattern))
            # Most patterns have too little in common with an utterance for their alignment to matter.
            if sum(weight(part) for part in pattern if not said.isdisjoint(gains[part])) < FITS * possible:
                continue
            fit = (self._phrase if hard is Hard.PHRASE else self._scattered)(pattern, words, gains)
            besides = len(self._wording.heavy(words)) - fit.heavy
            score = fit.found / possible - EXTRA * besides / (possible + besides)
            fits = fit.found / possible >= HARD_FITS if hard else score >= FITS
            if hard is Hard.ALONE:
                # Nobody is sent away for a word that only looks like the one that says so.
                least = SLOT if intent.effect is Effect.DISMISSAL else 0.0
                fits = fits and self._alone(pattern, words, gains, least)
            if fits and all(slot in fit.slots for part in pattern for slot in slots_of(part)):
                yield Meaning(name, intent, score, possible, fit.slots)

    def _gains(self, words: Sequence[str]) -> _Gains:
        said = frozenset(words)
        gains: dict[str, dict[str, float]] = {
            part: dict.fromkeys(said & slot, SLOT) for part, slot in self._slots.items()
        }
        for part in self._words:
            gains[part] = {word: gain for word in said if (gain := self._wording.weight(part) * alike(part, word))}
        return gains

    def _scattered(self, pattern: Sequence[str], words: Sequence[str], gains: _Gains) -> _Fit:
        """Return the best alignment of a pattern with an utterance, in the order of both, whatever is in between."""
        # After some words: the best that the first so many parts of the pattern can have found.
        rows = [_Fit()] * (len(pattern) + 1)
        for word in words:
            before = rows[:]
            for place, part in enumerate(pattern, 1):
                found = self._with(before[place - 1], part, word, gains)
                rows[place] = max(before[place], rows[place - 1], found, key=_found)
        return rows[-1]

    def _phrase(self, pattern: Sequence[str], words: Sequence[str], gains: _Gains) -> _Fit:
        """Return the best alignment with only light words in between."""
        best = _Fit()
        rows = [_Fit()] * (len(pattern) + 1)
        for word in words:
            before = rows[:]
            for place, part in enumerate(pattern, 1):
                kept = before[place] if self._wording.light(word) else _Fit()
                found = self._with(before[place - 1], part, word, gains) if word in gains[part] else _Fit()
                rows[place] = max(rows[place - 1], kept, found, key=_found)
            best = max(best, rows[-1], key=_found)
        return best

    def _with(self, fit: _Fit, part: str, word: str, gains: _Gains) -> _Fit:
        """Return an alignment and one more part of the pattern for a word; as it was where they do not match."""
        gain = gains[part].get(word, 0.0)
        slots = {**fit.slots, slot: word} if gain and (slot := next(iter(slots_of(part)), None)) else fit.slots
        return _Fit(fit.found + gain, fit.heavy + (gain if not self._wording.light(word) else 0), slots)

    def _alone(self, pattern: Sequence[str], words: Sequence[str], gains: _Gains, least: float) -> bool:
        """Whether nothing that matters is said besides: a part takes one word only, which gains so much at least."""
        said = {word for word in self._wording.heavy(words) if not self._wording.courteous(word)}
        fitting = all(any(word in gains[part] and gains[part][word] >= least for part in pattern) for word in said)
        return fitting and len(said) <= len(self._wording.heavy(pattern))


def _found(fit: _Fit) -> float:
    return fit.found


def _rank(meaning: Meaning) -> float:
    # Of two that fit nearly as well the one that explains more.
    return meaning.score + 0.02 * meaning.weight


def alike(one: str, other: str) -> float:
    """Return how much two words look like one that was misheard: 1 the same, 0 different."""
    if one == other:
        return 1.0
    shorter, longer = sorted((len(one), len(other)))
    allowed = shorter // LONG
    # One edit leaves at least one end as it is: that alone tells most words apart.
    ends = allowed > 1 or one[:1] == other[:1] or one[-1:] == other[-1:]
    if longer - shorter > allowed or not (allowed and ends):
        return 0.0
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
